"""From a judgement to the body that is entered, and back to what it says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from governance.gate.decision import Judgement
from governance.gate.protocol import Facts
from governance.gate.verdict import RuleResult


def decided_body(
    judgement: Judgement, facts: Facts, *, root: str, policy_entries: Mapping[str, str]
) -> dict[str, Any]:
    """Return the body of `gate.decided` (`governance.lineage.records.GateDecided`).

    Args:
        judgement: the verdict.
        facts: what it was made from.
        root: hex root of the checkpoint of size `facts.size`.
        policy_entries: pack digest to the entry hash (hex) of its `policy.registered`.
    """
    return {
        "about": facts.subject,
        "artifact": facts.artifact,
        "target": facts.target,
        "time": judgement.time,
        "policies": [
            {
                "pack": pack.pack,
                "version": pack.version,
                "digest": pack.digest,
                "entry": policy_entries.get(pack.digest, ""),
            }
            for pack in judgement.packs
        ],
        "checks": [one.as_json() for one in judgement.checks],
        "checkpoint": {"size": facts.size, "root": root},
        "verdict": judgement.verdict.value,
        "results": [result_json(result) for result in judgement.results],
        "expires": judgement.expires,
    }


def result_json(result: RuleResult) -> dict[str, Any]:
    """Return a result as it is entered: members that are None left out."""
    return result.model_dump(mode="json", exclude_none=True)
