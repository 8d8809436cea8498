"""Builders for ledgers on disk."""

from __future__ import annotations

from governance.ledger.clock import Clock
from governance.ledger.entry import Draft

ANN, BOB = "user:ann", "user:bob"


def note(
    text: object = "a note",
    *,
    actor: str = ANN,
    subject: str = "system:credit",
    kind: str = "x.note",
    id: str | None = None,  # noqa: A002 - the draft's own name,
) -> Draft:
    return Draft(actor, kind, subject, {"text": text}, id)


class SetClock:
    """A clock that a test sets: wall and elapsed time in microseconds."""

    def __init__(self) -> None:
        self.wall = 1_800_000_000_000_000
        self.elapsed = 0

    def clock(self, *, confirmed: bool = False) -> Clock:
        return Clock(lambda: self.wall, lambda: self.elapsed, confirmed=confirmed)

    def passes(self, seconds: float, *, wall: float | None = None) -> None:
        self.elapsed += int(seconds * 1e6)
        self.wall += int((seconds if wall is None else wall) * 1e6)
