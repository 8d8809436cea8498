"""The time of entries: the operator's claim, kept from running backwards and from jumping ahead.

Rules (docs/ledger-format.md, "Time"):
1. a time at most 5 s behind the entry before becomes that entry's time; further behind, the append is refused;
2. within one process, a clock more than 60 s ahead of its last reading plus the time elapsed since is refused until
   somebody confirms it, because one forward jump would poison the ledger for ever through rule 1;
3. where the operator says at the start that the system's clock is right (`confirmed`), rule 2 is not applied.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from governance.ledger.errors import ClockRefused

MAX_BEHIND_SECONDS = 5
MAX_AHEAD_SECONDS = 60
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def wall_microseconds() -> int:
    """Return the system's clock in microseconds since the epoch, UTC."""
    return time.time_ns() // 1000


def elapsed_microseconds() -> int:
    """Return a clock that nobody sets and that counts while the machine sleeps (CLOCK_BOOTTIME on Linux)."""
    clock = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
    return time.clock_gettime_ns(clock) // 1000


def as_text(microseconds: int) -> str:
    """Return RFC 3339, UTC, six decimals, `Z`."""
    at = _EPOCH + timedelta(microseconds=microseconds)
    return at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def as_microseconds(text: str) -> int:
    """Read what `as_text` wrote."""
    at = datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
    return (at - _EPOCH) // timedelta(microseconds=1)


class Clock:
    """Gives entries their time.

    Owned by one writer; `_lock` guards the last reading.

    Args:
        wall: microseconds since the epoch, as the operator has them.
        elapsed: microseconds of a clock that nobody sets.
        confirmed: an operator says that `wall` is right, even where it jumps ahead.
    """

    def __init__(
        self,
        wall: Callable[[], int] = wall_microseconds,
        elapsed: Callable[[], int] = elapsed_microseconds,
        *,
        confirmed: bool = False,
    ) -> None:
        self._confirmed = confirmed
        self._wall = wall
        self._elapsed = elapsed
        self._lock = threading.Lock()
        self._last = (wall(), elapsed())

    def confirm(self) -> None:
        """Accept the clock as it is now: an operator looked at it."""
        with self._lock:
            self._last = (self._wall(), self._elapsed())

    def time_after(self, previous: str | None) -> str:
        """Return the time for the entry that follows one of time `previous`.

        Raises:
            ClockRefused: by rule 1 or 2.
        """
        with self._lock:
            now, elapsed = self._wall(), self._elapsed()
            expected = self._last[0] + elapsed - self._last[1]
            if not self._confirmed and now - expected > MAX_AHEAD_SECONDS * 1_000_000:
                raise ClockRefused(
                    f"The clock jumped {(now - expected) / 1e6:,.0f} s ahead to {as_text(now)}.",
                    remedy="Check the system's time; if it is right, confirm it: --confirm-clock.",
                )
            self._last = (now, elapsed)
        text = as_text(now)
        if previous is None or text >= previous:
            return text
        behind = (as_microseconds(previous) - now) / 1e6
        if behind > MAX_BEHIND_SECONDS:
            raise ClockRefused(
                f"The clock says {text}, {behind:,.0f} s before the ledger's last entry ({previous}).",
                remedy="Set the system's time right and repeat; nothing was entered.",
            )
        return previous
