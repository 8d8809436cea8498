"""Appending records: what may be entered, by whom, and what it must rest on.

Rules, each checked against the ledger as it stands when the entry is made:
1. The actor is registered and may record; evidence in a role for evidence.
2. Evidence is entered by whoever computed it: `producer` is the actor.
3. A subject is registered once. The same content again returns the first entry; other content is a conflict.
4. What a record names must be there, by an entry of the kind that registers it: a model's run and system, a
   run's inputs, what evidence is about. Whatever else was said about a subject does not make one.
5. A model's artifact is among the outputs of the run that it names.
6. All versions of a model serve one system; only an administrator may register one for another. A system is
   updated by its owner or an administrator, and only the latter may change what decides which policies apply
   (`governance.workspace.systems`).
7. A quarantine (`x.quarantined`) is lifted (`x.quarantine-lifted`) by a data steward or an administrator.
8. A role that is limited to a system records only what belongs to it, or to no system.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pydantic import BaseModel

from governance.errors import Conflict, InvalidInput, NotFound, NotPermitted
from governance.ledger import canonical
from governance.ledger.entry import Draft, Entry, new_id
from governance.lineage.records import (
    AlertOpened,
    DatasetRegistered,
    EvidenceRecorded,
    ModelRegistered,
    Reference,
    RunRecorded,
    SystemRegistered,
)
from governance.lineage.subjects import Subject
from governance.workspace import systems
from governance.workspace.bodies import checked, plain
from governance.workspace.entry_views import appended, appended_before
from governance.workspace.session import REGISTERING, Session
from governance.workspace.views import Appended, NewEntry

_ONCE = frozenset(
    {
        "system.registered", "dataset.registered", "run.recorded", "model.registered", "evidence.recorded",
        "alert.opened", "alert.closed",
    }
)  # fmt: skip
"""Kinds that stand at most once about a subject."""

_OPERATIONS = {
    "evidence.recorded": "evidence",
    "alert.opened": "alert",
    "alert.closed": "alert",
    "x.quarantine-lifted": "lift-quarantine",
}


class Records:
    """Appends for one session."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def append(self, entry: NewEntry) -> Appended:
        """Append one entry; see `append_many`."""
        return self.append_many([entry])[0]

    def append_many(self, entries: Sequence[NewEntry]) -> list[Appended]:
        """Append all of `entries` or none; later ones may name what earlier ones register.

        Raises:
            InvalidInput: a kind, subject or body is not what the vocabulary says.
            NotPermitted: the actor may not record it.
            NotFound: something named is not in the ledger.
            Conflict: registered already with other content.
        """
        bodies = [checked(entry) for entry in entries]
        actor = self._actor_for(entries, bodies)
        for body in bodies:
            _own_evidence(body, actor)
        drafts = [
            Draft(actor=actor, kind=e.kind, subject=e.subject, body=e.body, id=e.id or new_id())
            for e in entries
        ]
        if not any(body is not None for body in bodies):
            return [appended(done) for done in self._session.append(drafts)]
        first: dict[int, Appended] = {}

        def propose(_size: int) -> list[Draft]:
            first.clear()
            fresh: list[Draft] = []
            for place, (draft, body, given) in enumerate(zip(drafts, bodies, entries, strict=True)):
                before = self._standing(draft, given_id=given.id is not None, earlier=fresh)
                if before is not None:
                    first[place] = appended_before(before)
                    continue
                if body is not None:
                    self._rests_on(body, draft, earlier=fresh)
                fresh.append(draft)
            return fresh

        done = iter(self._session.enter(propose))
        return [first[place] if place in first else appended(next(done)) for place in range(len(entries))]

    def register_system(self, subject: str, body: SystemRegistered) -> Appended:
        """Register an AI system or use case."""
        return self._typed("system.registered", subject, body)

    def register_dataset(self, subject: str, body: DatasetRegistered) -> Appended:
        """Register a version of a dataset by its digest."""
        return self._typed("dataset.registered", subject, body)

    def record_run(self, body: RunRecorded, *, run: str | None = None) -> Appended:
        """Record a training run; a `run:UUID` is made unless given."""
        return self._typed("run.recorded", run or f"run:{new_id()}", body)

    def register_model(self, subject: str, body: ModelRegistered) -> Appended:
        """Register a version of a model."""
        return self._typed("model.registered", subject, body)

    def record_evidence(self, body: EvidenceRecorded) -> Appended:
        """Record evidence that the actor computed."""
        return self._typed("evidence.recorded", f"evidence:{new_id()}", body)

    def open_alert(self, body: AlertOpened) -> Appended:
        """Open an alert about a subject, on evidence."""
        return self._typed("alert.opened", f"alert:{new_id()}", body)

    def close_alert(self, alert: str, reason: str) -> Appended:
        """Close an open alert, saying why."""
        if not reason.strip():
            raise InvalidInput("An alert is closed with a reason.", remedy="Say what was done about it.")
        return self.append(NewEntry(kind="alert.closed", subject=alert, body={"reason": reason}))

    def _typed(self, kind: str, subject: str, body: BaseModel) -> Appended:
        return self.append(NewEntry(kind=kind, subject=subject, body=plain(body)))

    def _actor_for(self, entries: Sequence[NewEntry], bodies: Sequence[BaseModel | None]) -> str:
        """Return the actor, who may record each of the entries where it belongs (rule 8)."""
        wanted = {
            (operation_of(entry.kind), *self._session.place(_belongs_to(entry, body)))
            for entry, body in zip(entries, bodies, strict=True)
        } or {("append", None, None)}
        actors = {
            self._session.permitted(operation, system=system, target=target, anywhere=system is None)
            for operation, system, target in wanted
        }
        return actors.pop()

    def _standing(self, draft: Draft, *, given_id: bool, earlier: Sequence[Draft]) -> Entry | None:
        """Return the entry that says the same already, if this kind stands once.

        Raises:
            Conflict: it stands there with other content.
        """
        if given_id and draft.id is not None and self._session.ledger.entry_by_id(draft.id) is not None:
            return None  # a repeated append: the ledger itself answers it, or refuses another content
        if draft.kind not in _ONCE:
            return None
        before = self._session.newest(draft.kind, draft.subject)
        if before is None:
            if any(d.kind == draft.kind and d.subject == draft.subject for d in earlier):
                raise Conflict(
                    f"{draft.subject} stands twice in what is to be entered.", remedy="Leave one out."
                )
            return None
        if before.body_bytes == canonical.encode(dict(draft.body)):
            return before
        if before.erased:
            raise Conflict(
                f"{draft.subject} was registered already, and its body was erased since (entry {before.seq}).",
                remedy=_next_step(draft),
            )
        raise Conflict(
            f"{draft.subject} was registered already, with other content (entry {before.seq})."
            if draft.kind != "alert.closed"
            else f"{draft.subject} was closed already (entry {before.seq}).",
            remedy=_next_step(draft),
        )

    def _rests_on(self, body: BaseModel, draft: Draft, *, earlier: Sequence[Draft]) -> None:
        made = {(d.kind, d.subject) for d in earlier}
        for subject, kinds in named(body, draft):
            kind = subject.partition(":")[0]
            if kind in kinds and any((one, subject) in made for one in REGISTERING.get(kind, ())):
                continue
            try:
                if kind == "prediction":
                    batch = f"batch:{Subject.parse(subject).name}"
                    self._session.registered(batch, kinds=("batch",))
                else:
                    self._session.registered(subject, kinds=kinds)
            except NotFound as error:
                raise NotFound(
                    f"{_called(draft)} names {subject}, which is not in this ledger.", remedy=error.remedy
                ) from None
        self._keeps_its_place(body, draft, earlier)

    def _keeps_its_place(self, body: BaseModel, draft: Draft, earlier: Sequence[Draft]) -> None:
        """Demand rules 5 and 6."""
        if isinstance(body, ModelRegistered):
            systems.demand_output(self._session, draft.subject, body, earlier)
            systems.demand_same_system(self._session, draft.subject, body, earlier)
        elif isinstance(body, SystemRegistered) and draft.kind == "system.updated":
            systems.demand_harmless_update(self._session, draft, earlier)


