"""The projection's tables, and what a run of entries changes in them.

They hold nothing that the entries do not say: dropped, they are built again the same. No SQL here
belongs to one database; text keys sort by their bytes everywhere.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, cast

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

RULES = 2
"""Version of what is derived; a projection made under another is built again."""
UNREADABLE = 0
"""Stands for the version where the watermark holds values of other types than ours."""
_MOST_DIGITS = 16
"""Digits of the largest place that a ledger has."""
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
    if not row:
        return Mark()
    size, head, rules = cast("tuple[object, object, object]", tuple(row))
    if isinstance(size, int) and size >= 0 and isinstance(head, str) and isinstance(rules, int):
        return Mark(size, head, rules)
    return Mark(rules=UNREADABLE)


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
    for gone in _chunks(sorted(erased_places(entries))):
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


def erased_places(entries: Iterable[Entry]) -> set[int]:
    """Return the places whose bodies these entries say are erased: places before their own."""
    return {
        place
        for entry in entries
        if entry.kind == "body.erased" and (place := _place(entry.subject)) is not None and place < entry.seq
    }


def _place(subject: str) -> int | None:
    number = subject.removeprefix("entry:")
    return int(number) if number.isdecimal() and len(number) <= _MOST_DIGITS else None


def _chunks(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(values), _MOST):
        yield values[start : start + _MOST]
