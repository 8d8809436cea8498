"""Bars with confidence intervals and a threshold line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reportlab.graphics.shapes import Drawing

from reports.charts.drawing import Scale, axis, block, line, sheet, ticks, words
from reports.typography import ACCENT, ACCENT_SOFT, ALARM, CAUTION, FAINT, INK, MUTED, REGULAR, SMALL
from reports.typography import width as width_of
from reports.wording import number

ROWS_A_CHART = 26
"""More rows than this stand in several charts, so that none is taller than a page."""
_ROW = 16.0
_FOOT = 16.0


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar. `note` stands beneath the label's end, such as the number of rows."""

    label: str
    value: float | None
    low: float | None = None
    high: float | None = None
    note: str = ""
    weak: bool = False
    """Too few rows to judge: drawn in outline."""
    reference: bool = False


def interval_charts(
    bars: Sequence[Bar],
    width: float,
    *,
    threshold: float | None = None,
    threshold_label: str = "",
    bounds: tuple[float, float] | None = None,
    places: int = 3,
) -> list[Drawing]:
    """Return the bars as one drawing, or several on one scale where there are many.

    Args:
        bars: from top to bottom.
        width: of the drawing, in points.
        threshold: where a rule draws its line.
        threshold_label: what is written on that line.
        bounds: ends of the axis; from 0 to what the intervals need unless given.
        places: decimals of the figures at the right.
    """
    ends = bounds or _bounds(bars, threshold)
    return [
        _chart(bars[at : at + ROWS_A_CHART], width, ends, threshold, threshold_label, places)
        for at in range(0, len(bars), ROWS_A_CHART)
    ]


def _bounds(bars: Sequence[Bar], threshold: float | None) -> tuple[float, float]:
    values = [one for bar in bars for one in (bar.value, bar.low, bar.high) if one is not None]
    if threshold is not None:
        values.append(threshold)
    # A ratio's upper limit can be ten times its value where a group is tiny: the axis ends where it still reads.
    middle = max([bar.value for bar in bars if bar.value is not None] + [threshold or 0.0] + [0.0])
    low, high = min([0.0, *values]), max([0.0, *values])
    high = min(high, max(2.0 * middle, low + 1e-9)) if middle > 0 else max(high, 1e-9)
    low = max(low, -2.0 * max(middle, 1e-9)) if low < 0 else 0.0
    nice = ticks(low, high * 1.0001, 7)
    step = nice[1] - nice[0] if len(nice) > 1 else high or 1.0
    return low, nice[-1] if nice[-1] >= high - 1e-9 else nice[-1] + step


def _chart(
    bars: Sequence[Bar],
    width: float,
    ends: tuple[float, float],
    threshold: float | None,
    threshold_label: str,
    places: int,
) -> Drawing:
    labels, figures = width * 0.29, 118.0
    head = 14.0 if threshold is not None else 4.0
    height = head + _ROW * len(bars) + _FOOT
    drawing = sheet(width, height)
    scale = Scale(ends[0], ends[1], labels + 8, width - figures - 10)
    top = height - head
    axis(drawing, scale, _FOOT, top)
    for at, bar in enumerate(bars):
        _bar(drawing, bar, scale, top - _ROW * (at + 0.5), labels, width, places)
    line(drawing, scale(max(0.0, ends[0])), _FOOT, scale(max(0.0, ends[0])), top, colour=INK, thickness=0.7)
    if threshold is not None:
        x = scale(threshold)
        line(drawing, x, _FOOT, x, top + 2, colour=ALARM, thickness=1.0, dashes=(3, 2))
        words(drawing, x, top + 5, threshold_label or number(threshold), anchor="middle", colour=ALARM)
    return drawing


def _bar(
    drawing: Drawing, bar: Bar, scale: Scale, y: float, labels: float, width: float, places: int
) -> None:
    baseline = y - SMALL / 2 + 1.2
    note_room = width_of(bar.note, REGULAR, SMALL) + 6 if bar.note else 0.0
    words(drawing, 0, baseline, bar.label, colour=INK, room=labels - note_room)
    if bar.note:
        words(drawing, labels, baseline, bar.note, anchor="end", room=note_room)
    if bar.value is None:
        words(drawing, scale.start + 4, baseline, "no value")
        return
    zero, end = scale(max(0.0, scale.low)), scale(bar.value)
    fill = None if bar.weak else FAINT if bar.reference else ACCENT_SOFT
    block(
        drawing,
        min(zero, end),
        y - 4.6,
        max(0.6, abs(end - zero)),
        9.2,
        fill=fill,
        edge=FAINT if bar.weak else None,
        thickness=0.7,
        dashes=(2, 1.5) if bar.weak else None,
    )
    colour = CAUTION if bar.weak else ACCENT
    if bar.low is not None and bar.high is not None:
        low, high = scale(bar.low), scale(bar.high)
        line(drawing, low, y, high, y, colour=colour, thickness=1.3)
        for limit, x in ((bar.low, low), (bar.high, high)):
            if scale.low <= limit <= scale.high:
                line(drawing, x, y - 2.8, x, y + 2.8, colour=colour, thickness=1.3)
            else:  # the interval goes on beyond the axis
                tip = 3.0 if limit > scale.high else -3.0
                line(drawing, x - tip, y + 2.4, x, y, colour=colour, thickness=1.0)
                line(drawing, x - tip, y - 2.4, x, y, colour=colour, thickness=1.0)
    line(drawing, end, y - 4.6, end, y + 4.6, colour=colour, thickness=1.6)
    words(drawing, width - 78, baseline, number(float(bar.value), places), anchor="end", colour=INK)
    if bar.low is not None and bar.high is not None:
        text = f"{number(float(bar.low), places)} – {number(float(bar.high), places)}"
        words(drawing, width, baseline, text, anchor="end", colour=MUTED)
