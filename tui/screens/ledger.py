"""Screen 2: the entries."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Horizontal

from governance.errors import GovernanceError, LedgerUnusable, NotFound
from governance.workspace.views import EntryQuery, EntryView
from tui import filters, nearness
from tui.exports import Table
from tui.paging import AllEntries, Found, Matching, Rows, found_about
from tui.screens.entry import EntryDetail, EntryScreen, ShowsEntry
from tui.widgets.document import Document
from tui.widgets.entries import EntryList
from tui.widgets.pane import Pane
from tui.widgets.prompt import FilterSuggester, Prompt
from tui.words import counted, place

_SPLIT = 130
_SETTLE = 0.12


class LedgerScreen(ShowsEntry):
    """All entries, newest first; the one under the cursor beside them where there is room."""

    MODE = "ledger"
    HELP = """
Every entry of the ledger, newest first. New ones appear on top without moving what you look at.

/ filters (kind:gate.decided subject:model:* actor:alice since:2026-01-31 until:…); a bare word is the beginning of
a kind (gate), else it is looked for in the names of subjects. It also jumps: #48213, @2026-01-31 for the first entry
from a day on, an entry's hash or id. Esc takes the filter away.

Enter opens an entry: what it says, its place in the chain, and its inclusion proof, which is fetched and
checked here, not believed.
"""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "filter", "Filter", key_display="/"),
        Binding("r", "raw", "JSON", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.filter_text = ""

    def body(self) -> ComposeResult:
        """Lay out the list, the detail beside it, the prompt."""
        with Horizontal(classes="split page"):
            with Container(classes="main"):
                yield Pane(EntryList(self.record.clock))
            with Container(classes="side"):
                yield EntryDetail()
        yield Prompt("a word, or kind: subject: actor: since: until:   #seq, @day, hash jump",
                     FilterSuggester(self._subjects_met))  # fmt: skip

    def on_mount(self) -> None:
        """Follow the ledger's growth."""
        self.watch(self.app, "ledger_size", self._grown, init=False)

    def on_resize(self, event: events.Resize) -> None:
        """Show the detail beside the list where there is room."""
        self.query_one(".split").set_class(event.size.width >= _SPLIT, "-wide")

    @property
    def entry_list(self) -> EntryList:
        """The list."""
        return self.query_one(EntryList)

    def load(self) -> None:
        """Begin with the newest entries; only the checkpoint says how many there are."""
        self.read(
            lambda: self.record.workspace.checkpoint().size,
            self._sized,
            pane=self.query_one("Pane", Pane),
            keep=True,
        )

    def recover(self) -> None:
        """Read what could not be read while the ledger did not answer; what is shown stays where it is."""
        if self.list_pane.is_ready:
            self.entry_list.want_again()
        else:
            self.load()

    def _sized(self, size: int) -> None:
        self.list_pane.show_content()
        self.entry_list.show(AllEntries(size))
        self.entry_list.focus()
        self.show_where()

    @property
    def list_pane(self) -> Pane:
        """The list's pane."""
        return self.query(Pane).first(Pane)

    def _grown(self, size: int) -> None:
        if self.list_pane.is_ready:
            self.entry_list.grow(size)
            self.show_where()

    def status(self) -> str:
        """Say how much there is, and through which filter."""
        found = self.query(EntryList)
        rows = found.first().rows if found else None
        if not self.record.answers:
            return "no answer" + (
                f" · {counted(rows.count(), 'entry', 'entries')} before" if rows and rows.count() else ""
            )
        if isinstance(rows, Found):
            more = "" if rows.complete else "+"
            return f"/{self.filter_text}   {rows.count():,}{more} found"
        if isinstance(rows, Matching):
            more = "" if rows.complete else "+"
            return f"/{self.filter_text}   {rows.count():,}{more} found"
        return counted(rows.count(), "entry", "entries") if rows else ""

    # Rows ----------------------------------------------------------------------------------------------------
    @on(EntryList.Wanted)
    def _wanted(self, event: EntryList.Wanted) -> None:
        event.stop()
        for query in event.queries:
            self._fetch(event.rows, query)

    def _fetch(self, rows: Rows, query: EntryQuery) -> None:
        def then(entries: list[EntryView]) -> None:
            self.entry_list.received(rows, query, entries)
            self._after_page(rows)

        def failed(error: Exception) -> None:
            self.entry_list.forget(query)
            if not isinstance(error, LedgerUnusable) or self.entry_list.entry is None:
                self.list_pane.show_failure(error)
            self.record.watch_ledger()  # the header says at once that there is no answer
            self.show_where()

        self.read(
            lambda: self.record.workspace.entries(query), then, group="rows", exclusive=False, failed=failed
        )

    def _after_page(self, rows: Rows) -> None:
        if rows is not self.entry_list.rows:
            return
        if rows.count() == 0:
            self.list_pane.show_empty(
                f"No entry matches  {self.filter_text}\n\nEsc takes the filter away, / changes it."
            )
        self.show_where()

    @on(EntryList.Moved)
    def _moved(self, event: EntryList.Moved) -> None:
        event.stop()
        self.refresh_bindings()
        if self.query_one(".split").has_class("-wide"):
            # Held arrow keys pass many entries; only where they come to rest is one read.
            seq = event.entry.seq
            self.set_timer(_SETTLE, lambda: self._settled(seq))

    def _settled(self, seq: int) -> None:
        entry = self.entry_list.entry
        detail = self.query_one(EntryDetail)
        if entry is not None and entry.seq == seq and (detail.entry is None or detail.entry.seq != seq):
            self.read_entry(seq)

    @on(EntryList.Opened)
    def _open_entry(self, event: EntryList.Opened) -> None:
        event.stop()
        self.app.push_screen(EntryScreen(event.entry.seq))

    # Filter --------------------------------------------------------------------------------------------------
    def action_filter(self) -> None:
        """Ask for a filter or a place."""
        self.query_one(Prompt).open(self.filter_text)

    @on(Prompt.Left)
    def _left(self) -> None:
        self.entry_list.focus()

    @on(Prompt.Answered)
    def _answered_prompt(self, event: Prompt.Answered) -> None:
        event.stop()
        prompt = self.query_one(Prompt)
        try:
            wanted = filters.parse(event.text, self.record.clock)
        except GovernanceError as error:
            prompt.refuse(f"{error} {error.remedy}")
            return
        if isinstance(wanted, filters.Search):
            self._search(wanted, event.text)
            return
        prompt.close()
        self.entry_list.focus()
        if isinstance(wanted, filters.Jump):
            self._jump(wanted, event.text)
        elif wanted is None:
            self.filter_text = ""
            self.load()
        else:
            self.filter_text = event.text
            self.list_pane.show_content()
            self.entry_list.show(Matching(wanted))
            self.show_where()

    def _search(self, wanted: filters.Search, text: str) -> None:
        """Show the entries about subjects whose name contains a word."""
        workspace = self.record.workspace
        prompt = self.query_one(Prompt)

        def find() -> Found:
            subjects = nearness.containing(wanted.word, nearness.named_subjects(workspace))
            if not subjects:
                raise NotFound(f"No kind begins with '{wanted.word}', and no subject's name contains it.")
            return found_about(workspace.entries, wanted.query, subjects)

        def then(rows: Found) -> None:
            prompt.close()
            self.filter_text = text
            self.list_pane.show_content()
            self.entry_list.show(rows)
            self.entry_list.focus()
            self._after_page(rows)

        self.read(find, then, group="jump", failed=lambda error: prompt.refuse(str(error)))

    def _jump(self, jump: filters.Jump, text: str) -> None:
        workspace = self.record.workspace

        def find() -> tuple[int, int]:
            size = workspace.checkpoint().size
            if jump.seq is not None:
                if jump.seq >= size:
                    raise NotFound(f"There is no entry {place(jump.seq)}; the last is {place(size - 1)}.")
                return jump.seq, size
            if jump.name is not None:
                return workspace.entry(jump.name).seq, size
            found = workspace.entries(EntryQuery(since=jump.since, limit=1, bodies=False))
            return (found[0].seq if found else size - 1), size

        def then(answer: tuple[int, int]) -> None:
            seq, size = answer
            self.filter_text = ""
            self.list_pane.show_content()
            self.entry_list.show(AllEntries(size), cursor=size - 1 - seq)
            self.entry_list.focus()
            self.show_where()

        def failed(error: Exception) -> None:
            prompt = self.query_one(Prompt)
            prompt.open(text)
            prompt.refuse(str(error))

        self.read(find, then, group="jump", failed=failed)

    def action_back(self) -> None:
        """Take the filter away, else go back."""
        if self.filter_text:
            self.filter_text = ""
            self.load()
        else:
            super().action_back()

    def _subjects_met(self) -> list[str]:
        rows = self.entry_list.rows
        seen = (rows.row(index) for index in range(min(rows.count(), 200)))
        return sorted({entry.subject for entry in seen if entry is not None})

    # What the keys are about ---------------------------------------------------------------------------------
    def subject_here(self) -> str | None:
        """Return the subject of the entry under the cursor."""
        if isinstance(self.focused, Document):
            return super().subject_here()
        return self.entry_list.entry.subject if self.entry_list.entry else None

    def copies(self) -> list[tuple[str, str]]:
        """Offer the entry under the cursor."""
        entry, detail = self.entry_list.entry, self.query_one(EntryDetail)
        if entry is not None and (detail.entry is None or detail.entry.seq != entry.seq):
            return [
                ("entry hash", entry.entry),
                ("subject", entry.subject),
                ("id", entry.id),
                ("header", entry.header),
            ]
        return super().copies()

    def table(self) -> Table | None:
        """Export all entries that match, not only those in sight."""
        rows = self.entry_list.rows
        if not rows.count():
            return None
        if isinstance(rows, Found):
            return Table("entries", [entry.model_dump(include=_EXPORTED) for entry in rows.entries])
        query = rows.query if isinstance(rows, Matching) else EntryQuery(newest_first=True, bodies=False)
        return Table("entries", self._exported(query))

    def _exported(self, query: EntryQuery) -> Iterator[Mapping[str, Any]]:
        page = query.model_copy(update={"limit": 500, "bodies": False, "newest_first": True})
        while found := self.record.workspace.entries(page):
            for entry in found:
                yield entry.model_dump(include=_EXPORTED)
            page = page.model_copy(update={"before": found[-1].seq})

    def repaint(self) -> None:
        """Paint again with another clock."""
        self.entry_list.clock = self.record.clock
        self.entry_list.refresh()
        super().repaint()


_EXPORTED = {"seq", "time", "kind", "subject", "actor", "id", "entry", "prev"}
