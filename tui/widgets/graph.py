"""The lineage graph as a widget: a drawing with a cursor that moves from node to node."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size, Spacing
from textual.message import Message
from textual.strip import Strip

from tui.lineage_layout import Drawing, Placed
from tui.lines import Span
from tui.pages.lineage import Picture
from tui.widgets.styled import StyledView
from tui.words import cut


class Graph(StyledView):
    """Shows a drawing; arrows move along edges and within a layer."""

    DEFAULT_CSS = "Graph { overflow-x: auto; scrollbar-size-horizontal: 1; }"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h", "sideways(-1)", "Upstream", show=False),
        Binding("right", "sideways(1)", "Downstream", show=False),
        Binding("up,k", "along(-1)", "Up", show=False),
        Binding("down,j", "along(1)", "Down", show=False),
        Binding("home", "centre", "Subject", show=False),
        Binding("enter", "open", "Open"),
        Binding("space", "expand", "Expand"),
    ]

    @dataclass
    class Moved(Message):
        """The cursor stands on another node."""

        name: str

    @dataclass
    class Opened(Message):
        """Somebody wants to see a node whole."""

        name: str

    @dataclass
    class Expanded(Message):
        """Somebody wants to see what lies beyond a node."""

        name: str

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - textual's name
        super().__init__(id=id)
        self._drawing = Drawing(0, 0, {}, [])
        self._edges: Sequence[tuple[str, str]] = ()
        self._styles: Mapping[str, str] = {}
        self._heads: Mapping[int, str] = {}
        self._subject = ""
        self.selected = ""

    def show(self, drawing: Drawing, picture: Picture, subject: str, heads: Mapping[int, str]) -> None:
        """Show a drawing, the cursor where it was if that is still there, else on the subject.

        Args:
            drawing: where everything stands.
            picture: edges and styles of what was drawn.
            subject: the node in the middle.
            heads: what stands above each layer.
        """
        self._drawing, self._edges, self._styles, self._subject = (
            drawing,
            picture.edges,
            picture.styles,
            subject,
        )
        self._heads = heads
        if self.selected not in drawing.nodes:
            self.selected = subject
        self._measure()
        self._into_sight()
        self.refresh()
        self.post_message(self.Moved(self.selected))

    def _measure(self) -> None:
        self.virtual_size = Size(self._drawing.width + self._margin + 1, self._drawing.height + 3)

    @property
    def _margin(self) -> int:
        """Blank cells on the left: a small drawing stands in the middle."""
        return max((self.size.width - self._drawing.width) // 2, 1)

    @property
    def _top(self) -> int:
        return max((self.size.height - self._drawing.height) // 2, 2)

    def on_resize(self) -> None:
        """Centre again."""
        self._measure()

    def render_line(self, y: int) -> Strip:
        """Paint a line of edges with its labels over it."""
        row = y + self.scroll_offset.y - self._top
        if row == -2:
            return self._head_line()
        if not 0 <= row < self._drawing.height:
            return self.paint(())
        spans: list[Span] = [(" " * self._margin, "")]
        text, at = self._drawing.lines[row], 0
        for node in sorted((n for n in self._drawing.nodes.values() if n.y == row), key=lambda one: one.x):
            spans.append((text[at : node.x], "muted"))
            spans.append((node.label[: node.width], self._style(node)))
            at = node.x + node.width
        spans.append((text[at:], "muted"))
        return self._with_cursor(spans, row)

    def _head_line(self) -> Strip:
        spans: list[Span] = [(" " * self._margin, "")]
        at = 0
        places = sorted({(node.x, node.layer) for node in self._drawing.nodes.values()})
        for index, (x, layer) in enumerate(places):
            room = (places[index + 1][0] if index + 1 < len(places) else x + 40) - x - 1
            text = cut(self._heads.get(layer, ""), room)
            spans += [(" " * (x - at), ""), (text, "muted")]
            at = x + len(text)
        return self.paint(spans)

    def _style(self, node: Placed) -> str:
        return "strong" if node.name == self._subject else self._styles.get(node.name, "")

    def _with_cursor(self, spans: list[Span], row: int) -> Strip:
        node = self._drawing.nodes.get(self.selected)
        strip = self.paint(spans)
        if node is None or node.y != row:
            return strip
        start = self._margin + node.x - self.scroll_offset.x
        end = start + node.width
        width = strip.cell_length
        if end <= 0 or start >= width:
            return strip
        start, end = max(start, 0), min(end, width)
        ground = self.cursor_ground()
        under = Strip(
            [Segment(text, (style or Style.null()) + ground) for text, style, _ in strip.crop(start, end)]
        )
        return Strip.join([strip.crop(0, start), under, strip.crop(end, width)])

    def action_sideways(self, step: int) -> None:
        """Move along an edge; at the rim, ask for what lies beyond."""
        pairs = [(b, a) if step < 0 else (a, b) for a, b in self._edges]
        near = [b for a, b in pairs if a == self.selected and b in self._drawing.nodes]
        if near:
            here = self._drawing.nodes[self.selected].y
            self._select(min(near, key=lambda one: abs(self._drawing.nodes[one].y - here)))
        else:
            self.post_message(self.Expanded(self.selected))

    def action_along(self, step: int) -> None:
        """Move within the layer, from its end on to the nearest node beyond."""
        if self.selected not in self._drawing.nodes:
            return
        here = self._drawing.nodes[self.selected]
        column = sorted(
            (n for n in self._drawing.nodes.values() if n.layer == here.layer), key=lambda one: one.y
        )
        index = column.index(here) + step
        if 0 <= index < len(column):
            self._select(column[index].name)

    def action_centre(self) -> None:
        """Go back to the subject."""
        self._select(self._subject)

    def _select(self, name: str) -> None:
        self.selected = name
        self._into_sight()
        self.refresh()
        self.post_message(self.Moved(name))

    def _into_sight(self) -> None:
        node = self._drawing.nodes.get(self.selected)
        if node is not None:
            region = Region(self._margin + node.x, node.y + self._top, node.width, 1)
            self.scroll_to_region(region, spacing=Spacing(1, 4, 1, 4), animate=False)

    def action_open(self) -> None:
        """Open the selected node."""
        if self.selected:
            self.post_message(self.Opened(self.selected))

    def action_expand(self) -> None:
        """Show what lies beyond the selected node."""
        if self.selected:
            self.post_message(self.Expanded(self.selected))

    def on_click(self, event: events.Click) -> None:
        """Select the node that was clicked; a second click opens it."""
        x, y = event.x + self.scroll_offset.x - self._margin, event.y + self.scroll_offset.y - self._top
        for node in self._drawing.nodes.values():
            if node.y == y and node.x <= x < node.x + node.width:
                if node.name == self.selected:
                    self.action_open()
                else:
                    self._select(node.name)
