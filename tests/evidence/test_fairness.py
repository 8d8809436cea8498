"""Fairness numbers equal fairlearn's; unknown values are no group; degenerate groups say nothing."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as formulas
from fairlearn.metrics import (
    MetricFrame,
    demographic_parity_difference,
    demographic_parity_ratio,
    equalized_odds_difference,
    false_positive_rate,
    selection_rate,
    true_positive_rate,
)

from governance.errors import InvalidInput
from governance.evidence import fairness
from governance.evidence.intervals import log_ratio

ANALYSES = [["race"], ["sex"], ["race", "sex"]]


def test_the_regression_of_approval_on_white_gives_wooldridges_numbers(applications: pd.DataFrame) -> None:
    # Wooldridge, Introductory Econometrics, ch. 7, computer exercise C8: approve = .708 + .201 white.
    fitted = formulas.ols("approve ~ white", data=applications).fit()
    assert round(fitted.params["Intercept"], 3) == 0.708
    assert round(fitted.params["white"], 3) == 0.201
    assert int(fitted.nobs) == 1989


def test_every_number_equals_fairlearns(case) -> None:
    chosen = case.score >= 0.5
    found = fairness.evaluate(case.truth, chosen, case.sensitive, analyses=ANALYSES)
    for analysis in found.analyses:
        known = case.sensitive[analysis.sensitive].notna().all(axis=1).to_numpy()
        y, d, groups = case.truth[known], chosen[known], case.sensitive.loc[known, analysis.sensitive]
        assert analysis.impact_ratio.value == pytest.approx(
            demographic_parity_ratio(y, d, sensitive_features=groups)
        )
        assert analysis.demographic_parity_difference.value == pytest.approx(
            demographic_parity_difference(y, d, sensitive_features=groups)
        )
        if all(0 < group.positives < group.rows for group in analysis.groups):
            assert analysis.equalized_odds_difference.value == pytest.approx(
                equalized_odds_difference(y, d, sensitive_features=groups)
            )
        rates = {"s": selection_rate, "t": true_positive_rate, "f": false_positive_rate}
        frame = MetricFrame(metrics=rates, y_true=y, y_pred=d, sensitive_features=groups).by_group
        for group in analysis.groups:
            key = tuple(group.values.values())
            row = frame.loc[key if len(key) > 1 else key[0]]
            assert group.selection_rate.value == pytest.approx(row["s"])
            assert group.true_positive_rate.value == pytest.approx(row["t"])
            if group.false_positive_rate.value is not None:
                assert group.false_positive_rate.value == pytest.approx(row["f"])


def test_groups_are_counted_and_measured_against_the_reference(case) -> None:
    race = fairness.evaluate(case.truth, case.score >= 0.5, case.sensitive, analyses=[["race"]]).analyses[0]
    by_name = {group.values["race"]: group for group in race.groups}
    assert race.reference == {"race": "white"}
    assert by_name["white"].impact_ratio is None
    black, white = by_name["black"], by_name["white"]
    assert black.impact_ratio == log_ratio(black.selected, black.rows, white.selected, white.rows)
    assert sum(group.rows for group in race.groups) == len(case.truth)


def test_missing_sensitive_values_are_left_out_and_counted() -> None:
    sensitive = pd.DataFrame({"sex": ["m", "f", None, "m", None], "race": ["a", "a", "b", None, "a"]})
    found = fairness.evaluate(
        [1, 0, 1, 1, 1], [1, 0, 1, 1, 1], sensitive, analyses=[["sex"], ["sex", "race"]]
    )
    assert [(one.values, one.rows, one.reason) for one in found.analyses[0].left_out] == [
        ({"sex": None}, 2, "unknown")
    ]
    assert sum(one.rows for one in found.analyses[1].left_out) == 3
    assert {"sex": "m", "race": None} in [one.values for one in found.analyses[1].left_out]


def test_a_small_group_stays_a_group_but_is_no_reference() -> None:
    sensitive = pd.DataFrame({"race": ["big"] * 40 + ["tiny"] * 3})
    selected = [1] * 30 + [0] * 10 + [1] * 3
    race = fairness.evaluate(selected, selected, sensitive, minimum_rows=30).analyses[0]
    assert race.reference == {"race": "big"}
    tiny = next(group for group in race.groups if group.values["race"] == "tiny")
    assert tiny.rows == 3
    assert tiny.impact_ratio.value == pytest.approx(1 / 0.75)


def test_a_group_without_positives_has_no_true_positive_rate() -> None:
    sensitive = pd.DataFrame({"g": ["a"] * 4 + ["b"] * 3})
    found = fairness.evaluate([1, 1, 0, 0, 0, 0, 0], [1, 0, 1, 0, 1, 0, 0], sensitive).analyses[0]
    without = next(group for group in found.groups if group.values["g"] == "b")
    assert without.true_positive_rate.value is None
    assert found.equalized_odds_difference.value == pytest.approx(1 / 2 - 1 / 3)
    assert "NaN" not in found.model_dump_json()


def test_nobody_selected_has_no_ratio() -> None:
    found = fairness.evaluate([1, 0, 1], [0, 0, 0], pd.DataFrame({"g": ["a", "b", "a"]})).analyses[0]
    assert found.impact_ratio.value is None
    assert found.demographic_parity_difference.value == 0


def test_one_group_alone_cannot_be_compared() -> None:
    found = fairness.evaluate([1, 0], [1, 0], pd.DataFrame({"g": ["a", "a"]})).analyses[0]
    assert found.impact_ratio.value is None
    assert found.equalized_odds_difference.value is None


def test_numbers_as_groups_are_named_without_a_fraction() -> None:
    found = fairness.evaluate([1, 0, 1], [1, 0, 1], pd.DataFrame({"g": [1.0, 0.0, np.nan]})).analyses[0]
    assert [group.values for group in found.groups] == [{"g": "0"}, {"g": "1"}]


@pytest.mark.parametrize(
    ("sensitive", "analyses", "said"),
    [
        (pd.DataFrame({"g": ["a"]}), None, "2 outcomes"),
        (pd.DataFrame({"g": ["a", "b"]}), [["race"]], "no sensitive column 'race'"),
        (pd.DataFrame({"g": [None, None]}), None, "No row has a known value"),
        (pd.DataFrame(index=range(2)), None, "No sensitive feature"),
    ],
)
def test_bad_input_is_refused(sensitive: pd.DataFrame, analyses: list | None, said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        fairness.evaluate([1, 0], [1, 0], sensitive, analyses=analyses)


def test_a_feature_of_very_many_values_is_refused() -> None:
    many = [str(number) for number in range(1000)]
    with pytest.raises(InvalidInput, match="make 1000 groups; at most 300"):
        fairness.evaluate([1, 0] * 500, [1, 0] * 500, pd.DataFrame({"street": many}))
