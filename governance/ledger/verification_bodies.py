"""Bodies against their commitments: genuine, altered, missing, erased with a record, or withheld by an export."""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import Any

from governance.ledger.entry import HeaderFields, can_be_erased
from governance.ledger.errors import ExportInvalid
from governance.ledger.reader import Reader, Row, StoredReader
from governance.ledger.verification_batch import Stream
from governance.ledger.verification_report import Findings

_MAX_LOOSE = 10_000
_MISSING = "The body is missing, and no body.erased entry covers it."

_sha256 = hashlib.sha256


class BodyAudit:
    """Checks the body of each genuine header, in the order of the rows."""

    def __init__(self, reader: Reader, findings: Findings) -> None:
        self._reader = reader
        self._findings = findings
        self._stored: Stream[tuple[Any, Any, Any]] | None = (
            Stream(reader.stored_bodies()) if isinstance(reader, StoredReader) else None
        )
        self._next = next(self._stored, None) if self._stored is not None else None
        self._loose: dict[Any, tuple[Any, Any]] = {}
        self._absent: dict[int, tuple[str, str]] = {}
        self._erased: set[int] = set()
        self._direct: set[int] = set()

    def take(self, first: int, stop: int) -> list[tuple[Any, Any, Any]] | None:
        """Take the stored bodies of places first … stop-1, some of which may have none; None if others come first.

        Whoever takes them gives them back, or says with `passed` that they are what the headers commit to.
        """
        ahead, stored = self._next, self._stored
        if stored is None or ahead is None:
            return []
        page = [ahead, *stored.take(stop - first - 1)]
        places = [one[0] for one in page]
        if set(map(type, places)) != {int} or places[0] < first:
            stored.give_back(page[1:])
            return None
        count = bisect_left(places, stop)
        stored.give_back(page[count:])
        self._next = next(stored, None)
        return page[:count]

    def give_back(self, page: Sequence[tuple[Any, Any, Any]]) -> None:
        """Put back what `take` gave."""
        if self._stored is not None and page:
            if self._next is not None:
                self._stored.give_back([self._next])
            self._stored.give_back(page[1:])
            self._next = page[0]

    def passed(self, count: int, absent: Iterable[tuple[int, str, str]]) -> None:
        """Note that `count` bodies were compared, and which places (with kind and commitment) have none."""
        self._findings.checked["bodies"] += count
        for place, kind, commitment in absent:
            self._absent[place] = (kind, commitment)

    def check(self, place: int, row: Row, fields: HeaderFields) -> bytes | None:
        """Check the body of the entry at `place`; return its bytes when they are genuine."""
        found = self._find(place, row.seq)
        if row.seq != place and (found is None or not _commits(found, fields[1])):
            found = self._read(place) or found
            self._direct.add(place)
        return self._judge(place, found, fields)

    def check_moved(self, place: int, row: Row, fields: HeaderFields) -> None:
        """Check the body of an entry whose row was found elsewhere: where the row stands, then at its own place."""
        there = self._read(row.seq) if isinstance(row.seq, int) else None
        if there is not None and _commits(there, fields[1]):
            self._direct.add(row.seq)
            self._judge(place, there, fields)
        else:
            self._direct.add(place)
            self._judge(place, self._read(place), fields)

    def _judge(self, place: int, found: tuple[Any, Any] | None, fields: HeaderFields) -> bytes | None:
        if found is None:
            self._absent[place] = (fields[3], fields[1])
            return None
        self._findings.checked["bodies"] += 1
        if _commits(found, fields[1]):
            return bytes(found[1])
        self._findings.add("body-altered", place, "The body or its salt is not what the header commits to.")
        return None

    def erased(self, seq: object, by: int) -> None:
        """Take note of a `body.erased` entry at place `by`, which covers a place before its own and no other."""
        if type(seq) is int and 0 <= seq < by:
            self._erased.add(seq)

    def skip(self, row: Row) -> None:
        """Pass over the body of a row whose own header is not genuine."""
        if self._stored is not None and isinstance(row.seq, int):
            self._take(row.seq)

    def finish(self, unexplained: Iterable[int], *, covered: range = range(0)) -> None:
        """Settle what is absent, and bodies that no entry's row led to.

        Args:
            unexplained: places whose header is missing or not genuine; a body there is not judged.
            covered: places past the last entry that a signed checkpoint covers: missing as well.
        """
        while self._next is not None:
            self._lay_aside(self._next)
            self._next = next(self._stored, None) if self._stored is not None else None
        by_commitment = {commitment: place for place, (_, commitment) in self._absent.items()}
        ignored = self._direct.union(unexplained)
        for seq, (salt, body) in self._loose.items():
            place = by_commitment.get(_commitment(salt, body))
            if place is not None:
                del self._absent[place]
                words = f"The body of entry {place} is filed under {seq}."
                self._findings.add("index-altered", place, words, place=f"body of entry {place}")
            elif seq not in ignored and seq not in covered:
                words = f"A body is filed under {seq}, where no entry is."
                number = seq if isinstance(seq, int) else None
                self._findings.add("index-altered", number, words, place=f"body {seq}")
        for place, (kind, _) in sorted(self._absent.items()):
            self._settle(place, kind)

    def _settle(self, place: int, kind: str) -> None:
        if place in self._erased and can_be_erased(kind):
            self._findings.erased += 1
        elif self._reader.withholds_bodies and can_be_erased(kind):
            self._findings.withheld += 1
        elif place in self._erased:
            words = f"The body is missing; bodies of {kind} can't be erased."
            self._findings.add("body-missing", place, words)
        else:
            self._findings.add("body-missing", place, _MISSING)

    def _find(self, place: int, column: object) -> tuple[Any, Any] | None:
        if self._stored is None:
            return self._read(place)
        return self._take(column) if isinstance(column, int) else None

    def _take(self, column: int) -> tuple[Any, Any] | None:
        ahead = self._next
        while ahead is not None and (not isinstance(ahead[0], int) or ahead[0] < column):
            self._lay_aside(ahead)
            ahead = next(self._stored, None) if self._stored is not None else None
        self._next = ahead
        if ahead is None or ahead[0] != column:
            return None
        self._next = next(self._stored, None) if self._stored is not None else None
        return ahead[1], ahead[2]

    def _lay_aside(self, body: tuple[Any, Any, Any]) -> None:
        if len(self._loose) < _MAX_LOOSE:
            self._loose[body[0]] = (body[1], body[2])

    def _read(self, place: int) -> tuple[Any, Any] | None:
        try:
            return self._reader.read_body(place)
        except ExportInvalid:
            return b"", b""


def _commitment(salt: object, body: object) -> str:
    if not isinstance(salt, bytes) or not isinstance(body, bytes):
        return ""
    return _sha256(b"\x02" + salt + body).hexdigest()


def _commits(found: tuple[Any, Any], commitment: str) -> bool:
    salt, body = found
    # A salt of another length could shift bytes between salt and body.
    return isinstance(salt, bytes) and len(salt) == 32 and _commitment(salt, body) == commitment
