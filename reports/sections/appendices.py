"""The appendices: every entry quoted with its hash, and what the text shortens, in full."""

from __future__ import annotations

from collections.abc import Iterator

from reportlab.platypus import CondPageBreak, Flowable

from reports.blocks import entry_key, gap, lead
from reports.document import Heading, Page
from reports.facts import DossierFacts
from reports.tables import Column, PlainRows, fitted
from reports.wording import moment, short_subject


def entries(facts: DossierFacts, page: Page) -> list[Flowable]:
    """Return the appendix of quoted entries, in ledger order, each with its hash."""
    width = page.width
    rows = [
        (
            f"#{one.seq:,}", moment(one.time).removesuffix(" UTC"), one.kind, short_subject(one.subject), one.actor,
        )
        for one in facts.entries
    ]  # fmt: skip
    columns = fitted(("Entry", "Time (UTC)", "Kind", "Subject", "By"), rows, width, right={0})
    hashes = (Column("Entry", 0, width * 0.07, "right"), Column("Entry hash (SHA-256)", width * 0.09, width * 0.6),
              Column("Body", width * 0.78, width * 0.2))  # fmt: skip
    return [
        Heading("Appendix A: entries quoted", 0, "entries"),
        lead("Every entry that this dossier rests on, in ledger order."),
        PlainRows(columns, rows, [entry_key(one.seq) for one in facts.entries]),
        gap(14),
        CondPageBreak(120),
        Heading("Entry hashes", 1, "entry-hashes"),
        PlainRows(hashes, [(f"#{one.seq:,}", one.entry, one.body_state) for one in facts.entries]),
    ]


def digests(facts: DossierFacts, page: Page) -> list[Flowable]:
    """Return the appendix of digests and subjects that the text shortens, in full."""
    names: dict[str, str] = {}
    hashes = {entry.entry for entry in facts.entries}
    for entry in facts.entries:
        for path, value in _strings(entry.body or {}):
            if _is_digest(value) and value not in hashes:
                names.setdefault(value, f"#{entry.seq:,} {path}")
        if short_subject(entry.subject) != entry.subject:
            names.setdefault(entry.subject, f"#{entry.seq:,} subject")
    width = page.width
    columns = (Column("In full", 0, width * 0.68), Column("Where first named", width * 0.7, width * 0.3))
    rows = [(value, names[value]) for value in sorted(names)]
    if not rows:
        return []
    return [
        Heading("Appendix B: digests and identifiers in full", 0, "digests"),
        lead("What the text shortens to its ends; entry hashes stand in Appendix A."),
        PlainRows(columns, rows),
    ]


_MEMBERS_SKIPPED = frozenset({"signature", "text", "statement", "result"})


def _strings(value: object, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for key in sorted(value):
            if key not in _MEMBERS_SKIPPED:
                yield from _strings(value[key], f"{path}.{key}" if path else str(key))
    elif isinstance(value, list):
        for one in value:
            yield from _strings(one, path)


def _is_digest(value: str) -> bool:
    rest = value.removeprefix("sha256:")
    return len(rest) == 64 and all(character in "0123456789abcdef" for character in rest)
