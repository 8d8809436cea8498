"""The lineage tables: kept up with the ledger lazily, droppable, rebuilt the same from the entries.

1. Every query first catches up from the watermark, in runs of bounded size, each in one write transaction.
2. The watermark names how many entries are in the tables and the hash of the last one. If the ledger has
   another entry there (restored, another ledger), or the rules of derivation changed, all is built again.
3. Where the tables can't be written (a read-only disk, no permission, another process holds the lock), the
   same tables are built in memory and answer; nothing is ever guessed.
4. The tables are never the truth: what they say is compared with the entries by `verify`.
"""

from __future__ import annotations

import difflib
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from itertools import islice
from typing import Protocol

from sqlalchemy import Connection, Row, Select, create_engine, inspect, select
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import StaticPool

from governance.ledger.entry import Entry
from governance.ledger.errors import LedgerError
from governance.lineage import tables
from governance.lineage.comparison import Difference, compare
from governance.lineage.subjects import SUBJECT_KINDS
from governance.lineage.tables import Mark, links, subjects
from governance.lineage.views import Edge, SubjectSummary

_RUN = 2000
"""Entries in one write transaction: others wait no longer than these take."""
_NEIGHBOURS = 200
"""How many subjects before and after a misspelt one are compared with it."""


class Tables(Protocol):
    """Where the tables stand: transactions over one database."""

    @property
    def engine(self) -> Engine:
        """The database's engine."""

    def read(self) -> AbstractContextManager[Connection]:
        """Return a connection that reads."""

    def write(self) -> AbstractContextManager[Connection]:
        """Return a transaction that commits at its end, alone in writing."""


class Source(Protocol):
    """What a projection needs of a ledger."""

    @property
    def database(self) -> Tables:
        """Where the ledger's own tables stand."""

    def size(self) -> int:
        """Return the number of entries."""

    def stream(self, start: int = 0, stop: int | None = None, bodies: bool = True) -> Iterator[Entry]:  # noqa: FBT001, FBT002 - the ledger's signature
        """Yield entries in order."""


