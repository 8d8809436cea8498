"""The open tiles above the leaves, kept beside the signer's memory so that opening a ledger need not rehash full ones.

A partial tile of level 1 holds one hash for each full tile below, up to 255 of them, and none of those hashes is
stored in the database. The writer therefore leaves them in its key folder whenever a tile becomes full. Nobody trusts
that file: it is used only where the hashes in it, folded with what the database holds beyond them, give the root of
the newest checkpoint, which commits to each of them. Otherwise they are hashed from the full tiles again.

    open tiles of SIZE
    <base64 of the hashes of level 1's partial tile>
    <the same of level 2>, and so on
"""

from __future__ import annotations

import base64
from collections.abc import Sequence

from sqlalchemy import Connection

from governance.ledger.checkpoint import read_unverified
from governance.ledger.errors import LedgerError
from governance.ledger.keys import KeyFolder
from governance.ledger.note import decode_base64, read_decimal
from governance.ledger.stored import StoredTree, TileRoots, newest_checkpoint
from governance.ledger.tiles import MAX_LEVEL, TILE_HEIGHT, TILE_WIDTH
from governance.ledger.tree import HASH_BYTES, root_at

_FIRST_LINE = "open tiles of "


def recall(connection: Connection, roots: TileRoots, keys: KeyFolder) -> None:
    """Take over what the file says where the newest checkpoint vouches for it; else leave `roots` as they are."""
    if not roots.is_empty():
        return
    text = keys.open_tiles()
    checkpoint = newest_checkpoint(connection) if text else None
    if text is None or checkpoint is None:
        return
    try:
        signed = read_unverified(checkpoint)
        tried = _parsed(text, signed.size)
        if root_at(signed.size, StoredTree(connection, tried).hashes(signed.size)) == signed.root:
            roots.take_over(tried)
    except LedgerError:
        return  # what the file or the tables hold is not usable; whoever needs it reads the tables and says so


def remember(size: int, roots: TileRoots, keys: KeyFolder) -> None:
    """Write the file for a ledger of this size, of which `roots` has the roots of the full tiles."""
    lines = [f"{_FIRST_LINE}{size}"]
    for level in range(1, MAX_LEVEL):
        first, stop = _open_part(level, size)
        hashes = [roots.get(level - 1, index) for index in range(first, stop)]
        known = [one for one in hashes if one is not None]
        if not stop:
            break
        if len(known) < len(hashes):
            return
        lines.append(base64.b64encode(b"".join(known)).decode())
    keys.save_open_tiles("\n".join([*lines, ""]))


def _parsed(text: str, size: int) -> TileRoots:
    """Read the file, without what lies outside of the tiles that are open at `size`.

    Raises:
        LedgerError: it is no such file.
    """
    first_line, *lines = text.split("\n")
    roots = TileRoots()
    then = read_decimal(first_line.removeprefix(_FIRST_LINE), "The size")
    for level, line in enumerate(lines[:-1], 1):
        data = decode_base64(line, "a tile")
        first, _ = _open_part(level, then)
        begin, stop = _open_part(level, size)
        for place, at in enumerate(range(0, len(data), HASH_BYTES), first):
            if begin <= place < stop:
                roots.keep(level - 1, place, data[at : at + HASH_BYTES])
    return roots


def _open_part(level: int, size: int) -> tuple[int, int]:
    """Return first and end of the places of full lower tiles in the open tile of a level."""
    stop = size >> (TILE_HEIGHT * level)
    return stop - stop % TILE_WIDTH, stop


def keep_new(roots: TileRoots, old_size: int, made: Sequence[Sequence[bytes]]) -> bool:
    """Keep the roots of tiles that a commit made full, as `Frontier.extend` gives them; say whether there were any."""
    for level, hashes in enumerate(made[1:]):
        first = old_size >> (TILE_HEIGHT * (level + 1))
        for index, one in enumerate(hashes, first):
            roots.keep(level, index, one)
    return len(made) > 1
