"""What moved the score: mean absolute contributions, a beeswarm, and the reasons of one decision."""

from __future__ import annotations

from collections.abc import Sequence

from reportlab.graphics.shapes import Circle, Drawing
from reportlab.lib.colors import Color, linearlyInterpolatedColor

from governance.lineage.results import FeatureImportance, FeatureSample, ReasonCode
from reports.charts.drawing import Scale, axis, block, line, sheet, ticks, words
from reports.typography import ACCENT, ACCENT_SOFT, FAINT, HAIRLINE, INK, SMALL
from reports.wording import number, value_text

_LABELS = 0.3
_SAME = 1e-12


def importance_chart(features: Sequence[FeatureImportance], width: float) -> Drawing:
    """Return mean absolute contributions as bars, in the order given."""
    row, foot = 14.0, 16.0
    height = row * len(features) + foot + 4
    drawing = sheet(width, height)
    most = max((one.mean_absolute for one in features), default=0.0) or 1.0
    marks = ticks(0, most)
    step = marks[1] - marks[0] if len(marks) > 1 else most
    end = marks[-1] if marks[-1] >= most else marks[-1] + step
    scale = Scale(0, end, width * _LABELS, width - 46)
    axis(drawing, scale, foot, height - 4)
    for at, one in enumerate(features):
        y = height - 4 - row * (at + 0.5)
        words(drawing, 0, y - 2.5, one.feature, colour=INK, room=width * _LABELS - 10)
        bar = max(0.6, scale(one.mean_absolute) - scale.start)
        block(drawing, scale.start, y - 4, bar, 8, fill=ACCENT_SOFT)
        words(drawing, width, y - 2.5, number(float(one.mean_absolute)), anchor="end", colour=INK)
    line(drawing, scale.start, foot, scale.start, height - 4, colour=INK, thickness=0.7)
    return drawing


def beeswarm_chart(samples: Sequence[FeatureSample], width: float, unit: str) -> Drawing:
    """Return one dot a row and feature: right raises the score; dark dots have high feature values."""
    row, foot, head = 19.0, 28.0, 16.0
    height = row * len(samples) + foot + head
    drawing = sheet(width, height)
    far = max((abs(value) for one in samples for value in one.contributions), default=0.0) or 1.0
    scale = Scale(-1.04 * far, 1.04 * far, width * _LABELS, width - 6)
    axis(drawing, scale, foot, height - head)
    line(drawing, scale(0), foot, scale(0), height - head, colour=INK, thickness=0.7)
    for at, one in enumerate(samples):
        middle = height - head - row * (at + 0.5)
        words(drawing, 0, middle - 2.5, one.feature, colour=INK, room=width * _LABELS - 10)
        line(drawing, scale.start, middle, scale.end, middle, colour=HAIRLINE, thickness=0.4)
        for x, offset, colour in _swarm(one, scale, row):
            drawing.add(Circle(x, middle + offset, 1.25, fillColor=colour, strokeColor=None))
    words(drawing, scale.end, foot - 21, f"contribution ({unit})", anchor="end")
    _legend(drawing, scale.end, height - 9)
    return drawing


def _swarm(sample: FeatureSample, scale: Scale, row: float) -> list[tuple[float, float, Color]]:
    """Place dots that would overlap above and below each other, alternately, without randomness."""
    known = [value for value in sample.values if value is not None]
    low, high = min(known, default=0.0), max(known, default=0.0)
    stacked: dict[int, int] = {}
    placed = []
    for value, contribution in sorted(
        zip(sample.values, sample.contributions, strict=True),
        key=lambda pair: (pair[1], pair[0] is not None, pair[0] or 0.0),
    ):
        x = scale(contribution)
        cell = round(x / 2.2)
        count = stacked.get(cell, 0)
        stacked[cell] = count + 1
        level = (count + 1) // 2 * (1 if count % 2 else -1)
        offset = max(-row / 2 + 2, min(row / 2 - 2, level * 1.9))
        placed.append((x, offset, _shade(value, low, high)))
    return placed


def _shade(value: float | None, low: float, high: float) -> Color:
    if value is None:
        return HAIRLINE
    if high - low < _SAME:
        return ACCENT
    return linearlyInterpolatedColor(FAINT, ACCENT, low, high, value)


def _legend(drawing: Drawing, right: float, y: float) -> None:
    words(drawing, right, y, "high", anchor="end")
    start = right - 20 - 60
    for step in range(30):
        shade = linearlyInterpolatedColor(FAINT, ACCENT, 0, 29, step)
        block(drawing, start + 2 * step, y, 2.1, 5, fill=shade)
    words(drawing, start - 4, y, "feature value: low", anchor="end")


def reasons_chart(reasons: Sequence[ReasonCode], width: float) -> Drawing:
    """Return the reasons of one decision: bars to the left lower the score, bars to the right raise it."""
    row = 14.0
    drawing = sheet(width, row * len(reasons) + 4)
    far = max((abs(one.contribution) for one in reasons), default=0.0) or 1.0
    scale = Scale(-far, far, width * 0.46, width - 46)
    for at, one in enumerate(reasons):
        y = drawing.height - 2 - row * (at + 0.5)
        label = f"{one.feature} = {value_text(one.value)}"
        words(drawing, 0, y - SMALL / 2 + 1.2, label, colour=INK, room=width * 0.46 - 8)
        ends = sorted((scale(0), scale(one.contribution)))
        bar = max(0.6, ends[1] - ends[0])
        block(drawing, ends[0], y - 3.6, bar, 7.2, fill=ACCENT_SOFT)
        sign = "+" if one.contribution > 0 else ""
        words(drawing, width, y - 2.5, f"{sign}{number(float(one.contribution))}", anchor="end", colour=INK)
    line(drawing, scale(0), 0, scale(0), drawing.height, colour=INK, thickness=0.7)
    return drawing
