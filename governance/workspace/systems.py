"""Which system a model serves and what is said of it: rules that keep a recorder from choosing its own policies.

Packs apply by target and by a condition over system and model (`risk`, `regimes`, …). Whoever could change
these at will would decide which policies judge.

1. A model's artifact is among the outputs of the run that it names: else it would borrow another's trainer.
2. Every version of a model name serves the system of the versions before.
3. A system is updated by the actor who owns it, as its newest entry says, or by an administrator.
4. An update by its owner alone never lowers `risk`, drops none of `regimes`, and changes no member but
   `purpose`, `owner`, `title`, `success_metrics` and `review_by`.
An administrator may break rules 2 and 4; the entry says who did.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from governance import instants
from governance.errors import Conflict, Erased, InvalidInput, NotPermitted
from governance.identity.directory import ADMINISTRATOR
from governance.ledger.entry import Draft, Entry
from governance.lineage.records import ModelRegistered
from governance.lineage.subjects import Subject
from governance.workspace.session import Session

_RISKS = ("minimal", "limited", "high", "unacceptable")
_FREE = frozenset({"purpose", "owner", "title", "success_metrics", "review_by"})
_UNTOUCHED: frozenset[str] = frozenset({"risk", "regimes"})


def demand_output(session: Session, subject: str, body: ModelRegistered, earlier: Sequence[Draft]) -> None:
    """Demand rule 1.

    Raises:
        InvalidInput: the run put out other artifacts.
        Erased: the run's body was erased.
    """
    run = _newest(session, body.run, ("run.recorded",), earlier)
    if run is None:
        raise Erased(f"The body of {body.run} was erased.", remedy="Record another run, and name that.")
    outputs = {str(one.get("digest")) for one in run.get("outputs", ())}
    if body.artifact.digest not in outputs:
        raise InvalidInput(
            f"{subject} is the artifact {body.artifact.digest}, which {body.run} did not put out "
            f"(its outputs: {', '.join(sorted(outputs)) or 'none'}).",
            remedy="Name the run that made this artifact; record it with its outputs: "
            "govern run record --output FILE.",
        )


def demand_same_system(
    session: Session, subject: str, body: ModelRegistered, earlier: Sequence[Draft]
) -> None:
    """Demand rule 2.

    Raises:
        Conflict: earlier versions serve another system, or were erased, and the actor is no administrator.
    """
    name = Subject.parse(subject).name
    others = [system for system in _systems_of(session, name, earlier) if system != body.system]
    if not others or _administers(session, body.system):
        return
    raise Conflict(
        f"The versions of model:{name} before serve {others[-1] or 'a system that was erased'}, "
        f"not {body.system}.",
        remedy="Register it for that system, or under another name; an administrator may move it.",
    )


def demand_harmless_update(session: Session, draft: Draft, earlier: Sequence[Draft]) -> None:
    """Demand rules 3 and 4.

    Raises:
        NotPermitted: the actor neither owns the system nor administers, or changes what decides which policies
            apply.
    """
    if _administers(session, draft.subject):
        return
    before = _newest(session, draft.subject, ("system.registered", "system.updated"), earlier)
    if before is None or before.get("owner") != session.actor:
        raise NotPermitted(
            f"{session.actor} may not update {draft.subject}: its owner may, or an administrator.",
            remedy="Let its owner or an administrator enter the update.",
        )
    changed = weakened(before, draft.body)
    if changed:
        raise NotPermitted(
            f"Only an administrator may change '{changed[0]}' of {draft.subject} like that: "
            "it decides which policies apply.",
            remedy="Leave it as it is, or let an administrator enter the update.",
        )


def weakened(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Return the members that an update may not change so without an administrator (rule 4)."""
    found = []
    if _risk(after) < _risk(before):
        found.append("risk")
    if not _regimes(before) <= _regimes(after):
        found.append("regimes")
    others = sorted({*before, *after} - _FREE - _UNTOUCHED)
    return found + [member for member in others if before.get(member) != after.get(member)]


def _risk(body: Mapping[str, Any]) -> int:
    risk = body.get("risk")
    return _RISKS.index(risk) if risk in _RISKS else len(_RISKS)


def _regimes(body: Mapping[str, Any]) -> set[str]:
    regimes = body.get("regimes")
    return {str(one) for one in regimes} if isinstance(regimes, list) else set()


def _administers(session: Session, system: str) -> bool:
    directory = session.people.directory()
    return session.actor is not None and ADMINISTRATOR in directory.roles(
        session.actor, instants.now(), system
    )


def _newest(
    session: Session, subject: str, kinds: Sequence[str], earlier: Sequence[Draft]
) -> Mapping[str, Any] | None:
    """Return the newest body of `kinds` about a subject, of what is being entered too; None where erased."""
    fresh = [draft.body for draft in earlier if draft.kind in kinds and draft.subject == subject]
    if fresh:
        return fresh[-1]
    stored = [entry for kind in kinds if (entry := session.newest(kind, subject)) is not None]
    return max(stored, key=_place).body if stored else None


def _place(entry: Entry) -> int:
    return entry.seq


def _systems_of(session: Session, name: str, earlier: Sequence[Draft]) -> Iterator[str]:
    """Yield the systems of the versions of a model name; empty for one whose registration was erased."""
    for entry in session.all_of("model.registered", subject=f"model:{name}@*"):
        yield str((entry.body or {}).get("system", ""))
    for draft in earlier:
        if draft.kind == "model.registered" and Subject.parse(draft.subject).name == name:
            yield str(draft.body["system"])
