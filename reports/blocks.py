"""Small pieces that sections are made of: paragraphs, links to entries, captions, chart with caption."""

from __future__ import annotations

from collections.abc import Sequence

from reportlab.graphics.shapes import Drawing
from reportlab.platypus import Flowable, Paragraph, Spacer

from reports.document import Lead, Together
from reports.facts import DossierFacts, Quoted
from reports.tables import Cell
from reports.typography import ACCENT, markup, styles
from reports.wording import moment, short_subject

_LINK = ACCENT.hexval().replace("0x", "#")


def text(words: str) -> Paragraph:
    """Return a paragraph of plain words."""
    return Paragraph(markup(words), styles().text)


def lead(words: str) -> Lead:
    """Return a paragraph that stands on the same page as what follows."""
    return Lead(markup(words), styles().text)


def rich(trusted: str) -> Paragraph:
    """Return a paragraph of markup that this package made."""
    return Paragraph(trusted, styles().text)


def note(words: str) -> Paragraph:
    """Return a paragraph in the small size."""
    return Paragraph(markup(words), styles().small)


def nothing(words: str) -> list[Flowable]:
    """Return what a section says when the ledger holds nothing for it."""
    return [Paragraph(f"<i>{markup(words)}</i>", styles().text)]


def gap(height: float) -> Spacer:
    """Return empty room."""
    return Spacer(0, height)


def entry_key(seq: int) -> str:
    """Return the name of the place where the appendix quotes an entry."""
    return f"entry-{seq}"


def link(facts: DossierFacts, seq: int) -> str:
    """Return `#48,213` as a link to the entry's line in the appendix, where it is quoted there."""
    words = f"#{seq:,}"
    if facts.entry_at(seq) is None:
        return words
    return f'<link href="#{entry_key(seq)}" color="{_LINK}">{words}</link>'


def entry_cell(facts: DossierFacts, seqs: Sequence[int]) -> Cell:
    """Return links to entries as a table cell."""
    return Cell(", ".join(link(facts, seq) for seq in seqs), trusted=True)


def source(facts: DossierFacts, quoted: Quoted) -> Paragraph:
    """Return the line beneath a section's content that says which entry it is from."""
    words = (
        f"From entry {link(facts, quoted.seq)}, {markup(short_subject(quoted.subject))}, written by "
        f"{markup(facts.who(quoted.actor))} on {moment(quoted.time)}."
    )
    return Paragraph(words, styles().caption)


def erased(quoted: Quoted) -> list[Flowable]:
    """Return what stands for an entry whose body is gone: that it existed is still proved by its hash."""
    reason = {
        "erased": "was erased (the ledger keeps its hash)", "withheld": "is withheld from this reader",
        "missing": "is missing",
    }.get(quoted.body_state, "cannot be read")  # fmt: skip
    return nothing(f"The body of entry #{quoted.seq:,} {reason}.")


def figure(charts: Sequence[Drawing], caption: str) -> list[Flowable]:
    """Return charts with one caption, the last held together with it."""
    if not charts:
        return []
    *before, last = charts
    words = Paragraph(markup(caption), styles().caption)
    return [*before, Together([last, words])]
