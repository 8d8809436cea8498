"""What is captured of a run is enough to repeat it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from governance.errors import InvalidInput
from governance.evidence import runs
from governance.lineage.records import Reference


def git(folder: Path, *arguments: str) -> str:
    who = ["-c", "user.name=t", "-c", "user.email=t@example.org"]
    return subprocess.run(
        ["git", "-C", str(folder), *who, *arguments], check=True, capture_output=True, text=True
    ).stdout.strip()


def test_a_run_holds_environment_code_and_seed(tmp_path: Path) -> None:
    source = tmp_path / "train.py"
    source.write_text("print(1)\n")
    digest = "sha256:" + "1" * 64
    body = runs.capture(
        started=runs.now(),
        inputs=[Reference(subject="dataset:a@1", digest=digest, role="train")],
        outputs=[Reference(digest=digest, role="model")],
        files=[source],
        parameters={"C": 1.0},
        metrics={"roc_auc": 0.9},
        seed=7,
    )
    assert body.environment["python"] == sys.version.split()[0]
    assert "cryptography" not in body.environment["packages"]
    assert body.environment["packages"]["pandas"]
    assert (body.code.digest, body.code.commit, body.seed) == (runs.source_digest([source]), None, 7)
    assert body.started <= body.ended


def test_code_in_a_repository_is_named_by_commit_and_state(tmp_path: Path) -> None:
    source = tmp_path / "train.py"
    source.write_text("print(1)\n")
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "train.py")
    git(tmp_path, "commit", "-q", "-m", "first")
    clean = runs.code_of([source])
    assert (clean.commit, clean.dirty) == (git(tmp_path, "rev-parse", "HEAD"), False)
    source.write_text("print(2)\n")
    changed = runs.code_of([source])
    assert changed.dirty
    assert changed.digest != clean.digest


def test_a_missing_source_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="can't be read"):
        runs.code_of([tmp_path / "none.py"])
    with pytest.raises(InvalidInput, match="No source file"):
        runs.source_digest([])


def test_the_light_modules_import_nothing_heavy() -> None:
    code = (
        "import sys, governance.evidence, governance.evidence.runs, governance.evidence.records, "
        "governance.evidence.sealing, governance.evidence.rowproof\n"
        "print([m for m in ('numpy','pandas','sklearn','scipy','shap','fairlearn') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
