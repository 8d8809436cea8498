"""What somebody types after `/`: a filter, or a place to jump to.

kind:gate.decided subject:model:mortgage* actor:alice since:2026-01-01 until:2026-02-01
#48213            an entry by its place
@2026-11-12       the first entry from a day (or an instant) on
3f9c…             an entry by its hash or id
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from governance.errors import InvalidInput
from governance.workspace.views import EntryQuery
from tui.moments import Clock

FIELDS = ("kind", "subject", "actor", "since", "until")
_SEQ = re.compile(r"#?([0-9][0-9,]*)")
_NAME = re.compile(r"[0-9a-f]{64}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Jump:
    """Go to one entry: exactly one of these is set."""

    seq: int | None = None
    since: str | None = None
    name: str | None = None


def parse(text: str, clock: Clock) -> EntryQuery | Jump | None:
    """Return what was asked for; None for nothing (show everything again).

    Raises:
        InvalidInput: it is neither a filter nor a place.
    """
    words = text.split()
    if not words:
        return None
    if len(words) == 1 and (jump := _jump(words[0], clock)) is not None:
        return jump
    found: dict[str, str] = {}
    for word in words:
        field, colon, value = word.partition(":")
        if not colon or field not in FIELDS or not value:
            raise InvalidInput(
                f"'{word}' is no filter.",
                remedy="Write kind:gate.decided, subject:model:name@1, actor:alice, since:2026-01-31 or until:…; "
                "#123 or @2026-01-31 jumps. A * at the end matches any ending.",
            )
        if field in found:
            raise InvalidInput(f"'{field}:' stands there twice.", remedy="Filters add up; give each once.")
        found[field] = _value(field, value, clock)
    return EntryQuery(**found)  # type: ignore[arg-type] # the names are FIELDS


def _jump(word: str, clock: Clock) -> Jump | None:
    if (seq := _SEQ.fullmatch(word)) is not None:
        return Jump(seq=int(seq[1].replace(",", "")))
    if _NAME.fullmatch(word):
        return Jump(name=word)
    if word.startswith("@"):
        return Jump(since=instant(word[1:], clock))
    return None


def _value(field: str, value: str, clock: Clock) -> str:
    if field in {"since", "until"}:
        return instant(value, clock)
    if field == "actor" and ":" not in value:
        return f"user:{value}"
    return value


def instant(text: str, clock: Clock) -> str:
    """Return a day or time in the shown zone as the UTC text that entries carry.

    Raises:
        InvalidInput: it is no day and no time.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise InvalidInput(
            f"'{text}' is no time.", remedy="Write 2026-01-31, 2026-01-31T14:05 or 2026-01-31T13:05:00Z."
        ) from error
    if moment.tzinfo is None:
        # A day on screen is a day in the reader's zone.
        moment = moment.replace(tzinfo=clock.zone) if clock.zone else moment.astimezone()
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
