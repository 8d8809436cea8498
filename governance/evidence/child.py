"""The child process that opens a foreign artifact: limits first, then skops, then one task, one JSON line.

Started by `governance.evidence.artifacts` as `python -m governance.evidence.child`; not meant to be called
by people.
"""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path
from typing import Any

from governance.errors import GovernanceError


def _limit(request: dict[str, Any]) -> None:
    """Set the limits before anything foreign is read; a limit already lower stays."""
    for kind, wanted in (
        (resource.RLIMIT_CPU, int(request["processor_seconds"])),
        (resource.RLIMIT_AS, int(request["memory_bytes"])),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(kind)
        value = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(kind, (value, value))


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """Return the answer to one request: `inspect`, `score` or `explain`."""
    import pandas as pd
    import skops.io

    from governance.evidence import artifacts

    path = Path(request["artifact"])
    if request["task"] == "inspect":
        untrusted = sorted(set(skops.io.get_untrusted_types(file=path)) - set(artifacts.HARMLESS))
        model = None if untrusted else artifacts.load(path)
        names = getattr(model, "feature_names_in_", [])
        return {
            "type": "unknown until its types are trusted" if model is None else type(model).__name__,
            "untrusted": untrusted,
            "features": [str(name) for name in names],
        }
    from governance.evidence.explanations import explain, probability

    model = artifacts.load(path, trusted=request["trusted"])
    rows = pd.read_parquet(request["rows"])
    if request["task"] == "score":
        return {"scores": probability(model, rows).tolist()}
    split = int(request["background"])
    explanation = explain(
        model, rows.iloc[:split], rows.iloc[split:].reset_index(drop=True), **request["options"]
    )
    return {"explanation": explanation.model_dump(mode="json")}


def main() -> None:
    """Read one request from standard input and write its answer, or why it was refused."""
    request = json.loads(sys.stdin.read())
    _limit(request)
    name = Path(request["artifact"]).name
    try:
        reply = answer(request)
    except GovernanceError as error:
        reply = {"refused": error.message, "remedy": error.remedy}
    except MemoryError:
        reply = {"refused": f"{name} needs more memory than it may use."}
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        reply = {
            "refused": f"{name} does not fit these rows, or is damaged: {str(error).splitlines()[0][:300]}."
        }
    sys.stdout.write(json.dumps(reply) + "\n")


if __name__ == "__main__":
    main()
