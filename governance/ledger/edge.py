"""The ledger's open end: all that the next entry rests on, and whether the signer may go on from there."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select

from governance.ledger import tables
from governance.ledger.checkpoint import Checkpoint, open_checkpoint
from governance.ledger.errors import EntryAltered, NoteInvalid, ProofInvalid, ReadOnly
from governance.ledger.keys import KeyFolder
from governance.ledger.note import VerifierKey
from governance.ledger.open_tiles import recall
from governance.ledger.stored import StoredTree, TileRoots, newest_checkpoint
from governance.ledger.tiles import TILE_WIDTH
from governance.ledger.tree import HASH_BYTES, Frontier, root_at

_VERIFY = (
    "Find out what was changed: govern verify. Bring the missing entries back from an export or replica."
)


_entry = tables.entry.c
_LAST_ROW = select(_entry.seq, _entry.hash, _entry.time).order_by(_entry.seq.desc()).limit(1)


@dataclass(frozen=True, slots=True)
class Edge:
    """A ledger's end.

    Attributes:
        size: number of entries.
        prev: entry hash of the last; None in an empty ledger.
        time: time of the last.
        subtrees: hashes of the complete subtrees, one for each bit set in `size`.
        leaves: entry hashes since the last full level-0 tile.
        checkpoint: signed text at this size.
    """

    size: int = 0
    prev: bytes | None = None
    time: str | None = None
    subtrees: tuple[bytes, ...] = ()
    leaves: tuple[bytes, ...] = ()
    checkpoint: str = ""

    def frontier(self) -> Frontier:
        """Return the tree's right edge, to grow it."""
        return Frontier.from_hashes(self.size, self.subtrees)


def last_row(connection: Connection) -> tuple[int, bytes, str] | None:
    """Return seq, hash and time of the last entry."""
    row = connection.execute(_LAST_ROW).first()
    return None if row is None else (row[0], row[1], row[2])


def read_edge(
    connection: Connection, roots: TileRoots, origin: str, key: VerifierKey, keys: KeyFolder
) -> Edge:
    """Take the ledger up where it ends, from O(log n) stored hashes; entries are not read again.

    Raises:
        ReadOnly: the key did not sign this end, so going on would sign what somebody else wrote.
    """
    last = last_row(connection)
    if last is None:
        return Edge()
    size = last[0] + 1
    recall(connection, roots, keys)
    stored = StoredTree(connection, roots)
    try:
        frontier = Frontier.at(size, stored.hashes(size))
        text = newest_checkpoint(connection) or ""
        signed = open_checkpoint(text, origin, [key])
        index, width = divmod(size - 1, TILE_WIDTH)
        data = stored.read_tile(0, index, width + 1)
    except (NoteInvalid, EntryAltered, ProofInvalid) as error:
        raise _not_signed(error.message) from error
    if (signed.size, signed.root) != (size, frontier.root()):
        raise _not_signed(f"The newest signed checkpoint is of {signed.size} entries; {size} are stored.")
    if last[1] != data[-HASH_BYTES:]:
        raise _not_signed("The last entry's stored hash is not the one that the tree holds.")
    data = data[: size % TILE_WIDTH * HASH_BYTES]
    leaves = tuple(data[at : at + HASH_BYTES] for at in range(0, len(data), HASH_BYTES))
    return Edge(size, last[1], last[2], tuple(frontier.hashes), leaves, text)


def check_signer(
    connection: Connection, roots: TileRoots, edge: Edge, keys: KeyFolder, own: VerifierKey
) -> None:
    """Refuse to go on from anything smaller than, or inconsistent with, what the signer committed last.

    A crash between the commit and the writing of `signer.checkpoint` leaves the database ahead: that is fine, and
    the signer catches up here, before it signs anything new.

    Raises:
        ReadOnly: `truncated`, `history-rewritten` or `no-signer-checkpoint`.
    """
    text = keys.signer_checkpoint()
    if text == edge.checkpoint and text:
        return
    if text is None:
        raise ReadOnly(
            f"The signer's memory {keys.path / 'signer.checkpoint'} is missing, so a rolled-back ledger could not be told.",
            remedy="Put the file back from a backup, or write into it the newest checkpoint that you trust.",
            reason="no-signer-checkpoint",
        )
    signed = _signed(text, own, keys)
    if signed.size > edge.size:
        raise ReadOnly(
            f"The ledger has {edge.size} entries, but its signer already signed {signed.size}: the end is missing.",
            remedy="Bring the missing entries back from a backup, export or replica; until then it can only be read.",
            reason="truncated",
        )
    try:
        root = root_at(signed.size, StoredTree(connection, roots).hashes(signed.size))
    except ProofInvalid as error:
        raise _rewritten(signed.size) from error
    if root != signed.root:
        raise _rewritten(signed.size)
    keys.save_signer_checkpoint(edge.checkpoint)


def _signed(text: str, own: VerifierKey, keys: KeyFolder) -> Checkpoint:
    try:
        return open_checkpoint(text, own.name, [own])
    except NoteInvalid as error:
        raise ReadOnly(
            f"{keys.path / 'signer.checkpoint'} is not a checkpoint by this ledger's key: {error.message}",
            remedy="Put the file back from a backup of the key folder.",
            reason="no-signer-checkpoint",
        ) from error


def _not_signed(why: str) -> ReadOnly:
    return ReadOnly(
        f"The ledger's end is not what its key signed. {why}", remedy=_VERIFY, reason="not-signed"
    )


def _rewritten(size: int) -> ReadOnly:
    return ReadOnly(
        f"The first {size} entries are not the ones that the signer signed: history was rewritten.",
        remedy=_VERIFY,
        reason="history-rewritten",
    )
