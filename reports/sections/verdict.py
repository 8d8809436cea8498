"""Section 1: the verdict, rule by rule."""

from __future__ import annotations

from collections.abc import Sequence

from reportlab.platypus import CondPageBreak, Flowable

from governance.gate.verdict import Finding, RuleResult, Verdict
from governance.workspace.views import DecisionView
from reports.blocks import gap, link, note, nothing, rich, text
from reports.demands import (
    BOUNDS_NOTE,
    bounds_label,
    features_of,
    finding_value,
    plain_words,
    value_and_threshold,
    why_it_counts_so,
)
from reports.document import Heading, Page, Together
from reports.facts import DossierFacts
from reports.tables import Cell, facts_table, grid, result_cell, result_markup
from reports.typography import markup
from reports.wording import (
    MISSING,
    confidence,
    counted,
    interval,
    listing,
    moment,
    number,
    short,
    short_subject,
)

FINDINGS_SHOWN = 12


def verdict(facts: DossierFacts, page: Page) -> list[Flowable]:
    """Return the newest verdict with every rule, then the verdicts before it."""
    story: list[Flowable] = [Heading("1\u00a0\u00a0Verdict by rule", 0, "verdict")]
    decision = facts.decision
    if decision is None:
        return story + nothing(f"The gate was never asked about {facts.model}.")
    allowed = decision.verdict is Verdict.ALLOW
    until = f", valid until {moment(decision.expires)}" if allowed else ""
    story += [
        rich(
            f"{result_markup(decision.verdict.value)} for <b>{markup(decision.target)}</b>, decided on "
            f"{moment(decision.time)} in entry {link(facts, decision.seq)}{until}."
        ),
        _summary(decision.results, page),
        *([note(BOUNDS_NOTE)] if any(one.confidence for one in decision.results) else []),
    ]
    ordered = sorted(decision.results, key=lambda one: one.result.value == "pass")
    for at, result in enumerate(ordered):
        story += _rule(facts, result, page, at)
    story += _judged_under(decision, page)
    if len(facts.decisions) > 1:
        story += _history(facts, page)
    return story


def _summary(results: Sequence[RuleResult], page: Page) -> Flowable:
    rows: list[list[Cell | str]] = [
        [
            Cell(one.rule, bold=True), result_cell(one.result.value), *value_and_threshold(one.check, one.value, one.threshold),
            confidence(one.confidence),
        ]
        for one in results
    ]  # fmt: skip
    width = page.width
    return grid(
        ["Rule", "Result", "Value", "Threshold", "Confidence"], rows,
        [width * 0.29, width * 0.14, width * 0.19, width * 0.24, width * 0.14],
        sides=["left", "left", "right", "right", "right"],
    )  # fmt: skip


def _rule(facts: DossierFacts, one: RuleResult, page: Page, at: int) -> list[Flowable]:
    rows: list[tuple[str, Cell | str]] = [("Result", _result(one))]
    if why := why_it_counts_so(one):
        rows.append((f"Why {one.result.value}", f"{why[0].upper()}{why[1:]}."))
    rows.append(("What was found", plain_words(one.message)))
    if one.would_change:
        rows.append(("What would change it", plain_words(one.would_change)))
    if one.evidence:
        seen = "; ".join(
            f"{link(facts, ref.seq)} {markup(short_subject(ref.subject))}"
            for ref in sorted(one.evidence, key=lambda ref: ref.seq)
        )
        rows.append(("Evidence", Cell(seen, trusted=True)))
    rows.append(("Control", "; ".join(_control(control) for control in one.controls) or "none named"))
    # Beside a result that is milder than the rule's severity, the reason stands instead.
    severity = "" if one.result is not one.finding else f" (severity: {one.severity})"
    rows.append(("Check", f"{one.check}, rule {one.rule} of pack {one.pack}{severity}"))
    if one.waiver:
        rows.append(("Waiver", short_subject(one.waiver)))
    table = facts_table(rows, page.width)
    story: list[Flowable] = [CondPageBreak(120), Heading(one.rule, 1, f"rule-{at}")]
    if one.findings:
        return [*story, table, *_findings(one, page)]
    return [*story, table]


def _result(one: RuleResult) -> Cell:
    words = result_markup(one.result.value)
    if one.value is not None or one.threshold is not None:
        found, asked = value_and_threshold(one.check, one.value, one.threshold)
        words += f": value {markup(found)}"
        words += f", threshold {markup(asked)}" if one.threshold is not None else ""
        words += f", at {confidence(one.confidence)} confidence" if one.confidence else ""
    return Cell(words, trusted=True)


