"""Explanations add up, go back to original columns, and give reasons in words."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, PolynomialFeatures, StandardScaler

from governance.errors import InvalidInput
from governance.evidence.explanations import MOST_REASONS, adopt, explain, reasons_of

NUMBERS = ["appinc", "obrat", "married"]


def test_a_linear_pipeline_is_explained_exactly_on_log_odds(case) -> None:
    found = explain(
        case.model, case.train[case.features], case.test[case.features], background_limit=len(case.train)
    )
    assert (found.method, found.scale) == ("shap-linear", "log-odds")
    assert found.additivity_error < 1e-9
    # For a linear model the SHAP value is coefficient times distance from the mean.
    steps = case.model[:-1]
    scaled, usual = (
        steps.transform(case.test[case.features]),
        steps.transform(case.train[case.features]).mean(axis=0),
    )
    expected = np.abs((scaled - usual) * case.model[-1].coef_[0]).mean(axis=0)
    importance = {one.feature: one.mean_absolute for one in found.importance}
    assert importance == pytest.approx(dict(zip(case.features, expected, strict=True)))


def test_adverse_reasons_are_what_lowered_the_score_most(case) -> None:
    found = explain(
        case.model, case.train[case.features], case.test[case.features], labels={"gdlin": "Credit history"}
    )
    first = found.reasons[0]
    assert first.outcome == 0
    assert first.score < 0.5
    assert 1 <= len(first.reasons) <= MOST_REASONS
    assert all(one.contribution < 0 for one in first.reasons)
    assert [one.contribution for one in first.reasons] == sorted(one.contribution for one in first.reasons)
    assert all("lowered the score" in one.text for one in first.reasons)
    said = [one.text for row in found.reasons for one in row.reasons]
    assert "Credit history: 0 (usual: 1), which lowered the score" in said
    assert reasons_of(found, first.row) == first.reasons


@pytest.mark.parametrize(
    "last", [RandomForestClassifier(20, random_state=0), GradientBoostingClassifier(random_state=0)]
)
def test_trees_add_up(case, last) -> None:
    model = make_pipeline(SimpleImputer(strategy="median"), last).fit(
        case.train[case.features], case.train.approve
    )
    found = explain(model, case.train[case.features], case.test[case.features].iloc[:40], background_limit=50)
    assert found.method == "shap-tree"
    assert found.additivity_error < 1e-6


def test_one_hot_columns_go_back_to_the_column_they_came_from(case) -> None:
    columns = [*NUMBERS, "race"]
    prepare = ColumnTransformer(
        [
            ("words", OneHotEncoder(handle_unknown="ignore"), ["race"]),
            ("numbers", make_pipeline(SimpleImputer(add_indicator=True), StandardScaler()), NUMBERS),
        ]
    )
    model = make_pipeline(prepare, LogisticRegression()).fit(case.train[columns], case.train.approve)
    found = explain(model, case.train[columns], case.test[columns])
    assert {one.feature for one in found.importance} == set(columns)
    assert found.additivity_error < 1e-9


def test_any_other_model_is_explained_by_permutation_over_the_original_columns(case) -> None:
    prepare = ColumnTransformer(
        [("words", OneHotEncoder(sparse_output=False), ["race"]), ("numbers", SimpleImputer(), NUMBERS)]
    )
    columns = [*NUMBERS, "race"]
    model = make_pipeline(prepare, GaussianNB()).fit(case.train[columns], case.train.approve)
    found = explain(model, case.train[columns], case.test[columns].iloc[:10])
    assert (found.method, found.scale) == ("shap-permutation", "probability")
    assert found.additivity_error < 1e-6


def test_a_transformer_that_mixes_columns_falls_back_to_permutation(case) -> None:
    model = make_pipeline(
        SimpleImputer(), PolynomialFeatures(2), StandardScaler(), LogisticRegression(max_iter=2000)
    )
    model.fit(case.train[NUMBERS], case.train.approve)
    found = explain(model, case.train[NUMBERS], case.test[NUMBERS].iloc[:5])
    assert found.method == "shap-permutation"
    assert [one.feature for one in found.importance] != []


def test_what_is_kept_is_bounded(case) -> None:
    found = explain(case.model, case.train[case.features], case.test[case.features], reason_rows=5, sample=20)
    assert len(found.reasons) == 5
    assert {len(one.values) for one in found.beeswarm} == {20}
    assert "NaN" not in found.model_dump_json()


def test_rows_with_other_columns_are_refused(case) -> None:
    with pytest.raises(InvalidInput, match="lack the column obrat"):
        explain(case.model, case.train[case.features], case.test[case.features].drop(columns="obrat"))


def test_contributions_computed_elsewhere_are_taken_as_reported() -> None:
    rows = pd.DataFrame({"income": [10.0, 50.0], "debt": [5.0, 0.0], "name": ["x", "y"]})
    given = pd.DataFrame({"income": [-0.2, 0.1], "debt": [-0.1, 0.3]})
    found = adopt(given, rows, base_value=0.6)
    assert found.method == "reported"
    assert [one.feature for one in found.reasons[0].reasons] == ["income", "debt"]
    with pytest.raises(InvalidInput, match="which the rows do not have"):
        adopt(given.rename(columns={"debt": "depth"}), rows, base_value=0.6)
