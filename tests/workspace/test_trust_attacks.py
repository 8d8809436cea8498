"""Attacks on what a verdict rests on, by people who hold roles: each is named after what was tried."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from governance import instants
from governance.errors import Conflict, Erased, IntegrityError, InvalidInput, NotFound, NotPermitted
from governance.gate import statements
from governance.ledger.entry import Draft, new_id
from governance.lineage.records import AlertOpened
from governance.workspace import NewEntry, Workspace
from tests.workspace.builders import (
    PACK,
    a_dataset,
    a_model,
    a_run,
    a_system,
    a_trained_model,
    evidence_about,
    sign,
)
from tests.workspace.world import ALICE, Person, World

OPEN_PACK = """\
pack: open
version: 1.0.0
title: Nothing stands against it
applies: {targets: [production]}
rules:
  - {id: purpose, check: cel, with: {expr: 'system.purpose != ""'}}
  - {id: alerts, check: cel, with: {expr: 'size(alerts) == 0'}}
"""
LINEAGE_PACK = """\
pack: lineage
version: 1.0.0
title: All is known
applies: {targets: [production]}
rules:
  - {id: complete, check: lineage.complete}
"""


def a_note(subject: str, kind: str = "x.note") -> NewEntry:
    return NewEntry(kind=kind, subject=subject, body={"hello": 1})


def an_update(**changed: Any) -> NewEntry:
    body = a_system().model_dump(mode="json", exclude_none=True) | changed
    return NewEntry(kind="system.updated", subject="system:credit", body=body)


def without_triggers(path: Path) -> sqlite3.Connection:
    raw = sqlite3.connect(path)
    for (name,) in raw.execute("select name from sqlite_master where type = 'trigger'").fetchall():
        raw.execute(f'drop trigger "{name}"')
    return raw


def approved_by(world: World, model: str) -> tuple[Person, Person]:
    bob, carol = world.a_person("user:bob", "model-owner"), world.a_person("user:carol", "compliance")
    bob.approve(model)
    carol.approve(model)
    return bob, carol


# Whose model it is --------------------------------------------------------------------------------------------


def test_a_note_about_a_run_is_no_run(world: World, alice: Workspace) -> None:
    alice.register_system("system:credit", a_system())
    mallory, run = world.as_("user:mallory", "recorder"), f"run:{new_id()}"
    mallory.append(a_note(run))
    with pytest.raises(NotFound, match="run:"):
        mallory.register_model("model:scorer@1", a_model(run))


def test_a_note_in_the_same_batch_is_no_run_either(world: World, alice: Workspace) -> None:
    alice.register_system("system:credit", a_system())
    mallory, run = world.as_("user:mallory", "recorder"), f"run:{new_id()}"
    body = a_model(run).model_dump(mode="json", exclude_none=True)
    with pytest.raises(NotFound, match="run:"):
        mallory.append_many(
            [a_note(run), NewEntry(kind="model.registered", subject="model:scorer@1", body=body)]
        )


def test_a_model_under_somebody_elses_run_is_refused(world: World, alice: Workspace) -> None:
    run = alice.subject(a_trained_model(alice)).entries[0].body
    mallory = world.as_("user:mallory", "recorder")
    with pytest.raises(InvalidInput, match="did not put out"):
        mallory.register_model("model:scorer@2", a_model(str((run or {})["run"]), output="mallorys own"))


def test_who_registered_the_model_may_not_approve_it(world: World, alice: Workspace) -> None:
    alice.register_policy(PACK)
    a_trained_model(alice)
    run = alice.record_run(a_run(output="model-2")).subject
    mallory = world.a_person("user:mallory", "recorder", "model-owner")
    mallory.workspace.register_model("model:scorer@2", a_model(run, output="model-2"))
    with pytest.raises(NotPermitted, match="registered it"):
        mallory.approve("model:scorer@2")


def test_erasing_the_run_lets_nobody_approve_and_gives_no_verdict(world: World, alice: Workspace) -> None:
    alice.register_policy(PACK)
    mallory = world.a_person("user:mallory", "recorder", "model-owner")
    alice.register_system("system:credit", a_system())
    alice.register_dataset("dataset:loans@1", a_dataset())
    run = mallory.workspace.record_run(a_run())
    mallory.workspace.register_model("model:scorer@1", a_model(run.subject))
    _erase(world, run.seq)
    with pytest.raises(Erased, match="erased"):
        alice.ask_gate("model:scorer@1", "production")
    with pytest.raises(Erased, match="erased"):
        mallory.approve("model:scorer@1")


def _erase(world: World, seq: int) -> None:
    ledger = world.admin._session.ledger
    body = {"seq": seq, "reason": "asked for", "legal_basis": "GDPR 17", "approvals": []}
    ledger.append(Draft(ALICE, "body.erased", f"entry:{seq}", body))
    with sqlite3.connect(world.path) as raw:
        raw.execute("delete from body where seq = ?", (seq,))
    raw.close()


# Which policies judge -----------------------------------------------------------------------------------------


def test_a_recorder_can_not_update_somebody_elses_system(world: World, alice: Workspace) -> None:
    alice.register_system("system:credit", a_system())
    pipeline = world.as_("service:pipeline", "recorder")
    with pytest.raises(NotPermitted, match="owner"):
        pipeline.append(an_update(purpose="another"))


@pytest.mark.parametrize("change", [{"risk": "minimal"}, {"regimes": []}, {"internal": True}])
def test_the_owner_can_not_change_which_policies_apply(
    world: World, alice: Workspace, change: dict[str, Any]
) -> None:
    body = a_system().model_dump(mode="json", exclude_none=True) | {"owner": "user:olga", "regimes": ["ecoa"]}
    alice.append(NewEntry(kind="system.registered", subject="system:credit", body=body))
    olga = world.as_("user:olga", "recorder")
    with pytest.raises(NotPermitted, match=next(iter(change))):
        olga.append(NewEntry(kind="system.updated", subject="system:credit", body=body | change))
    olga.append(NewEntry(kind="system.updated", subject="system:credit", body=body | {"purpose": "clearer"}))
    stricter = body | {"regimes": ["ecoa", "sr-26-2"], "risk": "unacceptable"}
    olga.append(NewEntry(kind="system.updated", subject="system:credit", body=stricter))
    alice.append(NewEntry(kind="system.updated", subject="system:credit", body=body | change))


def test_a_second_version_can_not_move_to_a_harmless_system(world: World, alice: Workspace) -> None:
    a_trained_model(alice)
    mallory = world.as_("user:mallory", "recorder")
    mallory.register_system("system:toy", a_system("Play", "minimal"))
    run = mallory.record_run(a_run(output="model-2")).subject
    with pytest.raises(Conflict, match="system:credit"):
        mallory.register_model("model:scorer@2", a_model(run, "system:toy", "model-2"))
    assert mallory.register_model("model:scorer@2", a_model(run, output="model-2"))


def test_a_lower_version_of_a_policy_is_refused_after_a_higher_one(alice: Workspace) -> None:
    alice.register_policy(PACK.replace("1.0.0", "1.9.0"))
    alice.register_policy(PACK.replace("1.0.0", "1.10.0"))
    with pytest.raises(Conflict, match="lower version"):
        alice.register_policy(PACK.replace("1.0.0", "1.9.1"))
    assert alice.register_policy(PACK.replace("1.0.0", "1.9.0")).policy == "policy:house@1.9.0"


# What was signed ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("blind", [{"policies": []}, {"evidence": ["00" * 32]}])
def test_a_blind_approval_is_refused(world: World, alice: Workspace, blind: dict[str, Any]) -> None:
    alice.register_policy(PACK)
    model, bob = a_trained_model(alice), world.a_person("user:bob", "model-owner")
    statement = bob.workspace.approval_statement(model, "production", meaning="x") | blind
    with pytest.raises(InvalidInput, match="names"):
        bob.workspace.approve(statement, sign(bob.key, statement))


def test_approvals_of_an_older_text_of_a_policy_do_not_count_for_the_new_one(
    world: World, alice: Workspace
) -> None:
    alice.register_policy(PACK)
    model = a_trained_model(alice)
    approved_by(world, model)
    assert alice.ask_gate(model, "production").verdict == "allow"
    alice.register_policy(PACK.replace("1.0.0", "2.0.0").replace("Two people look at it", "Stricter"))
    assert alice.ask_gate(model, "production").verdict == "deny"


def test_a_bare_waiver_does_not_reach_a_pack_registered_later(world: World, alice: Workspace) -> None:
    text = (
        "pack: {0}\nversion: 1.0.0\ntitle: t\napplies: {{targets: [production]}}\nrules:\n"
        "  - {{id: fair, check: cel, with: {{expr: 'size(subject) == {1}'}}, waivable_by: [chief-risk-officer]}}\n"
    )
    alice.register_policy(text.format("one", 0))
    model, risk = a_trained_model(alice), world.a_person("user:cro", "chief-risk-officer")
    statement = risk.workspace.waiver_statement(
        model, "production", rule="fair", reason="pilot", compensating_control="by hand"
    )
    risk.workspace.waive(statement, sign(risk.key, statement))
    assert alice.ask_gate(model, "production").verdict == "allow"
    alice.register_policy(text.format("two", 1))
    assert [r.result for r in alice.ask_gate(model, "production").results] == ["waived", "fail"]


@pytest.mark.parametrize("expires", ["2026-13-45T00:00:00Z", "٢٠٣٠-01-01T00:00:00Z", "2030-02-30T00:00:00Z"])
def test_an_expiry_that_is_no_instant_is_refused_in_words(
    world: World, alice: Workspace, expires: str
) -> None:
    model, bob = a_trained_model(alice), world.a_person("user:bob", "model-owner")
    statement = bob.workspace.approval_statement(model, "production", meaning="x") | {"expires": expires}
    with pytest.raises(InvalidInput, match="expires"):
        bob.workspace.approve(statement, sign(bob.key, statement))


# Who stands for it still --------------------------------------------------------------------------------------


def test_an_approval_stops_counting_when_its_signer_loses_the_role(world: World, alice: Workspace) -> None:
    alice.register_policy(PACK)
    model = a_trained_model(alice)
    approved_by(world, model)
    assert alice.ask_gate(model, "production").verdict == "allow"
    alice.set_roles("user:bob", [{"role": "approver"}])
    assert alice.ask_gate(model, "production").verdict == "deny"
    alice.set_roles("user:bob", [{"role": "approver"}, {"role": "model-owner"}])
    assert alice.ask_gate(model, "production").verdict == "allow"


def test_a_key_revoked_from_now_on_leaves_what_it_signed_before(world: World, alice: Workspace) -> None:
    alice.register_policy(PACK)
    model = a_trained_model(alice)
    approved_by(world, model)
    (key,) = next(user.keys for user in alice.users() if user.actor == "user:bob")
    alice.revoke_key(key, since=instants.now(), reason="retired")
    assert alice.ask_gate(model, "production").verdict == "allow"
    alice.revoke_key(key, since="2026-01-01T00:00:00Z", reason="it was stolen long before")
    assert alice.ask_gate(model, "production").verdict == "deny"


def test_a_revocation_planned_for_later_does_not_keep_a_stolen_key_alive(
    world: World, alice: Workspace
) -> None:
    world.a_person("user:bob", "model-owner")
    (key,) = next(user.keys for user in alice.users() if user.actor == "user:bob")
    alice.revoke_key(key, since="2099-01-01T00:00:00Z", reason="retires then")
    alice.revoke_key(key, since="2026-01-01T00:00:00Z", reason="stolen")
    assert next(user.keys for user in alice.users() if user.actor == "user:bob") == []
    with pytest.raises(Conflict, match="revoked already"):
        alice.revoke_key(key, since="2098-01-01T00:00:00Z", reason="let it live again")


def test_an_approval_is_taken_back_by_its_signer_alone_and_for_good(world: World, alice: Workspace) -> None:
    alice.register_policy(PACK)
    model = a_trained_model(alice)
    bob, carol = approved_by(world, model)
    (given,) = [one.approval for one in alice.approvals(model) if one.actor == "user:bob"]
    statement = carol.workspace.revocation_statement(given, reason="I disagree")
    with pytest.raises(NotPermitted, match="user:bob"):
        carol.workspace.revoke_approval(statement, sign(carol.key, statement))
    statement = bob.workspace.revocation_statement(given, reason="the data were wrong")
    with pytest.raises(NotPermitted, match="not bound"):
        bob.workspace.revoke_approval(statement, sign(carol.key, statement))
    with pytest.raises(IntegrityError):
        bob.workspace.revoke_approval(statement | {"reason": "another"}, sign(bob.key, statement))
    done = bob.workspace.revoke_approval(statement, sign(bob.key, statement))
    assert (done.state, "data were wrong" in done.why_not) == ("revoked", True)
    assert alice.ask_gate(model, "production").verdict == "deny"
    with pytest.raises(Conflict, match="already"):
        bob.workspace.revoke_approval(statement, sign(bob.key, statement))


def test_an_approvals_revocation_takes_no_waiver_back() -> None:
    made = statements.revocation(
        revokes=f"approval:{new_id()}", reason="x", origin="a.example/b", time=instants.now()
    )
    with pytest.raises(InvalidInput):
        statements.read_revocation(made | {"type": "waiver-revocation/v1"})


# What stops a promotion ---------------------------------------------------------------------------------------


def test_a_kind_of_ones_own_does_not_lift_a_quarantine(world: World, alice: Workspace) -> None:
    alice.register_policy(LINEAGE_PACK)
    model = a_trained_model(alice)
    alice.append(a_note("dataset:loans@1", "x.quarantined"))
    mallory = world.as_("user:mallory", "recorder")
    mallory.append(a_note("dataset:loans@1", "x.quarantine-review"))
    assert alice.ask_gate(model, "production").verdict == "deny"
    with pytest.raises(NotPermitted, match="lift a quarantine"):
        mallory.append(a_note("dataset:loans@1", "x.quarantine-lifted"))
    world.as_("user:dan", "data-steward").append(a_note("dataset:loans@1", "x.quarantine-lifted"))
    assert alice.ask_gate(model, "production").verdict == "allow"


def test_a_quarantined_run_stops_its_model(alice: Workspace) -> None:
    alice.register_policy(LINEAGE_PACK)
    model = a_trained_model(alice)
    run = str((alice.subject(model).entries[0].body or {})["run"])
    alice.append(a_note(run, "x.quarantined"))
    assert alice.ask_gate(model, "production").verdict == "deny"


def an_alert(alice: Workspace, model: str) -> str:
    evidence = alice.record_evidence(evidence_about(model, ALICE)).subject
    opened = AlertOpened(about=model, evidence=evidence, summary="s", severity="critical")
    return alice.open_alert(opened).subject


def test_hiding_an_alert_from_the_index_does_not_hide_it_from_the_gate(
    world: World, alice: Workspace
) -> None:
    alice.register_policy(OPEN_PACK)
    model = a_trained_model(alice)
    alert = an_alert(alice, model)
    alice.lineage(model)
    with sqlite3.connect(world.path) as raw:
        assert raw.execute("delete from lineage_edge where target = ?", (alert,)).rowcount
    raw.close()
    assert alice.ask_gate(model, "production").verdict == "deny"


def test_taking_an_alerts_body_away_gives_no_verdict(world: World, alice: Workspace) -> None:
    alice.register_policy(OPEN_PACK)
    model = a_trained_model(alice)
    alert = an_alert(alice, model)
    raw = without_triggers(world.path)
    seq = raw.execute("select seq from entry where subject = ?", (alert,)).fetchone()[0]
    raw.execute("delete from body where seq = ?", (seq,))
    raw.commit()
    raw.close()
    with pytest.raises(IntegrityError, match="nobody erased"):
        alice.ask_gate(model, "production")


def test_hiding_a_deny_from_the_index_does_not_bring_an_old_allow_back(
    world: World, alice: Workspace
) -> None:
    alice.register_policy(OPEN_PACK)
    model = a_trained_model(alice)
    assert alice.ask_gate(model, "production").verdict == "allow"
    an_alert(alice, model)
    denied = alice.ask_gate(model, "production")
    alice.lineage(model)
    with sqlite3.connect(world.path) as raw:
        assert raw.execute("delete from lineage_edge where seq = ?", (denied.seq,)).rowcount
    raw.close()
    with pytest.raises(NotPermitted, match="denied"):
        alice.deploy(model, "production")


# Limited roles ------------------------------------------------------------------------------------------------


def test_roles_limited_to_a_system_and_target_work_there_and_nowhere_else(
    world: World, alice: Workspace
) -> None:
    alice.register_policy(OPEN_PACK)
    model = a_trained_model(alice)
    limits = {"system": "credit", "target": "production"}
    world.admin.register_user("user:dep", [{"role": "deployer", **limits}])
    world.admin.register_user("user:rec", [{"role": "recorder", "system": "credit"}])
    world.admin.register_user(
        "user:out", [{"role": "recorder", "system": "other"}, {"role": "deployer", "system": "other"}]
    )
    deployer, recorder, outsider = (world.as_limited(a) for a in ("user:dep", "user:rec", "user:out"))
    assert deployer.ask_gate(model, "production").verdict == "allow"
    assert deployer.deploy(model, "production").deployment
    with pytest.raises(NotPermitted, match="this system and target"):
        deployer.ask_gate(model, "staging")
    run = recorder.record_run(a_run(output="model-2")).subject
    recorder.register_model("model:scorer@2", a_model(run, output="model-2"))
    recorder.append(a_note("model:scorer@2"))
    for attempt in (
        lambda: outsider.append(a_note(model)),
        lambda: outsider.append(a_note("deployment:scorer/production@1")),
        lambda: outsider.deploy(model, "production"),
        lambda: outsider.roll_back("scorer", "production", reason="x"),
        lambda: outsider.ask_gate(model, "production"),
    ):
        with pytest.raises(NotPermitted, match="this system and target"):
            attempt()


def test_a_pattern_is_no_subject(alice: Workspace) -> None:
    with pytest.raises((InvalidInput, NotFound)):
        alice.lineage("*")
