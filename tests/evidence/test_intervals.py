"""Intervals against published examples and statsmodels."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from governance.evidence.intervals import holm, log_ratio, mean_of, newcombe, wilson

counts = st.integers(1, 400).flatmap(lambda rows: st.tuples(st.integers(0, rows), st.just(rows)))


def test_wilson_gives_the_published_interval_of_newcombe_1998_81_of_263() -> None:
    # Newcombe, Statistics in Medicine 17 (1998) 857-872, table I, method 3: 0.2553 to 0.3662.
    found = wilson(81, 263)
    assert (round(found.low, 4), round(found.high, 4)) == (0.2553, 0.3662)


def test_newcombe_gives_the_published_interval_of_56_of_70_less_48_of_80() -> None:
    # Newcombe, Statistics in Medicine 17 (1998) 873-890, table II, method 10: 0.0524 to 0.3339.
    found = newcombe(56, 70, 48, 80)
    assert (round(found.low, 4), round(found.high, 4)) == (0.0524, 0.3339)


@given(counts)
@settings(deadline=None)
def test_wilson_equals_statsmodels(pair: tuple[int, int]) -> None:
    low, high = proportion_confint(*pair, method="wilson")
    found = wilson(*pair)
    assert found.low == pytest.approx(max(0, low), abs=1e-9)
    assert found.high == pytest.approx(min(1, high), abs=1e-9)


@given(counts, counts)
@settings(deadline=None)
def test_the_log_ratio_interval_equals_statsmodels(one: tuple[int, int], other: tuple[int, int]) -> None:
    found = log_ratio(*one, *other)
    if other[0] == 0:
        assert found.value is None
        return
    assert found.value == pytest.approx((one[0] / one[1]) / (other[0] / other[1]))
    method = "log" if found.method == "log-ratio" else "log-adjusted"
    low, high = confint_proportions_2indep(*one, *other, compare="ratio", method=method)
    assert found.low == pytest.approx(0 if one[0] == 0 else min(low, found.value))
    assert found.high == pytest.approx(max(high, found.value))


@given(counts, counts)
@settings(deadline=None)
def test_newcombe_equals_statsmodels(one: tuple[int, int], other: tuple[int, int]) -> None:
    low, high = confint_proportions_2indep(*one, *other, compare="diff", method="newcomb")
    found = newcombe(*one, *other)
    assert (found.low, found.high) == (pytest.approx(low, abs=1e-9), pytest.approx(high, abs=1e-9))


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
@settings(max_examples=25, deadline=None)
def test_holm_equals_statsmodels(p_values: list[float]) -> None:
    assert holm(p_values) == pytest.approx(multipletests(p_values, method="holm")[1].tolist())


def test_no_rows_give_no_value_rather_than_nan() -> None:
    assert wilson(0, 0).value is None
    assert log_ratio(0, 0, 1, 2).value is None
    assert newcombe(0, 0, 1, 2).value is None
    assert mean_of(0.0, 0.0, 0).value is None


def test_a_mean_of_one_row_has_no_interval() -> None:
    found = mean_of(0.25, 0.0625, 1)
    assert (found.value, found.low, found.high) == (0.25, None, None)
