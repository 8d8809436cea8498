"""How a piece of evidence was computed: what stands beneath every measured section."""

from __future__ import annotations

from reportlab.platypus import Flowable

from reports.document import Page
from reports.facts import DossierFacts, Evidence
from reports.tables import Cell, facts_table
from reports.wording import (
    MISSING,
    value_text,
)


def method(facts: DossierFacts, evidence: Evidence, page: Page) -> Flowable:
    """Return method, definition, parameters, producer and software of one piece of evidence."""
    body = evidence.quoted.facts
    method = body.get("method", {})
    rows: list[tuple[str, Cell | str]] = [
        ("Method", str(method.get("name", MISSING))),
        ("Defined in", str(method.get("source", MISSING))),
        ("Parameters", value_text(body.get("parameters", {}))),
        ("Computed by", facts.who(str(body.get("producer", evidence.quoted.actor)))),
        ("Software", value_text(body.get("how", {}))),
    ]
    return facts_table(rows, page.width)


def held_out(evidence: Evidence) -> str:
    """Return which data were measured, where the entry says it: ` of the test data`."""
    return f" of the {evidence.role} data" if evidence.role else ""
