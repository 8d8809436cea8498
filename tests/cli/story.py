"""A ledger with one of everything, told through the façade once and copied for each test that writes."""

from __future__ import annotations

import csv
import json
import random
from dataclasses import dataclass
from pathlib import Path

from governance.evidence import intake
from governance.identity import sshsig
from governance.lineage.records import AlertOpened, SystemRegistered
from governance.workspace import Workspace, create_workspace
from tests.workspace.builders import PACK, a_dataset, a_model, a_run, evidence_about, sign

ADA, TESS, EVE, MO, CORA = "user:ada", "user:tess", "user:eve", "user:mo", "user:cora"
MODEL = "model:scorer@1"
ROWS = 80


@dataclass(frozen=True)
class Told:
    """Where the story's files are, and the names that the ledger made up."""

    folder: Path
    batch: str
    denied: str
    allowed: str
    run: str
    alert: str
    size: int

    @property
    def ledger(self) -> Path:
        return self.folder / "governance.db"


def tell(folder: Path) -> Told:
    """Make the ledger and the files around it."""
    _write_rows(folder / "test.csv")
    (folder / "model.skops").write_text("model-1")
    with create_workspace(
        str(folder / "governance.db"), actor=ADA, name="Ada Admin", origin="acme.example/credit"
    ) as ada:
        for actor, roles in ((TESS, ("recorder", "deployer")), (EVE, ("evaluator",))):
            ada.register_user(actor, [{"role": role} for role in roles])
        for actor, role in ((MO, "model-owner"), (CORA, "compliance")):
            ada.register_user(actor, [{"role": "approver"}, {"role": role}])
            ada.bind_key(actor, sshsig.generate(folder / actor.removeprefix("user:"), actor))
        ada.register_policy(PACK)
        (folder / "acme.vkey").write_text(ada.verifier_keys()[0] + "\n")
        (folder / "receipts.pem").write_text((ada.entry(0).body or {})["receipt_keys"][0])
        return _work(folder, ada)


def _work(folder: Path, ada: Workspace) -> Told:
    tess, eve = ada.acting_as(TESS), ada.acting_as(EVE)
    tess.register_system(
        "system:credit",
        SystemRegistered(purpose="Rank applications", owner=MO, risk="high", success_metrics=[]),
    )
    tess.register_dataset("dataset:loans@1", a_dataset())
    run = tess.record_run(a_run()).subject
    tess.register_model(MODEL, a_model(run))
    evidence = eve.record_evidence(evidence_about(MODEL, EVE)).subject
    denied = tess.ask_gate(MODEL, "production").decision
    for actor in (MO, CORA):
        theirs = ada.acting_as(actor)
        statement = theirs.approval_statement(MODEL, "production", meaning="I reviewed it")
        theirs.approve(statement, sign(folder / actor.removeprefix("user:"), statement))
    allowed = tess.ask_gate(MODEL, "production")
    (folder / "receipt.json").write_text(allowed.receipt or "")
    tess.deploy(MODEL, "production")
    table = intake.sealable_table(folder / "test.csv")
    times = {"start": "2026-01-01T00:00:00.000000Z", "end": "2026-01-31T00:00:00.000000Z"}
    batch = tess.seal_batch("deployment:scorer/production@1", table.columns, iter(table.rows), **times)
    alert = eve.open_alert(
        AlertOpened(
            about="deployment:scorer/production@1", evidence=evidence, severity="warning", summary="It moved."
        )
    )
    return Told(folder, batch.batch, denied, allowed.decision, run, alert.subject, ada.checkpoint().size)


def _write_rows(path: Path) -> None:
    chance = random.Random(7)
    with path.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["income", "debt", "sex", "approved", "score"])
        for number in range(ROWS):
            score = round(chance.random(), 3)
            approved = int(score + chance.gauss(0, 0.3) > 0.5)
            sex = "female" if number % 2 else "male"
            rows.writerow([round(40 + 20 * score, 2), round(chance.random() * 30, 2), sex, approved, score])


def a_line(**changes: object) -> bytes:
    """Return one line for `govern append`."""
    return (
        json.dumps({"kind": "x.note", "subject": "system:credit", "body": {"a": 1}, **changes}).encode()
        + b"\n"
    )