def operation_of(kind: str) -> str:
    """Return the permission that recording an entry of `kind` asks for."""
    return _OPERATIONS.get(kind, "append")


def named(body: BaseModel, draft: Draft) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the subjects that a record rests on, each with the kinds of subject it may be."""
    anything = ("system", "dataset", "run", "model", "deployment", "batch", "prediction", "evidence", "alert")
    match body:
        case ModelRegistered():
            yield body.run, ("run",)
            yield body.system, ("system",)
        case RunRecorded():
            yield from _inputs(body.inputs)
        case DatasetRegistered():
            yield from ((parent, ("dataset",)) for parent in body.derived_from)
        case EvidenceRecorded():
            yield body.about, anything
            yield from _inputs(body.inputs)
        case AlertOpened():
            yield body.about, anything
            yield body.evidence, ("evidence",)
        case _:
            if draft.kind in {"system.updated", "alert.closed"}:
                yield draft.subject, (draft.subject.split(":")[0],)


def _inputs(references: Sequence[Reference]) -> Iterator[tuple[str, tuple[str, ...]]]:
    for reference in references:
        if reference.subject is not None:
            yield reference.subject, ("dataset", "model", "run", "batch", "evidence", "deployment")


def _called(draft: Draft) -> str:
    """Return what people call the record: by its name, not by an id that was made a moment ago."""
    kind = draft.subject.partition(":")[0]
    return draft.subject if kind in {"system", "dataset", "model"} else f"This {kind}"


def _belongs_to(entry: NewEntry, body: BaseModel | None) -> str:
    """Return the subject whose system an entry belongs to."""
    match body:
        case ModelRegistered():
            return body.system
        case EvidenceRecorded() | AlertOpened():
            return body.about
    return entry.subject


def _own_evidence(body: BaseModel | None, actor: str) -> None:
    if isinstance(body, EvidenceRecorded) and body.producer != actor:
        raise NotPermitted(
            f"{actor} can't enter evidence in the name of {body.producer}.",
            remedy="Whoever computed it enters it: let the producer be the actor.",
        )


def _next_step(draft: Draft) -> str:
    subject = Subject.parse(draft.subject)
    if subject.version is not None:
        return "Register a new version; what was recorded is never changed."
    if draft.kind == "system.registered":
        return "Append 'system.updated' to change what is said of a system."
    return "Give the new one an id of its own; what was recorded is never changed."
