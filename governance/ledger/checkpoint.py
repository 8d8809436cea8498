"""C2SP checkpoints: origin, size and root of a ledger, signed as a note; no extension lines."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass

from governance.ledger.errors import NoteInvalid
from governance.ledger.note import (
    COSIGNATURE_V1,
    SigningKey,
    VerifierKey,
    decode_base64,
    open_note,
    read_decimal,
    sign_note,
    split_note,
)
from governance.ledger.tree import HASH_BYTES


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a ledger signs: it has `size` entries under the RFC 6962 root `root`."""

    origin: str
    size: int
    root: bytes

    def to_text(self) -> str:
        """Return the note text: three lines."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"

    @classmethod
    def parse(cls, text: str) -> Checkpoint:
        """Read a checkpoint's note text (without signatures).

        Raises:
            NoteInvalid: not exactly origin, size and a root of 32 bytes, each on its line.
        """
        lines = text.split("\n")
        if len(lines) != 4 or lines[3] or not lines[0]:
            raise NoteInvalid("A checkpoint has three lines: origin, size, root.")
        root = decode_base64(lines[2], "the root")
        if len(root) != HASH_BYTES:
            raise NoteInvalid(f"The root of a checkpoint has {len(root)} bytes, not 32.")
        return cls(lines[0], read_decimal(lines[1], "The size"), root)


def sign(checkpoint: Checkpoint, keys: Sequence[SigningKey]) -> str:
    """Return the signed checkpoint, one signature line a key."""
    return sign_note(checkpoint.to_text(), keys)


def read_unverified(text: str) -> Checkpoint:
    """Read a signed checkpoint without checking a signature: to learn which size or origin it claims.

    Raises:
        NoteInvalid: it does not parse.
    """
    return Checkpoint.parse(split_note(text)[0])


def open_checkpoint(text: str, origin: str, verifiers: Sequence[VerifierKey]) -> Checkpoint:
    """Verify a signed checkpoint of a ledger.

    A witness's cosignature says that it saw a checkpoint, not that the ledger made it; so one of `verifiers`
    whose name is the origin must have signed, and every signature by any of them must hold.

    Args:
        text: the signed note.
        origin: the ledger's origin.
        verifiers: the ledger's keys, and witnesses'.

    Raises:
        NoteInvalid: it does not parse, is another ledger's, or is not signed by the ledger's key.
    """
    opened = open_note(text, verifiers)
    checkpoint = Checkpoint.parse(opened.text)
    if checkpoint.origin != origin:
        raise NoteInvalid(
            f"The checkpoint is of {checkpoint.origin!r}, not of {origin!r}.",
            remedy="Compare it with the ledger that it came from.",
        )
    own = {(key.name, key.id) for key in verifiers if key.name == origin and key.type != COSIGNATURE_V1}
    if not any((one.name, one.id) in own for one in opened.verified):
        raise NoteInvalid(f"The checkpoint is not signed by the key of {origin!r}.")
    return checkpoint
