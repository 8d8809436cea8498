"""Instants as the records write them: RFC 3339, UTC, microseconds, `Z`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from governance.errors import InvalidInput

_FORM = "%Y-%m-%dT%H:%M:%S.%fZ"


def now() -> str:
    """Return this instant."""
    return datetime.now(UTC).strftime(_FORM)


def normal(text: str) -> str:
    """Return any RFC 3339 instant in the one form that compares as text.

    Raises:
        InvalidInput: it is no date with a time, or has no offset.
    """
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        parsed = None
    if parsed is None or parsed.tzinfo is None:
        raise InvalidInput(f"'{text}' is not an instant.", remedy="Write it as 2026-01-31T14:00:00Z.")
    return parsed.astimezone(UTC).strftime(_FORM)


def days_later(time: str, days: int) -> str:
    """Return the instant `days` days after `time`.

    Raises:
        InvalidInput: fewer than one day, or more than ten years.
    """
    if not 1 <= days <= 3660:
        raise InvalidInput(f"{days} days is no period.", remedy="Give 1 to 3660 days.")
    return (datetime.fromisoformat(normal(time)) + timedelta(days=days)).strftime(_FORM)
