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
        return b"".join(self._root(level - 1, place) for place in range(first, first + width))

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
            raise EntryAltered(
                f"The stored tile {level}/{index} is missing or has a wrong length.",
                remedy="Find out what was changed: govern verify.",
            )
        return data

    def _root(self, level: int, index: int) -> bytes:
        root = self._roots.get(level, index)
        if root is None:
            root = tile_hash(self._full(level, index))
            self._roots.keep(level, index, root)
        return root
