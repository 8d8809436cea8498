"""What the gate knows (`Facts`) and what a check is (`Check`): the contract of plug-ins.

A check is a pure function of facts and parameters. It reads no clock, no file and no network, so that anybody
can evaluate it again years later and get the same answer. Facts come from ledger entries below one checkpoint
size only.

A third party writes a check against this module alone and registers it as an entry point:

    [project.entry-points."governance.checks"]
    "acme.no_friday" = "acme_checks:no_friday"

Example:
    >>> class NoParameters(Parameters): ...
    >>> @check("acme.has_owner", NoParameters)
    ... def has_owner(facts: Facts, parameters: NoParameters) -> CheckOutcome:
    ...     '''The AI system has an owner.'''
    ...     found = facts.system is not None and facts.system.body.owner != ""
    ...     return CheckOutcome(Result.PASS if found else Result.FAIL, "The system has an owner." if found
    else "No owner.")
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Generic, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict

from governance.gate.verdict import EvidenceReference, Finding, Result
from governance.lineage.records import (
    Body,
    DatasetRegistered,
    ModelRegistered,
    Reference,
    RunRecorded,
    SystemRegistered,
)
from governance.lineage.results import (
    DataQuality,
    Drift,
    Estimate,
    Explanation,
    Fairness,
    FairnessAnalysis,
    Group,
    Performance,
)

__all__ = [
    "Alert", "Approval", "Check", "CheckOutcome", "DataQuality", "Deployed", "Drift", "Estimate", "Evidence",
    "EvidenceReference", "Explanation", "Facts", "Fairness", "FairnessAnalysis", "Finding", "FunctionCheck",
    "Group",
    "Parameters", "Performance", "Recorded", "Result", "Waiver", "check", "refer",
]  # fmt: skip

B = TypeVar("B", bound=Body)
P = TypeVar("P", bound="Parameters")
R = TypeVar("R", bound=Body)


@dataclass(frozen=True, slots=True)
class Recorded(Generic[B]):
    """One entry with its body typed.

    Attributes:
        seq: its position.
        entry: its entry hash, hex.
        subject: what it is about.
        time: when it was entered, RFC 3339 UTC.
        actor: who wrote it.
        body: what it says.
    """

    seq: int
    entry: str
    subject: str
    time: str
    actor: str
    body: B


@dataclass(frozen=True, slots=True)
class Evidence:
    """One `evidence.recorded` entry.

    Attributes:
        seq: its position.
        entry: its entry hash, hex.
        subject: `evidence:UUID`.
        time: when it was entered.
        about: the subject that it is evidence about.
        family: `performance`, `fairness`, …
        result: the typed result of a known family; a plain `Body` for any other.
        producer: who computed and entered it.
        producer_roles: the roles that the producer held when it was entered.
        inputs: what was used, by digest.
    """

    seq: int
    entry: str
    subject: str
    time: str
    about: str
    family: str
    result: Body
    producer: str
    producer_roles: frozenset[str]
    inputs: tuple[Reference, ...] = ()


@dataclass(frozen=True, slots=True)
class Approval:
    """One signed approval after validation (`governance.gate.approvals` numbers the rules).

    Attributes:
        seq: position of `approval.given`.
        entry: its entry hash, hex.
        subject: `approval:UUID`.
        actor: whose word it is.
        key: `key:SHA256` of the key that signed; empty where no bound key did.
        roles: roles that the actor held when it was given.
        meaning: what the actor said to have done.
        time: when it was signed, by its statement.
        expires: when it ends.
        state: `valid`, `expired`, `revoked` or `void`.
        why_not: for any state but `valid`, a sentence.
        statement: the signed statement.
    """

    seq: int
    entry: str
    subject: str
    actor: str
    key: str
    roles: frozenset[str]
    meaning: str
    time: str
    expires: str
    state: str
    why_not: str = ""
    statement: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Waiver(Approval):
    """One signed waiver: an approval that also names the rule, the reason and the compensating control."""

    rule: str = ""
    reason: str = ""
    compensating_control: str = ""


@dataclass(frozen=True, slots=True)
class Alert:
    """An alert about the model, its deployments, or an earlier version's deployment at the same target."""

    seq: int
    entry: str
    subject: str
    about: str
    severity: str
    time: str
    closed: str | None = None
    summary: str = ""


