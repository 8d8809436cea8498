"""The one façade: `open_workspace(url)` gives a local or a remote workspace with the same methods."""

from __future__ import annotations

from governance.workspace.protocol import Workspace
from governance.workspace.views import EntryQuery, NewEntry

__all__ = ["EntryQuery", "NewEntry", "Workspace", "create_workspace", "open_workspace"]


def open_workspace(
    url: str = "./governance.db",
    *,
    actor: str | None = None,
    token: str | None = None,
    keys: str | None = None,
    confirm_clock: bool = False,
) -> Workspace:
    """Open an existing ledger.

    Args:
        url: a path of an SQLite file, a database URL, or `http(s)://…` of a service.
        actor: who acts, for a local ledger (`user:ID` or `service:ID`); None reads only.
        token: the API token, for a service.
        keys: folder of the ledger's secrets, when it is not `NAME.db.keys` beside the database; for a
            service: of the batch secrets that stay on this machine.
        confirm_clock: an operator says that the system's clock is right, even where it jumps ahead.

    Raises:
        InvalidInput: `confirm_clock` for a service, whose own clock counts.
        NotFound: there is no ledger there.
        LedgerUnusable: it is no ledger, its format is newer, or it can't be reached.
    """
    if url.startswith(("http://", "https://")):
        from governance.errors import InvalidInput
        from governance.workspace.remote import RemoteWorkspace

        if confirm_clock:
            raise InvalidInput(
                "A service gives entries the time of its own clock.",
                remedy="Confirm it where the service runs: govern serve --confirm-clock.",
            )

        return RemoteWorkspace.open(url, token=token, keys=keys)
    from governance.workspace.local import LocalWorkspace

    return LocalWorkspace.open(url, actor=actor, keys=keys, confirm_clock=confirm_clock)


def create_workspace(
    url: str,
    *,
    actor: str,
    name: str | None = None,
    ssh_key: str | None = None,
    origin: str | None = None,
    keys: str | None = None,
) -> Workspace:
    """Create a ledger; `actor` becomes its first administrator.

    Raises:
        Conflict: there is something at `url` already.
        InvalidInput: the origin or the actor has not the right form.
    """
    from governance.workspace.local import LocalWorkspace

    return LocalWorkspace.create(url, actor=actor, name=name, ssh_key=ssh_key, origin=origin, keys=keys)
