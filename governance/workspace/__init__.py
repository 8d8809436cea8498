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
) -> Workspace:
    """Open an existing ledger.

    Args:
        url: a path of an SQLite file, a database URL, or `http(s)://…` of a service.
        actor: who acts, for a local ledger (`user:ID` or `service:ID`); None reads only.
        token: the API token, for a service.
        keys: folder of the ledger's secrets, when it is not `NAME.db.keys` beside the database; for a
            service: of the batch secrets that stay on this machine.

    Raises:
        NotFound: there is no ledger there.
        LedgerUnusable: it is no ledger, its format is newer, or it can't be reached.
    """
    if url.startswith(("http://", "https://")):
        from governance.workspace.remote import RemoteWorkspace

        return RemoteWorkspace.open(url, token=token, keys=keys)
    from governance.workspace.local import LocalWorkspace

    return LocalWorkspace.open(url, actor=actor, keys=keys)


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
