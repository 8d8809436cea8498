"""Confidence intervals in closed form: what makes a rate, a ratio or an area honest about its rows.

Every function returns a `results.Estimate`; where nothing can be estimated its `value` is None, never NaN.
Proportions are `successes` out of `rows`; `confidence` is two-sided.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist

from governance.lineage.results import Estimate

DEFAULT_CONFIDENCE = 0.95


def z_value(confidence: float) -> float:
    """Return the standard normal quantile of a two-sided interval."""
    return NormalDist().inv_cdf(0.5 + confidence / 2)


def nothing(method: str, confidence: float, rows: int = 0) -> Estimate:
    """Return the estimate of something that these rows cannot say."""
    return Estimate(value=None, confidence=confidence, method=method, rows=rows)


def wilson(successes: int, rows: int, confidence: float = DEFAULT_CONFIDENCE) -> Estimate:
    """Return a proportion with its score interval.

    Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference",
    JASA 22 (1927) 209-212; recommended for small counts by Brown, Cai and DasGupta (2001).
    """
    if rows == 0:
        return nothing("wilson", confidence)
    z = z_value(confidence)
    share = successes / rows
    scale = 1 + z * z / rows
    centre = (share + z * z / (2 * rows)) / scale
    half = z * math.sqrt(share * (1 - share) / rows + z * z / (4 * rows * rows)) / scale
    low = 0.0 if successes == 0 else max(0.0, centre - half)
    high = 1.0 if successes == rows else min(1.0, centre + half)
    return Estimate(value=share, low=low, high=high, confidence=confidence, method="wilson", rows=rows)


def log_ratio(
    successes: int, rows: int, base_successes: int, base_rows: int, confidence: float = DEFAULT_CONFIDENCE
) -> Estimate:
    """Return the ratio of two independent proportions with the log-method interval.

    Where a count is 0 or equals its rows the variance of the plain method vanishes or is undefined; then
    half a success is added to each count and half a row to each number of rows (method
    `log-ratio-adjusted`).

    Source: D. Katz et al., "Obtaining confidence intervals for the risk ratio in cohort studies",
    Biometrics 34 (1978) 469-474, method C; the adjustment: S. D. Walter, Biometrika 62 (1975) 371-374.
    """
    if rows == 0 or base_rows == 0 or base_successes == 0:
        return nothing("log-ratio", confidence, rows)
    value = (successes / rows) / (base_successes / base_rows)
    extreme = successes in {0, rows} or base_successes == base_rows
    add = 0.5 if extreme else 0.0
    x, n = successes + add, rows + add
    base_x, base_n = base_successes + add, base_rows + add
    centre = math.log((x / n) / (base_x / base_n))
    half = z_value(confidence) * math.sqrt(1 / x - 1 / n + 1 / base_x - 1 / base_n)
    low, high = math.exp(centre - half), math.exp(centre + half)
    return Estimate(
        value=value,
        low=0.0 if successes == 0 else min(low, value),
        high=max(high, value),
        confidence=confidence,
        method="log-ratio-adjusted" if extreme else "log-ratio",
        rows=rows,
    )


def newcombe(
    successes: int, rows: int, base_successes: int, base_rows: int, confidence: float = DEFAULT_CONFIDENCE
) -> Estimate:
    """Return the difference of two independent proportions with the hybrid score interval.

    Source: R. G. Newcombe, "Interval estimation for the difference between independent proportions",
    Statistics in Medicine 17 (1998) 873-890, method 10.
    """
    first = wilson(successes, rows, confidence)
    second = wilson(base_successes, base_rows, confidence)
    if first.value is None or second.value is None:
        return nothing("newcombe", confidence, rows)
    assert first.low is not None  # noqa: S101 - a proportion with a value has both bounds
    assert first.high is not None and second.low is not None and second.high is not None  # noqa: S101, PT018
    value = first.value - second.value
    low = value - math.hypot(first.value - first.low, second.high - second.value)
    high = value + math.hypot(first.high - first.value, second.value - second.low)
    return Estimate(
        value=value, low=low, high=high, confidence=confidence, method="newcombe", rows=rows + base_rows
    )


def mean_of(
    total: float, total_squares: float, rows: int, confidence: float = DEFAULT_CONFIDENCE
) -> Estimate:
    """Return a mean with its normal-theory interval, from the sum and the sum of squares."""
    if rows == 0:
        return nothing("normal-mean", confidence)
    mean = total / rows
    if rows == 1:
        return Estimate(value=mean, confidence=confidence, method="normal-mean", rows=rows)
    variance = max(0.0, (total_squares - rows * mean * mean) / (rows - 1))
    half = z_value(confidence) * math.sqrt(variance / rows)
    return Estimate(
        value=mean,
        low=max(0.0, mean - half),
        high=mean + half,
        confidence=confidence,
        method="normal-mean",
        rows=rows,
    )


def holm(p_values: Sequence[float]) -> list[float]:
    """Return p-values adjusted for the number of tests, in the order given.

    Source: S. Holm, "A simple sequentially rejective multiple test procedure", Scand. J. Statist. 6
    (1979) 65-70.
    """
    order = sorted(range(len(p_values)), key=lambda index: p_values[index])
    adjusted = [1.0] * len(p_values)
    highest = 0.0
    for rank, index in enumerate(order):
        highest = max(highest, min(1.0, (len(p_values) - rank) * p_values[index]))
        adjusted[index] = highest
    return adjusted
