"""One prediction traced back to everything behind it."""

from __future__ import annotations

from typing import Any

import pytest

from governance.errors import InvalidInput, NotFound
from governance.lineage import trace
from governance.lineage.projection import Projection
from governance.lineage.views import Trace

Told = dict[str, dict[str, str]]


def traced(ledger: Any, prediction: str, **more: Any) -> Trace:
    return trace.trace(ledger, Projection(ledger), prediction, **more)


def prediction(told: Told, row: int = 3) -> str:
    return f"prediction:{told['first']['batch'].removeprefix('batch:')}#{row}"


def test_a_prediction_leads_back_to_model_data_code_people_and_verdict(ledger: Any, told: Told) -> None:
    first = told["first"]
    found = traced(ledger, prediction(told))
    assert " ".join(step.title for step in found.steps) == (
        "prediction batch deployment decision approval model run code dataset evidence system"
    )
    subjects = [step.subject for step in found.steps]
    assert subjects[1:7] == [
        first[k] for k in ("batch", "deployment", "decision", "approval", "model", "run")
    ]
    assert found.gaps == []


def test_every_step_but_the_row_names_its_entry(ledger: Any, told: Told) -> None:
    for step in traced(ledger, prediction(told)).steps[1:]:
        entry = ledger.all[step.seq]
        assert (step.entry, step.time, step.actor) == (entry.hash.hex(), entry.time, entry.actor)


def test_the_facts_say_what_it_was_made_of(ledger: Any, told: Told) -> None:
    facts = {step.title: step.facts for step in traced(ledger, prediction(told)).steps}
    assert facts["model"]["artifact"] == "sha256:" + "f" * 64
    assert facts["run"]["seed"] == 7
    assert facts["run"]["packages"] == {"scikit-learn": "1.7"}
    assert facts["code"]["commit"] == "9e1c2f"
    assert facts["dataset"]["digest"] == "sha256:" + "d" * 64
    assert facts["evidence"]["numbers"] == {"roc_auc": 0.81, "rows": 995}
    assert facts["system"]["purpose"] == "Decide loans"
    assert facts["decision"]["policies"] == ["credit@1.0.0"]


def test_evidence_recorded_after_the_verdict_is_not_behind_it(ledger: Any, told: Told) -> None:
    late = "evidence:01910000-0000-7000-8000-00000000eeee"
    ledger.add("evidence.recorded", late, {"about": told["first"]["model"], "family": "drift"})
    assert late not in {step.subject for step in traced(ledger, prediction(told)).steps}


def test_the_rows_values_are_shown_only_if_given(ledger: Any, told: Told) -> None:
    assert "values" not in traced(ledger, prediction(told)).steps[0].facts
    given = traced(ledger, prediction(told), values={"income": 4200})
    assert given.steps[0].facts["values"] == {"income": 4200}


def test_a_row_beyond_the_batch_is_told(ledger: Any, told: Told) -> None:
    assert "there is no row 995" in traced(ledger, prediction(told, 995)).gaps[0]
    assert traced(ledger, prediction(told, 994)).gaps == []


def test_an_erased_body_is_a_gap_that_is_named(ledger: Any, told: Told) -> None:
    place = next(e.seq for e in ledger.all if e.subject == told["first"]["run"])
    ledger.erase(place)
    found = traced(ledger, prediction(told))
    assert f"The body of {told['first']['run']} (entry {place}) was erased." in found.gaps


def test_what_is_named_but_not_there_is_a_gap(ledger: Any) -> None:
    batch = "batch:01910000-0000-7000-8000-00000000bbbb"
    ledger.add("batch.sealed", batch, {"deployment": "deployment:m/production@1", "model": "model:m@1"})
    found = traced(ledger, batch)
    assert [step.title for step in found.steps] == ["batch"]
    assert found.gaps[0] == (
        "deployment:m/production@1, the deployment that scored the batch, is not in this ledger."
    )
    assert "model:m@1" in found.gaps[1]


def test_another_artifact_than_the_registered_one_is_told(ledger: Any, told: Told) -> None:
    batch = "batch:01910000-0000-7000-8000-00000000bbbb"
    deployment = "deployment:scorer/staging@1"
    body = {"model": told["first"]["model"], "artifact": "sha256:" + "0" * 64, "target": "staging"}
    ledger.add("deployment.made", deployment, {**body, "decision": told["first"]["decision"]})
    ledger.add("batch.sealed", batch, {"deployment": deployment, "model": body["model"], "count": 1})
    assert any("is not the one registered" in gap for gap in traced(ledger, batch).gaps)


def test_an_unknown_batch_is_answered_with_near_names(ledger: Any, told: Told) -> None:
    near = told["first"]["batch"]
    with pytest.raises(NotFound) as caught:
        traced(ledger, f"prediction:{near.removeprefix('batch:')[:-1]}9#0")
    assert near in caught.value.remedy
    with pytest.raises(InvalidInput):
        traced(ledger, "model:scorer@1")
