"""Entries: a header that is hashed into the log for ever, and a body that the header commits to.

    entry hash = SHA-256(0x00 ‖ header bytes)           the next entry's `prev`, and the RFC 6962 leaf hash
    `body`     = SHA-256(0x02 ‖ salt ‖ body bytes)      the salt is 32 random bytes, erased with the body

A header is one RFC 8785 object with exactly ten members of narrow shapes, so that one regular expression
decides whether bytes are a canonical header: no second spelling passes.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import time as clock
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from governance.ledger.canonical import check_body, decode
from governance.ledger.errors import InvalidEntry

MAX_HEADER_BYTES = 4096
MAX_ACTOR, MAX_KIND, MAX_SUBJECT, MAX_ORIGIN = 128, 64, 512, 255
SALT_BYTES = 32
NO_PREVIOUS = "0" * 64

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_TIME = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\.[0-9]{6}Z"
_FULL_TIME = re.compile(_TIME)
_WORD = re.compile(r"[!-~]+")
# Three words with two spaces between: a space within one of them would make a third.
_WORDS = re.compile(rf"[!-~]{{1,{MAX_ACTOR}}} [!-~]{{1,{MAX_KIND}}} [!-~]{{1,{MAX_SUBJECT}}}")
# Printable ASCII without spaces, as RFC 8785 writes it: only the quote and the backslash are escaped.
_TEXT = r'((?:[!#-\[\]-~]|\\["\\])+)'
_HEADER = re.compile(
    rf'\{{"actor":"{_TEXT}","body":"([0-9a-f]{{64}})","id":"({_UUID.pattern})","kind":"{_TEXT}","origin":"{_TEXT}",'
    rf'"prev":"([0-9a-f]{{64}})","seq":(0|[1-9][0-9]{{0,15}}),"subject":"{_TEXT}","time":"({_TIME})","v":1\}}'
)


@dataclass(frozen=True, slots=True)
class Draft:
    """What a caller asks the ledger to enter; the ledger adds origin, place, time and hashes."""

    actor: str
    kind: str
    subject: str
    body: Mapping[str, Any]
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Header:
    """The ten members of a header (docs/ledger-format.md, "Header")."""

    actor: str
    body: str
    id: str
    kind: str
    origin: str
    prev: str
    seq: int
    subject: str
    time: str
    v: int = 1

    def to_bytes(self) -> bytes:
        """Return the canonical header bytes.

        Raises:
            InvalidEntry: a member has a shape that headers do not have.
        """
        data = _spelled(self)
        if type(self).from_bytes(data) != self:  # a value with quotes in it must not become two members
            raise InvalidEntry("A header member has characters that headers do not have.")
        return data

    @classmethod
    def from_bytes(cls, data: bytes) -> Header:
        """Read a header strictly: canonical, complete, nothing else in it.

        Raises:
            InvalidEntry: the bytes are not exactly one canonical header.
        """
        fields = header_fields(data)
        if fields is None:
            raise InvalidEntry(f"This is not a canonical entry header: {data[:80]!r}.")
        return cls(*fields)


_sha256 = hashlib.sha256

HeaderFields = tuple[str, str, str, str, str, str, int, str, str]


def header_fields(data: object) -> HeaderFields | None:
    """Return a canonical header's members but `v`, in the order of `Header`; None for any other bytes.

    This is the verifier's inner loop; `Header.from_bytes` is the same with an error for people.
    """
    if not isinstance(data, bytes) or len(data) > MAX_HEADER_BYTES or not data.isascii():
        return None
    match = _HEADER.fullmatch(data.decode("ascii"))
    if match is None:
        return None
    actor, body, entry_id, kind, origin, prev, seq, subject, time = match.groups()
    if b"\\" in data:
        actor, kind, origin, subject = map(_unescape, (actor, kind, origin, subject))
    place = int(seq)
    if (
        len(actor) > MAX_ACTOR
        or len(kind) > MAX_KIND
        or len(subject) > MAX_SUBJECT
        or len(origin) > MAX_ORIGIN
        or "+" in origin
        or not _is_date(time[:10])
        or place >= 1 << 53
    ):
        return None
    return actor, body, entry_id, kind, origin, prev, place, subject, time


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as the ledger holds it.

    Attributes:
        header: its members.
        header_bytes: the verbatim bytes that are hashed.
        hash: entry hash, 32 bytes.
        body_bytes: canonical body; None when erased, withheld or not asked for.
        salt: the body's salt; None with it.
        erased: whether the body was erased.
    """

    header: Header
    header_bytes: bytes
    hash: bytes
    body_bytes: bytes | None
    salt: bytes | None
    erased: bool = False

    @property
    def body(self) -> dict[str, Any] | None:
        """The body as a JSON object, read anew at each call."""
        return None if self.body_bytes is None else decode(self.body_bytes)

    @property
    def seq(self) -> int:
        """Position in the ledger, from 0."""
        return self.header.seq

    @property
    def id(self) -> str:
        """The entry's UUID."""
        return self.header.id

    @property
    def kind(self) -> str:
        """What happened."""
        return self.header.kind

    @property
    def subject(self) -> str:
        """What it is about."""
        return self.header.subject

    @property
    def actor(self) -> str:
        """Who wrote it."""
        return self.header.actor

    @property
    def time(self) -> str:
        """When, as the operator's clock had it."""
        return self.header.time


def entry_hash(header_bytes: bytes) -> bytes:
    """Return SHA-256(0x00 ‖ header): chain link and RFC 6962 leaf hash in one."""
    return hashlib.sha256(b"\x00" + header_bytes).digest()


