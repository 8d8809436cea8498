"""Lineage: everything that the model was made from is known, readable and not in quarantine."""

from __future__ import annotations

from governance.gate.protocol import CheckOutcome, Facts, Finding, Parameters, Result, check, refer
from policies.checks.wording import counted, listed


class Complete(Parameters):
    """Parameters of `lineage.complete`."""

    minimum_datasets: int = 1


@check("lineage.complete", Complete)
def complete(facts: Facts, parameters: Complete) -> CheckOutcome:
    """All that is behind the model is registered, as it was used, and not in quarantine."""
    findings = [Finding(label=g, result=Result.FAIL, message="named, but not registered") for g in facts.gaps]
    findings += [
        Finding(label=s, result=Result.FAIL, message=f"the body of entry {seq} was erased")
        for seq, s in facts.erased
    ]
    findings += [Finding(label=q, result=Result.FAIL, message="in quarantine") for q in facts.quarantined]
    findings += [Finding(label="unreadable", result=Result.FAIL, message=text) for text in facts.unreadable]
    findings += _other_digests(facts)
    if len(facts.datasets) < parameters.minimum_datasets:
        findings.append(
            Finding(
                label="datasets",
                result=Result.FAIL,
                value=float(len(facts.datasets)),
                message=f"at least {parameters.minimum_datasets} upstream are demanded",
            )
        )
    known = [facts.model, facts.system, facts.run, *facts.datasets]
    return CheckOutcome(
        Result.FAIL if findings else Result.PASS,
        f"The lineage has {counted(len(findings), 'gap')}: {listed(f'{f.label} ({f.message})' for f in findings)}."
        if findings
        else f"System, run and {counted(len(facts.datasets), 'dataset')} behind the model are registered.",
        value=float(len(findings)),
        threshold=0.0,
        would_change="Register what is missing, or train on what is registered." if findings else "",
        findings=tuple(findings),
        evidence=refer(*known),
    )


def _other_digests(facts: Facts) -> list[Finding]:
    """Find datasets that the run used with another digest than the one registered."""
    registered = {d.subject: {d.body.digest, *(f.digest for f in d.body.files)} for d in facts.datasets}
    inputs = facts.run.body.inputs if facts.run else []
    return [
        Finding(
            label=i.subject,
            result=Result.FAIL,
            message=f"was used as {i.digest[:19]}…, not as it is registered",
        )
        for i in inputs
        if i.subject in registered and i.digest not in registered[i.subject]
    ]
