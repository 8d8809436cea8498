"""The cover: the verdict in one sentence, and what the dossier is made of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from reportlab.platypus import Flowable, HRFlowable, Paragraph

from governance.gate.verdict import RuleResult, Verdict
from reports.blocks import gap
from reports.document import Page, Stamp, contents, inside
from reports.facts import DossierFacts
from reports.tables import Cell, facts_table, result_markup
from reports.typography import ACCENT, markup, styles
from reports.wording import MISSING, counted, day, moment, short

FOR_WHOM = "model validation, internal and external audit, supervisory authorities"


def verdict_sentence(facts: DossierFacts) -> str:
    """Return the verdict in one sentence, or that there is none."""
    decision = facts.decision
    if decision is None:
        return f"No promotion of {facts.model} has been decided: the gate was never asked, so nothing permits its use."
    sentence = decision.sentence.strip() or f"{decision.verdict.value} for {decision.target}."
    if decision.verdict is Verdict.ALLOW and decision.expires <= facts.as_of:
        return f"{sentence} This verdict expired on {day(decision.expires)}."
    return sentence


def cover(facts: DossierFacts, stamp: Stamp, page: Page) -> list[Flowable]:
    """Return the cover page and the contents beneath."""
    decision = facts.decision
    body = facts.registered.facts
    name, _, version = facts.model.partition(":")[2].rpartition("@")
    system = facts.system.facts if facts.system else {}
    rows: list[tuple[str, Cell | str]] = [
        ("Model", Cell(facts.model, bold=True)),
        ("Artifact", Cell(short(body.get("artifact", {}).get("digest")))),
        ("System", str(system.get("title") or facts.registered.facts.get("system") or MISSING)),
        ("Owner", facts.who(str(system["owner"])) if system.get("owner") else MISSING),
        ("Target", decision.target if decision else "none asked for"),
        ("Ledger", facts.origin),
        ("Checkpoint", f"{facts.size:,} entries, root {short(facts.root)}"),
        ("As of", f"{moment(facts.as_of)}, the time of the last entry"),
        (
            "Integrity",
            Cell(
                "verified; what that can't show stands under Integrity"
                if facts.checked.ok
                else "does not verify: see Integrity",
                bold=not facts.checked.ok,
            ),
        ),
        ("Written for", FOR_WHOM),
    ]
    head: list[Flowable] = [
        gap(26),
        Paragraph(markup(stamp.report), styles().label),
        gap(6),
        Paragraph(markup(f"{name}, version {version}"), styles().title),
        *_called(body.get("title")),
        gap(20),
        HRFlowable(width="100%", thickness=2.2, color=ACCENT, spaceBefore=0, spaceAfter=16, lineCap="butt"),
    ]
    if decision is not None:
        head += [Paragraph(result_markup(decision.verdict.value), styles().strong), gap(4)]
    head += [Paragraph(markup(verdict_sentence(facts)), styles().statement), gap(8)]
    if decision is not None:
        head.append(Paragraph(_tally(decision.results), styles().text))
    head.append(gap(20))
    return [*head, facts_table(rows, page.width), *inside(), *contents(), gap(18), *_how_to_read(facts)]


def _called(title: object) -> list[Flowable]:
    """Return the model's own title as what it is: words of those who made it, no finding of this report."""
    return [Paragraph(markup(f"“{title}”, as its trainer calls it"), styles().text)] if title else []


def _tally(results: Sequence[RuleResult]) -> str:
    counts = Counter(one.result.value for one in results)
    order = ("fail", "missing", "error", "unclear", "waived", "warn", "pass")
    marks = " &nbsp;&nbsp; ".join(f"{result_markup(word)} {counts[word]}" for word in order if counts[word])
    return f"{counted(len(results), 'rule')} &nbsp;&nbsp;&nbsp; {marks}"


def _how_to_read(facts: DossierFacts) -> list[Flowable]:
    words = (
        f"This dossier is made of the ledger {facts.origin} as it stood at the checkpoint named on every page, and of "
        "nothing else. A number such as #12 names an entry; the appendix quotes each with its hash. The same "
        "checkpoint gives the same bytes, so that anyone who holds the ledger can make this file again and compare. "
        "Where the ledger holds nothing, the dossier says so. Policies and thresholds are those of the "
        "organisation's packs; nothing here is legal advice."
    )
    return [Paragraph(markup(words), styles().small)]
