"""What somebody types after `/`: a filter, or a place to jump to.

kind:gate.decided subject:model:mortgage* actor:alice since:2026-01-01 until:2026-02-01
gate              kinds that begin so; another word is looked for in the names of subjects
model:mortgage    subjects that begin so
#48213            an entry by its place
@2026-11-12       the first entry from a day (or an instant) on
3f9c…             an entry by its hash or id
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from governance.errors import InvalidInput
from governance.lineage.records import KINDS
from governance.lineage.subjects import SUBJECT_KINDS
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


@dataclass(frozen=True, slots=True)
class Search:
    """Entries about subjects whose name contains a word, through a filter."""

    word: str
    query: EntryQuery


def parse(text: str, clock: Clock) -> EntryQuery | Jump | Search | None:
    """Return what was asked for; None for nothing (show everything again).

    Raises:
        InvalidInput: it is neither a filter nor a place.
    """
    words = text.removeprefix("/").split()
    if not words:
        return None
    if len(words) == 1 and (jump := _jump(words[0], clock)) is not None:
        return jump
    found: dict[str, str] = {}
    search: str | None = None
    for word in words:
        field, value = _field(word)
        if field == "search":
            if search is not None:
                raise InvalidInput(
                    "One word at a time is looked for.", remedy="Give the other as kind:… or actor:…"
                )
            search = value
            continue
        if field in found:
            raise InvalidInput(f"'{field}:' stands there twice.", remedy="Give each once.")
        found[field] = _value(field, value, clock)
    query = EntryQuery(**found)  # type: ignore[arg-type] # the names are FIELDS
    if search is None:
        return query
    if query.subject is not None:
        raise InvalidInput(f"'{search}' and subject: are both about the subject.", remedy="Give one of them.")
    return Search(search, query)


def _field(word: str) -> tuple[str, str]:
    """Return which field a word is about, and its value; `search` for a word to look for in subjects' names."""
    field, colon, value = word.partition(":")
    if colon and field in FIELDS and value:
        return field, value
    if colon and field in SUBJECT_KINDS:
        return "subject", word if word.endswith("*") else f"{word}*"
    if colon:
        raise InvalidInput(f"'{word}' is no filter.", remedy="Fields: " + ": ".join(FIELDS) + ":")
    begins = word.removesuffix("*").casefold()
    if any(kind.startswith(begins) for kind in KINDS):
        return "kind", begins if begins in KINDS else f"{begins}*"
    if "." in word.strip("."):  # kinds of one's own: acme.reviewed
        return "kind", word if word.endswith("*") else f"{word}*"
    return "search", word.strip("*")


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
