"""Fairness rules: what passes, what fails, and what nobody can say."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from governance.gate import examples
from governance.gate.protocol import CheckOutcome, Facts, Fairness, Result
from policies.checks.fairness import Difference, ImpactRatio, demographic_parity, equalized_odds, impact_ratio


def facts(groups: dict[str, dict[str, list[int]]], **changed: Any) -> Facts:
    result = examples.fairness(groups).model_copy(update=changed)
    return with_fairness(result)


def with_fairness(result: Fairness) -> Facts:
    sound = examples.facts("production")
    kept = tuple(e for e in sound.evidence if e.family != "fairness")
    return replace(sound, evidence=(*kept, examples.evidence(11, "fairness", result)))


def judge(groups: dict[str, list[int]], **parameters: Any) -> CheckOutcome:
    return impact_ratio(facts({"race": groups}), ImpactRatio(sensitive=["race"], **parameters))


def test_groups_selected_alike_pass_with_value_threshold_and_confidence() -> None:
    found = judge({"white": [800, 720], "black": [200, 178]})
    assert (found.result, found.threshold, found.confidence) == (Result.PASS, 0.8, 0.95)
    assert found.value == pytest.approx((178 / 200) / (720 / 800))
    assert found.findings[0].low is not None
    assert found.findings[0].low > 0.8
    assert found.evidence[0].seq == 11


def test_a_group_selected_far_less_fails() -> None:
    found = judge({"white": [800, 720], "black": [200, 100]})
    assert found.result is Result.FAIL
    assert "race=black" in found.message
    assert "retrain" in found.would_change


def test_an_interval_that_holds_the_threshold_is_unclear_and_says_how_many_rows_settle_it() -> None:
    found = judge({"white": [400, 360], "black": [60, 46]})
    assert found.result is Result.UNCLEAR
    (black,) = found.findings
    assert black.rows_needed is not None
    assert black.rows_needed > 60
    more = judge({"white": [400 * 10**4, 360 * 10**4], "black": [60 * 10**4, 46 * 10**4]})
    assert more.result is Result.PASS


def test_a_small_group_is_unclear_and_never_a_silent_pass() -> None:
    found = judge({"white": [800, 720], "black": [20, 20]})
    assert found.result is Result.UNCLEAR
    assert found.findings[0].rows_needed == 30
    assert "30 of race=black instead of 20" in found.would_change


def test_every_group_must_pass() -> None:
    found = judge({"white": [800, 720], "black": [200, 178], "other": [40, 31]})
    assert {f.label: f.result for f in found.findings} == {
        "race=black": Result.PASS,
        "race=other": Result.UNCLEAR,
    }
    assert found.result is Result.UNCLEAR


def test_fail_is_corrected_for_the_number_of_groups() -> None:
    alone = judge({"white": [800, 720], "g0": [100, 64]})
    assert alone.result is Result.FAIL
    among_many = judge({"white": [800, 720], "g0": [100, 64], **{f"g{n}": [100, 90] for n in range(1, 12)}})
    assert among_many.result is Result.UNCLEAR


def test_joint_groups_are_judged_by_all_features_together() -> None:
    groups = {"race,sex": {"white,male": [300, 270], "white,female": [300, 270], "black,female": [200, 90]}}
    found = impact_ratio(facts(groups), ImpactRatio(sensitive=[["race", "sex"]]))
    assert found.result is Result.FAIL
    assert "race=black, sex=female" in found.message


def test_a_feature_that_was_not_evaluated_is_missing() -> None:
    found = impact_ratio(
        facts({"race": {"white": [99, 90], "black": [99, 90]}}), ImpactRatio(sensitive=["age"])
    )
    assert (found.result, found.findings[0].label) == (Result.MISSING, "age")


def test_rows_without_a_group_are_listed() -> None:
    both = {"sex": {"m": [500, 450], "f": [500, 450]}, "race": {"white": [600, 540], "black": [300, 270]}}
    found = impact_ratio(facts(both), ImpactRatio(sensitive=["race"]))
    assert found.result is Result.PASS
    assert "race=unknown (100 rows)" in found.message


def test_rows_that_nobody_accounts_for_make_it_unclear() -> None:
    found = impact_ratio(
        facts({"race": {"white": [600, 540], "black": [300, 270]}}, rows=1000),
        ImpactRatio(sensitive=["race"]),
    )
    assert found.result is Result.UNCLEAR
    assert "accounted for" in found.findings[-1].message


def test_one_group_alone_can_not_be_judged() -> None:
    assert judge({"white": [600, 540]}).result is Result.UNCLEAR


def test_nobody_selected_anywhere_can_not_be_judged() -> None:
    assert judge({"white": [600, 0], "black": [600, 0]}).result is Result.UNCLEAR


def test_counts_that_contradict_each_other_are_an_error_for_the_gate() -> None:
    result = examples.fairness({"race": {"white": [600, 540], "black": [300, 270]}})
    group = result.analyses[0].groups[1].model_copy(update={"selected": 301})
    analysis = result.analyses[0].model_copy(update={"groups": [result.analyses[0].groups[0], group]})
    with pytest.raises(ValueError, match="contradict"):
        impact_ratio(
            with_fairness(result.model_copy(update={"analyses": [analysis]})), ImpactRatio(sensitive=["race"])
        )


def test_the_newest_evaluation_counts() -> None:
    old = examples.evidence(
        5, "fairness", examples.fairness({"race": {"white": [800, 720], "black": [200, 100]}})
    )
    sound = examples.facts("production")
    assert (
        impact_ratio(replace(sound, evidence=(old, *sound.evidence)), ImpactRatio(sensitive=["race"])).result
        is Result.PASS
    )


def test_without_an_evaluation_it_is_missing_and_says_who_was_set_aside() -> None:
    sound = examples.facts("production", {"producer": examples.TRAINER})
    found = impact_ratio(sound.only_from("evaluator", independent=True), ImpactRatio(sensitive=["race"]))
    assert found.result is Result.MISSING
    assert "trainer's own word" in found.message


def test_demographic_parity_looks_at_every_pair() -> None:
    groups = {"race": {"a": [900, 810], "b": [900, 765], "c": [900, 700]}}
    found = demographic_parity(facts(groups), Difference(sensitive=["race"], maximum=0.08))
    assert found.result is Result.FAIL
    assert found.value == pytest.approx(810 / 900 - 700 / 900)
    assert len(found.findings) == 3
    assert (
        demographic_parity(facts(groups), Difference(sensitive=["race"], maximum=0.2)).result is Result.PASS
    )


def test_equalized_odds_needs_rows_of_both_outcomes() -> None:
    large = {"race": {"a": [4000, 3600], "b": [4000, 3600]}}
    assert equalized_odds(facts(large), Difference(sensitive=["race"], maximum=0.1)).result is Result.PASS
    small = {"race": {"a": [4000, 3600], "b": [60, 54]}}
    found = equalized_odds(facts(small), Difference(sensitive=["race"], maximum=0.1))
    assert found.result is Result.UNCLEAR
    assert any("fewer than 30" in f.message for f in found.findings)


def test_the_rows_said_to_settle_are_more_than_there_are_and_do_settle() -> None:
    groups = {"white": [600, 540], "g0": [100, 66], "g1": [100, 75], "g2": [60, 50]}
    first = judge(groups)
    assert first.result is Result.UNCLEAR
    unclear = [f for f in first.findings if f.result is Result.UNCLEAR]
    assert all(f.rows_needed and f.rows and f.rows_needed > f.rows for f in unclear)
    times = max(f.rows_needed / f.rows for f in unclear if f.rows_needed and f.rows) * 1.2
    more = judge({name: [round(n * times), round(k * times)] for name, (n, k) in groups.items()})
    assert all(f.result is not Result.UNCLEAR for f in more.findings)


def test_order_of_groups_does_not_matter() -> None:
    one = judge({"white": [400, 360], "black": [150, 120], "other": [80, 70]})
    other = judge({"other": [80, 70], "black": [150, 120], "white": [400, 360]})
    assert one.result is other.result
    assert {f.label: (f.result, f.low, f.high) for f in one.findings} == {
        f.label: (f.result, f.low, f.high) for f in other.findings
    }
