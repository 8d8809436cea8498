"""Statistics of proportions from counts, in pure Python: what the checks judge by.

Everything is one-sided at a rule's own confidence, 1 - alpha: a statement `at 95 % confidence` is wrong in at
most 5 of 100 cases in which it should not have been made. So bounds here are those of a two-sided interval of
confidence 1 - 2 alpha.

Methods:
- Ratio of two proportions: score test and its inversion. P. A. R. Koopman, Biometrics 40 (1984) 513-517;
  variance with the restricted maximum likelihood estimates of O. Miettinen and M. Nurminen, Statistics in
  Medicine 4 (1985) 213-226, in the closed form of C. P. Farrington and G. Manning, ibid. 9 (1990) 1447-1454.
  It holds for small counts and for counts of 0 or all, where the log method has no variance.
- Difference of two proportions: hybrid score interval, R. G. Newcombe, Statistics in Medicine 17 (1998)
  873-890, method 10; p-values by inverting it.
- One proportion: E. B. Wilson, JASA 22 (1927) 209-212.
- Several tests: S. Holm, Scandinavian Journal of Statistics 6 (1979) 65-70, for `some group fails`; the
  intersection-union principle (R. L. Berger, Technometrics 24 (1982) 295-300) for `every group passes`, which
  needs no correction.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import NormalDist

_NORMAL = NormalDist()
_STEPS = 80
_MOST_TIMES = 1_000_000.0
"""How many times as many rows are looked at before an answer is called out of reach."""


@dataclass(frozen=True, slots=True)
class Count:
    """So many of so many. Fractions are allowed: `what if there were more rows like these`."""

    hits: float
    rows: float

    @property
    def rate(self) -> float:
        """The proportion; 0 for no rows."""
        return self.hits / self.rows if self.rows else 0.0

    def times(self, factor: float) -> Count:
        """Return the same proportion among so many times the rows."""
        return Count(self.hits * factor, self.rows * factor)


def quantile(confidence: float) -> float:
    """Return the standard normal quantile of a one-sided statement."""
    return _NORMAL.inv_cdf(confidence)


def tail(z: float) -> float:
    """Return the probability of a standard normal value above `z`."""
    return 0.5 * math.erfc(z / math.sqrt(2))


def wilson(count: Count, z: float) -> tuple[float, float]:
    """Return the score bounds of a proportion at a normal quantile."""
    if count.rows == 0:
        return 0.0, 1.0
    n, p = count.rows, count.rate
    scale = 1 + z * z / n
    centre = (p + z * z / (2 * n)) / scale
    half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / scale
    return max(0.0, centre - half), min(1.0, centre + half)


def ratio_score(count: Count, base: Count, ratio: float) -> float:
    """Return the score statistic of `rate = ratio * base rate`; positive where it is higher."""
    a = ratio * (count.rows + base.rows)
    b = -(count.rows * ratio + count.hits + base.rows + base.hits * ratio)
    c = count.hits + base.hits
    base_rate = (-b - math.sqrt(max(0.0, b * b - 4 * a * c))) / (2 * a)
    rate = min(1.0, ratio * base_rate)
    variance = rate * (1 - rate) / count.rows + ratio * ratio * base_rate * (1 - base_rate) / base.rows
    distance = count.rate - ratio * base.rate
    if variance <= 0:
        return 0.0 if distance == 0 else math.copysign(math.inf, distance)
    return distance / math.sqrt(variance)


def ratio_bounds(count: Count, base: Count, confidence: float) -> tuple[float, float]:
    """Return both one-sided bounds of the ratio of two proportions (base with at least one hit)."""
    z = quantile(confidence)
    observed = count.rate / base.rate
    low = 0.0
    if observed > 0:
        low = _crossing(lambda r: ratio_score(count, base, r) - z, 1e-9, observed)
    high = max(observed, 1.0)
    while ratio_score(count, base, high) > -z and high < 1e9:
        high *= 2
    return low, _crossing(lambda r: ratio_score(count, base, r) + z, max(observed, 1e-9), high)


def difference_bounds(first: Count, second: Count, z: float) -> tuple[float, float]:
    """Return the bounds of `first - second` at a normal quantile."""
    value = first.rate - second.rate
    first_low, first_high = wilson(first, z)
    second_low, second_high = wilson(second, z)
    low = value - math.hypot(first.rate - first_low, second_high - second.rate)
    return low, value + math.hypot(first_high - first.rate, second.rate - second_low)


def difference_p_value(first: Count, second: Count, limit: float) -> float:
    """Return the p-value of `the two differ by more than limit`, either way (doubled for that)."""
    higher, lower = (first, second) if first.rate >= second.rate else (second, first)
    if higher.rate - lower.rate <= limit:
        return 1.0
    furthest = 38.0  # beyond, the tail is 0 in double precision
    if difference_bounds(higher, lower, furthest)[0] > limit:
        return 0.0
    z = _crossing(lambda z: difference_bounds(higher, lower, z)[0] - limit, 0.0, furthest)
    return min(1.0, 2 * tail(z))


def holm(p_values: Sequence[float]) -> list[float]:
    """Return p-values adjusted for the number of tests, in the order given."""
    order = sorted(range(len(p_values)), key=lambda index: p_values[index])
    adjusted, highest = [1.0] * len(p_values), 0.0
    for rank, index in enumerate(order):
        highest = max(highest, min(1.0, (len(p_values) - rank) * p_values[index]))
        adjusted[index] = highest
    return adjusted


def times_needed(settled: Callable[[float], bool]) -> float | None:
    """Return by how many times the rows must grow until `settled`; None where out of reach."""
    factor = 1.0
    while not settled(factor):
        factor *= 2
        if factor > _MOST_TIMES:
            return None
    low, high = factor / 2, factor
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (low, middle) if settled(middle) else (middle, high)
    return high


def _crossing(function: Callable[[float], float], low: float, high: float) -> float:
    """Return where a decreasing function becomes negative between two points, by bisection."""
    if function(low) < 0:
        return low
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if function(middle) >= 0 else (low, middle)
    return (low + high) / 2
