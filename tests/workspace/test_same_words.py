"""Whatever is refused is refused alike by both ways to the ledger: the same class, sentence and remedy."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from governance.errors import GovernanceError
from governance.ledger.entry import new_id
from governance.lineage.records import AlertOpened
from governance.workspace import EntryQuery, NewEntry, Workspace, create_workspace, open_workspace
from tests.workspace.builders import PACK, TIME, a_dataset, a_model, a_run, a_trained_model, evidence_about
from tests.workspace.world import ALICE, served

NOBODY = f"decision:{new_id()}"
SYSTEM = "system:credit"
REFUSED: dict[str, Callable[[Workspace], Any]] = {
    "append reserved": lambda w: w.append(NewEntry(kind="gate.decided", subject=SYSTEM, body={})),
    "append unknown": lambda w: w.append(NewEntry(kind="models.registered", subject=SYSTEM, body={})),
    "append bad body": lambda w: w.append(NewEntry(kind="model.registered", subject="model:a@1", body={})),
    "append bad subject": lambda w: w.append(NewEntry(kind="x.a", subject="no spaces here", body={})),
    "append bad id": lambda w: w.append(NewEntry(kind="x.a", subject=SYSTEM, body={}, id="one")),
    "append large number": lambda w: w.append(NewEntry(kind="x.a", subject=SYSTEM, body={"n": 2**60})),
    "append many": lambda w: w.append_many([NewEntry(kind="token.issued", subject=SYSTEM, body={})]),
    "dataset": lambda w: w.register_dataset("dataset:loans@1", a_dataset("others")),
    "run": lambda w: w.record_run(a_run("dataset:lones@1")),
    "model": lambda w: w.register_model(
        "model:scorer@9", a_model(f"run:{'0' * 8}-0000-7000-8000-{'0' * 12}")
    ),
    "evidence": lambda w: w.record_evidence(evidence_about("model:scorer@1", "user:bob")),
    "alert": lambda w: w.open_alert(AlertOpened(about="model:x@1", evidence="model:x@1", severity="info")),
    "close alert": lambda w: w.close_alert("alert:1", "because"),
    "entry": lambda w: w.entry(99999),
    "entries": lambda w: w.entries(EntryQuery(limit=0)),
    "subject": lambda w: w.subject("model:scorrer@1"),
    "subjects": lambda w: w.subjects(limit=0),
    "lineage": lambda w: w.lineage("model:scorer@1", depth=0),
    "as of": lambda w: w.as_of("yesterday"),
    "trace": lambda w: w.trace("prediction:1#2"),
    "prove": lambda w: w.prove("f" * 64),
    "consistency": lambda w: w.consistency_proof(5, 2),
    "tile": lambda w: w.tile(0, 7),
    "verify": lambda w: w.verify(key="none"),
    "policy": lambda w: w.register_policy(PACK.replace("rules:", "rulez:")),
    "gate": lambda w: w.ask_gate("model:none@1", "production"),
    "gate target": lambda w: w.ask_gate("model:scorer@1", "not a target"),
    "decision": lambda w: w.decision(NOBODY),
    "decisions": lambda w: w.decisions("model:none@1"),
    "replay": lambda w: w.replay(NOBODY),
    "approval statement": lambda w: w.approval_statement("model:none@1", "production", meaning="x"),
    "approval meaning": lambda w: w.approval_statement("model:scorer@1", "production", meaning=" "),
    "waiver statement": lambda w: w.waiver_statement(
        "model:scorer@1", "production", rule="r", reason="r", compensating_control="c"
    ),
    "approve": lambda w: w.approve({}, "no signature"),
    "waive": lambda w: w.waive({}, "no signature"),
    "approvals": lambda w: w.approvals("model:none@1"),
    "deploy": lambda w: w.deploy("model:scorer@1", "production"),
    "roll back": lambda w: w.roll_back("scorer", "production", reason="x"),
    "seal": lambda w: w.seal_batch("deployment:a/b@1", [], iter([]), start=TIME, end=TIME),
    "prove row": lambda w: w.prove_row(f"batch:{NOBODY[9:]}", iter([]), 0),
    "register user": lambda w: w.register_user(ALICE, []),
    "set roles": lambda w: w.set_roles(ALICE, [{"role": "auditor"}]),
    "bind key": lambda w: w.bind_key(ALICE, "nonsense"),
    "revoke key": lambda w: w.revoke_key("key:" + "0" * 64, since="soon", reason="x"),
    "issue token": lambda w: w.issue_token("user:nobody", ["read"]),
    "token scope": lambda w: w.issue_token(ALICE, ["everything"]),
    "token days": lambda w: w.issue_token(ALICE, ["read"], days=0),
    "revoke token": lambda w: w.revoke_token(f"token:{NOBODY[9:]}", reason="x"),
}


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Workspace, Workspace]]:
    """One ledger, opened in both ways."""
    path: Path = tmp_path_factory.mktemp("both") / "governance.db"
    with create_workspace(str(path), actor=ALICE) as local:
        a_trained_model(local)
        with served(str(path), actor=ALICE) as address, open_workspace(address) as remote:
            yield local, remote


@pytest.mark.parametrize("name", REFUSED)
def test_a_refusal_reads_the_same_here_and_over_http(both: tuple[Workspace, Workspace], name: str) -> None:
    refusals = []
    for workspace in both:
        size = both[0].checkpoint().size
        with pytest.raises(GovernanceError) as refused:
            REFUSED[name](workspace)
        refusals.append((type(refused.value), refused.value.message, refused.value.remedy))
        assert both[0].checkpoint().size == size
    assert refusals[0] == refusals[1]
    assert refusals[0][0] is not GovernanceError
