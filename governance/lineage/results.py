"""What `evidence.recorded` carries in `result`, by family.

Evidence computes these, the gate judges them, reports and the terminal UI draw them. Counts come with every
estimate, so that the gate can judge at its own confidence and does not have to believe an interval.
"""

# ruff: noqa: RUF012 - pydantic copies a default for every instance

from __future__ import annotations

from typing import Literal

from pydantic import Field

from governance.lineage.records import Body, JsonObject

Scalar = str | int | float | bool | None


class Estimate(Body):
    """A number with its two-sided confidence interval. `low`/`high` are None where none can be given."""

    value: float | None
    low: float | None = None
    high: float | None = None
    confidence: float = 0.95
    method: str
    """`wilson`, `bootstrap-percentile`, `delong`, `log-ratio`, `newcombe`, …"""
    rows: int | None = None


class CalibrationBin(Body):
    """Mean predicted probability against the observed rate in one bin."""

    predicted: float
    observed: float
    rows: int


class Confusion(Body):
    """Counts at the decision threshold; positive is the favourable outcome."""

    true_positive: int
    false_positive: int
    true_negative: int
    false_negative: int


class Performance(Body):
    """Family `performance`."""

    rows: int
    positives: int
    threshold: float
    metrics: dict[str, Estimate]
    """`roc_auc, accuracy, balanced_accuracy, precision, recall, f1, brier, log_loss, selection_rate`."""
    confusion: Confusion
    calibration: list[CalibrationBin] = []


class Group(Body):
    """One group of a fairness analysis, by counts. Positive and selected mean the favourable outcome."""

    values: dict[str, str]
    """Sensitive feature to value, one member for each feature of the analysis."""
    rows: int
    positives: int
    selected: int
    true_positives: int
    false_positives: int
    selection_rate: Estimate
    true_positive_rate: Estimate
    false_positive_rate: Estimate
    accuracy: Estimate
    impact_ratio: Estimate | None = None
    """Selection rate by that of the reference group; None for the reference itself."""


class LeftOut(Body):
    """Rows that no group holds, and why."""

    values: dict[str, str | None]
    rows: int
    reason: str


class FairnessAnalysis(Body):
    """Fairness by one sensitive feature or several jointly."""

    sensitive: list[str]
    reference: dict[str, str]
    """The group with the highest selection rate among those with at least `minimum_rows` rows."""
    groups: list[Group]
    left_out: list[LeftOut] = []
    impact_ratio: Estimate
    """Lowest selection rate by the highest (fairlearn: demographic parity ratio)."""
    demographic_parity_difference: Estimate
    equalized_odds_difference: Estimate


class Fairness(Body):
    """Family `fairness`."""

    rows: int
    favourable: Scalar
    threshold: float
    confidence: float
    minimum_rows: int
    analyses: list[FairnessAnalysis]


class FeatureImportance(Body):
    """Mean absolute and mean signed contribution of one feature over the explained rows."""

    feature: str
    mean_absolute: float
    mean: float


class FeatureSample(Body):
    """Points of a beeswarm: a bounded sample of (feature value, contribution)."""

    feature: str
    values: list[float | None]
    contributions: list[float]


class ReasonCode(Body):
    """One reason for one decision: a feature, its value, how far it moved the score, in plain words."""

    feature: str
    value: Scalar
    contribution: float
    text: str


class RowReasons(Body):
    """Principal reasons of one decision, strongest first; `row` indexes the evaluated rows from 0."""

    row: int
    score: float
    outcome: Scalar
    reasons: list[ReasonCode]


class Explanation(Body):
    """Family `explanation`."""

    method: str
    scale: Literal["log-odds", "probability", "score"]
    rows_explained: int
    background_rows: int
    base_value: float
    additivity_error: float
    """Largest |base + sum of contributions - score| over the explained rows."""
    importance: list[FeatureImportance]
    beeswarm: list[FeatureSample] = []
    reasons: list[RowReasons]


class ColumnProfile(Body):
    """What was found in one column."""

    name: str
    type: str
    missing: int
    distinct: int
    minimum: float | None = None
    maximum: float | None = None
    mean: float | None = None


class DataCheck(Body):
    """One validation rule and what it found."""

    name: str
    """`missing-values`, `ranges`, `duplicate-rows`, `types`, `overlap`, …"""
    status: Literal["pass", "warn", "fail"]
    found: int
    limit: float | None = None
    message: str
    where: list[str] = []


class DataQuality(Body):
    """Family `data-quality`."""

    rows: int
    columns: list[ColumnProfile]
    duplicates: int
    overlap_rows: int | None = None
    """Rows that stand both in train and test; None where only one set was given."""
    checks: list[DataCheck]
    status: Literal["pass", "warn", "fail"]


class FeatureDrift(Body):
    """How far one column moved from its reference."""

    feature: str
    statistic: str
    """`psi` or `ks` or `chi-square` …, with its source in the evidence's method."""
    value: float
    threshold: float
    p_value: float | None = None
    drifted: bool
    reference_share: list[float] = []
    current_share: list[float] = []
    bins: list[str] = []


class Drift(Body):
    """Family `drift`: about a deployment."""

    rows: int
    reference_rows: int
    features: list[FeatureDrift]
    drifted: bool
    summary: str
    batches: list[str] = []
    details: JsonObject = Field(default_factory=dict)


FAMILIES: dict[str, type[Body]] = {
    "performance": Performance,
    "fairness": Fairness,
    "explanation": Explanation,
    "data-quality": DataQuality,
    "drift": Drift,
}
"""Families with a known result; any other family name is kept as given."""
