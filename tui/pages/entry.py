"""One entry whole: what it says, its proof, its place in the chain, its verbatim header."""

from __future__ import annotations

import json
from typing import Any

from governance.workspace.views import EntryView
from tui.integrity import Proved
from tui.lines import BLANK, Line, Link, fact, heading, line, paragraph, subject_link
from tui.moments import Clock
from tui.pages.values import flattened
from tui.words import number, place, short_subject

_GENESIS = "0" * 64


def entry_lines(
    entry: EntryView, proved: Proved | Exception | None, clock: Clock, width: int, *, raw: bool
) -> list[Line]:
    """Return an entry's page.

    Args:
        entry: the entry, its body included where there is one.
        proved: what its own inclusion proof gave; None while that is being fetched; an error when it can't be.
        clock: for its time.
        width: cells.
        raw: show the body as JSON instead of as facts.
    """
    lines = [line((place(entry.seq), "title"), "  ", (entry.kind, "strong"))]
    lines += fact(
        "subject", short_subject(entry.subject), width, link=subject_link(entry.subject), style="link"
    )
    lines += fact("time", f"{clock.second(entry.time)}  ({clock.ago(entry.time)})", width)
    lines += fact("actor", entry.actor, width, link=Link("subject", entry.actor), style="link")
    lines += heading("proof")
    lines += _proof(proved, width)
    lines += heading("what it says", "" if raw else "r shows it as JSON")
    lines += _body(entry, width, raw=raw)
    lines += heading("place in the chain")
    lines += fact("entry hash", entry.entry, width)
    if entry.prev == _GENESIS:
        lines += fact("previous", "none: this is the first entry", width)
    else:
        lines += fact("previous", entry.prev, width, link=Link("entry", str(entry.seq - 1)), style="link")
    lines += fact("commitment", entry.commitment, width)
    lines += fact("salt", entry.salt or "–", width)
    lines += fact("id", entry.id, width)
    lines += fact("origin", entry.origin, width)
    lines += heading("header, verbatim")
    lines += paragraph(entry.header, width, style="muted")
    return [*lines, BLANK]


def _proof(proved: Proved | Exception | None, width: int) -> list[Line]:
    if proved is None:
        return paragraph("… fetching and checking this entry's inclusion proof", width, style="muted")
    if isinstance(proved, Exception):
        return paragraph(f"? no proof could be had: {proved}", width, style="warn")
    if not proved.ok:
        lines = paragraph(f"✗ NOT PROVED: {proved.message}", width, style="bad")
        return lines + paragraph(
            "What is shown here may not be what was recorded. Run a full verification (8).", width
        )
    lines = paragraph(f"✓ proved: {proved.message}.", width, style="good")
    note = (
        "The body was checked against the header's commitment."
        if proved.body_checked
        else "The header alone was checked."
    )
    return lines + paragraph(
        f"{note} y copies the proof: one text file that anybody can check offline.", width, style="muted"
    )


def _body(entry: EntryView, width: int, *, raw: bool) -> list[Line]:
    if entry.body is None:
        reason = {
            "erased": "The body was erased; a body.erased entry says why. The header stays and proves that it was there.",
            "missing": "✗ The body is missing and no body.erased entry covers it: verification reports body-missing.",
            "withheld": "The body is withheld from this reader.",
        }.get(entry.body_state, "The body was not read.")
        return paragraph(reason, width, style="bad" if entry.body_state == "missing" else "muted")
    if raw:
        return json_lines(entry.body, width)
    lines: list[Line] = []
    for name, value in flattened(entry.body):
        text = number(value)
        link = subject_link(text) if isinstance(value, str) and _is_subject(value) else None
        shown = short_subject(text) if link else text
        lines += fact(name, shown, width, link=link, label=min(26, max(width // 3, 14)))
    return lines or paragraph("(nothing: an empty body)", width, style="muted")


def json_lines(value: Any, width: int) -> list[Line]:
    """Return a value as indented JSON, wrapped to `width`."""
    lines: list[Line] = []
    room = max(width - 2, 12)
    for text in json.dumps(value, indent=2, ensure_ascii=False).splitlines():
        lines += [line("  ", text[start : start + room]) for start in range(0, max(len(text), 1), room)]
    return lines


def _is_subject(text: str) -> bool:
    from governance.errors import InvalidInput
    from governance.lineage.subjects import Subject

    try:
        Subject.parse(text)
    except InvalidInput:
        return False
    return True