def commit_body(salt: bytes, body_bytes: bytes) -> bytes:
    """Return the commitment SHA-256(0x02 ‖ salt ‖ body) that a header carries in hex."""
    return hashlib.sha256(b"\x02" + salt + body_bytes).digest()


def make_entry(
    draft: Draft,
    body_bytes: bytes,
    *,
    entry_id: str,
    origin: str,
    seq: int,
    prev: bytes | None,
    time: str,
    salt: bytes | None = None,
) -> Entry:
    """Give a checked draft its place: fresh salt, commitment, header, hash.

    What goes in is checked or made here, so the header is spelled out without being read again.

    Args:
        draft: checked by `check_draft`.
        body_bytes: what `check_draft` returned.
        entry_id: the draft's id or a new one.
        origin: of the ledger.
        seq: its position.
        prev: entry hash before it; None at position 0.
        time: RFC 3339 UTC with six decimals and Z.
        salt: 32 random bytes, of which no other entry has been given one.

    Raises:
        InvalidEntry: the time has another shape than headers have.
    """
    if not is_time(time):
        raise InvalidEntry(f"{time!r} is no time of a header.", remedy="Set the system's clock right.")
    secret = salt if salt is not None else secrets.token_bytes(SALT_BYTES)
    header = Header(
        draft.actor,
        _sha256(b"\x02" + secret + body_bytes).hexdigest(),
        str.__str__(entry_id),
        draft.kind,
        origin,
        NO_PREVIOUS if prev is None else prev.hex(),
        seq,
        draft.subject,
        time,
    )
    data = _spelled(header)
    return Entry(header, data, _sha256(b"\x00" + data).digest(), body_bytes, secret)


def check_draft(draft: Draft) -> bytes:
    """Check all that a caller hands in and return the body's canonical bytes.

    Raises:
        InvalidEntry: names the member, what it was and what it may be.
    """
    words: tuple[object, ...] = (draft.actor, draft.kind, draft.subject)
    actor, kind, subject = words
    given: object = draft.id
    if tuple(map(type, words)) != (str, str, str) or not _WORDS.fullmatch(f"{actor} {kind} {subject}"):
        check_word("actor", actor, MAX_ACTOR)
        check_word("kind", kind, MAX_KIND)
        check_word("subject", subject, MAX_SUBJECT)
    if given is not None and not (isinstance(given, str) and _UUID.fullmatch(given)):
        raise InvalidEntry(
            f"The id {given!r} is not a UUID in lower case.",
            remedy="Leave the id out to get one, or write it like 0198c1de-7c3a-7d2e-9f10-3a5b6c7d8e9f.",
        )
    return check_body(draft.body)


def check_origin(origin: str) -> None:
    """Check a ledger's origin: printable ASCII without space or plus, at most 255 bytes.

    Raises:
        InvalidEntry: says what is wrong with it.
    """
    check_word("origin", origin, MAX_ORIGIN)
    if "+" in origin:
        raise InvalidEntry(
            f"The origin {origin!r} has a plus sign.", remedy='Use a name such as "acme.example/credit-risk".'
        )


def is_origin(text: str) -> bool:
    """Whether `check_origin` has nothing against it."""
    return len(text) <= MAX_ORIGIN and "+" not in text and _WORD.fullmatch(text) is not None


def check_word(member: str, value: object, limit: int) -> None:
    """Check a header text: one to `limit` characters of printable ASCII, no spaces.

    Raises:
        InvalidEntry: names the member and the first character that it may not have.
    """
    if not isinstance(value, str) or not value:
        raise InvalidEntry(f"The {member} must be text and not empty.")
    if not _WORD.fullmatch(value):
        bad = next(character for character in value if not "!" <= character <= "~")
        raise InvalidEntry(
            f"The {member} {value[:60]!r} has the character {bad!r}; it is printable ASCII without spaces.",
            remedy="Titles and names in other scripts belong into the body.",
        )
    if len(value) > limit:
        raise InvalidEntry(f"The {member} has {len(value)} characters; at most {limit} are allowed.")


def new_id() -> str:
    """Return a new UUID of version 7 (RFC 9562 §5.7): milliseconds, then 74 random bits."""
    value = (clock.time_ns() // 1_000_000) << 80 | int.from_bytes(os.urandom(10), "big")
    value = value & ~(0xF000 << 64) | 0x7000 << 64
    value = value & ~(0xC000 << 48) | 0x8000 << 48
    digits = f"{value:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


@lru_cache(maxsize=64)
def _is_date(day: str) -> bool:
    try:
        date.fromisoformat(day)
    except ValueError:
        return False
    return True


@lru_cache(maxsize=16)
def is_time(time: str) -> bool:
    """Whether a text is a header's time: RFC 3339, UTC, six decimals, Z."""
    return _FULL_TIME.fullmatch(time) is not None and _is_date(time[:10])


def _spelled(header: Header) -> bytes:
    return (
        f'{{"actor":"{_escape(header.actor)}","body":"{header.body}","id":"{header.id}",'
        f'"kind":"{_escape(header.kind)}","origin":"{_escape(header.origin)}","prev":"{header.prev}",'
        f'"seq":{header.seq},"subject":"{_escape(header.subject)}","time":"{header.time}","v":{header.v}}}'
    ).encode("utf-8", "replace")


def _escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _unescape(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)


_KEPT = ("ledger.", "body.", "key.", "token.", "approval.", "waiver.", "policy.", "gate.", "emergency.", "deployment.",
         "batch.", "user.registered", "user.roles-set")  # fmt: skip


def can_be_erased(kind: str) -> bool:
    """Whether bodies of this kind may be erased (docs/ledger-format.md, "Erasure")."""
    return not kind.startswith(_KEPT)
