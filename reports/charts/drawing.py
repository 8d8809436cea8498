"""What all charts share: text, lines and scales in the house's type and colour."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from reportlab.graphics.shapes import Drawing, Line, Rect, String
from reportlab.lib.colors import Color

from reports.typography import HAIRLINE, MUTED, REGULAR, SMALL, fit, plain
from reports.wording import number


def sheet(width: float, height: float) -> Drawing:
    """Return an empty drawing; without a font of ours the library would name one that is not embedded."""
    return Drawing(width, height, initialFontName=REGULAR, initialFontSize=SMALL)


@dataclass(frozen=True, slots=True)
class Scale:
    """A linear scale from values to points."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """Return where `value` stands, held within the scale."""
        span = self.high - self.low or 1.0
        share = min(1.0, max(0.0, (value - self.low) / span))
        return self.start + share * (self.end - self.start)


def ticks(low: float, high: float, wanted: int = 5) -> list[float]:
    """Return round values between two bounds (Heckbert 1990, "Nice numbers for graph labels")."""
    if not math.isfinite(low) or not math.isfinite(high) or high <= low:
        return [low]
    rough = (high - low) / max(1, wanted - 1)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= rough * 0.999)
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [round(index * step, 12) for index in range(first, last + 1)]


def tick_text(value: float, step: float) -> str:
    """Return a tick's label with as many decimals as its step needs."""
    places = max(0, -math.floor(math.log10(step) + 1e-9)) if step > 0 else 0
    if step > 0 and round(step * 10**places, 6) != round(step * 10**places):
        places += 1
    return number(float(value), places)


def words(
    drawing: Drawing,
    x: float,
    y: float,
    text: str,
    *,
    anchor: Literal["start", "middle", "end"] = "start",
    colour: Color = MUTED,
    font: str = REGULAR,
    size: float = SMALL,
    room: float | None = None,
) -> None:
    """Write text into a drawing, cut to `room` where that is given."""
    shown = plain(text) if room is None else fit(text, font, size, room)
    drawing.add(String(x, y, shown, textAnchor=anchor, fillColor=colour, fontName=font, fontSize=size))


def line(
    drawing: Drawing,
    x1: float,
    y1: float,
    x2: float,
    y2: float,
    *,
    colour: Color = HAIRLINE,
    thickness: float = 0.5,
    dashes: Sequence[float] | None = None,
) -> None:
    """Draw a straight line."""
    stroke = Line(x1, y1, x2, y2)
    stroke.strokeColor = colour
    stroke.strokeWidth = thickness
    if dashes:
        stroke.strokeDashArray = list(dashes)
    drawing.add(stroke)


def block(
    drawing: Drawing,
    x: float,
    y: float,
    width: float,
    height: float,
    *,
    fill: Color | None,
    edge: Color | None = None,
    thickness: float = 0.6,
    dashes: Sequence[float] | None = None,
    corner: float = 0.0,
) -> None:
    """Draw a rectangle."""
    shape = Rect(x, y, width, height, rx=corner, ry=corner)
    shape.fillColor = fill
    shape.strokeColor = edge
    shape.strokeWidth = thickness
    if dashes:
        shape.strokeDashArray = list(dashes)
    drawing.add(shape)


def axis(drawing: Drawing, scale: Scale, low_y: float, high_y: float, *, wanted: int = 5) -> None:
    """Draw a value axis below a chart: faint vertical lines and their values."""
    values = ticks(scale.low, scale.high, wanted)
    step = values[1] - values[0] if len(values) > 1 else 1.0
    for value in values:
        x = scale(value)
        line(drawing, x, low_y, x, high_y)
        words(drawing, x, low_y - 10, tick_text(value, step), anchor="middle")
