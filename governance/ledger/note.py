"""C2SP signed notes: a text, an empty line, and one line a signature.

    <text, each line ending in a newline>

    — <key name> <base64 of key ID ‖ signature>

Signature types: 0x01 Ed25519 over the text (signs and verifies); 0x04 Ed25519 cosignature/v1 and 0x06 ML-DSA-44
cosignature over a checkpoint (c2sp.org/tlog-cosignature; verify, and 0x06 signs). Everything is read strictly: one
spelling of base64, no trailing bytes, no control characters.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import time as clock
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey, MLDSA44PublicKey

from governance.ledger.errors import NoteInvalid

ED25519, COSIGNATURE_V1, ML_DSA_44 = 0x01, 0x04, 0x06
MAX_NOTE_CHARACTERS = 1_000_000
MAX_SIGNATURES = 100
_KEY_BYTES = {ED25519: 32, COSIGNATURE_V1: 32, ML_DSA_44: 1312}
_SIGNATURE_BYTES = {ED25519: 64, COSIGNATURE_V1: 8 + 64, ML_DSA_44: 8 + 2420}
_HEX = re.compile(r"[0-9a-f]{8}")
_LINE = re.compile(r"— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")
_DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}")


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key with the name under which it signs: `name+8 hex digits+base64(type ‖ key)`.

    Example:
        >>> VerifierKey.parse("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k").name
        'example.com/foo'
    """

    name: str
    type: int
    public: bytes

    @classmethod
    def parse(cls, vkey: str) -> VerifierKey:
        """Read a verifier key.

        Raises:
            NoteInvalid: not a verifier key, of an unknown type, or with a key ID that is not its own.
        """
        name, _, rest = vkey.partition("+")
        identity, _, material = rest.partition("+")
        _check_name(name)
        data = decode_base64(material, "the key")
        if not _HEX.fullmatch(identity) or not data:
            raise NoteInvalid(
                f"{vkey[:120]!r} is not a verifier key.",
                remedy="It reads NAME+8 hex digits+base64; see `govern key`.",
            )
        if _KEY_BYTES.get(data[0]) != len(data) - 1:
            raise NoteInvalid(
                f"The verifier key of {name} has a type (0x{data[0]:02x}) or length not known here."
            )
        key = cls(name, data[0], data[1:])
        if key.id.hex() != identity:
            raise NoteInvalid(
                f"The verifier key of {name} is damaged: its ID is {key.id.hex()}, not {identity}.",
                remedy="Copy the whole key again from a source that you trust.",
            )
        return key

    @property
    def id(self) -> bytes:
        """The four bytes that name the key in signature lines."""
        return _key_id(self.name, self.type, self.public)

    @property
    def vkey(self) -> str:
        """The key as text."""
        material = base64.b64encode(bytes([self.type]) + self.public).decode()
        return f"{self.name}+{self.id.hex()}+{material}"

    def verify(self, text: str, signature: bytes) -> int | None:
        """Check one signature (without its key ID) over a note's text.

        Returns:
            The time in seconds that a cosignature states; None for plain signatures.

        Raises:
            NoteInvalid: the signature is not this key's over this text.
        """
        if len(signature) != _SIGNATURE_BYTES[self.type]:
            raise NoteInvalid(f"The signature of {self.name} has {len(signature)} bytes.")
        stamp = None if self.type == ED25519 else int.from_bytes(signature[:8], "big")
        try:
            if stamp is None:
                _ed25519(self.public).verify(signature, text.encode())
            elif stamp >= 1 << 63:
                raise NoteInvalid(f"The cosignature of {self.name} states an impossible time.")
            elif self.type == COSIGNATURE_V1:
                message = f"cosignature/v1\ntime {stamp}\n{text}".encode()
                _ed25519(self.public).verify(signature[8:], message)
            else:
                message = _cosigned_message(self.name, stamp, text)
                MLDSA44PublicKey.from_public_bytes(self.public).verify(signature[8:], message)
        except (InvalidSignature, ValueError) as error:
            raise NoteInvalid(
                f"The signature of {self.name} ({self.id.hex()}) is not over this text."
            ) from error
        except UnsupportedAlgorithm as error:
            raise NoteInvalid(
                f"The signature of {self.name} is ML-DSA-44, which this machine's OpenSSL does not offer."
            ) from error
        return stamp


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key: Ed25519 (0x01) for notes, or ML-DSA-44 (0x06) for checkpoints."""

    name: str
    type: int
    private: Ed25519PrivateKey | MLDSA44PrivateKey

    @classmethod
    def generate(cls, name: str, type_: int = ED25519) -> SigningKey:
        """Make a new key.

        Raises:
            NoteInvalid: a name that keys can't have, or a type that is not made here.
        """
        _check_name(name)
        if type_ == ED25519:
            return cls(name, type_, Ed25519PrivateKey.generate())
        if type_ == ML_DSA_44:
            return cls(name, type_, MLDSA44PrivateKey.generate())
        raise NoteInvalid(f"Keys of type 0x{type_:02x} are not made here.")

    @classmethod
    def from_text(cls, text: str) -> SigningKey:
        """Read `PRIVATE+KEY+name+ID+base64(type ‖ seed)`, the form of Go's sumdb/note.

        Raises:
            NoteInvalid: not such a text, or damaged.
        """
        prefix, _, rest = text.strip().partition("PRIVATE+KEY+")
        name, _, rest = rest.partition("+")
        identity, _, material = rest.partition("+")
        if prefix or not material:
            raise NoteInvalid("This is not a signing key (PRIVATE+KEY+…).")
        _check_name(name)
        data = decode_base64(material, "the signing key")
        if len(data) != 33 or data[0] not in (ED25519, ML_DSA_44):
            raise NoteInvalid(f"The signing key of {name} has a type or length not known here.")
        key = cls.from_seed(name, data[1:], data[0])
        if key.verifier.id.hex() != identity:
            raise NoteInvalid(f"The signing key of {name} is damaged: its ID does not match.")
        return key

    @classmethod
    def from_seed(cls, name: str, seed: bytes, type_: int = ED25519) -> SigningKey:
        """Make the key of a 32-byte seed."""
        _check_name(name)
        if type_ == ED25519:
            return cls(name, type_, Ed25519PrivateKey.from_private_bytes(seed))
        return cls(name, type_, MLDSA44PrivateKey.from_seed_bytes(seed))

    def to_text(self) -> str:
        """Return the key as `PRIVATE+KEY+…`; it is a secret."""
        material = base64.b64encode(bytes([self.type]) + self.private.private_bytes_raw()).decode()
        return f"PRIVATE+KEY+{self.name}+{self.verifier.id.hex()}+{material}"

    @property
    def verifier(self) -> VerifierKey:
        """The public half."""
        return VerifierKey(self.name, self.type, self.private.public_key().public_bytes_raw())

    @property
    def vkey(self) -> str:
        """The public half as text."""
        return self.verifier.vkey

    def sign(self, text: str, *, now: Callable[[], float] = clock.time) -> str:
        """Return the signature line over a note's text, with its newline.

        Args:
            text: ends in a newline.
            now: clock of cosignatures.
        """
        if isinstance(self.private, Ed25519PrivateKey):
            signature = self.private.sign(text.encode())
        else:
            stamp = max(1, int(now()))
            signature = stamp.to_bytes(8, "big") + self.private.sign(
                _cosigned_message(self.name, stamp, text)
            )
        return f"— {self.name} {base64.b64encode(self.verifier.id + signature).decode()}\n"


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line: who, the key's ID, the signature's bytes, and a cosignature's time once verified."""

    name: str
    id: bytes
    signature: bytes
    time: int | None = None


