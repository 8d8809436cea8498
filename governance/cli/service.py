"""`govern serve`: the ledger over HTTP."""

from __future__ import annotations

from typing import Annotated

import typer

from governance.cli.context import ConfirmClock, JsonFlag, settings_of
from governance.cli.examples import examples
from governance.cli.output import print_json_line
from governance.errors import MissingExtra


def add_to(app: typer.Typer) -> None:
    """Add this module's command."""
    app.command(
        epilog=examples(
            "govern --actor user:alice serve",
            "govern --ledger credit.db serve --host 0.0.0.0 --port 8080",
        )
    )(serve)


def serve(
    context: typer.Context,
    host: Annotated[
        str, typer.Option(help="Address; beyond loopback it needs an issued token.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 picks a free one.")] = 8321,
    confirm_clock: ConfirmClock = False,
    as_json: JsonFlag = False,
) -> None:
    """Serve the API: /v1, its documentation at /docs, /health."""
    try:
        from governance.service.server import serve as run_server
    except ModuleNotFoundError as error:
        raise MissingExtra(
            f"The service needs {error.name}.", remedy="python -m pip install 'ml-governance[service]'"
        ) from None
    settings = settings_of(context)

    def announce(url: str) -> None:
        if as_json:
            print_json_line({"url": url})
        else:
            typer.echo(f"Serving {settings.ledger} at {url} (documentation: {url}/docs). Ctrl-C stops.")

    run_server(
        settings.ledger,
        host=host,
        port=port,
        actor=settings.actor,
        keys=settings.keys,
        confirm_clock=confirm_clock,
        announce=announce,
    )
