"""The bodies of entries: one model a kind, and the table of kinds.

A body has its required members at least; optional ones may be added; unknown ones are kept (`extra="allow"`).
`KINDS` says for each kind which subjects it may be about, its body model, whether its body may be erased, and
whether the raw append may write it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Digest = Annotated[str, StringConstraints(pattern=r"^sha256:[0-9a-f]{64}$")]
Actor = Annotated[str, StringConstraints(pattern=r"^(user|service):[A-Za-z0-9][A-Za-z0-9._-]{0,119}$")]
Hash = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Timestamp = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?Z$"),
]  # RFC 3339, UTC; [0-9], for \d would take the digits of every script
JsonObject = dict[str, Any]


class Body(BaseModel):
    """Root of all bodies: frozen, unknown members kept, numbers finite."""

    model_config = ConfigDict(frozen=True, extra="allow", allow_inf_nan=False)


class SystemRegistered(Body):
    """An AI system or use case: its purpose, its owner, its risk, and what counts as success."""

    purpose: str
    owner: str
    risk: Literal["minimal", "limited", "high", "unacceptable"]
    materiality: str | None = None
    success_metrics: list[JsonObject]
    review_by: str | None = None
    title: str | None = None


class Column(Body):
    """One column of a dataset or batch."""

    name: str
    type: str
    nullable: bool = True
    minimum: float | None = None
    maximum: float | None = None
    description: str | None = None


class DataFile(Body):
    """One file of a dataset, named by digest; the file itself is never stored."""

    name: str
    digest: Digest
    bytes: int
    rows: int | None = None


class DatasetRegistered(Body):
    """A dataset: digest, files, schema, rows, what is sensitive in it and who may see it."""

    digest: Digest
    files: list[DataFile]
    schema_: list[Column] = Field(alias="schema")
    rows: int
    label: str | None = None
    sensitive: list[str] = []
    licence: str | None = None
    retention: str | None = None
    access: list[str] = []
    """Roles or actors that may see the rows."""
    derived_from: list[str] = []
    """Subjects of the datasets that this one was cut from."""
    title: str | None = None
    source: str | None = None

    model_config = ConfigDict(frozen=True, extra="allow", allow_inf_nan=False, populate_by_name=True)


class Reference(Body):
    """A subject and the digest of the thing that was used."""

    subject: str | None = None
    digest: Digest
    role: str | None = None
    """What it was used as: `train`, `test`, `reference`, `background`, `predictions`, …"""


class Code(Body):
    """Which code ran: a commit if there is one, a digest of the source always."""

    commit: str | None = None
    digest: Digest
    dirty: bool | None = None
    entry_point: str | None = None


class RunRecorded(Body):
    """One training run: everything that is needed to repeat it. Its writer is the trainer."""

    inputs: list[Reference]
    outputs: list[Reference]
    code: Code
    parameters: JsonObject
    seed: int | None = None
    environment: JsonObject
    """`python`, `platform`, `packages: {name: version}`."""
    metrics: dict[str, float]
    started: Timestamp
    ended: Timestamp


class Artifact(Body):
    """A model file named by digest."""

    digest: Digest
    format: str
    bytes: int | None = None


class ModelRegistered(Body):
    """A version of a model: its artifact, the run that made it, the system that it serves."""

    artifact: Artifact
    run: str
    system: str
    title: str | None = None
    features: list[str] = []


class Method(Body):
    """How a number was computed, and where that is defined."""

    name: str
    source: str


class EvidenceRecorded(Body):
    """One piece of evidence about a subject. `result` has its family's shape (`governance.lineage.results`).

    `producer` is the actor who computed it and must be the entry's writer: nobody reports in another's name.
    `how` says in which software and mode it was computed.
    """

    about: str
    family: str
    inputs: list[Reference]
    method: Method
    parameters: JsonObject
    result: JsonObject
    how: JsonObject
    producer: Actor


class PolicyRegistered(Body):
    """The exact text of a policy pack, and its digest (`sha256:` over the UTF-8 text)."""

    digest: Digest
    text: str


class GateDecided(Body):
    """A verdict. See `governance.gate.verdict` for the meaning of each member."""

    about: str
    artifact: Digest
    target: str
    time: Timestamp
    """The instant that the verdict is a function of; the entry's own time is not earlier."""
    policies: list[JsonObject]
    """`{"pack", "version", "digest", "entry"}`, sorted by digest."""
    checks: list[JsonObject]
    """`{"name", "distribution", "version", "digest"}`, sorted by name."""
    checkpoint: JsonObject
    """`{"size", "root"}`: the ledger that was judged; root in hex."""
    verdict: Literal["allow", "deny"]
    results: list[JsonObject]
    """One object a rule: see `governance.gate.verdict.RuleResult`."""
    expires: Timestamp


class ApprovalGiven(Body):
    """A signed statement; `signature` is an armored SSHSIG over the RFC 8785 bytes of `statement`."""

    statement: JsonObject
    signature: str


