"""`govern init | verify | export | key`: the ledger as a whole."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from governance.cli.context import JsonFlag, check_actor, settings_of, workspace_of
from governance.cli.examples import examples
from governance.cli.output import console, print_facts, print_headline, print_json, print_prose, print_text
from governance.cli.values import read_text, trusted_key
from governance.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Callable

    from governance.workspace.views import Progress, Verification


def add_to(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.command(
        epilog=examples(
            "govern init --actor user:alice --name 'Alice Smith'",
            "govern --ledger credit.db init --actor user:alice --origin acme.example/credit",
        )
    )(init)
    app.command(
        epilog=examples(
            "govern verify",
            "govern verify --key 'acme.example/credit+530d903a+Aek…' --checkpoint last-month.checkpoint",
            "govern verify --folder export/",
        )
    )(verify)
    app.command(epilog=examples("govern export site/", "govern export site/ --bodies"))(export)
    app.command(epilog=examples("govern key > acme.vkey", "govern key --receipt > acme-receipts.pem"))(key)


def init(
    context: typer.Context,
    actor: Annotated[str | None, typer.Option(help="First administrator: user:ID.")] = None,
    name: Annotated[str | None, typer.Option(help="The administrator's name (erasable).")] = None,
    ssh_key: Annotated[Path | None, typer.Option(help="The administrator's SSH public key file.")] = None,
    origin: Annotated[
        str | None, typer.Option(help="The ledger's name for ever, as acme.example/credit-risk.")
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Create a ledger, its keys and its first administrator."""
    from governance.workspace import create_workspace

    settings = settings_of(context)
    administrator = actor or settings.actor
    if administrator is None:
        raise InvalidInput(
            "A ledger needs its first administrator.", remedy="Add --actor user:ID, for example user:alice."
        )
    public_key = read_text(ssh_key).strip() if ssh_key else None
    check_actor(administrator)
    with create_workspace(
        settings.ledger, actor=administrator, name=name, ssh_key=public_key, origin=origin, keys=settings.keys
    ) as workspace:
        facts = {
            "ledger": settings.ledger,
            "origin": workspace.origin,
            "key": workspace.verifier_keys()[0],
            "administrator": administrator,
        }
    if as_json:
        print_json(facts)
        return
    print_facts(facts.items())
    print_prose(
        "Give the key to whoever shall verify this ledger. The folder of secrets beside it signs for it: guard it, and "
        "keep it apart from backups of the ledger."
    )


def verify(
    context: typer.Context,
    key: Annotated[
        str | None, typer.Option(help="Verifier key that you trust (or a file that holds it).")
    ] = None,
    checkpoint: Annotated[
        Path | None, typer.Option(help="An older checkpoint that you trust; history must continue it.")
    ] = None,
    folder: Annotated[
        Path | None, typer.Option(help="Verify a static export in this folder instead of the ledger.")
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Verify everything: bodies, chain, tree, tiles, checkpoints. Exits 1 when something does not prove."""
    known = trusted_key(key)
    trusted = read_text(checkpoint) if checkpoint else None
    if folder is not None:
        from governance.workspace.exports import verify_export

        report = verify_export(folder, key=known, checkpoint=trusted)
    else:
        with workspace_of(context, nobody=True) as workspace, _progress(show=not as_json) as advance:
            report = workspace.verify(key=known, checkpoint=trusted, progress=advance)
    if as_json:
        print_json(report)
    else:
        print_verification(report)
    if not report.ok:
        raise typer.Exit(1)


class _progress:  # noqa: N801 - reads as a word where it is used
    """Show verification's progress by layer on a terminal; silent elsewhere."""

    def __init__(self, *, show: bool) -> None:
        self._show = show

    def __enter__(self) -> Callable[[Progress], None]:
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as Bar

        out = console(stderr=True)
        self._bar = Bar(
            TextColumn("{task.description:<12}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=out,
            transient=True,
            disable=not (self._show and out.is_terminal),
        )
        tasks: dict[str, int] = {}
        self._bar.start()

        def advance(step: Progress) -> None:
            if step.layer not in tasks:
                tasks[step.layer] = self._bar.add_task(step.layer, total=step.total)
            self._bar.update(tasks[step.layer], completed=step.done, total=step.total)  # type: ignore[arg-type]

        return advance

    def __exit__(self, *exc: object) -> None:
        self._bar.stop()


def print_verification(report: Verification) -> None:
    """Print a verification for people: one sentence, then what was checked, each failure, each warning."""
    print_headline("✓" if report.ok else "✗", "", report.summary, good=report.ok)
    checked = ", ".join(
        f"{count:,} {_counted(layer, count)}" for layer, count in report.checked.items() if count
    )
    print_facts(
        [
            ("origin", report.origin),
            ("size", f"{report.size:,}"),
            ("root", report.root),
            ("checked", f"{checked} in {report.seconds:.1f} s"),
            *([("erased", f"{report.erased:,} bodies, each covered by an entry")] if report.erased else []),
            *([("withheld", f"{report.withheld:,} bodies not checked")] if report.withheld else []),
        ]
    )
    for failure in report.failures:
        times = f" ({failure.count:,} times)" if failure.count > 1 else ""
        print_text("")
        print_headline("✗", failure.failure, f"at {failure.place}{times}", good=False)
        print_prose(failure.message, indent="  ")
        if failure.next_step:
            print_prose(failure.next_step, indent="  → ")
    for warning in report.warnings:
        print_prose(warning, indent="! ")


_LAYERS = {
    "entries": ("entry", "entries"),
    "chain": ("link of the chain", "links of the chain"),
    "bodies": ("body", "bodies"),
    "tiles": ("tile", "tiles"),
    "checkpoints": ("checkpoint", "checkpoints"),
    "projections": ("entry in the lineage index", "entries in the lineage index"),
}


def _counted(layer: str, count: int) -> str:
    one, many = _LAYERS.get(layer, (layer, layer))
    return one if count == 1 else many


def export(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(help="Folder to write; created when absent.")],
    bodies: Annotated[
        bool, typer.Option("--bodies", help="Bodies of all entries, not only those that can't be erased.")
    ] = False,
    as_json: JsonFlag = False,
) -> None:
    """Write the ledger as static files (C2SP tlog-tiles) that anyone can serve and verify."""
    if folder.exists() and not folder.is_dir():
        raise InvalidInput(f"{folder} is a file, not a folder.", remedy="Name a new or an empty folder.")
    with workspace_of(context) as workspace:
        count = workspace.export(folder, bodies=bodies)
    if as_json:
        print_json({"folder": str(folder), "entries": count, "bodies": "all" if bodies else "withheld"})
        return
    print_text(f"{count:,} entries in {folder}. Verify it with: govern verify --folder {folder}")


def key(
    context: typer.Context,
    receipt: Annotated[
        bool, typer.Option("--receipt", help="The key that signs receipts instead (PEM), from entry 0.")
    ] = False,
    as_json: JsonFlag = False,
) -> None:
    """Print the ledger's C2SP verifier key alone."""
    with workspace_of(context) as workspace:
        founding = workspace.entry(0).body or {}
        keys = list(founding.get("receipt_keys", [])) if receipt else workspace.verifier_keys()
    if as_json:
        print_json({"keys": keys})
        return
    print_text(keys[0])
