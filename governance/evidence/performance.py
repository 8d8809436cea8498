"""Family `performance`: how well decisions and scores fit what happened, each number with its interval.

Positive is the favourable outcome (1), as in `results.Confusion`. What the rows cannot say (an area under
the curve from one class, precision without a selected row) has the value None.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata
from sklearn.metrics import balanced_accuracy_score, brier_score_loss, f1_score, log_loss, roc_auc_score

from governance.errors import InvalidInput
from governance.evidence.intervals import DEFAULT_CONFIDENCE, mean_of, nothing, wilson, z_value
from governance.lineage.results import CalibrationBin, Confusion, Estimate, Performance

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
_BOOTSTRAP = "bootstrap-percentile"
_SMALLEST = float(np.finfo(np.float64).eps)


def evaluate(
    y_true: npt.ArrayLike,
    score: npt.ArrayLike | None,
    *,
    threshold: float = 0.5,
    selected: npt.ArrayLike | None = None,
    confidence: float = DEFAULT_CONFIDENCE,
    seed: int = 0,
    replicates: int = 2000,
    bins: int = 10,
) -> Performance:
    """Return performance of scores, decisions or both.

    Args:
        y_true: what happened, 1 for the favourable outcome and 0 otherwise, one a row.
        score: higher means more favourable; None where only decisions are known. Scores outside [0, 1] are
            ranked but not read as probabilities (no Brier score, log loss, calibration).
        threshold: a row is selected when its score is at least this (unless `selected` says otherwise).
        selected: the decisions, 1 for favourable, where they are not simply the score against the threshold.
        confidence: of every interval, two-sided.
        seed: of the bootstrap behind balanced accuracy and F1.
        replicates: of that bootstrap.
        bins: of the calibration curve, equally filled.

    Raises:
        InvalidInput: no rows, lengths differ, a value is missing or not 0 or 1.
    """
    truth = flags(y_true, "y_true")
    scores = None if score is None else _scores(score, len(truth))
    if selected is not None:
        decided = flags(selected, "selected")
    elif scores is not None:
        decided = scores >= threshold
    else:
        raise InvalidInput("Neither scores nor decisions were given.", remedy="Give at least one of the two.")
    if len(decided) != len(truth):
        raise InvalidInput(f"There are {len(truth)} outcomes but {len(decided)} decisions.")
    confusion = _confusion(truth, decided)
    drawn = _resampled(confusion, seed, replicates)
    metrics = _decision_metrics(confusion, truth, decided, confidence, drawn)
    metrics.update(_score_metrics(truth, scores, confidence))
    return Performance(
        rows=len(truth),
        positives=int(truth.sum()),
        threshold=threshold,
        metrics=metrics,
        confusion=confusion,
        calibration=[] if scores is None or not _probabilities(scores) else calibrate(truth, scores, bins),
    )


def flags(values: npt.ArrayLike, name: str) -> Flags:
    """Return 0/1 values as booleans.

    Raises:
        InvalidInput: there are none, or one is neither 0 nor 1; names its row (from 1).
    """
    try:
        numbers = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise InvalidInput(f"{name} holds something that is neither 0 nor 1.") from None
    if numbers.ndim != 1 or len(numbers) == 0:
        raise InvalidInput(f"{name} has no rows.", remedy="Give one value a row.")
    wrong = np.flatnonzero(~((numbers == 0) | (numbers == 1)))
    if len(wrong):
        row = int(wrong[0])
        met = "missing (NaN)" if math.isnan(numbers[row]) else f"{numbers[row]:g}"
        raise InvalidInput(f"{name}, row {row + 1} is {met}; 0 or 1 was expected.")
    ones: Flags = numbers == 1
    return ones


def _scores(score: npt.ArrayLike, rows: int) -> Floats:
    try:
        scores = np.asarray(score, dtype=np.float64)
    except (TypeError, ValueError):
        raise InvalidInput("A score is no number.", remedy="Scores are numbers, one a row.") from None
    if len(scores) != rows:
        raise InvalidInput(f"There are {rows} outcomes but {len(scores)} scores.")
    wrong = np.flatnonzero(~np.isfinite(scores))
    if len(wrong):
        raise InvalidInput(f"The score of row {int(wrong[0]) + 1} is missing or infinite.")
    return scores


def _probabilities(scores: Floats) -> bool:
    return bool(scores.min() >= 0 and scores.max() <= 1)


def _confusion(truth: Flags, decided: Flags) -> Confusion:
    return Confusion(
        true_positive=int(np.sum(truth & decided)),
        false_positive=int(np.sum(~truth & decided)),
        true_negative=int(np.sum(~truth & ~decided)),
        false_negative=int(np.sum(truth & ~decided)),
    )


def _resampled(counts: Confusion, seed: int, replicates: int) -> Floats:
    """Return resampled (tp, fp, tn, fn): drawing rows with replacement is drawing their four counts."""
    cells = np.array(list(counts.model_dump().values()), dtype=np.float64)
    drawn = np.random.default_rng(seed).multinomial(int(cells.sum()), cells / cells.sum(), replicates)
    return drawn.T.astype(np.float64)


def _decision_metrics(
    counts: Confusion, truth: Flags, decided: Flags, confidence: float, drawn: Floats
) -> dict[str, Estimate]:
    tp, fp, tn, fn = counts.true_positive, counts.false_positive, counts.true_negative, counts.false_negative
    rows = tp + fp + tn + fn
    dtp, dfp, dtn, dfn = drawn
    with np.errstate(invalid="ignore", divide="ignore"):
        balanced = (dtp / (dtp + dfn) + dtn / (dtn + dfp)) / 2
        f1 = 2 * dtp / (2 * dtp + dfp + dfn)
    both = tp + fn > 0 and tn + fp > 0
    return {
        "accuracy": wilson(tp + tn, rows, confidence),
        "precision": wilson(tp, tp + fp, confidence),
        "recall": wilson(tp, tp + fn, confidence),
        "selection_rate": wilson(tp + fp, rows, confidence),
        "balanced_accuracy": _percentiles(
            float(balanced_accuracy_score(truth, decided)) if both else None, balanced, confidence, rows
        ),
        "f1": _percentiles(float(f1_score(truth, decided)) if tp + fp + fn else None, f1, confidence, rows),
    }


def _percentiles(value: float | None, replicates: Floats, confidence: float, rows: int) -> Estimate:
    """Give the percentile interval (Efron and Tibshirani 1993, ch. 13)."""
    if value is None:
        return nothing(_BOOTSTRAP, confidence, rows)
    tail = (1 - confidence) / 2
    low, high = np.nanquantile(replicates, [tail, 1 - tail])
    return Estimate(
        value=value, low=float(low), high=float(high), confidence=confidence, method=_BOOTSTRAP, rows=rows
    )


def _score_metrics(truth: Flags, scores: Floats | None, confidence: float) -> dict[str, Estimate]:
    rows = len(truth)
    if scores is None:
        return {
            "roc_auc": nothing("delong", confidence, rows),
            "brier": nothing("normal-mean", confidence, rows),
            "log_loss": nothing("normal-mean", confidence, rows),
        }
    metrics = {"roc_auc": delong(truth, scores, confidence)}
    if not _probabilities(scores):
        unknown = nothing("normal-mean", confidence, rows)
        return metrics | {"brier": unknown, "log_loss": unknown}
    target = truth.astype(np.float64)
    squared = (scores - target) ** 2
    clipped = np.clip(scores, _SMALLEST, 1 - _SMALLEST)
    logs = -(target * np.log(clipped) + (1 - target) * np.log1p(-clipped))
    metrics["brier"] = _mean(float(brier_score_loss(truth, scores)), squared, confidence)
    metrics["log_loss"] = _mean(float(log_loss(truth, scores, labels=[False, True])), logs, confidence)
    return metrics


def _mean(value: float, losses: Floats, confidence: float) -> Estimate:
    estimate = mean_of(float(losses.sum()), float((losses**2).sum()), len(losses), confidence)
    return estimate.model_copy(update={"value": value})


def delong(truth: Flags, scores: Floats, confidence: float = DEFAULT_CONFIDENCE) -> Estimate:
    """Return the area under the ROC curve with its DeLong interval (cut to [0, 1]).

    Source: E. R. DeLong, D. M. DeLong and D. L. Clarke-Pearson, Biometrics 44 (1988) 837-845; computed from
    ranks after X. Sun and W. Xu, IEEE Signal Processing Letters 21 (2014) 1389-1393.
    """
    above, below = scores[truth], scores[~truth]
    m, n = len(above), len(below)
    if m == 0 or n == 0:
        return nothing("delong", confidence, len(truth))
    value = float(roc_auc_score(truth, scores))
    if m < 2 or n < 2:
        return Estimate(value=value, confidence=confidence, method="delong", rows=m + n)
    joint = rankdata(np.concatenate([above, below]))
    above_parts = (joint[:m] - rankdata(above)) / n
    below_parts = 1 - (joint[m:] - rankdata(below)) / m
    error = math.sqrt(float(np.var(above_parts, ddof=1)) / m + float(np.var(below_parts, ddof=1)) / n)
    half = z_value(confidence) * error
    return Estimate(
        value=value,
        low=max(0.0, value - half),
        high=min(1.0, value + half),
        confidence=confidence,
        method="delong",
        rows=m + n,
    )


def calibrate(truth: Flags, scores: Floats, bins: int = 10) -> list[CalibrationBin]:
    """Return mean predicted against observed rate in equally filled bins (quantiles; ties share a bin)."""
    edges = np.unique(np.quantile(scores, np.linspace(0, 1, bins + 1)))
    place = np.searchsorted(edges[1:-1], scores)
    found = []
    for number in np.unique(place):
        inside = place == number
        found.append(
            CalibrationBin(
                predicted=float(scores[inside].mean()),
                observed=float(truth[inside].mean()),
                rows=int(inside.sum()),
            )
        )
    return found
