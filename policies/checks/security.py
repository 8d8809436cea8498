"""Security: the artifact is of a kind that can be loaded without running foreign code."""

from __future__ import annotations

from governance.gate.protocol import CheckOutcome, Facts, Parameters, Result, check, refer
from policies.checks.wording import listed

_UNSAFE = ("pickle", "pkl", "joblib", "dill", "cloudpickle", "pt", "pth", "bin")
"""Formats whose loading runs whatever the file says (Python's pickle module documentation; CWE-502)."""


class ArtifactFormat(Parameters):
    """Parameters of `security.artifact_format`."""

    allowed: tuple[str, ...] = ("skops", "onnx", "safetensors", "pmml")


@check("security.artifact_format", ArtifactFormat)
def artifact_format(facts: Facts, parameters: ArtifactFormat) -> CheckOutcome:
    """The model artifact is of an allowed format; pickles never are."""
    found = facts.model.body.artifact.format.lower().removeprefix(".")
    unsafe = found in _UNSAFE or "pickle" in found
    sound = found in parameters.allowed and not unsafe
    said = f"The artifact is a '{found}' file."
    if unsafe:
        said += " Loading it runs whatever code is in it."
    return CheckOutcome(
        Result.PASS if sound else Result.FAIL,
        said,
        value=found,
        threshold=listed(parameters.allowed),
        would_change=""
        if sound
        else f"Save the model as {listed(parameters.allowed)} and register that artifact.",
        evidence=refer(facts.model),
    )
