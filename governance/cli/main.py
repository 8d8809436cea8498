"""`govern`: the root command, its global options, and the plug-ins."""

from __future__ import annotations

import sys
from importlib.metadata import EntryPoint, entry_points
from typing import Annotated

import typer

from governance import __version__
from governance.cli import (
    append,
    approvals,
    batches,
    datasets,
    evaluations,
    gate,
    history,
    ledger,
    models,
    operations,
    people,
    policies,
    proofs,
    running,
    service,
    systems,
)
from governance.cli.context import DEFAULT_LEDGER, Settings, check_actor
from governance.cli.examples import examples
from governance.demo.command import demo
from governance.errors import MissingExtra

COMMAND_GROUP = "governance.commands"
EPILOG = (
    "Exit codes: 0 done or allowed · 1 denied, or something does not prove · 2 bad input, or no answer could be "
    "given (treat it as deny) · 130 interrupted."
)

app = typer.Typer(
    name="govern",
    cls=running.Root,
    help="The system of record for machine learning: lineage, evidence, approvals and gate decisions in a ledger "
    "that anyone can verify.\n\nFirst steps:  govern demo  ·  govern init --actor user:alice  ·  govern verify",
    epilog=EPILOG,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(value: bool) -> None:
    if value:
        sys.stdout.write(f"ml-governance {__version__}\n")
        raise typer.Exit


@app.callback()
def root(
    context: typer.Context,
    ledger_url: Annotated[
        str,
        typer.Option(
            "--ledger", envvar="GOVERN_LEDGER", help="Ledger: a file, a database URL, or http(s)://…"
        ),
    ] = DEFAULT_LEDGER,
    actor: Annotated[
        str | None,
        typer.Option("--actor", envvar="GOVERN_ACTOR", help="Who acts: user:ID or service:ID, registered."),
    ] = None,
    token: Annotated[
        str | None,
        typer.Option("--token", envvar="GOVERN_TOKEN", help="API token, for a ledger behind http(s)://."),
    ] = None,
    keys: Annotated[
        str | None,
        typer.Option(
            "--keys", envvar="GOVERN_KEYS", help="Folder of the ledger's secrets (default: beside the file)."
        ),
    ] = None,
    version: Annotated[  # noqa: ARG001 - handled by its callback
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Keep the global options for the command that follows."""
    if actor is not None and actor.strip():
        check_actor(actor)
    context.obj = Settings(ledger=ledger_url, actor=actor or None, token=token or None, keys=keys or None)


app.command(epilog=examples("govern demo", "govern demo --dir /tmp/story --force"))(demo)

for module in (
    ledger, append, systems, datasets, models, evaluations, gate, approvals, operations, batches, history,
    proofs, policies, people, service,
):  # fmt: skip
    module.add_to(app)


def _add_plugin(plugin: EntryPoint) -> None:
    try:
        command = plugin.load()
    except ImportError as error:
        reason = str(error)

        def unavailable() -> None:
            raise MissingExtra(
                f"The command '{plugin.name}' can't be loaded: {reason}.",
                remedy="Install what it needs: python -m pip install 'ml-governance[all]'.",
            )

        app.command(plugin.name, help="(not available here)")(unavailable)
        return
    if isinstance(command, typer.Typer):
        app.add_typer(command, name=plugin.name)
    else:
        app.command(plugin.name)(command)


for found in sorted(entry_points(group=COMMAND_GROUP), key=lambda plugin: plugin.name):
    _add_plugin(found)


def run() -> None:
    """Run the command line and exit with its code: 0, 1 (deny, does not prove), 2 (bad input), 130 (Ctrl-C)."""
    running.run(app)
