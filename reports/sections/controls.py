"""Section 13: which clause each rule answers for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from reportlab.platypus import Flowable

from governance.gate.verdict import RuleResult
from reports.blocks import lead, note, nothing
from reports.document import Heading, Page
from reports.facts import DossierFacts
from reports.tables import Cell, grid, result_cell
from reports.wording import MISSING


def controls(facts: DossierFacts, page: Page) -> list[Flowable]:
    """Return every control that a rule of the newest verdict names, with the rule's result."""
    story: list[Flowable] = [Heading("13\u00a0\u00a0Control matrix", 0, "controls")]
    pairs = sorted(_pairs(facts), key=lambda pair: (str(pair[0].get("id")), pair[1].rule))
    if not pairs:
        return story + nothing("No verdict names a control.")
    width = page.width
    rows: list[list[Cell | str]] = [
        [
            Cell(str(control.get("id", MISSING)), bold=True), str(control.get("jurisdiction") or MISSING),
            _in_force(control, facts.as_of), one.rule, result_cell(one.result.value),
            str(control.get("source") or MISSING),
        ]
        for control, one in pairs
    ]  # fmt: skip
    bare = sorted({one.rule for one in _results(facts) if not one.controls})
    return [
        *story,
        lead("Which clause each rule answers for, the dates between which it applies, and what the rule found."),
        grid(
            ["Control", "Jurisdiction", "In force", "Rule", "Result", "Source"], rows,
            [width * share for share in (0.2, 0.12, 0.2, 0.16, 0.12, 0.2)], small=True,
        ),
        *([note(f"Rules that name no control: {', '.join(bare)}.")] if bare else []),
    ]  # fmt: skip


def _results(facts: DossierFacts) -> list[RuleResult]:
    return list(facts.decision.results) if facts.decision else []


def _pairs(facts: DossierFacts) -> Iterator[tuple[dict[str, Any], RuleResult]]:
    for one in _results(facts):
        for control in one.controls:
            yield control, one


def _in_force(control: dict[str, Any], as_of: str) -> str:
    start, end = str(control.get("in_force_from") or ""), str(control.get("in_force_to") or "")
    if not start and not end:
        return "no dates stated"
    if start and start[:10] > as_of[:10]:
        return f"from {start}: not yet in force"
    if end and end[:10] <= as_of[:10]:
        return f"ended {end}"
    return f"since {start}" + (f", until {end}" if end else "") if start else f"until {end}"
