"""Instants as the records write them: RFC 3339, UTC, microseconds, `Z`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from governance.errors import InvalidInput


def now() -> str:
    """Return this instant."""
    return written(datetime.now(UTC))


def normal(text: str) -> str:
    """Return any RFC 3339 instant in the one form that compares as text.

    Raises:
        InvalidInput: it is no date with a time, has no offset, or lies outside the years 1 to 9999 in UTC.
    """
    try:
        parsed = datetime.fromisoformat(text)
        in_utc = None if parsed.tzinfo is None else parsed.astimezone(UTC)
    except (ValueError, OverflowError):  # The latter: in UTC it falls before the year 1 or after 9999.
        in_utc = None
    if in_utc is None:
        raise InvalidInput(f"'{text}' is not an instant.", remedy="Write it as 2026-01-31T14:00:00Z.")
    return written(in_utc)


def days_later(time: str, days: int) -> str:
    """Return the instant `days` days after `time`.

    Raises:
        InvalidInput: fewer than one day, more than ten years, or beyond the year 9999.
    """
    if not 1 <= days <= 3660:
        raise InvalidInput(f"{days} days is no period.", remedy="Give 1 to 3660 days.")
    start = datetime.fromisoformat(normal(time))
    try:
        return written(start + timedelta(days=days))
    except OverflowError:
        raise InvalidInput(
            f"{days} days after {time} no calendar goes on.", remedy="Give an earlier time."
        ) from None


def written(instant: datetime) -> str:
    """Write an instant in UTC; `strftime` would write the year 1 with one digit."""
    return instant.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
