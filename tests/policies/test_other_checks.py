"""Every other built-in check: what passes, what fails, what is missing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from governance.gate import examples
from governance.gate.protocol import CheckOutcome, Facts, Result
from governance.gate.registry import installed

PASS, FAIL, UNCLEAR, MISSING, ERROR = Result.PASS, Result.FAIL, Result.UNCLEAR, Result.MISSING, Result.ERROR


def run(name: str, given: dict[str, Any] | None = None, **parameters: Any) -> CheckOutcome:
    return run_on(examples.facts("production", given), name, **parameters)


def run_on(facts: Facts, name: str, **parameters: Any) -> CheckOutcome:
    check = installed()[name]
    return check(facts, check.parameters.model_validate(parameters))


CASES: list[tuple[str, dict[str, Any], dict[str, Any], Result]] = [
    ("performance.minimum", {}, {"minimum": 0.75}, PASS),
    ("performance.minimum", {}, {"minimum": 0.84}, UNCLEAR),
    ("performance.minimum", {}, {"minimum": 0.95}, FAIL),
    ("performance.minimum", {"performance": None}, {"minimum": 0.7}, MISSING),
    ("performance.minimum", {}, {"metric": "recall", "minimum": 0.9}, MISSING),
    (
        "performance.minimum",
        {"performance": {"accuracy": [0.86, 0, 1]}},
        {"metric": "accuracy", "minimum": 0.8},
        PASS,
    ),
    ("performance.maximum", {"performance": {"brier": [0.1, 0.08, 0.12]}}, {"maximum": 0.15}, PASS),
    ("performance.maximum", {"performance": {"brier": [0.1, 0.08, 0.12]}}, {"maximum": 0.05}, FAIL),
    ("explainability.present", {}, {}, PASS),
    ("explainability.present", {}, {"minimum_rows": 50}, FAIL),
    ("explainability.present", {"explanation": None}, {}, MISSING),
    ("explainability.reason_codes", {}, {"minimum_reasons": 2}, PASS),
    ("explainability.reason_codes", {}, {"minimum_reasons": 3}, FAIL),
    ("explainability.reason_codes", {"explanation": {"reasons": []}}, {}, FAIL),
    ("explainability.reason_codes", {"explanation": {"reasons": [["race"]]}}, {"forbidden": ["race"]}, FAIL),
    ("explainability.additivity", {}, {}, PASS),
    ("explainability.additivity", {}, {"maximum_error": 1e-15}, FAIL),
    ("data.quality", {}, {}, PASS),
    ("data.quality", {"data_quality": "warn"}, {}, PASS),
    ("data.quality", {"data_quality": "warn"}, {"allow_warnings": False}, FAIL),
    ("data.quality", {"data_quality": "fail"}, {}, FAIL),
    ("data.quality", {"data_quality": None}, {}, MISSING),
    ("data.overlap", {}, {}, PASS),
    ("data.overlap", {"data_quality": None}, {}, MISSING),
    ("data.sensitive_inputs", {}, {}, PASS),
    ("data.sensitive_inputs", {"features": ["income", "race"]}, {}, FAIL),
    ("data.sensitive_inputs", {"features": ["income", "Race=black"]}, {}, FAIL),
    ("data.sensitive_inputs", {"features": ["income", "racecourse_distance"]}, {}, PASS),
    ("data.sensitive_inputs", {"features": ["income", "zip"]}, {"forbidden": ["zip"]}, FAIL),
    ("data.sensitive_inputs", {"features": ["income", "race"]}, {"allowed": ["race"]}, PASS),
    ("data.sensitive_inputs", {"features": []}, {}, MISSING),
    ("data.sensitive_inputs", {"sensitive": []}, {}, MISSING),
    ("data.freshness", {}, {"max_age_days": 1}, PASS),
    ("drift.none_open", {}, {}, PASS),
    ("drift.none_open", {"alerts": [{"severity": "critical"}]}, {}, FAIL),
    ("drift.none_open", {"alerts": [{"severity": "warning"}]}, {}, PASS),
    ("drift.none_open", {"alerts": [{"severity": "warning"}]}, {"severity": "info"}, FAIL),
    ("drift.none_open", {"alerts": [{"severity": "critical", "closed": examples.TIME}]}, {}, PASS),
    ("reproducibility.run_complete", {}, {"clean_commit": True}, PASS),
    ("reproducibility.run_complete", {"run": {"seed": None}}, {}, FAIL),
    ("reproducibility.run_complete", {"run": {"outputs": []}}, {}, FAIL),
    ("reproducibility.run_complete", {"run": {"environment": {"python": "3.11"}}}, {}, FAIL),
    ("reproducibility.run_complete", {"run": None}, {}, MISSING),
    ("lineage.complete", {}, {}, PASS),
    ("lineage.complete", {"gaps": ["dataset:gone@1"]}, {}, FAIL),
    ("lineage.complete", {"quarantined": ["dataset:example@1"]}, {}, FAIL),
    ("lineage.complete", {}, {"minimum_datasets": 2}, FAIL),
    ("documentation.system_described", {}, {"materiality": True, "review_by": True}, PASS),
    ("documentation.system_described", {"system": None}, {}, MISSING),
    ("documentation.system_described", {"system": {"success_metrics": []}}, {}, FAIL),
    ("documentation.system_described", {"system": {"review_by": "2026-11-22"}}, {}, FAIL),
    ("documentation.system_described", {"system": {"materiality": None}}, {"materiality": True}, FAIL),
    ("security.artifact_format", {}, {}, PASS),
    ("security.artifact_format", {"format": "joblib"}, {}, FAIL),
    ("security.artifact_format", {"format": "pickle"}, {"allowed": ["pickle"]}, FAIL),
    ("cel", {}, {"expr": "evidence.performance.roc_auc >= 0.75"}, PASS),
    ("cel", {}, {"expr": "evidence.performance.roc_auc >= 0.95"}, FAIL),
    ("cel", {}, {"expr": "evidence.drift.rows > 1"}, MISSING),
    ("cel", {}, {"expr": "1 / size(alerts) > 0"}, ERROR),
]


@pytest.mark.parametrize(("name", "given", "parameters", "expected"), CASES)
def test_a_check_says_what_it_should(
    name: str, given: dict[str, Any], parameters: dict[str, Any], expected: Result
) -> None:
    found = run(name, given, **parameters)
    assert found.result is expected, found.message
    assert found.message
    assert bool(found.would_change) == (expected is not PASS)


def test_every_installed_check_is_tried_somewhere_and_has_a_title() -> None:
    elsewhere = {name for name in installed() if name.startswith("fairness.")} | {"approvals.quorum"}
    assert set(installed()) == {case[0] for case in CASES} | elsewhere
    assert all(installed()[name].title.endswith(".") for name in installed())


def test_unclear_performance_says_how_many_rows_settle_it() -> None:
    assert "evaluated rows instead" in run("performance.minimum", minimum=0.84).would_change


def test_a_dataset_used_otherwise_than_registered_is_a_gap() -> None:
    other = {"inputs": [{"subject": "dataset:example@1", "digest": "sha256:" + "e" * 64}]}
    found = run("lineage.complete", {"run": other})
    assert found.result is FAIL
    assert "not as it is registered" in found.message


def people(*given: dict[str, Any]) -> dict[str, Any]:
    return {"approvals": list(given)}


BOB = {"actor": "user:bob", "roles": ["model-owner"]}
CAROL = {"actor": "user:carol", "roles": ["compliance"]}
QUORUM = {"roles": {"model-owner": 1, "compliance": 1}, "not": ["trainer"], "max_age_days": 30}


def test_two_people_in_their_roles_make_the_quorum_until_the_first_approval_ends() -> None:
    found = run("approvals.quorum", people(BOB, {**CAROL, "expires": "2026-11-25T00:00:00Z"}), **QUORUM)
    assert (found.result, found.value, found.threshold) == (PASS, 2, 2)
    assert found.until == "2026-11-25T00:00:00.000000Z"


@pytest.mark.parametrize(
    "given",
    [
        people(BOB),
        people(BOB, {**CAROL, "state": "expired"}),
        people(BOB, {**CAROL, "state": "void", "why_not": "another artifact"}),
        people(BOB, {**CAROL, "actor": "user:bob"}),
        people(BOB, {**CAROL, "roles": ["compliance", "trainer"]}),
        people(BOB, {**CAROL, "actor": examples.TRAINER}),
        people(BOB, {**BOB, "actor": "user:ben"}),
    ],
)
def test_fewer_people_or_the_wrong_ones_do_not(given: dict[str, Any]) -> None:
    found = run("approvals.quorum", given, **QUORUM)
    assert found.result is MISSING
    assert "govern approve" in found.would_change


def test_somebody_with_two_roles_is_put_where_they_are_needed() -> None:
    both = {"actor": "user:abe", "roles": ["model-owner", "compliance"]}
    assert run("approvals.quorum", people(both, BOB), **QUORUM).result is PASS
    assert run("approvals.quorum", people(both, CAROL), **QUORUM).result is PASS
    assert run("approvals.quorum", people(both), **QUORUM).result is MISSING
    assert run("approvals.quorum", people(both), **{**QUORUM, "distinct": False}).result is PASS


def test_an_approval_older_than_the_rule_allows_does_not_count() -> None:
    facts = examples.facts("production", people(BOB, CAROL))
    old = replace(facts.approvals[0], time="2026-09-01T00:00:00Z")
    found = run_on(replace(facts, approvals=(old, facts.approvals[1])), "approvals.quorum", **QUORUM)
    assert found.result is MISSING
    assert any("days old" in f.message for f in found.findings)
