"""Statistics against somebody else's implementation, and against their own promises."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import (
    confint_proportions_2indep,
    proportion_confint,
)
from statsmodels.stats.proportion import (
    test_proportions_2indep as two_proportions,
)

from policies.checks import proportions
from policies.checks.proportions import Count

TABLES = [
    (66, 98, 757, 835),
    (18, 20, 360, 400),
    (5, 54, 40, 185),
    (30, 30, 90, 100),
    (9, 10, 700, 800),
    (49, 50, 50, 50),
]


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("ratio", [0.7, 0.8, 0.9, 1.1])
def test_the_score_statistic_equals_statsmodels(table: tuple[int, int, int, int], ratio: float) -> None:
    a, n, b, m = table
    theirs = two_proportions(a, n, b, m, value=ratio, compare="ratio", method="score", correction=False)
    assert proportions.ratio_score(Count(a, n), Count(b, m), ratio) == pytest.approx(
        theirs.statistic, abs=1e-7
    )


@pytest.mark.parametrize("table", TABLES[:3])
def test_the_bounds_of_a_ratio_equal_statsmodels(table: tuple[int, int, int, int]) -> None:
    a, n, b, m = table
    theirs = confint_proportions_2indep(
        a, n, b, m, compare="ratio", method="score", alpha=0.1, correction=False
    )
    assert proportions.ratio_bounds(Count(a, n), Count(b, m), 0.95) == pytest.approx(theirs, abs=1e-5)


@pytest.mark.parametrize("table", TABLES)
def test_the_bounds_of_a_difference_equal_statsmodels(table: tuple[int, int, int, int]) -> None:
    a, n, b, m = table
    theirs = confint_proportions_2indep(a, n, b, m, compare="diff", method="newcomb", alpha=0.1)
    ours = proportions.difference_bounds(Count(a, n), Count(b, m), proportions.quantile(0.95))
    assert ours == pytest.approx(theirs, abs=1e-9)


@pytest.mark.parametrize(("hits", "rows"), [(0, 10), (10, 10), (7, 20), (832, 1000)])
def test_the_bounds_of_a_proportion_equal_statsmodels(hits: int, rows: int) -> None:
    theirs = proportion_confint(hits, rows, alpha=0.1, method="wilson")
    assert proportions.wilson(Count(hits, rows), proportions.quantile(0.95)) == pytest.approx(
        theirs, abs=1e-12
    )


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_holm_equals_statsmodels(p_values: list[float]) -> None:
    theirs = multipletests(p_values, method="holm")[1]
    assert proportions.holm(p_values) == pytest.approx(list(theirs))


counts = st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(counts, counts.filter(lambda pair: pair[0] > 0), st.floats(0.5, 1.5))
def test_bounds_and_test_of_a_ratio_say_the_same(
    one: tuple[int, int], base: tuple[int, int], ratio: float
) -> None:
    count, other = Count(*one), Count(*base)
    low, high = proportions.ratio_bounds(count, other, 0.95)
    assert low - 1e-9 <= count.rate / other.rate <= high + 1e-9
    score, z = proportions.ratio_score(count, other, ratio), proportions.quantile(0.95)
    if abs(abs(score) - z) > 1e-6:
        assert (score >= z) == (low >= ratio)
        assert (score <= -z) == (high <= ratio)


@given(counts, counts, st.floats(0.01, 0.5))
def test_p_value_and_bounds_of_a_difference_say_the_same(
    one: tuple[int, int], two: tuple[int, int], limit: float
) -> None:
    first, second = Count(*one), Count(*two)
    p = proportions.difference_p_value(first, second, limit)
    assert 0 <= p <= 1
    higher, lower = (first, second) if first.rate >= second.rate else (second, first)
    beyond = proportions.difference_bounds(higher, lower, proportions.quantile(0.975))[0] > limit
    if abs(p - 0.05) > 1e-6:
        assert (p < 0.05) == beyond


def test_the_rows_that_are_said_to_settle_a_ratio_do_settle_it() -> None:
    count, base, z = Count(45, 50), Count(380, 400), proportions.quantile(0.95)

    def settled(times: float) -> bool:
        return abs(proportions.ratio_score(count.times(times), base.times(times), 0.93)) >= z

    times = proportions.times_needed(settled)
    assert times is not None
    assert settled(times)
    assert not settled(times * 0.99)
    assert proportions.times_needed(lambda _: False) is None


def test_a_fair_ratio_just_at_the_threshold_passes_in_no_more_than_one_of_twenty_samples() -> None:
    """The error that the confidence promises, by simulation: true ratio 0.8, so `pass` is wrong."""
    source, z = random.Random(7), proportions.quantile(0.95)
    wrong, samples = 0, 2000
    for _ in range(samples):
        hits = sum(source.random() < 0.72 for _ in range(60))
        base = sum(source.random() < 0.90 for _ in range(200))
        wrong += proportions.ratio_score(Count(hits, 60), Count(base, 200), 0.8) >= z
    assert wrong / samples < 0.05 + 3 * math.sqrt(0.05 * 0.95 / samples)
