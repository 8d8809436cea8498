"""The tree as it is recomputed from entries: its edge, and every tile on the way."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

from governance.ledger.tiles import TILE_WIDTH
from governance.ledger.tree import Frontier

_sha256 = hashlib.sha256


class Growth(Frontier):
    """A frontier that hands each hash of a tile over: every complete subtree of 256^k leaves.

    Args:
        on_tile: called with (level, index, hashes) for each full tile.
    """

    __slots__ = ("_made", "_on_tile", "_rows")

    def __init__(self, on_tile: Callable[[int, int, bytes], None]) -> None:
        super().__init__()
        self._on_tile = on_tile
        self._rows: list[list[bytes]] = [[]]
        self._made = [0]

    def append(self, leaf: bytes) -> None:
        """Add a leaf hash."""
        size, hashes, level = self.size, self.hashes, 0
        node = leaf
        while size & 1:
            node = _sha256(b"\x01" + hashes.pop() + node).digest()
            size >>= 1
            level += 1
            if not level & 7:
                self._collect(level >> 3, node)
        hashes.append(node)
        self.size += 1
        row = self._rows[0]
        row.append(leaf)
        if len(row) == TILE_WIDTH:
            self._full(0)

    def extend(self, leaves: Sequence[bytes]) -> list[list[bytes]]:
        """Add leaf hashes, fewer than make a tile full.

        Raises:
            ValueError: they make one full.
        """
        if self.size % TILE_WIDTH + len(leaves) >= TILE_WIDTH:
            raise ValueError("Leaves that make a tile full are added one by one.")
        self._rows[0].extend(leaves)
        return super().extend(leaves)

    def partial_tiles(self) -> list[tuple[int, int, bytes]]:
        """Return (level, index, hashes) of the unfinished tiles."""
        return [(level, self._made[level], b"".join(row)) for level, row in enumerate(self._rows) if row]

    def _collect(self, level: int, node: bytes) -> None:
        while len(self._rows) <= level:
            self._rows.append([])
            self._made.append(0)
        row = self._rows[level]
        row.append(node)
        if len(row) == TILE_WIDTH:
            self._full(level)

    def _full(self, level: int) -> None:
        hashes = b"".join(self._rows[level])
        self._rows[level].clear()
        index = self._made[level]
        self._made[level] += 1
        self._on_tile(level, index, hashes)
