"""What databases and disks say, in sentences."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from governance.ledger.errors import (
    DiskFull,
    LedgerAbsent,
    LedgerBusy,
    LedgerError,
    LedgerUnreachable,
    NotALedger,
    ReadOnly,
)

_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn errors of the database and the disk into the ledger's.

    Args:
        path: the ledger's file, named in the sentences.
    """
    try:
        yield
    except DBAPIError as error:
        if isinstance(error.orig, sqlite3.Error):
            raise database_error(path, error.orig) from error
        raise LedgerUnreachable(f"The database of {path} answered: {error.orig}.") from error
    except sqlite3.Error as error:
        raise database_error(path, error) from error
    except PoolTimeout as error:
        raise LedgerBusy(
            f"All connections to {path} are in use.", remedy="Repeat when fewer requests are under way."
        ) from error


def database_error(path: Path, error: sqlite3.Error) -> LedgerError:
    """Return the ledger's error for what SQLite says."""
    code = getattr(error, "sqlite_errorcode", 0)
    primary = code & 0xFF
    if primary == sqlite3.SQLITE_FULL or code == sqlite3.SQLITE_IOERR_WRITE:
        return disk_full(path)
    if primary in _SENTENCES:
        kind, message, remedy = _SENTENCES[primary]
        return kind(message.format(path=path, error=error), remedy=remedy)
    if primary in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM):
        return _not_permitted(path)
    return LedgerUnreachable(f"The database {path} answered: {error}.", remedy="Repeat; then see its disk.")


_IN_USE = (
    LedgerBusy,
    "{path} is in use by another program that locks it.",
    "Close that program, or wait until it is done, and repeat; nothing was entered.",
)
_SENTENCES: dict[int, tuple[type[LedgerError], str, str]] = {
    sqlite3.SQLITE_BUSY: _IN_USE,
    sqlite3.SQLITE_LOCKED: _IN_USE,
    sqlite3.SQLITE_NOTADB: (NotALedger, "{path} is no SQLite database.", "Name the ledger's file."),
    sqlite3.SQLITE_CANTOPEN: (
        LedgerAbsent,
        "{path} can't be opened.",
        "See that it is there and may be read.",
    ),
    sqlite3.SQLITE_CORRUPT: (
        LedgerUnreachable,
        "{path} is damaged: {error}.",
        "Keep the file as it is and go on from a backup or export.",
    ),
}


def _not_permitted(path: Path) -> ReadOnly:
    return ReadOnly(
        f"{path} can't be written by this account.",
        remedy="Use an account that may write the file and its folder.",
        reason="no-permission",
    )


def disk_full(path: Path) -> DiskFull:
    """Return the refusal for want of room."""
    return DiskFull(
        f"There is no room left to write {path} (disk, quota or file-size limit); nothing was entered.",
        remedy="Make room and repeat.",
    )


def file_error(path: Path, error: OSError) -> LedgerError:
    """Return the ledger's error for what the system says about a file."""
    if error.errno in _NO_ROOM:
        return disk_full(path)
    if isinstance(error, PermissionError) or error.errno == errno.EROFS:
        return ReadOnly(
            f"{path} can't be written by this account.",
            remedy="Use an account that may write there.",
            reason="no-permission",
        )
    return LedgerUnreachable(
        f"{path} can't be used: {error.strerror or error}.", remedy="See its disk and repeat."
    )
