"""Section 11: lineage, as a graph and as a table."""

from __future__ import annotations

from reportlab.platypus import Flowable

from reports.blocks import figure, gap, lead, note
from reports.charts.lineage import lineage_chart
from reports.document import Heading, Page
from reports.facts import DossierFacts
from reports.relations import sentence
from reports.tables import PlainRows, fitted
from reports.wording import counted, short_subject


def lineage(facts: DossierFacts, page: Page) -> list[Flowable]:
    """Return the graph around the model, then every edge with the entry that says so."""
    story: list[Flowable] = [
        Heading("11\u00a0\u00a0Lineage", 0, "lineage"),
        lead(
            f"{counted(len(facts.nodes), 'subject')} and {counted(len(facts.edges), 'relation')} stand around "
            f"{facts.model}: what it was made from at the left, what was made with it at the right."
        ),
        *figure(
            [lineage_chart(facts.model, facts.nodes, facts.edges, page.width)],
            "Filled: this model. Dashed: named by an entry but never registered. Many of one kind stand in one box; "
            "the table beneath names each.",
        ),
    ]
    unknown = sorted(node.subject for node in facts.nodes if not node.known)
    if unknown:
        story.append(note(f"Named but never registered: {', '.join(unknown)}."))
    if facts.lineage_truncated:
        story.append(note("The graph goes on beyond the depth that was read."))
    told = [(sentence(edge), edge.seq) for edge in facts.edges]
    rows = [(short_subject(who), does, short_subject(what), f"#{seq:,}") for (who, does, what), seq in told]
    columns = fitted(("Subject", "Relation", "Object", "Entry"), rows, page.width, right={3})
    if rows:
        story += [Heading("Relations", 1, "relations"), PlainRows(columns, rows), gap(8)]
    return story
