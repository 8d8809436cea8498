"""Family `explanation`: which features move the score, over all rows and for each decision.

SHAP values on the scale of the model itself where that is exact (linear models: log-odds; trees: their
margin or probability), else by permutation on the predicted probability. What a pipeline did to a feature on
the way (imputing, scaling, one-hot columns) is mapped back: contributions are per original column.

Sources: S. Lundberg and S.-I. Lee, NeurIPS 2017; S. Lundberg et al., Nature Machine Intelligence 2 (2020)
56-67. Reasons for one decision follow 12 CFR 1002.9(b)(2): the principal reasons, at most four, specific.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from governance.errors import InvalidInput
from governance.evidence.attribution import Attribution, attribute
from governance.lineage.results import (
    Explanation,
    FeatureImportance,
    FeatureSample,
    ReasonCode,
    RowReasons,
    Scalar,
)

MOST_DRAWN = 20
"""Features in the beeswarm: the most important ones, so that an entry stays small however wide the table is."""
MOST_REASONS = 4
"""Regulation B's comment 9(b)(2)-1: disclosing more than four reasons is not likely to be helpful."""
Floats = npt.NDArray[np.float64]


def explain(
    model: Any,
    background: pd.DataFrame,
    rows: pd.DataFrame,
    *,
    threshold: float = 0.5,
    selected: npt.ArrayLike | None = None,
    labels: Mapping[str, str] | None = None,
    reason_rows: int = 100,
    sample: int = 200,
    background_limit: int = 200,
    seed: int = 0,
) -> Explanation:
    """Return global importance, a bounded beeswarm sample, and reasons for decisions.

    Args:
        model: a fitted scikit-learn estimator or pipeline of a binary outcome.
        background: rows that stand for what is usual (training rows); at most `background_limit` are drawn.
        rows: rows to explain, with the same columns.
        threshold: score from which a decision is favourable.
        selected: the decisions (1 favourable), where they are not the score against the threshold.
        labels: column to plain words, for the reasons' text.
        reason_rows: decisions that get reasons: adverse ones first.
        sample: points a feature in the beeswarm.
        background_limit: rows of the background that are used.
        seed: of both draws.

    Raises:
        InvalidInput: no rows, other columns than the background, or a model that gives no score.
    """
    if rows.empty or background.empty:
        raise InvalidInput("There are no rows to explain, or none to compare with.")
    absent = [str(name) for name in background.columns if name not in rows.columns]
    if absent:
        raise InvalidInput(f"The rows to explain lack the column {', '.join(absent)}.")
    rows = rows[list(background.columns)]
    usual = background.sample(n=min(background_limit, len(background)), random_state=seed)
    found = attribute(model, usual, rows, seed=seed)
    score = probability(model, rows)
    chosen = score >= threshold if selected is None else np.asarray(selected, dtype=float) == 1
    return Explanation(
        method=found.method,
        scale=found.scale,
        rows_explained=len(rows),
        background_rows=len(usual),
        base_value=found.base,
        additivity_error=found.error,
        importance=_importance(found),
        beeswarm=_beeswarm(found, rows, sample, seed),
        reasons=_reasons(
            found, rows, background, score=score, chosen=chosen, labels=labels or {}, limit=reason_rows
        ),
    )


def probability(model: Any, rows: pd.DataFrame) -> Floats:
    """Return each row's score of the favourable class: probability, else decision value, else prediction.

    Raises:
        InvalidInput: the model can do none of these.
    """
    if hasattr(model, "predict_proba"):
        given = np.asarray(model.predict_proba(rows), dtype=np.float64)
        if given.ndim != 2 or given.shape[1] != 2:
            raise InvalidInput(
                "The model knows other than two outcomes.", remedy="Give a model of a yes/no outcome."
            )
        return given[:, 1]
    for name in ("decision_function", "predict"):
        if hasattr(model, name):
            return np.asarray(getattr(model, name)(rows), dtype=np.float64).reshape(len(rows))
    raise InvalidInput(
        "The model can neither predict nor score.", remedy="Give a fitted scikit-learn estimator."
    )


