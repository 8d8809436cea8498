"""Many rows compared at once, where all is as it should be.

A batch lies within one level-0 tile. It holds when every row's values are, byte for byte, those of a genuine entry at
its place: what its columns, its body and the entry before call for is spelled out as a header and compared with the
header that is stored. Then nothing about it is left to tell. A batch that does not hold says nothing at all; its rows
go through the careful walk one by one, which finds what differs and where.

Rules for a row to hold at its place:
1. its columns are texts of the shapes that header members have, none of which needs an escape;
2. the header made of them, of the place, the ledger's origin, the hash of the entry before and the commitment of the
   stored body is the stored header; where no body is stored, of the commitment that the header itself names;
3. its stored hash is the hash of that header, and stands in the stored tile where there is one;
4. its time is not before that of the entry before;
5. its kind is none that changes keys.
"""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Any, Generic, NamedTuple, TypeVar

from governance.ledger.entry import (
    MAX_ACTOR,
    MAX_KIND,
    MAX_SUBJECT,
    NO_PREVIOUS,
    SALT_BYTES,
    header_fields,
    is_time,
)
from governance.ledger.reader import Row
from governance.ledger.tree import HASH_BYTES
from governance.ledger.verification_trust import REPLACED, ROTATED

ERASED = "body.erased"
"""Kind of the entries that cover an erased body."""

_sha256 = hashlib.sha256
_KEY_CHANGES = frozenset((ROTATED, REPLACED))
_HEX = b"0123456789abcdef"
# Printable ASCII that JSON writes as it is: no space, no quote, no backslash.
_UNESCAPED = bytes(code for code in range(0x21, 0x7F) if code not in b'"\\')

Thing = TypeVar("Thing")


class Stream(Generic[Thing]):
    """An iterator from which some can be taken at once, and given back."""

    def __init__(self, source: Iterable[Thing]) -> None:
        self._source = iter(source)
        self._back: deque[Thing] = deque()

    def __iter__(self) -> Iterator[Thing]:
        return self

    def __next__(self) -> Thing:
        return self._back.popleft() if self._back else next(self._source)

    def take(self, count: int) -> list[Thing]:
        """Take up to `count`."""
        if self._back:
            return list(islice(self, count))
        return list(islice(self._source, count))

    def give_back(self, things: Sequence[Thing]) -> None:
        """Put back what was taken last, in its order."""
        self._back.extendleft(reversed(things))


class Expected(NamedTuple):
    """What a batch must go on from: its first place, and the ledger's origin and state before it."""

    place: int
    origin: str
    before: bytes
    time: str


class Batch(NamedTuple):
    """A batch that holds: leaf hashes and kinds by place, and the places that have no body, with its commitment."""

    leaves: list[bytes]
    kinds: tuple[str, ...]
    absent: list[tuple[int, str, str]]
    time: str


def compare(
    rows: Sequence[Sequence[Any]], bodies: Sequence[tuple[Any, Any, Any]], tile: bytes | None, on: Expected
) -> Batch | None:
    """Return what a batch establishes, or None where any rule is broken.

    Args:
        rows: of `entry`, with the columns of `Row`.
        bodies: rows of `body` whose place is one of these rows', in order; not every row needs to have one.
        tile: the stored hashes of these places, where a tile is stored.
        on: what they follow.
    """
    try:
        return _compare(rows, bodies, tile, on)
    except (TypeError, UnicodeEncodeError):  # a value of a type, or text, that no such column holds
        return None


def follows(row: Row, place: int, before: bytes) -> bool:
    """Whether a row's header is the canonical one at a place, linked to the entry before, and hashed as stored."""
    header = row.header
    fields = header_fields(header)
    return (
        fields is not None
        and fields[6] == place
        and fields[5] == before.hex()
        and row.seq == place
        and bool(row.hash == _sha256(b"\x00" + header).digest())
    )