def _control(control: dict[str, object]) -> str:
    words = str(control.get("id", MISSING))
    more = [str(control["jurisdiction"])] if control.get("jurisdiction") else []
    if control.get("in_force_from"):
        until = f" to {control['in_force_to']}" if control.get("in_force_to") else ""
        more.append(f"in force from {control['in_force_from']}{until}")
    return f"{words} ({', '.join(more)})" if more else words


def _findings(rule: RuleResult, page: Page) -> list[Flowable]:
    """Return what stands beneath a rule: figures as a table, mere presence as a sentence."""
    findings = rule.findings
    worst_first = sorted(findings, key=lambda one: one.result.value == "pass")
    if not any(one.value is not None or one.message or one.rows for one in findings):
        words = "; ".join(f"{plain_words(one.label)}: {one.result.value}" for one in worst_first)
        return [note(f"In detail: {words}.")]
    shown = worst_first[:FINDINGS_SHOWN]
    width = page.width
    rows: list[list[Cell | str]] = [
        [
            plain_words(one.label), Cell(f"● {one.result.value}", colour=result_cell(one.result.value).colour, bold=True),
            finding_value(rule.check, one.value), interval(one.low, one.high), number(one.rows),
            Cell(_in_words(one), blank=True),
        ]
        for one in shown
    ]  # fmt: skip
    features = features_of([one.label for one in findings])
    what = f"Finding (by {listing(name.replace('_', ' ') for name in features)})" if features else "Finding"
    bare = all(
        one.value is None and one.low is None and one.high is None and one.rows is None for one in shown
    )
    table = grid(
        [what, "Result", "In words"], [[row[0], row[1], row[-1]] for row in rows],
        [width * 0.42, width * 0.12, width * 0.46], small=True, breaks=True,
    ) if bare else grid(
        [what, "Result", "Value", bounds_label(rule.confidence), "Rows", "In words"], rows,
        [width * 0.24, width * 0.12, width * 0.08, width * 0.17, width * 0.1, width * 0.29],
        sides=["left", "left", "right", "right", "right", "left"], small=True, breaks=True,
    )  # fmt: skip
    left = len(findings) - len(shown)
    if left:
        rest = f"{counted(left, 'finding')} more, none worse than those shown, stand in the decision's entry."
        return [CondPageBreak(76), table, note(rest)]
    return [CondPageBreak(76), table]


def _in_words(one: Finding) -> str:
    if one.rows_needed and str(one.rows_needed) not in one.message:
        return (
            f"{plain_words(one.message).rstrip('.')}. About {one.rows_needed:,} rows would settle it.".lstrip(
                ". "
            )
        )
    return plain_words(one.message)


def _judged_under(decision: DecisionView, page: Page) -> list[Flowable]:
    packs = "; ".join(
        f"{one.get('pack')} {one.get('version')} ({short(str(one.get('digest', '')))})"
        for one in decision.policies
    )
    by_source: dict[str, list[str]] = {}
    for one in decision.checks:
        by_source.setdefault(f"{one.get('distribution')} {one.get('version')}", []).append(
            str(one.get("name"))
        )
    checks = "; ".join(f"{where}: {', '.join(sorted(names))}" for where, names in sorted(by_source.items()))
    size = decision.checkpoint.get("size")
    at = f"{number(size)} entries, root {short(str(decision.checkpoint.get('root', '')))}"
    rows: list[tuple[str, Cell | str]] = [
        ("Policy packs", packs or MISSING),
        ("Checks", checks or MISSING),
        ("Ledger judged", at),
        ("Artifact", short(decision.artifact)),
        ("Decision", short_subject(decision.decision)),
    ]
    return [
        Together([
            Heading("Judged under", 1, "judged-under"),
            text("The verdict is a function of these alone. Anyone with the ledger can evaluate it again: govern replay."),
            facts_table(rows, page.width),
        ])
    ]  # fmt: skip


def _history(facts: DossierFacts, page: Page) -> list[Flowable]:
    width = page.width
    rows: list[list[Cell | str]] = [
        [
            Cell(link(facts, one.seq), trusted=True), moment(one.time), one.target, result_cell(one.verdict.value),
            ", ".join(r.rule for r in one.results if r.result.value not in {"pass", "warn", "waived"}) or "nothing",
        ]
        for one in facts.decisions
    ]  # fmt: skip
    return [
        gap(2),
        Heading("All verdicts about this version", 1, "verdicts"),
        grid(
            ["Entry", "Time", "Target", "Verdict", "Stopped by"], rows,
            [width * 0.09, width * 0.27, width * 0.16, width * 0.13, width * 0.35], small=True,
        ),
    ]  # fmt: skip
