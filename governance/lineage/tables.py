"""The projection's tables, and what a run of entries changes in them.

They hold nothing that the entries do not say: dropped, they are built again the same. No SQL here
belongs to one database; text keys sort by their bytes everywhere.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    bindparam,
    delete,
    insert,
    select,
    update,
)  # fmt: skip

from governance.ledger.entry import Entry
from governance.lineage.edges import SPEAKING, edges

RULES = 1
"""Version of what is derived; a projection made under another is built again."""
_MOST = 400
"""How many values one IN list holds: every database takes that many."""

metadata = MetaData()
_KEY = Text().with_variant(Text(collation="C"), "postgresql")
_SEQ = BigInteger().with_variant(Integer(), "sqlite")

subjects = Table(
    "lineage_subject",
    metadata,
    Column("subject", _KEY, primary_key=True),
    Column("kind", _KEY, nullable=False),
    Column("first_seq", _SEQ, nullable=False),
    Column("last_seq", _SEQ, nullable=False),
    Column("last_kind", Text, nullable=False),
    Column("last_time", Text, nullable=False),
    Index("lineage_subject_by_kind", "kind", "subject"),
)
links = Table(
    "lineage_edge",
    metadata,
    Column("source", _KEY, primary_key=True),
    Column("seq", _SEQ, primary_key=True, autoincrement=False),
    Column("target", _KEY, primary_key=True),
    Column("relation", _KEY, primary_key=True),
    Index("lineage_edge_by_target", "target", "seq"),
    Index("lineage_edge_by_seq", "seq"),
)
counts = Table(
    "lineage_count",
    metadata,
    Column("kind", _KEY, primary_key=True),
    Column("subjects", _SEQ, nullable=False),
)
marks = Table(
    "lineage_mark",
    metadata,
    Column("name", _KEY, primary_key=True),
    Column("size", _SEQ, nullable=False),
    Column("head", Text, nullable=False),
    Column("rules", Integer, nullable=False),
)
CONTENT = (subjects, links, counts)


@dataclass(frozen=True, slots=True)
class Mark:
    """How far the tables go: the number of entries in them and the hash of the last one."""

    size: int = 0
    head: str = ""
    rules: int = RULES


def read_mark(connection: Connection) -> Mark:
    """Return how far the tables go."""
    row = connection.execute(select(marks.c.size, marks.c.head, marks.c.rules)).first()
    return Mark(*row) if row else Mark()


def write_mark(connection: Connection, mark: Mark) -> None:
    """Say how far the tables go."""
    connection.execute(delete(marks))
    connection.execute(insert(marks).values(name="entries", size=mark.size, head=mark.head, rules=mark.rules))


def kind_of(subject: str) -> str:
    """Return the part before the colon."""
    return subject.partition(":")[0]


def apply(connection: Connection, entries: Sequence[Entry]) -> None:
    """Enter what `entries` say; they follow directly on what the tables hold already."""
    rows = [
        {"source": link.source, "seq": entry.seq, "target": link.target, "relation": link.relation}
        for entry in entries
        for link in edges(entry.kind, entry.subject, entry.body if entry.kind in SPEAKING else None)
    ]
    if rows:
        connection.execute(insert(links), rows)
    for gone in _chunks(sorted(_erased(entries))):
        connection.execute(delete(links).where(links.c.seq.in_(gone)))
    _apply_subjects(connection, entries)


def _apply_subjects(connection: Connection, entries: Sequence[Entry]) -> None:
    met: dict[str, dict[str, Any]] = {}
    for entry in entries:
        row = met.setdefault(
            entry.subject,
            {"subject": entry.subject, "kind": kind_of(entry.subject), "first_seq": entry.seq},
        )
        row.update(last_seq=entry.seq, last_kind=entry.kind, last_time=entry.time)
    there: set[str] = set()
    for some in _chunks(list(met)):
        query = select(subjects.c.subject).where(subjects.c.subject.in_(some))
        there.update(connection.execute(query).scalars())
    changed = [
        {"key": name, **{c: row[c] for c in ("last_seq", "last_kind", "last_time")}}
        for name, row in met.items()
        if name in there
    ]
    if changed:
        connection.execute(update(subjects).where(subjects.c.subject == bindparam("key")), changed)
    fresh = [row for name, row in met.items() if name not in there]
    if fresh:
        connection.execute(insert(subjects), fresh)
    for kind, more in Counter(row["kind"] for row in fresh).items():
        grown = update(counts).where(counts.c.kind == kind).values(subjects=counts.c.subjects + more)
        if connection.execute(grown).rowcount == 0:
            connection.execute(insert(counts).values(kind=kind, subjects=more))


def _erased(entries: Sequence[Entry]) -> set[int]:
    """Return the places whose bodies these entries say are erased."""
    return {
        int(e.subject.removeprefix("entry:")) for e in entries if e.kind == "body.erased" and _is_place(e)
    }


def _is_place(entry: Entry) -> bool:
    return entry.subject.removeprefix("entry:").isdecimal()


def _chunks(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(values), _MOST):
        yield values[start : start + _MOST]
