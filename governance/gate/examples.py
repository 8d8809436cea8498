"""Facts made up for trying a pack: a sound promotion, and what an example changes about it.

`given` in a pack's test takes these names; anything else is refused:

    system: {risk: limited, …}          members of the system's registration; null: not registered
    features: [income, race]            the model's inputs
    sensitive: [race, sex]              columns that the dataset declares
    format: skops                       of the artifact
    run: {seed: null, …}                members of the run; null: not recorded
    performance: {roc_auc: [0.82, 0.78, 0.86]}   metric to value, low, high; null: never evaluated
    fairness: {race: {white: [400, 360], black: [100, 88]}}   feature (or "race,sex") to group to [rows,
    selected]
    explanation: null | {reasons: [[income, debt]]}           reasons of each explained decision
    data_quality: null | pass | warn | fail
    producer: service:evaluator         who recorded the evidence; service:trainer wrote the run
    producer_roles: [evaluator]
    approvals: [{actor, roles, state?, meaning?, expires?}]
    waivers: [{rule, actor, roles, state?}]
    alerts: [{about?, severity, closed?}]
    deployed: model:example@0           what stands at the target
    gaps, quarantined: [subject]

"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from governance.errors import PolicyInvalid
from governance.gate.instants import later
from governance.gate.protocol import Alert, Approval, Deployed, Evidence, Facts, Recorded, Waiver
from governance.lineage.records import Body, DatasetRegistered, ModelRegistered, RunRecorded, SystemRegistered
from governance.lineage.results import DataQuality, Explanation, Fairness, Performance

TIME = "2026-11-23T12:00:00.000000Z"
SUBJECT = "model:example@1"
TRAINER = "service:trainer"
EVALUATOR = "service:evaluator"
_ARTIFACT = "sha256:" + "a" * 64
_DATA = "sha256:" + "d" * 64
_RUN = "run:00000000-0000-7000-8000-000000000001"
_SYSTEM = "system:example"
_DATASET = "dataset:example@1"
_SYSTEM_BODY: dict[str, Any] = {
    "purpose": "Decide about credit",
    "owner": "user:olga",
    "risk": "high",
    "materiality": "tier 1",
    "success_metrics": [{"name": "roc_auc", "minimum": 0.7}],
    "review_by": "2027-11-23",
}
_RUN_BODY: dict[str, Any] = {
    "inputs": [{"subject": _DATASET, "digest": _DATA, "role": "train"}],
    "outputs": [{"digest": _ARTIFACT, "role": "model"}],
    "code": {"commit": "0" * 40, "digest": "sha256:" + "c" * 64, "dirty": False},
    "parameters": {"C": 1.0},
    "seed": 0,
    "environment": {"python": "3.11.9", "platform": "linux", "packages": {"scikit-learn": "1.7.2"}},
    "metrics": {},
    "started": TIME,
    "ended": TIME,
}
_FAIRNESS = {
    "race": {"white": [400, 360], "black": [150, 135]},
    "sex": {"male": [350, 315], "female": [200, 180]},
    "race,sex": {
        "white,male": [250, 225],
        "white,female": [150, 135],
        "black,male": [100, 90],
        "black,female": [50, 45],
    },
}
_APPROVALS = [
    {"actor": "user:bob", "roles": ["model-owner"]},
    {"actor": "user:carol", "roles": ["compliance"]},
]
_NAMES = frozenset(
    {
        "system", "features", "sensitive", "format", "run", "performance", "fairness", "explanation",
        "data_quality",
        "producer", "producer_roles", "approvals", "waivers", "alerts", "deployed", "gaps", "quarantined",
    }
)  # fmt: skip


def facts(target: str, given: Mapping[str, Any] | None = None) -> Facts:
    """Return the facts of a sound promotion, changed by what is `given`.

    Raises:
        PolicyInvalid: a name that is unknown here.
    """
    change = dict(given or {})
    unknown = sorted(set(change) - _NAMES)
    if unknown:
        raise PolicyInvalid(
            f"'{unknown[0]}' is nothing that a test gives.", remedy=f"It gives: {', '.join(sorted(_NAMES))}."
        )
    return Facts(
        subject=SUBJECT,
        target=target,
        time=TIME,
        origin="localhost/example",
        size=100,
        artifact=_ARTIFACT,
        model=_entry(3, SUBJECT, TRAINER, _model(change)),
        system=_changed(change, "system", 1, _SYSTEM, SystemRegistered, _SYSTEM_BODY),
        run=_changed(change, "run", 2, _RUN, RunRecorded, _RUN_BODY),
        trainer_roles=frozenset({"recorder", "trainer"}),
        datasets=(_entry(0, _DATASET, "user:dan", _dataset(change)),),
        training=(_DATASET,),
        evidence=tuple(_evidence(change)),
        approvals=tuple(
            _signed(20 + i, a, target) for i, a in enumerate(change.get("approvals", _APPROVALS))
        ),
        waivers=tuple(_waiver(40 + i, w, target) for i, w in enumerate(change.get("waivers", []))),
        alerts=tuple(_alert(60 + i, a) for i, a in enumerate(change.get("alerts", []))),
        deployed=_deployed(change.get("deployed"), target),
        gaps=tuple(change.get("gaps", [])),
        quarantined=tuple(change.get("quarantined", [])),
    )


def performance(metrics: Mapping[str, Iterable[float]]) -> Performance:
    """Return performance over 500 rows with these metrics as (value, low, high)."""
    estimates = {
        name: {"value": v, "low": low, "high": high, "confidence": 0.95, "method": "delong", "rows": 500}
        for name, (v, low, high) in metrics.items()
    }
    confusion = {"true_positive": 400, "false_positive": 50, "true_negative": 30, "false_negative": 20}
    return Performance.model_validate(
        {"rows": 500, "positives": 420, "threshold": 0.5, "metrics": estimates, "confusion": confusion}
    )


def fairness(analyses: Mapping[str, Mapping[str, Iterable[int]]], *, minimum_rows: int = 30) -> Fairness:
    """Return fairness with these groups: feature (or features by comma) to group to (rows, selected)."""
    made = [_analysis(key.split(","), groups, minimum_rows) for key, groups in analyses.items()]
    rows = max(sum(g["rows"] for g in one["groups"]) for one in made)
    for one in made:
        rest = rows - sum(g["rows"] for g in one["groups"])
        if rest:
            unknown = dict.fromkeys(one["sensitive"])
            one["left_out"] = [{"values": unknown, "rows": rest, "reason": "unknown"}]
    return Fairness.model_validate(
        {
            "rows": rows,
            "favourable": 1,
            "threshold": 0.5,
            "confidence": 0.95,
            "minimum_rows": minimum_rows,
            "analyses": made,
        }
    )


def _analysis(features: list[str], groups: Mapping[str, Iterable[int]], minimum_rows: int) -> dict[str, Any]:
    nothing = {"value": None, "method": "none"}
    rates = dict.fromkeys(
        ("selection_rate", "true_positive_rate", "false_positive_rate", "accuracy"), nothing
    )
    made = [_group(features, name, rows, selected) | rates for name, (rows, selected) in groups.items()]
    large = [group for group in made if group["rows"] >= minimum_rows] or made
    reference = max(large, key=lambda group: (group["selected"] / group["rows"], group["rows"]))
    overall = ("impact_ratio", "demographic_parity_difference", "equalized_odds_difference")
    return {
        "sensitive": features,
        "reference": reference["values"],
        "groups": made,
        **dict.fromkeys(overall, nothing),
    }


def _group(features: list[str], name: str, rows: int, selected: int) -> dict[str, Any]:
    """Return the counts of one group: 88 in 100 rows positive, 95 in 100 selected rows right."""
    positives = round(rows * 0.88)
    right = max(min(positives, round(selected * 0.95)), selected - (rows - positives))
    return {
        "values": dict(zip(features, name.split(","), strict=True)),
        "rows": rows,
        "positives": positives,
        "selected": selected,
        "true_positives": right,
        "false_positives": selected - right,
    }


def explanation(reasons: Iterable[Iterable[str]]) -> Explanation:
    """Return an explanation whose decisions have these features as reasons."""
    rows = [
        {
            "row": row,
            "score": 0.4,
            "outcome": 0,
            "reasons": [
                {"feature": f, "value": 1.0, "contribution": -0.5, "text": f"{f} is low"} for f in features
            ],
        }
        for row, features in enumerate(reasons)
    ]
    return Explanation.model_validate(
        {
            "method": "shap linear",
            "scale": "log-odds",
            "rows_explained": max(len(rows), 1),
            "background_rows": 100,
            "base_value": 1.0,
            "additivity_error": 1e-12,
            "importance": [{"feature": "income", "mean_absolute": 0.5, "mean": 0.1}],
            "reasons": rows,
        }
    )


def quality(status: str) -> DataQuality:
    """Return a validation of this status, without overlap of train and test."""
    check = {
        "name": "ranges",
        "status": status,
        "found": 0 if status == "pass" else 3,
        "message": "values out of range",
    }
    return DataQuality.model_validate(
        {"rows": 1000, "columns": [], "duplicates": 0, "overlap_rows": 0, "checks": [check], "status": status}
    )


def evidence(
    seq: int,
    family: str,
    result: Body,
    *,
    about: str = SUBJECT,
    producer: str = EVALUATOR,
    roles: Iterable[str] = ("evaluator",),
) -> Evidence:
    """Return one made-up piece of evidence."""
    subject = f"evidence:00000000-0000-7000-8000-{seq:012d}"
    return Evidence(seq, f"{seq:064x}", subject, TIME, about, family, result, producer, frozenset(roles))


def _evidence(change: Mapping[str, Any]) -> list[Evidence]:
    who = {
        "producer": change.get("producer", EVALUATOR),
        "roles": change.get("producer_roles", ["evaluator"]),
    }
    made = []
    if (metrics := change.get("performance", {"roc_auc": [0.85, 0.8, 0.9]})) is not None:
        made.append(evidence(10, "performance", performance(metrics), **who))
    groups = change.get("fairness", {})
    if groups is not None:
        made.append(evidence(11, "fairness", fairness(_FAIRNESS | groups), **who))
    if (given := change.get("explanation", {"reasons": [["income", "debt"]]})) is not None:
        made.append(evidence(12, "explanation", explanation(given.get("reasons", [])), **who))
    if (status := change.get("data_quality", "pass")) is not None:
        made.append(evidence(13, "data-quality", quality(status), about=_DATASET, **who))
    return made


def _changed(
    change: Mapping[str, Any], name: str, seq: int, subject: str, shape: type[Any], sound: Mapping[str, Any]
) -> Recorded[Any] | None:
    given = change.get(name, {})
    if given is None:
        return None
    return _entry(
        seq, subject, TRAINER if name == "run" else "user:olga", shape.model_validate({**sound, **given})
    )


def _entry(seq: int, subject: str, actor: str, body: Any) -> Recorded[Any]:
    return Recorded(seq, f"{seq:064x}", subject, TIME, actor, body)


def _model(change: Mapping[str, Any]) -> ModelRegistered:
    return ModelRegistered.model_validate(
        {
            "artifact": {"digest": _ARTIFACT, "format": change.get("format", "skops")},
            "run": _RUN,
            "system": _SYSTEM,
            "features": change.get("features", ["income", "debt"]),
        }
    )


def _dataset(change: Mapping[str, Any]) -> DatasetRegistered:
    return DatasetRegistered.model_validate(
        {
            "digest": _DATA,
            "files": [],
            "schema": [{"name": "income", "type": "float64"}],
            "rows": 1000,
            "sensitive": change.get("sensitive", ["race", "sex"]),
        }
    )


def _members(seq: int, kind: str, given: Mapping[str, Any], target: str) -> dict[str, Any]:
    uuid = f"00000000-0000-7000-8000-{seq:012d}"
    return {
        "seq": seq,
        "entry": f"{seq:064x}",
        "subject": f"{kind}:{uuid}",
        "actor": given["actor"],
        "key": "key:" + "0" * 64,
        "roles": frozenset(given.get("roles", [])),
        "meaning": given.get("meaning", "I reviewed the evaluation."),
        "time": TIME,
        "expires": given.get("expires", later(TIME, days=30)),
        "state": given.get("state", "valid"),
        "why_not": given.get("why_not", ""),
        "statement": {"target": target},
    }


def _signed(seq: int, given: Mapping[str, Any], target: str) -> Approval:
    return Approval(**_members(seq, "approval", given, target))


def _waiver(seq: int, given: Mapping[str, Any], target: str) -> Waiver:
    said = {
        "rule": given["rule"],
        "reason": "A test.",
        "compensating_control": "Every refusal is reviewed by hand.",
    }
    return Waiver(**_members(seq, "waiver", given, target), **said)


def _alert(seq: int, given: Mapping[str, Any]) -> Alert:
    subject = f"alert:00000000-0000-7000-8000-{seq:012d}"
    about = given.get("about", SUBJECT)
    return Alert(seq, f"{seq:064x}", subject, about, given["severity"], TIME, given.get("closed"))


def _deployed(model: str | None, target: str) -> Deployed | None:
    if model is None:
        return None
    return Deployed(50, f"{50:064x}", f"deployment:example/{target}@1", model, TIME)
