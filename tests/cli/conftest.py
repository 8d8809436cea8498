"""One ledger told once for the session; commands that write get a copy of their own."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.cli.driving import Shell
from tests.cli.story import Told, tell


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LEDGER", "ACTOR", "TOKEN", "KEYS", "DEBUG"):
        monkeypatch.delenv(f"GOVERN_{name}", raising=False)
    for name in ("COLUMNS", "FORCE_COLOR", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """The story; only read it."""
    return tell(tmp_path_factory.mktemp("story"))


@pytest.fixture
def reader(told: Told, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shell:
    """A shell in the story's own folder, for commands that write nothing."""
    return Shell(monkeypatch, lambda: tuple(capsys.readouterr()), str(told.ledger), told.folder)


@pytest.fixture
def shell(
    told: Told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Shell:
    """A shell in a copy of the story's folder, for commands that write."""
    shutil.copytree(told.folder, tmp_path, dirs_exist_ok=True)
    return Shell(monkeypatch, lambda: tuple(capsys.readouterr()), str(tmp_path / "governance.db"), tmp_path)
