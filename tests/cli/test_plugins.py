"""Commands of other distributions: they join in, and a broken one says why without taking the others down."""

from __future__ import annotations

import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from governance.cli.main import add_plugin
from governance.errors import MissingExtra


@pytest.fixture
def root() -> typer.Typer:
    app = typer.Typer()

    @app.command()
    def ours() -> None:
        """Stay."""

    return app


def plugin(folder: Path, monkeypatch: pytest.MonkeyPatch, name: str, source: str) -> EntryPoint:
    (folder / f"{name}.py").write_text(source)
    monkeypatch.syspath_prepend(str(folder))
    sys.modules.pop(name, None)
    return EntryPoint(name="extra", value=f"{name}:command", group="governance.commands")


def test_a_function_becomes_a_command_with_its_examples(
    root: typer.Typer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = 'def command() -> None:\n    """Do it.\n\n    Examples:\n        govern extra\n    """\n    print("done")\n'
    add_plugin(root, plugin(tmp_path, monkeypatch, "plugin_that_works", source))
    command = typer.main.get_command(root).commands["extra"]  # type: ignore[attr-defined]
    assert command.help == "Do it."
    assert "govern extra" in (command.epilog or "")
    assert CliRunner().invoke(root, ["extra"]).output == "done\n"


@pytest.mark.parametrize("source", ["import nosuch_module", "1 / 0", "def (", "other = 1"])
def test_a_broken_one_says_why_and_the_others_go_on(
    root: typer.Typer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    add_plugin(root, plugin(tmp_path, monkeypatch, "plugin_that_breaks", source))
    assert CliRunner().invoke(root, ["ours"]).exit_code == 0
    called = CliRunner().invoke(root, ["extra", "--whatever", "x"])
    assert isinstance(called.exception, MissingExtra)
    assert "can't be loaded" in called.exception.message
