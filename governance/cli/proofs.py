"""`govern prove | check`: proofs that are checked without us, offline."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from governance.cli.context import JsonFlag, workspace_of
from governance.cli.examples import examples
from governance.cli.output import (
    print_facts,
    print_headline,
    print_json,
    print_prose,
    print_text,
    readable,
    short,
)
from governance.cli.values import check_folder, read_text, trusted_key, write_atomically


def add_to(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.command(epilog=examples("govern prove 17 -o entry-17.tlog-proof", "govern prove 17 --withhold-body"))(
        prove
    )
    app.command(
        epilog=examples(
            "govern check entry-17.tlog-proof --key acme.vkey",
            "govern check scorer.receipt.json --key acme.vkey --receipt-key acme-receipts.pem "
            "--artifact model.skops --target production",
            "govern check row-17.json --key acme.vkey",
        )
    )(check)


def prove(
    context: typer.Context,
    reference: Annotated[str, typer.Argument(help="Entry number, id or hash.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Where to write it (default: print).")
    ] = None,
    withhold_body: Annotated[
        bool, typer.Option("--withhold-body", help="Prove the header, keep the body.")
    ] = False,
    as_json: JsonFlag = False,
) -> None:
    """Write the proof of one entry (C2SP tlog-proof): one text file that proves it offline."""
    if output is not None:
        check_folder(output)
    name = reference.removeprefix("entry:").removeprefix("#")
    with workspace_of(context) as workspace:
        text = workspace.prove(name, withhold_body=withhold_body)
    if output is not None:
        write_atomically(output, text.encode())
    if as_json:
        print_json({"proof": text, "file": str(output) if output else None})
    elif output is None:
        print_text(text)
    else:
        print_text(f"Proof in {output}. Check it: govern check {output} --key VKEY")


def check(
    file: Annotated[Path, typer.Argument(help="A proof of an entry, a proof of a row, or a receipt.")],
    key: Annotated[
        str | None, typer.Option(help="The ledger's verifier key, or a file that holds it.")
    ] = None,
    artifact: Annotated[
        Path | None, typer.Option(help="For a receipt: the model file about to be deployed.")
    ] = None,
    target: Annotated[str | None, typer.Option(help="For a receipt: where it shall go.")] = None,
    receipt_key: Annotated[
        Path | None, typer.Option(help="For a receipt: the ledger's receipt key (PEM).")
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Check a proof or a receipt offline; no ledger is opened. Exits 1 when it does not hold."""
    from governance.workspace.offline import check_file

    report = check_file(
        read_text(file),
        key=trusted_key(key),
        artifact=artifact,
        target=target,
        receipt_key=read_text(receipt_key) if receipt_key else None,
    )
    if as_json:
        print_json(report)
    else:
        print_headline("✓", "", readable(report.summary), good=True)
        print_facts((name, short(value)) for name, value in report.facts.items())
        for warning in report.warnings:
            print_prose(warning, indent="! ")