class ApprovalRevoked(Body):
    """An approval withdrawn, signed like the approval itself (`statement` names it and the reason)."""

    statement: JsonObject
    signature: str


class DeploymentMade(Body):
    """A model put to work at a target, by which decision, replacing which deployment."""

    model: str
    artifact: Digest
    target: str
    decision: str
    replaces: str | None = None
    reason: str | None = None


class BatchSealed(Body):
    """A prediction batch of any size as one entry: the root of the tree over its rows (sealed batches)."""

    deployment: str
    model: str
    root: Hash
    count: int
    schema_: list[JsonObject] = Field(alias="schema")
    """`{"name", "type"}` in declared order, columns of all groups."""
    groups: list[list[str]]
    """Names of the columns of each disclosure group, in declared order."""
    from_: Timestamp = Field(alias="from")
    to: Timestamp

    model_config = ConfigDict(frozen=True, extra="allow", allow_inf_nan=False, populate_by_name=True)


class Reason(Body):
    """Why something ended."""

    reason: str


class AlertOpened(Body):
    """Something needs a person: about what, on which evidence, how bad."""

    about: str
    evidence: str
    severity: Literal["info", "warning", "critical"]
    summary: str | None = None


class RolesSet(Body):
    """Roles of a person or service from here on; each may be limited to a system, a target, a time."""

    roles: list[JsonObject]
    """`{"role", "system"?, "target"?, "until"?}`."""


class UserProfile(Body):
    """The name behind an opaque id; erasable."""

    name: str
    email: str | None = None


class KeyBound(Body):
    """An SSH public key that speaks for a person."""

    user: Actor
    ssh_key: str


class KeyRevoked(Body):
    """A key that no longer speaks, from a time on."""

    from_: Timestamp = Field(alias="from")
    reason: str

    model_config = ConfigDict(frozen=True, extra="allow", allow_inf_nan=False, populate_by_name=True)


class TokenIssued(Body):
    """An API token, by the SHA-256 of its 256 random bits."""

    actor: Actor
    scopes: list[str]
    expires: Timestamp
    sha256: Hash
    signature: str | None = None


class Anything(Body):
    """A body that this version has no type for."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What the vocabulary says of one kind of entry."""

    name: str
    subjects: tuple[str, ...]
    body: type[Body]
    erasable: bool = False


_ALL = (
    Kind("ledger.created", ("ledger",), Anything),
    Kind("ledger.key-rotated", ("ledger",), Anything),
    Kind("ledger.key-replaced", ("ledger",), Anything),
    Kind("ledger.checkpoint-entered", ("ledger",), Anything),
    Kind("ledger.timestamped", ("ledger",), Anything),
    Kind("body.erased", ("entry",), Anything),
    Kind("user.registered", ("user", "service"), RolesSet),
    Kind("user.roles-set", ("user", "service"), RolesSet),
    Kind("user.profile", ("user",), UserProfile, erasable=True),
    Kind("key.bound", ("key",), KeyBound),
    Kind("key.revoked", ("key",), KeyRevoked),
    Kind("token.issued", ("token",), TokenIssued),
    Kind("token.revoked", ("token",), Reason),
    Kind("system.registered", ("system",), SystemRegistered, erasable=True),
    Kind("system.updated", ("system",), SystemRegistered, erasable=True),
    Kind("dataset.registered", ("dataset",), DatasetRegistered, erasable=True),
    Kind("run.recorded", ("run",), RunRecorded, erasable=True),
    Kind("model.registered", ("model",), ModelRegistered, erasable=True),
    Kind("evidence.recorded", ("evidence",), EvidenceRecorded, erasable=True),
    Kind("policy.registered", ("policy",), PolicyRegistered),
    Kind("gate.decided", ("decision",), GateDecided),
    Kind("approval.given", ("approval",), ApprovalGiven),
    Kind("approval.declined", ("approval",), ApprovalGiven),
    Kind("approval.revoked", ("approval",), ApprovalRevoked),
    Kind("waiver.granted", ("waiver",), ApprovalGiven),
    Kind("waiver.revoked", ("waiver",), ApprovalRevoked),
    Kind("emergency.authorised", ("decision",), Anything),
    Kind("deployment.made", ("deployment",), DeploymentMade),
    Kind("deployment.ended", ("deployment",), Anything),
    Kind("deployment.rolled-back", ("deployment",), DeploymentMade),
    Kind("batch.sealed", ("batch",), BatchSealed),
    Kind("batch.secret-destroyed", ("batch",), Reason),
    Kind("alert.opened", ("alert",), AlertOpened, erasable=True),
    Kind("alert.closed", ("alert",), Reason, erasable=True),
)
KINDS: dict[str, Kind] = {kind.name: kind for kind in _ALL}

RESERVED_PREFIXES = (
    "ledger.", "body.", "user.", "key.", "token.", "approval.", "waiver.", "policy.", "gate.", "emergency.",
    "deployment.", "batch.",
)  # fmt: skip
"""Kinds that only their own operations write: a raw append could otherwise forge a verdict."""
