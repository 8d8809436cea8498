"""SHAP values of a scikit-learn model, mapped back through its pipeline to the original columns.

1. A pipeline is cut before its last step; what the steps before do to columns is traced (`origins`).
2. A linear last step is explained exactly on its log-odds, a tree ensemble by TreeExplainer, on the
transformed
   columns; contributions of columns made from one original column are summed.
3. Anything else (another estimator, a transformer that mixes columns) is explained by permutation on the
predicted
   score over the original columns, text columns by their codes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.base import OneToOneFeatureMixin
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import ExtraTreesClassifier, RandomForestClassifier
from sklearn.ensemble import GradientBoostingClassifier as Boosted
from sklearn.ensemble import HistGradientBoostingClassifier as HistBoosted
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder
from sklearn.tree import DecisionTreeClassifier

Floats = npt.NDArray[np.float64]
Scale = Literal["log-odds", "probability", "score"]
_FORESTS = (DecisionTreeClassifier, RandomForestClassifier, ExtraTreesClassifier)
_TREES = (*_FORESTS, Boosted, HistBoosted)


@dataclass(frozen=True, slots=True)
class Attribution:
    """Contributions of each original column to each row's score."""

    method: str
    scale: Scale
    base: float
    features: list[str]
    values: Floats
    """(rows, features)."""
    error: float
    """Largest |base + sum of contributions - score|."""


class Mixed(Exception):
    """A transformer makes columns from several columns, or in a way that is not known here."""


def attribute(model: Any, background: pd.DataFrame, rows: pd.DataFrame, *, seed: int = 0) -> Attribution:
    """Return the contributions of every column of `rows` to the model's score."""
    names = [str(name) for name in background.columns]
    before, last = _cut(model)
    linear = isinstance(last, LogisticRegression) and last.coef_.shape[0] == 1
    if not linear and not isinstance(last, _TREES):
        return _by_permutation(model, background, rows, seed)
    try:
        made_from = origins(before, names)
    except Mixed:
        return _by_permutation(model, background, rows, seed)
    usual, wanted = _transformed(before, background), _transformed(before, rows)
    found = _linear(last, usual, wanted) if linear else _trees(last, usual, wanted)
    values = np.zeros((len(rows), len(names)))
    for column, name in enumerate(made_from):
        values[:, names.index(name)] += found.values[:, column]
    return Attribution(
        method=found.method,
        scale=found.scale,
        base=found.base,
        features=names,
        values=values,
        error=found.error,
    )


def _cut(model: Any) -> tuple[Any, Any]:
    if isinstance(model, Pipeline):
        inner_before, last = _cut(model.steps[-1][1])
        steps = [step for _, step in model.steps[:-1] if step not in {None, "passthrough"}]
        return [*steps, *inner_before], last
    return [], model


def _transformed(before: Sequence[Any], rows: pd.DataFrame) -> Floats:
    data: Any = rows
    for step in before:
        data = step.transform(data)
    dense = data.toarray() if hasattr(data, "toarray") else data
    return np.asarray(dense, dtype=np.float64)


def origins(transformer: Any, names: Sequence[str]) -> list[str]:
    """Return for each column that a fitted transformer (or list of them) gives out what it was made from.

    Raises:
        Mixed: a column is made from several, or this can't be told.
    """
    if isinstance(transformer, list):
        made = list(names)
        for step in transformer:
            made = origins(step, made)
        return made
    if isinstance(transformer, Pipeline):
        return origins([step for _, step in transformer.steps if step not in {None, "passthrough"}], names)
    if isinstance(transformer, ColumnTransformer):
        return _column_transformer(transformer, names)
    if isinstance(transformer, OneHotEncoder):
        return _one_hot(transformer, names)
    if isinstance(transformer, SimpleImputer):
        return _imputer(transformer, names)
    if isinstance(transformer, OneToOneFeatureMixin):
        return list(names)
    raise Mixed(type(transformer).__name__)


def _column_transformer(transformer: ColumnTransformer, names: Sequence[str]) -> list[str]:
    given = list(getattr(transformer, "feature_names_in_", names))
    made: dict[int, str] = {}
    for name, step, columns in transformer.transformers_:
        span = transformer.output_indices_.get(name, slice(0, 0))
        places = _places(columns, given)
        inputs = [names[place] for place in places]
        parts: list[str] = []
        if isinstance(step, str):
            parts = inputs if step == "passthrough" else []
        elif inputs:
            parts = origins(step, inputs)
        made.update(zip(range(span.start, span.stop), parts, strict=True))
    return [made[place] for place in sorted(made)]


