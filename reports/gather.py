"""Reading what a dossier prints, through the façade, at one checkpoint.

1. The newest checkpoint is read first; it names the report.
2. Only entries below its size count; what came later is left out.
3. "Now" is the time of the last entry below it, never the clock: an approval that has expired since is shown
   as it stood.
4. When the ledger grew while it was being read, it is read again, a few times; entries are never removed, so
   after that rule 2 alone decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from pydantic import ValidationError

from governance.errors import NotFound
from governance.lineage.results import FAMILIES
from governance.lineage.subjects import Subject
from governance.workspace import EntryQuery, Workspace
from governance.workspace.views import (
    ApprovalView,
    CheckpointView,
    DecisionView,
    EntryView,
    InProduction,
    UserView,
    Verification,
)
from reports.facts import Alert, Approval, Checked, Dataset, DossierFacts, Evidence, Previous, Quoted

_DEPTH = 8
_TRIES = 3
_STABLE_LAYERS = ("entries", "bodies", "chain")
"""Layers whose counts are the same for every reader of a checkpoint. How many tiles and older checkpoints were
checked depends on whether a database, a service or an export was read, and would change the bytes."""

_OF_EVERY_DOSSIER = ("key not pinned", "truncation not excluded")
"""Warnings that a dossier prints always: whether a verification has them depends on who reads the ledger, where."""


def gather(workspace: Workspace, model: str) -> DossierFacts:
    """Return the facts of a model's dossier at the newest checkpoint.

    Raises:
        NotFound: the ledger knows no such model.
        InvalidInput: `model` is no subject.
    """
    subject = Subject.parse(model if ":" in model else f"model:{model}")
    if subject.kind != "model":
        raise NotFound(f"'{model}' is no model.", remedy="A dossier is about a model: model:NAME@VERSION.")
    for _ in range(_TRIES):
        checkpoint = workspace.checkpoint()
        facts = _Reading(workspace, str(subject), checkpoint).facts()
        if workspace.checkpoint().size == checkpoint.size:
            break
    return facts


class _Reading:
    """One pass over the ledger, below one size."""

    def __init__(self, workspace: Workspace, model: str, checkpoint: CheckpointView) -> None:
        self.workspace = workspace
        self.model = model
        self.checkpoint = checkpoint
        self.quoted: dict[int, Quoted] = {}
        self.by_subject: dict[str, list[Quoted]] = {}

    def facts(self) -> DossierFacts:
        last = self.workspace.entry(self.checkpoint.size - 1)
        registered = self._first(self.model, "model.registered")
        if registered is None:
            raise NotFound(
                f"The ledger knows no {self.model} at checkpoint {self.checkpoint.size:,}.",
                remedy="govern model list shows the models.",
            )
        lineage = self.workspace.lineage(self.model, direction="both", depth=_DEPTH)
        nodes = tuple(
            sorted(
                (node for node in lineage.nodes if node.seq is None or node.seq < self.checkpoint.size),
                key=lambda node: (node.kind, node.seq if node.seq is not None else -1, node.subject),
            )
        )
        names = {node.subject for node in nodes}
        edges = tuple(
            sorted(
                (
                    edge
                    for edge in lineage.edges
                    if edge.seq < self.checkpoint.size and {edge.source, edge.target} <= names
                ),
                key=lambda edge: (edge.seq, edge.source, edge.target, edge.relation),
            )
        )
        for name in sorted(names | self._evidence_about_use(names)):
            if name.partition(":")[0] not in {
                "user",
                "service",
                "key",
                "token",
                "prediction",
                "entry",
                "ledger",
            }:
                self._read(name)
        decisions = self._decisions(self.model)
        for decision in decisions:
            self._read(decision.decision)
        approvals = self._approvals()
        run = self._first(str(registered.facts.get("run", "")), "run.recorded")
        system = self._last(str(registered.facts.get("system", "")), ("system.registered", "system.updated"))
        return DossierFacts(
            model=self.model,
            origin=self.checkpoint.origin,
            size=self.checkpoint.size,
            root=self.checkpoint.root,
            checkpoint=self.checkpoint.text,
            as_of=last.time,
            keys=tuple(self.workspace.verifier_keys()),
            registered=registered,
            system=system,
            run=run,
            datasets=self._datasets(run, names),
            evidence=self._evidence(self.by_subject),
            decisions=decisions,
            approvals=approvals,
            deployments=self._deployments(),
            batches=tuple(self._of_kind(names, "batch", "batch.sealed")),
            alerts=self._alerts(names),
            previous=self._previous(registered),
            nodes=nodes,
            edges=edges,
            lineage_truncated=lineage.truncated,
            checked=_checked(self.workspace.verify()),
            names=self._names(),
            entries=tuple(self.quoted[seq] for seq in sorted(self.quoted)),
        )

    # Entries ------------------------------------------------------------------------------------------------
    def _keep(self, view: EntryView) -> Quoted:
        quoted = Quoted(
            view.seq,
            view.id,
            view.time,
            view.kind,
            view.subject,
            view.actor,
            view.entry,
            view.body,
            view.body_state,
        )
        return self.quoted.setdefault(view.seq, quoted)

    def _read(self, subject: str) -> list[Quoted]:
        if subject not in self.by_subject:
            try:
                found = self.workspace.subject(subject).entries if subject else []
            except NotFound:
                found = []  # named by an entry, never registered: the lineage shows it as unknown
            self.by_subject[subject] = [
                self._keep(view)
                for view in sorted(found, key=lambda view: view.seq)
                if view.seq < self.checkpoint.size
            ]
        return self.by_subject[subject]

    def _first(self, subject: str, kind: str) -> Quoted | None:
        return next((one for one in self._read(subject) if one.kind == kind), None)

    def _last(self, subject: str, kinds: Sequence[str]) -> Quoted | None:
        return next((one for one in reversed(self._read(subject)) if one.kind in kinds), None)

    def _of_kind(self, names: Iterable[str], prefix: str, kind: str) -> Iterator[Quoted]:
        found = [
            entry
            for name in names
            if name.startswith(f"{prefix}:")
            for entry in self._read(name)
            if entry.kind == kind
        ]
        return iter(sorted(found, key=lambda entry: entry.seq))

    def _evidence_about_use(self, names: Iterable[str]) -> set[str]:
        """Return evidence about the deployments: it lies beside the model's lineage, not up or down from it."""
        found: set[str] = set()
        for name in sorted(names):
            if name.startswith("deployment:") and any(
                one.facts.get("model") == self.model for one in self._read(name)
            ):
                near = self.workspace.lineage(name, direction="up", depth=1)
                found |= {node.subject for node in near.nodes if node.kind == "evidence"}
        return found

    # What the entries say -----------------------------------------------------------------------------------
    def _evidence(self, names: Iterable[str]) -> tuple[Evidence, ...]:
        return tuple(_evidence(entry) for entry in self._of_kind(names, "evidence", "evidence.recorded"))

    def _datasets(self, run: Quoted | None, names: Iterable[str]) -> tuple[Dataset, ...]:
        roles: dict[str, set[str]] = {name: set() for name in names if name.startswith("dataset:")}
        using = [run] if run is not None else []
        using += list(self._of_kind(names, "evidence", "evidence.recorded"))
        for entry in using:
            for used in entry.facts.get("inputs", []):
                subject = used.get("subject") or ""
                if subject.startswith("dataset:") and used.get("role"):
                    roles.setdefault(subject, set()).add(str(used["role"]))
        return tuple(
            Dataset(name, self._first(name, "dataset.registered"), tuple(sorted(roles[name])))
            for name in sorted(roles)
        )

    def _decisions(self, about: str) -> tuple[DecisionView, ...]:
        found = [one for one in self.workspace.decisions(about, limit=1000) if one.seq < self.checkpoint.size]
        return tuple(sorted(found, key=lambda one: -one.seq))

    def _approvals(self) -> tuple[Approval, ...]:
        views = {view.approval: view for view in self.workspace.approvals(self.model)}
        as_of = self.workspace.entry(self.checkpoint.size - 1).time
        people = {user.actor: user for user in self._users()}
        kept = []
        for view in sorted(views.values(), key=lambda view: view.seq):
            if view.seq < self.checkpoint.size:
                self._read(view.approval)
                kept.append(_approval(view, people.get(view.actor), as_of))
        return tuple(kept)

    def _deployments(self) -> tuple[InProduction, ...]:
        kept = []
        for one in self.workspace.deployments(self.model):
            entries = self._read(one.deployment)
            if one.model == self.model and entries:
                kept.append((entries[0].seq, one))
        return tuple(one for _, one in sorted(kept, key=lambda pair: pair[0]))

    def _alerts(self, names: Iterable[str]) -> tuple[Alert, ...]:
        return tuple(
            Alert(opened, self._last(opened.subject, ("alert.closed",)))
            for opened in self._of_kind(names, "alert", "alert.opened")
        )

    def _previous(self, registered: Quoted) -> Previous | None:
        name = Subject.parse(self.model).name
        query = EntryQuery(
            kind="model.registered",
            subject=f"model:{name}@*",
            before=registered.seq,
            newest_first=True,
            limit=1,
        )
        found = self.workspace.entries(query)
        if not found:
            return None
        before = self._keep(found[0])
        near = self.workspace.lineage(before.subject, direction="up", depth=2).nodes
        decisions = self._decisions(before.subject)
        return Previous(
            before.subject,
            before,
            self._first(str(before.facts.get("run", "")), "run.recorded"),
            tuple(
                one
                for one in self._evidence([node.subject for node in near])
                if one.about == before.subject and one.quoted.seq < self.checkpoint.size
            ),
            decisions[0] if decisions else None,
        )

    def _users(self) -> list[UserView]:
        return [user for user in self.workspace.users() if user.seq < self.checkpoint.size]

    def _names(self) -> dict[str, str]:
        return {user.actor: user.name for user in self._users() if user.name}


