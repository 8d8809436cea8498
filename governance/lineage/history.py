"""What stood where at an instant, and why it was allowed: read from the entries about deployments.

1. A deployment stands from its entry (`deployment.made` or `deployment.rolled-back`) until another of
   the same model name at the same target takes its place, or a `deployment.ended` ends it.
2. A roll-back is a deployment of its own: `model` is the earlier version put back, `replaces` the
   deployment that was withdrawn, and that one's state is `rolled-back`.
3. What a decision rested on are the approvals that its results name as evidence; where they name none,
   the approvals of that model for that target that stood in the ledger that was judged.
4. Instants are those of the entries: what the operator's clock said. An event at the very instant has
   happened.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from governance.instants import normal
from governance.ledger.entry import Entry
from governance.ledger.log import EntryFilter
from governance.lineage.projection import Projection
from governance.lineage.reading import Reading, first, members, moment, pages, text
from governance.lineage.subjects import Subject
from governance.lineage.views import InProduction

State = Literal["current", "replaced", "rolled-back", "ended"]
Names = Callable[[str], str | None]
"""Gives the name of a person, where it is known."""


@dataclass(frozen=True, slots=True)
class Stand:
    """One deployment: its entry, and how it ended by the instant that was asked for."""

    entry: Entry
    state: State = "current"
    until: str | None = None
    ended_by: Entry | None = None

    @property
    def slot(self) -> str:
        """Model name and target."""
        return Subject.parse(self.entry.subject).name


def stands(entries: Iterable[Entry]) -> list[Stand]:
    """Return every deployment that `entries` (oldest first) tell of, in the order of their making."""
    all_of: dict[str, Stand] = {}
    current: dict[str, str] = {}
    for entry in entries:
        if entry.kind == "deployment.ended":
            before = all_of.get(entry.subject)
            if before is not None and before.state == "current":
                all_of[entry.subject] = Stand(before.entry, "ended", entry.time, entry)
                current.pop(before.slot, None)
            continue
        if entry.kind not in {"deployment.made", "deployment.rolled-back"} or entry.subject in all_of:
            continue
        made = Stand(entry)
        gone = all_of.get(current.get(made.slot, ""))
        if gone is not None:
            state: State = "rolled-back" if entry.kind == "deployment.rolled-back" else "replaced"
            all_of[gone.entry.subject] = Stand(gone.entry, state, entry.time, entry)
        all_of[entry.subject] = made
        current[made.slot] = entry.subject
    return list(all_of.values())


def as_of(
    ledger: Reading,
    projection: Projection,
    time: str | None = None,
    *,
    target: str | None = None,
    model: str | None = None,
    names: Names | None = None,
) -> list[InProduction]:
    """Return what stood at an instant, by target and model name.

    Args:
        ledger: the entries.
        projection: the lineage tables.
        time: the instant, RFC 3339; now by default.
        target: only there.
        model: only this model: `model:NAME`, `model:NAME@VERSION` or the name.
        names: gives the names of approvers.

    Raises:
        InvalidInput: `time` is no instant.
    """
    standing = [s for s in _stands(ledger, model, time, target) if s.state == "current"]
    shown = [_shown(ledger, projection, stand, names) for stand in standing]
    return sorted(shown, key=lambda view: (view.target, view.deployment))


def deployments(
    ledger: Reading,
    projection: Projection,
    model: str | None = None,
    *,
    target: str | None = None,
    names: Names | None = None,
) -> list[InProduction]:
    """Return every deployment ever made, oldest first, with how each ended."""
    found = _stands(ledger, model, None, target)
    return [_shown(ledger, projection, stand, names) for stand in found]


def deployment(
    ledger: Reading, projection: Projection, subject: str, *, names: Names | None = None
) -> InProduction | None:
    """Return one deployment; None where there is no such one."""
    known = Subject.parse(subject)
    name, _, target = known.name.partition("/")
    for stand in _stands(ledger, name, None, target):
        if stand.entry.subject == subject:
            return _shown(ledger, projection, stand, names)
    return None


def approvals_behind(ledger: Reading, projection: Projection, decision: Entry) -> list[Entry]:
    """Return the entries of the approvals that a decision rested on (rule 3), oldest first."""
    body = decision.body or {}
    named: dict[int, Entry] = {}
    for result in members(body, "results"):
        for evidence in members(result, "evidence"):
            seq = evidence.get("seq")
            if (text(evidence, "subject") or "").startswith("approval:") and isinstance(seq, int):
                named.setdefault(seq, ledger.entry(seq))
    if not named:
        size = (body.get("checkpoint") or {}).get("size")
        below = size if isinstance(size, int) else decision.seq
        for edge in projection.edges_to(text(body, "about") or "", below, relation="approves"):
            entry = ledger.entry(edge.seq)
            if text(entry.body, "statement", "target") == text(body, "target"):
                named[edge.seq] = entry
    return [named[seq] for seq in sorted(named)]


def _stands(ledger: Reading, model: str | None, time: str | None, target: str | None) -> list[Stand]:
    name = None if model is None else model.removeprefix("model:").partition("@")[0]
    query = EntryFilter(
        kind="deployment.*",
        subject=None if name is None else f"deployment:{name}/*",
        until=None if time is None else normal(time),
        bodies=True,
    )
    found = stands(entry for entry in pages(ledger, query) if entry.subject.startswith("deployment:"))
    version = model if model is not None and "@" in model else None
    return [
        stand
        for stand in found
        if (target is None or stand.slot.partition("/")[2] == target)
        and (version is None or text(stand.entry.body, "model") == f"model:{version.removeprefix('model:')}")
    ]


def _shown(ledger: Reading, projection: Projection, stand: Stand, names: Names | None) -> InProduction:
    entry, body = stand.entry, stand.entry.body
    asked = text(body, "decision")
    decision = first(ledger, "gate.decided", asked) if asked else None
    approvals = approvals_behind(ledger, projection, decision) if decision else []
    approvers = list(dict.fromkeys(approval.actor for approval in approvals))
    return InProduction(
        deployment=entry.subject,
        model=text(body, "model") or "",
        target=text(body, "target") or stand.slot.partition("/")[2],
        since=entry.time,
        until=stand.until,
        decision=asked,
        verdict=text(decision.body, "verdict") if decision else None,
        approvals=[approval.subject for approval in approvals],
        approvers=approvers,
        why=_why(stand, decision, [_person(actor, names) for actor in approvers]),
        state=stand.state,
    )


def _why(stand: Stand, decision: Entry | None, approvers: list[str]) -> str:
    body = stand.entry.body
    model, target = text(body, "model") or "A model", text(body, "target") or "its target"
    sentence = f"{model} stands at {target} since {moment(stand.entry.time)}"
    if stand.until is not None:
        sentence = f"{model} stood at {target} from {moment(stand.entry.time)} to {moment(stand.until)}"
    replaced = text(body, "replaces")
    reason = text(body, "reason")
    if stand.entry.kind == "deployment.rolled-back":
        sentence += f", put back when {replaced or 'its successor'} was rolled back"
        sentence += f" ({reason})" if reason else ""
    elif replaced:
        sentence += f", in place of {replaced}"
    sentence += "; " + _allowed(decision, approvers)
    if stand.ended_by is not None:
        sentence += f"; {_ended(stand)}"
    return sentence + "."


def _allowed(decision: Entry | None, approvers: list[str]) -> str:
    if decision is None:
        return "no decision that allowed it is in this ledger"
    results = Counter(text(result, "result") or "?" for result in members(decision.body, "results"))
    counted = ", ".join(f"{number} {result}" for result, number in sorted(results.items()))
    verdict = {"allow": "allowed", "deny": "denied"}.get(text(decision.body, "verdict") or "", "judged")
    said = f"the gate {verdict} it on {moment(decision.time)}"
    said += f" (rules: {counted})" if counted else ""
    return said + (f", approved by {_listed(approvers)}" if approvers else ", without an approval")


def _ended(stand: Stand) -> str:
    by, reason = stand.ended_by, text(stand.ended_by.body if stand.ended_by else None, "reason")
    words = {
        "replaced": f"replaced by {by.subject if by else 'another'}",
        "rolled-back": f"rolled back by {by.subject if by else 'another'}",
    }.get(stand.state, "ended")
    return words + (f" ({reason})" if reason else "")


def _person(actor: str, names: Names | None) -> str:
    name = names(actor) if names else None
    return f"{name} ({actor})" if name else actor


def _listed(items: list[str]) -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"
