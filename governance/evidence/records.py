"""Wrapping a computed result into the body of an `evidence.recorded` entry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from governance.evidence.runs import versions
from governance.lineage.records import Body, EvidenceRecorded, Method, Reference
from governance.lineage.results import DataQuality, Drift, Explanation, Fairness, Performance

Result = Performance | Fairness | Explanation | DataQuality | Drift

_FAMILIES: dict[type[Body], str] = {
    Performance: "performance",
    Fairness: "fairness",
    Explanation: "explanation",
    DataQuality: "data-quality",
    Drift: "drift",
}
METHODS: dict[str, Method] = {
    "performance": Method(
        name="scikit-learn metrics; Wilson, DeLong and bootstrap intervals",
        source="Wilson 1927; DeLong et al. 1988, Sun and Xu 2014; Efron and Tibshirani 1993",
    ),
    "fairness": Method(
        name="fairlearn group metrics; log-ratio, Newcombe and bootstrap intervals",
        source="fairlearn; Katz et al. 1978 (method C), Walter 1975; Newcombe 1998; Hardt et al. 2016",
    ),
    "explanation": Method(
        name="SHAP values",
        source="Lundberg and Lee 2017; Lundberg et al. 2020 (trees); reasons: 12 CFR 1002.9(b)(2)",
    ),
    "data-quality": Method(name="validation rules", source="declared schema of the dataset"),
    "drift": Method(
        name="population stability index with Kolmogorov-Smirnov and chi-square tests, Holm-corrected",
        source="Siddiqi 2006; Yurdakul 2018; Massey 1951; Holm 1979",
    ),
}
"""How each family's numbers are computed, and where that is defined."""
_PACKAGES = ("ml-governance", "numpy", "scipy", "pandas", "scikit-learn")
_EXTRA_PACKAGES = {"fairness": ("fairlearn",), "explanation": ("shap",)}


def evidence(
    result: Result,
    *,
    about: str,
    inputs: Sequence[Reference],
    producer: str,
    parameters: Mapping[str, Any] | None = None,
    mode: str = "exact, in memory",
) -> EvidenceRecorded:
    """Return the body that records `result`.

    Args:
        result: what a function of this package computed.
        about: the subject it is about: a model version, a dataset, a deployment.
        inputs: what it was computed from, by subject and digest, with roles (`test`, `train`, …).
        producer: the actor who computed it; must be the one who writes the entry.
        parameters: what was chosen: threshold, analyses, seed, ….
        mode: how it was computed, where there is a choice.
    """
    family = _FAMILIES[type(result)]
    return EvidenceRecorded(
        about=about,
        family=family,
        inputs=list(inputs),
        method=METHODS[family],
        parameters=dict(parameters or {}),
        result=result.model_dump(mode="json", exclude_none=False),
        how={"software": versions((*_PACKAGES, *_EXTRA_PACKAGES.get(family, ()))), "mode": mode},
        producer=producer,
    )
