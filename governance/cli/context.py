"""What every command knows: which ledger, who acts, how to print."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from governance.errors import InvalidInput, NotAuthenticated, NotPermitted

if TYPE_CHECKING:
    from governance.workspace import Workspace

DEFAULT_LEDGER = "./governance.db"

JsonFlag = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of text.")]
ConfirmClock = Annotated[
    bool,
    typer.Option(
        "--confirm-clock", help="The system's clock is right as it stands: accept it where it jumped ahead."
    ),
]


@dataclass(frozen=True, slots=True)
class Settings:
    """The global options of `govern`.

    Attributes:
        ledger: path or URL of the ledger (`--ledger`, `GOVERN_LEDGER`).
        actor: who acts (`--actor`, `GOVERN_ACTOR`), as `user:ID` or `service:ID`.
        token: API token of a service (`--token`, `GOVERN_TOKEN`).
        keys: folder of the ledger's secrets (`GOVERN_KEYS`).
        json: print JSON; commands have a flag of their own.
    """

    ledger: str = DEFAULT_LEDGER
    actor: str | None = None
    token: str | None = None
    keys: str | None = None
    json: bool = False


def settings_of(context: typer.Context) -> Settings:
    """Return the global options that were given before the command."""
    settings = context.find_object(Settings)
    return settings if settings is not None else Settings()


def check_actor(actor: str) -> str:
    """Return `actor` if it has the form of one.

    Raises:
        InvalidInput: it does not begin with `user:` or `service:`.
    """
    kind, colon, name = actor.partition(":")
    if kind not in {"user", "service"} or not colon or not name:
        raise InvalidInput(
            f"'{actor}' is nobody who can act.",
            remedy=f"Write user:{name or kind or 'ID'} for a person, service:ID for a program.",
        )
    return actor


def actor_of(workspace: Workspace) -> str:
    """Return who acts, before any work is done in vain.

    Raises:
        NotPermitted: nobody does.
    """
    if workspace.actor is None:
        raise NotPermitted(
            "Nobody acts: this ledger was opened for reading only.",
            remedy="Say who you are: govern --actor user:ID …, or set GOVERN_ACTOR.",
        )
    return workspace.actor


@contextmanager
def workspace_of(
    context: typer.Context, *, confirm_clock: bool = False, nobody: bool = False
) -> Iterator[Workspace]:
    """Open the ledger that the global options name, and close it afterwards.

    `confirm_clock`: the operator says that the system's clock is right, even where it jumps ahead.
    `nobody`: a local ledger is opened for reading whoever `--actor` names, for whom it may have been damaged.

    Raises:
        GovernanceError: as `governance.open_workspace` does.
    """
    from governance.workspace import open_workspace

    settings = settings_of(context)
    try:
        workspace = open_workspace(
            settings.ledger,
            actor=None if nobody else settings.actor,
            token=settings.token,
            keys=settings.keys,
            confirm_clock=confirm_clock,
        )
    except NotAuthenticated as error:
        if settings.token is not None:
            raise
        raise NotAuthenticated(
            error.message,
            remedy="Give it by --token or GOVERN_TOKEN; an administrator issues one: govern token issue.",
        ) from None
    try:
        if settings.actor and workspace.actor not in {None, settings.actor}:
            workspace.acting_as(settings.actor)  # over HTTP the token says who acts; it refuses another
        yield workspace
    finally:
        workspace.close()
