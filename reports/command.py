"""`govern report`: PDF reports made of the ledger."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from governance.cli.context import JsonFlag, workspace_of
from governance.cli.examples import examples
from governance.errors import MissingExtra

if TYPE_CHECKING:
    from reports.facts import DossierFacts

app = typer.Typer(
    name="report",
    help="PDF reports made of the ledger at its newest checkpoint: the same checkpoint gives the same bytes.",
    no_args_is_help=True,
)


class Paper(StrEnum):
    """Paper sizes."""

    A4 = "a4"
    LETTER = "letter"


@app.callback()
def _group() -> None:
    """PDF reports made of the ledger at its newest checkpoint: the same checkpoint gives the same bytes."""


@app.command(
    epilog=examples(
        "govern report dossier mortgage-approval@2 -o dossier.pdf",
        "govern --ledger https://ledger.example report dossier model:credit-scorer@3 -o credit.pdf --paper letter",
    )
)
def dossier(
    context: typer.Context,
    model: Annotated[str, typer.Argument(help="The model version: NAME@VERSION or model:NAME@VERSION.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The file to write; replaced in one step.")],
    paper: Annotated[Paper, typer.Option(help="The paper size.")] = Paper.A4,
    json: JsonFlag = False,  # noqa: FBT002 - typer's form of a flag
) -> None:
    """Write everything the ledger knows about a model version: verdict, data, evidence, approvals, lineage."""
    from reports.writing import check_target

    check_target(output)  # before minutes of work, not after
    write_dossier = _writer()

    with workspace_of(context) as workspace:
        facts = write_dossier(workspace, model, output, paper=paper.value)
    _report(output, facts.model, facts.origin, facts.size, facts.root, json=json)


def _writer() -> Callable[..., DossierFacts]:
    try:
        from reports.dossier import write_dossier
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "reportlab":
            raise
        raise MissingExtra(
            "Reports need the PDF library, which is not installed.",
            remedy="Install it: python -m pip install 'ml-governance[reports]'.",
        ) from error
    return write_dossier


def _report(output: Path, model: str, origin: str, size: int, root: str, *, json: bool) -> None:
    from governance.cli.output import print_json

    if json:
        print_json({"file": str(output), "model": model, "origin": origin, "size": size, "root": root})
        return
    typer.echo(f"Wrote {output}: dossier of {model} at checkpoint {size:,} of {origin}.")
