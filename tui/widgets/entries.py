"""The list of entries: virtual at any size, keeps its place while the ledger grows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip

from governance.workspace.views import EntryQuery, EntryView
from tui.lines import Column, table_head, table_row, widths
from tui.moments import Clock
from tui.paging import AllEntries, Rows
from tui.widgets.styled import StyledView
from tui.words import cut_middle, place, short_hash, short_subject

_WIDE, _WIDER = 100, 130


def columns_for(width: int, seq_width: int) -> list[Column]:
    """Return the columns that a width has room for."""
    columns = [
        Column("seq", seq_width, right=True),
        Column("time", 16),
        Column("kind", 22),
        Column("subject", 0),
    ]
    if width >= _WIDE:
        columns.append(Column("actor", 22))
    if width >= _WIDER:
        columns.append(Column("entry", 8))
    return columns


class EntryList(StyledView):
    """Entries, newest first; the first line is the head of the table."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "step(-1)", "Up", show=False),
        Binding("down,j", "step(1)", "Down", show=False),
        Binding("pageup", "page(-1)", "Page up", show=False),
        Binding("pagedown,space", "page(1)", "Page down", show=False),
        Binding("home", "edge(-1)", "Newest", show=False),
        Binding("end", "edge(1)", "Oldest", show=False),
        Binding("enter", "open", "Open"),
    ]

    @dataclass
    class Opened(Message):
        """Somebody wants to see an entry whole."""

        entry: EntryView

    @dataclass
    class Moved(Message):
        """The cursor stands on another entry."""

        entry: EntryView

    @dataclass
    class Wanted(Message):
        """Rows came into sight that have to be read."""

        rows: Rows
        queries: list[EntryQuery]

    def __init__(self, clock: Clock, *, id: str | None = None) -> None:  # noqa: A002 - textual's name
        super().__init__(id=id)
        self.clock = clock
        self.rows: Rows = AllEntries(0)
        self.cursor = 0
        self._asked: set[str] = set()
        self._announced: int | None = None

    @property
    def entry(self) -> EntryView | None:
        """The entry under the cursor, once it was read."""
        return self.rows.row(self.cursor)

    def show(self, rows: Rows, *, cursor: int = 0) -> None:
        """Show other rows."""
        self.rows = rows
        self._asked.clear()
        self._announced = None
        self._resized()
        self.move_to(cursor, top=cursor == 0)

    def grow(self, size: int) -> None:
        """Take in new entries without moving what the reader looks at; at the very top, follow them."""
        if not isinstance(self.rows, AllEntries):
            return
        follows = self.cursor == 0 and self.scroll_offset.y == 0
        added = self.rows.grow(size)
        if not added:
            return
        self._resized()
        if follows:
            self._announced = None
        else:
            self.cursor += added
            self.scroll_to(y=self.scroll_offset.y + added, animate=False)
        self._want()
        self.refresh()

    def received(self, rows: Rows, query: EntryQuery, entries: list[EntryView]) -> None:
        """Keep an answer and show it."""
        rows.add(query, entries)
        self._asked.discard(query.model_dump_json())
        if rows is not self.rows:
            return  # an answer to a filter that is gone
        self._resized()
        self._want()
        self._announce()
        self.refresh()

    def forget(self, query: EntryQuery) -> None:
        """Allow a query that failed to be asked again."""
        self._asked.discard(query.model_dump_json())

    def want_again(self) -> None:
        """Ask once more for what is in sight and was not answered."""
        self._asked.clear()
        self._want()

    def _resized(self) -> None:
        # One more line for the head, which stays in place while the rows scroll beneath it.
        self.virtual_size = Size(self.scrollable_content_region.width, self.rows.count() + 1)

    @property
    def _seq_width(self) -> int:
        newest = self.rows.row(0)
        return max(len(place(newest.seq)) if newest else 0, 5)

    @property
    def _visible(self) -> int:
        return max(self.size.height - 1, 1)

    def on_resize(self) -> None:
        """Read what a larger window shows."""
        self._resized()
        self._want()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Read what scrolling brought into sight."""
        super().watch_scroll_y(old_value, new_value)
        self._want()

    def _want(self) -> None:
        if not self.size.height:
            return
        top = self.scroll_offset.y
        queries = []
        for query in self.rows.missing(top, top + self._visible):
            name = query.model_dump_json()
            if name not in self._asked:
                self._asked.add(name)
                queries.append(query)
        if queries:
            self.post_message(self.Wanted(self.rows, queries))

    def render_line(self, y: int) -> Strip:
        """Paint the head, or the row at `y`."""
        width = self.scrollable_content_region.width
        columns = columns_for(width, self._seq_width)
        if y == 0:
            return self.paint(table_head(columns, width, indent=1).spans)
        index = y - 1 + self.scroll_offset.y
        if index >= self.rows.count():
            return self.paint(())
        entry = self.rows.row(index)
        if entry is None:
            return self.paint([(" " * self._seq_width + "…", "muted")], cursor=index == self.cursor)
        subject_width = widths(columns, width, indent=1)[3]
        cells: list[tuple[str, str]] = [
            (place(entry.seq), "muted"),
            (self.clock.minute(entry.time), ""),
            (entry.kind, _kind_style(entry.kind)),
            (cut_middle(short_subject(entry.subject), subject_width), ""),
            (entry.actor, "muted"),
            (short_hash(entry.entry), "muted"),
        ]
        row = table_row(columns, cells[: len(columns)], width, indent=1)
        return self.paint(row.spans, cursor=index == self.cursor)

    def move_to(self, index: int, *, top: bool = False) -> None:
        """Put the cursor on a row and bring it into sight (`top`: as the first row)."""
        self.cursor = max(0, min(index, self.rows.count() - 1))
        first = self.scroll_offset.y
        if top or self.cursor < first:
            self.scroll_to(y=self.cursor, animate=False)
        elif self.cursor >= first + self._visible:
            self.scroll_to(y=self.cursor - self._visible + 1, animate=False)
        self._want()
        self._announce()
        self.refresh()

    def _announce(self) -> None:
        entry = self.entry
        if entry is not None and entry.seq != self._announced:
            self._announced = entry.seq
            self.post_message(self.Moved(entry))

    def action_step(self, step: int) -> None:
        """Move by a row."""
        self.move_to(self.cursor + step)

    def action_page(self, step: int) -> None:
        """Move by a screenful."""
        self.scroll_to(y=self.scroll_offset.y + step * self._visible, animate=False)
        self.move_to(self.cursor + step * self._visible)

    def action_edge(self, step: int) -> None:
        """Move to the newest or the oldest row that is known."""
        self.move_to(0 if step < 0 else self.rows.count() - 1)

    def action_open(self) -> None:
        """Open the entry under the cursor."""
        if (entry := self.entry) is not None:
            self.post_message(self.Opened(entry))

    def on_click(self, event: events.Click) -> None:
        """Put the cursor where somebody clicked; a second click opens."""
        index = event.y - 1 + self.scroll_offset.y
        if event.y == 0 or index >= self.rows.count():
            return
        if index == self.cursor:
            self.action_open()
        else:
            self.move_to(index)


def _kind_style(kind: str) -> str:
    return "accent" if kind.startswith(("gate.", "approval.", "waiver.", "deployment.", "emergency.")) else ""
