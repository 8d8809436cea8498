"""`govern batch`: seal predictions as one entry, prove single rows later."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from governance.cli.context import JsonFlag, workspace_of
from governance.cli.examples import examples
from governance.cli.inventory import list_subjects
from governance.cli.output import print_facts, print_json, print_prose, print_text
from governance.cli.values import check_file, check_folder, instant, with_kind, write_atomically
from governance.instants import now


def add_to(app: typer.Typer) -> None:
    """Add this module's commands."""
    group = typer.Typer(help="Sealed prediction batches.", no_args_is_help=True)
    group.command(
        epilog=examples(
            "govern batch seal march.parquet --deployment scorer/production@2",
            "govern batch seal march.csv --deployment scorer/production@2 --group id,score --group income,debt "
            "--from 2026-03-01 --to 2026-03-31",
        )
    )(seal)
    group.command(
        epilog=examples(
            "govern batch prove batch:0199… 17 --rows march.parquet -o row-17.json",
            "govern batch prove batch:0199… 17 --rows march.csv --disclose 1 -o row-17.json",
        )
    )(prove)
    group.command("list", epilog=examples("govern batch list"))(list_batches)
    app.add_typer(group, name="batch")


def seal(
    context: typer.Context,
    rows: Annotated[Path, typer.Argument(help="CSV or Parquet: one row a prediction.")],
    deployment: Annotated[str, typer.Option(help="The deployment that made them: MODEL/TARGET@N.")],
    group: Annotated[
        list[str] | None,
        typer.Option(help="Columns that are disclosed together, comma-separated, repeatable."),
    ] = None,
    start: Annotated[str | None, typer.Option("--from", help="First instant covered (default: now).")] = None,
    end: Annotated[str | None, typer.Option("--to", help="Last instant covered (default: now).")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Seal a prediction batch: its rows stay where they are, the ledger keeps their root; row 0 is the first."""
    check_file(rows)
    from governance.evidence import intake

    table = intake.sealable_table(rows)
    moment = now()
    with workspace_of(context) as workspace:
        done = workspace.seal_batch(
            with_kind("deployment", deployment),
            table.columns,
            iter(table.rows),
            groups=[[name.strip() for name in names.split(",")] for names in group] if group else None,
            start=instant(start) if start else moment,
            end=instant(end) if end else moment,
        )
    if as_json:
        print_json(done)
        return
    print_facts(
        [("batch", done.batch), ("rows", f"{done.count:,}"), ("root", done.root), ("entry", f"#{done.seq}")]
    )
    print_prose("Keep the file as it is: a row can be proved only with the very values that were sealed.")


def prove(
    context: typer.Context,
    batch: Annotated[str, typer.Argument(help="The batch.")],
    row: Annotated[int, typer.Argument(min=0, help="Which row, from 0.")],
    rows: Annotated[Path, typer.Option(help="The file that was sealed.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Where to write the proof.")],
    disclose: Annotated[
        list[int] | None, typer.Option(help="Number of a group to show, from 1, repeatable (default: all).")
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Write a proof of one row that anyone can check offline with `govern check`."""
    check_file(rows)
    check_folder(output)
    from governance.evidence import intake

    table = intake.sealable_table(rows)
    with workspace_of(context) as workspace:
        text = workspace.prove_row(
            with_kind("batch", batch),
            iter(table.rows),
            row,
            disclose=[number - 1 for number in disclose] if disclose else None,
        )
    write_atomically(output, text.encode())
    if as_json:
        print_json({"batch": with_kind("batch", batch), "row": row, "proof": str(output)})
        return
    print_text(f"Proof of row {row} in {output}. Check it: govern check {output}")


def list_batches(context: typer.Context, as_json: JsonFlag = False) -> None:
    """List the sealed batches."""
    list_subjects(context, "batch", as_json=as_json)
