"""Sealing prediction batches where their rows are: only root, count and schema go to the ledger.

Order, so that no batch is ever sealed that nobody can prove a row of:
1. the batch is named and its secret drawn; 2. the secret is durable in the key folder; 3. the rows are read
   and committed;
4. `batch.sealed` is entered. A failure in between leaves a secret without a batch, which harms nobody.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

from governance import instants
from governance.errors import Conflict, InvalidInput, NotFound
from governance.evidence import rowproof, sealing
from governance.ledger.entry import Draft, new_id
from governance.ledger.keys import KeyFolder
from governance.lineage.records import BatchSealed, Column
from governance.lineage.subjects import Subject
from governance.workspace.bodies import body_of, plain
from governance.workspace.entry_views import appended
from governance.workspace.session import Session
from governance.workspace.views import SealedBatchView, SubjectView


class SecretKeeper(Protocol):
    """Where the secrets of batches are kept: a folder on this machine, never the ledger."""

    def save_batch_secret(self, batch: str, secret: bytes, /) -> None:
        """Keep a secret; durable on return."""

    def batch_secret(self, batch: str, /) -> bytes:
        """Return a secret."""


class Recorder(Protocol):
    """The three façade methods that sealing rests on, local or remote."""

    def subject(self, subject: str) -> SubjectView:
        """Return a subject with its entries."""

    def prove(self, reference: str | int, *, withhold_body: bool = False) -> str:
        """Return the proof of an entry."""

    def record_batch(self, batch: str, body: BatchSealed) -> SealedBatchView:
        """Enter a batch that was sealed."""


def client_secrets(origin: str, folder: str | None) -> KeyFolder:
    """Return the key folder of this machine for a ledger behind HTTP.

    Args:
        origin: the ledger's origin; each ledger has a folder of its own.
        folder: where, if not the user's own data folder.
    """
    if folder is not None:
        return KeyFolder(Path(folder))
    from platformdirs import user_data_path

    name = hashlib.sha256(origin.encode()).hexdigest()[:32]
    return KeyFolder(user_data_path("ml-governance") / "ledgers" / name)


def seal_for(
    workspace: Recorder,
    keeper: SecretKeeper,
    deployment: str,
    columns: Sequence[dict[str, str]],
    rows: Iterator[Sequence[Any]],
    *,
    groups: Sequence[Sequence[str]] | None = None,
    start: str,
    end: str,
) -> SealedBatchView:
    """Seal `rows` and enter the batch; see the order above.

    Raises:
        NotFound: there is no such deployment.
        InvalidInput: columns, groups, rows or the period are not what a batch takes.
    """
    if Subject.parse(deployment).kind != "deployment":
        raise InvalidInput(
            f"'{deployment}' is no deployment.", remedy="An example: deployment:credit-scorer/production@1."
        )
    model = _model_of(workspace.subject(deployment))
    period = _period(start, end)
    layout = sealing.Layout.of(columns, groups)
    batch = new_id()
    secret = secrets.token_bytes(sealing.SECRET_BYTES)
    keeper.save_batch_secret(batch, secret)
    sealed = sealing.seal(layout.schema, rows, layout.group_names, secret)
    body = BatchSealed.model_validate(
        {
            "deployment": deployment,
            "model": model,
            "root": sealed.root,
            "count": sealed.count,
            "schema": layout.schema,
            "groups": layout.group_names,
            "from": period[0],
            "to": period[1],
        }
    )
    return workspace.record_batch(f"batch:{batch}", body)


def row_proof_for(
    workspace: Recorder,
    keeper: SecretKeeper,
    batch: str,
    rows: Iterator[Sequence[Any]],
    row: int,
    *,
    disclose: Sequence[int] | None = None,
) -> str:
    """Return the row proof of one row, from the rows as they were sealed.

    Raises:
        NotFound: there is no such batch, or its secret is not on this machine.
        InvalidInput: the rows are not those that were sealed, or there is no such row or group.
    """
    subject = Subject.parse(batch)
    if subject.kind != "batch":
        raise InvalidInput(f"'{batch}' is no batch.", remedy="Name it batch:UUID.")
    sealed = next(e for e in workspace.subject(batch).entries if e.kind == "batch.sealed")
    body = sealed.body or {}
    layout = sealing.Layout.of(body["schema"], body["groups"])
    opened = sealing.open_row(layout, rows, keeper.batch_secret(subject.rest), row)
    if opened.root != body["root"]:
        raise InvalidInput(
            f"These rows are not the ones sealed in {batch} ({opened.count} given, {body['count']} sealed).",
            remedy="Give the very same rows in the same order, with the same column types.",
        )
    return rowproof.build(
        layout, opened, batch=batch, entry_proof=workspace.prove(sealed.seq), disclose=disclose
    )


def _model_of(deployment: SubjectView) -> str:
    for entry in deployment.entries:
        if entry.kind in {"deployment.made", "deployment.rolled-back"} and entry.body is not None:
            return str(entry.body["model"])
    raise NotFound(f"{deployment.subject} was never made.", remedy="See what is deployed: govern as-of.")


def _period(start: str, end: str) -> tuple[str, str]:
    period = instants.normal(start), instants.normal(end)
    if period[0] > period[1]:
        raise InvalidInput(
            f"The batch ends ({end}) before it begins ({start}).", remedy="Swap the two instants."
        )
    return period


class Batches:
    """Batches for one session of a local ledger."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def record(self, batch: str, body: BatchSealed) -> SealedBatchView:
        """Enter a batch that was sealed on this machine or by a client.

        Raises:
            InvalidInput: layout or model do not fit.
            Conflict: that batch is sealed already.
        """
        system, target = self._session.place(body.deployment)
        actor = self._session.permitted("batch", system=system, target=target)
        if Subject.parse(batch).kind != "batch":
            raise InvalidInput(f"'{batch}' is no batch.", remedy="Name it batch:UUID.")
        self._session.known(body.deployment, kinds=("deployment",))
        made = self._session.newest("deployment.made", body.deployment) or self._session.newest(
            "deployment.rolled-back", body.deployment
        )
        if made is None or body_of(made).get("model") != body.model:
            raise InvalidInput(
                f"{body.deployment} does not run {body.model}.",
                remedy="Name the model that is deployed there.",
            )
        sealing.Layout.of(
            [Column.model_validate(column).model_dump() for column in body.schema_], body.groups
        )
        if body.count < 1:
            raise InvalidInput("The batch has no rows.", remedy="Seal a batch once it has a prediction.")
        draft = Draft(actor=actor, kind="batch.sealed", subject=batch, body=plain(body), id=new_id())

        def propose(_size: int) -> list[Draft]:
            if self._session.knows(batch):
                raise Conflict(f"{batch} is sealed already.", remedy="Seal other rows as another batch.")
            return [draft]

        done = appended(self._session.enter(propose)[0])
        return SealedBatchView(
            batch=batch,
            seq=done.seq,
            entry=done.entry,
            root=body.root,
            count=body.count,
            deployment=body.deployment,
            model=body.model,
        )
