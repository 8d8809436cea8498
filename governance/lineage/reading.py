"""The read side of a ledger that lineage needs, and the few questions that all its modules ask."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Protocol

from governance.ledger.entry import Entry
from governance.ledger.log import EntryFilter

_PAGE = 1000


class Reading(Protocol):
    """Entries by place and by index."""

    def entry(self, seq: int) -> Entry:
        """Return one entry with its body."""

    def entries(self, filter: EntryFilter) -> list[Entry]:  # noqa: A002 - the ledger's signature
        """Return the entries that a filter selects."""


def pages(ledger: Reading, query: EntryFilter) -> Iterator[Entry]:
    """Yield every entry that `query` selects, oldest first, a page at a time."""
    while True:
        page = ledger.entries(replace(query, limit=_PAGE))
        yield from page
        if len(page) < _PAGE:
            return
        query = replace(query, after=page[-1].seq)


def first(ledger: Reading, kind: str, subject: str) -> Entry | None:
    """Return the first entry of a kind about a subject."""
    found = ledger.entries(EntryFilter(kind=kind, subject=subject, limit=1, bodies=True))
    return found[0] if found else None


def newest(ledger: Reading, kind: str, subject: str, below: int | None = None) -> Entry | None:
    """Return the newest entry of a kind about a subject, before `below` if given."""
    query = EntryFilter(kind=kind, subject=subject, newest_first=True, limit=1, bodies=True, below=below)
    found = ledger.entries(query)
    return found[0] if found else None


def text(body: Mapping[str, Any] | None, *path: str) -> str | None:
    """Return the text at `path` in a body, None where there is none."""
    value: object = body
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value if isinstance(value, str) else None


def members(body: Mapping[str, Any] | None, name: str) -> list[Mapping[str, Any]]:
    """Return the objects in the list `name` of a body, empty where it is no list."""
    value = (body or {}).get(name)
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def moment(time: str) -> str:
    """Return an instant as a sentence says it: to the minute, UTC."""
    return f"{time[:10]} {time[11:16]} UTC"
