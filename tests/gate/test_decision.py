"""The verdict as a pure function of facts and packs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from governance.gate import examples, packs
from governance.gate.decision import LETS_THROUGH, NO_PACK, decide, sentence
from governance.gate.packs import Pack, UnreadablePack
from governance.gate.protocol import CheckOutcome, Facts, Parameters, check
from governance.gate.registry import Registry, identity, installed
from governance.gate.verdict import Result, Verdict
from policies.checks import fairness, security


class Nothing(Parameters):
    """No parameters."""


class Says(Parameters):
    """What the check shall say."""

    result: Result


@check("test.says", Says)
def says(facts: Facts, parameters: Says) -> CheckOutcome:
    """Say what the rule wants said."""
    return CheckOutcome(parameters.result, "Said.")


@check("test.breaks", Nothing)
def breaks(facts: Facts, parameters: Nothing) -> CheckOutcome:
    """Break."""
    raise RuntimeError("the disk is on fire")


@check("test.sees", Nothing)
def sees(facts: Facts, parameters: Nothing) -> CheckOutcome:
    """Pass only where there is performance evidence."""
    return CheckOutcome(Result.PASS if facts.about("performance") else Result.MISSING, "Looked.")


CHECKS = Registry.of([says, breaks, sees])


def a_pack(*rules: dict[str, Any], name: str = "test", **members: Any) -> Pack:
    numbered = [{"id": f"rule-{n}", "check": "test.says", **rule} for n, rule in enumerate(rules)]
    body = {
        "pack": name, "version": "1", "title": "Test", "applies": {"targets": ["production"]}, "rules": numbered,
    } | members  # fmt: skip

    return packs.parse(yaml.safe_dump(body))


def verdict_of(
    *rules: dict[str, Any], facts: Facts | None = None, **members: Any
) -> tuple[Verdict, list[Result]]:
    judged = decide(facts or examples.facts("production"), [a_pack(*rules, **members)], CHECKS, examples.TIME)
    return judged.verdict, [result.result for result in judged.results]


def rule(result: str, **members: Any) -> dict[str, Any]:
    return {"with": {"result": result}, **members}


def test_without_a_pack_the_verdict_is_deny_and_says_so() -> None:
    judged = decide(examples.facts("production"), [], CHECKS, examples.TIME)
    assert judged.verdict is Verdict.DENY
    assert judged.results[0].rule == NO_PACK
    assert "No policy pack is registered" in judged.results[0].message


def test_when_no_pack_applies_the_verdict_is_deny() -> None:
    pack = a_pack(rule("pass"), applies={"targets": ["staging"]})
    judged = decide(examples.facts("production"), [pack], CHECKS, examples.TIME)
    assert (judged.verdict, judged.packs) == (Verdict.DENY, ())


def test_all_packs_that_apply_must_allow() -> None:
    good, bad = a_pack(rule("pass"), name="good"), a_pack(rule("fail"), name="bad")
    judged = decide(examples.facts("production"), [good, bad], CHECKS, examples.TIME)
    assert judged.verdict is Verdict.DENY
    assert [result.pack for result in judged.results] == ["bad", "good"]
    assert [p.digest for p in judged.packs] == sorted([good.digest, bad.digest])


def test_a_pack_whose_condition_can_not_be_evaluated_denies() -> None:
    facts = replace(examples.facts("production"), system=None)
    pack = a_pack(rule("pass"), applies={"targets": ["production"], "when": 'system.risk == "high"'})
    judged = decide(facts, [pack], CHECKS, examples.TIME)
    assert judged.verdict is Verdict.DENY
    assert judged.results[0].result is Result.ERROR


def test_a_registered_pack_that_can_not_be_read_denies_everything() -> None:
    unreadable = UnreadablePack("policy:new@1", "sha256:" + "0" * 64, "Line 3: unknown.")
    judged = decide(
        examples.facts("production"), [a_pack(rule("pass"))], CHECKS, examples.TIME, unreadable=[unreadable]
    )
    assert judged.verdict is Verdict.DENY
    assert "Line 3" in judged.results[0].message


@pytest.mark.parametrize(
    ("found", "members", "counts"),
    [
        ("pass", {}, Result.PASS),
        ("fail", {}, Result.FAIL),
        ("fail", {"when_unclear": "warn"}, Result.FAIL),
        ("fail", {"severity": "warn"}, Result.WARN),
        ("missing", {}, Result.MISSING),
        ("missing", {"severity": "warn"}, Result.WARN),
        ("unclear", {}, Result.UNCLEAR),
        ("unclear", {"when_unclear": "warn"}, Result.WARN),
        ("error", {}, Result.ERROR),
        ("error", {"severity": "warn", "when_unclear": "warn"}, Result.ERROR),
    ],
)
def test_severity_and_when_unclear_weigh_what_a_check_found(
    found: str, members: dict[str, Any], counts: Result
) -> None:
    verdict, results = verdict_of(rule(found, **members))
    assert results == [counts]
    assert (verdict is Verdict.ALLOW) == (counts in LETS_THROUGH)


def test_a_check_that_raises_is_an_error_and_a_deny_with_its_reason() -> None:
    judged = decide(
        examples.facts("production"),
        [a_pack({"check": "test.breaks", "severity": "warn"})],
        CHECKS,
        examples.TIME,
    )
    assert judged.verdict is Verdict.DENY
    assert "the disk is on fire" in judged.results[0].message


def test_a_check_that_is_not_installed_is_an_error_and_a_deny() -> None:
    verdict, results = verdict_of({"check": "test.sayz", "with": {}})
    assert (verdict, results) == (Verdict.DENY, [Result.ERROR])


def test_a_rule_that_asks_for_a_role_sees_only_evidence_of_that_role() -> None:
    wants = {"check": "test.sees", "producer": {"role": "validator"}}
    assert verdict_of(wants)[1] == [Result.MISSING]
    facts = examples.facts("production", {"producer_roles": ["validator"]})
    assert verdict_of(wants, facts=facts)[1] == [Result.PASS]


def test_the_trainers_own_evidence_does_not_count_whatever_roles_the_trainer_holds() -> None:
    facts = examples.facts("production", {"producer": examples.TRAINER, "producer_roles": ["evaluator"]})
    wants = {"check": "test.sees", "producer": {"role": "evaluator"}}
    assert verdict_of(wants, facts=facts)[1] == [Result.MISSING]
    lenient = {"check": "test.sees", "producer": {"role": "evaluator", "independent": False}}
    assert verdict_of(lenient, facts=facts)[1] == [Result.PASS]


def a_waiver(**changed: Any) -> Facts:
    waiver = {"rule": "rule-0", "actor": "user:dora", "roles": ["chief-risk-officer"]} | changed
    return examples.facts("production", {"waivers": [waiver]})


WAIVABLE = {"waivable_by": ["chief-risk-officer"]}


@pytest.mark.parametrize("found", ["fail", "unclear", "missing"])
def test_a_waiver_by_the_named_role_sets_the_rule_aside_and_is_shown(found: str) -> None:
    judged = decide(a_waiver(), [a_pack(rule(found, **WAIVABLE))], CHECKS, examples.TIME)
    assert judged.verdict is Verdict.ALLOW
    result = judged.results[0]
    assert (result.result, result.finding.value) == (Result.WAIVED, found)
    assert result.waiver is not None
    assert "user:dora" in result.message


@pytest.mark.parametrize(
    "changed",
    [
        {"roles": ["model-owner"]},
        {"rule": "rule-1"},
        {"rule": "other/rule-0"},
        {"state": "revoked"},
        {"state": "void"},
        {"expires": examples.TIME},
    ],
)
def test_a_waiver_by_another_role_for_another_rule_or_past_its_time_does_nothing(
    changed: dict[str, Any],
) -> None:
    assert verdict_of(rule("fail", **WAIVABLE), facts=a_waiver(**changed)) == (Verdict.DENY, [Result.FAIL])


def test_nobody_waives_an_error_nor_a_rule_that_names_no_role() -> None:
    assert verdict_of(rule("error", **WAIVABLE), facts=a_waiver())[0] is Verdict.DENY
    assert verdict_of(rule("fail"), facts=a_waiver())[0] is Verdict.DENY


def test_an_allow_ends_with_the_shortest_pack_or_the_waiver_it_rests_on() -> None:
    facts = examples.facts("production")
    long, short = a_pack(rule("pass"), valid_days=90), a_pack(rule("pass"), name="short", valid_days=7)
    assert decide(facts, [long, short], CHECKS, examples.TIME).expires == "2026-11-30T12:00:00.000000Z"
    soon = a_waiver(expires="2026-11-25T00:00:00Z")
    judged = decide(soon, [a_pack(rule("fail", **WAIVABLE))], CHECKS, examples.TIME)
    assert judged.expires == "2026-11-25T00:00:00.000000Z"


def test_the_decision_names_the_code_of_every_check_and_of_the_gate() -> None:
    judged = decide(examples.facts("production"), [a_pack(rule("pass"))], CHECKS, examples.TIME)
    assert [one.name for one in judged.checks] == ["gate", "test.says"]
    gate = judged.checks[0]
    assert gate.distribution == "ml-governance"
    assert gate.digest.startswith("sha256:")


def test_the_digest_of_a_built_in_check_is_stable_and_covers_its_package() -> None:

    assert identity(fairness.impact_ratio).digest == identity(security.artifact_format).digest
    assert identity(fairness.impact_ratio).distribution == "ml-governance"


def test_the_same_facts_give_the_same_judgement_every_time() -> None:
    pack = packs.parse(packs.shipped()["credit-high-risk"])

    first = decide(examples.facts("production"), [pack], installed(), examples.TIME)
    assert first == decide(examples.facts("production"), [pack], installed(), examples.TIME)


def test_the_sentence_counts_and_names_what_stops() -> None:
    judged = decide(examples.facts("production"), [a_pack(rule("fail"), rule("pass"))], CHECKS, examples.TIME)
    said = sentence(judged.results, judged.verdict, "model:x@1", "production")
    assert said == "model:x@1 may not go to production: 1 of 2 rules stop it: rule-0 (fail)."


@given(st.lists(st.sampled_from([r.value for r in Result]), min_size=1, max_size=6))
def test_the_verdict_is_allow_only_if_every_result_lets_it_through(found: list[str]) -> None:
    verdict, results = verdict_of(*(rule(one) for one in found))
    assert (verdict is Verdict.ALLOW) == all(r in LETS_THROUGH for r in results)
    if any(one not in {"pass", "warn", "waived"} for one in found):
        assert verdict is Verdict.DENY