def _places(columns: Any, given: Sequence[str]) -> list[int]:
    if isinstance(columns, slice):
        return list(range(len(given)))[columns]
    if isinstance(columns, str):
        return [given.index(columns)]
    listed = list(columns)
    if listed and isinstance(listed[0], bool | np.bool_):
        return [place for place, kept in enumerate(listed) if kept]
    return [given.index(column) if isinstance(column, str) else int(column) for column in listed]


def _one_hot(encoder: OneHotEncoder, names: Sequence[str]) -> list[str]:
    if encoder.min_frequency is not None or encoder.max_categories is not None:
        raise Mixed("OneHotEncoder with grouped categories")
    dropped = encoder.drop_idx_ if encoder.drop_idx_ is not None else [None] * len(names)
    made: list[str] = []
    for name, categories, drop in zip(names, encoder.categories_, dropped, strict=True):
        made.extend([name] * (len(categories) - (drop is not None)))
    return made


def _imputer(imputer: SimpleImputer, names: Sequence[str]) -> list[str]:
    kept = [
        name
        for name, value in zip(names, imputer.statistics_, strict=True)
        if imputer.keep_empty_features or not pd.isna(value)
    ]
    if imputer.indicator_ is not None:
        kept.extend(names[place] for place in imputer.indicator_.features_)
    return kept


def _linear(last: LogisticRegression, usual: Floats, wanted: Floats) -> Attribution:
    import shap

    masker = shap.maskers.Independent(usual, max_samples=len(usual))
    explainer = shap.LinearExplainer(last, masker)
    values = np.asarray(explainer.shap_values(wanted), dtype=np.float64)
    base = float(np.ravel(explainer.expected_value)[0])
    return _attribution("linear", "log-odds", base, values, last.decision_function(wanted))


def _trees(last: Any, usual: Floats, wanted: Floats) -> Attribution:
    import shap

    explainer = shap.TreeExplainer(
        last, data=usual, feature_perturbation="interventional", model_output="raw"
    )
    values = np.asarray(explainer.shap_values(wanted, check_additivity=False), dtype=np.float64)
    expected = np.ravel(explainer.expected_value)
    if values.ndim == 3:
        values = values[:, :, 1]
    base = float(expected[-1])
    if isinstance(last, _FORESTS):
        return _attribution("tree", "probability", base, values, last.predict_proba(wanted)[:, 1])
    return _attribution("tree", "log-odds", base, values, last.decision_function(wanted))


def _by_permutation(model: Any, background: pd.DataFrame, rows: pd.DataFrame, seed: int) -> Attribution:
    import shap

    from governance.evidence.explanations import probability

    names = [str(name) for name in background.columns]
    encode, decode = _codes(background, rows)

    def score(data: Floats) -> Floats:
        return probability(model, decode(np.asarray(data, dtype=np.float64)))

    usual, wanted = encode(background), encode(rows)
    masker = shap.maskers.Independent(usual, max_samples=min(50, len(usual)))
    explainer = shap.PermutationExplainer(score, masker, seed=seed)
    found = explainer(wanted, max_evals=10 * (2 * len(names) + 1), silent=True)
    values = np.asarray(found.values, dtype=np.float64)
    base = float(np.ravel(found.base_values)[0])
    scale: Scale = "probability" if hasattr(model, "predict_proba") else "score"
    made = _attribution("permutation", scale, base, values, score(wanted))
    return Attribution(made.method, made.scale, made.base, names, made.values, made.error)


def _codes(
    background: pd.DataFrame, rows: pd.DataFrame
) -> tuple[Callable[[pd.DataFrame], Floats], Callable[[Floats], pd.DataFrame]]:
    """Return functions from rows to numbers and back; text columns go by the position of their value."""
    both = pd.concat([background, rows], ignore_index=True)
    levels = {
        name: pd.factorize(both[name], sort=False)[1]
        for name in both.columns
        if not pd.api.types.is_numeric_dtype(both[name])
    }

    def encode(frame: pd.DataFrame) -> Floats:
        coded = frame.copy()
        for name, values in levels.items():
            coded[name] = pd.Categorical(frame[name], categories=values).codes.astype(float)
            coded[name] = coded[name].replace(-1.0, np.nan)
        return coded.to_numpy(dtype=np.float64, na_value=np.nan)

    def decode(data: Floats) -> pd.DataFrame:
        frame = pd.DataFrame(data, columns=background.columns)
        for name, values in levels.items():
            known = frame[name].notna()
            plain = pd.Series([None] * len(frame), dtype=object)
            plain[known] = np.asarray(values, dtype=object)[frame.loc[known, name].astype(int)]
            frame[name] = plain
        return frame

    return encode, decode


def _attribution(method: str, scale: Scale, base: float, values: Floats, score: Floats) -> Attribution:
    error = float(np.max(np.abs(base + values.sum(axis=1) - np.ravel(score)))) if len(values) else 0.0
    return Attribution(f"shap-{method}", scale, base, [], values, error)
