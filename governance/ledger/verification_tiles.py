"""Kept tiles against the tree recomputed from entries, and as witnesses of leaf hashes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Protocol

from governance.ledger.errors import LedgerError
from governance.ledger.reader import Reader
from governance.ledger.tiles import tile_path
from governance.ledger.tree import HASH_BYTES
from governance.ledger.verification_growth import Growth
from governance.ledger.verification_report import Findings


class TileAudit(Protocol):
    """Compares kept tiles with the recomputed ones."""

    def leaf_tile(self, index: int) -> bytes | None:
        """Return the kept level-0 tile, asked for in order, where it tells more than the rows do."""
        ...

    def compare(self, level: int, index: int, hashes: bytes) -> None:
        """Check a full tile."""
        ...

    def finish(self, growth: Growth, *, lost: bool) -> None:
        """Check what is left at the end; `lost`: the tree could not be recomputed to its end."""
        ...


class StoredTiles:
    """Tiles of a database: full ones only, streamed by level and index."""

    def __init__(self, stored: Iterable[tuple[Any, Any, Any]], findings: Findings) -> None:
        self._stored: Iterator[tuple[Any, Any, Any]] = iter(stored)
        self._ahead = next(self._stored, None)
        self._findings = findings
        self._leaves: dict[int, Any] = {}
        self._upper: dict[tuple[int, int], bytes] = {}
        self._unplaced: list[tuple[Any, Any]] = []

    def leaf_tile(self, index: int) -> bytes | None:
        """Return the kept level-0 tile of an index, asked for in order."""
        while self._ahead is not None and _before(self._ahead, index):
            self._unplaced.append(self._ahead[:2])
            self._ahead = next(self._stored, None)
        if self._ahead is None or self._ahead[:2] != (0, index):
            return None
        hashes = self._ahead[2]
        self._ahead = next(self._stored, None)
        self._leaves[index] = hashes
        return hashes if isinstance(hashes, bytes) else None

    def compare(self, level: int, index: int, hashes: bytes) -> None:
        """Check a full tile of level 0; keep those above for the end, where the stream reaches them."""
        if level == 0:
            _compare(self._findings, 0, index, self._leaves.pop(index, None), hashes)
        else:
            self._upper[level, index] = hashes

    def finish(self, growth: Growth, *, lost: bool) -> None:  # noqa: ARG002 - partial tiles are not stored
        """Check the tiles above level 0, and that there are no others."""
        while self._ahead is not None:
            level, index, kept = self._ahead
            hashes = self._upper.pop((level, index), None)
            if hashes is None:
                self._unplaced.append((level, index))
            else:
                _compare(self._findings, level, index, kept, hashes)
            self._ahead = next(self._stored, None)
        for (level, index), hashes in self._upper.items():
            _compare(self._findings, level, index, None, hashes)
        if not lost:
            for level, index in [*((0, index) for index in self._leaves), *self._unplaced]:
                words = f"The tile {level}/{index} is stored, but the tree has no such full tile."
                self._findings.add("tile-altered", None, words, place=f"tile {level}/{index}")


class ReaderTiles:
    """Tiles of an export or an address: full and partial ones, each read once when it has been recomputed."""

    def __init__(self, reader: Reader, findings: Findings) -> None:
        self._reader = reader
        self._findings = findings

    def leaf_tile(self, index: int) -> bytes | None:  # noqa: ARG002 - rows carry its hashes already
        """Return nothing: rows of such readers carry the tile's hash as their stored hash."""
        return None

    def compare(self, level: int, index: int, hashes: bytes) -> None:
        """Check a tile of any width."""
        width = len(hashes) // HASH_BYTES
        _compare(self._findings, level, index, read_tile(self._reader, level, index, width), hashes)

    def finish(self, growth: Growth, *, lost: bool) -> None:
        """Check the partial tiles."""
        if not lost:
            for level, index, hashes in growth.partial_tiles():
                self.compare(level, index, hashes)


def read_tile(reader: Reader, level: int, index: int, width: int) -> bytes | None:
    """Return a kept tile, or None where there is none that can be read."""
    try:
        return reader.read_tile(level, index, width)
    except LedgerError:
        return None


def _before(ahead: tuple[Any, Any, Any], index: int) -> bool:
    level, at, _ = ahead
    return isinstance(level, int) and isinstance(at, int) and (level < 0 or (level == 0 and at < index))


def _compare(findings: Findings, level: int, index: int, kept: object, hashes: bytes) -> None:
    findings.checked["tiles"] += 1
    if kept == hashes:
        return
    path = tile_path(level, index, len(hashes) // HASH_BYTES)
    words = "is missing" if kept is None else "does not hold the tree's hashes"
    findings.add("tile-altered", None, f"The tile {path} {words}.", place=path)
