"""Drift alerts: none stands open against what is to be promoted.

An alert against the deployment that this promotion replaces does not hold its remedy back: it is shown, not
counted.
"""

from __future__ import annotations

from typing import Literal

from governance.gate.protocol import Alert, CheckOutcome, Facts, Finding, Parameters, Result, check, refer

_RANK = {"info": 0, "warning": 1, "critical": 2}


class NoneOpen(Parameters):
    """Parameters of `drift.none_open`."""

    severity: Literal["info", "warning", "critical"] = "critical"
    """Alerts at least this severe count."""
    count_predecessor: bool = False
    """Whether alerts about the deployment that is to be replaced count too."""


@check("drift.none_open", NoneOpen)
def none_open(facts: Facts, parameters: NoneOpen) -> CheckOutcome:
    """No severe alert stands open about the model, its data or its deployments."""
    opened = [a for a in facts.alerts if a.closed is None and _RANK[a.severity] >= _RANK[parameters.severity]]
    counted = [a for a in opened if parameters.count_predecessor or not _predecessor(facts, a)]
    aside = [a for a in opened if a not in counted]
    findings = [Finding(label=a.subject, result=Result.FAIL, message=_said(a)) for a in counted]
    findings += [
        Finding(
            label=a.subject,
            result=Result.WARN,
            message=f"{_said(a)}; this promotion would replace that deployment",
        )
        for a in aside
    ]
    if counted:
        said = f"Alerts of severity {parameters.severity} or worse that stand open: {len(counted)}."
    else:
        said = f"No alert of severity {parameters.severity} or worse stands open against it."
        said += f" About the deployment that it would replace: {len(aside)} open." if aside else ""
    return CheckOutcome(
        Result.FAIL if counted else Result.PASS,
        said,
        value=float(len(counted)),
        threshold=0.0,
        would_change="Deal with what the alerts say, then close them with a reason." if counted else "",
        findings=tuple(findings),
        evidence=refer(*opened),
    )


def _predecessor(facts: Facts, alert: Alert) -> bool:
    deployed = facts.deployed
    return deployed is not None and alert.about == deployed.subject and deployed.model != facts.subject


def _said(alert: Alert) -> str:
    return f"{alert.severity} since {alert.time[:10]} about {alert.about}" + (
        f": {alert.summary}" if alert.summary else ""
    )
