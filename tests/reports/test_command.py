"""`govern report dossier`, on a real ledger."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from governance.cli.context import Settings
from governance.errors import NotFound
from governance.lineage.records import (
    Artifact,
    Code,
    ModelRegistered,
    Reference,
    RunRecorded,
    SystemRegistered,
)
from governance.workspace import create_workspace, open_workspace
from reports.command import app

MODEL = "model:scorer@1"
WRITE = (
    "import sys; from pathlib import Path; from governance import open_workspace; from reports.dossier import write_dossier;"
    "write_dossier(open_workspace(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))"
)
DIGEST = "sha256:" + "ab" * 32


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    place = str(tmp_path_factory.mktemp("ledger") / "governance.db")
    with create_workspace(place, actor="user:alice", origin="acme.example/reports") as workspace:
        workspace.set_roles("user:alice", [{"role": "administrator"}, {"role": "recorder"}])
        recorder = workspace.acting_as("user:alice")
        purpose = SystemRegistered(
            purpose="Scores loans", owner="user:alice", risk="limited", success_metrics=[]
        )
        recorder.register_system("system:credit", purpose)
        run = recorder.record_run(
            RunRecorded(
                inputs=[],
                outputs=[Reference(digest=DIGEST, role="model")],
                code=Code(digest=DIGEST),
                parameters={},
                environment={"python": "3.11", "platform": "any", "packages": {}},
                metrics={},
                started="2026-01-01T00:00:00Z",
                ended="2026-01-01T00:00:01Z",
            )
        )
        artifact = Artifact(digest=DIGEST, format="onnx")
        recorder.register_model(
            MODEL, ModelRegistered(artifact=artifact, run=run.subject, system="system:credit")
        )
    return place


def _run(url: str, *words: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["dossier", *words], obj=Settings(ledger=url))
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.output


def test_it_writes_the_file_and_says_which_checkpoint_it_is_of(url: str, tmp_path: Path) -> None:
    target = tmp_path / "dossier.pdf"
    code, said = _run(url, "scorer@1", "-o", str(target))
    assert code == 0
    assert "at checkpoint" in said
    assert target.read_bytes().startswith(b"%PDF-")


def test_it_prints_json_for_pipelines(url: str, tmp_path: Path) -> None:
    _, said = _run(url, MODEL, "-o", str(tmp_path / "d.pdf"), "--paper", "letter", "--json")
    answer = json.loads(said)
    assert answer["model"] == MODEL
    assert answer["origin"] == "acme.example/reports"


def test_two_processes_that_read_one_checkpoint_write_the_same_bytes(url: str, tmp_path: Path) -> None:
    made = []
    for seed in ("1", "2"):
        target = tmp_path / f"{seed}.pdf"
        command = [sys.executable, "-c", WRITE, url, MODEL, str(target)]
        subprocess.run(command, check=True, env={**os.environ, "PYTHONHASHSEED": seed})
        made.append(target.read_bytes())
    assert made[0] == made[1]


def test_a_checkpoint_read_over_http_gives_the_same_bytes(url: str) -> None:
    from reports.dossier import dossier_pdf
    from reports.gather import gather
    from tests.workspace.world import served

    with served(url) as address, open_workspace(address) as remote, open_workspace(url) as local:
        assert dossier_pdf(gather(remote, MODEL)) == dossier_pdf(gather(local, MODEL))


def test_a_missing_folder_is_refused_and_nothing_written(url: str, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="folder"):
        _run(url, MODEL, "-o", str(tmp_path / "no" / "d.pdf"))
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_model_is_refused_and_nothing_written(url: str, tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        _run(url, "nobody@9", "-o", str(tmp_path / "d.pdf"))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("absent", ["reportlab", "pymupdf_fonts"])
def test_a_missing_library_is_named_with_its_remedy(absent: str, tmp_path: Path) -> None:
    code = f"""
import sys
sys.modules["{absent}"] = None
from governance.errors import MissingExtra
from reports.command import _writer
try:
    _writer()
    from reports.typography import register_fonts
    register_fonts()
except MissingExtra as error:
    print(error.remedy)
"""
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=tmp_path
    )
    assert "ml-governance[reports]" in done.stdout


def test_the_command_imports_nothing_heavy() -> None:
    code = "import sys, reports.command; print([name for name in ('reportlab', 'pymupdf_fonts', 'PIL') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"
