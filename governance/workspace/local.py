"""The workspace of a ledger on this machine: thin delegation to one object per area."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Self

from governance.ledger.clock import Clock
from governance.ledger.log import Ledger
from governance.lineage.projection import Projection
from governance.lineage.records import (
    AlertOpened,
    BatchSealed,
    DatasetRegistered,
    EvidenceRecorded,
    ModelRegistered,
    RunRecorded,
    SystemRegistered,
)
from governance.workspace import views
from governance.workspace.approving import Approving
from governance.workspace.deploying import Deploying
from governance.workspace.failures import speaks_governance
from governance.workspace.founding import found
from governance.workspace.gating import Gating
from governance.workspace.history import History
from governance.workspace.people import People
from governance.workspace.proofs import Proofs
from governance.workspace.reading import Reading
from governance.workspace.records import Records
from governance.workspace.sealing import Batches, row_proof_for, seal_for
from governance.workspace.session import KnownPeople, Session
from governance.workspace.verifying import export_ledger, verify_ledger


@speaks_governance
class LocalWorkspace:
    """One ledger in a database that this process reads and writes, for one actor.

    Nothing authenticates the actor here: whoever can open the database could write anything into it. What
    must hold against a dishonest operator rests on signatures (approvals, checkpoints), never on this
    class.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._records = Records(session)
        self._history = History(session)
        self._reading = Reading(session, self._history)
        self._proofs = Proofs(session.ledger)
        self._gating = Gating(session, self._history)
        self._approving = Approving(session, self._gating)
        self._deploying = Deploying(session, self._history)
        self._batches = Batches(session)
        self._people = People(session)
        self.url = session.ledger.url
        self.origin = session.ledger.origin
        self.actor = session.actor

    @classmethod
    def open(
        cls, url: str, *, actor: str | None = None, keys: str | None = None, confirm_clock: bool = False
    ) -> Self:
        """Open an existing ledger for `actor`, who must be registered; None reads only.

        `confirm_clock`: an operator says that the system's clock is right, even where it jumps ahead.

        Raises:
            NotFound: there is no ledger there.
            LedgerUnusable: it is no ledger, or of a newer format.
            NotPermitted: the actor is not registered.
        """
        ledger = Ledger.open(url, keys=keys, clock=Clock(confirmed=confirm_clock))
        try:
            session = Session(ledger, Projection(ledger), KnownPeople(ledger), None)
            return cls(session.opened_by(actor) if actor is not None else session)
        except BaseException:
            ledger.close()
            raise

    @classmethod
    def create(
        cls,
        url: str,
        *,
        actor: str,
        name: str | None = None,
        ssh_key: str | None = None,
        origin: str | None = None,
        keys: str | None = None,
    ) -> Self:
        """Create a ledger whose first administrator is `actor`.

        Raises:
            Conflict: there is something at `url` already.
            InvalidInput: actor, origin or SSH key have not the right form.
        """
        ledger = found(url, actor=actor, name=name, ssh_key=ssh_key, origin=origin, keys=keys)
        return cls(Session(ledger, Projection(ledger), KnownPeople(ledger), actor))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the database; sessions for other actors of the same opening end with it."""
        self._session.close()

    def acting_as(self, actor: str) -> Self:
        """Return the same opened ledger for another registered actor."""
        return type(self)(self._session.for_actor(actor))

    def for_token(self, secret: str) -> tuple[Self, frozenset[str]]:
        """Return the ledger for the actor of an API token, and the token's scopes.

        Raises:
            NotAuthenticated: the token is unknown, revoked or expired.
        """
        token = self._people.of_secret(secret)
        return self.acting_as(token.actor), token.scopes

    def has_tokens(self, *, valid: bool = False) -> bool:
        """Say whether the ledger ever issued an API token, or has one that is valid now."""
        return any(token.state == "valid" or not valid for token in self._people.tokens())

    # Records ------------------------------------------------------------------------------------------------

    def append(self, entry: views.NewEntry) -> views.Appended:
        """Append one entry; see `governance.workspace.records` for what is taken."""
        return self._records.append(entry)

    def append_many(self, entries: Sequence[views.NewEntry]) -> list[views.Appended]:
        """Append all of the entries, or none."""
        return self._records.append_many(entries)

    def register_system(self, subject: str, body: SystemRegistered) -> views.Appended:
        """Register an AI system or use case."""
        return self._records.register_system(subject, body)

    def register_dataset(self, subject: str, body: DatasetRegistered) -> views.Appended:
        """Register a version of a dataset by its digest."""
        return self._records.register_dataset(subject, body)

    def record_run(self, body: RunRecorded, *, run: str | None = None) -> views.Appended:
        """Record a training run."""
        return self._records.record_run(body, run=run)

    def register_model(self, subject: str, body: ModelRegistered) -> views.Appended:
        """Register a version of a model."""
        return self._records.register_model(subject, body)

    def record_evidence(self, body: EvidenceRecorded) -> views.Appended:
        """Record evidence that the actor computed."""
        return self._records.record_evidence(body)

    def open_alert(self, body: AlertOpened) -> views.Appended:
        """Open an alert."""
        return self._records.open_alert(body)

    def close_alert(self, alert: str, reason: str) -> views.Appended:
        """Close an alert, saying why."""
        return self._records.close_alert(alert, reason)

    # Reading ------------------------------------------------------------------------------------------------

    def checkpoint(self) -> views.CheckpointView:
        """Return the newest checkpoint."""
        return self._proofs.checkpoint()

    def verifier_keys(self) -> list[str]:
        """Return the ledger's C2SP verifier keys, as its newest key entry says them."""
        return self._reading.verifier_keys()

    def entry(self, reference: str | int) -> views.EntryView:
        """Return an entry by seq, id or entry hash."""
        return self._reading.entry(self._proofs.find(reference))

    def entries(self, query: views.EntryQuery) -> list[views.EntryView]:
        """Return entries by keyset paging."""
        return self._reading.entries(query)

    def subject(self, subject: str) -> views.SubjectView:
        """Return a subject; NotFound names near ones."""
        return self._reading.subject(subject)

    def subjects(
        self, kind: str | None = None, *, after: str | None = None, limit: int = 100
    ) -> list[views.SubjectSummary]:
        """Return the inventory, page by page."""
        return self._reading.subjects(kind, after=after, limit=limit)

    def lineage(self, subject: str, *, direction: str = "both", depth: int = 8) -> views.Lineage:
        """Return the graph `up`, `down` or `both` ways."""
        return self._reading.lineage(subject, direction=direction, depth=depth)

    def as_of(
        self, time: str | None = None, *, target: str | None = None, model: str | None = None
    ) -> list[views.InProduction]:
        """Return what stood where at an instant (now by default), and why."""
        return self._history.as_of(time, target=target, model=model)

    def deployments(self, model: str | None = None) -> list[views.InProduction]:
        """Return every deployment, of one model name if given."""
        return self._history.deployments(model)

    def trace(self, prediction: str) -> views.Trace:
        """Trace a prediction back to what stands behind it."""
        return self._reading.trace(prediction)

    def alerts(self, *, open_only: bool = True) -> list[views.AlertView]:
        """Return alerts, oldest first."""
        return self._reading.alerts(open_only=open_only)

    def overview(self) -> views.Overview:
        """Return what a first screen shows."""
        return self._reading.overview(self.checkpoint())

    # Proofs -------------------------------------------------------------------------------------------------

    def prove(self, reference: str | int, *, withhold_body: bool = False) -> str:
        """Return the tlog-proof document of one entry."""
        return self._proofs.prove(reference, withhold_body=withhold_body)

    def consistency_proof(self, old: int, new: int) -> list[str]:
        """Return the RFC 6962 consistency proof between two sizes, hashes in hex."""
        return self._proofs.consistency_proof(old, new)

    def tile(self, level: int, index: int, width: int = 256) -> bytes:
        """Return the hashes of a tile."""
        return self._proofs.tile(level, index, width)

    def tile_file(self, path: str) -> bytes:
        """Return the file at a tlog-tiles path (`tile/…`)."""
        return self._proofs.tile_file(path)

    def body_files(self, start: int, stop: int) -> dict[int, bytes]:
        """Return `bodies/<seq>.json` of a static export by seq, erased ones left out."""
        return self._proofs.body_files(start, stop)

    def verify(
        self,
        *,
        key: str | None = None,
        checkpoint: str | None = None,
        progress: Callable[[views.Progress], None] | None = None,
    ) -> views.Verification:
        """Verify everything, the projections too."""
        return verify_ledger(self._session, key=key, checkpoint=checkpoint, progress=progress)

    def export(self, folder: Path, *, bodies: bool = False) -> int:
        """Write the static export; return the number of entries."""
        return export_ledger(self._session.ledger, folder, bodies=bodies)

    # Gate ---------------------------------------------------------------------------------------------------

    def register_policy(self, text: str) -> views.PolicyView:
        """Register a policy pack by its exact text."""
        return self._gating.register_policy(text)

    def policies(self) -> list[views.PolicyView]:
        """Return the packs that the ledger knows, every version."""
        return self._gating.policies()

    def ask_gate(self, subject: str, target: str) -> views.DecisionView:
        """Ask whether a model may go to a target; the verdict is entered before it is answered."""
        return self._gating.ask(subject, target)

    def decision(self, decision: str) -> views.DecisionView:
        """Return one decision with its receipt."""
        return self._gating.decision(decision)

    def decisions(self, about: str | None = None, *, limit: int = 100) -> list[views.DecisionView]:
        """Return decisions, newest first, without their receipts."""
        return self._gating.decisions(about, limit=limit)

    def replay(self, decision: str) -> views.Replay:
        """Compute a verdict again from the ledger as it stood."""
        return self._gating.replay(decision)

    def approval_statement(
        self, subject: str, target: str, *, meaning: str, days: int = 30
    ) -> dict[str, Any]:
        """Return the statement to sign."""
        return self._approving.approval_statement(subject, target, meaning=meaning, days=days)

    def waiver_statement(
        self, subject: str, target: str, *, rule: str, reason: str, compensating_control: str, days: int = 30
    ) -> dict[str, Any]:
        """Return the waiver statement to sign."""
        return self._approving.waiver_statement(
            subject, target, rule=rule, reason=reason, compensating_control=compensating_control, days=days
        )

    def approve(self, statement: dict[str, Any], signature: str) -> views.ApprovalView:
        """Enter a signed approval."""
        return self._approving.approve(statement, signature)

    def waive(self, statement: dict[str, Any], signature: str) -> views.ApprovalView:
        """Enter a signed waiver."""
        return self._approving.waive(statement, signature)

    def revocation_statement(self, approval: str, *, reason: str) -> dict[str, Any]:
        """Return the statement to sign that takes an approval or waiver back."""
        return self._approving.revocation_statement(approval, reason=reason)

    def revoke_approval(self, statement: dict[str, Any], signature: str) -> views.ApprovalView:
        """Enter a signed revocation of an approval or waiver."""
        return self._approving.revoke(statement, signature)

    def approvals(self, about: str | None = None) -> list[views.ApprovalView]:
        """Return approvals and waivers and whether they count now."""
        return self._approving.approvals(about)

    # Operations ---------------------------------------------------------------------------------------------

    def deploy(self, model: str, target: str, *, decision: str | None = None) -> views.InProduction:
        """Deploy a model that an unexpired allow for this very artifact and target permits."""
        return self._deploying.deploy(model, target, decision=decision)

    def roll_back(self, model_name: str, target: str, *, reason: str) -> views.InProduction:
        """Put the model of the deployment before back to work."""
        return self._deploying.roll_back(model_name, target, reason=reason)

    def seal_batch(
        self,
        deployment: str,
        columns: Sequence[dict[str, str]],
        rows: Iterator[Sequence[Any]],
        *,
        groups: Sequence[Sequence[str]] | None = None,
        start: str,
        end: str,
    ) -> views.SealedBatchView:
        """Seal a batch; its secret stays in the ledger's key folder."""
        keeper = self._session.ledger.keys
        return seal_for(self, keeper, deployment, columns, rows, groups=groups, start=start, end=end)

    def record_batch(self, batch: str, body: BatchSealed) -> views.SealedBatchView:
        """Enter a batch that was sealed elsewhere."""
        return self._batches.record(batch, body)

    def prove_row(
        self, batch: str, rows: Iterator[Sequence[Any]], row: int, *, disclose: Sequence[int] | None = None
    ) -> str:
        """Return the row proof of one row."""
        return row_proof_for(self, self._session.ledger.keys, batch, rows, row, disclose=disclose)

    # People -------------------------------------------------------------------------------------------------

    def register_user(
        self, actor: str, roles: Sequence[dict[str, Any]], *, name: str | None = None
    ) -> views.UserView:
        """Register a person or service."""
        return self._people.register_user(actor, roles, name=name)

    def set_roles(self, actor: str, roles: Sequence[dict[str, Any]]) -> views.UserView:
        """Set somebody's roles from here on."""
        return self._people.set_roles(actor, roles)

    def users(self) -> list[views.UserView]:
        """Return everybody registered."""
        return self._people.users()

    def bind_key(self, actor: str, ssh_key: str) -> str:
        """Bind an SSH public key to a person."""
        return self._people.bind_key(actor, ssh_key)

    def revoke_key(self, key: str, *, since: str, reason: str) -> views.Appended:
        """Revoke a key from an instant on."""
        return self._people.revoke_key(key, since=since, reason=reason)

    def issue_token(self, actor: str, scopes: Sequence[str], *, days: int = 90) -> views.TokenView:
        """Issue an API token; its secret stands in this answer only."""
        return self._people.issue_token(actor, scopes, days=days)

    def revoke_token(self, token: str, *, reason: str) -> views.Appended:
        """Revoke a token."""
        return self._people.revoke_token(token, reason=reason)

    def tokens(self) -> list[views.TokenView]:
        """Return the tokens, without their secrets."""
        return self._people.tokens()
