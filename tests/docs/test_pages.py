"""The commands in the docs run as they stand."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

import governance
from governance.gate import linting, pack_tests

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"^```bash\n(.*?)^```", re.DOTALL | re.MULTILINE)


def run_page(page: str, folder: Path, port: int) -> subprocess.CompletedProcess[str]:
    blocks = BLOCK.findall((ROOT / "docs/how-to" / page).read_text())
    script = "set -euo pipefail\n" + "\n".join(blocks).replace("8321", str(port))
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GOVERN_")}
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
    environment["HOME"] = str(folder)
    return subprocess.run(
        ["bash", "-c", script],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=540,
    )


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def test_the_how_to_pages_run_as_they_stand_one_after_the_other(tmp_path: Path) -> None:
    for tool in ("ssh-keygen", "curl"):
        if shutil.which(tool) is None:
            pytest.skip(f"needs {tool}: the pages use it")
    port = free_port()
    for page in ("your-own-model.md", "verify-without-us.md", "run-the-service.md"):
        done = run_page(page, tmp_path, port)
        assert done.returncode == 0, f"{page}\n{done.stdout[-3000:]}{done.stderr[-3000:]}"
    assert (tmp_path / "dossier.pdf").read_bytes().startswith(b"%PDF")
    assert json.loads((tmp_path / "verdict.json").read_text())["verdict"] == "allow"
    assert json.loads((tmp_path / "problem.json").read_text())["status"] == 401


def test_every_relative_link_in_the_docs_leads_somewhere() -> None:
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    links = [
        (page, target)
        for page in pages
        for target in re.findall(r"\]\(([^)#:]+?)(?:#[^)]*)?\)", page.read_text())
    ]
    broken = [
        f"{page.relative_to(ROOT)} → {target}"
        for page, target in links
        if not (page.parent / target).exists()
    ]
    assert not broken


def test_readme_begins_with_the_two_commands() -> None:
    lines = [
        line.strip() for line in (ROOT / "README.md").read_text().splitlines() if line.startswith("    ")
    ]
    assert lines[:2] == [
        "python -m pip install -c constraints.txt '.[all]' && govern demo",
        "python -m pip install -c constraints.txt -e '.[dev]' && pytest",
    ]


def test_the_python_in_readme_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (code,) = re.findall(r"^```python\n(.*?)^```", (ROOT / "README.md").read_text(), re.DOTALL | re.MULTILINE)
    monkeypatch.chdir(tmp_path)
    governance.create_workspace("governance.db", actor="user:alice").close()
    exec(compile(code, "README.md", "exec"), {})
    assert "prove" in capsys.readouterr().out


def test_the_pack_on_the_policy_page_has_no_problem_and_passes_its_own_cases() -> None:
    page = (ROOT / "docs/how-to/write-a-policy.md").read_text()
    (text,) = re.findall(r"^```yaml\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
    assert linting.lint(text, "2026-11-01") == []
    outcomes = pack_tests.run_tests(text)
    assert outcomes
    assert all(outcome.passed for outcome in outcomes)
