"""Drift: the index by hand, tests by scipy, and quiet where chance explains it."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2_contingency, ks_2samp

from governance.errors import InvalidInput
from governance.evidence.drift import compare, population_stability_index


def test_the_index_is_what_the_formula_says() -> None:
    expected = (0.4 - 0.5) * math.log(0.4 / 0.5) + (0.6 - 0.5) * math.log(0.6 / 0.5)
    assert population_stability_index([0.5, 0.5], [0.4, 0.6]) == pytest.approx(expected)


def test_a_shifted_column_is_found_and_the_others_stay_quiet() -> None:
    random = np.random.default_rng(0)
    before = pd.DataFrame({"income": random.normal(50, 10, 2000), "age": random.normal(40, 9, 2000)})
    after = pd.DataFrame({"income": random.normal(65, 10, 500), "age": random.normal(40, 9, 500)})
    found = compare(before, after)
    assert found.drifted
    assert [one.feature for one in found.features if one.drifted] == ["income"]
    assert found.summary.startswith("1 of 2 columns moved: income")
    income = found.features[0]
    assert sum(income.reference_share) == pytest.approx(1)
    assert sum(income.current_share) == pytest.approx(1)
    assert len(income.bins) == len(income.reference_share)
    tests = found.details["tests"]
    assert tests["income"]["statistic"] == pytest.approx(ks_2samp(before.income, after.income).statistic)
    assert income.p_value == pytest.approx(2 * ks_2samp(before.income, after.income).pvalue, abs=1e-300)


def test_categories_are_tested_by_chi_square() -> None:
    before = pd.DataFrame({"race": ["a"] * 60 + ["b"] * 40})
    after = pd.DataFrame({"race": ["a"] * 20 + ["b"] * 75 + ["new"] * 5})
    found = compare(before, after).features[0]
    expected = chi2_contingency([[60, 40, 0], [20, 75, 5]], correction=False)
    assert found.p_value == pytest.approx(expected.pvalue)
    assert found.drifted
    assert found.bins == ["a", "b", "other"]


def test_a_few_rows_do_not_raise_an_alarm_by_chance() -> None:
    random = np.random.default_rng(1)
    before, after = pd.DataFrame({"x": random.normal(size=1000)}), pd.DataFrame({"x": random.normal(size=8)})
    found = compare(before, after)
    assert found.features[0].value > 0.2
    assert not found.drifted


def test_values_that_vanish_are_drift() -> None:
    before = pd.DataFrame({"x": np.arange(100.0)})
    after = pd.DataFrame({"x": [np.nan] * 100})
    found = compare(before, after).features[0]
    assert found.drifted
    assert found.current_share[-1] == 1.0
    assert found.bins[-1] == "missing"


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (pd.DataFrame({"x": [1.0]}), pd.DataFrame({"x": []}), "current data have no rows"),
        (pd.DataFrame({"x": []}), pd.DataFrame({"x": [1.0]}), "reference data have no rows"),
        (pd.DataFrame({"x": [1.0]}), pd.DataFrame({"y": [1.0]}), "no column 'x'"),
        (
            pd.DataFrame({"x": [1.0, 2.0]}),
            pd.DataFrame({"x": ["a", "b"]}),
            "holds numbers in the reference and text",
        ),
    ],
)
def test_bad_input_is_refused(before: pd.DataFrame, after: pd.DataFrame, said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        compare(before, after)


def test_constant_columns_are_no_drift_and_no_error() -> None:
    same = pd.DataFrame({"x": [1.0] * 50, "gone": [None] * 50})
    assert not compare(same, same).drifted
