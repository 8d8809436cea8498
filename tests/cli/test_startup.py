"""`govern --help` starts light, and says who is in the way when a module of ours is shadowed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = (
    "shap",
    "sklearn",
    "fairlearn",
    "pandas",
    "numpy",
    "textual",
    "reportlab",
    "fastapi",
    "sqlalchemy",
    "scipy",
)
START = "from ml_governance import run; run()"


def test_help_imports_nothing_heavy() -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", START, "--help"],
        capture_output=True,
        text=True,
        check=True,
    )
    imported = {
        line.rsplit("|", 1)[-1].strip()
        for line in done.stderr.splitlines()
        if line.startswith("import time:")
    }
    assert "typer" in imported
    assert not {name for name in imported if name.split(".")[0] in HEAVY}


def test_importing_the_facade_imports_nothing_heavy() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import sys, governance; governance.open_workspace; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    heavy = {"shap", "sklearn", "fairlearn", "pandas", "numpy", "textual", "reportlab", "fastapi", "scipy"}
    assert not heavy & {name.split(".")[0] for name in done.stdout.split()}


@pytest.mark.parametrize("package", ["governance", "policies", "reports", "tui"])
def test_a_module_that_shadows_ours_is_named_with_a_remedy(tmp_path: Path, package: str) -> None:
    mine = tmp_path / f"{package}.py"
    mine.write_text("raise RuntimeError('must not be imported')\n")
    done = subprocess.run(
        [sys.executable, "-c", START, "--help"],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        cwd="/",
        check=False,
    )
    assert done.returncode == 2
    assert str(mine) in done.stderr
    assert "Rename that file" in done.stderr
    assert "Traceback" not in done.stderr
