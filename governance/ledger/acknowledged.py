"""What a caller gets for an entry that is durable."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """An entry that stands: durable, and under a signed checkpoint.

    Attributes:
        seq: its place.
        id: its UUID.
        hash: entry hash, 32 bytes.
        time: as the header has it.
        subject: what it is about.
    """

    seq: int
    id: str
    hash: bytes
    time: str
    subject: str
