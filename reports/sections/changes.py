"""Section 10: what changed since the version before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from reportlab.platypus import Flowable

from governance.lineage.results import Estimate, Fairness, Performance
from reports.blocks import link, nothing, rich
from reports.document import Heading, Page
from reports.facts import DossierFacts, Evidence, Previous, Quoted
from reports.tables import Cell, grid
from reports.typography import markup
from reports.wording import MISSING, counted, interval, listing, metric_name, number, short, value_text

_METRICS = ("roc_auc", "accuracy", "balanced_accuracy", "brier", "selection_rate")


def changes(facts: DossierFacts, page: Page) -> list[Flowable]:
    """Return how this version differs from the one registered before it."""
    story: list[Flowable] = [Heading("10\u00a0\u00a0Changes since the last version", 0, "changes")]
    before = facts.previous
    if before is None:
        return story + nothing(f"{facts.model} is the first version of its name in this ledger.")
    verdict = (
        f"Its newest verdict is {markup(before.decision.verdict.value)} for {markup(before.decision.target)} "
        f"({link(facts, before.decision.seq)})." if before.decision else "The gate was never asked about it."
    )  # fmt: skip
    story.append(
        rich(
            f"Compared with {markup(before.subject)}, registered in entry {link(facts, before.registered.seq)}. {verdict}"
        )
    )
    story += [Heading("How it was made", 1, "changes-made"), _made(facts, before, page)]
    measured = _measured(facts, before)
    story.append(Heading("What was measured", 1, "changes-measured"))
    if not measured:
        return story + nothing("The two versions have no metric in common.")
    width = page.width
    story.append(
        grid(
            ["Metric", "Before", "Two-sided interval", "Now", "Two-sided interval", "Difference"], measured,
            [width * share for share in (0.3, 0.1, 0.19, 0.1, 0.19, 0.12)],
            sides=["left", "right", "right", "right", "right", "right"], small=True,
        )
    )  # fmt: skip
    return story


def _made(facts: DossierFacts, before: Previous, page: Page) -> Flowable:
    rows: list[list[Cell | str]] = []
    for label, was, is_now in _facets(before.registered, before.run, facts.registered, facts.run):
        same = was == is_now
        rows.append([label, was, "the same" if same else Cell(is_now, bold=True)])
    width = page.width
    return grid(["", "Before", "Now"], rows, [width * 0.2, width * 0.4, width * 0.4], small=True, breaks=True)


def _facets(
    was: Quoted, was_run: Quoted | None, now: Quoted, now_run: Quoted | None
) -> Sequence[tuple[str, str, str]]:
    old, new = (was_run.facts if was_run else {}), (now_run.facts if now_run else {})
    facets = [
        ("Artifact", short(was.facts.get("artifact", {}).get("digest")), short(now.facts.get("artifact", {}).get("digest"))),
        ("Features", *_difference(was.facts.get("features", []), now.facts.get("features", []))),
        ("Training data", _inputs(old), _inputs(new)),
        ("Code digest", short(old.get("code", {}).get("digest")), short(new.get("code", {}).get("digest"))),
        ("Commit", str(old.get("code", {}).get("commit") or MISSING), str(new.get("code", {}).get("commit") or MISSING)),
        ("Seed", value_text(old.get("seed")), value_text(new.get("seed"))),
    ]  # fmt: skip
    before, after = old.get("parameters", {}), new.get("parameters", {})
    packages = old.get("environment", {}).get("packages", {}), new.get("environment", {}).get("packages", {})
    return [*facets, *_moved("Parameter", before, after), *_moved("Package", *packages)]


def _moved(what: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Yield the members that differ, by name."""
    for name in sorted({*before, *after}):
        if before.get(name) != after.get(name):
            yield f"{what} {name}", *_difference(before.get(name), after.get(name))


def _difference(before: object, after: object) -> tuple[str, str]:
    """Return two values as text; of two lists only what one has and the other has not."""
    if not isinstance(before, list) or not isinstance(after, list) or not before or not after:
        return value_text(before), value_text(after)
    gone = [value_text(one) for one in before if one not in after]
    new = [value_text(one) for one in after if one not in before]
    whole = counted(len(before), "item")
    if not gone and not new:
        return whole, whole
    words = [f"without {listing(gone)}"] if gone else []
    words += [f"with {listing(new)}"] if new else []
    return whole, f"{counted(len(after), 'item')}: {', '.join(words)}"


def _inputs(body: Mapping[str, Any]) -> str:
    used = sorted(
        f"{one.get('subject') or ''} {short(one.get('digest'))}".strip() for one in body.get("inputs", [])
    )
    return listing(used) or MISSING


def _measured(facts: DossierFacts, before: Previous) -> list[list[Cell | str]]:
    now, was = _estimates(facts.evidence, facts.model), _estimates(before.evidence, before.subject)
    rows: list[list[Cell | str]] = []
    for name in now:
        if name not in was:
            continue
        a, b = was[name], now[name]
        moved = b.value - a.value if a.value is not None and b.value is not None else None
        rows.append(
            [
                name,
                number(a.value),
                interval(a.low, a.high),
                Cell(number(b.value), bold=True),
                interval(b.low, b.high),
                MISSING if moved is None else f"{moved:+.3f}".replace("-", "−"),
            ]
        )
    return rows


def _estimates(evidence: Sequence[Evidence], about: str) -> dict[str, Estimate]:
    found: dict[str, Estimate] = {}
    for one in evidence:
        if one.about != about:
            continue
        if isinstance(one.result, Performance):
            found |= {
                metric_name(name): one.result.metrics[name] for name in _METRICS if name in one.result.metrics
            }
        if isinstance(one.result, Fairness):
            for analysis in one.result.analyses:
                by = listing(analysis.sensitive)
                found[f"Impact ratio by {by}"] = analysis.impact_ratio
                found[f"Equalized odds difference by {by}"] = analysis.equalized_odds_difference
    return found
