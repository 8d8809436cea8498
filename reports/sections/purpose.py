"""Section 2: the system, its purpose, its owner, and what counts as success."""

from __future__ import annotations

from reportlab.platypus import Flowable

from reports.blocks import erased, nothing, source
from reports.document import Heading, Page
from reports.facts import DossierFacts
from reports.tables import Cell, facts_table
from reports.wording import MISSING, day, value_text


def purpose(facts: DossierFacts, page: Page) -> list[Flowable]:
    """Return what the system is for, who owns it, and what counts as success."""
    story: list[Flowable] = [Heading("2\u00a0\u00a0System and intended purpose", 0, "purpose")]
    system = facts.system
    if system is None:
        return story + nothing("The model names no system that is registered in this ledger.")
    if system.body is None:
        return story + erased(system)
    body = system.facts
    metrics = "; ".join(value_text(one) for one in body.get("success_metrics", []))
    rows: list[tuple[str, Cell | str]] = [
        ("System", Cell(str(body.get("title") or system.subject), bold=True)),
        ("Subject", system.subject),
        ("Purpose", str(body.get("purpose", MISSING))),
        ("Owner", facts.who(str(body.get("owner", MISSING)))),
        ("Risk", str(body.get("risk", MISSING))),
        ("Materiality", str(body.get("materiality") or "not stated")),
        ("Success metrics", metrics or "none stated"),
        ("Review by", day(body.get("review_by")) if body.get("review_by") else "no date set"),
    ]
    return [*story, facts_table(rows, page.width), source(facts, system)]
