"""Every `govern` command that stands anywhere in the docs is one that the command line understands."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import typer.main
from typer import TyperException

from governance.cli.main import app

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "SECURITY.md", *sorted((ROOT / "docs").rglob("*.md"))]
GROUP = typer.main.get_command(app)


def commands_of(page: Path) -> list[str]:
    text = page.read_text()
    fenced = re.findall(r"^```(?:bash|yaml|console|sh)?\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    indented = re.findall(r"^    (.+)$", text, re.MULTILINE)
    lines = [line for block in fenced for line in block.replace("\\\n", " ").splitlines()] + indented
    found = [match for line in lines for match in re.findall(r"(?:^|[\s($])(govern .*)", line)]
    inline = [span for span in re.findall(r"`(govern [^`]+)`", text) if "…" not in span]
    # What follows a pipe, a redirection or the end of a substitution is no part of the command.
    cut = [re.split(r"\s(?:[|;&>]|\|\|)(?:\s|$)|; |\)$", one)[0].strip() for one in [*found, *inline]]
    return [one for one in cut if "[" not in one]


def examples_of(group: object, path: str = "govern") -> list[tuple[str, str]]:
    found = []
    for name, command in getattr(group, "commands", {}).items():
        found += examples_of(command, f"{path} {name}")
        lines = (getattr(command, "epilog", None) or "").split("\n\n")[1:]
        found += [(f"{path} {name}", line.strip()) for line in lines if line.strip().startswith("govern ")]
    return found


CASES = [
    pytest.param(command, id=f"{page.name}: {command[:60]}")
    for page in PAGES
    for command in commands_of(page)
] + [
    pytest.param(re.split(r"\s[|>]\s", line)[0], id=f"{name} --help: {line[:60]}")
    for name, line in examples_of(GROUP)
]


@pytest.mark.parametrize("command", CASES)
def test_a_documented_command_is_understood(command: str) -> None:
    words = shlex.split(command.split("  #", maxsplit=1)[0].replace("…", "x"))[1:]
    if not words or words == ["--help"]:
        return
    group = GROUP
    while words and words[0].startswith("--"):
        words = words[2:]
    while words and hasattr(group, "commands"):
        assert words[0] in group.commands, f"no command '{words[0]}'"
        group, words = group.commands[words[0]], words[1:]
    known = {option for parameter in group.params for option in (*parameter.opts, *parameter.secondary_opts)}
    given = {word.split("=")[0] for word in words if re.fullmatch(r"--?[a-z][a-z-]*(=.*)?", word)}
    assert given <= known | {"--help"}


def test_a_command_that_does_not_exist_would_be_found() -> None:
    with pytest.raises(TyperException):
        GROUP.main(["nosuch"], standalone_mode=False)
