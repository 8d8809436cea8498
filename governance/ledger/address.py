"""Where a ledger is: a path, `sqlite:///path`, or another database's URL."""

from __future__ import annotations

import os
from pathlib import Path

from governance.ledger.errors import LedgerAbsent, LedgerUnreachable

KEYS_VARIABLE = "GOVERN_KEYS"


def database_path(url: str) -> Path:
    """Return the file of a ledger on SQLite.

    Args:
        url: a path, or `sqlite:///relative`, `sqlite:////absolute`.

    Raises:
        LedgerUnreachable: another database, or an SQLite database in memory, which no ledger can be.
        LedgerAbsent: nothing was named.
    """
    scheme, separator, rest = url.partition("://")
    if separator:
        if scheme.split("+")[0] in ("postgresql", "postgres"):
            raise LedgerUnreachable(
                "This version keeps ledgers in SQLite files; it does not write PostgreSQL.",
                remedy="Name a file, such as ./governance.db; `govern serve` shares it over HTTP.",
            )
        if scheme != "sqlite":
            raise LedgerUnreachable(
                f"Ledgers are not kept in {scheme!r} databases.",
                remedy="Name a file, such as ./governance.db, or sqlite:///governance.db.",
            )
        url = rest.removeprefix("/")
    if not url:
        raise LedgerAbsent("No ledger was named.", remedy="Name a file, such as ./governance.db.")
    if url == ":memory:":
        raise LedgerUnreachable(
            "A ledger must outlive its process, so it can't be kept in memory.", remedy="Name a file."
        )
    return Path(url)


def keys_path(database: Path, keys: str | os.PathLike[str] | None) -> Path:
    """Return the folder of a ledger's secrets: as given, as `GOVERN_KEYS` says, or `NAME.db.keys` beside it."""
    chosen = keys if keys is not None else os.environ.get(KEYS_VARIABLE)
    return Path(chosen) if chosen else database.with_name(f"{database.name}.keys")


def lock_path(database: Path) -> Path:
    """Return the lock file beside a database."""
    return database.with_name(f"{database.name}.lock")
