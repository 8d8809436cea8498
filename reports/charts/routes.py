"""Ways for the lineage's edges: between boxes, never behind them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from reportlab.graphics.shapes import Path

STEP = 1.7
"""Points between edges that share a gap."""


@dataclass(frozen=True, slots=True)
class Place:
    """A box: its lower left corner and its column."""

    x: float
    y: float
    column: int


@dataclass
class Routes:
    """Where edges may run: the channels between columns, and in each column the gaps between its boxes."""

    columns: Sequence[Sequence[Place]]
    """Boxes of each column, from the top."""
    width: float
    height: float
    gap: float
    used: Counter[tuple[int, int]] = field(default_factory=Counter)

    def path(self, path: Path, start: Place, end: Place) -> None:
        """Draw an edge into `path`: curves in the channels, straight through gaps of columns that lie between."""
        left, right = (start, end) if start.column <= end.column else (end, start)
        y1, y2 = left.y + self.height / 2, right.y + self.height / 2
        x = left.x + self.width
        if left.column == right.column:
            self._arc(path, left, y1, y2)
            return
        path.moveTo(x, y1)
        y = y1
        for column in range(left.column + 1, right.column):
            enter = self.columns[column][0].x
            aim = y1 + (y2 - y1) * (column - left.column) / (right.column - left.column)
            lane = self._lane(column, aim)
            self._curve(path, x, y, enter, lane)
            x, y = enter + self.width, lane
            path.lineTo(x, y)
        self._curve(path, x, y, right.x, y2)

    def _arc(self, path: Path, place: Place, y1: float, y2: float) -> None:
        """Join two boxes of a column at its right side, or at the left of the last, which ends at the margin."""
        last = place.column == len(self.columns) - 1 and place.column > 0
        x, out = (place.x, -self.gap) if last else (place.x + self.width, self.gap)
        path.moveTo(x, y1)
        path.curveTo(x + out, y1, x + out, y2, x, y2)

    def _curve(self, path: Path, x1: float, y1: float, x2: float, y2: float) -> None:
        bend = (x2 - x1) / 2
        path.curveTo(x1 + bend, y1, x2 - bend, y2, x2, y2)

    def _lane(self, column: int, aim: float) -> float:
        """Return the height of the gap nearest to `aim`, beside edges that run there already."""
        boxes = self.columns[column]
        gaps = [boxes[0].y + self.height + self.gap / 2, *(box.y - self.gap / 2 for box in boxes)]
        at = min(range(len(gaps)), key=lambda one: (abs(gaps[one] - aim), one))
        taken = self.used[column, at]
        self.used[column, at] += 1
        room = self.gap / 2 - 1.2
        offset = STEP * ((taken + 1) // 2) * (1 if taken % 2 else -1)
        return gaps[at] + max(-room, min(room, offset))
