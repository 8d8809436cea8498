"""Deploying, rolling back, sealed batches, traces, local and over HTTP."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from governance.errors import Conflict, IntegrityError, InvalidInput, NotFound, NotPermitted
from governance.workspace import Workspace
from governance.workspace.offline import check_file
from tests.workspace.builders import TIME, a_trained_model
from tests.workspace.world import World

OPEN = """\
pack: open
version: 1.0.0
title: What has a purpose may go
applies:
  targets: [production]
rules:
  - id: purpose
    check: cel
    with: {expr: system.purpose != ""}
"""


@pytest.fixture
def open_house(alice: Workspace) -> Workspace:
    """A ledger whose only policy lets registered systems through."""
    alice.register_policy(OPEN)
    return alice


def deployed(workspace: Workspace, version: str) -> str:
    model = a_trained_model(workspace, version)
    workspace.ask_gate(model, "production")
    return workspace.deploy(model, "production").deployment


def test_nothing_is_deployed_that_the_gate_did_not_allow(open_house: Workspace) -> None:
    model = a_trained_model(open_house)
    with pytest.raises(NotPermitted, match="has not judged"):
        open_house.deploy(model, "production")
    open_house.ask_gate(model, "staging")
    with pytest.raises(NotPermitted):
        open_house.deploy(model, "staging")
    with pytest.raises(NotFound):
        open_house.deploy("model:none@1", "production")


def test_deployments_are_numbered_and_replace_each_other(open_house: Workspace) -> None:
    assert deployed(open_house, "1") == "deployment:scorer/production@1"
    assert deployed(open_house, "2") == "deployment:scorer/production@2"
    now = open_house.as_of(target="production")
    assert [(one.deployment, one.model, one.verdict) for one in now] == [
        ("deployment:scorer/production@2", "model:scorer@2", "allow")
    ]
    states = {one.deployment: one.state for one in open_house.deployments("scorer")}
    assert states == {
        "deployment:scorer/production@1": "replaced",
        "deployment:scorer/production@2": "current",
    }
    assert open_house.as_of("2020-01-01T00:00:00Z") == []


def test_a_later_deny_withdraws_an_earlier_allow(open_house: Workspace) -> None:
    model = a_trained_model(open_house)
    allowed = open_house.ask_gate(model, "production")
    open_house.register_policy(
        OPEN.replace("1.0.0", "1.0.1").replace('system.purpose != ""', 'system.purpose == ""')
    )
    open_house.ask_gate(model, "production")
    for decision in (None, allowed.decision):
        with pytest.raises(NotPermitted, match="denied"):
            open_house.deploy(model, "production", decision=decision)


def test_a_decision_about_another_model_permits_nothing(open_house: Workspace) -> None:
    first, second = a_trained_model(open_house, "1"), a_trained_model(open_house, "2")
    decision = open_house.ask_gate(first, "production")
    with pytest.raises(NotPermitted, match="does not judge"):
        open_house.deploy(second, "production", decision=decision.decision)


def test_a_roll_back_restores_what_stood_before_with_its_reason(open_house: Workspace) -> None:
    for version in ("1", "2", "3"):
        deployed(open_house, version)
    with pytest.raises(InvalidInput):
        open_house.roll_back("scorer", "production", reason=" ")
    back = open_house.roll_back("scorer", "production", reason="complaints rose")
    assert (back.deployment, back.model) == ("deployment:scorer/production@4", "model:scorer@2")
    assert "complaints rose" in back.why
    assert open_house.roll_back("scorer", "production", reason="still").model == "model:scorer@1"
    with pytest.raises(Conflict):
        open_house.roll_back("scorer", "production", reason="further")
    with pytest.raises(NotFound):
        open_house.roll_back("nothing", "production", reason="x")


COLUMNS = [{"name": "applicant", "type": "text"}, {"name": "score", "type": "float64"}]
ROWS = [("a-1", 0.25), ("a-2", 0.5), ("a-3", None)]


def test_a_sealed_row_is_proved_offline_and_partly_withheld(open_house: Workspace) -> None:
    made = deployed(open_house, "1")
    batch = open_house.seal_batch(
        made, COLUMNS, iter(ROWS), groups=[["applicant"], ["score"]], start=TIME, end=TIME
    )
    assert (batch.count, batch.model) == (3, "model:scorer@1")
    key = open_house.verifier_keys()[0]
    whole = check_file(open_house.prove_row(batch.batch, iter(ROWS), 1), key=key)
    assert whole.facts["value of applicant"] == "a-2"
    partly = open_house.prove_row(batch.batch, iter(ROWS), 1, disclose=[1])
    assert "a-2" not in partly
    forged = json.loads(partly)
    forged["groups"][1]["values"]["score"] = 0.9
    with pytest.raises(IntegrityError):
        check_file(json.dumps(forged), key=key)
    with pytest.raises(InvalidInput, match="not the ones"):
        open_house.prove_row(batch.batch, iter([("a-1", 0.25), ("a-2", 0.6), ("a-3", None)]), 1)


def test_no_secret_and_no_row_reaches_the_ledger(open_house: Workspace, world: World) -> None:
    made = deployed(open_house, "1")
    open_house.seal_batch(made, COLUMNS, iter([("applicant-4711", 0.25)]), start=TIME, end=TIME)
    assert b"applicant-4711" not in world.path.read_bytes() + _wal(world.path)


def _wal(path: Path) -> bytes:
    wal = path.with_name(path.name + "-wal")
    return wal.read_bytes() if wal.exists() else b""


def test_a_batch_that_can_not_be_sealed_leaves_nothing(open_house: Workspace) -> None:
    made = deployed(open_house, "1")
    size = open_house.checkpoint().size
    for columns, rows, period in (
        (COLUMNS, [("a", "high")], (TIME, TIME)),
        (COLUMNS, [], (TIME, TIME)),
        ([{"name": "a", "type": "colour"}], [("red",)], (TIME, TIME)),
        (COLUMNS, ROWS, ("2026-02-01T00:00:00Z", "2026-01-01T00:00:00Z")),
    ):
        with pytest.raises(InvalidInput):
            open_house.seal_batch(made, columns, iter(rows), start=period[0], end=period[1])
    with pytest.raises(NotFound):
        open_house.seal_batch("deployment:scorer/production@9", COLUMNS, iter(ROWS), start=TIME, end=TIME)
    assert open_house.checkpoint().size == size


def test_a_prediction_is_traced_to_everything_behind_it(
    world: World, open_house: Workspace, tmp_path: Path
) -> None:
    model = a_trained_model(open_house)
    world.a_person("user:bob", "model-owner").approve(model)
    open_house.ask_gate(model, "production")
    made = open_house.deploy(model, "production").deployment
    batch = open_house.seal_batch(made, COLUMNS, iter(ROWS), start=TIME, end=TIME).batch
    steps = {step.title for step in open_house.trace(f"prediction:{batch.removeprefix('batch:')}#1").steps}
    assert {"batch", "deployment", "decision", "model", "run", "dataset", "system"} <= steps
    with pytest.raises(NotFound, match="3 rows"):
        open_house.trace(f"prediction:{batch.removeprefix('batch:')}#3")
    with pytest.raises(InvalidInput):
        open_house.trace(model)
