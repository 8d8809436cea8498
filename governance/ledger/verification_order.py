"""Which row is which entry: the rows of a ledger put to their places, however they were moved about.

Rules, in this order:
1. A header is vouched for when its stored hash, or the next row's `prev`, is its hash. A row whose header nobody
   vouches for is taken for the entry of the place where it stands, unless that entry comes right after it.
2. A row with the expected `seq` in its header is that entry, whatever its columns say.
3. A row ahead of its turn begins a gap, unless the rows after it go on where they were expected to: then it is a
   stray, and stands in place of the expected entry or before it.
4. A row behind its turn is a stray.
Strays are kept; a stray that is a missing entry was moved (order-changed, or index-altered when only its `seq`
column points outside the ledger), any other was inserted.
"""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from governance.ledger.entry import HeaderFields, header_fields
from governance.ledger.reader import Row
from governance.ledger.verification_batch import Stream

_AHEAD = 8
_MAX_STRAYS = 10_000
_MAX_GAP = 1_000_000


class Item(NamedTuple):
    """A row, its header's members when it is canonical, and its header's hash."""

    row: Row
    fields: HeaderFields | None
    hash: bytes


class Slot(NamedTuple):
    """A place of the ledger and what stands there; `shift` is column minus place as the rows around have it."""

    place: int
    item: Item | None
    shift: int


class Stray(NamedTuple):
    """A row that stands where it does not belong."""

    item: Item
    place: int


class Order:
    """Puts rows to their places; afterwards `strays` holds the rest.

    Args:
        rows: by column `seq`.
    """

    def __init__(self, rows: Iterable[tuple[Any, ...]]) -> None:
        self._rows = Stream(rows)
        self._expected = 0
        self._in_turn = False
        self._ahead: deque[Item] = deque()
        self._shift = 0
        self.strays: list[Stray] = []
        self.strays_by_seq: dict[int, bytes] = {}
        self.stray_count = 0

    def slots(self) -> Iterator[Slot]:
        """Yield every place from 0 to the last entry, each exactly once."""
        while (item := self._next()) is not None:
            fields, expected = item.fields, self._expected
            if fields is not None and fields[6] == expected and item.row[6] == item.hash:
                shift = self._shift if item.row[0] == expected + self._shift else self._shift_of(item)
                self._expected = expected + 1
                self._in_turn = True
                yield Slot(expected, item, shift)
                self._in_turn = False
                continue
            place = self._place_of(item, expected)
            if place is None:
                replaced = self._replaces(item, expected)
                self._keep_stray(item, expected)
                if replaced:
                    yield Slot(expected, None, self._shift)
                    self._expected = expected + 1
                continue
            for absent in range(expected, place):
                yield Slot(absent, None, self._shift)
            yield Slot(place, item, self._shift_of(item))
            self._expected = place + 1
        expected = self._expected
        last = max((seq for seq in self.strays_by_seq if seq < expected + _MAX_STRAYS), default=-1)
        for absent in range(expected, last + 1):
            yield Slot(absent, None, self._shift)

    def take(self, count: int) -> list[tuple[Any, ...]]:
        """Take the next rows unseen, after a slot whose row stood in its turn; none where there are not so many.

        Whoever takes them gives them back, or says with `passed` that they are the entries of their places.
        """
        if not self._in_turn or self._ahead or self._shift:
            return []
        rows = self._rows.take(count)
        if len(rows) < count:
            self._rows.give_back(rows)
            return []
        return rows

    def give_back(self, rows: Sequence[tuple[Any, ...]]) -> None:
        """Put back what `take` gave."""
        self._rows.give_back(rows)

    def passed(self, count: int) -> None:
        """Go on behind rows that were taken."""
        self._expected += count

    def _next(self) -> Item | None:
        if self._ahead:
            return self._ahead.popleft()
        row = next(self._rows, None)
        return None if row is None else item_of(row)

    def _peek(self, count: int) -> list[Item]:
        while len(self._ahead) < count and (row := next(self._rows, None)) is not None:
            self._ahead.append(item_of(row))
        return list(self._ahead)[:count]

    def _place_of(self, item: Item, expected: int) -> int | None:
        """Return the entry's place, or None for a stray."""
        seq = item.fields[6] if item.fields is not None and self._vouched(item) else None
        if seq is None:
            if self._genuine_follows(expected):
                return None
            column = item.row.seq - self._shift if isinstance(item.row.seq, int) else expected
            following = self._peek(1)
            later = following and following[0].fields and following[0].fields[6] == column + 1
            return column if expected < column < expected + _MAX_GAP and later else expected
        if seq <= expected:
            return seq if seq == expected else None
        if seq >= expected + _MAX_GAP or self._goes_on(item, expected) is not None:
            return None
        return seq

    def _vouched(self, item: Item) -> bool:
        if item.row.hash == item.hash:
            return True
        following = self._peek(1)
        return bool(following and following[0].fields and following[0].fields[5] == item.hash.hex())

    def _genuine_follows(self, expected: int) -> bool:
        following = self._peek(1)
        if not following or following[0].fields is None:
            return False
        return following[0].fields[6] == expected and following[0].row.hash == following[0].hash

    def _goes_on(self, item: Item, expected: int) -> bool | None:
        """Tell how the rows after a stray go on: True past `expected`, False at it, None from the row itself."""
        seq = item.fields[6] if item.fields is not None else None
        for distance, after in enumerate(self._peek(_AHEAD), 1):
            if after.fields is None:
                continue
            if after.fields[6] == expected:
                return False
            if seq is not None and after.fields[6] == seq + distance and seq > expected:
                return None
            if after.fields[6] == expected + distance:
                return True
        return None

    def _replaces(self, item: Item, expected: int) -> bool:
        return self._goes_on(item, expected) is True

    def _keep_stray(self, item: Item, place: int) -> None:
        self.stray_count += 1
        if len(self.strays) < _MAX_STRAYS:
            self.strays.append(Stray(item, place))
            if item.fields is not None:
                self.strays_by_seq.setdefault(item.fields[6], item.hash)

    def _shift_of(self, item: Item) -> int:
        """Follow rows that were renumbered around an insertion or a deletion, or the damage would have no bound."""
        if item.fields is None or not isinstance(item.row.seq, int):
            return self._shift
        shift = item.row.seq - item.fields[6]
        if shift not in (0, self._shift):
            following = self._peek(1)
            beside = following[0] if following else None
            moved_together = beside is None or (
                beside.fields is not None
                and isinstance(beside.row.seq, int)
                and beside.row.seq - beside.fields[6] == shift
            )
            if not moved_together or not self._disturbed(item):
                return self._shift
        self._shift = shift
        return shift

    def _disturbed(self, item: Item) -> bool:
        """A common shift is believed only after a stray or a gap, and no larger than a few rows."""
        return item.fields is not None and (self.stray_count > 0 or item.row.seq < item.fields[6])


def item_of(values: tuple[Any, ...]) -> Item:
    """Read a row."""
    row = Row._make(values)
    header = row.header
    if not isinstance(header, bytes):
        return Item(row, None, b"")
    return Item(row, header_fields(header), hashlib.sha256(b"\x00" + header).digest())
