"""Fairness, judged from counts at the rule's own confidence.

`pass` needs every group to pass, each at the rule's confidence (intersection-union test). `fail` needs one
group to fail after Holm's correction for the number of groups. Everything else is `unclear`, with the number
of rows of a group that would settle it at the rates seen. Groups too small to judge are unclear; rows without
a group are listed. The reference is the group with the highest selection rate among those large enough, as
the evidence names it; that it was chosen for being highest makes `pass` harder, never easier.

Sources: the four-fifths rule is 29 CFR 1607.4(D), for employment; elsewhere it is a house rule by analogy.
Equalized odds: M. Hardt, E. Price and N. Srebro, NIPS 2016. Methods: `policies.checks.proportions`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Annotated

from pydantic import Field

from governance.gate.protocol import (
    CheckOutcome,
    Facts,
    Fairness,
    FairnessAnalysis,
    Finding,
    Parameters,
    Result,
    check,
    refer,
)
from policies.checks import proportions
from policies.checks.comparisons import (
    Demand,
    Rate,
    Tested,
    false_positive,
    pairs,
    ratio,
    selected,
    true_positive,
)
from policies.checks.wording import counted, failing, listed, missing, named, percent, together

Confidence = Annotated[float, Field(gt=0.5, lt=1)]
_MOST_PASSING_SHOWN = 12


class _Sensitive(Parameters):
    """What every fairness check takes."""

    sensitive: Annotated[list[str | list[str]], Field(min_length=1)]
    """Features, each alone or several in a list for groups by all of them together."""
    confidence: Confidence = 0.95
    minimum_rows: Annotated[int, Field(ge=1)] = 30
    """A smaller group settles nothing."""

    def analyses(self) -> list[list[str]]:
        """Return the features of each analysis."""
        return [[one] if isinstance(one, str) else one for one in self.sensitive]


class ImpactRatio(_Sensitive):
    """Parameters of `fairness.impact_ratio`."""

    minimum: Annotated[float, Field(gt=0, lt=1)] = 0.8


class Difference(_Sensitive):
    """Parameters of the checks on differences between groups."""

    maximum: Annotated[float, Field(gt=0, lt=1)] = 0.1


@check("fairness.impact_ratio", ImpactRatio)
def impact_ratio(facts: Facts, parameters: ImpactRatio) -> CheckOutcome:
    """Every group's selection rate is at least a given part of the highest group's."""

    def compare(analysis: FairnessAnalysis, demand: Demand) -> list[Tested]:
        reference = next((g for g in analysis.groups if g.values == analysis.reference), None)
        if reference is None:
            raise ValueError(f"the reference group {analysis.reference} is none of the groups")
        return [ratio(g, reference, demand) for g in analysis.groups if g is not reference]

    return _judge(
        facts,
        parameters,
        compare,
        tests=lambda analysis: len(analysis.groups) - 1,
        threshold=parameters.minimum,
        worst=lambda values: min(values, default=None),
        claim=f"selected at least {parameters.minimum:g} times as often as the most selected group",
        breach=f"selected less than {parameters.minimum:g} times as often as the most selected group",
    )


@check("fairness.demographic_parity", Difference)
def demographic_parity(facts: Facts, parameters: Difference) -> CheckOutcome:
    """No two groups' selection rates differ by more than a given amount."""
    return _judge(
        facts,
        parameters,
        lambda analysis, demand: list(pairs(analysis.groups, {"selection rate": selected}, demand)),
        tests=lambda analysis: math.comb(len(analysis.groups), 2),
        threshold=parameters.maximum,
        worst=lambda values: max(values, default=None),
        claim=f"selected at rates that differ by no more than {parameters.maximum:g}",
        breach=f"selected at rates that differ by more than {parameters.maximum:g}",
    )


@check("fairness.equalized_odds", Difference)
def equalized_odds(facts: Facts, parameters: Difference) -> CheckOutcome:
    """No two groups' true or false positive rates differ by more than a given amount."""
    rates: dict[str, Rate] = {"true positive rate": true_positive, "false positive rate": false_positive}
    return _judge(
        facts,
        parameters,
        lambda analysis, demand: list(pairs(analysis.groups, rates, demand)),
        tests=lambda analysis: len(rates) * math.comb(len(analysis.groups), 2),
        threshold=parameters.maximum,
        worst=lambda values: max(values, default=None),
        claim=f"judged with error rates that differ by no more than {parameters.maximum:g}",
        breach=f"judged with error rates that differ by more than {parameters.maximum:g}",
    )


def _judge(
    facts: Facts,
    parameters: _Sensitive,
    compare: Callable[[FairnessAnalysis, Demand], list[Tested]],
    *,
    tests: Callable[[FairnessAnalysis], int],
    threshold: float,
    worst: Callable[[list[float]], float | None],
    claim: str,
    breach: str,
) -> CheckOutcome:
    found = facts.newest("fairness", Fairness)
    if found is None:
        return missing(facts, "fairness", "fairness evaluation", "govern evaluate MODEL --sensitive COLUMN")
    evidence, fairness = found
    comparable: list[FairnessAnalysis] = []
    findings: list[Finding] = []
    for features in parameters.analyses():
        analysis = next((a for a in fairness.analyses if set(a.sensitive) == set(features)), None)
        if analysis is None:
            findings.append(_not_analysed(features))
            continue
        _consistent(analysis)
        findings.extend(_rows_outside(analysis, fairness))
        if len(analysis.groups) < 2:
            findings.append(_one_group(features))
        else:
            comparable.append(analysis)
    number = sum(tests(analysis) for analysis in comparable)
    demand = Demand(threshold, parameters.confidence, parameters.minimum_rows, max(number, 1))
    tested = [one for analysis in comparable for one in compare(analysis, demand)]
    adjusted = proportions.holm([one.p_fail for one in tested])
    judged = [_finding(one, p, parameters) for one, p in zip(tested, adjusted, strict=True)]
    result = together([f.result for f in (*judged, *findings)])
    return CheckOutcome(
        result,
        _message(result, judged, findings, parameters, claim, breach),
        value=worst([one.value for one in tested if one.value is not None]),
        threshold=threshold,
        confidence=parameters.confidence,
        would_change=_would_change(result, tested, judged, findings),
        findings=tuple(_shown(judged) + findings),
        evidence=refer(evidence),
    )


