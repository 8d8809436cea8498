"""Comparisons of groups by counts: one group against the reference, or two against each other."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations

from governance.gate.protocol import Group
from policies.checks import proportions
from policies.checks.proportions import Count
from policies.checks.wording import named

Rate = Callable[[Group], Count]


@dataclass(frozen=True, slots=True)
class Demand:
    """What a comparison is judged against.

    Attributes:
        limit: the least ratio, or the greatest difference.
        confidence: one-sided, of each statement.
        minimum_rows: fewer settle nothing.
        tests: how many comparisons the rule makes, for Holm's correction of `fail`.
    """

    limit: float
    confidence: float
    minimum_rows: int
    tests: int


@dataclass(frozen=True, slots=True)
class Tested:
    """One comparison: how it stands, and what is needed to join it with the others.

    `rows` and `rows_needed` are those of the group `scarce`, the one with fewer rows.
    """

    label: str
    scarce: str
    value: float | None
    low: float | None
    high: float | None
    rows: int
    passes: bool
    p_fail: float
    too_small: bool
    rows_needed: int | None
    note: str = ""


def ratio(group: Group, reference: Group, demand: Demand) -> Tested:
    """Compare a group's selection rate with the reference group's."""
    label, count, base = named(group.values), selected(group), selected(reference)
    if base.hits == 0:
        return _untestable(label, group, "nobody was selected in the reference group")
    alpha_z = proportions.quantile(demand.confidence)
    score = proportions.ratio_score(count, base, demand.limit)
    low, high = proportions.ratio_bounds(count, base, demand.confidence)
    small = min(group.rows, reference.rows) < demand.minimum_rows
    at_least = demand.minimum_rows / min(group.rows, reference.rows)
    fails_at = -proportions.quantile(1 - (1 - demand.confidence) / demand.tests)

    def settled(factor: float) -> bool:
        there = proportions.ratio_score(count.times(factor), base.times(factor), demand.limit)
        return factor >= at_least and (there >= alpha_z or there <= fails_at)

    return Tested(
        label=label,
        scarce=label,
        value=count.rate / base.rate,
        low=low,
        high=high,
        rows=group.rows,
        passes=score >= alpha_z,
        p_fail=1.0 if small else proportions.tail(-score),
        too_small=small,
        rows_needed=_rows(proportions.times_needed(settled), group.rows),
    )


def pairs(groups: list[Group], rates: dict[str, Rate], demand: Demand) -> Iterator[Tested]:
    """Compare every two groups by each of the named rates."""
    for name, rate in rates.items():
        for first, second in combinations(groups, 2):
            ordered = rate(first).rate >= rate(second).rate
            higher, lower = (first, second) if ordered else (second, first)
            yield _pair(higher, lower, name, rate, demand)


def _pair(first: Group, second: Group, name: str, rate: Rate, demand: Demand) -> Tested:
    one, other = rate(first), rate(second)
    label = f"{name}: {named(first.values)} against {named(second.values)}"
    fewest = min(first, second, key=lambda group: group.rows)
    if not one.rows or not other.rows:
        return _untestable(label, fewest, "a group has no such rows")
    z, limit = proportions.quantile(demand.confidence), demand.limit
    low, high = proportions.difference_bounds(one, other, z)
    small = min(one.rows, other.rows) < demand.minimum_rows
    at_least = demand.minimum_rows / min(one.rows, other.rows)
    fails_at = proportions.quantile(1 - (1 - demand.confidence) / (2 * demand.tests))

    def settled(factor: float) -> bool:
        more, rest = one.times(factor), other.times(factor)
        low, high = proportions.difference_bounds(more, rest, z)
        fails = proportions.difference_bounds(more, rest, fails_at)[0] > limit
        return factor >= at_least and (fails or (high < limit and low > -limit))

    return Tested(
        label=label,
        scarce=named(fewest.values),
        value=one.rate - other.rate,
        low=low,
        high=high,
        rows=fewest.rows,
        passes=-limit < low and high < limit,
        p_fail=1.0 if small else proportions.difference_p_value(one, other, limit),
        too_small=small,
        rows_needed=_rows(proportions.times_needed(settled), fewest.rows),
    )


def _untestable(label: str, group: Group, note: str) -> Tested:
    return Tested(
        label=label,
        scarce=named(group.values),
        value=None,
        low=None,
        high=None,
        rows=group.rows,
        passes=False,
        p_fail=1.0,
        too_small=True,
        rows_needed=None,
        note=note,
    )


def selected(group: Group) -> Count:
    """Return how many were selected, of all."""
    return Count(group.selected, group.rows)


def true_positive(group: Group) -> Count:
    """Return how many were selected, of those for whom it was right."""
    return Count(group.true_positives, group.positives)


def false_positive(group: Group) -> Count:
    """Return how many were selected, of those for whom it was wrong."""
    return Count(group.false_positives, group.rows - group.positives)


def _rows(times: float | None, rows: int) -> int | None:
    return None if times is None else math.ceil(times * rows)
