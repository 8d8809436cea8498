"""Section 5: performance, with intervals, calibration and confusion."""

from __future__ import annotations

from reportlab.platypus import CondPageBreak, Flowable

from governance.lineage.results import (
    Confusion,
    Performance,
)
from reports.blocks import erased, figure, gap, nothing, source, text
from reports.charts.calibration import calibration_chart
from reports.charts.intervals import Bar, interval_charts
from reports.document import Heading, Page, Together
from reports.facts import DossierFacts
from reports.sections.method import held_out, method
from reports.tables import Cell, grid
from reports.wording import (
    confidence,
    counted,
    interval,
    metric_name,
    number,
    percent,
)

_SHARES = ("roc_auc", "accuracy", "balanced_accuracy", "precision", "recall", "f1", "selection_rate", "brier")
CALIBRATION = 176.0
"""Height of the calibration chart, in points: it fits beneath the metrics."""


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
            f"Measured on {counted(result.rows, 'row')}{held_out(evidence)}, {result.positives:,} of them with "
            f"the favourable outcome ({percent(result.positives / result.rows if result.rows else None)}), at a decision "
            f"threshold of {number(result.threshold)}."
        ),
        *_metrics(result, page),
    ]
    if result.calibration:
        story += [
            CondPageBreak(60 + CALIBRATION),
            Heading("Calibration", 1, "calibration"),
            *figure(
                [calibration_chart(result.calibration, page.width * 0.78, CALIBRATION)],
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
        Together([method(facts, evidence, page), source(facts, evidence.quoted)]),
    ]
    return story


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
            f"Bars: the estimate. Whiskers and figures at the right: two-sided {confidence(level)} interval.",
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
            ["Metric", "Value", "Two-sided interval", "Confidence", "Method"],
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
