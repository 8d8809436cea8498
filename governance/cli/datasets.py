"""`govern dataset`: validate and register data, which stay where they are."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from governance.cli.context import JsonFlag, actor_of, workspace_of
from governance.cli.examples import examples
from governance.cli.inventory import list_subjects
from governance.cli.output import RESULT_SIGNS, print_json, print_prose, print_text
from governance.cli.values import check_file, with_kind

if TYPE_CHECKING:
    from governance.lineage.results import DataQuality

FilesArgument = Annotated[list[Path], typer.Argument(help="CSV or Parquet files, read as one table.")]


def add_to(app: typer.Typer) -> None:
    """Add this module's commands."""
    group = typer.Typer(help="Datasets: digests, schema, quality, sensitive columns.", no_args_is_help=True)
    group.command(
        epilog=examples(
            "govern dataset validate loans.csv --range income=0..1000000",
            "govern dataset validate train.csv --test test.csv --json",
        )
    )(validate)
    group.command(
        epilog=examples(
            "govern dataset register loans@2026 loans.csv --label approved --sensitive race --sensitive sex",
            "govern dataset register loans-train@2026 train.csv --derived-from loans@2026 --test test.csv",
        )
    )(register)
    group.command("list", epilog=examples("govern dataset list", "govern dataset list --json"))(list_datasets)
    app.add_typer(group, name="dataset")


def print_quality(result: DataQuality) -> None:
    """Print what validation found, a line a check."""
    print_text(f"{result.rows:,} rows, {len(result.columns)} columns")
    for check in result.checks:
        where = (
            f" ({', '.join(check.where[:5])}{', …' if len(check.where) > 5 else ''})" if check.where else ""
        )
        print_prose(
            f"{check.message}{where}",
            indent=f"{RESULT_SIGNS[check.status]} {check.status:<5} {check.name:<16} ",
        )


def _all_there(files: list[Path], test: Path | None) -> None:
    for path in [*files, *([test] if test else [])]:
        check_file(path)


def validate(
    context: typer.Context,  # noqa: ARG001 - every command takes it
    files: FilesArgument,
    test: Annotated[Path | None, typer.Option(help="Test data that must share no row with these.")] = None,
    ranges: Annotated[list[str] | None, typer.Option("--range", help="COLUMN=MIN..MAX, repeatable.")] = None,
    missing: Annotated[
        float, typer.Option(min=0, max=1, help="Largest share of missing values in a column.")
    ] = 0.2,
    as_json: JsonFlag = False,
) -> None:
    """Look for missing values, ranges, duplicate rows, train/test overlap. Records nothing; exits 1 on a failure."""
    _all_there(files, test)
    from governance.evidence.intake import validate_files

    result = validate_files(files, test=test, ranges=ranges or (), missing_limit=missing)
    if as_json:
        print_json(result)
    else:
        print_quality(result)
    if result.status == "fail":
        raise typer.Exit(1)


def register(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="NAME@VERSION, for example loans@2026.")],
    files: FilesArgument,
    label: Annotated[str | None, typer.Option(help="The column to be predicted.")] = None,
    sensitive: Annotated[
        list[str] | None, typer.Option(help="A protected or confidential column, repeatable.")
    ] = None,
    licence: Annotated[str | None, typer.Option(help="Under which terms the data may be used.")] = None,
    access: Annotated[
        list[str] | None, typer.Option(help="Role or actor that may see the rows, repeatable.")
    ] = None,
    retention: Annotated[str | None, typer.Option(help="How long the data are kept.")] = None,
    title: Annotated[str | None, typer.Option(help="Its title, in any script.")] = None,
    source: Annotated[str | None, typer.Option(help="Where the data come from.")] = None,
    derived_from: Annotated[
        list[str] | None, typer.Option(help="Dataset these rows were cut from, repeatable.")
    ] = None,
    test: Annotated[Path | None, typer.Option(help="Test data that must share no row with these.")] = None,
    ranges: Annotated[list[str] | None, typer.Option("--range", help="COLUMN=MIN..MAX, repeatable.")] = None,
    missing: Annotated[
        float, typer.Option(min=0, max=1, help="Largest share of missing values in a column.")
    ] = 0.2,
    as_json: JsonFlag = False,
) -> None:
    """Validate files, register them as a dataset by their digests, and record the validation as evidence."""
    _all_there(files, test)
    from governance.evidence import intake

    subject = with_kind("dataset", name)
    quality = intake.validate_files(files, test=test, ranges=ranges or (), missing_limit=missing)
    body = intake.describe_files(
        files,
        label=label,
        sensitive=sensitive or (),
        licence=licence,
        access=access or (),
        retention=retention,
        title=title,
        source=source,
        derived_from=[with_kind("dataset", parent) for parent in derived_from or ()],
    )
    with workspace_of(context) as workspace:
        done = workspace.register_dataset(subject, body)
        evidence = workspace.record_evidence(
            intake.quality_record(
                subject,
                body,
                quality,
                producer=actor_of(workspace),
                test=test,
            )
        )
    if as_json:
        print_json({"dataset": done, "evidence": evidence, "quality": quality})
        return
    print_quality(quality)
    print_text(
        f"{done.subject} registered as entry #{done.seq}; its validation is {evidence.subject} (#{evidence.seq})."
    )


def list_datasets(context: typer.Context, as_json: JsonFlag = False) -> None:
    """List the registered datasets."""
    list_subjects(context, "dataset", as_json=as_json)
