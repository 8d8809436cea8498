"""One text that proves one entry offline: c2sp.org/tlog-proof@v1.

    c2sp.org/tlog-proof@v1
    extra <base64 of {"body": {...}, "header": {...}, "salt": "<hex>"}>
    index <seq>
    <base64 hash, sibling first>
    …

    <signed checkpoint>

`body` and `salt` are left out when the body was erased or is withheld. The extra object is in RFC 8785 form, so the
header's bytes inside it are the very bytes that were hashed.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from governance.ledger import canonical
from governance.ledger.checkpoint import Checkpoint, open_checkpoint, read_unverified
from governance.ledger.entry import SALT_BYTES, Header, commit_body, entry_hash
from governance.ledger.errors import InvalidEntry, NoteInvalid, ProofInvalid
from governance.ledger.note import VerifierKey, decode_base64, read_decimal
from governance.ledger.tree import HASH_BYTES, verify_inclusion

FIRST_LINE = "c2sp.org/tlog-proof@v1"
MAX_PROOF_CHARACTERS = 8 << 20
_SALT = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class ParsedProof:
    """The parts of a proof, nothing of it verified."""

    extra: bytes
    index: int
    path: tuple[bytes, ...]
    checkpoint_text: str


@dataclass(frozen=True, slots=True)
class ProvedEntry:
    """An entry that a proof showed to stand in its ledger.

    Attributes:
        header: its members.
        header_bytes: the bytes that were hashed.
        body: the body, checked against the header's commitment; None when erased or withheld.
        checkpoint: what the ledger signed.
        checkpoint_text: the signed note.
    """

    header: Header
    header_bytes: bytes
    body: dict[str, Any] | None
    checkpoint: Checkpoint
    checkpoint_text: str


def encode(index: int, extra: bytes, path: Sequence[bytes], checkpoint_text: str) -> str:
    """Write a proof.

    Args:
        index: the entry's seq.
        extra: what `encode_extra` returned.
        path: inclusion path, sibling first.
        checkpoint_text: the signed checkpoint that the path leads to.
    """
    lines = [FIRST_LINE, f"extra {base64.b64encode(extra).decode()}", f"index {index}"]
    lines += [base64.b64encode(one).decode() for one in path]
    return "\n".join(lines) + "\n\n" + checkpoint_text


def encode_extra(header_bytes: bytes, body_bytes: bytes | None, salt: bytes | None) -> bytes:
    """Return the RFC 8785 object that carries header, and body with its salt unless withheld.

    The parts are canonical already and their names sort in this order, so they are joined as they are.
    """
    if body_bytes is None or salt is None:
        return b'{"header":' + header_bytes + b"}"
    return b'{"body":%b,"header":%b,"salt":"%b"}' % (body_bytes, header_bytes, salt.hex().encode())


def parse(text: str) -> ParsedProof:
    """Take a proof apart.

    Raises:
        ProofInvalid: not a tlog-proof@v1 with an extra line.
    """
    if len(text) > MAX_PROOF_CHARACTERS:
        raise ProofInvalid("The proof is too long.")
    head, gap, checkpoint_text = text.partition("\n\n")
    lines = head.split("\n")
    if not gap or lines[0] != FIRST_LINE:
        raise ProofInvalid(
            f"This is not a proof file: its first line is not {FIRST_LINE!r}.",
            remedy="Give the text that `govern prove` wrote, whole.",
        )
    if len(lines) < 3 or not lines[1].startswith("extra ") or not lines[2].startswith("index "):
        raise ProofInvalid("The proof lacks its lines `extra` and `index`.")
    try:
        extra = decode_base64(lines[1][6:], "the extra line")
        index = read_decimal(lines[2][6:], "The index")
        path = tuple(decode_base64(line, "a proof hash") for line in lines[3:])
    except NoteInvalid as error:
        raise ProofInvalid(error.message) from error
    if len(path) > 64 or any(len(one) != HASH_BYTES for one in path):
        raise ProofInvalid("The proof has a hash that is not 32 bytes long, or too many of them.")
    return ParsedProof(extra, index, path, checkpoint_text)


def verify(text: str, vkeys: Sequence[str]) -> ProvedEntry:
    """Verify a proof offline: header, body, place, path, checkpoint, signature.

    Args:
        text: the proof file.
        vkeys: verifier keys of the ledger (and of witnesses whose cosignatures must hold where present).

    Raises:
        ProofInvalid: says which of these does not hold.
    """
    parsed = parse(text)
    header_bytes, body, salt = _read_extra(parsed.extra)
    try:
        header = Header.from_bytes(header_bytes)
        verifiers = [VerifierKey.parse(one) for one in vkeys]
        claimed = read_unverified(parsed.checkpoint_text)
        checkpoint = open_checkpoint(parsed.checkpoint_text, header.origin, verifiers)
    except (InvalidEntry, NoteInvalid) as error:
        raise ProofInvalid(f"The proof does not hold. {error.message}", remedy=error.remedy) from error
    if header.seq != parsed.index:
        raise ProofInvalid(f"The proof is for place {parsed.index}, but its entry says {header.seq}.")
    if (
        body is not None
        and salt is not None
        and commit_body(salt, canonical.encode(body)).hex() != header.body
    ):
        raise ProofInvalid("The body in the proof is not the one that the entry commits to.")
    verify_inclusion(entry_hash(header_bytes), parsed.index, claimed.size, parsed.path, checkpoint.root)
    return ProvedEntry(header, header_bytes, body, checkpoint, parsed.checkpoint_text)


def _read_extra(extra: bytes) -> tuple[bytes, dict[str, Any] | None, bytes | None]:
    try:
        members = canonical.decode_canonical(extra)
    except InvalidEntry as error:
        raise ProofInvalid(f"The extra line holds no canonical JSON object: {error.message}") from error
    header, body, salt = members.get("header"), members.get("body"), members.get("salt")
    shape = set(members)
    if shape not in ({"header"}, {"body", "header", "salt"}) or not isinstance(header, dict):
        raise ProofInvalid("The extra line holds something else than a header, a body and its salt.")
    if body is None:
        return canonical.encode(header), None, None
    if not isinstance(body, dict) or not isinstance(salt, str) or not _SALT.fullmatch(salt):
        raise ProofInvalid(
            f"The body in the proof is no object, or its salt is not {SALT_BYTES} bytes in hex."
        )
    return canonical.encode(header), body, bytes.fromhex(salt)
