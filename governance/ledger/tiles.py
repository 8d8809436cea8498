"""C2SP tlog-tiles: the tree's hashes in tiles of height 8, and entries in bundles of 256.

Tile (level l, index n) holds, for i from 0 to 255, the hash of the complete subtree of 256^l leaves at place
n·256 + i. A full tile never changes again. The paths are those of the specification, so that a folder of these
files is a log that any tlog-tiles client reads.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from governance.ledger.errors import ExportInvalid, ProofInvalid
from governance.ledger.tree import HASH_BYTES, HashReader, node_hash

TILE_HEIGHT = 8
TILE_WIDTH = 256
MAX_LEVEL = 63

TileReader = Callable[[int, int, int], bytes]
"""`read(level, index, width)` gives the first `width` hashes of a tile, concatenated."""

_NAME = re.compile(r"((?:x[0-9]{3}/)*[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?")
_TILE = re.compile(r"tile/(0|[1-9][0-9]?)/(.+)")
_ENTRIES = re.compile(r"tile/entries/(.+)")


@dataclass(frozen=True, slots=True)
class Tile:
    """A tile's place and its hashes, concatenated."""

    level: int
    index: int
    hashes: bytes

    @property
    def width(self) -> int:
        """Number of hashes, 1 to 256."""
        return len(self.hashes) // HASH_BYTES


def tile_path(level: int, index: int, width: int = TILE_WIDTH) -> str:
    """Return a tile's path: `tile/0/x001/067`, or `tile/0/x001/067.p/3` when it is partial."""
    return f"tile/{level}/{_name(index, width)}"


def entries_path(index: int, width: int = TILE_WIDTH) -> str:
    """Return an entry bundle's path: `tile/entries/x001/067` or `….p/3`."""
    return f"tile/entries/{_name(index, width)}"


def parse_tile_path(path: str) -> tuple[int, int, int]:
    """Return (level, index, width) of a tile's path.

    Raises:
        ExportInvalid: not the one spelling of a tile's path.
    """
    match = _TILE.fullmatch(path)
    parsed = _parse_name(match[2]) if match else None
    if match is None or parsed is None or int(match[1]) > MAX_LEVEL:
        raise ExportInvalid(f"{path!r} is not a tile's path.")
    return int(match[1]), *parsed


def parse_entries_path(path: str) -> tuple[int, int]:
    """Return (index, width) of an entry bundle's path.

    Raises:
        ExportInvalid: not the one spelling of a bundle's path.
    """
    match = _ENTRIES.fullmatch(path)
    parsed = _parse_name(match[1]) if match else None
    if parsed is None:
        raise ExportInvalid(f"{path!r} is not an entry bundle's path.")
    return parsed


def tiles_of(size: int) -> list[tuple[int, int, int]]:
    """List every tile (level, index, width) of a tree of `size` leaves, partial ones last in their level."""
    found: list[tuple[int, int, int]] = []
    level = 0
    while size >> (TILE_HEIGHT * level):
        full, rest = divmod(size >> (TILE_HEIGHT * level), TILE_WIDTH)
        found.extend((level, index, TILE_WIDTH) for index in range(full))
        if rest:
            found.append((level, full, rest))
        level += 1
    return found


def tile_width(level: int, index: int, size: int) -> int:
    """Return how many hashes tile (level, index) has in a tree of `size` leaves, 0 to 256."""
    return max(0, min(TILE_WIDTH, (size >> (TILE_HEIGHT * level)) - index * TILE_WIDTH))


class TileHashes:
    """A `HashReader` over the tiles of a tree of `size` leaves; keeps the tiles it has read.

    Called as `hashes(level, index)`; subtrees inside a tile are hashed from the tile's own hashes.
    """

    def __init__(self, read_tile: TileReader, size: int) -> None:
        self._read = read_tile
        self._size = size
        self._kept: dict[tuple[int, int], bytes] = {}

    def __call__(self, level: int, index: int) -> bytes:
        """Return the hash of the complete subtree of 2^level leaves at leaf index·2^level.

        Raises:
            ProofInvalid: the subtree is not complete at this size, or a tile has another length.
        """
        if (index + 1) << level > self._size:
            raise ProofInvalid(f"The tree of {self._size} leaves has no complete subtree {level}/{index}.")
        row, below = divmod(level, TILE_HEIGHT)
        first = index << below  # place of the subtree's first hash among the hashes of tile level `row`
        data = self._tile(row, first >> TILE_HEIGHT)
        begin = (first % TILE_WIDTH) * HASH_BYTES
        return _subtree(data[begin : begin + (HASH_BYTES << below)])

    def _tile(self, row: int, index: int) -> bytes:
        data = self._kept.get((row, index))
        if data is None:
            width = tile_width(row, index, self._size)
            data = self._read(row, index, width)
            if len(data) != width * HASH_BYTES:
                raise ProofInvalid(f"{tile_path(row, index, width)} has {len(data)} bytes, not {width * 32}.")
            self._kept[row, index] = data
        return data


