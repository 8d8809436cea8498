"""`govern tui`: the command, found through the entry-point group `governance.commands`.

Nothing of Textual is imported until the command runs, so that `govern --help` stays quick.
"""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

_DEFAULT = "./governance.db"


def app(
    context: typer.Context,
    key: Annotated[
        str | None,
        typer.Option(
            help="The ledger's verifier key, got from elsewhere, or a file that holds it.",
            metavar="VKEY|FILE",
        ),
    ] = None,
    utc: Annotated[bool, typer.Option("--utc", help="Show times in UTC instead of the local zone.")] = False,  # noqa: FBT002 - typer's form
) -> None:
    """Look at a ledger in the terminal: overview, entries, lineage, decisions, verification.

    Keys: digits switch screens, Enter opens, Esc goes back, / filters, ? helps, q quits.

    Examples:
        govern tui

        govern --ledger ./governance-demo/governance.db tui --key ./governance-demo/ledger.vkey
    """
    from governance.errors import InvalidInput

    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise InvalidInput(
            "The terminal UI needs a terminal.",
            remedy="Run it in one, or use `govern log`, `show` and `verify`.",
        )
    settings = context.obj
    url = getattr(settings, "ledger", None) or os.environ.get("GOVERN_LEDGER") or _DEFAULT
    actor = getattr(settings, "actor", None)
    token = getattr(settings, "token", None)
    keys = getattr(settings, "keys", None)
    given = [_verifier_key(key)] if key else []

    from governance.workspace import open_workspace

    # Opened before the screen is taken over: that there is no ledger is one sentence on a plain terminal.
    with open_workspace(url, actor=actor, token=token, keys=keys) as workspace:
        from tui.app import RecordApp
        from tui.moments import Clock

        RecordApp(workspace, clock=Clock().in_utc() if utc else Clock(), keys=given).run()


def _verifier_key(given: str) -> str:
    """Return the verifier key that was given, or that the file holds which was given.

    Raises:
        InvalidInput: it is neither.
    """
    from pathlib import Path

    from governance.errors import InvalidInput
    from governance.ledger.errors import LedgerError
    from governance.ledger.note import VerifierKey

    text = given.strip()
    try:
        if Path(text).is_file():
            text = Path(text).read_text(encoding="utf-8").strip()
        VerifierKey.parse(text)
    except (LedgerError, OSError, UnicodeDecodeError) as error:
        raise InvalidInput(
            f"'{given}' is neither a verifier key nor a file that holds one.",
            remedy="A verifier key is one line: NAME+HASH+BASE64, as in the .vkey file beside a ledger.",
        ) from error
    return text
