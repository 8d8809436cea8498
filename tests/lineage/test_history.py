"""What stood where at an instant, and why."""

from __future__ import annotations

from typing import Any

import pytest

from governance.errors import InvalidInput
from governance.lineage import history
from governance.lineage.projection import Projection
from governance.lineage.views import InProduction

Told = dict[str, dict[str, str]]


def as_of(ledger: Any, time: str | None = None, **more: Any) -> list[InProduction]:
    return history.as_of(ledger, Projection(ledger), time, **more)


def time_of(ledger: Any, subject: str) -> str:
    return next(str(e.time) for e in ledger.all if e.subject == subject)


def test_before_the_first_deployment_nothing_stood(ledger: Any, told: Told) -> None:
    assert as_of(ledger, "2026-02-28T00:00:00Z") == []


def test_at_the_very_instant_of_its_entry_a_deployment_stands(ledger: Any, told: Told) -> None:
    first = told["first"]
    (stood,) = as_of(ledger, time_of(ledger, first["deployment"]))
    assert (stood.deployment, stood.model, stood.target) == (
        first["deployment"],
        first["model"],
        "production",
    )
    assert (stood.verdict, stood.decision) == ("allow", first["decision"])
    assert (stood.approvals, stood.approvers) == ([first["approval"]], ["user:ann"])
    assert (stood.state, stood.until) == ("current", None)


def test_a_later_version_takes_the_place(ledger: Any, told: Told) -> None:
    second = told["second"]
    (stood,) = as_of(ledger, time_of(ledger, second["deployment"]))
    assert stood.model == second["model"]
    assert f"in place of {told['first']['deployment']}" in stood.why


def test_after_a_roll_back_the_earlier_model_stands_again_and_why(ledger: Any, told: Told) -> None:
    (stood,) = as_of(ledger)
    assert stood.model == told["first"]["model"]
    assert stood.deployment == told["second"]["rolled-back"]
    assert "rolled back (drift)" in stood.why
    assert "allowed it on 2026-03-01" in stood.why
    assert "approved by user:ann" in stood.why
    assert stood.why.count(".") >= 1
    assert stood.why.endswith(".")


def test_every_deployment_says_how_it_ended(ledger: Any, told: Told) -> None:
    ledger.add("deployment.ended", told["second"]["rolled-back"], {"reason": "retired"})
    found = history.deployments(ledger, Projection(ledger))
    assert [one.state for one in found] == ["replaced", "rolled-back", "ended"]
    assert all(one.until is not None for one in found)
    assert found[2].why.endswith("; ended (retired).")
    assert as_of(ledger) == []


def test_targets_and_models_are_told_apart(ledger: Any, told: Told) -> None:
    body = {"model": "model:other@1", "target": "staging", "artifact": "x"}
    ledger.add("deployment.made", "deployment:other/staging@1", body)
    assert {one.target for one in as_of(ledger)} == {"production", "staging"}
    assert [one.model for one in as_of(ledger, target="staging")] == ["model:other@1"]
    assert [one.model for one in as_of(ledger, model="scorer")] == ["model:scorer@1"]
    assert as_of(ledger, model="model:scorer@2") == []
    assert [one.model for one in as_of(ledger, model="model:scorer@1")] == ["model:scorer@1"]


def test_a_deployment_without_a_decision_says_so(ledger: Any) -> None:
    ledger.add("deployment.made", "deployment:m/production@1", {"model": "model:m@1", "target": "production"})
    (stood,) = as_of(ledger)
    assert stood.verdict is None
    assert "no decision that allowed it is in this ledger" in stood.why


def test_approvals_are_found_through_the_graph_where_no_result_names_them(ledger: Any, told: Told) -> None:
    first = told["first"]
    decided = next(e for e in ledger.all if e.subject == first["decision"])
    body = {**decided.body, "results": []}
    again = "decision:01910000-0000-7000-8000-00000000ffff"
    entry = ledger.add("gate.decided", again, body)
    found = history.approvals_behind(ledger, Projection(ledger), entry)
    assert [approval.subject for approval in found] == [first["approval"]]


def test_names_of_approvers_stand_in_the_sentence_where_they_are_known(ledger: Any, told: Told) -> None:
    (stood,) = as_of(ledger, names={"user:ann": "Ann Lee"}.get)
    assert "approved by Ann Lee (user:ann)" in stood.why


def test_what_is_no_instant_is_refused(ledger: Any, told: Told) -> None:
    with pytest.raises(InvalidInput):
        as_of(ledger, "yesterday")