def tile_hash(hashes: bytes) -> bytes:
    """Return the root over a full tile's hashes: what it is called in the level above."""
    return _subtree(hashes)


def full_tiles(
    old_size: int, new_size: int, leaf_hashes: Sequence[bytes], read_tile: TileReader
) -> list[Tile]:
    """Return the tiles that become full when a tree grows, at every level, lower levels first.

    Args:
        old_size: leaves before.
        new_size: leaves after.
        leaf_hashes: leaf hashes from the last full level-0 tile on: places old_size − old_size mod 256 up to
            new_size.
        read_tile: gives the stored full tiles; asked only for those that were full at `old_size`.
    """
    made: list[Tile] = []
    start = old_size - old_size % TILE_WIDTH
    if len(leaf_hashes) != new_size - start:
        raise ValueError(f"{len(leaf_hashes)} leaf hashes do not reach from {start} to {new_size}.")
    hashes, level = list(leaf_hashes), 0
    while True:
        first = start // TILE_WIDTH
        grown = [
            Tile(level, first + place, b"".join(hashes[place * TILE_WIDTH : (place + 1) * TILE_WIDTH]))
            for place in range(len(hashes) // TILE_WIDTH)
        ]
        made.extend(grown)
        # One hash a full tile stands in the level above: those since its own last full tile are needed there,
        # and only when one becomes full there, or every 256th entry would read 255 tiles.
        start = first - first % TILE_WIDTH
        if first + len(grown) - start < TILE_WIDTH:
            return made
        older = [_subtree(read_tile(level, index, TILE_WIDTH)) for index in range(start, first)]
        hashes = older + [_subtree(tile.hashes) for tile in grown]
        level += 1


def partial_tile(level: int, index: int, width: int, read: HashReader) -> Tile:
    """Cut a tile of any width from a tree's hashes."""
    row = level * TILE_HEIGHT
    first = index * TILE_WIDTH
    return Tile(level, index, b"".join(read(row, first + place) for place in range(width)))


def encode_entry_bundle(headers: Sequence[bytes]) -> bytes:
    """Return tlog-tiles entries: each header after its length as big-endian uint16."""
    return b"".join(part for header in headers for part in (len(header).to_bytes(2, "big"), header))


def decode_entry_bundle(data: bytes) -> list[bytes]:
    """Read an entry bundle.

    Raises:
        ExportInvalid: it ends inside an entry, or has more than 256.
    """
    headers: list[bytes] = []
    at, end = 0, len(data)
    while at < end:
        begin = at + 2
        at = begin + int.from_bytes(data[at:begin], "big")
        if begin > end or at > end:
            raise ExportInvalid("An entry bundle ends in the middle of an entry.")
        headers.append(data[begin:at])
    if len(headers) > TILE_WIDTH:
        raise ExportInvalid(f"An entry bundle has {len(headers)} entries; at most 256 fit.")
    return headers


def _subtree(hashes: bytes) -> bytes:
    row = [hashes[at : at + HASH_BYTES] for at in range(0, len(hashes), HASH_BYTES)]
    while len(row) > 1:
        row = [node_hash(row[at], row[at + 1]) for at in range(0, len(row), 2)]
    return row[0]


def _name(index: int, width: int) -> str:
    parts = [f"{index % 1000:03d}"]
    while index := index // 1000:
        parts.append(f"x{index % 1000:03d}")
    name = "/".join(reversed(parts))
    return name if width == TILE_WIDTH else f"{name}.p/{width}"


def _parse_name(name: str) -> tuple[int, int] | None:
    match = _NAME.fullmatch(name)
    if match is None:
        return None
    digits = match[1].replace("x", "").split("/")
    if len(digits) > 1 and digits[0] == "000":
        return None  # a second spelling of the same index
    width = int(match[2]) if match[2] else TILE_WIDTH
    if match[2] and width >= TILE_WIDTH:
        return None
    return int("".join(digits)), width
