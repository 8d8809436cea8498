"""Policies, approvals, verdicts, receipts, replays, local and over HTTP."""

from __future__ import annotations

from pathlib import Path

import pytest

from governance.errors import (
    Conflict,
    GovernanceError,
    IntegrityError,
    InvalidInput,
    NotFound,
    NotPermitted,
    PolicyInvalid,
)
from governance.gate.verdict import Verdict
from governance.identity import sshsig
from governance.workspace import NewEntry, Workspace
from governance.workspace.offline import check_file
from tests.workspace.builders import PACK, a_trained_model, digest, evidence_about, sign
from tests.workspace.world import ALICE, Person, World


@pytest.fixture
def approved(world: World, alice: Workspace) -> str:
    """A model that two people approved for production under the house policy."""
    alice.register_policy(PACK)
    model = a_trained_model(alice)
    for actor, role in (("user:bob", "model-owner"), ("user:carol", "compliance")):
        world.a_person(actor, role).approve(model)
    return model


def test_without_a_policy_the_gate_denies(alice: Workspace) -> None:
    decision = alice.ask_gate(a_trained_model(alice), "production")
    assert decision.verdict is Verdict.DENY
    assert "olicy" in decision.results[0].message


def test_the_gate_denies_without_approvals_and_allows_with_them(world: World, alice: Workspace) -> None:
    alice.register_policy(PACK)
    model = a_trained_model(alice)
    denied = alice.ask_gate(model, "production")
    assert denied.verdict is Verdict.DENY
    for actor, role in (("user:bob", "model-owner"), ("user:carol", "compliance")):
        world.a_person(actor, role).approve(model)
    allowed = alice.ask_gate(model, "production")
    assert allowed.verdict is Verdict.ALLOW
    assert alice.ask_gate(model, "staging").verdict is Verdict.DENY
    assert [one.verdict for one in alice.decisions(model)] == [Verdict.DENY, Verdict.ALLOW, Verdict.DENY]
    assert len(alice.decisions(limit=2)) == 2


def test_a_verdict_is_entered_before_it_is_answered_and_replays_the_same(
    alice: Workspace, approved: str
) -> None:
    decision = alice.ask_gate(approved, "production")
    entry = alice.entry(decision.seq)
    assert (entry.kind, entry.subject) == ("gate.decided", decision.decision)
    assert entry.body is not None
    assert entry.body["checkpoint"]["size"] == decision.seq
    alice.append(NewEntry(kind="x.note", subject=approved, body={"later": True}))
    replay = alice.replay(decision.decision)
    assert (replay.outcome, replay.verdict, replay.differences) == ("same", Verdict.ALLOW, [])


def test_the_receipt_opens_its_own_artifact_and_target_only(
    alice: Workspace, approved: str, tmp_path: Path
) -> None:
    decision = alice.ask_gate(approved, "production")
    assert decision.receipt is not None
    assert alice.decision(decision.decision) == decision
    created = alice.entry(0).body
    assert created is not None
    pem, key = created["receipt_keys"][0], alice.verifier_keys()[0]
    artifact = tmp_path / "model.skops"
    artifact.write_text("model-1")
    assert decision.artifact == digest("model-1")
    report = check_file(decision.receipt, key=key, artifact=artifact, target="production", receipt_key=pem)
    assert report.kind == "receipt"
    with pytest.raises(IntegrityError):
        check_file(decision.receipt, key=key, artifact=artifact, target="staging", receipt_key=pem)
    artifact.write_text("another model")
    with pytest.raises(IntegrityError):
        check_file(decision.receipt, key=key, artifact=artifact, target="production", receipt_key=pem)


def test_an_approval_by_the_trainer_is_refused(world: World, alice: Workspace, tmp_path: Path) -> None:
    model = a_trained_model(alice)
    roles = [{"role": role} for role in ("administrator", "approver", "recorder", "model-owner")]
    world.admin.set_roles(ALICE, roles)
    key = tmp_path / "alice"
    world.admin.bind_key(ALICE, sshsig.generate(key, ALICE))
    with pytest.raises(NotPermitted, match="trained"):
        Person(alice, key).approve(model)
    assert alice.approvals(model) == []


