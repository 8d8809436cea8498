"""What rules ask and find, in words: a bare number says neither which way it counts nor of what it is."""

from __future__ import annotations

import re
from dataclasses import dataclass

from governance.gate.verdict import Result, RuleResult
from reports.wording import MISSING, confidence, counted, groups, number

Value = float | str | None


@dataclass(frozen=True, slots=True)
class Demand:
    """Which way a check's threshold counts, and what its values are numbers of (measures have no unit)."""

    words: str
    one: str = ""
    many: str = ""


_DEMANDS = {
    "approvals.quorum": Demand("at least", "approval"),
    "data.freshness": Demand("at most", "day"),
    "data.overlap": Demand("at most", "row"),
    "data.sensitive_inputs": Demand("at most", "protected input"),
    "documentation.system_described": Demand("at least", "statement"),
    "drift.none_open": Demand("at most", "open alert"),
    "explainability.additivity": Demand("at most"),
    "explainability.present": Demand("at least", "row"),
    "explainability.reason_codes": Demand("at least", "decision"),
    "fairness.demographic_parity": Demand("at most"),
    "fairness.equalized_odds": Demand("at most"),
    "fairness.impact_ratio": Demand("at least"),
    "lineage.complete": Demand("at most", "gap"),
    "performance.maximum": Demand("at most"),
    "performance.minimum": Demand("at least"),
    "reproducibility.run_complete": Demand("at least", "fact", "facts"),
    "security.artifact_format": Demand("one of"),
}
"""The checks of this distribution. What another's check means isn't known here: its values stand as they are."""


def value_and_threshold(check: str, value: Value, threshold: Value) -> tuple[str, str]:
    """Return a rule's value and threshold in words: `0.419`, `at most 0.2`; `0 gaps`, `none`.

    Example:
        >>> value_and_threshold("fairness.equalized_odds", 0.419, 0.2)
        ('0.419', 'at most 0.2')
        >>> value_and_threshold("lineage.complete", 0.0, 0.0)
        ('0 gaps', 'none')
    """
    demand = _DEMANDS.get(check)
    if demand is None:
        floats = [one for one in (value, threshold) if isinstance(one, float)]
        whole = all(one.is_integer() for one in floats)
        return _plain(value, whole=whole), _plain(threshold, whole=whole)
    return _found(demand, value), _asked(demand, threshold)


def finding_value(check: str, value: float | None) -> str:
    """Return the value of one finding of a rule: whole where the check counts."""
    demand = _DEMANDS.get(check)
    return _plain(value, whole=bool(demand and demand.one and value is not None and value.is_integer()))


def _plain(value: Value, *, whole: bool) -> str:
    return number(int(value) if whole and isinstance(value, float) else value)


def _found(demand: Demand, value: Value) -> str:
    if isinstance(value, float | int) and demand.one:
        return _count(demand, value)
    return number(value)


def _asked(demand: Demand, threshold: Value) -> str:
    if threshold is None:
        return MISSING
    if isinstance(threshold, str):
        several = demand.words == "one of" and "," in threshold
        return f"one of {threshold}" if several else threshold
    if demand.one:
        if threshold == 0 and demand.words == "at most":
            return "none"
        return f"{demand.words} {_count(demand, threshold)}"
    return f"{demand.words} {threshold:g}"


def _count(demand: Demand, value: float) -> str:
    if float(value).is_integer():
        return counted(int(value), demand.one, demand.many or None)
    return f"{value:,g} {demand.many or demand.one + 's'}"


def why_it_counts_so(one: RuleResult) -> str:
    """Return why a result is not what the check found: the rule's own words for it; empty where it is."""
    if one.result is one.finding:
        return ""
    found = f"found {one.finding.value}"
    if one.result is Result.WAIVED:
        return f"{found}; a waiver lets it through"
    if one.result is Result.WARN and one.severity == "warn":
        return f"{found}; the rule says severity: warn, so it never stops a promotion"
    if one.result is Result.WARN and one.finding is Result.UNCLEAR:
        return f"{found}; the rule says when_unclear: warn, so it warns and does not stop the promotion"
    return found


def bounds_label(level: float | None) -> str:
    """Return the name of the limits that a rule judges by."""
    return "One-sided bounds" if level is None else f"One-sided {confidence(level)} bounds"


BOUNDS_NOTE = (
    "Two kinds of limits stand in this dossier. The bounds under a rule are one-sided, as the rule judges: each "
    "holds on its own side with the rule's confidence, the lower one for “at least”, the upper one for “at most”. "
    "The intervals of the evaluations, in the sections on performance and fairness, are two-sided: they hold on "
    "both sides at once, and the method that stands beside each may be another."
)


_PAIR = re.compile(r"(\w+)=([^\s,;:()=]+(?: [a-z]+(?=, \w+=|$))?)")
_PAIRS = re.compile(rf"{_PAIR.pattern}(?:, {_PAIR.pattern})*")
_OPEN_PLURAL = re.compile(r"\b(\d[\d,]*)((?: \w+)*?) (\w+)\(s\)")
_AFTER_COUNT = re.compile(r"(\(\d[\d,]* rows?\)|instead of \d[\d,]*), ")
"""Where a list of groups goes on after a count: a comma would read as one within a group."""
_ONE = re.compile(r"(?<![\d.,])1 (row|group|column|dataset|alert|reason|decision|comparison|gap|finding)s\b")


def plain_words(message: str) -> str:
    """Return a check's message as people would write it: plurals settled, groups without `name=`.

    Example:
        >>> plain_words("2 dataset(s); race=black, sex=female, race=white, sex=female (1 rows)")
        '2 datasets; black, female; white, female (1 row)'
    """
    settled = _OPEN_PLURAL.sub(
        lambda hit: f"{hit[1]}{hit[2]} {hit[3]}{'' if hit[1] == '1' else 's'}", message
    )
    settled = _ONE.sub(r"1 \1", settled)
    settled = settled.replace("(interval ", "(one-sided bounds ")
    settled = settled.replace("the interval holds the threshold", "the threshold lies between the bounds")
    settled = _AFTER_COUNT.sub(r"\1; ", settled)
    return _PAIRS.sub(lambda hit: _without_names(hit[0]), settled)


def _without_names(pairs: str) -> str:
    """Return `race=black, sex=female, race=white, sex=male` as `black, female; white, male`."""
    told: list[dict[str, str | None]] = []
    for name, value in _PAIR.findall(pairs):
        if not told or name in told[-1]:
            told.append({})
        told[-1][name] = None if value == "unknown" else value
    return "; ".join(groups(one) for one in told)


def features_of(labels: list[str]) -> list[str]:
    """Return the features that labels such as `race=black, sex=female` name, in their order."""
    return list(dict.fromkeys(name for label in labels for name, _ in _PAIR.findall(label)))
