"""Performance against a bound, judged on the interval and not on the point estimate.

At the rule's confidence, one-sided: `pass` where the whole interval is on the right side of the bound, `fail`
where it is wholly on the wrong side, `unclear` between. Accuracy, precision, recall and selection rate are
judged from their counts (Wilson's score interval); other metrics by rescaling the evidence's own interval as
a normal one, each side by itself.
"""

from __future__ import annotations

import math
from typing import Annotated, Literal

from pydantic import Field

from governance.gate.protocol import (
    CheckOutcome,
    Estimate,
    Facts,
    Parameters,
    Performance,
    Result,
    check,
    refer,
)
from policies.checks import proportions
from policies.checks.proportions import Count
from policies.checks.wording import missing, percent

Metric = Literal[
    "roc_auc",
    "accuracy",
    "balanced_accuracy",
    "precision",
    "recall",
    "f1",
    "brier",
    "log_loss",
    "selection_rate",
]


class Minimum(Parameters):
    """Parameters of `performance.minimum`."""

    metric: Metric = "roc_auc"
    minimum: Annotated[float, Field(ge=0, le=1)]
    confidence: Annotated[float, Field(gt=0.5, lt=1)] = 0.95


class Maximum(Parameters):
    """Parameters of `performance.maximum`."""

    metric: Metric = "brier"
    maximum: Annotated[float, Field(ge=0)]
    confidence: Annotated[float, Field(gt=0.5, lt=1)] = 0.95


@check("performance.minimum", Minimum)
def minimum(facts: Facts, parameters: Minimum) -> CheckOutcome:
    """A metric is at least a given value, its uncertainty counted against the model."""
    return _judge(facts, parameters.metric, parameters.minimum, parameters.confidence, at_least=True)


@check("performance.maximum", Maximum)
def maximum(facts: Facts, parameters: Maximum) -> CheckOutcome:
    """A metric (a loss) is at most a given value, its uncertainty counted against the model."""
    return _judge(facts, parameters.metric, parameters.maximum, parameters.confidence, at_least=False)


def _judge(facts: Facts, metric: str, bound: float, confidence: float, *, at_least: bool) -> CheckOutcome:
    found = facts.newest("performance", Performance)
    if found is None:
        return missing(facts, "performance", "performance evaluation", "govern evaluate MODEL")
    evidence, performance = found
    estimate = performance.metrics.get(metric)
    if estimate is None or estimate.value is None:
        return CheckOutcome(
            Result.MISSING,
            f"The performance evaluation says nothing of {metric}.",
            threshold=bound,
            would_change=f"Evaluate with {metric}: it may need scores, or rows of both outcomes.",
            evidence=refer(evidence),
        )
    value = estimate.value
    low, high = _interval(performance, metric, estimate, proportions.quantile(confidence))
    result = Result.UNCLEAR
    if low is not None and high is not None:
        if (low >= bound) if at_least else (high <= bound):
            result = Result.PASS
        elif (high < bound) if at_least else (low > bound):
            result = Result.FAIL
    word = "at least" if at_least else "at most"
    shown = f"{low:.3f} to {high:.3f}" if low is not None and high is not None else "unknown"
    needed = _rows_needed(performance, value, bound, low if value >= bound else high)
    return CheckOutcome(
        result,
        f"{metric} is {value:.3f} (interval {shown}); {word} {bound:g} is demanded, "
        f"at {percent(confidence)} confidence.",
        value=value,
        threshold=bound,
        confidence=confidence,
        would_change=_would_change(result, metric, bound, word, needed),
        evidence=refer(evidence),
    )


def _interval(
    performance: Performance, metric: str, estimate: Estimate, z: float
) -> tuple[float | None, float | None]:
    c = performance.confusion
    counts = {
        "accuracy": Count(c.true_positive + c.true_negative, performance.rows),
        "precision": Count(c.true_positive, c.true_positive + c.false_positive),
        "recall": Count(c.true_positive, c.true_positive + c.false_negative),
        "selection_rate": Count(c.true_positive + c.false_positive, performance.rows),
    }
    if metric in counts:
        return proportions.wilson(counts[metric], z)
    if estimate.value is None or estimate.low is None or estimate.high is None:
        return None, None
    own = proportions.quantile(0.5 + estimate.confidence / 2)
    below, above = estimate.value - estimate.low, estimate.high - estimate.value
    return estimate.value - below * z / own, estimate.value + above * z / own


def _rows_needed(performance: Performance, value: float, bound: float, near: float | None) -> int | None:
    """Return how many rows bring the interval's end to the bound; width goes with 1/sqrt(rows)."""
    if near is None or value in {bound, near}:
        return None
    return math.ceil(performance.rows * ((value - near) / (value - bound)) ** 2)


def _would_change(result: Result, metric: str, bound: float, word: str, needed: int | None) -> str:
    if result is Result.PASS:
        return ""
    if result is Result.FAIL:
        return f"A model whose {metric} is {word} {bound:g}."
    if needed is None:
        return "An evaluation with an interval around this metric, over more rows."
    return f"About {needed} evaluated rows instead, at the value seen, or a better model."
