"""Documentation: the AI system is described, and its review is not overdue."""

from __future__ import annotations

from governance.gate.protocol import CheckOutcome, Facts, Finding, Parameters, Result, check, refer
from policies.checks.wording import listed


class SystemDescribed(Parameters):
    """Parameters of `documentation.system_described`."""

    materiality: bool = False
    """Whether a materiality tier is demanded."""
    review_by: bool = False
    """Whether a review date is demanded; an overdue one always fails."""


@check("documentation.system_described", SystemDescribed)
def system_described(facts: Facts, parameters: SystemDescribed) -> CheckOutcome:
    """The AI system has purpose, owner and measures of success on record; no review is overdue."""
    system = facts.system
    if system is None:
        return CheckOutcome(
            Result.MISSING,
            f"The AI system {facts.model.body.system} is not described.",
            would_change="Register it: govern system register.",
            evidence=refer(facts.model),
        )
    body = system.body
    demands = {
        "purpose": bool(body.purpose.strip()),
        "owner": bool(body.owner.strip()),
        "measures of success": bool(body.success_metrics),
    }
    if parameters.materiality:
        demands["materiality tier"] = bool(body.materiality)
    if parameters.review_by:
        demands["review date"] = bool(body.review_by)
    if body.review_by:
        demands[f"a review by {body.review_by}"] = facts.time[:10] <= body.review_by[:10]
    lacking = [name for name, there in demands.items() if not there]
    return CheckOutcome(
        Result.FAIL if lacking else Result.PASS,
        f"{system.subject} lacks {listed(lacking)}."
        if lacking
        else f"{system.subject} is described; its risk is {body.risk}.",
        value=float(len(demands) - len(lacking)),
        threshold=float(len(demands)),
        would_change="Complete the description: append a 'system.updated' record." if lacking else "",
        findings=tuple(
            Finding(label=name, result=Result.PASS if there else Result.FAIL)
            for name, there in demands.items()
        ),
        evidence=refer(system),
    )