def adopt(
    contributions: pd.DataFrame,
    rows: pd.DataFrame,
    *,
    base_value: float,
    threshold: float = 0.5,
    labels: Mapping[str, str] | None = None,
    reason_rows: int = 100,
    sample: int = 200,
    seed: int = 0,
) -> Explanation:
    """Return an explanation from contributions that were computed elsewhere, one column a feature.

    The score of a row is taken to be the base value and its contributions; whether the model says so too
    can't be told here, which is why `method` says `reported`.

    Raises:
        InvalidInput: a contribution's column is none of the rows' columns, or the numbers of rows differ.
    """
    names = [str(name) for name in contributions.columns]
    absent = [name for name in names if name not in rows.columns]
    if absent:
        raise InvalidInput(
            f"Contributions are given for {', '.join(absent)}, which the rows do not have.",
            remedy="Name the columns of contributions like the features of the rows.",
        )
    if len(contributions) != len(rows) or rows.empty:
        raise InvalidInput(f"There are {len(rows)} rows but contributions for {len(contributions)}.")
    values = contributions.to_numpy(dtype=np.float64)
    score = base_value + values.sum(axis=1)
    found = Attribution("reported", "score", base_value, names, values, 0.0)
    shown = rows[names].reset_index(drop=True)
    return Explanation(
        method=found.method,
        scale=found.scale,
        rows_explained=len(rows),
        background_rows=0,
        base_value=base_value,
        additivity_error=0.0,
        importance=_importance(found),
        beeswarm=_beeswarm(found, shown, sample, seed),
        reasons=_reasons(
            found,
            shown,
            shown,
            score=score,
            chosen=score >= threshold,
            labels=labels or {},
            limit=reason_rows,
        ),
    )


def _importance(found: Attribution) -> list[FeatureImportance]:
    absolute, signed = np.abs(found.values).mean(axis=0), found.values.mean(axis=0)
    order = np.argsort(-absolute, kind="stable")
    return [
        FeatureImportance(
            feature=found.features[place], mean_absolute=float(absolute[place]), mean=float(signed[place])
        )
        for place in order
    ]


def _beeswarm(found: Attribution, rows: pd.DataFrame, sample: int, seed: int) -> list[FeatureSample]:
    size = min(sample, len(rows))
    places = np.sort(np.random.default_rng(seed).choice(len(rows), size=size, replace=False))
    swarm = []
    drawn = np.argsort(-np.abs(found.values).mean(axis=0), kind="stable")[:MOST_DRAWN]
    for column in drawn:
        feature = found.features[column]
        values = rows[feature].iloc[places]
        if not pd.api.types.is_numeric_dtype(values):
            values = pd.Series(pd.factorize(rows[feature], sort=True)[0][places]).replace(-1, np.nan)
        numbers = values.astype(float).round(6).tolist()
        swarm.append(
            FeatureSample(
                feature=feature,
                values=[None if np.isnan(value) else value for value in numbers],
                contributions=found.values[places, column].round(6).tolist(),
            )
        )
    return swarm


def _reasons(
    found: Attribution,
    rows: pd.DataFrame,
    background: pd.DataFrame,
    *,
    score: Floats,
    chosen: npt.NDArray[np.bool_],
    labels: Mapping[str, str],
    limit: int,
) -> list[RowReasons]:
    """Give adverse decisions first, by what lowered the score; then favourable ones, by what raised it."""
    adverse, favourable = np.flatnonzero(~chosen), np.flatnonzero(chosen)
    usual = {str(name): _usual(background[name]) for name in background.columns}
    explained = []
    for row in [*adverse, *favourable][:limit]:
        sign = 1.0 if chosen[row] else -1.0
        moved = found.values[row] * sign
        strongest = [place for place in np.argsort(-moved, kind="stable")[:MOST_REASONS] if moved[place] > 0]
        reasons = []
        for place in strongest:
            feature = found.features[place]
            value = _scalar(rows[feature].iloc[row])
            reasons.append(
                ReasonCode(
                    feature=feature,
                    value=value,
                    contribution=float(found.values[row, place]),
                    text=_sentence(
                        labels.get(feature, feature), value, usual[feature], raised=bool(chosen[row])
                    ),
                )
            )
        explained.append(
            RowReasons(row=int(row), score=float(score[row]), outcome=int(chosen[row]), reasons=reasons)
        )
    return explained


def _usual(series: pd.Series) -> Scalar:
    present = series.dropna()
    if present.empty:
        return None
    if pd.api.types.is_numeric_dtype(series) and series.nunique() > 2:
        return _scalar(present.median())
    return _scalar(present.mode().iloc[0])


def _scalar(value: Any) -> Scalar:
    if value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value)):
        return None
    plain = value.item() if hasattr(value, "item") else value
    return plain if isinstance(plain, str | int | float | bool) else str(plain)


def _sentence(label: str, value: Scalar, usual: Scalar, *, raised: bool) -> str:
    verb = "raised" if raised else "lowered"
    if value is None:
        return f"{label}: not given, which {verb} the score"
    if value == usual:
        return f"{label}: {_shown(value)}, as is usual, which {verb} the score"
    return f"{label}: {_shown(value)} (usual: {_shown(usual)}), which {verb} the score"


def _shown(value: Scalar) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.4g}" if abs(value) < 10_000 else f"{value:,.0f}"
    return f"{value:,}" if isinstance(value, int) and abs(value) >= 10_000 else str(value)


def reasons_of(explanation: Explanation, row: int) -> Sequence[ReasonCode]:
    """Return the reasons of one row, or none where it was not among those explained in detail."""
    return next((one.reasons for one in explanation.reasons if one.row == row), [])
