"""`govern run` and `govern model`: what was trained, from what, into what."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from governance.cli.context import JsonFlag, workspace_of
from governance.cli.examples import examples
from governance.cli.inventory import list_subjects
from governance.cli.output import print_json, print_text, short
from governance.cli.values import check_file, instant, numbers, pairs, read_mapping, with_kind
from governance.errors import InvalidInput
from governance.files import digest_of_file
from governance.instants import now


def add_to(app: typer.Typer) -> None:
    """Add this module's commands."""
    run = typer.Typer(help="Training runs: data, code, parameters, environment.", no_args_is_help=True)
    run.command(
        epilog=examples(
            "govern run record --data loans-train@2026 --code train.py --output model.skops --param C=1.0 --seed 7",
            "govern run record --data loans-train@2026 --code train.py --output model.skops --metric roc_auc=0.87",
        )
    )(record)
    run.command("list", epilog=examples("govern run list"))(list_runs)
    app.add_typer(run, name="run")

    model = typer.Typer(help="Models: registered versions and their artifacts.", no_args_is_help=True)
    model.command(
        epilog=examples(
            "govern model register scorer@3 --artifact model.skops --run run:0199… --system mortgage "
            "--feature income --feature debt",
        )
    )(register)
    model.command("list", epilog=examples("govern model list"))(list_models)
    app.add_typer(model, name="model")


def record(
    context: typer.Context,
    data: Annotated[list[str], typer.Option(help="Dataset that it was trained on, repeatable.")],
    code: Annotated[list[Path], typer.Option(help="Source file that ran, repeatable.")],
    output: Annotated[list[Path], typer.Option(help="Artifact that it made, repeatable.")],
    param: Annotated[list[str] | None, typer.Option(help="NAME=VALUE, repeatable.")] = None,
    params: Annotated[Path | None, typer.Option(help="YAML or JSON file of parameters.")] = None,
    seed: Annotated[int | None, typer.Option(help="Seed of the random numbers.")] = None,
    metric: Annotated[list[str] | None, typer.Option(help="NAME=NUMBER, repeatable.")] = None,
    started: Annotated[str | None, typer.Option(help="When it began (default: now).")] = None,
    ended: Annotated[str | None, typer.Option(help="When it ended (default: now).")] = None,
    environment: Annotated[
        Path | None, typer.Option(help="JSON of python, platform, packages; default: this one.")
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Record a training run. You, the actor, stand as its trainer and may not approve its model."""
    from governance.evidence import runs
    from governance.lineage.records import Reference, RunRecorded
    from governance.lineage.vocabulary import parse_body

    for path in code:
        check_file(path)
    outputs = [{"digest": digest_of_file(path), "role": "artifact", "name": path.name} for path in output]
    with workspace_of(context) as workspace:
        inputs = []
        for name in data:
            subject = with_kind("dataset", name)
            current = workspace.subject(subject).current
            if current is None:
                raise InvalidInput(f"The body of {subject} was erased.", remedy="Register the data again.")
            inputs.append(Reference(subject=subject, digest=current["digest"], role="train"))
        moment = now()
        body = parse_body(
            RunRecorded,
            {
                "inputs": [item.model_dump(exclude_none=True) for item in inputs],
                "outputs": outputs,
                "code": runs.code_of(code).model_dump(exclude_none=True),
                "parameters": (read_mapping(params) if params else {}) | pairs(param, "--param"),
                "seed": seed,
                "environment": read_mapping(environment) if environment else runs.environment(),
                "metrics": numbers(metric, "--metric"),
                "started": instant(started) if started else moment,
                "ended": instant(ended) if ended else moment,
            },
            what="The run",
        )
        done = workspace.record_run(body)
    if as_json:
        print_json(done)
        return
    print_text(f"{done.subject} recorded as entry #{done.seq}.")


def register(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="NAME@VERSION, for example scorer@3.")],
    artifact: Annotated[Path, typer.Option(help="The model file; only its digest is stored.")],
    run: Annotated[str, typer.Option(help="The run that made it.")],
    system: Annotated[str, typer.Option(help="The system that it serves.")],
    file_format: Annotated[
        str | None, typer.Option("--format", help="Its format (default: the file's ending).")
    ] = None,
    feature: Annotated[
        list[str] | None, typer.Option(help="A column that the model reads, repeatable.")
    ] = None,
    title: Annotated[str | None, typer.Option(help="Its title, in any script.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Register a version of a model by the digest of its artifact."""
    from governance.lineage.records import ModelRegistered
    from governance.lineage.vocabulary import parse_body

    body = parse_body(
        ModelRegistered,
        {
            "artifact": {
                "digest": digest_of_file(artifact),
                "format": file_format or artifact.suffix.lstrip(".") or "unknown",
                "bytes": artifact.stat().st_size,
            },
            "run": with_kind("run", run),
            "system": with_kind("system", system),
            "title": title,
            "features": feature or [],
        },
        what=with_kind("model", name),
    )
    with workspace_of(context) as workspace:
        done = workspace.register_model(with_kind("model", name), body)
    if as_json:
        print_json(done)
        return
    print_text(f"{done.subject} registered as entry #{done.seq}, artifact {short(body.artifact.digest)}.")


def list_runs(context: typer.Context, as_json: JsonFlag = False) -> None:
    """List the recorded runs."""
    list_subjects(context, "run", as_json=as_json)


def list_models(context: typer.Context, as_json: JsonFlag = False) -> None:
    """List the registered models."""
    list_subjects(context, "model", as_json=as_json)
