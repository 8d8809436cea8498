"""Comparing the lineage tables with the entries that they were made of.

The tables are made anew from the entries, up to the watermark, in a temporary database; then both are
read in the order of their keys and every difference is named: a row altered, missing, or that no entry
accounts for. An erasure past the watermark took away what rows before it were made of; those are left to
the next use, which drops them. Nothing is brought up to date here: that would wipe out traces.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import Connection, Table, create_engine, select

from governance.ledger.entry import Entry
from governance.lineage import tables

_RUN = 2000
_MOST = 1000
"""Differences named one by one; what lies beyond is counted."""
_NEXT = (
    "Somebody wrote to the database behind the software's back. The entries themselves are verified apart. "
    "Drop the lineage_ tables: they are built again at the next use."
)


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where the tables do not say what the entries say; the class is that of the format page."""

    place: str
    seq: int | None
    message: str
    class_: str = "index-altered"
    next_step: str = _NEXT
    count: int = 1


class Entries(Protocol):
    """What the comparison needs of a ledger."""

    def size(self) -> int:
        """Return the number of entries."""

    def stream(self, start: int = 0, stop: int | None = None, bodies: bool = True) -> Iterator[Entry]:  # noqa: FBT001, FBT002 - the ledger's signature
        """Yield entries in order."""


def compare(
    stored: Connection, ledger: Entries, progress: Callable[[int, int], None] | None = None
) -> list[Difference]:
    """Return where the tables behind `stored` differ from the entries of `ledger`."""
    mark = tables.read_mark(stored)
    if mark.rules == tables.UNREADABLE:
        return [Difference("lineage_mark", None, "The watermark holds values that are none of ours.")]
    if mark.rules != tables.RULES:
        return []  # made by another version: built again at the next use
    if mark.size > ledger.size():
        message = f"The tables say that they hold {mark.size} entries; the ledger has {ledger.size()}."
        return [Difference("lineage_mark", None, message)]
    erased = tables.erased_places(ledger.stream(mark.size, None, bodies=False))
    with tempfile.TemporaryDirectory() as folder:
        engine = create_engine(f"sqlite:///{Path(folder) / 'expected.db'}")
        try:
            with engine.connect() as expected:
                head = _build(expected, ledger, mark.size, progress)
                found = list(islice(_differences(stored, expected, erased), _MOST))
        finally:
            engine.dispose()
    if head != mark.head:
        found.append(
            Difference("lineage_mark", mark.size, "The watermark does not name the entry that it stands at.")
        )
    return found


def _build(
    connection: Connection, ledger: Entries, size: int, progress: Callable[[int, int], None] | None
) -> str:
    connection.exec_driver_sql("PRAGMA synchronous=OFF")
    tables.metadata.create_all(connection)
    head = ""
    for start in range(0, size, _RUN):
        run = list(ledger.stream(start, min(start + _RUN, size)))
        tables.apply(connection, run)
        head = run[-1].hash.hex()
        if progress is not None:
            progress(start + len(run), size)
    connection.commit()
    return head


def _differences(stored: Connection, expected: Connection, erased: set[int]) -> Iterator[Difference]:
    for table in tables.CONTENT:
        left_out = erased if table is tables.links else set[int]()
        yield from _merge(table, _rows(stored, table, left_out), _rows(expected, table, left_out))


def _rows(connection: Connection, table: Table, left_out: set[int]) -> Iterator[dict[str, Any]]:
    query = select(table).order_by(*table.primary_key.columns).execution_options(yield_per=_RUN)
    result = connection.execute(query)
    for row in result:
        found = row._asdict()
        if found.get("seq") not in left_out:
            yield found


def _merge(
    table: Table, stored: Iterator[dict[str, Any]], expected: Iterator[dict[str, Any]]
) -> Iterator[Difference]:
    keys = [column.name for column in table.primary_key.columns]

    def key(row: dict[str, Any]) -> tuple[Any, ...]:
        return tuple(str(row[k]).zfill(20) if k == "seq" else str(row[k]) for k in keys)

    have, want = next(stored, None), next(expected, None)
    while have is not None or want is not None:
        if want is None or (have is not None and key(have) < key(want)):
            assert have is not None  # noqa: S101 - one of them is, or the loop had ended
            yield _difference(table, have, "no entry says this")
            have = next(stored, None)
        elif have is None or key(want) < key(have):
            yield _difference(table, want, "this row is missing")
            want = next(expected, None)
        else:
            for name in have:
                if have[name] != want[name]:
                    yield _difference(
                        table, want, f"{name} is {have[name]!r}; the entries say {want[name]!r}"
                    )
            have, want = next(stored, None), next(expected, None)


def _difference(table: Table, row: dict[str, Any], what: str) -> Difference:
    named = {
        "lineage_subject": lambda: f"subject {row['subject']}",
        "lineage_edge": lambda: f"{row['source']} {row['relation']} {row['target']} (entry {row['seq']})",
        "lineage_count": lambda: f"count of {row['kind']}",
    }[table.name]()
    seq = row.get("seq", row.get("last_seq"))
    return Difference(
        _printable(f"{table.name}: {named}"),
        seq if isinstance(seq, int) else None,
        _printable(f"In {table.name}, {named}: {what}."),
    )


def _printable(text: str) -> str:
    """Spell out what can't be encoded: somebody may have left bytes in a text that are no UTF-8."""
    return text.encode("utf-8", "backslashreplace").decode()
