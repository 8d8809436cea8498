"""Where the nodes of a lineage graph stand and how its edges run: a pure layered drawing with box lines.

Rules:
1. The subject stands in layer 0, what it comes from in layers -1, -2, … to its left, what comes from it to its right.
   A node's layer is its longest distance from the subject on that side, so that every edge runs left to right.
2. Within a layer, nodes are ordered by the mean row of their neighbours (barycentre heuristic, Sugiyama et al. 1981).
3. Between two layers each source has a track of its own unless its edges can't touch another's; where a line crosses
   a track that is not its own, the track is drawn through, so that a junction is always a true one.
4. An edge over several layers passes through them in a row of its own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tui.words import cut_apart

WIDEST, NARROWEST = 40, 14

UP, DOWN, LEFT, RIGHT = 1, 2, 4, 8
_BOX = {
    0: " ", UP: "│", DOWN: "│", UP | DOWN: "│", LEFT: "─", RIGHT: "─", LEFT | RIGHT: "─",
    DOWN | RIGHT: "┌", DOWN | LEFT: "┐", UP | RIGHT: "└", UP | LEFT: "┘",
    UP | DOWN | RIGHT: "├", UP | DOWN | LEFT: "┤", LEFT | RIGHT | DOWN: "┬", LEFT | RIGHT | UP: "┴",
    UP | DOWN | LEFT | RIGHT: "┼",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Placed:
    """A node's place on the grid."""

    name: str
    label: str
    layer: int
    x: int
    y: int
    width: int


@dataclass(slots=True)
class Drawing:
    """A finished drawing."""

    width: int
    height: int
    nodes: dict[str, Placed]
    lines: list[str]
    """Edges only; labels are painted over them."""
    rows: dict[int, list[str]] = field(default_factory=dict)
    """Layer to its node names from top to bottom."""


def layers_of(subject: str, edges: Sequence[tuple[str, str]]) -> dict[str, int]:
    """Return the layer of every node that can be reached from the subject in one direction.

    Edges that would close a cycle (which a ledger's lineage has not, but a hostile one may claim) are left out.
    """
    forward: dict[str, list[str]] = defaultdict(list)
    backward: dict[str, list[str]] = defaultdict(list)
    for source, target in edges:
        forward[source].append(target)
        backward[target].append(source)
    found = {subject: 0}
    for neighbours, sign in ((backward, -1), (forward, 1)):
        for name, distance in _longest(subject, neighbours).items():
            found.setdefault(name, sign * distance)
    return found


def _longest(start: str, neighbours: Mapping[str, Sequence[str]]) -> dict[str, int]:
    order: list[str] = []
    state: dict[str, int] = {}
    stack: list[tuple[str, int]] = [(start, 0)]
    tree: dict[str, list[str]] = defaultdict(list)
    while stack:  # depth first, without recursion: a chain may be long
        name, index = stack.pop()
        state[name] = 1
        following = neighbours.get(name, ())
        if index < len(following):
            stack.append((name, index + 1))
            other = following[index]
            if state.get(other) != 1:  # 1: on the way here, so this edge would close a cycle
                tree[name].append(other)
                if other not in state:
                    stack.append((other, 0))
        else:
            state[name] = 2
            order.append(name)
    distance = {start: 0}
    for name in reversed(order):
        for other in tree[name]:
            distance[other] = max(distance.get(other, 0), distance[name] + 1)
    return distance


def draw(subject: str, labels: Mapping[str, str], edges: Sequence[tuple[str, str]], *, room: int) -> Drawing:
    """Return the drawing of the graph around `subject`.

    Args:
        subject: the node in the middle.
        labels: name to the text that stands for it.
        edges: (source, target) pairs; those between nodes that are not reached in one direction are left out.
        room: cells that the drawing should fit into; labels of the widest layers are cut for it, down to 14 cells.
    """
    layer = layers_of(subject, edges)
    drawn = sorted({(a, b) for a, b in edges if a in layer and b in layer and layer[a] < layer[b]})
    rows: dict[int, list[str]] = defaultdict(list)
    for name in sorted(layer, key=lambda one: (layer[one], labels.get(one, one), one)):
        rows[layer[name]].append(name)
    segments = _split(drawn, layer, rows)
    _order(rows, segments)
    return _paint(labels, rows, segments, _rows_to_lines(rows, segments), room)


