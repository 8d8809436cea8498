"""Every command explains itself: a sentence, examples, `--json`; the reference page names them all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import typer.main

from governance.cli.main import app

EXPECTED = (  # noqa: SIM905 - read as the sentence that promised them
    "init demo append replay waive system dataset run model evaluate explain gate approve deploy rollback batch drift trace "
    "lineage as-of log show verify prove check export key policy report serve tui user token"
).split()
INTERACTIVE = {"tui", "demo"}


def commands(group: object, prefix: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], object]]:
    for name, command in group.commands.items():  # type: ignore[attr-defined]
        if hasattr(command, "commands"):
            yield from commands(command, (*prefix, name))
        else:
            yield (*prefix, name), command


ROOT = typer.main.get_command(app)
ALL = dict(commands(ROOT))


def test_every_promised_command_is_there() -> None:
    assert set(EXPECTED) <= set(ROOT.commands)  # type: ignore[attr-defined]
    assert {("policy", "lint"), ("policy", "test"), ("policy", "explain")} <= set(ALL)


@pytest.mark.parametrize("name", ALL, ids=" ".join)
def test_a_command_has_a_sentence_and_examples(name: tuple[str, ...]) -> None:
    command = ALL[name]
    assert command.help, name  # type: ignore[attr-defined]
    assert "govern" in (command.epilog or ""), name  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", [name for name in ALL if name[0] not in INTERACTIVE], ids=" ".join)
def test_a_command_prints_json_when_asked(name: tuple[str, ...]) -> None:
    options = {option for parameter in ALL[name].params for option in parameter.opts}  # type: ignore[attr-defined]
    assert "--json" in options


def test_the_reference_page_names_every_command() -> None:
    page = (Path(__file__).parents[2] / "docs/reference/commands.md").read_text()
    missing = [" ".join(name) for name in ALL if f"`govern {' '.join(name)}" not in page]
    assert not missing
