"""Evidence drawn with characters: fairness with intervals against the four-fifths line, SHAP, calibration, drift."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from governance.lineage.results import (
    FAMILIES,
    DataQuality,
    Drift,
    Estimate,
    Explanation,
    Fairness,
    FairnessAnalysis,
    Performance,
)
from tui.lines import BLANK, Cell, Column, Line, Span, bar, fit, line, paragraph, table_head, table_row
from tui.words import count, counted, interval, mark, number, style_of

FOUR_FIFTHS = 0.8
"""The conventional line for impact ratios (29 CFR 1607.4(D)), drawn for orientation; the gate's own threshold is in its rule."""
_MOST = 12


def evidence_lines(family: str, result: Mapping[str, Any], width: int) -> list[Line]:
    """Return a drawing of one piece of evidence; a result that has not its family's shape is named as such."""
    model = FAMILIES.get(family)
    if model is None:
        return paragraph(
            "(no drawing for this family: open the entry for its numbers)", width, style="muted", indent=4
        )
    try:
        parsed = model.model_validate(result)
    except ValidationError:
        return paragraph(
            "(not in this family's form: open the entry for what it says)", width, style="warn", indent=4
        )
    match parsed:
        case Performance():
            lines = _performance(parsed, width)
        case Fairness():
            lines = _fairness(parsed, width)
        case Explanation():
            lines = _explanation(parsed, width)
        case Drift():
            lines = _drift(parsed, width)
        case DataQuality():
            lines = _quality(parsed, width)
        case _:
            lines = []
    return lines


def span_bar(
    estimate: Estimate, low: float, high: float, width: int, *, threshold: float | None = None
) -> list[Span]:
    """Return an interval on an axis `low..high`: `├──●──┤`, with `┊` where the threshold stands."""
    cells = [" "] * width

    def at(value: float) -> int:
        return round((min(max(value, low), high) - low) / (high - low) * (width - 1))

    if estimate.value is None:
        return [(" " * width, "")]
    if estimate.low is not None and estimate.high is not None:
        first, last = at(estimate.low), at(estimate.high)
        for index in range(first, last + 1):
            cells[index] = "─"
        cells[first], cells[last] = "├", "┤"
    if threshold is not None and cells[at(threshold)] in {" ", "─"}:
        cells[at(threshold)] = "┊" if cells[at(threshold)] == " " else "┼"
    cells[at(estimate.value)] = "●"
    return [("".join(cells), "accent")]


def _performance(result: Performance, width: int) -> list[Line]:
    lines = paragraph(
        f"{count(result.rows)} rows, {count(result.positives)} positive, threshold {number(result.threshold)}",
        width,
        indent=4,
        style="muted",
    )
    room = max(min(width - 50, 40), 10)
    for name, estimate in result.metrics.items():
        text = interval(estimate.value, estimate.low, estimate.high)
        drawn = span_bar(estimate, 0.0, 1.0, room) if (estimate.value or 0) <= 1 else []
        lines.append(line(f"    {name.replace('_', ' '):<20}{text:<22}", *drawn))
    if result.calibration:
        lines.append(line(("    calibration: predicted → observed", "muted")))
        for bin_ in result.calibration[:_MOST]:
            shown = bar(bin_.observed, room)
            lines.append(
                line(
                    f"    {bin_.predicted:>6.2f} → {bin_.observed:<6.2f}",
                    (f"{count(bin_.rows):>7} rows  ", "muted"),
                    (shown, "accent"),
                )
            )
    return lines


def _fairness(result: Fairness, width: int) -> list[Line]:
    lines: list[Line] = []
    for analysis in result.analyses:
        lines += _analysis(analysis, width)
    note = (
        f"● estimate, ├─┤ {result.confidence:.0%} interval, ┊ the four-fifths line at {FOUR_FIFTHS}; "
        f"groups under {result.minimum_rows} rows are named, not judged"
    )
    return lines + paragraph(note, width, indent=4, style="muted")


def _analysis(analysis: FairnessAnalysis, width: int) -> list[Line]:
    ratio = analysis.impact_ratio
    by = " and ".join(analysis.sensitive)
    lines = [
        line(("    by " + by, "strong"), f"   impact ratio {interval(ratio.value, ratio.low, ratio.high)}")
    ]
    label = min(max((len(_group(group.values)) for group in analysis.groups), default=8), 24) + 2
    room = max(min(width - label - 46, 40), 10)
    for group in analysis.groups:
        rate = f"{number(group.selection_rate.value):>6} selected"
        head = f"    {_group(group.values):<{label}}{count(group.rows):>6} rows {rate}  "
        if group.impact_ratio is None:
            lines.append(line(head, ("reference", "muted")))
        else:
            lines.append(
                line(
                    head,
                    *span_bar(group.impact_ratio, 0.4, 1.2, room, threshold=FOUR_FIFTHS),
                    f" {number(group.impact_ratio.value)}",
                )
            )
    for left in analysis.left_out:
        values = ", ".join(str(value) for value in left.values.values())
        lines += paragraph(
            f"left out: {values}, {counted(left.rows, 'row')}: {left.reason}", width, indent=4, style="warn"
        )
    return [*lines, BLANK]


def _group(values: Mapping[str, str]) -> str:
    return ", ".join(values.values())


def _explanation(result: Explanation, width: int) -> list[Line]:
    lines = paragraph(
        f"{result.method} on {count(result.rows_explained)} rows, in {result.scale}",
        width,
        indent=4,
        style="muted",
    )
    top = max((item.mean_absolute for item in result.importance), default=0.0) or 1.0
    room = max(min(width - 44, 50), 10)
    for item in sorted(result.importance, key=lambda one: -one.mean_absolute)[:_MOST]:
        sign = "+" if item.mean >= 0 else "−"
        lines.append(
            line(
                f"    {fit(item.feature, 22)} {item.mean_absolute:>7.3f} {sign}  ",
                (bar(item.mean_absolute / top, room), "accent"),
            )
        )
    return lines


def _drift(result: Drift, width: int) -> list[Line]:
    lines = paragraph(result.summary, width, indent=4, style="warn" if result.drifted else "good")
    top = (
        max(
            [*(item.value for item in result.features), *(item.threshold for item in result.features)],
            default=1.0,
        )
        or 1.0
    )
    room = max(min(width - 50, 40), 10)
    for item in sorted(result.features, key=lambda one: -one.value)[:_MOST]:
        word = ("! drifted", "warn") if item.drifted else ("✓ stable", "good")
        drawn = bar(item.value / top, room)
        lines.append(
            line(
                f"    {fit(item.feature, 18)} {item.statistic:<5}{item.value:>6.3f}  ",
                word,
                "  ",
                (drawn, "accent"),
            )
        )
    return lines


def _quality(result: DataQuality, width: int) -> list[Line]:
    columns = [
        Column("", 8),
        Column("check", 18),
        Column("found", 9, right=True),
        Column("what", 0),
    ]
    lines = [table_head(columns, width, indent=4)]
    for check in result.checks:
        cells: list[Cell] = [
            (mark(check.status), style_of(check.status)),
            check.name,
            count(check.found),
            (check.message, "muted"),
        ]
        lines.append(table_row(columns, cells, width, indent=4))
    return lines
