"""Arithmetic on the records' instants (RFC 3339, UTC, `Z`). Nothing here reads a clock."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from governance.instants import written

CLOCK_TOLERANCE = timedelta(minutes=5)
"""By how much a signer's or deployer's clock may differ from the ledger's."""


def moment(text: str) -> datetime:
    """Return an RFC 3339 instant.

    Raises:
        ValueError: it is none, or says no offset.
    """
    parsed = datetime.fromisoformat(text)
    if parsed.tzinfo is None:
        raise ValueError(f"'{text}' says no offset from UTC")
    return parsed.astimezone(UTC)


def later(text: str, *, days: int) -> str:
    """Return the instant so many days later."""
    return written(moment(text) + timedelta(days=days))


def earliest(instants: Iterable[str]) -> str:
    """Return the first in time of some instants (at least one)."""
    return written(min(moment(one) for one in instants))


def age_in_days(since: str, now: str) -> float:
    """Return how many days lie between two instants."""
    return (moment(now) - moment(since)).total_seconds() / 86400
