"""Section 6: fairness, each analysis with its groups, intervals, threshold and who was left out."""

from __future__ import annotations

from reportlab.platypus import CondPageBreak, Flowable

from governance.lineage.results import (
    Fairness,
    FairnessAnalysis,
    Group,
    LeftOut,
)
from reports.blocks import erased, figure, gap, note, nothing, source, text
from reports.charts.intervals import Bar, interval_charts
from reports.document import Heading, Page, Together
from reports.facts import DossierFacts
from reports.sections.method import held_out, method
from reports.tables import Cell, grid
from reports.wording import (
    confidence,
    counted,
    groups,
    interval,
    listing,
    number,
    value_text,
)


def fairness(facts: DossierFacts, page: Page) -> list[Flowable]:
    """Return each analysis with its groups, intervals, the rule's threshold, and who was left out."""
    story: list[Flowable] = [Heading("6\u00a0\u00a0Fairness", 0, "fairness")]
    evidence = facts.newest("fairness")
    if evidence is None:
        return story + nothing(f"No fairness evaluation of {facts.model} is recorded.")
    result = evidence.result
    if not isinstance(result, Fairness):
        return story + erased(evidence.quoted)
    threshold, rule = ratio_threshold(facts)
    drawn = (
        f" The dashed line is the threshold of rule {rule}." if rule else " No rule sets a threshold for it."
    )
    story += [
        text(
            f"Measured on {counted(result.rows, 'row')}{held_out(evidence)}; the favourable outcome is "
            f"{value_text(result.favourable)}, given from a score of {number(result.threshold)}. The impact ratio is a group's "
            f"selection rate by that of the reference group.{drawn} Groups with fewer than "
            f"{result.minimum_rows:,} rows are too small to judge: they are shown in outline and named beneath."
        ),
    ]
    for at, analysis in enumerate(result.analyses):
        story += _analysis(result, analysis, threshold, page, at)
    return [*story, gap(10), Together([method(facts, evidence, page), source(facts, evidence.quoted)])]


def ratio_threshold(facts: DossierFacts) -> tuple[float | None, str]:
    """Return the threshold of the newest verdict's impact-ratio rule and the rule's name."""
    decision = facts.decision
    for one in decision.results if decision else []:
        if one.check == "fairness.impact_ratio" and isinstance(one.threshold, (int, float)):
            return float(one.threshold), one.rule
    return None, ""


def _analysis(
    result: Fairness, analysis: FairnessAnalysis, threshold: float | None, page: Page, at: int
) -> list[Flowable]:
    title = f"By {listing(name.replace('_', ' ') for name in analysis.sensitive)}"
    ordered = sorted(analysis.groups, key=lambda one: (-one.rows, groups(dict(one.values))))
    bars = [_ratio_bar(one, analysis, result.minimum_rows) for one in ordered]
    small = [one for one in ordered if one.rows < result.minimum_rows]
    label = f"threshold {number(threshold, 2)}" if threshold is not None else ""
    story: list[Flowable] = [
        CondPageBreak(min(page.height * 0.6, 150 + 16 * len(bars))),
        Heading(title, 1, f"analysis-{at}"),
        *figure(
            interval_charts(bars, page.width, threshold=threshold, threshold_label=label),
            f"Impact ratio against {groups(dict(analysis.reference))} (grey), with "
            f"two-sided {confidence(result.confidence)} intervals; n is the number of rows.",
        ),
        _rates(analysis, ordered, result.confidence, page),
    ]
    said: list[Flowable] = []
    if small:
        names = listing(f"{groups(dict(one.values))} ({one.rows:,})" for one in small)
        said.append(note(f"Too small to judge (fewer than {result.minimum_rows:,} rows): {names}."))
    out = "; ".join(_left_out(one) for one in analysis.left_out)
    said.append(note(f"Left out of every group: {out}." if out else "No rows were left out."))
    return [*story, Together([_overall(analysis, page), *said])]


def _left_out(one: LeftOut) -> str:
    who = ", ".join(f"{name} {value or 'unknown'}" for name, value in one.values.items())
    why = "" if one.reason == "unknown" else f" ({one.reason})"
    return f"{who}, {counted(one.rows, 'row')}{why}"


def _ratio_bar(group: Group, analysis: FairnessAnalysis, minimum: int) -> Bar:
    is_reference = dict(group.values) == dict(analysis.reference)
    ratio = group.impact_ratio
    return Bar(
        groups(dict(group.values)),
        1.0 if is_reference else ratio.value if ratio else None,
        ratio.low if ratio else None,
        ratio.high if ratio else None,
        note=f"n {group.rows:,}",
        weak=group.rows < minimum,
        reference=is_reference,
    )


def _rates(analysis: FairnessAnalysis, ordered: list[Group], level: float, page: Page) -> Flowable:
    width = page.width
    rows: list[list[Cell | str]] = [
        [
            groups(dict(one.values)), f"{one.rows:,}", f"{one.selected:,}", number(one.selection_rate.value),
            interval(one.selection_rate.low, one.selection_rate.high), number(one.true_positive_rate.value),
            number(one.false_positive_rate.value), number(one.accuracy.value),
        ]
        for one in ordered
    ]  # fmt: skip
    return grid(
        [
            f"Group ({', '.join(name.replace('_', ' ') for name in analysis.sensitive)})",
            "Rows",
            "Selected",
            "Selection rate",
            f"Two-sided {confidence(level)} interval",
            "True positive rate",
            "False positive rate",
            "Accuracy",
        ],
        rows,
        [width * share for share in (0.24, 0.08, 0.09, 0.1, 0.18, 0.11, 0.11, 0.09)],
        sides=["left", *["right"] * 7],  # type: ignore[list-item]
        small=True,
    )


def _overall(analysis: FairnessAnalysis, page: Page) -> Flowable:
    rows: list[list[Cell | str]] = [
        [
            name,
            number(one.value),
            interval(one.low, one.high),
            confidence(one.confidence),
            one.method.replace("-", " "),
        ]
        for name, one in (
            ("Impact ratio (lowest by highest rate)", analysis.impact_ratio),
            ("Demographic parity difference", analysis.demographic_parity_difference),
            ("Equalized odds difference", analysis.equalized_odds_difference),
        )
    ]
    width = page.width
    return grid(
        ["Over all groups", "Value", "Two-sided interval", "Confidence", "Method"], rows,
        [width * 0.36, width * 0.12, width * 0.2, width * 0.13, width * 0.19],
        sides=["left", "right", "right", "right", "left"], small=True,
    )  # fmt: skip