def _compare(
    rows: Sequence[Sequence[Any]], bodies: Sequence[tuple[Any, Any, Any]], tile: bytes | None, on: Expected
) -> Batch | None:
    seqs, ids, times, actors, kinds, subjects, hashes, headers = zip(*rows, strict=True)
    count = len(rows)
    leaves = [_sha256(b"\x00" + header).digest() for header in headers]
    if (
        seqs != tuple(range(on.place, on.place + count))
        or hashes != tuple(leaves)
        or (tile is not None and tile != b"".join(leaves))
        or not _are_ids(ids)
        or not _are_words(actors, MAX_ACTOR)
        or not _are_words(kinds, MAX_KIND)
        or not _are_words(subjects, MAX_SUBJECT)
        or not _are_times(times, on.time)
        or not _KEY_CHANGES.isdisjoint(kinds)
    ):
        return None
    committed = _commitments(bodies)
    if committed is None:
        return None
    absent: list[tuple[int, str, str]] = []
    if len(bodies) == count:
        commitments: Iterable[str] = committed
    else:
        known = {body[0]: one for body, one in zip(bodies, committed, strict=True)}
        absent = [
            (seq, kind, named)
            for seq, kind, header in zip(seqs, kinds, headers, strict=True)
            if seq not in known and (named := _named(header)) is not None
        ]
        known.update((seq, named) for seq, _, named in absent)
        commitments = [known.get(seq, NO_PREVIOUS) for seq in seqs]
    tail = f'","origin":"{_escaped(on.origin)}","prev":"'
    spelled = [
        f'{{"actor":"{actor}","body":"{body}","id":"{entry_id}","kind":"{kind}{tail}{prev}",'
        f'"seq":{seq},"subject":"{subject}","time":"{time}","v":1}}'
        for seq, entry_id, time, actor, kind, subject, body, prev in zip(
            range(on.place, on.place + count),
            ids,
            times,
            actors,
            kinds,
            subjects,
            commitments,
            (one.hex() for one in chain((on.before,), leaves)),
            strict=False,
        )
    ]
    if [one.encode("ascii") for one in spelled] != list(headers):
        return None
    return Batch(leaves, kinds, absent, times[-1])


def _commitments(bodies: Sequence[tuple[Any, Any, Any]]) -> list[str] | None:
    """Return SHA-256(0x02 ‖ salt ‖ body) of each, in hex; None where a salt has another length."""
    if bodies and {len(salt) for _, salt, _ in bodies} != {SALT_BYTES}:
        return None
    return [_sha256(b"\x02" + salt + body).hexdigest() for _, salt, body in bodies]


def _named(header: bytes) -> str | None:
    fields = header_fields(header)
    return None if fields is None else fields[1]


def _are_ids(ids: Sequence[str]) -> bool:
    """Whether all are UUIDs in lower case: 36 characters, dashes at their four places, else hexadecimal digits."""
    text = "".join(ids)
    dashes = "-" * len(ids)
    return (
        set(map(len, ids)) == {36}
        and all(text[at::36] == dashes for at in (8, 13, 18, 23))
        and text.encode("ascii").translate(None, _HEX) == b"-" * (4 * len(ids))
    )


def _are_words(words: Sequence[str], limit: int) -> bool:
    """Whether all are words that headers have and that JSON writes without escapes."""
    text = "".join(words)
    lengths = set(map(len, words))
    return min(lengths) > 0 and max(lengths) <= limit and not text.encode("ascii").translate(None, _UNESCAPED)


def _are_times(times: Sequence[str], before: str) -> bool:
    """Whether all are times that headers have, none before the one before it."""
    return (
        before <= times[0]
        and all(map(is_time, dict.fromkeys(times)))
        and all(map(str.__le__, times, islice(times, 1, None)))
    )


def _escaped(origin: str) -> str:
    return origin.replace("\\", "\\\\").replace('"', '\\"')


def tile_part(tile: bytes | None, first: int, count: int) -> bytes | None:
    """Cut `count` hashes out of a full tile."""
    return None if tile is None else tile[first * HASH_BYTES : (first + count) * HASH_BYTES]
