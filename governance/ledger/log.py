"""`Ledger`: an append-only log in a database, as the rooms above use it.

ledger = Ledger.create("governance.db", actor="user:ann", created={"admins": []})
done = ledger.append(Draft("user:ann", "x.note", "system:credit", {"text": "begun"}))
print(ledger.prove(done.seq))
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Connection

from governance.ledger import proof, tree
from governance.ledger.acknowledged import Acknowledged
from governance.ledger.address import database_path, keys_path
from governance.ledger.append import AtStep, Writer
from governance.ledger.checkpoint import read_unverified
from governance.ledger.clock import Clock
from governance.ledger.creation import create
from governance.ledger.database import Database
from governance.ledger.database_reader import DatabaseReader
from governance.ledger.entry import Draft, Entry, Header
from governance.ledger.errors import EntryAbsent, InvalidEntry, NotALedger, NoteInvalid, ProofInvalid
from governance.ledger.filters import EntryFilter
from governance.ledger.keys import KeyFolder
from governance.ledger.open_tiles import recall
from governance.ledger.reading import Reading
from governance.ledger.schema import check_schema, migrate
from governance.ledger.stored import StoredTree, TileRoots
from governance.ledger.tiles import TILE_WIDTH, tile_width

__all__ = ["Acknowledged", "EntryFilter", "Ledger"]


class Ledger:
    """One ledger, opened. May be used from several threads; callers who append at once are committed together.

    Attributes:
        url: as it was named.
        origin: its name, which every header and checkpoint carries.
        keys: folder of its secrets; without it the ledger can be read but not written.
        database: its tables; other rooms keep their projections there through `database.write`.
    """

    def __init__(
        self, url: str, database: Database, keys: KeyFolder, *, clock: Clock | None, at_step: AtStep | None
    ) -> None:
        self.url = url
        self.database = database
        self.keys = keys
        self._reading = Reading(database)
        self._roots = TileRoots()
        self._clock = clock or Clock()
        self.origin = self._read_origin()
        self._writer = Writer(database, keys, self.origin, self._clock, self._roots, at_step)

    @classmethod
    def create(
        cls,
        url: str,
        *,
        actor: str,
        origin: str | None = None,
        keys: str | os.PathLike[str] | None = None,
        created: Mapping[str, Any],
        clock: Clock | None = None,
        at_step: AtStep | None = None,
    ) -> Self:
        """Create a ledger with its keys and entry 0, and open it.

        Args:
            url: a path or `sqlite:///path`.
            actor: who begins it.
            origin: its name, such as `acme.example/credit-risk`; a random one by default.
            keys: folder for its secrets; by default what `GOVERN_KEYS` says, else `NAME.db.keys`.
            created: further members of the first body.
            clock: gives entries their time.
            at_step: called after each step of a commit.

        Raises:
            LedgerExists: there is something at `url` already, or keys in that folder.
            InvalidEntry: actor, origin or `created` are not what entries take.
        """
        path = database_path(url)
        used = clock or Clock()
        create(
            path,
            keys_path(path, keys),
            actor=actor,
            origin=origin,
            created=created,
            clock=used,
            at_step=at_step,
        )
        return cls.open(url, keys=keys, clock=used, at_step=at_step)

    @classmethod
    def open(
        cls,
        url: str,
        *,
        keys: str | os.PathLike[str] | None = None,
        clock: Clock | None = None,
        at_step: AtStep | None = None,
    ) -> Self:
        """Open an existing ledger; never makes a file.

        Raises:
            LedgerAbsent: there is none.
            NotALedger: something else stands there.
            FormatTooNew: a newer version wrote it.
        """
        path = database_path(url)
        database = Database.open(path)
        try:
            if not check_schema(database) and database.writable:
                migrate(database)
            return cls(url, database, KeyFolder(keys_path(path, keys)), clock=clock, at_step=at_step)
        except BaseException:
            database.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the database."""
        self.database.close()

    # Writing ------------------------------------------------------------------------------------------------

    def append(self, draft: Draft, *, expect_size: int | None = None) -> Acknowledged:
        """Enter one draft; see `append_many`."""
        return self._writer.append([draft], expect_size)[0]

    def append_many(self, drafts: Sequence[Draft], *, expect_size: int | None = None) -> list[Acknowledged]:
        """Enter all drafts or none, under one checkpoint; returns when they are durable.

        Args:
            drafts: a repeated id with the same content gives the first entry's acknowledgement.
            expect_size: enter only if the ledger has this many entries.

        Raises:
            InvalidEntry: a draft is not what entries take.
            IdConflict, IdErased: an id stands already with other content, or erased.
            SizeChanged: the ledger has another size.
            ClockRefused: the clock ran back or jumped ahead (see `confirm_clock`).
            ReadOnly, LedgerBusy, DiskFull, LedgerUnreachable: the ledger can't be written now.
        """
        return self._writer.append(drafts, expect_size)

    def confirm_clock(self) -> None:
        """Accept the system's time after a jump ahead: an operator looked at it."""
        self._clock.confirm()

    # Reading ------------------------------------------------------------------------------------------------

    def size(self) -> int:
        """Return the number of entries."""
        return self._reading.size()

    def entry(self, seq: int, *, body: bool = True) -> Entry:
        """Return one entry.

        Raises:
            EntryAbsent: there is none at that place.
            EntryAltered: it is not what its hash or commitment says.
        """
        return self._reading.entry(seq, body=body)

    def entry_by_id(self, id: str) -> Entry | None:  # noqa: A002 - the member's own name
        """Return the entry of an id, or None."""
        return self._reading.entry_by_id(id)

    def entry_by_hash(self, hash: bytes) -> Entry | None:  # noqa: A002 - the member's own name
        """Return the entry of an entry hash, or None."""
        return self._reading.entry_by_hash(hash)

    def entries(self, filter: EntryFilter) -> list[Entry]:  # noqa: A002 - what it is
        """Return one page of the entries that a filter selects."""
        return self._reading.entries(filter)

    def stream(self, start: int = 0, stop: int | None = None, bodies: bool = True) -> Iterator[Entry]:  # noqa: FBT001, FBT002 - the contract's shape
        """Yield entries in order, in bounded memory."""
        return self._reading.stream(start, stop, bodies=bodies)

    def checkpoint(self, size: int | None = None) -> str | None:
        """Return the signed checkpoint of a size, or the newest; None where none is stored."""
        return self._reading.checkpoint(size)

    # Proving ------------------------------------------------------------------------------------------------

    def tile(self, level: int, index: int, width: int = TILE_WIDTH) -> bytes:
        """Return the first `width` hashes of a tile, concatenated.

        Raises:
            EntryAbsent: the tree is not that large.
        """
        size = self.size()
        if not (0 <= level < 8 and index >= 0 and 1 <= width <= tile_width(level, index, size)):
            raise EntryAbsent(
                f"A ledger of {size} entries has no tile {level}/{index} of width {width}.",
                remedy="Ask for tiles of a published checkpoint.",
            )
        with self.database.read() as connection:
            return self._tree(connection).read_tile(level, index, width)

    def inclusion_path(self, seq: int, size: int | None = None) -> list[bytes]:
        """Return the path from an entry to the root at a size (now by default), sibling first.

        Raises:
            ProofInvalid: there is no such entry at that size.
        """
        at = self._known_size(size)
        with self.database.read() as connection:
            return tree.inclusion_path(seq, at, self._tree(connection).hashes(at))

    def consistency_path(self, old: int, new: int) -> list[bytes]:
        """Return the proof that the ledger of `old` entries is the beginning of that of `new`.

        Raises:
            ProofInvalid: not 1 ≤ old ≤ new ≤ size.
        """
        at = self._known_size(new)
        with self.database.read() as connection:
            return tree.consistency_path(old, at, self._tree(connection).hashes(at))

    def prove(self, seq: int, *, withhold_body: bool = False) -> str:
        """Return the tlog-proof of one entry against the newest checkpoint.

        Raises:
            EntryAbsent: there is no such entry under a checkpoint.
        """
        entry = self.entry(seq, body=not withhold_body)
        text = self.checkpoint()
        size = read_unverified(text).size if text else 0
        if text is None or seq >= size:
            raise EntryAbsent(
                f"Entry {seq} stands under no checkpoint.", remedy="Find out what was changed: govern verify."
            )
        path = self.inclusion_path(seq, size)
        return proof.encode(
            seq, proof.encode_extra(entry.header_bytes, entry.body_bytes, entry.salt), path, text
        )

    def root(self, size: int | None = None) -> bytes:
        """Return the root of the tree at a size (now by default), computed from the tiles.

        Raises:
            ProofInvalid: the ledger never had that size.
            EntryAltered: what it is made of is not in the database.
        """
        at = self._known_size(size)
        with self.database.read() as connection:
            return tree.root_at(at, self._tree(connection).hashes(at)) if at else tree.EMPTY_ROOT

    def reader(self) -> DatabaseReader:
        """Return a reader of one state of the tables, for verification."""
        return DatabaseReader(self.database)

    def _tree(self, connection: Connection) -> StoredTree:
        recall(connection, self._roots, self.keys)
        return StoredTree(connection, self._roots)

    def _known_size(self, size: int | None) -> int:
        now = self.size()
        if size is None:
            return now
        if not 0 < size <= now:
            raise ProofInvalid(
                f"The ledger has {now} entries, not {size}.", remedy=f"Give a size from 1 to {now}."
            )
        return size

    def _read_origin(self) -> str:
        """Return the origin that entry 0 says, or, where somebody altered that, a checkpoint's."""
        with self.reader() as reader:
            first = next(reader.read_entries(0, 1), None)
        try:
            if first is not None:
                return Header.from_bytes(first).origin
        except (InvalidEntry, TypeError):
            pass  # altered: verification says so, for which the ledger must open
        try:
            return read_unverified(self.checkpoint() or "").origin
        except NoteInvalid as error:
            raise NotALedger(
                f"{self.database.path} has the tables of a ledger, but neither a first entry nor a checkpoint.",
                remedy="Go on from a backup or export.",
            ) from error
