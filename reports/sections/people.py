"""Section 8: who approved, in which role, meaning what, and what was waived."""

from __future__ import annotations

from collections.abc import Sequence

from reportlab.platypus import Flowable

from reports.blocks import lead, link, nothing
from reports.document import Heading, Page
from reports.facts import Approval, DossierFacts
from reports.tables import Cell, grid, result_cell
from reports.typography import markup
from reports.wording import MISSING, moment, short


def approvals(facts: DossierFacts, page: Page) -> list[Flowable]:
    """Return approvals with the signer, role, key, meaning and time, then waivers."""
    story: list[Flowable] = [Heading("8\u00a0\u00a0Approvals and waivers", 0, "approvals")]
    given = [one for one in facts.approvals if one.kind == "approval"]
    waived = [one for one in facts.approvals if one.kind == "waiver"]
    if given:
        story += [
            lead(
                "Each approval is a statement about this very artifact, signed with the person's SSH key; stock "
                "ssh-keygen -Y verify checks it. The state is that at the checkpoint."
            ),
            _given(facts, given, page),
        ]
    else:
        story += nothing(f"Nobody has approved {facts.model}.")
    story.append(Heading("Waivers", 1, "waivers"))
    if waived:
        return [*story, _waived(facts, waived, page)]
    return story + nothing("No rule was waived for this model.")


def _who(facts: DossierFacts, one: Approval) -> Cell:
    name = one.name or facts.names.get(one.actor)
    words = f"<b>{markup(name or one.actor)}</b>" + (f"<br/>{markup(one.actor)}" if name else "")
    return Cell(words, trusted=True)


def _state(one: Approval) -> Cell:
    shown = result_cell(one.state)
    return Cell(f"{shown.text}. {one.why_not}", colour=shown.colour, bold=True) if one.why_not else shown


def _given(facts: DossierFacts, given: Sequence[Approval], page: Page) -> Flowable:
    width = page.width
    rows: list[list[Cell | str]] = [
        [
            _who(facts, one), ", ".join(one.roles) or MISSING, f"{one.meaning.rstrip('.')}. For {one.target}.",
            Cell(f"{moment(one.time)}<br/>until {moment(one.expires)}", trusted=True),
            Cell(f"{markup(short(one.key))}<br/>entry {link(facts, one.seq)}", trusted=True),
            _state(one),
        ]
        for one in given
    ]  # fmt: skip
    return grid(
        ["Signer", "Roles", "Meaning and target", "Signed", "Key, entry", "State"], rows,
        [width * share for share in (0.14, 0.12, 0.21, 0.25, 0.19, 0.09)], small=True,
    )  # fmt: skip


def _waived(facts: DossierFacts, waived: Sequence[Approval], page: Page) -> Flowable:
    width = page.width
    rows: list[list[Cell | str]] = [
        [
            Cell(one.rule or MISSING, bold=True), _who(facts, one), one.meaning, one.compensating_control or MISSING,
            Cell(f"until {moment(one.expires)}<br/>entry {link(facts, one.seq)}", trusted=True), _state(one),
        ]
        for one in waived
    ]  # fmt: skip
    return grid(
        ["Rule", "Granted by", "Reason", "Compensating control", "Ends", "State"], rows,
        [width * share for share in (0.14, 0.15, 0.21, 0.21, 0.17, 0.12)], small=True,
    )  # fmt: skip
