"""Reproducibility: the training run says everything that somebody needs to repeat it."""

from __future__ import annotations

from governance.gate.protocol import CheckOutcome, Facts, Finding, Parameters, Result, check, refer
from policies.checks.wording import listed


class RunComplete(Parameters):
    """Parameters of `reproducibility.run_complete`."""

    seed: bool = True
    """Whether a seed is demanded."""
    clean_commit: bool = False
    """Whether the code must be a commit without local changes."""


@check("reproducibility.run_complete", RunComplete)
def run_complete(facts: Facts, parameters: RunComplete) -> CheckOutcome:
    """The training run names data, code, parameters, seed, packages and the artifact that came out."""
    run = facts.run
    if run is None:
        return CheckOutcome(
            Result.MISSING,
            f"The training run {facts.model.body.run} can't be read.",
            would_change="Record the run, then register a version of the model that names it.",
            evidence=refer(facts.model),
        )
    body = run.body
    environment = body.environment
    demands = {
        "input data": bool(body.inputs),
        "the model artifact among the outputs": facts.artifact in {o.digest for o in body.outputs},
        "package versions": bool(environment.get("packages")),
        "the Python version": bool(environment.get("python")),
        "the platform": bool(environment.get("platform")),
    }
    if parameters.seed:
        demands["a seed"] = body.seed is not None
    if parameters.clean_commit:
        demands["a commit without local changes"] = bool(body.code.commit) and not body.code.dirty
    lacking = [name for name, there in demands.items() if not there]
    return CheckOutcome(
        Result.FAIL if lacking else Result.PASS,
        f"The run lacks {listed(lacking)}."
        if lacking
        else f"{run.subject} names all that is needed to repeat it.",
        value=float(len(demands) - len(lacking)),
        threshold=float(len(demands)),
        would_change="Train again with the run captured in full." if lacking else "",
        findings=tuple(
            Finding(label=name, result=Result.PASS if there else Result.FAIL)
            for name, there in demands.items()
        ),
        evidence=refer(run),
    )
