"""The dossier of a model: everything the ledger knows about it, for those who must judge it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from reportlab.platypus import CondPageBreak, Flowable

from governance.errors import InvalidInput
from governance.workspace import Workspace
from reports.document import PAPERS, Page, Stamp, render
from reports.facts import DossierFacts
from reports.gather import gather
from reports.sections.appendices import digests, entries
from reports.sections.changes import changes
from reports.sections.controls import controls
from reports.sections.cover import cover
from reports.sections.data import data
from reports.sections.development import development
from reports.sections.explanation import explanation
from reports.sections.fairness import fairness
from reports.sections.integrity import integrity
from reports.sections.operation import operation
from reports.sections.origins import lineage
from reports.sections.people import approvals
from reports.sections.performance import performance
from reports.sections.purpose import purpose
from reports.sections.verdict import verdict
from reports.writing import write_whole

Section = Callable[[DossierFacts, Page], list[Flowable]]

SECTIONS: tuple[Section, ...] = (
    verdict, purpose, data, development, performance, fairness, explanation, approvals, operation, changes,
    lineage, integrity, controls, entries, digests,
)  # fmt: skip

SECTION_NEEDS = 0.22
"""A section begins on a new page unless this share of the present one is left."""


def dossier_pdf(facts: DossierFacts, *, paper: str = "a4") -> bytes:
    """Return the dossier as PDF. A pure function: equal facts and paper give equal bytes.

    Raises:
        InvalidInput: there is no such paper.
    """
    if paper not in PAPERS:
        raise InvalidInput(
            f"There is no paper '{paper}'.", remedy=f"Choose one of {', '.join(sorted(PAPERS))}."
        )
    page = Page(paper)
    stamp = Stamp("Model dossier", facts.model, facts.origin, facts.size, facts.root)
    story = cover(facts, stamp, page)
    for section in SECTIONS:
        parts = section(facts, page)
        if parts:
            first = section is SECTIONS[0]  # the table of all rules is read as a whole
            story += [CondPageBreak(page.height * (0.7 if first else SECTION_NEEDS)), *parts]
    return render(story, stamp=stamp, page=page, title=f"Model dossier: {facts.model.partition(':')[2]}")


def write_dossier(workspace: Workspace, model: str, path: Path, *, paper: str = "a4") -> DossierFacts:
    """Write a model's dossier to `path`, whole or not at all, and return what it was made from.

    Raises:
        NotFound: the ledger knows no such model, or the folder does not exist.
        InvalidInput: `model` is no subject, or there is no such paper.
    """
    facts = gather(workspace, model)
    write_whole(path, dossier_pdf(facts, paper=paper))
    return facts
