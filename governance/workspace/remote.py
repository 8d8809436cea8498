"""The workspace of a ledger behind HTTP: the same methods, one endpoint each.

The service is not believed where belief is not needed: `verify` and `export` read tiles, headers and bodies
over HTTP and check them here. Sealing happens here too; rows and the batch's secret never leave this
machine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Self, TypeVar
from urllib.parse import quote

import httpx
from pydantic import BaseModel, TypeAdapter

from governance.errors import NotPermitted
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
from governance.workspace.bodies import plain
from governance.workspace.failures import speaks_governance
from governance.workspace.http_client import HttpClient

V = TypeVar("V", bound=BaseModel)


@speaks_governance
class RemoteWorkspace:
    """One ledger behind a service, for the actor of one token."""

    def __init__(
        self, http: HttpClient, *, origin: str, keys: Sequence[str], actor: str | None, secrets: str | None
    ) -> None:
        self._http = http
        self._keys = list(keys)
        self._secrets = secrets
        self.url = http.url
        self.origin = origin
        self.actor = actor

    @classmethod
    def open(
        cls,
        url: str,
        *,
        token: str | None = None,
        keys: str | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> Self:
        """Open the ledger that the service at `url` serves.

        Args:
            url: `http(s)://HOST[:PORT]`.
            token: the API token; None where the service asks for none.
            keys: folder on this machine for the secrets of batches sealed here.
            transport: another way to send requests, for tests.

        Raises:
            LedgerUnusable: nothing answers there, or it is no ledger service.
            NotAuthenticated: the token is missing or not valid.
        """
        http = HttpClient(url, token=token, transport=transport)
        try:
            facts = http.get("ledger").json()
        except BaseException:
            http.close()
            raise
        return cls(http, origin=facts["origin"], keys=facts["keys"], actor=facts["actor"], secrets=keys)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def acting_as(self, actor: str) -> Self:
        """Refuse, unless it is the token's own actor: over HTTP the token says who acts."""
        if actor == self.actor:
            return self
        raise NotPermitted(
            f"Over HTTP the token's actor acts ({self.actor or 'nobody'}), not {actor}.",
            remedy=f"Use a token that was issued for {actor}.",
        )

    # Records ------------------------------------------------------------------------------------------------

    def append(self, entry: views.NewEntry) -> views.Appended:
        """Append one entry."""
        return self._post(views.Appended, "entries", entry.model_dump(mode="json"))

    def append_many(self, entries: Sequence[views.NewEntry]) -> list[views.Appended]:
        """Append all of the entries, or none."""
        answer = self._http.post("entries/atomic", [entry.model_dump(mode="json") for entry in entries])
        return _list(views.Appended, answer)

    def register_system(self, subject: str, body: SystemRegistered) -> views.Appended:
        """Register an AI system or use case."""
        return self._post(views.Appended, "systems", {"subject": subject, "body": plain(body)})

    def register_dataset(self, subject: str, body: DatasetRegistered) -> views.Appended:
        """Register a version of a dataset."""
        return self._post(views.Appended, "datasets", {"subject": subject, "body": plain(body)})

    def record_run(self, body: RunRecorded, *, run: str | None = None) -> views.Appended:
        """Record a training run."""
        return self._post(views.Appended, "runs", {"run": run, "body": plain(body)})

    def register_model(self, subject: str, body: ModelRegistered) -> views.Appended:
        """Register a version of a model."""
        return self._post(views.Appended, "models", {"subject": subject, "body": plain(body)})

    def record_evidence(self, body: EvidenceRecorded) -> views.Appended:
        """Record evidence that the token's actor computed."""
        return self._post(views.Appended, "evidence", plain(body))

    def open_alert(self, body: AlertOpened) -> views.Appended:
        """Open an alert."""
        return self._post(views.Appended, "alerts", plain(body))

    def close_alert(self, alert: str, reason: str) -> views.Appended:
        """Close an alert."""
        return self._post(views.Appended, f"alerts/{_part(alert)}/close", {"reason": reason})

    # Reading ------------------------------------------------------------------------------------------------

    def checkpoint(self) -> views.CheckpointView:
        """Return the newest checkpoint."""
        from governance.workspace.proofs import checkpoint_view

        return checkpoint_view(self._http.get("checkpoint").text)

    def verifier_keys(self) -> list[str]:
        """Return the keys as the service says them; pin them by another way."""
        return list(self._keys)

    def entry(self, reference: str | int) -> views.EntryView:
        """Return an entry by seq, id or entry hash."""
        return self._get(views.EntryView, f"entries/{_part(str(reference))}")

    def entries(self, query: views.EntryQuery) -> list[views.EntryView]:
        """Return entries by keyset paging."""
        return self._get_list(views.EntryView, "entries", **query.model_dump(mode="json"))

    def subject(self, subject: str) -> views.SubjectView:
        """Return a subject."""
        return self._get(views.SubjectView, f"subjects/{_part(subject)}")

    def subjects(
        self, kind: str | None = None, *, after: str | None = None, limit: int = 100
    ) -> list[views.SubjectSummary]:
        """Return the inventory, page by page."""
        return self._get_list(views.SubjectSummary, "subjects", kind=kind, after=after, limit=limit)

    def lineage(self, subject: str, *, direction: str = "both", depth: int = 8) -> views.Lineage:
        """Return the graph around a subject."""
        return self._get(views.Lineage, f"lineage/{_part(subject)}", direction=direction, depth=depth)

    def as_of(
        self, time: str | None = None, *, target: str | None = None, model: str | None = None
    ) -> list[views.InProduction]:
        """Return what stood where at an instant, and why."""
        return self._get_list(views.InProduction, "as-of", time=time, target=target, model=model)

    def deployments(self, model: str | None = None) -> list[views.InProduction]:
        """Return every deployment, of one model name if given."""
        return self._get_list(views.InProduction, "deployments", model=model)

    def trace(self, prediction: str) -> views.Trace:
        """Trace a prediction back to what stands behind it."""
        return self._get(views.Trace, "trace", prediction=prediction)

    def alerts(self, *, open_only: bool = True) -> list[views.AlertView]:
        """Return alerts."""
        return self._get_list(views.AlertView, "alerts", open_only=open_only)

    def overview(self) -> views.Overview:
        """Return what a first screen shows."""
        return self._get(views.Overview, "overview")

    # Proofs -------------------------------------------------------------------------------------------------

    def prove(self, reference: str | int, *, withhold_body: bool = False) -> str:
        """Return the tlog-proof document of one entry."""
        return self._http.get(f"proofs/{_part(str(reference))}", withhold_body=withhold_body).text

    def consistency_proof(self, old: int, new: int) -> list[str]:
        """Return the consistency proof between two sizes."""
        return list(self._http.get("consistency", old=old, new=new).json()["proof"])

    def tile(self, level: int, index: int, width: int = 256) -> bytes:
        """Return one tile's hashes."""
        from governance.ledger.tiles import tile_path

        return self._http.get(tile_path(level, index, width)).content

    def verify(
        self,
        *,
        key: str | None = None,
        checkpoint: str | None = None,
        progress: Callable[[views.Progress], None] | None = None,
    ) -> views.Verification:
        """Verify the ledger here, from what the service hands out; its word is not taken for anything."""
        from governance.workspace.remote_reader import HttpReader
        from governance.workspace.verifying import verify_reader

        return verify_reader(HttpReader(self._http), key=key, checkpoint=checkpoint, progress=progress)

    def export(self, folder: Path, *, bodies: bool = False) -> int:
        """Write the static export of what the service hands out."""
        from governance.workspace.remote_reader import HttpReader
        from governance.workspace.verifying import export_reader

        return export_reader(HttpReader(self._http), folder, bodies=bodies)

    # Gate ---------------------------------------------------------------------------------------------------

    def register_policy(self, text: str) -> views.PolicyView:
        """Register a policy pack."""
        return self._post(views.PolicyView, "policies", {"text": text})

    def policies(self) -> list[views.PolicyView]:
        """Return the packs that the ledger knows."""
        return self._get_list(views.PolicyView, "policies")

    def ask_gate(self, subject: str, target: str) -> views.DecisionView:
        """Ask whether a subject may go to a target."""
        return self._post(views.DecisionView, "gate", {"subject": subject, "target": target})

    def decision(self, decision: str) -> views.DecisionView:
        """Return one decision with its receipt."""
        return self._get(views.DecisionView, f"decisions/{_part(decision)}")

    def decisions(self, about: str | None = None, *, limit: int = 100) -> list[views.DecisionView]:
        """Return decisions, newest first."""
        return self._get_list(views.DecisionView, "decisions", about=about, limit=limit)

    def replay(self, decision: str) -> views.Replay:
        """Compute a verdict again from the ledger as it stood."""
        return self._get(views.Replay, f"decisions/{_part(decision)}/replay")

    def approval_statement(
        self, subject: str, target: str, *, meaning: str, days: int = 30
    ) -> dict[str, Any]:
        """Return the statement to sign."""
        wanted = {"subject": subject, "target": target, "meaning": meaning, "days": days}
        return dict(self._http.post("approval-statements", wanted).json())

    def waiver_statement(
        self, subject: str, target: str, *, rule: str, reason: str, compensating_control: str, days: int = 30
    ) -> dict[str, Any]:
        """Return the waiver statement to sign."""
        wanted = {
            "subject": subject,
            "target": target,
            "rule": rule,
            "reason": reason,
            "compensating_control": compensating_control,
            "days": days,
        }
        return dict(self._http.post("waiver-statements", wanted).json())

    def approve(self, statement: dict[str, Any], signature: str) -> views.ApprovalView:
        """Enter a signed approval."""
        return self._post(views.ApprovalView, "approvals", {"statement": statement, "signature": signature})

    def waive(self, statement: dict[str, Any], signature: str) -> views.ApprovalView:
        """Enter a signed waiver."""
        return self._post(views.ApprovalView, "waivers", {"statement": statement, "signature": signature})

    def revocation_statement(self, approval: str, *, reason: str) -> dict[str, Any]:
        """Return the statement to sign that takes an approval or waiver back."""
        return dict(self._http.post("revocation-statements", {"approval": approval, "reason": reason}).json())

    def revoke_approval(self, statement: dict[str, Any], signature: str) -> views.ApprovalView:
        """Enter a signed revocation of an approval or waiver."""
        return self._post(views.ApprovalView, "revocations", {"statement": statement, "signature": signature})

    def approvals(self, about: str | None = None) -> list[views.ApprovalView]:
        """Return approvals and waivers and whether they count now."""
        return self._get_list(views.ApprovalView, "approvals", about=about)

    # Operations ---------------------------------------------------------------------------------------------

    def deploy(self, model: str, target: str, *, decision: str | None = None) -> views.InProduction:
        """Deploy a model that an unexpired allow permits."""
        wanted = {"model": model, "target": target, "decision": decision}
        return self._post(views.InProduction, "deployments", wanted)

    def roll_back(self, model_name: str, target: str, *, reason: str) -> views.InProduction:
        """Put the deployment before back to work."""
        wanted = {"model_name": model_name, "target": target, "reason": reason}
        return self._post(views.InProduction, "rollbacks", wanted)

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
        """Seal a batch here and enter its root; the secret stays in this machine's key folder."""
        from governance.workspace.sealing import seal_for

        return seal_for(
            self, self._batch_secrets(), deployment, columns, rows, groups=groups, start=start, end=end
        )

    def record_batch(self, batch: str, body: BatchSealed) -> views.SealedBatchView:
        """Enter a batch that was sealed on this machine."""
        return self._post(views.SealedBatchView, "batches", {"batch": batch, "body": plain(body)})

    def prove_row(
        self, batch: str, rows: Iterator[Sequence[Any]], row: int, *, disclose: Sequence[int] | None = None
    ) -> str:
        """Return the row proof of one row, made here."""
        from governance.workspace.sealing import row_proof_for

        return row_proof_for(self, self._batch_secrets(), batch, rows, row, disclose=disclose)

    # People -------------------------------------------------------------------------------------------------

    def register_user(
        self, actor: str, roles: Sequence[dict[str, Any]], *, name: str | None = None
    ) -> views.UserView:
        """Register a person or service."""
        return self._post(views.UserView, "users", {"actor": actor, "roles": list(roles), "name": name})

    def set_roles(self, actor: str, roles: Sequence[dict[str, Any]]) -> views.UserView:
        """Set somebody's roles."""
        answer = self._http.put(f"users/{_part(actor)}/roles", {"roles": list(roles)})
        return views.UserView.model_validate_json(answer.content)

    def users(self) -> list[views.UserView]:
        """Return everybody registered."""
        return self._get_list(views.UserView, "users")

    def bind_key(self, actor: str, ssh_key: str) -> str:
        """Bind an SSH public key to a person."""
        return str(self._http.post("keys", {"actor": actor, "ssh_key": ssh_key}).json()["key"])

    def revoke_key(self, key: str, *, since: str, reason: str) -> views.Appended:
        """Revoke a key from an instant on."""
        return self._post(views.Appended, f"keys/{_part(key)}/revoke", {"since": since, "reason": reason})

    def issue_token(self, actor: str, scopes: Sequence[str], *, days: int = 90) -> views.TokenView:
        """Issue an API token."""
        return self._post(views.TokenView, "tokens", {"actor": actor, "scopes": list(scopes), "days": days})

    def revoke_token(self, token: str, *, reason: str) -> views.Appended:
        """Revoke a token."""
        return self._post(views.Appended, f"tokens/{_part(token)}/revoke", {"reason": reason})

    def tokens(self) -> list[views.TokenView]:
        """Return the tokens, without their secrets."""
        return self._get_list(views.TokenView, "tokens")

    def _get(self, view: type[V], path: str, **parameters: Any) -> V:
        return view.model_validate_json(self._http.get(path, **parameters).content)

    def _get_list(self, view: type[V], path: str, **parameters: Any) -> list[V]:
        return _list(view, self._http.get(path, **parameters))

    def _post(self, view: type[V], path: str, content: Any) -> V:
        return view.model_validate_json(self._http.post(path, content).content)

    def _batch_secrets(self) -> Any:
        from governance.workspace.sealing import client_secrets

        return client_secrets(self.origin, self._secrets)


def _list(view: type[V], answer: httpx.Response) -> list[V]:
    return TypeAdapter(list[view]).validate_json(answer.content)  # type: ignore[valid-type]


def _part(text: str) -> str:
    """Return one part of a path: subjects hold `#` and `/`."""
    return quote(text, safe="")
