"""`govern deploy | rollback | alert`: what is in production, and what needs a person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from governance.cli.context import JsonFlag, workspace_of
from governance.cli.examples import examples
from governance.cli.output import print_json, print_prose, print_table, print_text
from governance.cli.values import moment, with_kind

if TYPE_CHECKING:
    from governance.workspace.views import InProduction


def add_to(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.command(epilog=examples("govern deploy scorer@3 --target production"))(deploy)
    app.command(epilog=examples("govern rollback scorer --target production --reason 'complaints rose'"))(
        rollback
    )
    group = typer.Typer(help="Alerts: what needs a person.", no_args_is_help=True)
    group.command("list", epilog=examples("govern alert list", "govern alert list --all"))(list_alerts)
    group.command(
        "close", epilog=examples("govern alert close alert:0199… --reason 'retrained as scorer@4'")
    )(close)
    app.add_typer(group, name="alert")


def deploy(
    context: typer.Context,
    model: Annotated[str, typer.Argument(help="The model: NAME@VERSION.")],
    target: Annotated[str, typer.Option(help="Where to.")],
    decision: Annotated[
        str | None, typer.Option(help="The decision that allows it (default: the newest).")
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Record a deployment that an unexpired `allow` for this very artifact and target permits."""
    with workspace_of(context) as workspace:
        done = workspace.deploy(
            with_kind("model", model), target, decision=with_kind("decision", decision) if decision else None
        )
    _print(done, as_json=as_json)


def rollback(
    context: typer.Context,
    model_name: Annotated[str, typer.Argument(help="Name of the model, without a version.")],
    target: Annotated[str, typer.Option(help="Where.")],
    reason: Annotated[str, typer.Option(help="Why.")],
    as_json: JsonFlag = False,
) -> None:
    """Put the model back that stood at the target before."""
    with workspace_of(context) as workspace:
        done = workspace.roll_back(model_name.removeprefix("model:"), target, reason=reason)
    _print(done, as_json=as_json)


def _print(done: InProduction, *, as_json: bool) -> None:
    if as_json:
        print_json(done)
        return
    print_prose(f"{done.deployment}: {done.why}", hanging="  ")


def list_alerts(
    context: typer.Context,
    closed: Annotated[bool, typer.Option("--all", help="Closed ones too.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """List the open alerts."""
    with workspace_of(context) as workspace:
        alerts = workspace.alerts(open_only=not closed)
    if as_json:
        print_json(alerts)
        return
    print_table(
        ["alert", "about", "severity", "opened", "closed", "summary"],
        (
            [
                a.alert,
                a.about,
                a.severity,
                moment(a.opened),
                moment(a.closed) if a.closed else "no",
                a.summary,
            ]
            for a in alerts
        ),
        empty="No alert is open.",
    )


def close(
    context: typer.Context,
    alert: Annotated[str, typer.Argument(help="The alert.")],
    reason: Annotated[str, typer.Option(help="What was done.")],
    as_json: JsonFlag = False,
) -> None:
    """Close an alert with a reason."""
    with workspace_of(context) as workspace:
        done = workspace.close_alert(with_kind("alert", alert), reason)
    if as_json:
        print_json(done)
        return
    print_text(f"{done.subject} closed (#{done.seq}).")
