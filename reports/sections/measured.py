"""Sections 5 to 7: performance, fairness and explanations, each as it was measured and entered."""

from __future__ import annotations

from reportlab.platypus import CondPageBreak, Flowable

from governance.lineage.results import (
    Confusion,
    Explanation,
    Fairness,
    FairnessAnalysis,
    Group,
    LeftOut,
    Performance,
)
from reports.blocks import erased, figure, gap, note, nothing, source, text
from reports.charts.calibration import calibration_chart
from reports.charts.contributions import beeswarm_chart, importance_chart, reasons_chart
from reports.charts.intervals import Bar, interval_charts
from reports.document import Heading, Page, Together
from reports.facts import DossierFacts, Evidence
from reports.tables import Cell, facts_table, grid
from reports.wording import (
    MISSING,
    confidence,
    counted,
    groups,
    interval,
    listing,
    metric_name,
    number,
    percent,
    value_text,
)

_SHARES = ("roc_auc", "accuracy", "balanced_accuracy", "precision", "recall", "f1", "selection_rate", "brier")
FEATURES_SHOWN = 12
DECISIONS_SHOWN = 3


def performance(facts: DossierFacts, page: Page) -> list[Flowable]:
    """Return metrics with their intervals, calibration and confusion."""
    story: list[Flowable] = [Heading("5\u00a0\u00a0Performance", 0, "performance")]
    evidence = facts.newest("performance")
    if evidence is None:
        return story + nothing(f"No performance evaluation of {facts.model} is recorded.")
    result = evidence.result
    if not isinstance(result, Performance):
        return story + erased(evidence.quoted)
    story += [
        text(
            f"Measured on {counted(result.rows, 'row')}{_held(evidence)}, {counted(result.positives, 'row')} of them with "
            f"the favourable outcome ({percent(result.positives / result.rows if result.rows else None)}), at a decision "
            f"threshold of {number(result.threshold)}."
        ),
        *_metrics(result, page),
    ]
    if result.calibration:
        story += [
            CondPageBreak(260),
            Heading("Calibration", 1, "calibration"),
            *figure(
                [calibration_chart(result.calibration, page.width * 0.78)],
                "Observed rate over mean predicted probability in each bin; the dashed line is perfect calibration.",
            ),
        ]
    story += [
        Together(
            [
                Heading("Confusion at the threshold", 1, "confusion"),
                _confusion(result.confusion, page),
                gap(8),
            ]
        ),
        _method(facts, evidence, page),
        source(facts, evidence.quoted),
    ]
    return story


def _held(evidence: Evidence) -> str:
    return f" of the {evidence.role} data" if evidence.role else ""


def _metrics(result: Performance, page: Page) -> list[Flowable]:
    known = [name for name in _SHARES if name in result.metrics]
    others = sorted(name for name in result.metrics if name not in _SHARES)
    bars = [
        Bar(
            metric_name(name), result.metrics[name].value, result.metrics[name].low, result.metrics[name].high
        )
        for name in known
    ]
    level = next((one.confidence for one in result.metrics.values()), 0.95)
    story: list[Flowable] = [Heading("Metrics", 1, "metrics")]
    if bars:
        story += figure(
            interval_charts(bars, page.width, bounds=(0.0, 1.0)),
            f"Bars: the estimate. Whiskers and figures at the right: {confidence(level)} confidence interval.",
        )
    width = page.width
    rows: list[list[Cell | str]] = [
        [
            metric_name(name), number(result.metrics[name].value),
            interval(result.metrics[name].low, result.metrics[name].high),
            confidence(result.metrics[name].confidence), result.metrics[name].method.replace("-", " "),
        ]
        for name in [*known, *others]
    ]  # fmt: skip
    story.append(
        grid(
            ["Metric", "Value", "Interval", "Confidence", "Method"],
            rows,
            [width * 0.28, width * 0.14, width * 0.24, width * 0.14, width * 0.2],
            sides=["left", "right", "right", "right", "left"],
            small=True,
        )
    )
    return story


def _confusion(confusion: Confusion, page: Page) -> Flowable:
    favourable, unfavourable = "predicted favourable", "predicted unfavourable"
    rows: list[list[Cell | str]] = [
        ["was favourable", Cell(f"{confusion.true_positive:,}", bold=True), f"{confusion.false_negative:,}",
         f"{confusion.true_positive + confusion.false_negative:,}"],
        ["was unfavourable", f"{confusion.false_positive:,}", Cell(f"{confusion.true_negative:,}", bold=True),
         f"{confusion.false_positive + confusion.true_negative:,}"],
    ]  # fmt: skip
    width = page.width
    return grid(
        ["", favourable, unfavourable, "rows"], rows, [width * 0.24, width * 0.2, width * 0.2, width * 0.14],
        sides=["left", "right", "right", "right"],
    )  # fmt: skip