class Projection:
    """The graph and the inventory of one ledger.

    One lock guards catching up and the choice of tables; queries run beside each other.
    """

    def __init__(self, ledger: Source) -> None:
        self._ledger = ledger
        self._tables: Tables = ledger.database
        self._lock = threading.RLock()
        self._believed = -1
        """The watermark that this process has compared with the entry that it names."""

    @property
    def in_memory(self) -> bool:
        """Whether the ledger's database can't be written, so that the tables stand in memory."""
        return isinstance(self._tables, _Memory)

    def catch_up(self) -> int:
        """Enter what the ledger says since the last time; return the number of entries in the tables."""
        with self._lock:
            size = self._ledger.size()
            try:
                return self._catch_up(size)
            except _CannotWriteError:
                self._tables, self._believed = _Memory(), -1
                return self._catch_up(size)

    def rebuild(self) -> None:
        """Drop the tables and build them from the entries."""
        with self._lock:
            try:
                self._start_afresh()
            except _CannotWriteError:
                self._tables = _Memory()
            self._believed = -1
            self.catch_up()

    def verify(self, progress: Callable[[int, int], None] | None = None) -> list[Difference]:
        """Compare every row with the entries; return what differs, each with its place.

        Args:
            progress: called with how many entries were read, and of how many.
        """
        stored = self._ledger.database
        if not _present(stored):
            return []
        with stored.read() as connection:
            return compare(connection, self._ledger, progress)

    def subjects(
        self, kind: str | None = None, after: str | None = None, limit: int = 100
    ) -> list[SubjectSummary]:
        """Return a page of subjects in order of their text; `after` is the last one of the page before."""
        query = select(subjects).order_by(subjects.c.subject).limit(limit)
        if kind is not None:
            query = query.where(subjects.c.kind == kind)
        if after is not None:
            query = query.where(subjects.c.subject > after)
        return [_summary(row) for row in self._rows(query)]

    def summary(self, subject: str) -> SubjectSummary | None:
        """Return one subject's line; None where no entry is about it."""
        return self.summaries([subject]).get(subject)

    def summaries(self, names: Sequence[str]) -> dict[str, SubjectSummary]:
        """Return the lines of those of `names` that entries are about."""
        found: dict[str, SubjectSummary] = {}
        for start in range(0, len(names), _NEIGHBOURS):
            some = select(subjects).where(subjects.c.subject.in_(names[start : start + _NEIGHBOURS]))
            found.update((row.subject, _summary(row)) for row in self._rows(some))
        return found

    def counts(self) -> dict[str, int]:
        """Return how many subjects of each kind there are."""
        query = select(tables.counts).order_by(tables.counts.c.kind)
        return {row.kind: row.subjects for row in self._rows(query)}

    def near(self, subject: str, limit: int = 5) -> list[str]:
        """Return subjects that somebody may have meant, best first: alike, or the same name of another kind.

        Candidates are bounded: the neighbours in the order of subjects, and those whose name begins alike.
        """
        kind, _, rest = subject.partition(":")
        of_kind = select(subjects.c.subject).where(subjects.c.kind == kind).limit(_NEIGHBOURS)
        queries = [
            of_kind.where(subjects.c.subject >= subject).order_by(subjects.c.subject),
            of_kind.where(subjects.c.subject < subject).order_by(subjects.c.subject.desc()),
            of_kind.where(subjects.c.subject >= f"{kind}:{rest[:2]}").order_by(subjects.c.subject),
        ]
        alike = {row.subject for query in queries for row in self._rows(query)}
        best = difflib.get_close_matches(subject, sorted(alike), n=limit, cutoff=0.7)
        others = [f"{other}:{rest}" for other in SUBJECT_KINDS if other != kind]
        found = self._rows(select(subjects.c.subject).where(subjects.c.subject.in_(others)))
        return [*best, *sorted(row.subject for row in found)][:limit]

    def edges_from(
        self, subject: str, below: int | None = None, *, relation: str | None = None, limit: int | None = None
    ) -> list[Edge]:
        """Return the edges to what is downstream of a subject, oldest first.

        Args:
            subject: their source.
            below: only what entries before this seq say: the graph as it stood at a checkpoint of that size.
            relation: only these.
            limit: at most so many.
        """
        return self._edges("source", subject, below, relation, limit)

    def edges_to(
        self, subject: str, below: int | None = None, *, relation: str | None = None, limit: int | None = None
    ) -> list[Edge]:
        """Return the edges from what is upstream of a subject, oldest first; see `edges_from`."""
        return self._edges("target", subject, below, relation, limit)

    def _edges(
        self, end: str, subject: str, below: int | None, relation: str | None, limit: int | None
    ) -> list[Edge]:
        order = (links.c.seq, links.c.source, links.c.target, links.c.relation)
        query = select(links).where(links.c[end] == subject).order_by(*order)
        if below is not None:
            query = query.where(links.c.seq < below)
        if relation is not None:
            query = query.where(links.c.relation == relation)
        return [
            Edge(source=row.source, target=row.target, relation=row.relation, seq=row.seq)
            for row in self._rows(query.limit(limit))
        ]

    def _rows(self, query: Select[*tuple[object, ...]]) -> Sequence[Row[*tuple[object, ...]]]:
        self.catch_up()
        with self._tables.read() as connection:
            return connection.execute(query).all()

    def _catch_up(self, size: int) -> int:
        mark = self._mark()
        if mark is not None and mark.size == size == self._believed:
            return size
        if mark is None or not self._continues(mark, size):
            self._start_afresh()
            mark = Mark()
        while mark.size < size:
            mark = self._enter(mark, size)
        self._believed = mark.size
        return mark.size

    def _mark(self) -> Mark | None:
        """Return how far the tables go; None where one of them is not there."""
        if self._believed < 0 and not _present(self._tables):
            return None
        with self._tables.read() as connection:
            return tables.read_mark(connection)

    def _continues(self, mark: Mark, size: int) -> bool:
        """Say whether the ledger holds the entry that the watermark names (rule 2)."""
        if mark.rules != tables.RULES or mark.size > size:
            return False
        if mark.size in {0, self._believed}:
            return True
        last = next(iter(self._ledger.stream(mark.size - 1, mark.size, bodies=False)), None)
        return last is not None and last.hash.hex() == mark.head

    def _start_afresh(self) -> None:
        with self._writing() as connection:
            tables.metadata.drop_all(connection)
            tables.metadata.create_all(connection)

    def _enter(self, mark: Mark, size: int) -> Mark:
        """Enter the next run of entries; return how far the tables go then, by us or another process."""
        stop = min(mark.size + _RUN, size)
        run = list(islice(self._ledger.stream(mark.size, stop), stop - mark.size))
        with self._writing() as connection:
            now = tables.read_mark(connection)
            if now != mark:
                return now
            tables.apply(connection, run)
            done = Mark(stop, run[-1].hash.hex())
            tables.write_mark(connection, done)
        return done

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        """Give a write transaction; nothing but the tables is touched in it, so a failure means rule 3."""
        try:
            with self._tables.write() as connection:
                yield connection
        except (LedgerError, SQLAlchemyError, OSError) as error:
            if self.in_memory:
                raise
            raise _CannotWriteError from error


class _CannotWriteError(Exception):
    """The ledger's database takes no tables of ours."""


class _Memory:
    """The same tables in memory, for one process."""

    def __init__(self) -> None:
        self.engine = create_engine(
            "sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False}
        )
        self._alone = threading.RLock()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        with self._alone, self.engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        with self._alone, self.engine.begin() as connection:
            yield connection


def _present(place: Tables) -> bool:
    """Say whether all tables are there, in the shape that they have here."""
    with place.read() as connection:
        found = inspect(connection)
        there = set(found.get_table_names())
        return all(
            name in there and {c["name"] for c in found.get_columns(name)} == set(table.columns.keys())
            for name, table in tables.metadata.tables.items()
        )


def _summary(row: Row[*tuple[object, ...]]) -> SubjectSummary:
    return SubjectSummary(
        subject=row.subject,
        first_seq=row.first_seq,
        last_seq=row.last_seq,
        last_kind=row.last_kind,
        last_time=row.last_time,
    )
