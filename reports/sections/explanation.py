"""Section 7: what moves the score, over all rows and in single decisions."""

from __future__ import annotations

from reportlab.platypus import CondPageBreak, Flowable

from governance.lineage.results import (
    Explanation,
)
from reports.blocks import erased, figure, gap, note, nothing, source, text
from reports.charts.contributions import beeswarm_chart, importance_chart, reasons_chart
from reports.document import Heading, Page, Together
from reports.facts import DossierFacts
from reports.sections.method import method
from reports.wording import (
    counted,
    number,
    value_text,
)

FEATURES_SHOWN = 12
DECISIONS_SHOWN = 3


def explanation(facts: DossierFacts, page: Page) -> list[Flowable]:
    """Return what moves the score, globally and for sample decisions."""
    story: list[Flowable] = [Heading("7\u00a0\u00a0Explainability", 0, "explainability")]
    evidence = facts.newest("explanation")
    if evidence is None:
        return story + nothing(f"No explanation of {facts.model} is recorded.")
    result = evidence.result
    if not isinstance(result, Explanation):
        return story + erased(evidence.quoted)
    ranked = sorted(result.importance, key=lambda one: (-one.mean_absolute, one.feature))
    shown = ranked[:FEATURES_SHOWN]
    order = {one.feature: at for at, one in enumerate(shown)}
    swarm = sorted(
        (one for one in result.beeswarm if one.feature in order), key=lambda one: order[one.feature]
    )
    rest = len(ranked) - len(shown)
    more = f" {counted(rest, 'weaker feature')} stand in the entry." if rest else ""
    story += [
        text(
            f"{result.method}: {counted(result.rows_explained, 'row')} explained against "
            f"{counted(result.background_rows, 'background row')}, on the scale of {result.scale}. The contributions "
            f"and the base value {number(result.base_value)} add up to the score within "
            f"{number(result.additivity_error)}."
        ),
        Heading("What moves the score most", 1, "importance"),
        *figure([importance_chart(shown, page.width)], f"Mean absolute contribution ({result.scale}).{more}"),
    ]
    if swarm:
        story += [
            CondPageBreak(min(page.height * 0.7, 20 * len(swarm) + 90)),
            Heading("How each value moves it", 1, "beeswarm"),
            *figure(
                [beeswarm_chart(swarm, page.width, result.scale)],
                "A dot is one explained row: right of the line it raised the score. Dark dots have high values of "
                "the feature. A feature whose dots mix colours acts through others.",
            ),
        ]
    story += _decisions(result, page)
    return [*story, gap(6), Together([method(facts, evidence, page), source(facts, evidence.quoted)])]


def _decisions(result: Explanation, page: Page) -> list[Flowable]:
    if not result.reasons:
        return nothing("No reasons of single decisions are recorded.")
    story: list[Flowable] = []
    lowest = sorted(result.reasons, key=lambda reasons: (reasons.score, reasons.row))[:DECISIONS_SHOWN]
    for at, one in enumerate(lowest):
        words = "; ".join(reason.text for reason in one.reasons)
        block: list[Flowable] = [
            text(
                f"Row {one.row:,}, score {number(one.score)}, outcome {value_text(one.outcome)}: {words.rstrip('.')}."
            ),
            *figure(
                [reasons_chart(one.reasons, page.width * 0.82)], "Contribution of each principal reason."
            ),
        ]
        head: list[Flowable] = (
            [Heading("Reasons of the decisions with the lowest scores", 1, "reasons")] if at == 0 else []
        )
        story.append(Together([*head, *block]))
    left = len(result.reasons) - DECISIONS_SHOWN
    if left > 0:
        story.append(note(f"Reasons of {counted(left, 'decision')} more stand in the entry."))
    return story