def test_an_approval_counts_once_and_under_the_signers_own_key(world: World, alice: Workspace) -> None:
    model = a_trained_model(alice)
    person = world.a_person("user:bob", "model-owner")
    bob, key = person.workspace, person.key
    carol = world.a_person("user:carol", "compliance").workspace
    statement = bob.approval_statement(model, "production", meaning="I looked")
    signature = sign(key, statement)
    with pytest.raises(NotPermitted):
        carol.approve(statement, signature)
    given = bob.approve(statement, signature)
    assert (given.state, given.actor, given.about) == ("valid", "user:bob", model)
    with pytest.raises(Conflict):
        bob.approve(statement, signature)
    with pytest.raises(GovernanceError):
        bob.approve({**statement, "target": "staging"}, signature)
    with pytest.raises(InvalidInput):
        bob.approve({"type": "approval/v1"}, signature)
    assert [one.approval for one in alice.approvals()] == [given.approval]
    assert given.statement == statement


def test_a_waiver_names_a_rule_that_somebody_may_waive(world: World, alice: Workspace) -> None:
    alice.register_policy(PACK.replace("1.0.0", "1.1.0") + "    waivable_by: [chief-risk-officer]\n")
    model = a_trained_model(alice)
    dora = world.a_person("user:dora", "chief-risk-officer")
    officer, key = dora.workspace, dora.key
    said = {"reason": "Pilot of two weeks", "compensating_control": "Every refusal is reviewed"}
    with pytest.raises(InvalidInput, match="two-poeple"):
        officer.waiver_statement(model, "production", rule="two-poeple", **said)
    statement = officer.waiver_statement(model, "production", rule="two-people", **said)
    waiver = officer.waive(statement, sign(key, statement))
    assert (waiver.kind, waiver.state) == ("waiver", "valid")
    decision = alice.ask_gate(model, "production")
    assert decision.verdict is Verdict.ALLOW
    assert decision.results[0].waiver == waiver.approval


def test_policies_are_registered_once_and_changed_by_a_new_version(alice: Workspace) -> None:
    first = alice.register_policy(PACK)
    assert alice.register_policy(PACK) == first
    with pytest.raises(Conflict):
        alice.register_policy(PACK.replace("Two people", "Some people"))
    alice.register_policy(PACK.replace("1.0.0", "1.0.1"))
    assert [one.policy for one in alice.policies()] == ["policy:house@1.0.0", "policy:house@1.0.1"]


def test_a_bad_policy_names_its_line(alice: Workspace) -> None:
    with pytest.raises(PolicyInvalid, match="Line"):
        alice.register_policy("pack: house\nversion: [\n")
    with pytest.raises(PolicyInvalid, match=r"approvals\.quorumm"):
        alice.register_policy(PACK.replace("approvals.quorum", "approvals.quorumm"))


def test_what_the_gate_can_not_judge_is_an_error_not_a_verdict(world: World, alice: Workspace) -> None:
    size = alice.checkpoint().size
    with pytest.raises(NotFound):
        alice.ask_gate("model:none@1", "production")
    with pytest.raises(InvalidInput):
        alice.ask_gate("system:credit", "production")
    auditor = world.as_("user:eve", "auditor")
    a_trained_model(alice)
    with pytest.raises(NotPermitted):
        auditor.ask_gate("model:scorer@1", "production")
    with pytest.raises(NotFound):
        alice.decision("decision:0198c5d0-0000-7000-8000-000000000000")
    assert not alice.decisions()
    assert size < alice.checkpoint().size


def test_evidence_about_the_model_stands_in_the_statement(alice: Workspace) -> None:
    model = a_trained_model(alice)
    evidence = alice.record_evidence(evidence_about(model, ALICE))
    statement = alice.approval_statement(model, "production", meaning="I looked")
    assert evidence.entry in statement["evidence"]
    assert statement["artifact"] == digest("model-1")
