"""Sealed prediction batches: any number of rows as one root, each row provable later, in part if need be.

The format is fixed in docs/ledger-format.md, "Sealed prediction batches". For row i and group g of G:

1. group bytes: the group's columns in declared order, each a tag byte and a fixed encoding;
2. salt: bytes 16(iG+g) to 16(iG+g)+15 of the AES-256-CTR keystream under the batch's secret;
3. commitment: SHA-256(0x03 ‖ salt ‖ group bytes);
4. leaf data of row i: its G commitments one after the other; leaves and nodes as in RFC 6962 §2.1.

Rows are streamed; what stays in memory is one 32-byte hash a row at most (nothing but log n hashes when
sealing). This module needs neither pandas nor numpy.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from governance.errors import InvalidInput
from governance.evidence.encoding import TYPES, encode_group
from governance.ledger.tree import Frontier, inclusion_path, leaf_hash, node_hash

MOST_GROUPS = 8
SECRET_BYTES = 32
_SALT = 16
_ROWS_A_BLOCK = 512


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of a batch in declared order and how they split into disclosure groups."""

    columns: tuple[tuple[str, str], ...]
    """(name, type) pairs."""
    groups: tuple[tuple[int, ...], ...]
    """Positions of each group's columns."""

    @classmethod
    def of(
        cls, columns: Sequence[Mapping[str, Any]], groups: Sequence[Sequence[str]] | None = None
    ) -> Layout:
        """Return the layout of `{"name", "type"}` columns; one group of all columns by default.

        Raises:
            InvalidInput: an unknown type, a name twice, a column in no group or in two, or more than 8
            groups.
        """
        pairs = tuple((str(column.get("name", "")), str(column.get("type", ""))) for column in columns)
        names = [name for name, _ in pairs]
        if not names or "" in names or len(set(names)) != len(names):
            raise InvalidInput("A batch needs columns, each with a name of its own.")
        for name, kind in pairs:
            if kind not in TYPES:
                raise InvalidInput(
                    f"Column '{name}' has the type '{kind}'.",
                    remedy=f"A sealed column is one of {', '.join(TYPES)}.",
                )
        wanted = [list(group) for group in groups] if groups is not None else [names]
        if not 1 <= len(wanted) <= MOST_GROUPS or not all(wanted):
            raise InvalidInput(f"A batch has 1 to {MOST_GROUPS} disclosure groups, none of them empty.")
        if sorted(name for group in wanted for name in group) != sorted(names):
            raise InvalidInput("Every column must stand in exactly one disclosure group.")
        places = {name: place for place, name in enumerate(names)}
        return cls(pairs, tuple(tuple(sorted(places[name] for name in group)) for group in wanted))

    @property
    def schema(self) -> list[dict[str, str]]:
        """The columns as `batch.sealed` holds them."""
        return [{"name": name, "type": kind} for name, kind in self.columns]

    @property
    def group_names(self) -> list[list[str]]:
        """The groups as `batch.sealed` holds them."""
        return [[self.columns[place][0] for place in group] for group in self.groups]

    def group_bytes(self, row: Sequence[Any], group: int, number: int) -> bytes:
        """Return the encoding of one group of row `number`."""
        return encode_group([(*self.columns[place], row[place]) for place in self.groups[group]], number)


@dataclass(frozen=True, slots=True)
class SealedBatch:
    """What sealing gives: root and count for the ledger, the secret for the operator's key folder."""

    root: str
    """Hex."""
    count: int
    layout: Layout
    secret: bytes


def commit(salt: bytes, group_bytes: bytes) -> bytes:
    """Return the commitment of one disclosure group."""
    return hashlib.sha256(b"\x03" + salt + group_bytes).digest()


def salts(secret: bytes, start: int, count: int) -> list[bytes]:
    """Return `count` salts from number `start` (= iG+g) on: blocks of the AES-256-CTR keystream."""
    cipher = Cipher(algorithms.AES(secret), modes.CTR(start.to_bytes(16, "big")))
    stream = cipher.encryptor().update(bytes(_SALT * count))
    return [stream[place : place + _SALT] for place in range(0, len(stream), _SALT)]