def _evidence(entry: Quoted) -> Evidence:
    family = str(entry.facts.get("family", "unknown"))
    shape = FAMILIES.get(family)
    result = None
    if shape is not None and entry.body is not None:
        try:
            result = shape.model_validate(entry.facts.get("result"))
        except ValidationError:
            result = None  # written by another version or tool: quoted by its entry, not drawn
    return Evidence(entry, str(entry.facts.get("about", "")), family, result)  # type: ignore[arg-type]


def _approval(view: ApprovalView, person: UserView | None, as_of: str) -> Approval:
    state = view.state
    if state in {"valid", "expired"}:
        state = "expired" if view.expires <= as_of else "valid"
    roles = tuple(sorted({str(one.get("role")) for one in person.roles})) if person else ()
    return Approval(
        view.approval, view.seq, view.kind, view.actor, view.name, roles, view.key, view.target, view.meaning,
        view.time, view.expires, state, view.why_not if state != "valid" else "",
        view.statement.get("rule"), view.statement.get("compensating_control"),
    )  # fmt: skip


def _checked(verification: Verification) -> Checked:
    return Checked(
        ok=verification.ok,
        summary=verification.summary,
        layers=tuple(
            (layer, verification.checked[layer]) for layer in _STABLE_LAYERS if layer in verification.checked
        ),
        failures=tuple((one.failure, one.place, one.message) for one in verification.failures),
        erased=verification.erased,
        withheld=verification.withheld,
        warnings=tuple(one for one in verification.warnings if not one.startswith(_OF_EVERY_DOSSIER)),
    )
