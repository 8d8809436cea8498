"""The few numbers by which a piece of evidence is told in one line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_METRICS = ("roc_auc", "accuracy", "balanced_accuracy", "brier")


def headlines(family: str, result: object) -> dict[str, float]:
    """Return the headline numbers of an evidence result, by name; what is not there is left out.

    Args:
        family: the evidence's family.
        result: its `result`, in the shape of `governance.lineage.results`, or anything.
    """
    if not isinstance(result, Mapping):
        return {}
    rule = {
        "performance": _performance,
        "fairness": _fairness,
        "explanation": _explanation,
        "data-quality": _quality,
        "drift": _drift,
    }.get(family)
    return {name: value for name, value in rule(result).items() if _is_number(value)} if rule else {}


def _performance(result: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _value(result.get("metrics"), name) for name in _METRICS} | {"rows": result.get("rows")}


def _fairness(result: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for analysis in _objects(result.get("analyses")):
        names = analysis.get("sensitive")
        by = " and ".join(n for n in names if isinstance(n, str)) if isinstance(names, list) else "?"
        found[f"impact ratio by {by}"] = _value(analysis, "impact_ratio")
    return found | {"rows": result.get("rows")}


def _explanation(result: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "rows explained": result.get("rows_explained"),
        "additivity error": result.get("additivity_error"),
    }


def _quality(result: Mapping[str, Any]) -> dict[str, Any]:
    return {name: result.get(name) for name in ("rows", "duplicates", "overlap_rows")}


def _drift(result: Mapping[str, Any]) -> dict[str, Any]:
    features = _objects(result.get("features"))
    return {
        "features": len(features),
        "drifted": sum(1 for feature in features if feature.get("drifted") is True),
        "rows": result.get("rows"),
    }


def _value(members: object, name: str) -> Any:
    estimate = members.get(name) if isinstance(members, Mapping) else None
    return estimate.get("value") if isinstance(estimate, Mapping) else estimate


def _objects(value: object) -> list[Mapping[str, Any]]:
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
