"""Data: validated, train and test apart, no protected trait among the inputs, not stale."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field

from governance.gate.protocol import (
    CheckOutcome,
    DataQuality,
    Evidence,
    Facts,
    Finding,
    Parameters,
    Result,
    check,
    refer,
)
from policies.checks.wording import listed

_HOW = "govern dataset register validates a file and records what it finds"


class Quality(Parameters):
    """Parameters of `data.quality`."""

    allow_warnings: bool = True


class Overlap(Parameters):
    """Parameters of `data.overlap`."""

    maximum_rows: Annotated[int, Field(ge=0)] = 0


class SensitiveInputs(Parameters):
    """Parameters of `data.sensitive_inputs`."""

    forbidden: Annotated[list[str], Field(default_factory=list)]
    """Features forbidden beyond those that the datasets declare as sensitive."""
    allowed: Annotated[list[str], Field(default_factory=list)]
    """Declared sensitive features that this use may see, such as age where a statute permits it."""


class Freshness(Parameters):
    """Parameters of `data.freshness`."""

    max_age_days: Annotated[int, Field(ge=1)]


@check("data.quality", Quality)
def quality(facts: Facts, parameters: Quality) -> CheckOutcome:
    """Every dataset that the model was trained on was validated, and nothing failed."""
    if not facts.training:
        return _no_training_data(facts)
    findings: list[Finding] = []
    rests_on: list[Evidence] = []
    for dataset in facts.training:
        found = _newest(facts, dataset)
        if found is None:
            findings.append(Finding(label=dataset, result=Result.MISSING, message="was never validated"))
            continue
        evidence, result = found
        rests_on.append(evidence)
        bad = [
            c
            for c in result.checks
            if c.status == "fail" or (c.status == "warn" and not parameters.allow_warnings)
        ]
        state = Result.FAIL if bad or result.status == "fail" else Result.PASS
        message = listed(c.message for c in bad) or (
            "sound, with warnings" if result.status == "warn" else "sound"
        )
        findings.append(Finding(label=dataset, result=state, rows=result.rows, message=message))
    wrong = [f for f in findings if f.result is not Result.PASS]
    result_ = next(
        (r for r in (Result.MISSING, Result.FAIL) if any(f.result is r for f in wrong)), Result.PASS
    )
    said = (
        f"{listed(f'{f.label}: {f.message}' for f in wrong)}."
        if wrong
        else "Every dataset that it was trained on was validated and is sound."
    )
    return CheckOutcome(
        result_,
        said,
        would_change="" if not wrong else f"Validate and repair the data: {_HOW}.",
        findings=tuple(findings),
        evidence=refer(*rests_on),
    )


@check("data.overlap", Overlap)
def overlap(facts: Facts, parameters: Overlap) -> CheckOutcome:
    """Rows of the test data do not stand in the training data too."""
    found = [pair for subject in (facts.subject, *facts.training) for pair in _all(facts, subject)]
    known = [(e, q) for e, q in found if q.overlap_rows is not None]
    if not known:
        return CheckOutcome(
            Result.MISSING,
            "Nobody compared the training with the test data.",
            would_change="Validate both together, so that rows standing in both are counted.",
        )
    evidence, result = max(known, key=lambda pair: pair[0].seq)
    rows = result.overlap_rows or 0
    apart = rows <= parameters.maximum_rows
    return CheckOutcome(
        Result.PASS if apart else Result.FAIL,
        f"{rows} rows stand both in the training and in the test data.",
        value=float(rows),
        threshold=float(parameters.maximum_rows),
        would_change="" if apart else "Remove them from the test data and evaluate again.",
        evidence=refer(evidence),
    )


@check("data.sensitive_inputs", SensitiveInputs)
def sensitive_inputs(facts: Facts, parameters: SensitiveInputs) -> CheckOutcome:
    """The model takes no protected trait as an input."""
    features = facts.model.body.features
    declared = {column for dataset in facts.datasets for column in dataset.body.sensitive}
    forbidden = (declared | set(parameters.forbidden)) - set(parameters.allowed)
    if not features:
        return CheckOutcome(
            Result.MISSING,
            f"{facts.subject} is registered without its features.",
            would_change="Register a version with its features named.",
            evidence=refer(facts.model),
        )
    if not forbidden:
        return CheckOutcome(
            Result.MISSING,
            "No dataset behind the model says which of its columns are sensitive.",
            would_change="Register the dataset with its sensitive columns named.",
            evidence=refer(*facts.datasets),
        )
    used = sorted({f for f in features for name in forbidden if _is_encoding(f, name)})
    return CheckOutcome(
        Result.FAIL if used else Result.PASS,
        f"The model takes {listed(used)} as input."
        if used
        else f"None of {listed(sorted(forbidden))} is among the model's {len(features)} inputs.",
        value=float(len(used)),
        threshold=0.0,
        would_change="Retrain without these inputs." if used else "",
        findings=tuple(
            Finding(label=f, result=Result.FAIL, message="a protected trait is an input") for f in used
        ),
        evidence=refer(facts.model, *facts.datasets),
    )


@check("data.freshness", Freshness)
def freshness(facts: Facts, parameters: Freshness) -> CheckOutcome:
    """The training data were registered not too long ago."""
    known = [d for d in facts.datasets if d.subject in facts.training]
    if not known:
        return _no_training_data(facts)
    now = datetime.fromisoformat(facts.time)
    ages = {d.subject: (now - datetime.fromisoformat(d.time)).total_seconds() / 86400 for d in known}
    oldest = max(ages, key=lambda subject: ages[subject])
    fresh = ages[oldest] <= parameters.max_age_days
    return CheckOutcome(
        Result.PASS if fresh else Result.FAIL,
        f"The oldest training dataset, {oldest}, was registered {ages[oldest]:.0f} days ago.",
        value=round(ages[oldest], 3),
        threshold=float(parameters.max_age_days),
        would_change="" if fresh else "Train on newer data.",
        evidence=refer(*known),
    )


def _newest(facts: Facts, subject: str) -> tuple[Evidence, DataQuality] | None:
    found = _all(facts, subject)
    return found[0] if found else None


def _all(facts: Facts, subject: str) -> list[tuple[Evidence, DataQuality]]:
    """Return data-quality evidence about a subject, newest first."""
    return [
        (e, e.result) for e in facts.about("data-quality", [subject]) if isinstance(e.result, DataQuality)
    ]


def _is_encoding(feature: str, name: str) -> bool:
    """Say whether a feature is the named column or an encoding of it (`race=black`, `race_black`)."""
    lowered, column = feature.lower(), name.lower()
    return lowered == column or (lowered.startswith(column) and lowered[len(column)] in "=_[:. ")


def _no_training_data(facts: Facts) -> CheckOutcome:
    return CheckOutcome(
        Result.MISSING,
        f"No dataset is known that {facts.subject} was trained on.",
        would_change="Record the training run with its datasets as inputs.",
        evidence=refer(facts.run),
    )
