"""The lineage as a layered graph: data at the left, use at the right."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from reportlab.graphics.shapes import Drawing, Path

from governance.workspace.views import Edge, Node
from reports.charts.drawing import block, sheet, words
from reports.typography import ACCENT, FAINT, HAIRLINE, INK, MUTED, PAPER, REGULAR, WASH, plain
from reports.typography import width as width_of
from reports.wording import counted, day, short_subject

_LAYERS = (
    ("system", "dataset"),
    ("run", "policy"),
    ("model",),
    ("evidence", "approval", "waiver"),
    ("decision",),
    ("deployment",),
    ("batch", "alert", "finding"),
)
"""What stands in which column; a kind that is none of these is not drawn (it stands in the table)."""
_TITLES = ("origin", "training", "model", "evidence", "decisions", "deployments", "use")
_AT_MOST = 5
"""Subjects of one kind drawn singly; more are drawn as one box with their number."""
_NAME = 6.2
_LINES = 3
_BOX, _GAP = 43.0, 8.0


@dataclass(frozen=True, slots=True)
class _Box:
    key: str
    title: str
    text: str
    known: bool
    centre: bool


def lineage_chart(subject: str, nodes: Sequence[Node], edges: Sequence[Edge], width: float) -> Drawing:
    """Return the graph around `subject`, which is drawn filled.

    Subjects that something names but nothing registered are dashed.
    """
    stands: dict[str, str] = {}
    layers = [_boxes(kinds, subject, nodes, stands) for kinds in _LAYERS]
    used = [(title, boxes) for title, boxes in zip(_TITLES, layers, strict=True) if boxes]
    tallest = max((len(boxes) for _, boxes in used), default=1)
    head = 18.0
    height = head + tallest * (_BOX + _GAP) + 4
    drawing = sheet(width, height)
    if not used:
        return drawing
    space = 14.0
    box_width = (width - space * (len(used) - 1)) / len(used)
    places: dict[str, tuple[float, float, int]] = {}
    for column, (_, boxes) in enumerate(used):
        x = column * (box_width + space)
        block = len(boxes) * (_BOX + _GAP) - _GAP
        y = (height - head - block) / 2 + block - _BOX
        for box in boxes:
            places[box.key] = (x, y, column)
            y -= _BOX + _GAP
    drawn: set[tuple[str, str]] = set()
    for edge in edges:
        ends = (stands.get(edge.source, ""), stands.get(edge.target, ""))
        pair = (min(ends), max(ends))
        if ends[0] != ends[1] and all(end in places for end in ends) and pair not in drawn:
            drawn.add(pair)
            strong = stands.get(subject) in ends
            _connect(drawing, places[ends[0]], places[ends[1]], box_width, strong=strong)
    for column, (title, boxes) in enumerate(used):
        words(drawing, column * (box_width + space), height - 8, title, room=box_width + space - 4)
        for box in boxes:
            _draw(drawing, box, places[box.key], box_width)
    return drawing


def _boxes(kinds: Sequence[str], subject: str, nodes: Sequence[Node], stands: dict[str, str]) -> list[_Box]:
    boxes = []
    for kind in kinds:
        of_kind = [node for node in nodes if node.kind == kind]
        if len(of_kind) > _AT_MOST:
            single = [node for node in of_kind if node.subject == subject]
            rest = [node for node in of_kind if node.subject != subject]
            boxes += [_single(node, subject, stands) for node in single]
            key = f"many:{kind}"
            stands.update({node.subject: key for node in rest})
            times = sorted(node.time for node in rest if node.time)
            span = f"{day(times[0])} – {day(times[-1])}" if times else ""
            boxes.append(_Box(key, counted(len(rest), kind, _plural(kind)), span, known=True, centre=False))
        else:
            boxes += [_single(node, subject, stands) for node in of_kind]
    return boxes


def _plural(kind: str) -> str:
    return {"batch": "batches", "evidence": "evidence"}.get(kind, f"{kind}s")


def _single(node: Node, subject: str, stands: dict[str, str]) -> _Box:
    stands[node.subject] = node.subject
    title = node.kind
    text = short_subject(node.subject).partition(":")[2]
    if node.kind in {"evidence", "decision", "approval", "waiver", "batch", "alert"} and node.label:
        text = node.label
    return _Box(node.subject, title, text, node.known, node.subject == subject)


def _connect(
    drawing: Drawing,
    start: tuple[float, float, int],
    end: tuple[float, float, int],
    box_width: float,
    *,
    strong: bool,
) -> None:
    colour, thickness = (ACCENT, 0.9) if strong else (FAINT, 0.6)
    path = Path(strokeColor=colour, strokeWidth=thickness, fillColor=None)
    left, right = (start, end) if start[2] <= end[2] else (end, start)
    y1, y2 = left[1] + _BOX / 2, right[1] + _BOX / 2
    if left[2] == right[2]:  # within a column: an arc at its right side
        x = left[0] + box_width
        path.moveTo(x, y1)
        path.curveTo(x + 13, y1, x + 13, y2, x, y2)
    else:
        x1, x2 = left[0] + box_width, right[0]
        bend = min(40.0, (x2 - x1) / 2)
        path.moveTo(x1, y1)
        path.curveTo(x1 + bend, y1, x2 - bend, y2, x2, y2)
    drawing.add(path)


def _draw(drawing: Drawing, box: _Box, place: tuple[float, float, int], box_width: float) -> None:
    x, y, _ = place
    block(
        drawing,
        x,
        y,
        box_width,
        _BOX,
        fill=ACCENT if box.centre else WASH if box.known else PAPER,
        edge=ACCENT if box.centre else HAIRLINE if box.known else FAINT,
        dashes=None if box.known else (2, 2),
        corner=2,
    )
    faint, strong = (PAPER, PAPER) if box.centre else (MUTED, INK)
    words(drawing, x + 4, y + _BOX - 8.5, box.title, colour=faint, size=5.8, room=box_width - 7)
    for at, part in enumerate(_lines(box.text, box_width - 7)):
        words(drawing, x + 4, y + _BOX - 18 - 8.5 * at, part, colour=strong, size=_NAME, room=box_width - 7)


def _lines(text: str, room: float) -> list[str]:
    """Break a name after `-`, `_`, `/` and spaces and before `@` into as many lines as a box holds."""
    lines: list[str] = []
    for part in re.findall(r"[^-_/ @…]*[-_/ …]?|@[^-_/ ]*", text):
        joined = (lines[-1] if lines else "") + part
        if lines and width_of(plain(joined), REGULAR, _NAME) <= room:
            lines[-1] = joined
        elif part:
            lines.append(part)
    return [*lines[: _LINES - 1], "".join(lines[_LINES - 1 :])] if len(lines) > _LINES else lines
