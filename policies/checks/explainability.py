"""Explanations: they are there, they give reasons, and they add up to the score that they explain.

Principal reasons for adverse action: 12 CFR 1002.9(b)(2) demands specific reasons actually used. Additivity
(local accuracy): S. Lundberg and S.-I. Lee, NIPS 2017, property 1.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from governance.gate.protocol import (
    CheckOutcome,
    Explanation,
    Facts,
    Finding,
    Parameters,
    Result,
    check,
    refer,
)
from policies.checks.wording import counted, listed, missing

_HOW = "govern explain MODEL"


class Present(Parameters):
    """Parameters of `explainability.present`."""

    minimum_rows: Annotated[int, Field(ge=1)] = 1


class ReasonCodes(Parameters):
    """Parameters of `explainability.reason_codes`."""

    minimum_reasons: Annotated[int, Field(ge=1, le=10)] = 1
    forbidden: Annotated[list[str], Field(default_factory=list)]
    """Features that may be nobody's reason, such as a protected trait."""


class Additivity(Parameters):
    """Parameters of `explainability.additivity`."""

    maximum_error: Annotated[float, Field(gt=0)] = 1e-6


@check("explainability.present", Present)
def present(facts: Facts, parameters: Present) -> CheckOutcome:
    """The model's decisions are explained over enough rows."""
    found = facts.newest("explanation", Explanation)
    if found is None:
        return missing(facts, "explanation", "explanation", _HOW)
    evidence, explanation = found
    enough = explanation.rows_explained >= parameters.minimum_rows and bool(explanation.importance)
    return CheckOutcome(
        Result.PASS if enough else Result.FAIL,
        f"{explanation.rows_explained} decisions are explained by {explanation.method}.",
        value=float(explanation.rows_explained),
        threshold=float(parameters.minimum_rows),
        would_change="" if enough else f"Explain at least {parameters.minimum_rows} decisions.",
        evidence=refer(evidence),
    )


@check("explainability.reason_codes", ReasonCodes)
def reason_codes(facts: Facts, parameters: ReasonCodes) -> CheckOutcome:
    """Every explained decision has principal reasons in words, and none of them is forbidden."""
    found = facts.newest("explanation", Explanation)
    if found is None:
        return missing(facts, "explanation", "explanation with reason codes", _HOW)
    evidence, explanation = found
    few = [
        r.row for r in explanation.reasons if sum(1 for x in r.reasons if x.text) < parameters.minimum_reasons
    ]
    used = sorted(
        {x.feature for r in explanation.reasons for x in r.reasons if x.feature in parameters.forbidden}
    )
    deficient = {r.row for r in explanation.reasons if any(x.feature in used for x in r.reasons)} | set(few)
    findings = [Finding(label=name, result=Result.FAIL, message="given as a reason") for name in used]
    if not explanation.reasons or few:
        result = Result.FAIL
        said = (
            f"{len(few)} of {len(explanation.reasons)} explained decisions lack "
            f"{counted(parameters.minimum_reasons, 'reason')}."
            if explanation.reasons
            else "No decision has reasons."
        )
        change = "Record explanations with reason codes for every explained decision."
    elif used:
        result, said = (
            Result.FAIL,
            f"Decisions are explained by {listed(used)}, which may be nobody's reason.",
        )
        change = "A model that does not use them."
    else:
        result, change = Result.PASS, ""
        count = len(explanation.reasons)
        said = (
            f"All {count} explained decisions have at least {counted(parameters.minimum_reasons, 'reason')}."
        )
    return CheckOutcome(
        result,
        said,
        value=float(len(explanation.reasons) - len(deficient)),
        threshold=float(len(explanation.reasons)),
        would_change=change,
        findings=tuple(findings),
        evidence=refer(evidence),
    )


@check("explainability.additivity", Additivity)
def additivity(facts: Facts, parameters: Additivity) -> CheckOutcome:
    """The contributions of each explained decision add up to its score."""
    found = facts.newest("explanation", Explanation)
    if found is None:
        return missing(facts, "explanation", "explanation", _HOW)
    evidence, explanation = found
    exact = explanation.additivity_error <= parameters.maximum_error
    return CheckOutcome(
        Result.PASS if exact else Result.FAIL,
        f"Contributions miss the score by at most {explanation.additivity_error:.2g} over "
        f"{explanation.rows_explained} decisions.",
        value=explanation.additivity_error,
        threshold=parameters.maximum_error,
        would_change="" if exact else "Explain with an exact method, or the very model that scores.",
        evidence=refer(evidence),
    )
