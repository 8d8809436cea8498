"""The tree as the database holds it: full tiles, and the leaf hashes of the open edge beside the entries.

Partial tiles are cut when somebody asks: on level 0 from the entries' hashes, above from the full tiles below.
"""

from __future__ import annotations

from sqlalchemy import Connection, select

from governance.ledger import tables
from governance.ledger.errors import EntryAltered
from governance.ledger.tiles import TILE_WIDTH, TileHashes, tile_hash
from governance.ledger.tree import HASH_BYTES

_MOST_ROOTS = 1 << 16


def newest_checkpoint(connection: Connection) -> str | None:
    """Return the text of the newest stored checkpoint."""
    column = tables.checkpoint.c
    query = select(column.text).order_by(column.size.desc()).limit(1)
    text: str | None = connection.execute(query).scalar()
    return text


class TileRoots:
    """Roots of full tiles, kept between reads: a full tile never changes. Shared by threads; a dict is enough."""

    def __init__(self) -> None:
        self._kept: dict[tuple[int, int], bytes] = {}

    def get(self, level: int, index: int) -> bytes | None:
        """Return a root if it is kept."""
        return self._kept.get((level, index))

    def keep(self, level: int, index: int, root: bytes) -> None:
        """Keep a root; all are forgotten when they become too many."""
        if len(self._kept) >= _MOST_ROOTS:
            self._kept.clear()
        self._kept[level, index] = root

    def is_empty(self) -> bool:
        """Whether nothing is kept."""
        return not self._kept

    def take_over(self, others: TileRoots) -> None:
        """Keep what others keep."""
        self._kept.update(others._kept)

    def forget(self) -> None:
        """Forget all: the database is not what it was."""
        self._kept.clear()


class StoredTree:
    """Reads tiles of any width on one connection."""

    def __init__(self, connection: Connection, roots: TileRoots) -> None:
        self._connection = connection
        self._roots = roots

    def hashes(self, size: int) -> TileHashes:
        """Return a reader of subtree hashes of the tree at one of its sizes."""
        return TileHashes(self.read_tile, size)

    def read_tile(self, level: int, index: int, width: int) -> bytes:
        """Return the first `width` hashes of a tile.

        Raises:
            EntryAltered: what it is made of is not in the database.
        """
        if width == TILE_WIDTH:
            return self._full(level, index)
        first = index * TILE_WIDTH
        if level == 0:
            return self.leaf_hashes(first, first + width)
        return b"".join(self._tile_roots(level - 1, first, first + width))

    def leaf_hashes(self, start: int, stop: int) -> bytes:
        """Return the entry hashes of places start … stop-1, concatenated."""
        column = tables.entry.c
        query = select(column.hash).where(column.seq >= start, column.seq < stop).order_by(column.seq)
        found = list(self._connection.execute(query).scalars())
        data = b"".join(found)
        if len(found) != stop - start or len(data) != HASH_BYTES * len(found):
            raise EntryAltered(
                f"Of the entries {start} to {stop - 1} some are missing or have no hash.",
                remedy="Find out what was changed: govern verify.",
            )
        return data

    def _full(self, level: int, index: int) -> bytes:
        column = tables.tile.c
        query = select(column.hashes).where(column.level == level, column.idx == index)
        data: bytes | None = self._connection.execute(query).scalar()
        if data is None or len(data) != TILE_WIDTH * HASH_BYTES:
            raise _no_tile(level, index)
        return data

    def _tile_roots(self, level: int, start: int, stop: int) -> list[bytes]:
        """Return the roots of full tiles; those that are not kept are hashed from one read."""
        found = [self._roots.get(level, index) for index in range(start, stop)]
        if None in found:
            first = start + found.index(None)
            column = tables.tile.c
            wanted = (column.level == level, column.idx >= first, column.idx < stop)
            rows = self._connection.execute(select(column.idx, column.hashes).where(*wanted))
            for index, data in rows:
                if found[index - start] is None and len(data) == TILE_WIDTH * HASH_BYTES:
                    root = found[index - start] = tile_hash(data)
                    self._roots.keep(level, index, root)
        for index, one in enumerate(found, start):
            if one is None:
                raise _no_tile(level, index)
        return [one for one in found if one is not None]


def _no_tile(level: int, index: int) -> EntryAltered:
    return EntryAltered(
        f"The stored tile {level}/{index} is missing or has a wrong length.",
        remedy="Find out what was changed: govern verify.",
    )
