"""What the façade hands out: frozen models that travel as JSON between service and client unchanged."""

from __future__ import annotations

from typing import Any, Literal

from governance.gate.verdict import RuleResult, Verdict
from governance.gate.views import Replay
from governance.identity.views import TokenView, UserView
from governance.lineage.views import (
    Edge,
    InProduction,
    Lineage,
    Node,
    SubjectSummary,
    Trace,
    TraceStep,
)
from governance.view import View

__all__ = [
    "AlertView",
    "Appended",
    "ApprovalView",
    "CheckpointView",
    "DecisionView",
    "Edge",
    "EntryQuery",
    "EntryView",
    "Failure",
    "InProduction",
    "Lineage",
    "NewEntry",
    "Node",
    "Overview",
    "PolicyView",
    "Progress",
    "Replay",
    "SealedBatchView",
    "SubjectSummary",
    "SubjectView",
    "TokenView",
    "Trace",
    "TraceStep",
    "UserView",
    "Verification",
    "View",
]


class Appended(View):
    """An acknowledged entry: durable and covered by a durable checkpoint."""

    seq: int
    id: str
    entry: str
    """Entry hash, hex."""
    subject: str
    time: str


class NewEntry(View):
    """What a raw append takes."""

    kind: str
    subject: str
    body: dict[str, Any]
    id: str | None = None


class EntryView(View):
    """One entry as stored. `body` is None where it was erased, is withheld or was not asked for."""

    seq: int
    id: str
    time: str
    kind: str
    subject: str
    actor: str
    entry: str
    """Entry hash, hex."""
    prev: str
    origin: str
    commitment: str
    """The header's `body` member: hex."""
    header: str
    """The header's verbatim bytes, as text."""
    body: dict[str, Any] | None = None
    salt: str | None = None
    body_state: Literal["present", "erased", "missing", "withheld"] = "present"


class EntryQuery(View):
    """Which entries: filters are conjunctive; `kind` and `subject` may end in `*` for a prefix.

    Keyset paging: `after` (exclusive, ascending) or `before` (exclusive, descending); neither means from the
    start, ascending, or with `newest_first` from the end, descending.
    """

    kind: str | None = None
    subject: str | None = None
    actor: str | None = None
    since: str | None = None
    until: str | None = None
    after: int | None = None
    before: int | None = None
    newest_first: bool = False
    limit: int = 100
    bodies: bool = True


class CheckpointView(View):
    """The newest checkpoint: its signed text and what it says."""

    origin: str
    size: int
    root: str
    """Hex."""
    text: str


class SubjectView(View):
    """A subject: its first entries from oldest to newest (bodies included), and its current body.

    `more` says that it has others: ask for them by `EntryQuery(subject=…, after=…)`.
    """

    subject: str
    kind: str
    current: dict[str, Any] | None
    entries: list[EntryView]
    more: bool = False


class DecisionView(View):
    """A verdict with everything behind it. `receipt` is the receipt file's text for allow and deny alike."""

    decision: str
    seq: int
    entry: str
    time: str
    about: str
    artifact: str
    target: str
    verdict: Verdict
    sentence: str
    """The verdict in one sentence for a compliance officer."""
    results: list[RuleResult]
    policies: list[dict[str, Any]]
    checks: list[dict[str, Any]]
    checkpoint: dict[str, Any]
    expires: str
    receipt: str | None = None


class ApprovalView(View):
    """A signed approval or waiver and whether it counts now."""

    approval: str
    seq: int
    about: str
    artifact: str
    target: str
    actor: str
    name: str | None
    key: str
    """`key:SHA256` of the key that signed."""
    meaning: str
    time: str
    expires: str
    state: Literal["valid", "expired", "revoked", "void"]
    why_not: str = ""
    statement: dict[str, Any]
    signature: str
    kind: Literal["approval", "waiver"] = "approval"


class SealedBatchView(View):
    """A sealed batch as recorded."""

    batch: str
    seq: int
    entry: str
    root: str
    count: int
    deployment: str
    model: str


class Failure(View):
    """One failure of verification: its class (docs/ledger-format.md), place, meaning, and what to do."""

    failure: str
    place: str
    seq: int | None = None
    message: str
    next_step: str = ""
    count: int = 1


class Progress(View):
    """How far verification has come."""

    layer: str
    done: int
    total: int


class Verification(View):
    """The outcome of a verification."""

    ok: bool
    origin: str
    size: int
    root: str
    checked: dict[str, int]
    """Layer (`entries`, `bodies`, `chain`, `tiles`, `checkpoints`, `projections`) to number checked."""
    failures: list[Failure]
    warnings: list[str]
    erased: int = 0
    withheld: int = 0
    summary: str
    """One sentence."""
    seconds: float


class AlertView(View):
    """An alert and whether it is still open."""

    alert: str
    about: str
    severity: str
    summary: str
    evidence: str
    opened: str
    closed: str | None = None
    seq: int


class PolicyView(View):
    """A policy pack known to the ledger."""

    policy: str
    digest: str
    title: str
    seq: int
    text: str


class Overview(View):
    """What the first screen shows; cheap at any size."""

    origin: str
    size: int
    root: str
    in_production: list[InProduction]
    alerts: list[AlertView]
    decisions: list[dict[str, Any]]
    """Newest decisions: `{"decision", "about", "target", "verdict", "time", "seq"}`."""
    counts: dict[str, int]
    """Subject kind to number of subjects."""
    last_entry: EntryView | None