@dataclass(frozen=True, slots=True)
class Deployed:
    """What stands at the target now."""

    seq: int
    entry: str
    subject: str
    model: str
    since: str


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that a verdict may rest on, read from the entries below `size`.

    Attributes:
        subject: the model to be promoted.
        target: where to.
        time: the instant that the verdict is a function of, RFC 3339 UTC.
        origin: the ledger's origin.
        size: how many entries were looked at.
        artifact: digest of the model artifact, `sha256:…`.
        model: the model's registration.
        system: what the model serves; None where nobody registered it.
        run: the training run; its `actor` is the trainer.
        trainers: writers of all runs behind the model, and of its registration.
        runs_known: whether all of these runs can be read, and the first put out this very artifact.
        trainer_roles: roles that the run's writer held when it was entered.
        datasets: every dataset upstream, each once, by position.
        training: subjects of the datasets that the run read.
        evidence: evidence about the model, its datasets and its deployments, by position.
        approvals: approvals of this model for this target, valid or not.
        waivers: waivers for this model and target, valid or not.
        alerts: alerts that concern the model or what stands at the target.
        deployed: what stands at the target; None for nothing.
        gaps: subjects that the lineage names but nobody registered.
        quarantined: upstream subjects with an open `x.quarantined` entry.
        erased: `(seq, subject)` of entries whose body was erased and would have been read.
        unreadable: sentences about entries whose body has not the form of its kind.
        set_aside: evidence that a rule's producer demand excluded.
    """

    subject: str
    target: str
    time: str
    origin: str
    size: int
    artifact: str
    model: Recorded[ModelRegistered]
    system: Recorded[SystemRegistered] | None = None
    run: Recorded[RunRecorded] | None = None
    trainers: frozenset[str] = frozenset()
    runs_known: bool = True
    trainer_roles: frozenset[str] = frozenset()
    datasets: tuple[Recorded[DatasetRegistered], ...] = ()
    training: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    approvals: tuple[Approval, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    alerts: tuple[Alert, ...] = ()
    deployed: Deployed | None = None
    gaps: tuple[str, ...] = ()
    quarantined: tuple[str, ...] = ()
    erased: tuple[tuple[int, str], ...] = ()
    unreadable: tuple[str, ...] = ()
    set_aside: tuple[Evidence, ...] = ()

    @property
    def trainer(self) -> str | None:
        """Who wrote the training run."""
        return self.run.actor if self.run else None

    def about(self, family: str, subjects: Iterable[str] | None = None) -> list[Evidence]:
        """Return the evidence of a family about the model (or any of `subjects`), newest first."""
        wanted = {self.subject} if subjects is None else set(subjects)
        found = [e for e in self.evidence if e.family == family and e.about in wanted]
        return sorted(found, key=lambda e: e.seq, reverse=True)

    def newest(self, family: str, shape: type[R]) -> tuple[Evidence, R] | None:
        """Return the newest evidence of a family about the model, with its typed result; None for none."""
        for evidence in self.about(family):
            if isinstance(evidence.result, shape):
                return evidence, evidence.result
        return None

    def only_from(self, role: str, *, independent: bool) -> Facts:
        """Return the facts without evidence whose producer did not hold `role` when it was entered.

        Args:
            role: the functional or permission role that the producer must hold.
            independent: nobody counts who had a part in the model's making, whatever other roles they hold: who
                wrote a run behind it or registered it, and holders of the role `trainer`. Where a run can't be
                read nobody can be told apart from its trainer: then nothing counts.
        """

        def counts(evidence: Evidence) -> bool:
            return role in evidence.producer_roles and not (independent and self._took_part(evidence))

        kept = tuple(e for e in self.evidence if counts(e))
        return replace(self, evidence=kept, set_aside=tuple(e for e in self.evidence if not counts(e)))

    def _took_part(self, evidence: Evidence) -> bool:
        if not self.runs_known or self.run is None:
            return True
        return evidence.producer in {self.trainer, *self.trainers} or "trainer" in evidence.producer_roles

    def under(self, digest: str) -> Facts:
        """Return the facts as a pack sees them: approvals signed under another text of it, or before it, are void.

        An approval says under which policies it was given (`policies`, by digest); nobody approved by a rule
        that they never saw. A made-up approval without that member counts: only examples have them.
        """

        def seen(approval: Approval) -> Approval:
            named = approval.statement.get("policies")
            if approval.state != "valid" or named is None or digest in named:
                return approval
            return replace(
                approval, state="void", why_not="was signed under other policies, not under this text"
            )

        return replace(self, approvals=tuple(seen(one) for one in self.approvals))


@dataclass(frozen=True, slots=True)
class CheckOutcome:
    """What a check found.

    Attributes:
        result: `pass`, `fail`, `unclear`, `missing` or `error`.
        message: one or two sentences that a compliance officer understands.
        value: the number or word that was judged.
        threshold: what it was judged against.
        confidence: of the statement, one-sided, where the result is statistical.
        would_change: what would turn the result, a sentence.
        findings: one line for each group, metric or person.
        evidence: the entries that it rests on.
        until: the instant from which the result no longer holds (an approval expires); None for no such
        instant.
    """

    result: Result
    message: str
    value: float | str | None = None
    threshold: float | str | None = None
    confidence: float | None = None
    would_change: str = ""
    findings: tuple[Finding, ...] = ()
    evidence: tuple[EvidenceReference, ...] = ()
    until: str | None = None


class Parameters(BaseModel):
    """Root of all checks' parameters: unknown ones are refused: a typing error never weakens a rule."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Check(Protocol):
    """A named pure function with typed parameters."""

    @property
    def name(self) -> str:
        """`family.what`, the name that a pack writes."""
        ...

    @property
    def parameters(self) -> type[Parameters]:
        """The model of `with:`."""
        ...

    @property
    def title(self) -> str:
        """One sentence: what the check demands."""
        ...

    @property
    def module(self) -> str:
        """The module whose distribution is named in a decision."""
        ...

    def __call__(self, facts: Facts, parameters: Any) -> CheckOutcome:
        """Judge the facts."""
        ...


@dataclass(frozen=True, slots=True)
class FunctionCheck(Generic[P]):
    """A check made from a function; see `check`."""

    name: str
    parameters: type[P]
    function: Callable[[Facts, P], CheckOutcome]
    title: str
    module: str

    def __call__(self, facts: Facts, parameters: P) -> CheckOutcome:
        """Judge the facts."""
        return self.function(facts, parameters)


def check(name: str, parameters: type[P]) -> Callable[[Callable[[Facts, P], CheckOutcome]], FunctionCheck[P]]:
    """Make a check of a function; the first line of its docstring is its title."""

    def make(function: Callable[[Facts, P], CheckOutcome]) -> FunctionCheck[P]:
        title = (inspect.getdoc(function) or name).splitlines()[0]
        return FunctionCheck(name, parameters, function, title, function.__module__)

    return make


def refer(
    *recorded: Evidence | Recorded[Any] | Approval | Alert | Deployed | None,
) -> tuple[EvidenceReference, ...]:
    """Return references to the entries of facts, for `CheckOutcome.evidence`."""
    return tuple(
        EvidenceReference(seq=r.seq, entry=r.entry, subject=r.subject) for r in recorded if r is not None
    )
