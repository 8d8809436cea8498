"""A page of lines: scrolls, follows links, and lays itself out again when its width changes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip

from tui.lines import Line, Link
from tui.widgets.styled import StyledView

Builder = Callable[[int], Sequence[Line]]
"""Lays a page out for a width in cells."""


class Document(StyledView):
    """Shows lines; ↑ and ↓ step from link to link, Enter opens the one under the cursor."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "step(-1)", "Up", show=False),
        Binding("down,j", "step(1)", "Down", show=False),
        Binding("pageup", "page(-1)", "Page up", show=False),
        Binding("pagedown,space", "page(1)", "Page down", show=False),
        Binding("home", "edge(-1)", "Top", show=False),
        Binding("end", "edge(1)", "Bottom", show=False),
        Binding("enter", "open", "Open"),
    ]

    @dataclass
    class Opened(Message):
        """Somebody pressed Enter on a link, or clicked it."""

        link: Link

    @dataclass
    class Moved(Message):
        """The cursor stands on another link."""

        link: Link | None

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - textual's name
        super().__init__(id=id, classes=classes)
        self._builder: Builder | None = None
        self._lines: Sequence[Line] = ()
        self._cursor: int | None = None
        self._width = 0

    @property
    def lines(self) -> Sequence[Line]:
        """The lines as laid out now."""
        return self._lines

    @property
    def link(self) -> Link | None:
        """The link under the cursor."""
        return self._lines[self._cursor].link if self._cursor is not None else None

    def show(self, builder: Builder, *, keep_place: bool = False) -> None:
        """Show another page, from its top or (a refreshed page) where one was."""
        kept = self.link if keep_place else None
        self._builder = builder
        self._cursor = None
        self._lay_out()
        self._cursor = self._index_of(kept) if kept else None
        if self._cursor is None:
            self._cursor = self._next_link(-1, 1)
        if not keep_place:
            self.scroll_to(0, 0, animate=False)
        self.post_message(self.Moved(self.link))

    def _index_of(self, link: Link) -> int | None:
        return next((index for index, line in enumerate(self._lines) if line.link == link), None)

    def _lay_out(self) -> None:
        width = self.scrollable_content_region.width
        if self._builder is None or width <= 0:
            return
        self._width = width
        self._lines = self._builder(width)
        self.virtual_size = Size(width, len(self._lines))
        self.refresh()

    def on_resize(self) -> None:
        """Lay the page out again when its width changed."""
        if self.scrollable_content_region.width != self._width:
            kept = self.link
            self._cursor = None
            self._lay_out()
            self._cursor = self._index_of(kept) if kept else self._next_link(-1, 1)

    def render_line(self, y: int) -> Strip:
        """Paint the line at `y` of the viewport."""
        index = y + self.scroll_offset.y
        if index >= len(self._lines):
            return self.paint(())
        return self.paint(self._lines[index].spans, cursor=index == self._cursor)

    def _next_link(self, start: int, step: int) -> int | None:
        index = start + step
        while 0 <= index < len(self._lines):
            if self._lines[index].link is not None:
                return index
            index += step
        return None

    def action_step(self, step: int) -> None:
        """Move to the next link if it is in sight, else scroll a line towards it."""
        top, height = self.scroll_offset.y, self.size.height
        start = self._cursor if self._cursor is not None else top - 1
        if not top <= start < top + height:  # scrolled away from the cursor: go on from what is in sight
            start = top - 1 if step > 0 else top + height
        found = self._next_link(start, step)
        if found is not None and top - 1 <= found <= top + height:
            self._move(found)
        else:
            self.scroll_to(y=top + step, animate=False)

    def action_page(self, step: int) -> None:
        """Scroll by a page."""
        self.scroll_to(y=self.scroll_offset.y + step * max(self.size.height - 2, 1), animate=False)

    def action_edge(self, step: int) -> None:
        """Scroll to the beginning or the end, the cursor on the first or last link."""
        found = self._next_link(-1, 1) if step < 0 else self._next_link(len(self._lines), -1)
        if found is not None:
            self._move(found)
        self.scroll_to(y=0 if step < 0 else self.max_scroll_y, animate=False)

    def _move(self, index: int) -> None:
        self._cursor = index
        top, height = self.scroll_offset.y, self.size.height
        if index < top:
            self.scroll_to(y=index, animate=False)
        elif index >= top + height:
            self.scroll_to(y=index - height + 1, animate=False)
        self.refresh()
        self.post_message(self.Moved(self.link))

    def action_open(self) -> None:
        """Open what the cursor stands on."""
        if (link := self.link) is not None:
            self.post_message(self.Opened(link))

    def on_click(self, event: events.Click) -> None:
        """Move to a clicked link and open it."""
        index = event.y + self.scroll_offset.y
        if 0 <= index < len(self._lines) and self._lines[index].link is not None:
            self._move(index)
            self.action_open()
