"""The façade's contract: what a local and a remote workspace both do, kept by one contract test suite."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol, Self

from governance.lineage.records import (
    AlertOpened,
    DatasetRegistered,
    EvidenceRecorded,
    ModelRegistered,
    RunRecorded,
    SystemRegistered,
)
from governance.workspace.views import (
    AlertView,
    Appended,
    ApprovalView,
    CheckpointView,
    DecisionView,
    EntryQuery,
    EntryView,
    InProduction,
    Lineage,
    NewEntry,
    Overview,
    PolicyView,
    Progress,
    Replay,
    SealedBatchView,
    SubjectSummary,
    SubjectView,
    TokenView,
    Trace,
    UserView,
    Verification,
)


class Workspace(Protocol):
    """One ledger, opened for one actor. All methods raise `GovernanceError`s only."""

    url: str
    origin: str
    actor: str | None

    def __enter__(self) -> Self: ...
    def __exit__(self, *exc: object) -> None: ...
    def close(self) -> None:
        """Close the database; sessions for other actors of the same opening end with it."""

    def acting_as(self, actor: str) -> Self:
        """Return the same ledger for another registered actor (remote: refused, the token's actor acts)."""

    # Records ------------------------------------------------------------------------------------------------
    def append(self, entry: NewEntry) -> Appended:
        """Append one entry; see `governance.workspace.records` for what is taken."""

    def append_many(self, entries: Sequence[NewEntry]) -> list[Appended]:
        """Append all of the entries, or none."""

    def register_system(self, subject: str, body: SystemRegistered) -> Appended:
        """Register an AI system or use case."""

    def register_dataset(self, subject: str, body: DatasetRegistered) -> Appended:
        """Register a version of a dataset by its digest."""

    def record_run(self, body: RunRecorded, *, run: str | None = None) -> Appended:
        """Record a training run."""

    def register_model(self, subject: str, body: ModelRegistered) -> Appended:
        """Register a version of a model."""

    def record_evidence(self, body: EvidenceRecorded) -> Appended:
        """Record evidence that the actor computed."""

    def open_alert(self, body: AlertOpened) -> Appended:
        """Open an alert."""

    def close_alert(self, alert: str, reason: str) -> Appended:
        """Close an alert, saying why."""

    # Reading ------------------------------------------------------------------------------------------------
    def checkpoint(self) -> CheckpointView:
        """Return the newest checkpoint."""

    def verifier_keys(self) -> list[str]:
        """Return the ledger's C2SP verifier keys, as its newest key entry says them."""

    def entry(self, reference: str | int) -> EntryView:
        """Return an entry by seq, id or entry hash."""

    def entries(self, query: EntryQuery) -> list[EntryView]:
        """Return entries by keyset paging."""

    def subject(self, subject: str) -> SubjectView:
        """Return a subject; NotFound names near ones."""

    def subjects(
        self, kind: str | None = None, *, after: str | None = None, limit: int = 100
    ) -> list[SubjectSummary]:
        """Return the inventory, page by page."""

    def lineage(self, subject: str, *, direction: str = "both", depth: int = 8) -> Lineage:
        """Return the graph `up`, `down` or `both` ways."""

    def as_of(
        self, time: str | None = None, *, target: str | None = None, model: str | None = None
    ) -> list[InProduction]:
        """Return what stood where at an instant (now by default), and why."""

    def deployments(self, model: str | None = None) -> list[InProduction]:
        """Return every deployment, of one model name if given."""

    def trace(self, prediction: str) -> Trace:
        """Trace a prediction back to what stands behind it."""

    def alerts(self, *, open_only: bool = True) -> list[AlertView]:
        """Return alerts, oldest first."""

    def overview(self) -> Overview:
        """Return what a first screen shows."""

    # Proofs -------------------------------------------------------------------------------------------------
    def prove(self, reference: str | int, *, withhold_body: bool = False) -> str:
        """Return the tlog-proof document of one entry."""

    def consistency_proof(self, old: int, new: int) -> list[str]:
        """Return the RFC 6962 consistency proof between two sizes, hashes in hex."""

    def tile(self, level: int, index: int, width: int = 256) -> bytes:
        """Return the hashes of a tile."""

    def verify(
        self,
        *,
        key: str | None = None,
        checkpoint: str | None = None,
        progress: Callable[[Progress], None] | None = None,
    ) -> Verification:
        """Verify everything, the projections too."""

    def export(self, folder: Path, *, bodies: bool = False) -> int:
        """Write the static export; return the number of entries."""

    # Gate ---------------------------------------------------------------------------------------------------
    def register_policy(self, text: str) -> PolicyView:
        """Register a policy pack by its exact text."""

    def policies(self) -> list[PolicyView]:
        """Return the packs that the ledger knows, every version."""

    def ask_gate(self, subject: str, target: str) -> DecisionView:
        """Ask whether a model may go to a target; the verdict is entered before it is answered."""

    def decision(self, decision: str) -> DecisionView:
        """Return one decision with its receipt."""

    def decisions(self, about: str | None = None, *, limit: int = 100) -> list[DecisionView]:
        """Return decisions, newest first, without their receipts."""

    def replay(self, decision: str) -> Replay:
        """Compute a verdict again from the ledger as it stood."""

    def approval_statement(
        self, subject: str, target: str, *, meaning: str, days: int = 30
    ) -> dict[str, Any]:
        """Return the statement to sign: origin, artifact, policies and evidence digests, nonce, times."""

    def waiver_statement(
        self, subject: str, target: str, *, rule: str, reason: str, compensating_control: str, days: int = 30
    ) -> dict[str, Any]:
        """Return the waiver statement to sign."""

    def approve(self, statement: dict[str, Any], signature: str) -> ApprovalView:
        """Enter a signed approval."""

    def waive(self, statement: dict[str, Any], signature: str) -> ApprovalView:
        """Enter a signed waiver."""

    def revocation_statement(self, approval: str, *, reason: str) -> dict[str, Any]:
        """Return the statement to sign that takes an approval or waiver back."""

    def revoke_approval(self, statement: dict[str, Any], signature: str) -> ApprovalView:
        """Enter a signed revocation of an approval or waiver, by who gave it or an administrator."""

    def approvals(self, about: str | None = None) -> list[ApprovalView]:
        """Return approvals and waivers and whether they count now."""

    # Operations ---------------------------------------------------------------------------------------------
    def deploy(self, model: str, target: str, *, decision: str | None = None) -> InProduction:
        """Deploy a model that an unexpired `allow` for this very artifact and target permits."""

    def roll_back(self, model_name: str, target: str, *, reason: str) -> InProduction:
        """Put the model of the deployment before back to work."""

    def seal_batch(
        self,
        deployment: str,
        columns: Sequence[dict[str, str]],
        rows: Iterator[Sequence[Any]],
        *,
        groups: Sequence[Sequence[str]] | None = None,
        start: str,
        end: str,
    ) -> SealedBatchView:
        """Seal a prediction batch; its secret stays in this machine's key folder, never in the ledger."""

    def prove_row(
        self, batch: str, rows: Iterator[Sequence[Any]], row: int, *, disclose: Sequence[int] | None = None
    ) -> str:
        """Return the row proof (JSON text) of one row of a sealed batch.

        Args:
            batch: the batch's subject.
            rows: all rows again, as they were sealed; they never were in the ledger.
            row: which one, from 0.
            disclose: which disclosure groups to show (all by default); the others stay commitments.
        """

    # People -------------------------------------------------------------------------------------------------
    def register_user(
        self, actor: str, roles: Sequence[dict[str, Any]], *, name: str | None = None
    ) -> UserView:
        """Register a person or service."""

    def set_roles(self, actor: str, roles: Sequence[dict[str, Any]]) -> UserView:
        """Set somebody's roles from here on."""

    def users(self) -> list[UserView]:
        """Return everybody registered."""

    def bind_key(self, actor: str, ssh_key: str) -> str:
        """Bind an SSH public key to a person; return its `key:…` subject."""

    def revoke_key(self, key: str, *, since: str, reason: str) -> Appended:
        """Revoke a key from an instant on."""

    def issue_token(self, actor: str, scopes: Sequence[str], *, days: int = 90) -> TokenView:
        """Issue an API token; its secret stands in this answer only."""

    def revoke_token(self, token: str, *, reason: str) -> Appended:
        """Revoke a token."""

    def tokens(self) -> list[TokenView]:
        """Return the tokens, without their secrets."""