def _split(
    edges: Sequence[tuple[str, str]], layer: Mapping[str, int], rows: dict[int, list[str]]
) -> dict[int, list[tuple[str, str]]]:
    """Cut edges into pieces between neighbouring layers; passing nodes are named by their source and layer."""
    segments: dict[int, list[tuple[str, str]]] = defaultdict(list)
    passing: set[str] = set()
    for source, target in edges:
        here = source
        for index in range(layer[source], layer[target]):
            last = index + 1 == layer[target]
            there = target if last else f"\0{source}\0{index + 1}"
            if not last and there not in passing:
                passing.add(there)
                rows[index + 1].append(there)
            if (here, there) not in segments[index]:
                segments[index].append((here, there))
            here = there
    return segments


def _order(rows: dict[int, list[str]], segments: Mapping[int, Sequence[tuple[str, str]]]) -> None:
    names = sorted(rows)
    for _ in range(4):
        for side, sweep in ((0, names[1:]), (1, names[-2::-1])):
            for index in sweep:
                fixed = rows[index - 1] if side == 0 else rows[index + 1]
                position = {name: row for row, name in enumerate(fixed)}
                pairs = segments.get(index - 1, ()) if side == 0 else segments.get(index, ())
                near: dict[str, list[int]] = defaultdict(list)
                for source, target in pairs:
                    mine, other = (target, source) if side == 0 else (source, target)
                    near[mine].append(position[other])
                was = {name: row for row, name in enumerate(rows[index])}
                rows[index].sort(
                    key=lambda one: (sum(near[one]) / len(near[one]) if near[one] else was[one], was[one])
                )


def _rows_to_lines(
    rows: Mapping[int, list[str]], segments: Mapping[int, Sequence[tuple[str, str]]]
) -> dict[str, int]:
    """Give each node a line near its neighbours towards the subject, so that single chains run straight."""
    lines = {name: row for row, name in enumerate(rows[0])}
    near: dict[str, list[str]] = defaultdict(list)
    for index, pairs in segments.items():
        for source, target in pairs:
            inner, outer = (source, target) if index >= 0 else (target, source)
            near[outer].append(inner)
    for index in sorted((index for index in rows if index), key=abs):
        wanted = [sum(lines[one] for one in near[name]) / max(len(near[name]), 1) for name in rows[index]]
        placed: list[int] = []
        for want in wanted:
            placed.append(max(round(want), placed[-1] + 1) if placed else round(want))
        shift = round(
            sum(want - place for want, place in zip(wanted, placed, strict=True)) / max(len(placed), 1)
        )
        lines.update({name: place + shift for name, place in zip(rows[index], placed, strict=True)})
    lowest = min(lines.values())
    return {name: row - lowest for name, row in lines.items()}


def _tracks(pairs: Sequence[tuple[str, str]], line_of: Mapping[str, int]) -> dict[str, int]:
    """Give each source a vertical track: none overlap, and a source turns off its row before others turn onto it.

    Sources with the same targets share a track: whichever way one reads their junctions is true.

    The second part is the vertical constraint of channel routing. Where it is a cycle (two sources that swap rows)
    it is cut at its first source, and one junction can then be read two ways: the strip below the drawing names the
    true neighbours of the selected node.
    """
    targets: dict[str, set[int]] = defaultdict(set)
    for source, target in pairs:
        targets[source].add(line_of[target])
    groups: dict[frozenset[int], list[str]] = defaultdict(list)
    for source, lines in targets.items():
        groups[frozenset(lines)].append(source)
    own = {rows: {line_of[source] for source in sources} for rows, sources in groups.items()}
    bent = sorted(
        (rows for rows in groups if own[rows] != rows), key=lambda rows: (min(own[rows]), sorted(rows))
    )
    before = {rows: {other for other in bent if other != rows and own[other] & rows} for rows in bent}
    track = dict.fromkeys(targets, 0)
    taken: list[list[tuple[int, int]]] = []
    placed: dict[frozenset[int], int] = {}
    while len(placed) < len(bent):
        waiting = [rows for rows in bent if rows not in placed]
        rows = next((one for one in waiting if before[one] <= placed.keys()), waiting[0])
        low, high = min(rows | own[rows]), max(rows | own[rows])
        index = max((placed[other] + 1 for other in before[rows] if other in placed), default=0)
        while index < len(taken) and any(low <= bottom and top <= high for top, bottom in taken[index]):
            index += 1
        while len(taken) <= index:
            taken.append([])
        taken[index].append((low, high))
        placed[rows] = index
        track.update(dict.fromkeys(groups[rows], index))
    return track


