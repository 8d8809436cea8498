"""Facts from a real ledger, verdicts entered there, and their replay."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from governance.errors import InvalidInput, NotFound
from governance.gate import packs
from governance.gate.decision import LETS_THROUGH
from governance.gate.facts import assemble, directory_at, ground_of
from governance.gate.registry import Registry, installed
from governance.gate.replay import differences, replay
from governance.gate.verdict import Result, Verdict
from governance.ledger.entry import new_id
from governance.ledger.log import EntryFilter
from governance.lineage.records import GateDecided
from tests.gate.room import ADMIN, DATASET, EVALUATOR, MODEL, TRAINER, Room


def results(room: Room, target: str = "production") -> dict[str, Result]:
    return {r.rule: r.result for r in room.judge(target)[1].results}


def approved(room: Room, target: str = "production") -> None:
    for actor in ("user:bob", "user:carol"):
        room.approve(actor, room.statement(target))


def test_a_sound_model_waits_only_for_its_approvals(room: Room) -> None:
    assert {rule for rule, result in results(room).items() if result not in LETS_THROUGH} == {"two-people"}
    approved(room)
    assert room.judge()[1].verdict is Verdict.ALLOW
    assert room.judge("staging")[1].verdict is Verdict.DENY


def test_the_facts_are_those_below_the_size(room: Room) -> None:
    before = room.ledger.size()
    approved(room)
    assert room.facts(size=before).approvals == ()
    assert len(room.facts().approvals) == 2
    assert all(e.seq < before for e in room.facts(size=before).evidence)


def test_the_facts_name_the_trainer_the_data_and_who_computed_what(room: Room) -> None:
    facts = room.facts()
    assert facts.trainer == TRAINER
    assert [d.subject for d in facts.datasets] == [DATASET]
    assert facts.training == (DATASET,)
    assert {e.producer for e in facts.evidence} == {EVALUATOR}
    assert facts.evidence[0].producer_roles == {"evaluator"}
    assert facts.gaps == ()


def test_what_is_named_but_not_registered_is_a_gap(room: Room) -> None:
    run = f"run:{new_id()}"
    registered = room.facts().model.body.model_dump(mode="json", exclude_none=True)
    room.enter(TRAINER, "model.registered", "model:other@1", registered | {"run": run})

    size = room.ledger.size()
    facts = assemble(
        room.ledger,
        room.projection,
        directory_at(room.ledger, size),
        "model:other@1",
        "production",
        size,
        room.now(),
    )
    assert facts.gaps == (run,)
    assert facts.run is None


def test_a_quarantined_dataset_stops_the_model_made_from_it(room: Room) -> None:
    room.enter(ADMIN, "x.quarantined", DATASET, {"reason": "mislabelled"})
    assert room.facts().quarantined == (DATASET,)
    assert results(room)["lineage"] is Result.FAIL
    room.enter(ADMIN, "x.quarantine-lifted", DATASET, {"reason": "repaired"})
    assert results(room)["lineage"] is Result.PASS


def test_evidence_about_another_artifact_of_that_name_does_not_count(room: Room) -> None:
    body = room.ledger.entry(next(e.seq for e in room.facts().evidence if e.family == "performance")).body
    assert body is not None
    foreign = [{"subject": MODEL, "digest": "sha256:" + "b" * 64}]
    room.enter(EVALUATOR, "evidence.recorded", f"evidence:{new_id()}", body | {"inputs": foreign})
    assert len(room.facts().about("performance")) == 1
    assert "another artifact" in room.facts().unreadable[0]


def test_a_malformed_body_is_told_and_not_passed_over(room: Room) -> None:
    broken = {"about": MODEL, "family": "fairness", "inputs": [], "method": {"name": "x", "source": "x"}}
    broken |= {"parameters": {}, "result": {"rows": "many"}, "how": {}, "producer": EVALUATOR}
    room.enter(EVALUATOR, "evidence.recorded", f"evidence:{new_id()}", broken)
    assert "no fairness result" in room.facts().unreadable[0]
    assert results(room)["lineage"] is Result.FAIL


def drifted(room: Room, about: str, severity: str = "critical") -> str:
    body = {"about": about, "evidence": room.facts().evidence[0].subject, "severity": severity}
    alert = f"alert:{new_id()}"
    room.enter(ADMIN, "alert.opened", alert, body)
    return alert


def deployed(room: Room, model: str) -> str:
    subject = "deployment:scorer/production@1"
    body = {
        "model": model,
        "artifact": room.facts().artifact,
        "target": "production",
        "decision": f"decision:{new_id()}",
    }
    room.enter(ADMIN, "deployment.made", subject, body)
    return subject


def test_an_open_critical_alert_about_the_model_stops_it_until_it_is_closed(room: Room) -> None:
    alert = drifted(room, deployed(room, MODEL))
    assert results(room)["no-open-alert"] is Result.FAIL
    room.enter(ADMIN, "alert.closed", alert, {"reason": "a false alarm"})
    assert results(room)["no-open-alert"] is Result.PASS


def test_a_retrained_version_may_replace_the_deployment_that_drifted(room: Room) -> None:
    drifted(room, deployed(room, "model:scorer@0"))
    facts, judgement, _ = room.judge()
    assert facts.deployed is not None
    assert facts.deployed.model == "model:scorer@0"
    (rule,) = [r for r in judgement.results if r.rule == "no-open-alert"]
    assert rule.result is Result.PASS
    assert "would replace" in rule.message


def test_a_verdict_is_entered_with_all_that_a_replay_needs(room: Room) -> None:
    decision, body = room.ask()
    decided = GateDecided.model_validate(body)
    assert decided.checkpoint["size"] == room.facts().size - 1
    assert decided.policies[0]["pack"] == "credit-high-risk"
    assert len(decided.policies[0]["entry"]) == 64
    assert [c["name"] for c in decided.checks] == sorted(c["name"] for c in decided.checks)
    assert not any(value is None for result in decided.results for value in result.values())
    assert decision.startswith("decision:")


def again(room: Room, decision: str, checks: Registry | None = None) -> Any:
    return replay(room.ledger, room.projection, decision, root_at=room.root_at, checks=checks)


def test_a_replay_gives_the_same_verdict_whatever_came_later(room: Room, house: str) -> None:
    denied, _ = room.ask()
    approved(room)
    allowed, _ = room.ask()
    stricter = house.replace("version: 1.0.0", "version: 1.0.1").replace("minimum: 0.7", "minimum: 0.99")

    pack = packs.parse(stricter)
    room.enter(ADMIN, "policy.registered", pack.subject, {"digest": pack.digest, "text": stricter})
    room.enter(ADMIN, "user.roles-set", "user:bob", {"roles": []})
    drifted(room, MODEL)
    assert room.judge()[1].verdict is Verdict.DENY
    for decision, verdict in ((denied, Verdict.DENY), (allowed, Verdict.ALLOW)):
        found = again(room, decision)
        assert (found.outcome, found.verdict, found.recorded, found.differences) == (
            "same",
            verdict,
            verdict,
            [],
        )


def test_a_forged_verdict_is_different_when_it_is_computed_again(room: Room) -> None:
    _, body = room.ask()
    forged = f"decision:{new_id()}"
    room.enter(ADMIN, "gate.decided", forged, body | {"verdict": "allow"})
    found = again(room, forged)
    assert (found.outcome, found.verdict, found.recorded) == ("different", Verdict.DENY, Verdict.ALLOW)
    assert found.differences == ["The verdict is deny, but allow was recorded."]


def test_other_code_is_said_so_and_is_a_difference(room: Room) -> None:
    decision, body = room.ask()
    other = {**body, "checks": [{**c, "digest": "sha256:" + "0" * 64} for c in body["checks"]]}
    assert all("is other code" in said for said in differences(other, body))
    without = Registry.of([installed()[name] for name in installed() if name != "data.quality"])
    found = again(room, decision, without)
    assert found.outcome == "different"
    assert any("data-quality" in said for said in found.differences)


def test_a_replay_of_nothing_is_refused(room: Room) -> None:
    with pytest.raises(NotFound):
        again(room, f"decision:{new_id()}")
    with pytest.raises(InvalidInput):
        again(room, MODEL)


def test_where_a_body_was_erased_since_the_answer_is_cannot_replay_and_names_it(room: Room) -> None:
    decision, _ = room.ask()
    seq = next(e.seq for e in room.facts().evidence if e.family == "fairness")

    class Erasing:
        """The same ledger after somebody erased one body."""

        origin = room.ledger.origin

        def entry(self, number: int, *, body: bool = True) -> Any:
            return self._without(room.ledger.entry(number, body=body))

        def entries(self, filter: Any) -> Any:  # noqa: A002
            return [self._without(entry) for entry in room.ledger.entries(filter)]

        def _without(self, entry: Any) -> Any:

            return replace(entry, body_bytes=None, salt=None, erased=True) if entry.seq == seq else entry

    found = replay(Erasing(), room.projection, decision, root_at=room.root_at)
    assert (found.outcome, found.verdict) == ("cannot replay", None)
    assert f"entry {seq}" in found.differences[0]


def test_the_gate_judges_models_only(room: Room) -> None:

    size = room.ledger.size()
    directory = directory_at(room.ledger, size)
    for subject, error in (("dataset:loans@1", InvalidInput), ("model:none@1", NotFound)):
        with pytest.raises(error):
            assemble(room.ledger, room.projection, directory, subject, "production", size, room.now())
    with pytest.raises(InvalidInput):
        assemble(room.ledger, room.projection, directory, MODEL, "Production!", size, room.now())


def test_a_run_that_did_not_put_the_artifact_out_excludes_everybody(room: Room) -> None:
    ghost = f"model:{MODEL.partition(':')[2].partition('@')[0]}@2"
    body = dict(room.ledger.entries(EntryFilter(kind="model.registered", limit=1))[0].body or {})
    body["artifact"] = {**body["artifact"], "digest": "sha256:" + "e" * 64}
    room.enter(ADMIN, "model.registered", ghost, body)
    size = room.ledger.size()
    directory = directory_at(room.ledger, size)
    ground, _ = ground_of(room.ledger, room.projection, directory, ghost, size)
    assert not ground.runs_known
    facts = assemble(room.ledger, room.projection, directory, ghost, "production", size, room.now())
    assert facts.only_from("evaluator", independent=True).evidence == ()


def test_whoever_registered_the_model_or_is_a_trainer_is_no_independent_evaluator(room: Room) -> None:
    facts = room.facts()
    one = facts.evidence[0]
    counted = replace(facts, evidence=(one,)).only_from("evaluator", independent=True)
    assert counted.evidence == (one,)
    registrar = replace(facts, evidence=(one,), trainers=facts.trainers | {one.producer})
    assert registrar.only_from("evaluator", independent=True).evidence == ()
    trainer = replace(one, producer_roles=one.producer_roles | {"trainer"})
    assert replace(facts, evidence=(trainer,)).only_from("evaluator", independent=True).evidence == ()


def test_a_lift_written_past_the_facade_by_a_recorder_lifts_nothing(room: Room) -> None:
    room.enter(ADMIN, "x.quarantined", MODEL, {})
    room.enter(EVALUATOR, "x.quarantine-lifted", MODEL, {})
    assert MODEL in room.facts().quarantined
    room.enter(ADMIN, "x.quarantine-lifted", MODEL, {})
    assert room.facts().quarantined == ()
