"""What verification reads: four methods, whoever implements them.

A database, an exported folder, a web address and a test double are readers of one and the same verifier. A
database offers more (`StoredReader`): its columns, stored hashes, stored tiles and all checkpoints, each of which
is checked too. Readers hand over what they find and judge nothing; `EntryAbsent` says that something is not there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple, Protocol, runtime_checkable


@runtime_checkable
class Reader(Protocol):
    """The least that a ledger can be verified from."""

    withholds_bodies: bool
    """Whether bodies that can be erased may be absent because an export leaves them out."""

    def read_checkpoint(self) -> str:
        """Return the newest signed checkpoint.

        Raises:
            EntryAbsent: there is none.
        """
        ...

    def read_tile(self, level: int, index: int, width: int) -> bytes:
        """Return the first `width` hashes of a tile, concatenated.

        Raises:
            EntryAbsent: the tile is not there.
        """
        ...

    def read_entries(self, start: int, stop: int) -> Iterable[bytes]:
        """Yield the headers of entries start … stop-1 in order, as many as there are."""
        ...

    def read_body(self, seq: int) -> tuple[bytes, bytes] | None:
        """Return (salt, canonical body) of an entry, or None when it is not there.

        Raises:
            ExportInvalid: something stands there that is no body.
        """
        ...


class Row(NamedTuple):
    """One row of the table `entry` as it stands, unconverted: an attacker may have left any type in it."""

    seq: Any
    id: Any
    time: Any
    actor: Any
    kind: Any
    subject: Any
    hash: Any
    header: Any


@runtime_checkable
class StoredReader(Reader, Protocol):
    """A reader over the ledger's own tables: all that is stored, verbatim, in the order of its key."""

    def rows(self, start: int, stop: int | None) -> Iterable[tuple[Any, ...]]:
        """Stream rows of `entry`, with the columns of `Row`, by seq.

        Those with start ≤ seq < stop (None: to the end; start may be negative).
        """
        ...

    def stored_bodies(self) -> Iterable[tuple[Any, Any, Any]]:
        """Stream (seq, salt, body) of every row of `body` by seq."""
        ...

    def stored_tiles(self) -> Iterable[tuple[Any, Any, Any]]:
        """Stream (level, index, hashes) of every row of `tile` by level, then index."""
        ...

    def stored_checkpoints(self) -> Iterable[tuple[Any, Any]]:
        """Stream (size, text) of every row of `checkpoint` by size."""
        ...


@runtime_checkable
class SchemaReader(Protocol):
    """A reader over a database that can tell whether somebody changed its schema."""

    def unexpected_schema(self) -> Sequence[str]:
        """Say in sentences where the schema is not the ledger's."""
        ...
