"""`govern system`: the inventory of AI systems."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from governance.cli.context import JsonFlag, workspace_of
from governance.cli.examples import examples
from governance.cli.inventory import list_subjects
from governance.cli.output import print_json, print_text
from governance.cli.values import pairs, read_mapping, with_kind
from governance.errors import InvalidInput


def add_to(app: typer.Typer) -> None:
    """Add this module's commands."""
    group = typer.Typer(help="AI systems: purpose, owner, risk, success metrics.", no_args_is_help=True)
    group.command(
        epilog=examples(
            "govern system register mortgage --purpose 'Rank mortgage applications' --owner user:alice --risk high "
            "--success roc_auc='>= 0.80'",
            "govern system register mortgage --from system.yaml",
        )
    )(register)
    group.command("list", epilog=examples("govern system list", "govern system list --json"))(list_systems)
    app.add_typer(group, name="system")


def register(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Name of the system, for example mortgage.")],
    purpose: Annotated[str | None, typer.Option(help="What it is for, in a sentence.")] = None,
    owner: Annotated[str | None, typer.Option(help="Who answers for it.")] = None,
    risk: Annotated[str | None, typer.Option(help="minimal, limited, high or unacceptable.")] = None,
    success: Annotated[list[str] | None, typer.Option(help="METRIC=TARGET, repeatable.")] = None,
    title: Annotated[str | None, typer.Option(help="Its title, in any script.")] = None,
    review_by: Annotated[str | None, typer.Option(help="Date of the next review.")] = None,
    source: Annotated[
        Path | None, typer.Option("--from", help="A YAML or JSON file with these members.")
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Register an AI system, or say what changed about a registered one."""
    body: dict[str, Any] = read_mapping(source) if source else {}
    given = {"purpose": purpose, "owner": owner, "risk": risk, "title": title, "review_by": review_by}
    body |= {member: value for member, value in given.items() if value is not None}
    if success:
        body["success_metrics"] = [
            {"name": metric, "target": target} for metric, target in pairs(success, "--success").items()
        ]
    missing = [member for member in ("purpose", "owner", "risk") if member not in body]
    if missing:
        raise InvalidInput(f"A system needs its {', '.join(missing)}.", remedy=f"Add --{missing[0]} …")
    from governance.lineage.records import SystemRegistered
    from governance.lineage.vocabulary import parse_body

    record = parse_body(SystemRegistered, {"success_metrics": [], **body}, what=with_kind("system", name))
    with workspace_of(context) as workspace:
        done = workspace.register_system(with_kind("system", name), record)
    if as_json:
        print_json(done)
        return
    print_text(f"{done.subject} registered as entry #{done.seq}.")


def list_systems(context: typer.Context, as_json: JsonFlag = False) -> None:
    """List the registered systems."""
    list_subjects(context, "system", as_json=as_json)