def _method(facts: DossierFacts, evidence: Evidence, page: Page) -> Flowable:
    body = evidence.quoted.facts
    method = body.get("method", {})
    rows: list[tuple[str, Cell | str]] = [
        ("Method", str(method.get("name", MISSING))),
        ("Defined in", str(method.get("source", MISSING))),
        ("Parameters", value_text(body.get("parameters", {}))),
        ("Computed by", facts.who(str(body.get("producer", evidence.quoted.actor)))),
        ("Software", value_text(body.get("how", {}))),
    ]
    return facts_table(rows, page.width)


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
            f"Measured on {counted(result.rows, 'row')}{_held(evidence)}; the favourable outcome is "
            f"{value_text(result.favourable)}, selected at {number(result.threshold)}. The impact ratio is a group's "
            f"selection rate by that of the reference group.{drawn} Groups with fewer than "
            f"{result.minimum_rows:,} rows are too small to judge: they are shown in outline and named beneath."
        ),
    ]
    for at, analysis in enumerate(result.analyses):
        story += _analysis(result, analysis, threshold, page, at)
    return [*story, gap(10), _method(facts, evidence, page), source(facts, evidence.quoted)]


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
        CondPageBreak(min(page.height * 0.6, 150 + 18 * len(bars))),
        Heading(title, 1, f"analysis-{at}"),
        *figure(
            interval_charts(bars, page.width, threshold=threshold, threshold_label=label),
            f"Impact ratio against {groups(dict(analysis.reference))} (grey), with "
            f"{confidence(result.confidence)} confidence intervals; n is the number of rows.",
        ),
        _rates(ordered, page),
        _overall(analysis, page),
    ]
    if small:
        names = listing(f"{groups(dict(one.values))} ({one.rows:,})" for one in small)
        story.append(note(f"Too small to judge (fewer than {result.minimum_rows:,} rows): {names}."))
    if analysis.left_out:
        story.append(
            note(f"Left out of every group: {'; '.join(_left_out(one) for one in analysis.left_out)}.")
        )
    else:
        story.append(note("No rows were left out."))
    return story


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


def _rates(ordered: list[Group], page: Page) -> Flowable:
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
            "Group",
            "Rows",
            "Selected",
            "Selection rate",
            "Interval",
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
        ["Over all groups", "Value", "Interval", "Confidence", "Method"], rows,
        [width * 0.36, width * 0.12, width * 0.2, width * 0.13, width * 0.19],
        sides=["left", "right", "right", "right", "left"], small=True,
    )  # fmt: skip


def explanation(facts: DossierFacts, page: Page) -> list[Flowable]:
    """Return what moves the score, globally and for sample decisions."""
    story: list[Flowable] = [Heading("7\u00a0\u00a0Explainability", 0, "explainability")]
    evidence = facts.newest("explanation")
    if evidence is None:
        return story + nothing(f"No explanation of {facts.model} is recorded.")
    result = evidence.result
    if not isinstance(result, Explanation):
        return story + erased(evidence.quoted)
    ranked = sorted(result.importance, key=lambda one: (-one.mean_absolute, one.feature))
    shown = ranked[:FEATURES_SHOWN]
    order = {one.feature: at for at, one in enumerate(shown)}
    swarm = sorted(
        (one for one in result.beeswarm if one.feature in order), key=lambda one: order[one.feature]
    )
    rest = len(ranked) - len(shown)
    more = f" {counted(rest, 'weaker feature')} stand in the entry." if rest else ""
    story += [
        text(
            f"{result.method}: {counted(result.rows_explained, 'row')} explained against "
            f"{counted(result.background_rows, 'background row')}, on the scale of {result.scale}. The contributions "
            f"and the base value {number(result.base_value)} add up to the score within "
            f"{number(result.additivity_error)}."
        ),
        Heading("What moves the score most", 1, "importance"),
        *figure([importance_chart(shown, page.width)], f"Mean absolute contribution ({result.scale}).{more}"),
    ]
    if swarm:
        story += [
            CondPageBreak(min(page.height * 0.7, 25 * len(swarm) + 90)),
            Heading("How each value moves it", 1, "beeswarm"),
            *figure(
                [beeswarm_chart(swarm, page.width, result.scale)],
                "A dot is one explained row: right of the line it raised the score. Dark dots have high values of "
                "the feature. A feature whose dots mix colours acts through others.",
            ),
        ]
    story += _decisions(result, page)
    return [*story, gap(6), _method(facts, evidence, page), source(facts, evidence.quoted)]


def _decisions(result: Explanation, page: Page) -> list[Flowable]:
    if not result.reasons:
        return nothing("No reasons of single decisions are recorded.")
    story: list[Flowable] = []
    lowest = sorted(result.reasons, key=lambda reasons: (reasons.score, reasons.row))[:DECISIONS_SHOWN]
    for at, one in enumerate(lowest):
        words = "; ".join(reason.text for reason in one.reasons)
        block: list[Flowable] = [
            text(
                f"Row {one.row:,}, score {number(one.score)}, outcome {value_text(one.outcome)}: {words.rstrip('.')}."
            ),
            *figure(
                [reasons_chart(one.reasons, page.width * 0.82)], "Contribution of each principal reason."
            ),
        ]
        head: list[Flowable] = (
            [Heading("Reasons of the decisions with the lowest scores", 1, "reasons")] if at == 0 else []
        )
        story.append(Together([*head, *block]))
    left = len(result.reasons) - DECISIONS_SHOWN
    if left > 0:
        story.append(note(f"Reasons of {counted(left, 'decision')} more stand in the entry."))
    return story
