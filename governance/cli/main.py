"""`govern`: the root command, its plug-ins, and the one place where errors become sentences and exit codes."""

from __future__ import annotations

import errno
import os
import signal
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
    service,
    systems,
)
from governance.cli.context import DEFAULT_LEDGER, Settings
from governance.cli.examples import examples
from governance.cli.output import print_error
from governance.demo.command import demo
from governance.errors import GovernanceError, MissingExtra

COMMAND_GROUP = "governance.commands"
EPILOG = (
    "Exit codes: 0 done or allowed · 1 denied, or something does not prove · 2 bad input, or no answer could be "
    "given (treat it as deny) · 130 interrupted."
)

app = typer.Typer(
    name="govern",
    help="The system of record for machine learning: lineage, evidence, approvals and gate decisions in a ledger "
    "that anyone can verify.\n\nFirst steps:  govern demo  ·  govern init --actor user:alice  ·  govern verify",
    epilog=EPILOG,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(value: bool) -> None:  # noqa: FBT001 - typer's callback form
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
    context.obj = Settings(ledger=ledger_url, actor=actor, token=token, keys=keys)


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


def _explain_system_error(error: OSError) -> GovernanceError:
    from governance.errors import LedgerUnusable

    where = f" ({error.filename})" if error.filename else ""
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return LedgerUnusable(
            f"The disk is full{where}.", remedy="Free some room and repeat; nothing unacknowledged was kept."
        )
    return GovernanceError(f"{error.strerror or error}{where}.", remedy="Check the path and its permissions.")


def run() -> None:
    """Run the command line and exit with its code: 0, 1 (deny, does not prove), 2 (bad input), 130 (Ctrl-C)."""
    try:
        code = app(standalone_mode=False)
    except GovernanceError as error:
        print_error(error)
        code = error.exit_code
    except typer.Abort:
        sys.stderr.write("Stopped. What was acknowledged is kept; nothing half-written is left.\n")
        code = 130
    except KeyboardInterrupt:
        sys.stderr.write("\nStopped. What was acknowledged is kept; nothing half-written is left.\n")
        code = 130
    except BrokenPipeError:
        # The reader went away (`govern log | head`): die quietly as other Unix tools do.
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115, PTH123 - kept open until the interpreter ends
        code = 128 + signal.SIGPIPE
    except OSError as error:
        print_error(_explain_system_error(error))
        code = 2
    except typer.TyperException as error:
        error.show()
        code = getattr(error, "exit_code", 2)
    sys.exit(code if isinstance(code, int) else 0)
