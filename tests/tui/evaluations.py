"""What the evaluator of the story found, in the shapes of `governance.lineage.results`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from governance.workspace.views import EntryView
from tests.tui.memory import MemoryWorkspace, digest, identity

TEST = "dataset:hmda-boston-test@1990"
MODELS = tuple(f"model:mortgage-approval@{version}" for version in (1, 2, 3))
_METHOD = {"name": "fairlearn.metrics", "source": "Bird et al. 2020"}


def _estimate(value: float, spread: float, rows: int = 994) -> dict[str, Any]:
    return {
        "value": value,
        "low": round(value - spread, 3),
        "high": round(value + spread, 3),
        "method": "wilson",
        "rows": rows,
    }


def _group(values: dict[str, str], rows: int, rate: float, ratio: float | None) -> dict[str, Any]:
    spread = round(0.9 / rows**0.5, 3)
    return {
        "values": values,
        "rows": rows,
        "positives": round(rows * 0.8),
        "selected": round(rows * rate),
        "true_positives": 0,
        "false_positives": 0,
        "selection_rate": _estimate(rate, spread, rows),
        "true_positive_rate": _estimate(0.9, spread, rows),
        "false_positive_rate": _estimate(0.3, spread, rows),
        "accuracy": _estimate(0.85, spread, rows),
        "impact_ratio": None if ratio is None else _estimate(ratio, spread, rows),
    }


def _analysis(
    sensitive: list[str],
    reference: dict[str, str],
    groups: list[dict[str, Any]],
    ratio: float,
    left_out: Sequence[dict[str, Any]] = (),
) -> dict[str, Any]:
    return {
        "sensitive": sensitive,
        "reference": reference,
        "groups": groups,
        "left_out": list(left_out),
        "impact_ratio": _estimate(ratio, 0.05),
        "demographic_parity_difference": _estimate(1 - ratio, 0.05),
        "equalized_odds_difference": _estimate(0.11, 0.06),
    }


def evaluate(ledger: MemoryWorkspace, version: int, *, black: float, joint: float) -> None:
    model = MODELS[version - 1]
    performance = {
        "rows": 994,
        "positives": 872,
        "threshold": 0.5,
        "metrics": {
            "roc_auc": _estimate(0.83 - version / 500, 0.031),
            "accuracy": _estimate(0.889, 0.019),
            "balanced_accuracy": _estimate(0.664, 0.035),
            "brier": _estimate(0.081, 0.01),
        },
        "confusion": {"true_positive": 851, "false_positive": 89, "true_negative": 33, "false_negative": 21},
        "calibration": [
            {"predicted": 0.31, "observed": 0.35, "rows": 62},
            {"predicted": 0.74, "observed": 0.71, "rows": 188},
            {"predicted": 0.95, "observed": 0.94, "rows": 744},
        ],
    }
    record_evidence(ledger, model, "performance", performance, f"performance {version}")
    white = {"race": "white"}
    fairness = {
        "rows": 994,
        "favourable": 1,
        "threshold": 0.5,
        "confidence": 0.95,
        "minimum_rows": 30,
        "analyses": [
            _analysis(
                ["race"],
                white,
                [
                    _group(white, 840, 0.954, None),
                    _group({"race": "black"}, 98, round(0.954 * black, 3), black),
                    _group({"race": "hispanic"}, 56, 0.87, 0.912),
                ],
                black,
            ),
            _analysis(
                ["race", "sex"],
                {"race": "white", "sex": "male"},
                [
                    _group({"race": "white", "sex": "male"}, 690, 0.957, None),
                    _group({"race": "white", "sex": "female"}, 150, 0.94, 0.982),
                    _group({"race": "black", "sex": "male"}, 76, round(0.957 * joint, 3), joint),
                ],
                joint,
                [{"values": {"race": "black", "sex": "female"}, "rows": 22, "reason": "fewer than 30 rows"}],
            ),
        ],
    }
    record_evidence(ledger, model, "fairness", fairness, f"fairness {version}")
    names = ("gdlin", "obrat", "mortno", "pubrec", "loanprc", "unem", "married")
    explanation = {
        "method": "LinearExplainer",
        "scale": "log-odds",
        "rows_explained": 994,
        "background_rows": 200,
        "base_value": 2.4,
        "additivity_error": 1e-12,
        "reasons": [],
        "importance": [
            {"feature": name, "mean_absolute": round(1.2 / (index + 1), 3), "mean": (-1) ** index * 0.1}
            for index, name in enumerate(names)
        ],
    }
    record_evidence(ledger, model, "explanation", explanation, f"explanation {version}")


def record_evidence(
    ledger: MemoryWorkspace, about: str, family: str, result: dict[str, Any], name: str
) -> EntryView:
    return ledger.write(
        "evidence.recorded",
        f"evidence:{identity(name)}",
        {
            "about": about,
            "family": family,
            "inputs": [{"subject": TEST, "digest": digest(TEST), "role": "test"}],
            "method": _METHOD,
            "parameters": {"seed": 7},
            "result": result,
            "how": {"software": "ml-governance 0.1.0"},
            "producer": "service:evaluator",
        },
        "service:evaluator",
        later=timedelta(minutes=9),
    )
