"""The lineage as a layered graph: data at the left, use at the right."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from reportlab.graphics.shapes import Drawing, Path

from governance.workspace.views import Edge, Node
from reports.charts.drawing import block, sheet, words
from reports.charts.routes import Place, Routes
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
_BOX, _GAP, _SPACE = 43.0, 13.0, 15.0


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
    height = head + tallest * (_BOX + _GAP) + _GAP
    drawing = sheet(width, height)
    if not used:
        return drawing
    box_width = (width - _SPACE * (len(used) - 1)) / len(used)
    places: dict[str, Place] = {}
    for column, (_, boxes) in enumerate(used):
        tall = len(boxes) * (_BOX + _GAP) - _GAP
        top = (height - head - tall) / 2 + tall - _BOX
        for at, box in enumerate(boxes):
            places[box.key] = Place(column * (box_width + _SPACE), top - at * (_BOX + _GAP), column)
    columns = [[places[box.key] for box in boxes] for _, boxes in used]
    routes = Routes(columns, box_width, _BOX, _GAP)
    drawn: set[tuple[str, str]] = set()
    for edge in edges:
        ends = (stands.get(edge.source, ""), stands.get(edge.target, ""))
        pair = (min(ends), max(ends))
        if ends[0] != ends[1] and all(end in places for end in ends) and pair not in drawn:
            drawn.add(pair)
            strong = stands.get(subject) in ends
            colour, thickness = (ACCENT, 0.9) if strong else (FAINT, 0.6)
            path = Path(strokeColor=colour, strokeWidth=thickness, fillColor=None)
            routes.path(path, places[ends[0]], places[ends[1]])
            drawing.add(path)
    for column, (title, boxes) in enumerate(used):
        words(drawing, column * (box_width + _SPACE), height - 8, title, room=box_width + _SPACE - 4)
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
            days = sorted({day(time) for time in times})
            span = " – ".join(days[:1] + days[1:][-1:])
            boxes.append(_Box(key, counted(len(rest), kind, _plural(kind)), span, known=True, centre=False))
        else:
            boxes += [_single(node, subject, stands) for node in of_kind]
    return boxes


def _plural(kind: str) -> str:
    return {"batch": "batches", "evidence": "evidence entries"}.get(kind, f"{kind}s")


def _single(node: Node, subject: str, stands: dict[str, str]) -> _Box:
    stands[node.subject] = node.subject
    title = node.kind
    text = short_subject(node.subject).partition(":")[2]
    if node.kind in {"evidence", "decision", "approval", "waiver", "batch", "alert"} and node.label:
        text = node.label
    return _Box(node.subject, title, text, node.known, node.subject == subject)


def _draw(drawing: Drawing, box: _Box, place: Place, box_width: float) -> None:
    x, y = place.x, place.y
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
