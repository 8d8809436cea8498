"""What a dossier is a function of: everything it prints, gathered once, frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from governance.lineage.results import DataQuality, Drift, Explanation, Fairness, Performance
from governance.workspace.views import DecisionView, Edge, InProduction, Node

Result = Performance | Fairness | Explanation | DataQuality | Drift | None


@dataclass(frozen=True, slots=True)
class Quoted:
    """One entry that the report rests on."""

    seq: int
    id: str
    time: str
    kind: str
    subject: str
    actor: str
    entry: str
    """Entry hash, hex."""
    body: Mapping[str, Any] | None
    body_state: str

    @property
    def facts(self) -> Mapping[str, Any]:
        """The body, empty where it was erased or is withheld."""
        return self.body or {}


@dataclass(frozen=True, slots=True)
class Evidence:
    """One piece of evidence; `result` is None where the body was erased or its family is not known here."""

    quoted: Quoted
    about: str
    family: str
    result: Result

    @property
    def role(self) -> str | None:
        """What the rows were used as, if the entry says so, such as `train` or `test`."""
        used = self.quoted.facts.get("inputs", [])
        roles = [one.get("role") for one in used if str(one.get("subject") or "").startswith("dataset:")]
        return next((str(role) for role in roles if role), None)


@dataclass(frozen=True, slots=True)
class Dataset:
    """A dataset and what the run or the evaluations used it as."""

    subject: str
    quoted: Quoted | None
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Approval:
    """A signed approval or waiver, with its state at the checkpoint's time."""

    approval: str
    seq: int
    kind: str
    actor: str
    name: str | None
    roles: tuple[str, ...]
    key: str
    target: str
    meaning: str
    time: str
    expires: str
    state: str
    why_not: str
    rule: str | None
    compensating_control: str | None


@dataclass(frozen=True, slots=True)
class Alert:
    """An alert, and how it was closed."""

    opened: Quoted
    closed: Quoted | None


@dataclass(frozen=True, slots=True)
class Previous:
    """The version before: what it was, and what was measured on it."""

    subject: str
    registered: Quoted
    run: Quoted | None
    evidence: tuple[Evidence, ...]
    decision: DecisionView | None


@dataclass(frozen=True, slots=True)
class Checked:
    """What a full verification of the ledger found at this checkpoint."""

    ok: bool
    summary: str
    layers: tuple[tuple[str, int], ...]
    failures: tuple[tuple[str, str, str], ...]
    """Class, place, message."""
    erased: int
    withheld: int
    warnings: tuple[str, ...] = ()
    """What else limits the statement. That no key was pinned and no checkpoint given is so for every dossier."""


@dataclass(frozen=True, slots=True)
class DossierFacts:
    """Everything a dossier prints. Two equal ones give the same bytes."""

    model: str
    origin: str
    size: int
    root: str
    checkpoint: str
    """The signed checkpoint, verbatim."""
    as_of: str
    """Time of the last entry under the checkpoint: the dossier's only notion of now."""
    keys: tuple[str, ...]
    registered: Quoted
    system: Quoted | None
    run: Quoted | None
    datasets: tuple[Dataset, ...]
    evidence: tuple[Evidence, ...]
    decisions: tuple[DecisionView, ...]
    """Newest first."""
    approvals: tuple[Approval, ...]
    deployments: tuple[InProduction, ...]
    batches: tuple[Quoted, ...]
    alerts: tuple[Alert, ...]
    previous: Previous | None
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    lineage_truncated: bool
    checked: Checked
    names: Mapping[str, str] = field(default_factory=dict)
    entries: tuple[Quoted, ...] = ()
    """All entries quoted, in ledger order."""

    @property
    def decision(self) -> DecisionView | None:
        """The newest verdict, which the cover states."""
        return self.decisions[0] if self.decisions else None

    def of_family(self, family: str, about: str | None = None) -> tuple[Evidence, ...]:
        """Return evidence of one family, oldest first; `about` limits it to one subject."""
        return tuple(
            one for one in self.evidence if one.family == family and (about is None or one.about == about)
        )

    def newest(self, family: str, about: str | None = None) -> Evidence | None:
        """Return the newest evidence of one family about a subject (the model unless said)."""
        found = self.of_family(family, about or self.model)
        return found[-1] if found else None

    def who(self, actor: str) -> str:
        """Return a person's name with the id, where the ledger knows one."""
        name = self.names.get(actor)
        return f"{name} ({actor})" if name else actor

    def entry_at(self, seq: int) -> Quoted | None:
        """Return the quoted entry with this number."""
        return next((one for one in self.entries if one.seq == seq), None)