@dataclass(frozen=True, slots=True)
class OpenedNote:
    """A note whose signatures by known keys all verified."""

    text: str
    verified: tuple[Signature, ...]
    unverified: tuple[Signature, ...]


def sign_note(text: str, keys: Sequence[SigningKey]) -> str:
    """Return the text with one signature line a key.

    Raises:
        NoteInvalid: a text that notes can't have: no newline at its end, control characters.
    """
    _check_text(text)
    return f"{text}\n{''.join(key.sign(text) for key in keys)}"


def split_note(note: str) -> tuple[str, list[Signature]]:
    """Take a note apart without verifying anything.

    Raises:
        NoteInvalid: not a signed note.
    """
    if len(note) > MAX_NOTE_CHARACTERS:
        raise NoteInvalid("The signed note is too long.")
    end = note.rfind("\n\n")
    text, block = note[: end + 1], note[end + 2 :]
    if end < 0 or not block.endswith("\n"):
        raise NoteInvalid("This is not a signed note: a text, an empty line, then lines that begin with —.")
    _check_text(text)
    lines = block[:-1].split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise NoteInvalid(f"The note has {len(lines)} signatures.")
    return text, [_read_line(line) for line in lines]


def open_note(note: str, verifiers: Iterable[VerifierKey]) -> OpenedNote:
    """Verify a note: at least one known key signed it, and no signature by a known key fails.

    Raises:
        NoteInvalid: it does not parse, no known key signed it, or a known key's signature does not hold.
    """
    text, signatures = split_note(note)
    known = {(key.name, key.id): key for key in verifiers}
    verified: dict[tuple[str, bytes], Signature] = {}
    unverified: list[Signature] = []
    for one in signatures:
        who = (one.name, one.id)
        key = known.get(who)
        if key is None:
            unverified.append(one)
        elif who not in verified:
            verified[who] = Signature(one.name, one.id, one.signature, key.verify(text, one.signature))
        else:
            key.verify(text, one.signature)
    if not verified:
        raise NoteInvalid(
            "None of the known keys signed this.",
            remedy="Check that the key is this ledger's, and whether it was rotated.",
        )
    return OpenedNote(text, tuple(verified.values()), tuple(unverified))


