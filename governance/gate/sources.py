"""What the gate needs of other rooms, as small protocols: a ledger to read, and an index of edges over it.

Everything that a verdict rests on is read from ledger entries; the index only says where evidence is. What
stops a promotion (alerts, verdicts, quarantines) and what people signed is found by the entries' own kinds:
hiding a row of the index hides none of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol, TypeVar

from pydantic import ValidationError

from governance.errors import IntegrityError
from governance.gate.protocol import Recorded
from governance.ledger.entry import Entry
from governance.ledger.log import EntryFilter
from governance.lineage.records import Body

B = TypeVar("B", bound=Body)
_PAGE = 500


class LedgerReader(Protocol):
    """A ledger to read from."""

    origin: str

    def entry(self, seq: int, *, body: bool = True) -> Entry:
        """Return one entry."""
        ...

    def entries(self, filter: EntryFilter) -> list[Entry]:  # noqa: A002 - the ledger's own name
        """Return the entries that match, a page at most."""
        ...


class EdgeLike(Protocol):
    """One edge of the lineage graph."""

    @property
    def source(self) -> str:
        """Upstream subject."""
        ...

    @property
    def target(self) -> str:
        """Downstream subject."""
        ...

    @property
    def relation(self) -> str:
        """Which relation."""
        ...

    @property
    def seq(self) -> int:
        """The entry that says so."""
        ...


class EdgeIndex(Protocol):
    """Where to look: edges between subjects."""

    def edges_to(self, subject: str, below: int | None = None) -> Sequence[EdgeLike]:
        """Return the edges that point at a subject."""
        ...

    def edges_from(self, subject: str, below: int | None = None) -> Sequence[EdgeLike]:
        """Return the edges that begin at a subject."""
        ...


class _NoEdges:
    """An index without edges, for questions that need none."""

    def edges_to(self, subject: str, below: int | None = None) -> list[EdgeLike]:  # noqa: ARG002
        return []

    def edges_from(self, subject: str, below: int | None = None) -> list[EdgeLike]:  # noqa: ARG002
        return []


NO_EDGES = _NoEdges()


@dataclass(slots=True)
class Source:
    """A ledger as it stood at a size; collects what it could not read.

    Attributes:
        ledger: read from.
        edges: says where to look.
        size: only entries below it exist here.
        erased: entries whose body was wanted and is erased.
        unreadable: sentences about bodies that have not the form of their kind.
    """

    ledger: LedgerReader
    edges: EdgeIndex
    size: int
    erased: list[tuple[int, str]]
    unreadable: list[str]

    @classmethod
    def at(cls, ledger: LedgerReader, edges: EdgeIndex, size: int) -> Source:
        """Return the ledger as it stood at `size`."""
        return cls(ledger, edges, size, [], [])

    def newest(self, kind: str, subject: str) -> Entry | None:
        """Return the newest entry of a kind about a subject (both may end in `*`), with its body."""
        found = self.ledger.entries(
            EntryFilter(kind=kind, subject=subject, below=self.size, newest_first=True, limit=1, bodies=True)
        )
        return found[0] if found else None

    def first(self, kind: str, subject: str) -> Entry | None:
        """Return the first entry of a kind about a subject, with its body."""
        found = self.ledger.entries(
            EntryFilter(kind=kind, subject=subject, below=self.size, limit=1, bodies=True)
        )
        return found[0] if found else None

    def all(self, kind: str, subject: str | None = None) -> Iterator[Entry]:
        """Yield all entries of a kind, oldest first, page by page."""
        query = EntryFilter(kind=kind, subject=subject, below=self.size, limit=_PAGE, bodies=True)
        while True:
            page = self.ledger.entries(query)
            yield from page
            if len(page) < _PAGE:
                return
            query = replace(query, after=page[-1].seq)

    def pointing_at(self, subject: str, *kinds: str) -> list[Entry]:
        """Return the entries behind the edges to `subject` whose source is of one of `kinds`, by position."""
        edges = self.edges.edges_to(subject, below=self.size)
        return self._read({edge.seq for edge in edges if edge.source.partition(":")[0] in kinds})

    def typed(self, entry: Entry | None, shape: type[B]) -> Recorded[B] | None:
        """Return an entry with its body typed; None, noted, where it is erased or malformed."""
        members = self.members(entry)
        if entry is None or members is None:
            return None
        try:
            body = shape.model_validate(members)
        except ValidationError as error:
            header = entry.header
            self.unreadable.append(
                f"Entry {entry.seq} ({header.kind} about {header.subject}) has not the form of its kind: "
                f"{error.error_count()} members are wrong."
            )
            return None
        return Recorded(
            entry.seq, entry.hash.hex(), entry.header.subject, entry.header.time, entry.header.actor, body
        )

    def members(self, entry: Entry | None) -> dict[str, Any] | None:
        """Return a body's members; None, noted, where it is erased.

        Raises:
            IntegrityError: it is gone without an entry that erased it: what it said can't be passed over.
        """
        if entry is None:
            return None
        if entry.body is None and not entry.erased:
            raise IntegrityError(
                f"The body of entry {entry.seq} ({entry.header.kind}) is gone, and nobody erased it.",
                remedy="Find out what was changed: govern verify.",
            )
        if entry.body is None:
            self.erased.append((entry.seq, entry.header.subject))
            return None
        return entry.body

    def _read(self, seqs: Iterable[int]) -> list[Entry]:
        return [self.ledger.entry(seq, body=True) for seq in sorted(seqs) if seq < self.size]
