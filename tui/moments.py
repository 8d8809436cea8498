"""Times on screen: the reader's zone, UTC on demand, and how long ago in words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, timezone, tzinfo


def parse_time(text: str) -> datetime:
    """Return the instant of an RFC 3339 text (`…Z`), as entries carry it.

    Raises:
        ValueError: it is no RFC 3339 time.
    """
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Clock:
    """Shows instants in a zone; `now` is handed in, so that screens are reproducible.

    Attributes:
        zone: the zone to show; None is the machine's local zone.
        now: gives the present instant.
    """

    zone: tzinfo | None = None
    now: Callable[[], datetime] = field(default=_now)

    @property
    def is_utc(self) -> bool:
        """Whether times are shown in UTC."""
        return self.zone is UTC

    def in_utc(self) -> Clock:
        """Return the same clock showing UTC."""
        return replace(self, zone=UTC)

    def local(self, text: str) -> datetime:
        """Return an RFC 3339 text as a time in this clock's zone."""
        return parse_time(text).astimezone(self.zone)

    def minute(self, text: str) -> str:
        """Return `2026-11-12 14:05`."""
        return self._shown(text, "%Y-%m-%d %H:%M")

    def second(self, text: str) -> str:
        """Return `2026-11-12 14:05:09 CET`, with the zone's name."""
        return self._shown(text, "%Y-%m-%d %H:%M:%S %Z")

    def day(self, text: str) -> str:
        """Return `12 Nov 2026`."""
        return self._shown(text, "%d %b %Y").lstrip("0")

    def ago(self, text: str) -> str:
        """Return how long ago (or how far ahead) an instant is: `3 days ago`, `in 27 days`."""
        try:
            away = self.now() - parse_time(text)
        except ValueError:
            return ""
        words = span(abs(away))
        if words == "moments":
            return "just now"
        return f"{words} ago" if away >= timedelta(0) else f"in {words}"

    def zone_name(self) -> str:
        """Return what the shown zone is called now."""
        return self.now().astimezone(self.zone).strftime("%Z")

    def _shown(self, text: str, form: str) -> str:
        try:
            return self.local(text).strftime(form)
        except ValueError:
            return text  # shown as recorded: verification, not the screen, judges a malformed time


def span(length: timedelta) -> str:
    """Return a length of time in its largest unit: `3 days`, `2 hours`, `moments`."""
    seconds = int(length.total_seconds())
    for unit, size in (
        ("year", 31_557_600),
        ("month", 2_629_800),
        ("day", 86_400),
        ("hour", 3600),
        ("minute", 60),
    ):
        amount = seconds // size
        if amount >= 1:
            return f"{amount} {unit}{'' if amount == 1 else 's'}"
    return "moments"


def clock_time(seconds: float) -> str:
    """Return a duration as `4.2 s`, `1:05` or `2:03:40`."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def fixed_zone(hours: int, name: str) -> tzinfo:
    """Return a zone with a fixed offset, for reproducible screens."""
    return timezone(timedelta(hours=hours), name)
