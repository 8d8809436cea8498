"""Which entries a list needs: pages of a keyset query, so that a screenful costs the same at any size.

Three ways of counting rows stand behind one interface:

1. `AllEntries`: unfiltered. `seq` has no gaps, so row i is entry `size - 1 - i` and any page can be asked for at once.
2. `Matching`: filtered. How many match is not known; pages follow each other from the newest.
3. `Found`: about any of a few subjects that a word was found in; read at once, a page a subject.

All keep a bounded number of pages and never read a table whole.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Protocol

from governance.workspace.views import EntryQuery, EntryView

PAGE = 100
KEPT_PAGES = 64
MOST_SUBJECTS = 20


class Rows(Protocol):
    """Rows of the entry list, newest first."""

    def count(self) -> int:
        """Return how many rows can be scrolled to now."""

    def row(self, index: int) -> EntryView | None:
        """Return a row, or None where it has not been read yet."""

    def missing(self, first: int, last: int) -> list[EntryQuery]:
        """Return the queries that bring the rows `first..last` that are not there yet."""

    def add(self, query: EntryQuery, entries: Sequence[EntryView]) -> None:
        """Keep what one of those queries answered."""

    def index_of(self, seq: int) -> int | None:
        """Return the row of an entry, if it can be told."""


class AllEntries:
    """Every entry of a ledger of `size`, newest first."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._pages: OrderedDict[int, dict[int, EntryView]] = OrderedDict()

    def count(self) -> int:
        """Return the number of entries."""
        return self.size

    def grow(self, size: int) -> int:
        """Take note of a longer ledger; return by how many rows it grew."""
        added = size - self.size
        if added > 0:
            # Only the page that was the newest is incomplete; every other one is final for ever.
            self._pages.pop((self.size - 1) // PAGE if self.size else 0, None)
            self.size = size
        return max(added, 0)

    def row(self, index: int) -> EntryView | None:
        """Return the entry `size - 1 - index`, if it was read."""
        seq = self.size - 1 - index
        page = self._pages.get(seq // PAGE)
        return page.get(seq) if page else None

    def missing(self, first: int, last: int) -> list[EntryQuery]:
        """Return one query a page of 100 neighbouring entries."""
        if self.size == 0 or last < first:
            return []
        newest = self.size - 1 - max(first, 0)
        oldest = self.size - 1 - min(last, self.size - 1)
        pages = range(newest // PAGE, oldest // PAGE - 1, -1)
        return [
            EntryQuery(after=page * PAGE - 1 if page else None, limit=PAGE, bodies=False)
            for page in pages
            if page not in self._pages
        ]

    def add(self, query: EntryQuery, entries: Sequence[EntryView]) -> None:
        """Keep a page, forgetting the one that was read longest ago when there are many."""
        page = 0 if query.after is None else (query.after + 1) // PAGE
        self._pages[page] = {entry.seq: entry for entry in entries if entry.seq < self.size}
        while len(self._pages) > KEPT_PAGES:
            self._pages.popitem(last=False)

    def index_of(self, seq: int) -> int | None:
        """Return the row of entry `seq`."""
        return self.size - 1 - seq if 0 <= seq < self.size else None


class Matching:
    """The entries that match a query, newest first, page after page."""

    def __init__(self, query: EntryQuery) -> None:
        self.query = query.model_copy(update={"newest_first": True, "limit": PAGE, "bodies": False})
        self.complete = False
        self._rows: list[EntryView] = []

    def count(self) -> int:
        """Return how many were found so far."""
        return len(self._rows)

    def row(self, index: int) -> EntryView | None:
        """Return a found entry."""
        return self._rows[index] if 0 <= index < len(self._rows) else None

    def missing(self, first: int, last: int) -> list[EntryQuery]:  # noqa: ARG002 - pages follow each other
        """Return the query for the next page when the last found row comes into sight."""
        if self.complete or last < len(self._rows) - 1:
            return []
        if not self._rows:
            return [self.query]
        # `before` alone already means descending from there.
        return [self.query.model_copy(update={"before": self._rows[-1].seq})]

    def add(self, query: EntryQuery, entries: Sequence[EntryView]) -> None:
        """Append a page; one that is not full was the last."""
        if self._rows and query.before != self._rows[-1].seq:
            return  # answered twice
        self._rows.extend(entries)
        self.complete = len(entries) < PAGE

    def index_of(self, seq: int) -> int | None:
        """Return the row of a found entry."""
        return next((index for index, entry in enumerate(self._rows) if entry.seq == seq), None)


class Found:
    """Entries about a few subjects, newest first, all of them here."""

    def __init__(self, entries: Sequence[EntryView], *, complete: bool) -> None:
        self.entries = list(entries)
        self.complete = complete

    def count(self) -> int:
        """Return how many there are."""
        return len(self.entries)

    def row(self, index: int) -> EntryView | None:
        """Return a row."""
        return self.entries[index] if 0 <= index < len(self.entries) else None

    def missing(self, first: int, last: int) -> list[EntryQuery]:  # noqa: ARG002 - nothing is missing
        """Return nothing: all rows are here."""
        return []

    def add(self, query: EntryQuery, entries: Sequence[EntryView]) -> None:
        """Take nothing: nothing was asked for."""

    def index_of(self, seq: int) -> int | None:
        """Return the row of a found entry."""
        return next((index for index, entry in enumerate(self.entries) if entry.seq == seq), None)


def found_about(
    ask: Callable[[EntryQuery], Sequence[EntryView]], query: EntryQuery, subjects: Sequence[str]
) -> Found:
    """Return the newest entries about `subjects` that match `query`: a page for each of at most 20."""
    complete = len(subjects) <= MOST_SUBJECTS
    entries: list[EntryView] = []
    for subject in subjects[:MOST_SUBJECTS]:
        page = ask(
            query.model_copy(
                update={"subject": subject, "newest_first": True, "limit": PAGE, "bodies": False}
            )
        )
        complete = complete and len(page) < PAGE
        entries += page
    return Found(sorted(entries, key=lambda entry: -entry.seq), complete=complete)
