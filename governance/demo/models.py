"""The three models of the demo: naive, corrected, retrained."""

from __future__ import annotations

import warnings
from typing import Any

import pandas as pd
from fairlearn.reductions import DemographicParity, GridSearch
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from governance.demo.data import FEATURES, LABEL, MARITAL, NAIVE_FEATURES, SENSITIVE

ITERATIONS = 1000
GRID = 31
THRESHOLD = 0.5


def naive(train: pd.DataFrame) -> Pipeline:
    """Return logistic regression on everything in the table, race, sex and marital status among it."""
    numbers = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
    words = make_pipeline(
        SimpleImputer(strategy="most_frequent"), OneHotEncoder(drop="first", sparse_output=False)
    )
    prepare = ColumnTransformer([("numbers", numbers, [*FEATURES, MARITAL]), ("words", words, SENSITIVE)])
    model = Pipeline([("prepare", prepare), ("decide", LogisticRegression(max_iter=ITERATIONS))])
    return model.fit(train[NAIVE_FEATURES], train[LABEL])


def corrected(train: pd.DataFrame) -> Pipeline:
    """Return the best of a grid of logistic regressions, each weighed towards equal approval rates.

    Race is used to weigh the training rows and never when scoring. `GridSearch` is deterministic; the step
    from weights to model is A. Agarwal et al., "A Reductions Approach to Fair Classification", ICML 2018.
    """
    prepare = Pipeline([("fill", SimpleImputer(strategy="median")), ("scale", StandardScaler())])
    data = prepare.fit_transform(train[FEATURES])
    search = GridSearch(
        LogisticRegression(max_iter=ITERATIONS), constraints=DemographicParity(), grid_size=GRID
    )
    minority = (train["race"] != "white").astype(int)
    with warnings.catch_warnings():
        # fairlearn 0.15 still sets values in a way that pandas 3 calls deprecated; the result is the same.
        warnings.filterwarnings("ignore", category=DeprecationWarning, module="fairlearn")
        warnings.filterwarnings("ignore", category=FutureWarning, module="fairlearn")
        search.fit(data, train[LABEL], sensitive_features=minority)
    best: Any = search.predictors_[search.best_idx_]
    return Pipeline([*prepare.steps, ("decide", best)])


PARAMETERS: dict[str, dict[str, Any]] = {
    "naive": {
        "estimator": "LogisticRegression",
        "max_iter": ITERATIONS,
        "threshold": THRESHOLD,
        "features": NAIVE_FEATURES,
    },
    "corrected": {
        "estimator": "GridSearch(LogisticRegression)",
        "max_iter": ITERATIONS,
        "constraints": "DemographicParity, white against others",
        "grid_size": GRID,
        "threshold": THRESHOLD,
        "features": FEATURES,
    },
}
"""What each run records as its parameters."""
