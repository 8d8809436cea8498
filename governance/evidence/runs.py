"""What must be known to repeat a run: interpreter, platform, packages, code, seed.

Light: needs no numeric library, so that a training script of any kind can use it.
"""

from __future__ import annotations

import hashlib
import platform
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from governance.errors import InvalidInput
from governance.instants import now
from governance.lineage.records import Code, Reference, RunRecorded

USUAL_PACKAGES = ("ml-governance", "numpy", "scipy", "pandas", "scikit-learn", "fairlearn", "shap", "skops")
_GIT_SECONDS = 10


def versions(packages: Iterable[str] = USUAL_PACKAGES) -> dict[str, str]:
    """Return the installed version of each package; those not installed are left out."""
    found = {}
    for package in packages:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def environment(packages: Iterable[str] = USUAL_PACKAGES) -> dict[str, Any]:
    """Return interpreter, platform and package versions as `run.recorded` holds them."""
    return {
        "python": platform.python_version(),
        "implementation": platform.python_implementation(),
        "platform": platform.platform(),
        "machine": platform.machine(),
        "packages": versions(packages),
    }


def source_digest(files: Sequence[Path]) -> str:
    """Return one digest of several source files: SHA-256 over lines `HEX  NAME` in order of names.

    The same bytes as `sha256sum FILES | sha256sum` prints for names given in sorted order.

    Raises:
        InvalidInput: no file was given, or one can't be read.
    """
    if not files:
        raise InvalidInput("No source file was named.", remedy="Name the files that the run executed.")
    lines = []
    for path in sorted(files, key=lambda one: one.name):
        try:
            data = path.read_bytes()
        except OSError as error:
            raise InvalidInput(f"The source file {path} can't be read: {error.strerror}.") from None
        lines.append(f"{hashlib.sha256(data).hexdigest()}  {path.name}\n")
    return "sha256:" + hashlib.sha256("".join(lines).encode()).hexdigest()


def code_of(files: Sequence[Path], *, entry_point: str | None = None) -> Code:
    """Return which code runs: digest of its files, and commit and state where Git keeps them."""
    digest = source_digest(files)
    folder = files[0].resolve().parent
    commit = _git(folder, "rev-parse", "HEAD")
    tracked = commit is not None and all(
        _git(folder, "ls-files", "--error-unmatch", str(path.resolve())) is not None for path in files
    )
    if not tracked:
        return Code(digest=digest, entry_point=entry_point)
    names = [str(path.resolve()) for path in files]
    changed = _git(folder, "status", "--porcelain", "--", *names)
    return Code(commit=commit, digest=digest, dirty=bool(changed), entry_point=entry_point)


def _git(folder: Path, *arguments: str) -> str | None:
    """Ask Git; None where there is no Git, no repository or no answer in time."""
    command = ["git", "-C", str(folder), *arguments]
    try:
        done = subprocess.run(  # noqa: S603 - fixed program, arguments are paths of ours
            command, capture_output=True, text=True, timeout=_GIT_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def capture(
    *,
    started: str,
    inputs: Sequence[Reference],
    outputs: Sequence[Reference],
    files: Sequence[Path],
    parameters: Mapping[str, Any],
    metrics: Mapping[str, float],
    seed: int | None = None,
    packages: Iterable[str] = USUAL_PACKAGES,
    entry_point: str | None = None,
    ended: str | None = None,
) -> RunRecorded:
    """Return the record of a run that ends now.

    Args:
        started: when it began (`now()` taken then).
        inputs: datasets by subject and digest, with their role.
        outputs: artifacts by digest.
        files: the source files that ran.
        parameters: what was chosen: hyperparameters, columns, the split.
        metrics: what training reported about itself; the gate asks others.
        seed: of every random choice, when there is one.
        packages: whose versions matter.
        entry_point: how the code was started.
        ended: when it ended, if not now.
    """
    return RunRecorded(
        inputs=list(inputs),
        outputs=list(outputs),
        code=code_of(files, entry_point=entry_point),
        parameters=dict(parameters),
        seed=seed,
        environment=environment(packages),
        metrics=dict(metrics),
        started=started,
        ended=ended or now(),
    )
