"""A ledger's own tables as a reader for verification: everything verbatim, nothing judged, one state throughout."""

from __future__ import annotations

import weakref
from collections.abc import Generator, Iterator, Sequence
from itertools import chain
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Connection

from governance.ledger.database import Database
from governance.ledger.errors import EntryAbsent, EntryAltered
from governance.ledger.failures import explained
from governance.ledger.schema import unexpected
from governance.ledger.stored import StoredTree, TileRoots

_BATCH = 1000


class DatabaseReader:
    """Reads the state that the database had at the first read (`governance.ledger.reader.StoredReader`).

    Appends by others go on meanwhile and are not seen. Belongs to one thread; `close` it, or use it in a `with`.
    """

    withholds_bodies = False

    def __init__(self, database: Database) -> None:
        self._database = database
        self._held: Connection | None = None
        self._open: weakref.WeakSet[Generator[Sequence[Any]]] = weakref.WeakSet()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the state; what was not read to its end yields no more."""
        for pages in list(self._open):
            pages.close()
        if self._held is not None:
            self._held.close()
            self._held = None

    def read_checkpoint(self) -> str:
        """Return the newest stored checkpoint.

        Raises:
            EntryAbsent: there is none.
        """
        for row in self._run("SELECT text FROM checkpoint ORDER BY size DESC LIMIT 1"):
            return str(row[0])
        raise EntryAbsent("The ledger has no checkpoint.")

    def read_tile(self, level: int, index: int, width: int) -> bytes:
        """Return the first `width` hashes of a tile.

        Raises:
            EntryAbsent: it is not there whole.
        """
        try:
            return StoredTree(self._connection(), TileRoots()).read_tile(level, index, width)
        except (
            EntryAltered,
            TypeError,
            ValueError,
            MemoryError,
        ) as error:  # no bytes, or a huge number of them
            raise EntryAbsent(f"The tile {level}/{index} of width {width} is not there.") from error

    def read_entries(self, start: int, stop: int) -> Iterator[bytes]:
        """Yield headers."""
        rows = self._run(f"SELECT header FROM entry WHERE seq >= {start:d} AND seq < {stop:d} ORDER BY seq")  # noqa: S608 - integers
        return (row[0] for row in rows)

    def read_body(self, seq: int) -> tuple[bytes, bytes] | None:
        """Return (salt, body), or None."""
        for row in self._run(f"SELECT salt, body FROM body WHERE seq = {seq:d}"):  # noqa: S608 - an integer
            return row[0], row[1]
        return None

    def rows(self, start: int, stop: int | None) -> Iterator[tuple[Any, ...]]:
        """Stream rows of `entry`, with the columns of `Row`."""
        last = (1 << 63) - 1 if stop is None else stop - 1
        columns, where = (
            "seq, id, time, actor, kind, subject, hash, header",
            f"seq BETWEEN {start:d} AND {last:d}",
        )
        return self._run(f"SELECT {columns} FROM entry WHERE {where} ORDER BY seq")  # noqa: S608 - integers

    def stored_bodies(self) -> Iterator[tuple[int, bytes, bytes]]:
        """Stream rows of `body`."""
        return self._run("SELECT seq, salt, body FROM body ORDER BY seq")

    def stored_tiles(self) -> Iterator[tuple[int, int, bytes]]:
        """Stream rows of `tile`."""
        return self._run("SELECT level, idx, hashes FROM tile ORDER BY level, idx")

    def stored_checkpoints(self) -> Iterator[tuple[int, str]]:
        """Stream rows of `checkpoint`."""
        return self._run("SELECT size, text FROM checkpoint ORDER BY size")

    def unexpected_schema(self) -> list[str]:
        """Say in sentences where the schema is not the ledger's."""
        with explained(self._database.path):
            return unexpected(self._connection())

    def _connection(self) -> Connection:
        if self._held is None:
            with explained(self._database.path):
                self._held = self._database.engine.connect()
                self._held.begin()
        return self._held

    def _run(self, statement: str) -> Iterator[Any]:
        """Run plain SQL by the driver: values come back as they are, whatever types somebody left in the columns."""
        pages = self._pages(statement)
        self._open.add(pages)
        return chain.from_iterable(pages)

    def _pages(self, statement: str) -> Generator[Sequence[Any]]:
        with explained(self._database.path):
            cursor = self._connection().connection.cursor()
            try:
                cursor.execute(statement)
                while page := cursor.fetchmany(_BATCH):
                    yield page
            finally:
                cursor.close()
