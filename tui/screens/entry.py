"""One entry whole, with its own proof: beside the list, and on a screen of its own."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from governance.workspace.views import EntryView
from tui.exports import Table
from tui.integrity import Proved, prove_entry
from tui.pages.entry import entry_lines
from tui.screens.base import RecordScreen
from tui.widgets.document import Document
from tui.widgets.pane import Pane
from tui.words import place


class EntryDetail(Pane):
    """One entry whole, with its own proof."""

    def __init__(self, *, classes: str = "") -> None:
        super().__init__(Document(), classes=classes)
        self.entry: EntryView | None = None
        self.proved: Proved | Exception | None = None
        self.raw = False

    def paint(self, *, keep_place: bool = True) -> None:
        """Lay the entry out."""
        screen = self.screen
        entry, proved, raw = self.entry, self.proved, self.raw
        if entry is None or not isinstance(screen, RecordScreen):
            return
        clock = screen.record.clock
        self.show_content()
        self.query_one(Document).show(
            lambda width: entry_lines(entry, proved, clock, width, raw=raw), keep_place=keep_place
        )


class ShowsEntry(RecordScreen):
    """Reads an entry and its proof into the screen's detail pane."""

    def read_entry(self, reference: str | int) -> None:
        """Read an entry, then its proof."""
        detail = self.query_one(EntryDetail)
        self.read(lambda: self.record.workspace.entry(reference), self._read, pane=detail, group="entry")

    def _read(self, entry: EntryView) -> None:
        detail = self.query_one(EntryDetail)
        detail.entry, detail.proved = entry, None
        detail.paint(keep_place=False)
        self.show_where()
        record = self.record
        self.read(
            lambda: prove_entry(record.workspace, record.guard.keys, entry.seq, entry.entry, entry.header),
            self._proved,
            group="proof",
            failed=self._proved,
        )

    def _proved(self, proved: Proved | Exception) -> None:
        detail = self.query_one(EntryDetail)
        detail.proved = proved
        detail.paint()

    def action_raw(self) -> None:
        """Show the body as JSON, or as facts again."""
        detail = self.query_one(EntryDetail)
        detail.raw = not detail.raw
        detail.paint()

    def copies(self) -> list[tuple[str, str]]:
        """Offer what identifies and proves the entry."""
        detail = self.query_one(EntryDetail)
        if (entry := detail.entry) is None:
            return []
        values = [
            ("entry hash", entry.entry),
            ("subject", entry.subject),
            ("id", entry.id),
            ("header", entry.header),
        ]
        if isinstance(detail.proved, Proved) and detail.proved.ok:
            values.append(("proof", detail.proved.text))
        return values

    def repaint(self) -> None:
        """Paint again with another clock."""
        self.query_one(EntryDetail).paint()


class EntryScreen(ShowsEntry):
    """One entry on a screen of its own."""

    MODE = "ledger"
    HELP = """
One entry whole. Its inclusion proof was fetched and checked here: the header on screen hashes to a leaf of the
tree whose root the ledger's key signed.

y copies its hash, id or proof; the proof is a text file that anybody can check offline, without this software.
"""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "raw", "JSON"),
        Binding("left_square_bracket", "neighbour(-1)", "Older", key_display="["),
        Binding("right_square_bracket", "neighbour(1)", "Newer", key_display="]"),
    ]

    def __init__(self, seq: int) -> None:
        super().__init__()
        self._seq = seq

    def body(self) -> ComposeResult:
        """Lay out the page."""
        yield EntryDetail(classes="page")

    def load(self) -> None:
        """Read the entry."""
        self.read_entry(self._seq)

    def trail(self) -> str:
        """Return the entry's place."""
        return place(self._seq)

    def subject_here(self) -> str | None:
        """Return the subject under the cursor, else the entry's own."""
        entry = self.query_one(EntryDetail).entry
        return super().subject_here() or (entry.subject if entry else None)

    def action_neighbour(self, step: int) -> None:
        """Open the entry before or after."""
        if 0 <= self._seq + step < max(self.record.ledger_size, self._seq + 1):
            self._seq += step
            self.load()
            self.show_where()

    def table(self) -> Table | None:
        """Export the entry."""
        entry = self.query_one(EntryDetail).entry
        return Table(f"entry-{entry.seq}", [entry.model_dump(mode="json")]) if entry else None
