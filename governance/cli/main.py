"""`govern`: the root command, its global options, and the plug-ins."""

from __future__ import annotations

import inspect
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
        typer.Option("--ledger", envvar="GOVERN_LEDGER", help="Ledger: a file, or http(s)://… of a service"),
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


def add_plugin(root_app: typer.Typer, plugin: EntryPoint) -> None:
    """Add a command of another distribution, or of an extra of ours.

    One that can't be loaded stays visible and says why when it is called: it takes no other command down with it.
    The lines below `Examples:` in the docstring of a plain function become its examples.
    """
    try:
        command = plugin.load()
    except Exception as error:
        _add_unavailable(root_app, plugin.name, error)
        return
    if isinstance(command, typer.Typer):
        root_app.add_typer(command, name=plugin.name)
        return
    sentence, _, shown = inspect.cleandoc(command.__doc__ or "").partition("Examples:")
    lines = [line.strip() for line in shown.splitlines() if line.strip()]
    root_app.command(plugin.name, help=sentence.strip(), epilog=examples(*lines) if lines else None)(command)


def _add_unavailable(root_app: typer.Typer, name: str, error: Exception) -> None:
    reason = str(error) or type(error).__name__

    def unavailable() -> None:
        raise MissingExtra(
            f"The command '{name}' can't be loaded: {reason.rstrip('.')}.",
            remedy="Install what it needs: python -m pip install 'ml-governance[all]'.",
        )

    anything = {"ignore_unknown_options": True, "allow_extra_args": True, "help_option_names": []}
    root_app.command(name, help="(not available here)", context_settings=anything)(unavailable)


for found in sorted(entry_points(group=COMMAND_GROUP), key=lambda plugin: plugin.name):
    add_plugin(app, found)


def run() -> None:
    """Run the command line and exit with its code: 0, 1 (deny, does not prove), 2 (bad input), 130 (Ctrl-C)."""
    running.run(app)
