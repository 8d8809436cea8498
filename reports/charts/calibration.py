"""Calibration: what was predicted against what was observed."""

from __future__ import annotations

from collections.abc import Sequence

from reportlab.graphics.shapes import Circle, Drawing, PolyLine

from governance.lineage.results import CalibrationBin
from reports.charts.drawing import Scale, block, line, sheet, words
from reports.typography import ACCENT, ACCENT_SOFT, FAINT, INK, PAPER
from reports.wording import number


def calibration_chart(bins: Sequence[CalibrationBin], width: float, height: float = 210.0) -> Drawing:
    """Return the observed rate over the mean prediction of each bin; a perfect model follows the dashed line.

    Beneath stand the bins' row counts, for a point that few rows made says little.
    """
    drawing = sheet(width, height)
    foot, counts = 26.0, 30.0
    across = Scale(0, 1, 30, width - 6)
    up = Scale(0, 1, foot + counts + 8, height - 6)
    for value in (0.0, 0.25, 0.5, 0.75, 1.0):
        line(drawing, across(value), up.start, across(value), up.end)
        line(drawing, across.start, up(value), across.end, up(value))
        words(drawing, across(value), foot - 10, number(value, 2), anchor="middle")
        words(drawing, across.start - 4, up(value) - 2.5, number(value, 2), anchor="end")
    line(drawing, across(0), up(0), across(1), up(1), colour=FAINT, thickness=0.9, dashes=(3, 2))
    most = max((one.rows for one in bins), default=0) or 1
    for one in bins:
        tall = counts * one.rows / most
        block(drawing, across(one.predicted) - 4, foot, 8, max(0.5, tall), fill=ACCENT_SOFT)
    points = sorted((one.predicted, one.observed) for one in bins)
    if len(points) > 1:
        flat = [part for x, y in points for part in (across(x), up(y))]
        drawing.add(PolyLine(flat, strokeColor=ACCENT, strokeWidth=1.2))
    for x, y in points:
        drawing.add(Circle(across(x), up(y), 2.6, fillColor=PAPER, strokeColor=ACCENT, strokeWidth=1.4))
    line(drawing, across.start, foot, across.end, foot, colour=INK, thickness=0.7)
    words(drawing, across.end, foot - 21, "mean predicted probability", anchor="end")
    words(drawing, across.start + 3, up.end - 9, "observed rate")
    words(drawing, across.start + 3, foot + counts - 6, f"rows (at most {most:,} a bin)")
    return drawing
