"""Finding entries: which index answers which question, so that a page costs the same in a small and a large ledger.

Pages are keyset pages by `seq`. Every question is cut into *streams*: sets of entries for which one index gives the
places in order (a kind; a subject and a kind; an actor and a kind). A page is merged from the first `limit` places of
each stream. A prefix (`user.*`) becomes the streams of the few words that begin so. Where there are too many of
them, the widest stream is walked and filtered: such a prefix selects much of it.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Column, ColumnElement, Connection, func, select

from governance.ledger import tables
from governance.ledger.errors import EntryAltered

_MOST_KINDS = 64
_MOST_SUBJECTS = 16
_entry = tables.entry.c


@dataclass(frozen=True, slots=True)
class EntryFilter:
    """Which entries, and which page of them.

    Attributes:
        kind: exact, or a prefix when it ends in `*`; so are `subject` and `actor`.
        since: RFC 3339 time as headers have it; entries at it or later.
        until: entries at it or earlier.
        after: entries behind this seq.
        before: entries in front of this seq.
        newest_first: the order of the page.
        limit: how many at most.
        bodies: whether bodies are read too.
        below: the ledger as it was at this size.
    """

    kind: str | None = None
    subject: str | None = None
    actor: str | None = None
    since: str | None = None
    until: str | None = None
    after: int | None = None
    before: int | None = None
    newest_first: bool = False
    limit: int = 100
    bodies: bool = True
    below: int | None = None


@dataclass(frozen=True, slots=True)
class _Stream:
    """Columns that are fixed (one index serves them in order of seq), and words that are compared row by row."""

    fixed: tuple[tuple[Column[str], str], ...] = ()
    compared: tuple[tuple[Column[str], str], ...] = ()


def find_places(connection: Connection, query: EntryFilter) -> list[int]:
    """Return the places of one page, in its order."""
    low, high = _bounds(connection, query)
    if low >= high or query.limit <= 0:
        return []
    found: set[int] = set()
    for stream in _streams(connection, query):
        found.update(_first_of(connection, stream, low, high, query))
    return sorted(found, reverse=query.newest_first)[: query.limit]


def _bounds(connection: Connection, query: EntryFilter) -> tuple[int, int]:
    """Return low ≤ seq < high; times never decrease along the ledger, so that they are bounds of places too."""
    low = 0 if query.after is None else query.after + 1
    highs = [_END, *(bound for bound in (query.before, query.below) if bound is not None)]
    if query.since is not None:
        low = max(low, _first_place(connection, _entry.time >= query.since))
    if query.until is not None:
        highs.append(_first_place(connection, _entry.time > query.until))
    return max(low, 0), min(highs)


_END = 1 << 53
"""Every place is below; a row that somebody filed beyond is no entry, and no number beyond is asked for."""


def _first_place(connection: Connection, condition: ColumnElement[bool]) -> int:
    query = select(_entry.seq).where(condition).order_by(_entry.time, _entry.seq).limit(1)
    place: int | None = connection.execute(query).scalar()
    return _END if place is None else place


def _first_of(connection: Connection, stream: _Stream, low: int, high: int, query: EntryFilter) -> list[int]:
    order = _entry.seq.desc() if query.newest_first else _entry.seq
    wanted = (
        select(_entry.seq)
        .where(*(column == word for column, word in stream.fixed))
        .where(*(_matches(column, word) for column, word in stream.compared))
        .where(_entry.seq >= low, _entry.seq < high)
        .order_by(order)
        .limit(min(query.limit, _END))
    )
    return list(connection.execute(wanted).scalars())


def _matches(column: Column[str], word: str) -> ColumnElement[bool]:
    """Compare without an index: a planner that chose one here would have to sort all that it finds."""
    if word.endswith("*"):
        return func.substr(column, 1, len(word) - 1) == word[:-1]
    return func.coalesce(column, "") == word


def _streams(connection: Connection, query: EntryFilter) -> list[_Stream]:
    kind, subject, actor = query.kind, query.subject, query.actor
    by_actor = ((_entry.actor, actor),) if actor is not None else ()
    by_subject = ((_entry.subject, subject),) if subject is not None else ()
    if subject is not None:
        exact = not subject.endswith("*")
        subjects = [subject] if exact else _words(connection, _entry.subject, subject, most=_MOST_SUBJECTS)
        if len(subjects) <= _MOST_SUBJECTS:
            return [
                one
                for word in subjects
                for one in _by_kinds(connection, _entry.subject, word, kind, by_actor)
            ]
    if actor is not None and not actor.endswith("*"):
        return _by_kinds(connection, _entry.actor, actor, kind, by_subject)
    return _of_kinds(connection, kind, by_subject + by_actor)


def _of_kinds(
    connection: Connection, kind: str | None, compared: tuple[tuple[Column[str], str], ...]
) -> list[_Stream]:
    if kind is None:
        return [_Stream(compared=compared)]
    kinds = _words(connection, _entry.kind, kind) if kind.endswith("*") else [kind]
    if len(kinds) > _MOST_KINDS:
        return [_Stream(compared=((_entry.kind, kind), *compared))]
    return [_Stream(((_entry.kind, word),), compared) for word in kinds]


def _by_kinds(
    connection: Connection,
    column: Column[str],
    word: str,
    kind: str | None,
    compared: tuple[tuple[Column[str], str], ...],
) -> list[_Stream]:
    """Cut the entries of one subject or actor by their kinds: the index has both columns."""
    if kind is not None and not kind.endswith("*"):
        kinds = [kind]
    else:
        kinds = _words(connection, _entry.kind, kind or "*", fixed=(column, word))
    return [_Stream(((column, word), (_entry.kind, one)), compared) for one in kinds]


def _words(
    connection: Connection,
    column: Column[str],
    pattern: str,
    *,
    fixed: tuple[Column[str], str] | None = None,
    most: int = _MOST_KINDS,
) -> list[str]:
    """Return the different words that begin as `pattern` says, one index look-up each.

    Those of one subject or actor (`fixed`) are all returned; else at most one more than `most`, which says that there
    are too many.
    """
    prefix, found = pattern[:-1], list[str]()
    condition: ColumnElement[bool] = column >= prefix
    while fixed is not None or len(found) <= most:
        query = select(column).where(condition).order_by(column).limit(1)
        if fixed is not None:
            query = query.where(fixed[0] == fixed[1])
        word: object = connection.execute(query).scalar()
        if word is None or (prefix and not (isinstance(word, str) and word.startswith(prefix))):
            break
        if not isinstance(word, str) or not word.isascii():  # words of headers are ASCII
            raise EntryAltered(
                f"The column `{column.name}` of an entry holds what is no text: {word!r}.",
                remedy="Find out what was changed: govern verify.",
            )
        found.append(word)
        condition = column > word
    return found
