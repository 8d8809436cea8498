"""Model files: written and read with skops, never pickled, foreign ones only in a child process with limits.

A pickle runs whatever code it holds when it is opened. A skops file is data; types beyond scikit-learn's own
are refused unless the caller trusts them by name. Even so a foreign file may be huge or crafted, so
`score_foreign` and `inspect_foreign` open it in a child process with limits on processor seconds and memory,
which hands back numbers and names, not objects.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from governance.errors import InvalidInput, NotFound
from governance.files import digest_of_file
from governance.lineage.records import Artifact

if TYPE_CHECKING:
    import pandas as pd

FORMAT = "skops"
HARMLESS = ("numpy.dtype",)
"""Types beyond skops' own defaults that are plain data and are always trusted."""
_PICKLE_STARTS = (b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05")


@dataclass(frozen=True, slots=True)
class Limits:
    """What a child process that opens a foreign artifact may use."""

    processor_seconds: int = 60
    memory_bytes: int = 4 << 30
    wall_seconds: float = 120.0


@dataclass(frozen=True, slots=True)
class Inspected:
    """What a foreign artifact is, as its child process saw it."""

    type: str
    untrusted: list[str]
    features: list[str]


def describe(path: Path, *, file_format: str | None = None) -> Artifact:
    """Return the artifact record of a file of any format: digest, format (by default its suffix), size."""
    digest = digest_of_file(path)
    return Artifact(
        digest=digest, format=file_format or path.suffix.lstrip(".") or "bytes", bytes=path.stat().st_size
    )


def save(model: Any, path: Path) -> Artifact:
    """Write a fitted scikit-learn model with skops, all or nothing, and return its record."""
    import skops.io

    part = path.with_name(path.name + ".part")
    try:
        skops.io.dump(model, part)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return describe(path, file_format=FORMAT)


def load(path: Path, *, trusted: Sequence[str] = (), digest: str | None = None) -> Any:
    """Open a skops file that this very machine made (for others: `score_foreign`).

    Args:
        path: the file.
        trusted: names of types beyond scikit-learn's own that may be built.
        digest: what the ledger says the file is.

    Raises:
        InvalidInput: it is no skops file, is another than the ledger names, or holds types not trusted.
    """
    import skops.io

    refuse_pickle(path)
    if digest is not None and (met := digest_of_file(path)) != digest:
        raise InvalidInput(
            f"{path.name} is {met}, not {digest}.", remedy="Take the file that was registered."
        )
    unknown = sorted(set(_untrusted(path)) - {*trusted, *HARMLESS})
    if unknown:
        raise InvalidInput(
            f"{path.name} holds types that are not trusted: {', '.join(unknown)}.",
            remedy="Look at each, then name those you trust.",
        )
    return skops.io.load(path, trusted=[*trusted, *HARMLESS])


def refuse_pickle(path: Path) -> None:
    """Refuse what is no skops file before anything parses it.

    Raises:
        NotFound: there is no such file.
        InvalidInput: a pickle, or not the zip archive that skops writes.
    """
    try:
        with path.open("rb") as file:
            start = file.read(4)
    except (FileNotFoundError, IsADirectoryError):
        raise NotFound(f"There is no file {path}.", remedy="Check the path.") from None
    if start.startswith(_PICKLE_STARTS):
        raise InvalidInput(
            f"{path.name} is a pickle; opening one runs whatever code it holds.",
            remedy="Save the model with skops.io.dump, or evaluate its predictions instead.",
        )
    if not start.startswith(b"PK"):
        raise InvalidInput(f"{path.name} is no skops file.", remedy="Save the model with skops.io.dump.")


def _untrusted(path: Path) -> list[str]:
    import zipfile

    import skops.io

    try:
        return list(skops.io.get_untrusted_types(file=path))
    except (KeyError, ValueError, TypeError, zipfile.BadZipFile) as error:
        raise InvalidInput(f"{path.name} is no skops file: {error}.") from None


def inspect_foreign(path: Path, *, limits: Limits | None = None) -> Inspected:
    """Return what a foreign artifact holds, without trusting it.

    Raises:
        InvalidInput: it is no skops file, or goes beyond the limits.
    """
    answer = _in_child(path, {"task": "inspect"}, None, limits or Limits())
    return Inspected(type=answer["type"], untrusted=answer["untrusted"], features=answer["features"])


def score_foreign(
    path: Path, rows: pd.DataFrame, *, trusted: Sequence[str] = (), limits: Limits | None = None
) -> list[float]:
    """Return the favourable outcome's score for each row, computed by a foreign artifact in a child process.

    Raises:
        InvalidInput: it is no skops file, holds types not trusted, does not fit the rows, or goes beyond the
        limits.
    """
    answer = _in_child(path, {"task": "score", "trusted": list(trusted)}, rows, limits or Limits())
    return [float(score) for score in answer["scores"]]


def explain_foreign(
    path: Path,
    background: pd.DataFrame,
    rows: pd.DataFrame,
    *,
    trusted: Sequence[str] = (),
    options: dict[str, Any] | None = None,
    limits: Limits | None = None,
) -> dict[str, Any]:
    """Return the explanation of a foreign artifact, as JSON of `results.Explanation`, from a child process.

    Raises:
        InvalidInput: as `score_foreign`.
    """
    task = {
        "task": "explain",
        "trusted": list(trusted),
        "options": options or {},
        "background": len(background),
    }
    import pandas as pd

    both = pd.concat([background, rows[list(background.columns)]], ignore_index=True)
    answer: dict[str, Any] = _in_child(path, task, both, limits or Limits())["explanation"]
    return answer


def _in_child(path: Path, task: dict[str, Any], rows: pd.DataFrame | None, limits: Limits) -> dict[str, Any]:
    refuse_pickle(path)
    with tempfile.TemporaryDirectory(prefix="governance-") as folder:
        table = Path(folder) / "rows.parquet"
        if rows is not None:
            rows.to_parquet(table, index=False)
        request = {
            **task,
            "artifact": str(path.resolve()),
            "rows": str(table),
            "processor_seconds": limits.processor_seconds,
            "memory_bytes": limits.memory_bytes,
        }
        # One thread: each further one reserves address space, and the limit is on address space.
        single = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
        passed = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
        passed["PYTHONPATH"] = os.pathsep.join(entry for entry in sys.path if entry)
        try:
            done = subprocess.run(
                [sys.executable, "-m", "governance.evidence.child"],
                input=json.dumps(request),
                capture_output=True,
                text=True,
                timeout=limits.wall_seconds,
                check=False,
                cwd=folder,
                env=passed | single,
            )
        except subprocess.TimeoutExpired:
            raise InvalidInput(f"{path.name} took longer than {limits.wall_seconds:g} s to open.") from None
    return _answer(path, done)


def _answer(path: Path, done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    lines = done.stdout.strip().splitlines()
    try:
        answer: dict[str, Any] = json.loads(lines[-1]) if lines else {}
    except ValueError:
        answer = {}
    if "refused" in answer:
        raise InvalidInput(answer["refused"], remedy=str(answer.get("remedy", "")))
    if done.returncode != 0 or not answer:
        last = (done.stderr.strip().splitlines() or [f"it ended with code {done.returncode}"])[-1][:200]
        raise InvalidInput(
            f"{path.name} could not be used within its limits: {last}.",
            remedy="Evaluate the model's predictions instead of its file.",
        )
    return answer