def _widths(labels: Mapping[str, str], rows: Mapping[int, list[str]], room: int) -> dict[int, int]:
    """Give each layer the width of its longest label, then take from the widest until all fit."""
    width = {
        index: max([min(len(labels.get(name, name)), WIDEST) for name in names if name[0] != "\0"] or [1])
        for index, names in rows.items()
    }
    while sum(width.values()) > room:
        # The subject's own layer gives too: its whole name stands above the drawing.
        widest = max(width, key=lambda index: width[index])
        if width[widest] <= NARROWEST:
            break
        width[widest] -= 1
    return width


def _paint(
    labels: Mapping[str, str],
    rows: Mapping[int, list[str]],
    segments: Mapping[int, Sequence[tuple[str, str]]],
    line_of: Mapping[str, int],
    room: int,
) -> Drawing:
    order = sorted(rows)
    tracks = {index: _tracks(segments.get(index, ()), line_of) for index in order}
    gaps = sum(max(track.values()) + 5 for track in tracks.values() if track)
    widths = _widths(labels, rows, room - gaps)
    starts: dict[int, int] = {}
    x = 0
    for index in order:
        starts[index] = x
        count = max(tracks[index].values(), default=-1) + 1
        x += widths[index] + (count + 4 if count else 0)
    height = max(line_of.values()) + 1
    grid = _Grid(x, height)
    nodes: dict[str, Placed] = {}
    for index in order:
        for name in rows[index]:
            y = line_of[name]
            if name[0] == "\0":
                grid.level(starts[index] - 1, starts[index] + widths[index], y, name)
                continue
            label = cut_apart(labels.get(name, name), widths[index])
            nodes[name] = Placed(name, label, index, starts[index], y, len(label))
    for index in order:
        _paint_gap(grid, index, segments.get(index, ()), tracks[index], starts, widths, line_of, nodes)
    return Drawing(x, height, nodes, grid.lines(), {i: [n for n in rows[i] if n[0] != "\0"] for i in order})


def _paint_gap(
    grid: _Grid,
    index: int,
    pairs: Sequence[tuple[str, str]],
    track: Mapping[str, int],
    starts: Mapping[int, int],
    widths: Mapping[int, int],
    line_of: Mapping[str, int],
    nodes: Mapping[str, Placed],
) -> None:
    reached: dict[str, set[str]] = defaultdict(set)
    for source, target in pairs:
        reached[source].add(target)
    for source, target in pairs:
        owner = "\0".join(sorted(reached[source]))  # whose track it is: those of one track may touch
        left = (
            starts[index] + widths[index] if source[0] == "\0" else nodes[source].x + nodes[source].width + 1
        )
        bus = starts[index] + widths[index] + 2 + track[source]
        end = starts[index + 1] - (1 if target[0] == "\0" else 2)
        top, bottom = line_of[source], line_of[target]
        grid.level(left, bus, top, owner)
        grid.upright(bus, top, bottom, owner)
        grid.level(bus, end, bottom, owner)
        if target[0] != "\0":
            grid.arrow(end, bottom)


class _Grid:
    """Cells that know which lines meet in them and whose they are."""

    def __init__(self, width: int, height: int) -> None:
        self._arms = [[0] * width for _ in range(height)]
        self._upright_of: dict[tuple[int, int], str] = {}
        self._arrows: set[tuple[int, int]] = set()
        self._width = width

    def level(self, left: int, right: int, y: int, owner: str) -> None:
        for x in range(max(left, 0), min(right, self._width - 1) + 1):
            arms = (LEFT if x > left else 0) | (RIGHT if x < right else 0)
            foreign = self._upright_of.get((x, y))
            through = self._arms[y][x] & (UP | DOWN) == UP | DOWN
            if through and foreign != owner and left < x < right:
                continue  # rule 3: the track is drawn through
            self._arms[y][x] |= arms

    def upright(self, x: int, top: int, bottom: int, owner: str) -> None:
        low, high = min(top, bottom), max(top, bottom)
        for y in range(low, high + 1):
            arms = (UP if y > low else 0) | (DOWN if y < high else 0)
            if (
                arms == UP | DOWN
                and self._upright_of.get((x, y)) != owner
                and self._arms[y][x] & (LEFT | RIGHT)
            ):
                self._arms[y][x] = 0  # a line that was here first passes beneath
            if arms:
                self._upright_of[x, y] = owner
            self._arms[y][x] |= arms

    def arrow(self, x: int, y: int) -> None:
        self._arrows.add((x, y))

    def lines(self) -> list[str]:
        drawn = ["".join(_BOX[arms] for arms in row) for row in self._arms]
        for x, y in self._arrows:
            drawn[y] = drawn[y][:x] + "▶" + drawn[y][x + 1 :]
        return drawn