def decode_base64(text: str, what: str) -> bytes:
    """Decode RFC 4648 §4 base64 in its one spelling: padded, no line breaks, no stray bits.

    Raises:
        NoteInvalid: any other spelling.
    """
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise NoteInvalid(f"The base64 of {what} does not decode.") from error
    if base64.b64encode(data).decode() != text:
        raise NoteInvalid(f"The base64 of {what} has stray bits at its end.")
    return data


def read_decimal(text: str, what: str) -> int:
    """Read a number without sign or leading zeroes, below 2^63.

    Raises:
        NoteInvalid: any other spelling.
    """
    if not _DECIMAL.fullmatch(text) or int(text) >= 1 << 63:
        raise NoteInvalid(f"{what} is {text[:40]!r}, not a decimal number.")
    return int(text)


def _read_line(line: str) -> Signature:
    match = _LINE.fullmatch(line)
    data = decode_base64(match[2], "a signature") if match else b""
    if match is None or len(data) < 5:
        raise NoteInvalid(f"This is not a signature line: {line[:80]!r}.")
    return Signature(match[1], data[:4], data[4:])


@lru_cache(maxsize=64)
def _ed25519(public: bytes) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(public)


@lru_cache(maxsize=64)
def _key_id(name: str, type_: int, public: bytes) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + bytes([type_]) + public).digest()[:4]


def _check_name(name: str) -> None:
    if not name or "+" in name or any(one.isspace() or not one.isprintable() for one in name):
        raise NoteInvalid(f"{name[:80]!r} is not a key's name: not empty, without spaces and plus signs.")


def _check_text(text: str) -> None:
    if not text.endswith("\n") or _CONTROL.search(text):
        raise NoteInvalid("The text of a note ends in a newline and has no other control characters.")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise NoteInvalid("The text of a note is valid UTF-8.") from error


def _cosigned_message(name: str, stamp: int, text: str) -> bytes:
    """Build `cosigned_message` (tlog-cosignature, ML-DSA-44) for the checkpoint in a note's text."""
    lines = text.split("\n")
    if len(lines) < 4:
        raise NoteInvalid("Only checkpoints carry ML-DSA-44 cosignatures.")
    origin, cosigner = lines[0].encode(), name.encode()
    root = decode_base64(lines[2], "the root")
    if not 1 <= len(origin) <= 255 or not 1 <= len(cosigner) <= 255 or len(root) != 32:
        raise NoteInvalid("Only checkpoints carry ML-DSA-44 cosignatures.")
    return b"".join(
        (
            b"subtree/v1\n\x00",
            bytes([len(cosigner)]), cosigner,
            stamp.to_bytes(8, "big"),
            bytes([len(origin)]), origin,
            bytes(8),
            read_decimal(lines[1], "The size").to_bytes(8, "big"),
            root,
        )
    )  # fmt: skip