def _finding(tested: Tested, p_fail: float, parameters: _Sensitive) -> Finding:
    result, message = Result.UNCLEAR, tested.note
    if tested.too_small:
        message = message or f"fewer than {parameters.minimum_rows} rows to judge by"
    elif tested.passes:
        result = Result.PASS
    elif p_fail <= 1 - parameters.confidence:
        result, message = Result.FAIL, f"p = {p_fail:.2g} after Holm's correction"
    else:
        message = "the interval holds the threshold"
    needed = tested.rows_needed if result is Result.UNCLEAR else None
    return Finding(
        label=tested.label,
        result=result,
        value=tested.value,
        low=tested.low,
        high=tested.high,
        rows=tested.rows,
        rows_needed=needed,
        message=message
        + (f"; about {needed} rows of {tested.scarce} would settle this at the rates seen" if needed else ""),
    )


def _message(
    result: Result,
    judged: Sequence[Finding],
    others: Sequence[Finding],
    parameters: _Sensitive,
    claim: str,
    breach: str,
) -> str:
    sure = f"at {percent(parameters.confidence)} confidence"
    if result is Result.PASS:
        said = f"All groups are {claim} ({counted(len(judged), 'comparison')}, {sure})."
    elif result is Result.FAIL:
        said = f"{listed(f.label for f in failing(judged, Result.FAIL))}: {breach} ({sure})."
    elif result is Result.MISSING:
        said = f"The evaluation did not look at {listed(f.label for f in failing(others, Result.MISSING))}."
    else:
        unclear = [*failing(judged, Result.UNCLEAR), *failing(others, Result.UNCLEAR)]
        said = f"It can't be said {sure} whether all groups are {claim}: {listed(f.label for f in unclear)}."
    outside = [f"{f.label} ({counted(f.rows or 0, 'row')})" for f in others if f.result is Result.WARN]
    return said + (f" Left out: {listed(outside)}." if outside else "")


def _would_change(
    result: Result, tested: Sequence[Tested], judged: Sequence[Finding], others: Sequence[Finding]
) -> str:
    if result is Result.FAIL:
        return (
            "A model that treats these groups alike: retrain with a mitigation, then evaluate and ask again."
        )
    if result is Result.MISSING:
        return f"Evaluate fairness by {listed(f.label for f in failing(others, Result.MISSING))} too."
    if result is Result.UNCLEAR:
        needs: dict[tuple[str, int], int] = {}
        for one, finding in zip(tested, judged, strict=True):
            if finding.rows_needed:
                group = (one.scarce, one.rows)
                needs[group] = max(needs.get(group, 0), finding.rows_needed)
        if needs:
            wanted = listed(f"{more} of {name} instead of {rows}" for (name, rows), more in needs.items())
            return f"More evaluated rows: about {wanted}."
        return "Evaluation rows of every group, with both outcomes."
    return ""


def _shown(judged: list[Finding]) -> list[Finding]:
    """Show all that did not pass, and the passing ones nearest to the threshold when there are very many."""
    passing = failing(judged, Result.PASS)
    if len(passing) <= _MOST_PASSING_SHOWN:
        return judged
    kept = sorted(passing, key=lambda f: abs(f.value or 0.0), reverse=True)[:_MOST_PASSING_SHOWN]
    return [f for f in judged if f.result is not Result.PASS or f in kept]


def _not_analysed(features: Sequence[str]) -> Finding:
    return Finding(label=" and ".join(features), result=Result.MISSING, message="not evaluated")


def _one_group(features: Sequence[str]) -> Finding:
    return Finding(
        label=" and ".join(features),
        result=Result.UNCLEAR,
        message="only one group: there is nothing to compare",
    )


def _rows_outside(analysis: FairnessAnalysis, fairness: Fairness) -> list[Finding]:
    """List rows without a group; rows that nobody accounts for make the rule unclear."""
    found = [
        Finding(label=named(out.values), result=Result.WARN, rows=out.rows, message=f"left out: {out.reason}")
        for out in analysis.left_out
    ]
    counted = sum(g.rows for g in analysis.groups) + sum(out.rows for out in analysis.left_out)
    if counted != fairness.rows:
        found.append(
            Finding(
                label=" and ".join(analysis.sensitive),
                result=Result.UNCLEAR,
                rows=abs(fairness.rows - counted),
                message=f"{fairness.rows} rows were evaluated, but {counted} are accounted for",
            )
        )
    return found


def _consistent(analysis: FairnessAnalysis) -> None:
    for g in analysis.groups:
        possible = (
            g.rows > 0
            and 0 <= g.positives <= g.rows
            and 0 <= g.selected <= g.rows
            and 0 <= g.true_positives <= g.positives
            and 0 <= g.false_positives <= g.rows - g.positives
            and g.true_positives + g.false_positives == g.selected
        )
        if not possible:
            raise ValueError(f"the counts of {named(g.values)} contradict each other")
