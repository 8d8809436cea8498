"""Facts as the plain values that CEL expressions read."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from governance.gate.expressions import WHEN_VARIABLES
from governance.gate.protocol import Approval, Evidence, Facts, Performance, Recorded


def for_check(facts: Facts) -> dict[str, Any]:
    """Return every variable of `governance.gate.expressions.CHECK_VARIABLES`."""
    return for_when(facts) | {
        "time": facts.time,
        "run": _recorded(facts.run),
        "evidence": _evidence(facts),
        "lineage": {
            "upstream": {
                "datasets": [_recorded(dataset) for dataset in facts.datasets],
                "training": list(facts.training),
            },
            "gaps": list(facts.gaps),
            "quarantined": list(facts.quarantined),
        },
        "approvals": [_approval(a) for a in facts.approvals if a.state == "valid"],
        "waivers": [_approval(w) | {"rule": w.rule} for w in facts.waivers if w.state == "valid"],
        "alerts": [
            {"subject": a.subject, "about": a.about, "severity": a.severity, "time": a.time}
            for a in facts.alerts
            if a.closed is None
        ],
        "deployed": (
            {"subject": facts.deployed.subject, "model": facts.deployed.model, "since": facts.deployed.since}
            if facts.deployed
            else {}
        ),
    }


def for_when(facts: Facts) -> dict[str, Any]:
    """Return every variable of `governance.gate.expressions.WHEN_VARIABLES`."""
    values: dict[str, Any] = {
        "subject": facts.subject,
        "target": facts.target,
        "artifact": facts.artifact,
        "system": _recorded(facts.system),
        "model": _recorded(facts.model),
    }
    assert set(values) == set(WHEN_VARIABLES)  # noqa: S101 - the two lists are one contract
    return values


def _recorded(recorded: Recorded[Any] | None) -> dict[str, Any]:
    if recorded is None:
        return {}
    return _plain(recorded.body) | {
        "subject": recorded.subject,
        "name": recorded.subject.partition(":")[2],
        "actor": recorded.actor,
        "recorded": recorded.time,
    }


def _plain(body: BaseModel) -> dict[str, Any]:
    return body.model_dump(mode="json", by_alias=True)


def _evidence(facts: Facts) -> dict[str, Any]:
    """Newest evidence about the model by family; metrics of performance by their bare names."""
    found: dict[str, Any] = {}
    for evidence in sorted(facts.evidence, key=lambda e: e.seq):
        if evidence.about == facts.subject:
            found[evidence.family.replace("-", "_")] = _one(evidence)
    return found


def _one(evidence: Evidence) -> dict[str, Any]:
    values = _plain(evidence.result)
    if isinstance(evidence.result, Performance):
        values |= {name: metric.value for name, metric in evidence.result.metrics.items()}
    return values | {"producer": evidence.producer, "recorded": evidence.time, "subject": evidence.subject}


def _approval(approval: Approval) -> dict[str, Any]:
    return {
        "subject": approval.subject,
        "actor": approval.actor,
        "roles": sorted(approval.roles),
        "meaning": approval.meaning,
        "time": approval.time,
        "expires": approval.expires,
    }
