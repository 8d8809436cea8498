"""Family `drift`: how far what a model sees now lies from what it was built on.

A column has drifted when its population stability index reaches the threshold *and* a test, corrected for
the number of columns (Holm), says that chance alone does not explain it: the index alone grows as samples
shrink, the test alone finds every trifle in large ones.

Sources: PSI and its 0.1/0.25 rules of thumb: N. Siddiqi, "Credit Risk Scorecards" (Wiley 2006); its sampling
distribution: B. Yurdakul, "Statistical Properties of Population Stability Index" (2018). Numbers are tested
by Kolmogorov-Smirnov (F. J. Massey, JASA 46 (1951) 68-78), categories by Pearson's chi-square.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import chi2_contingency, ks_2samp

from governance.errors import InvalidInput
from governance.evidence.intervals import holm
from governance.evidence.tables import column_type
from governance.lineage.results import Drift, FeatureDrift

THRESHOLD = 0.2
_FLOOR = 1e-4
_MOST_CATEGORIES = 20
_MISSING = "missing"


@dataclass(frozen=True, slots=True)
class _Compared:
    name: str
    test: str
    index: float
    p_value: float
    statistic: float
    before: list[float]
    after: list[float]
    bins: list[str]


def compare(
    reference: pd.DataFrame,
    current: pd.DataFrame,
    *,
    columns: Sequence[str] | None = None,
    threshold: float = THRESHOLD,
    alpha: float = 0.05,
    bins: int = 10,
    batches: Sequence[str] = (),
) -> Drift:
    """Return the drift of each column from `reference` to `current`.

    Args:
        reference: what the model was built or accepted on.
        current: what it sees now.
        columns: which to compare; by default all of the reference.
        threshold: population stability index from which a column may count as drifted.
        alpha: level of the corrected tests.
        bins: number of bins, cut at quantiles of the reference.
        batches: subjects of the prediction batches that `current` comes from.

    Raises:
        InvalidInput: either side has no rows, or lacks a column, or a column changed its type to text.
    """
    names = list(columns) if columns is not None else [str(name) for name in reference.columns]
    for side, frame in (("reference", reference), ("current", current)):
        if frame.empty:
            raise InvalidInput(f"The {side} data have no rows.", remedy="Drift needs rows on both sides.")
        absent = [name for name in names if name not in frame.columns]
        if absent:
            raise InvalidInput(
                f"The {side} data have no column {', '.join(repr(name) for name in absent)}.",
                remedy="Compare columns that stand on both sides.",
            )
    compared = [_compare(reference[name], current[name], bins) for name in names]
    adjusted = holm([one.p_value for one in compared])
    features = [
        FeatureDrift(
            feature=one.name,
            statistic="psi",
            value=one.index,
            threshold=threshold,
            p_value=p,
            drifted=bool(one.index >= threshold and p < alpha),
            reference_share=one.before,
            current_share=one.after,
            bins=one.bins,
        )
        for one, p in zip(compared, adjusted, strict=True)
    ]
    moved = sorted((one for one in features if one.drifted), key=lambda one: -one.value)
    return Drift(
        rows=len(current),
        reference_rows=len(reference),
        features=features,
        drifted=bool(moved),
        summary=_summary(moved, len(features)),
        batches=list(batches),
        details={
            "alpha": alpha,
            "correction": "holm",
            "tests": {one.name: {"name": one.test, "statistic": one.statistic} for one in compared},
        },
    )


def _summary(moved: list[FeatureDrift], looked_at: int) -> str:
    if not moved:
        return f"None of {looked_at} columns moved beyond chance and the threshold."
    shown = ", ".join(f"{one.feature} ({one.value:.2f})" for one in moved[:5])
    rest = f" and {len(moved) - 5} more" if len(moved) > 5 else ""
    return f"{len(moved)} of {looked_at} columns moved: {shown}{rest}."


def _compare(reference: pd.Series, current: pd.Series, bins: int) -> _Compared:
    name = str(reference.name)
    numeric = {"int64", "float64", "bool"}
    kinds = column_type(reference), column_type(current)
    if kinds[0] in numeric and kinds[1] not in numeric and current.notna().any():
        raise InvalidInput(
            f"Column '{name}' holds numbers in the reference and {kinds[1]} in the current data.",
            remedy="Give it the same type on both sides.",
        )
    if kinds[0] in numeric and reference.nunique() > 2:
        return _compare_numbers(name, _numbers(reference), _numbers(current), bins)
    return _compare_categories(name, reference, current)


def _numbers(series: pd.Series) -> npt.NDArray[np.float64]:
    return pd.to_numeric(series, errors="coerce").to_numpy(dtype=float, na_value=np.nan)


def _compare_numbers(
    name: str, before: npt.NDArray[np.float64], after: npt.NDArray[np.float64], bins: int
) -> _Compared:
    known_before, known_after = before[np.isfinite(before)], after[np.isfinite(after)]
    inner = np.unique(np.quantile(known_before, np.linspace(0, 1, bins + 1)[1:-1]))
    counts = []
    for every, known in ((before, known_before), (after, known_after)):
        inside = np.bincount(np.searchsorted(inner, known, side="left"), minlength=len(inner) + 1)
        counts.append([*inside.tolist(), len(every) - len(known)])
    edges = ["-inf", *(f"{edge:.4g}" for edge in inner), "inf"]
    labels = [f"({low}, {high}]" for low, high in pairwise(edges)] + [_MISSING]
    statistic, p = 1.0, 0.0
    if len(known_after):
        outcome = ks_2samp(known_before, known_after)
        statistic, p = float(outcome.statistic), float(outcome.pvalue)
    return _compared(name, counts, labels, test=("ks", statistic, p))


def _compare_categories(name: str, reference: pd.Series, current: pd.Series) -> _Compared:
    before = reference.astype(object).map(_category).value_counts()
    after = current.astype(object).map(_category).value_counts()
    kept = [str(value) for value in before.index[:_MOST_CATEGORIES] if value != _MISSING]
    labels = [*sorted(kept), "other", _MISSING]
    counts = []
    for tally in (before, after):
        listed = [int(tally.get(label, 0)) for label in labels[:-2]]
        gaps = int(tally.get(_MISSING, 0))
        counts.append([*listed, int(tally.sum()) - sum(listed) - gaps, gaps])
    table = np.array(counts)
    table = table[:, table.sum(axis=0) > 0]
    statistic, p = 0.0, 1.0
    if table.shape[1] > 1:
        outcome = chi2_contingency(table, correction=False)
        statistic, p = float(outcome.statistic), float(outcome.pvalue)
    return _compared(name, counts, labels, test=("chi-square", statistic, p))


def _category(value: object) -> str:
    if value is None or (isinstance(value, float) and np.isnan(value)) or value is pd.NaT or value is pd.NA:
        return _MISSING
    if isinstance(value, bool | np.bool_):
        return str(int(value))
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _compared(
    name: str, counts: list[list[int]], labels: list[str], *, test: tuple[str, float, float]
) -> _Compared:
    used = [place for place in range(len(labels)) if counts[0][place] or counts[1][place]]
    shares = [np.array([side[place] for place in used]) / max(1, sum(side)) for side in counts]
    return _Compared(
        name=name,
        test=test[0],
        index=population_stability_index(shares[0], shares[1]),
        p_value=test[2],
        statistic=test[1],
        before=[float(share) for share in shares[0]],
        after=[float(share) for share in shares[1]],
        bins=[labels[place] for place in used],
    )


def population_stability_index(reference: npt.ArrayLike, current: npt.ArrayLike) -> float:
    """Return sum((q - p) ln(q / p)) over shares p, q; an empty bin counts as a share of 0.0001."""
    before = np.maximum(np.asarray(reference, dtype=float), _FLOOR)
    after = np.maximum(np.asarray(current, dtype=float), _FLOOR)

    return float(np.sum((after - before) * np.log(after / before)))
