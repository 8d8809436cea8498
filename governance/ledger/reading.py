"""Reading entries back, checked: what does not match its own hash or commitment is refused, never shown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, exists, literal, select, type_coerce
from sqlalchemy.types import NullType

from governance.ledger import tables
from governance.ledger.database import Database
from governance.ledger.entry import Entry, Header, commit_body, entry_hash
from governance.ledger.errors import EntryAbsent, EntryAltered, InvalidEntry
from governance.ledger.filters import EntryFilter, find_places

_MOST = 400  # values in one IN list: every database takes that many
_PAGE = 512  # entries that a stream holds in memory
_entry, _body = tables.entry.c, tables.body.c


class Reading:
    """Entries of one database. Every call reads on a connection of its own, from any thread."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def size(self) -> int:
        """Return the number of entries."""
        with self._database.read() as connection:
            last = connection.execute(select(_entry.seq).order_by(_entry.seq.desc()).limit(1)).scalar()
        return 0 if last is None else int(last) + 1

    def entry(self, seq: int, *, body: bool = True) -> Entry:
        """Return one entry.

        Raises:
            EntryAbsent: there is none at that place.
            EntryAltered: it is not what its hash or commitment says.
        """
        found = self._one(_entry.seq == seq, body=body) if 0 <= seq < 1 << 53 else None
        if found is None:
            raise EntryAbsent(
                f"There is no entry {seq}; the ledger has {self.size()} entries.",
                remedy="They are counted from 0; list them: govern log.",
            )
        return found

    def entry_by_id(self, entry_id: str) -> Entry | None:
        """Return the entry of an id, or None."""
        return self._one(_entry.id == entry_id)

    def entry_by_hash(self, found_hash: bytes) -> Entry | None:
        """Return the entry of an entry hash, or None."""
        return self._one(_entry.hash == found_hash)

    def entries(self, query: EntryFilter) -> list[Entry]:
        """Return one page."""
        with self._database.read() as connection:
            places = find_places(connection, query)
            found: dict[int, Entry] = {}
            for start in range(0, len(places), _MOST):
                some = places[start : start + _MOST]
                for entry in _read(connection, _entry.seq.in_(some), bodies=query.bodies):
                    found[entry.seq] = entry
        return [found[place] for place in places]

    def stream(self, start: int = 0, stop: int | None = None, *, bodies: bool = True) -> Iterator[Entry]:
        """Yield entries in order, in bounded memory; no connection is held between pages."""
        end = self.size() if stop is None else stop
        while start < end:
            upto = min(end, start + _PAGE)
            with self._database.read() as connection:
                page = _read(connection, _entry.seq >= start, _entry.seq < upto, bodies=bodies)
            if not page:  # a row filed at a huge place makes a huge size, with nothing before it
                raise EntryAltered(f"The entries {start} to {upto - 1} are not there.", remedy=_VERIFY)
            yield from page
            start = upto

    def checkpoint(self, size: int | None = None) -> str | None:
        """Return a stored checkpoint; the newest by default."""
        column = tables.checkpoint.c
        query = select(column.text)
        query = (
            query.order_by(column.size.desc()).limit(1) if size is None else query.where(column.size == size)
        )
        with self._database.read() as connection:
            text: str | None = connection.execute(query).scalar()
        return text

    def _one(self, condition: ColumnElement[bool], *, body: bool = True) -> Entry | None:
        with self._database.read() as connection:
            found = _read(connection, condition, bodies=body)
        return found[0] if found else None


def _read(connection: Connection, *conditions: ColumnElement[bool], bodies: bool) -> list[Entry]:
    query: Select[Any]
    if bodies:
        joined = tables.entry.outerjoin(tables.body, _entry.seq == _body.seq)
        query = select(_entry.seq, *_as_stored(_entry.hash, _entry.header, _body.salt, _body.body))
        query = query.select_from(joined)
    else:
        query = select(_entry.seq, *_as_stored(_entry.hash, _entry.header), literal(None), literal(None))
    rows: Sequence[Any] = connection.execute(query.where(*conditions).order_by(_entry.seq)).all()
    return [_checked(connection, *row, bodies=bodies) for row in rows]


def _as_stored(*columns: ColumnElement[Any]) -> list[ColumnElement[Any]]:
    """Select values unconverted: somebody may have put text, or a number, where bytes belong."""
    return [type_coerce(column, NullType()) for column in columns]


def _checked(
    connection: Connection,
    seq: int,
    stored_hash: Any,
    header_bytes: Any,
    salt: Any,
    body: Any,
    *,
    bodies: bool,
) -> Entry:
    if not isinstance(header_bytes, bytes) or not isinstance(stored_hash, bytes):
        raise _altered(seq, "its header or hash is text or a number where bytes belong")
    if not isinstance(salt, bytes | None) or not isinstance(body, bytes | None):
        raise _altered(seq, "its body or salt is text or a number where bytes belong")
    try:
        header = Header.from_bytes(header_bytes)
    except InvalidEntry as error:
        raise _altered(seq, "its header is no header") from error
    if entry_hash(header_bytes) != stored_hash or header.seq != seq:
        raise _altered(seq, "its header does not match its hash or place")
    if body is None or salt is None:
        erased = bodies and _is_erased(connection, seq)
        return Entry(header, header_bytes, stored_hash, None, None, erased)
    if commit_body(salt, body).hex() != header.body:
        raise _altered(seq, "its body is not the one that its header commits to")
    return Entry(header, header_bytes, stored_hash, body, salt)


_VERIFY = "Find out what was changed: govern verify."


def _altered(seq: int, why: str) -> EntryAltered:
    return EntryAltered(f"Entry {seq} was altered: {why}.", remedy=_VERIFY)


def _is_erased(connection: Connection, seq: int) -> bool:
    covering = exists().where(
        _entry.kind == "body.erased", _entry.subject == f"entry:{seq}", _entry.seq > seq
    )
    return bool(connection.execute(select(covering)).scalar())
