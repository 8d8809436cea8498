"""Where an optional part is not installed, a command says which one and how to install it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

BLOCKED = """
import sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {blocked!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, Absent())
sys.argv[0] = "govern"
from ml_governance import run
run()
"""
EVIDENCE = {"pandas", "numpy", "sklearn", "scipy", "shap", "fairlearn", "skops", "pyarrow"}


@pytest.mark.parametrize(
    ("blocked", "words", "extra"),
    [
        (EVIDENCE, ["dataset", "validate", "t.csv"], "evidence"),
        ({"reportlab"}, ["report", "dossier", "model:a@1", "-o", "x.pdf"], "reports"),
        ({"fastapi", "uvicorn"}, ["serve"], "service"),
    ],
    ids=["evidence", "reports", "service"],
)
def test_a_missing_part_is_named_with_the_command_that_installs_it(
    tmp_path: Path, blocked: set[str], words: list[str], extra: str
) -> None:
    (tmp_path / "t.csv").write_text("a,b\n1,2\n")
    done = subprocess.run(
        [sys.executable, "-c", BLOCKED.format(blocked=blocked), *words],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 2
    assert f"ml-governance[{extra}]" in done.stderr
    assert "Traceback" not in done.stderr