def seal(
    columns: Sequence[Mapping[str, Any]],
    rows: Iterable[Sequence[Any]],
    groups: Sequence[Sequence[str]] | None = None,
    secret: bytes | None = None,
) -> SealedBatch:
    """Return the sealed batch of `rows`, read once and not kept.

    Args:
        columns: `{"name", "type"}` in declared order.
        rows: one value a column, in that order; None is null.
        groups: names of the columns of each disclosure group; all columns in one by default.
        secret: 32 bytes; drawn from the system when None.

    Raises:
        InvalidInput: a value is not of its column's type, a row has another length, or there is no row.
    """
    layout = Layout.of(columns, groups)
    secret = _secret(secret)
    frontier = Frontier()
    for leaf in _leaves(layout, rows, secret):
        frontier.append(leaf)
    if frontier.size == 0:
        raise InvalidInput(
            "The batch has no rows.", remedy="Seal a batch once it has at least one prediction."
        )
    return SealedBatch(root=frontier.root().hex(), count=frontier.size, layout=layout, secret=secret)


def _secret(secret: bytes | None) -> bytes:
    if secret is None:
        return secrets.token_bytes(SECRET_BYTES)
    if len(secret) != SECRET_BYTES:
        raise InvalidInput(f"A batch secret has {SECRET_BYTES} bytes, not {len(secret)}.")
    return secret


def _commitments(layout: Layout, rows: Iterable[Sequence[Any]], secret: bytes) -> Iterator[list[bytes]]:
    width, ready = len(layout.groups), iter(list[bytes]())
    for number, row in enumerate(rows):
        if len(row) != len(layout.columns):
            raise InvalidInput(
                f"Row {number + 1} has {len(row)} values; the batch has {len(layout.columns)} columns."
            )
        if number % _ROWS_A_BLOCK == 0:
            ready = iter(salts(secret, number * width, width * _ROWS_A_BLOCK))
        yield [commit(next(ready), layout.group_bytes(row, group, number)) for group in range(width)]


def _leaves(layout: Layout, rows: Iterable[Sequence[Any]], secret: bytes) -> Iterator[bytes]:
    for commitments in _commitments(layout, rows, secret):
        yield leaf_hash(b"".join(commitments))


@dataclass(frozen=True, slots=True)
class OpenedRow:
    """One row with what its proof needs, found by reading all rows again."""

    number: int
    values: tuple[Any, ...]
    commitments: tuple[bytes, ...]
    salts: tuple[bytes, ...]
    path: tuple[bytes, ...]
    root: str
    count: int


def open_row(layout: Layout, rows: Iterable[Sequence[Any]], secret: bytes, number: int) -> OpenedRow:
    """Return row `number` (from 0) with its path, by sealing `rows` once more.

    Raises:
        InvalidInput: there is no such row, or a value does not fit its column.
    """
    hashes = bytearray()
    found: list[tuple[tuple[Any, ...], tuple[bytes, ...]]] = []

    def watched() -> Iterator[Sequence[Any]]:
        for place, row in enumerate(rows):
            if place == number:
                found.append((tuple(row), ()))
            yield row

    for place, commitments in enumerate(_commitments(layout, watched(), secret)):
        if place == number:
            found[0] = (found[0][0], tuple(commitments))
        hashes += leaf_hash(b"".join(commitments))
    count = len(hashes) // 32
    if not found or number < 0:
        raise InvalidInput(f"There is no row {number}.", remedy=f"Rows are numbered 0 to {count - 1}.")
    levels = _levels(hashes)

    def read(level: int, index: int) -> bytes:
        return bytes(levels[level][32 * index : 32 * index + 32])

    frontier = Frontier()
    for start in range(0, len(hashes), 32):
        frontier.append(bytes(hashes[start : start + 32]))
    width = len(layout.groups)
    return OpenedRow(
        number=number,
        values=found[0][0],
        commitments=found[0][1],
        salts=tuple(salts(secret, number * width, width)),
        path=tuple(inclusion_path(number, count, read)),
        root=frontier.root().hex(),
        count=count,
    )


def _levels(leaves: bytearray) -> list[bytearray]:
    """Return the hashes of all complete subtrees, level by level (twice the leaves' memory)."""
    levels = [leaves]
    while len(levels[-1]) >= 64:
        below, above = levels[-1], bytearray()
        for start in range(0, len(below) - 63, 64):
            above += node_hash(bytes(below[start : start + 32]), bytes(below[start + 32 : start + 64]))
        levels.append(above)
    return levels
