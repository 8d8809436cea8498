"""Which keys a ledger's checkpoints must verify under, at every size.

1. Entry 0 names the first keys. Given keys must be among them, or among those that a rotation leads to.
2. `ledger.key-rotated` at place r, signed by old and new keys: the checkpoint of size r+1 carries both, larger
   sizes the new ones.
3. `ledger.key-replaced`, signed by the new keys alone, counts only when the reader gave one of them; it is always
   reported.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PublicKey

from governance.ledger.canonical import encode
from governance.ledger.checkpoint import Checkpoint, open_checkpoint, read_unverified
from governance.ledger.errors import LedgerError, NoteInvalid
from governance.ledger.note import COSIGNATURE_V1, ED25519, VerifierKey, decode_base64
from governance.ledger.verification_report import UNPINNED, Findings

ROTATED, REPLACED = "ledger.key-rotated", "ledger.key-replaced"


class Trust:
    """The keys that count, as the ledger is read.

    Args:
        given: keys that the reader trusts; None to believe entry 0.
        findings: where warnings go.
    """

    def __init__(self, given: Sequence[str] | None, findings: Findings) -> None:
        self._findings = findings
        self._given = None if given is None else [VerifierKey.parse(one) for one in given]
        self._active: list[VerifierKey] = list(self._given or ())
        self._also: tuple[int, list[VerifierKey]] | None = None
        self.reached = False
        if self._given is None:
            findings.warn(UNPINNED)

    @property
    def names(self) -> list[str]:
        """Names of the given keys that can be a ledger's: its origin."""
        return [key.name for key in self._given or () if key.type != COSIGNATURE_V1]

    def begin(self, body: Mapping[str, Any] | None) -> None:
        """Take the first keys from entry 0's body; without a usable one the given keys stand alone."""
        keys = _parse_keys(body.get("keys") if body else None)
        if not keys:
            self.reached = True
            return
        self._enter(keys)

    def rotate(self, seq: int, kind: str, body: Mapping[str, Any]) -> None:
        """Follow a rotation or replacement at `seq`; one that does not hold changes nothing and is reported."""
        old, new = _parse_keys(body.get("old")), _parse_keys(body.get("new"))
        replaced = kind == REPLACED
        prefix = b"ledger-key-replacement/v1\n" if replaced else b"ledger-key-rotation/v1\n"
        unsigned = {name: value for name, value in body.items() if name != "signatures"}
        signers = new if replaced else [*old, *new]
        if not new or not _all_signed(signers, prefix + encode(unsigned), body.get("signatures")):
            self._findings.warn(f"the change of keys at entry {seq} is not signed by the keys it names")
            return
        if replaced:
            self._findings.warn(
                f"the ledger's key was replaced at entry {seq}, without the old key's signature"
            )
            if self._given is None or not _common(new, self._given):
                return
        elif not _common(old, self._active):
            self._findings.warn(f"the change of keys at entry {seq} is by keys that were not in use")
            return
        if not replaced:
            self._also = (seq + 1, self._active)
        self._enter(new)

    def open(self, text: str, origin: str, size: int) -> Checkpoint:
        """Verify a checkpoint under the keys for its size.

        Raises:
            NoteInvalid: says why it does not verify.
        """
        if not self._active:
            self._findings.warn("signatures not checked: no key was given, and entry 0's keys can't be read")
            checkpoint = read_unverified(text)
            if checkpoint.origin != origin:
                raise NoteInvalid(f"The checkpoint is of {checkpoint.origin!r}, not of {origin!r}.")
            return checkpoint
        checkpoint = open_checkpoint(text, origin, self._active)
        if self._also is not None and self._also[0] == size:
            open_checkpoint(text, origin, self._also[1])
        return checkpoint

    def _enter(self, keys: list[VerifierKey]) -> None:
        trusted = keys if self._given is None else _common(keys, self._given)
        self.reached = self.reached or bool(trusted)
        # Before a given key is reached, the keys on the way to it are followed; `reached` tells at the end.
        self._active = trusted or keys


def _common(some: Sequence[VerifierKey], others: Sequence[VerifierKey]) -> list[VerifierKey]:
    return [key for key in some if key in others]


def _parse_keys(texts: object) -> list[VerifierKey]:
    if not isinstance(texts, list):
        return []
    try:
        return [VerifierKey.parse(one) for one in texts if isinstance(one, str)]
    except NoteInvalid:
        return []


def _all_signed(keys: Sequence[VerifierKey], message: bytes, signatures: object) -> bool:
    if not isinstance(signatures, dict):
        return False
    return all(_signed(key, message, signatures.get(key.vkey)) for key in keys)


def _signed(key: VerifierKey, message: bytes, signature: object) -> bool:
    if not isinstance(signature, str):
        return False
    try:
        raw = decode_base64(signature, "a signature")
        if key.type == ED25519:
            Ed25519PublicKey.from_public_bytes(key.public).verify(raw, message)
        else:
            MLDSA44PublicKey.from_public_bytes(key.public).verify(raw, message)
    except (InvalidSignature, UnsupportedAlgorithm, ValueError, LedgerError):
        return False
    return True
