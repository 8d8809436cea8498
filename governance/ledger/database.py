"""The ledger's database: connections, transactions under the ledger's lock, and SQLite's write-ahead log.

Whoever changes anything does it through `Database.write`; reading needs no lock. On SQLite every connection has
automatic checkpoints of the write-ahead log off and synchronous=FULL, because of the WAL-reset bug (see `locking`):
the log is brought into the database by `write` itself, and by the last close, both under the lock. Opening never
writes: a folder on read-only media can be read.
"""

from __future__ import annotations

import os
import sqlite3
import stat
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, NullPool, QueuePool, create_engine, event

from governance.ledger import address
from governance.ledger.errors import LedgerAbsent, NotALedger, ReadOnly
from governance.ledger.failures import explained
from governance.ledger.locking import LedgerLock

# A log of this size is brought into the database; until then commits only append to it.
LOG_BYTES = 16 << 20
_BUSY_SECONDS = 5.0
_MOST_CONNECTIONS = 64
_WRITES = "ledger_writes"


class Database:
    """A ledger's SQLite file.

    Attributes:
        path: the file.
        engine: SQLAlchemy's engine; use `read` and `write`, not its own transactions.
        lock: what all changes are made under.
        writable: whether this account may write the file and its folder.
    """

    def __init__(self, path: Path, *, lock: LedgerLock | None = None) -> None:
        self.path = path
        self.lock = lock or LedgerLock(address.lock_path(path))
        self.writable = os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)
        opened: weakref.WeakSet[sqlite3.Connection] = weakref.WeakSet()
        self.engine = _writable_engine(path, self.lock, opened) if self.writable else _readable_engine(path)
        self._log_limit = LOG_BYTES  # guarded by `lock`
        # Connections that are left to the interpreter's end would close outside of the lock.
        self._finalizer = weakref.finalize(self, _dispose, self.engine, opened, os.getpid())

    @classmethod
    def open(cls, path: Path) -> Database:
        """Open a file that must be there.

        Raises:
            LedgerAbsent: there is no such file.
            NotALedger: it is a folder; that a file is no database, its first use says.
        """
        check_file(path)
        return cls(path)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Give a connection that sees one state of the database for as long as it is held."""
        with explained(self.path), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Give the one connection that may write: a transaction under the lock, durable when this returns.

        Raises:
            ReadOnly: this account may not write here.
            LedgerBusy: others held the lock for too long.
            DiskFull: no room; nothing of the transaction stands.
        """
        if not self.writable:
            raise ReadOnly(
                f"{self.path} can't be written by this account.",
                remedy="Use an account that may write the file and its folder.",
                reason="no-permission",
            )
        with explained(self.path), self.lock.held():
            with self.engine.connect() as plain:
                connection = plain.execution_options(**{_WRITES: True})
                with connection.begin():
                    yield connection
            self._bring_in_log()

    def close(self) -> None:
        """Close all connections; the last one brings the log into the database, under the lock."""
        self._finalizer()

    def _bring_in_log(self) -> None:
        try:
            size = self.path.with_name(f"{self.path.name}-wal").stat().st_size
        except FileNotFoundError:
            return
        if size < self._log_limit:
            return
        connection = self.engine.raw_connection()
        try:
            cursor = connection.cursor()
            cursor.execute("PRAGMA busy_timeout=0")  # a reader of an old state is not waited for
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            row = cursor.fetchone()
            cursor.execute(f"PRAGMA busy_timeout={int(_BUSY_SECONDS * 1000)}")
            self._log_limit = LOG_BYTES if row is not None and row[0] == 0 else size + LOG_BYTES
        except sqlite3.OperationalError:
            # The commit before stands in the log; only its move is put off, say until the disk has room again.
            self._log_limit = size + LOG_BYTES
        finally:
            connection.close()


def check_file(path: Path) -> None:
    """Look at what stands at a path without opening it; whether it is a database, SQLite says.

    Closing any descriptor of a file drops all locks that this process holds on it (POSIX), SQLite's among them: a
    second look at an open ledger would let another process take itself for its last user and delete the log
    (sqlite.org/howtocorrupt.html §2.2). So nothing but SQLite ever opens a database file here.

    Raises:
        LedgerAbsent: there is no such file.
        NotALedger: a folder.
        ReadOnly: this account may not read it.
    """
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        raise LedgerAbsent(
            f"There is no ledger at {path}.",
            remedy="Name the right file (--ledger or GOVERN_LEDGER), or begin one: govern init.",
        ) from None
    except NotADirectoryError:
        raise NotALedger(f"{path} lies in a file, not a folder.", remedy="Name a file.") from None
    except PermissionError:
        raise _unreadable(path) from None
    if stat.S_ISDIR(mode):
        raise NotALedger(f"{path} is a folder, not a ledger.", remedy="Name the ledger's file.")
    if not os.access(path, os.R_OK):
        raise _unreadable(path)


def _unreadable(path: Path) -> ReadOnly:
    return ReadOnly(
        f"{path} can't be read by this account.",
        remedy="Use an account that may read it.",
        reason="no-permission",
    )


def _writable_engine(path: Path, lock: LedgerLock, opened: weakref.WeakSet[sqlite3.Connection]) -> Engine:
    class ClosedUnderLock(sqlite3.Connection):
        """Closing the last connection moves the log; that too happens under the lock."""

        def close(self) -> None:
            with lock.held():
                super().close()

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode=rw",
            uri=True,
            timeout=_BUSY_SECONDS,
            isolation_level=None,
            check_same_thread=False,
            factory=ClosedUnderLock,
        )
        connection.text_factory = _text
        for setting in (
            "wal_autocheckpoint=0",
            "synchronous=FULL",
            "recursive_triggers=ON",
            "trusted_schema=OFF",
        ):
            connection.execute(f"PRAGMA {setting}")
        opened.add(connection)
        return connection

    # Connections are kept, not closed after each use: a close waits for the lock.
    engine = create_engine(
        "sqlite://",
        creator=connect,
        poolclass=QueuePool,
        pool_size=_MOST_CONNECTIONS,
        max_overflow=0,
        pool_use_lifo=True,
    )
    event.listen(engine, "begin", _begin)
    return engine


def _readable_engine(path: Path) -> Engine:
    """Read where nothing may be written: as immutable unless somebody else has a log open beside it."""

    def connect() -> sqlite3.Connection:
        log = path.with_name(f"{path.name}-wal")
        has_log = log.exists() and log.stat().st_size > 0
        mode = "mode=ro" if has_log else "mode=ro&immutable=1"
        connection = sqlite3.connect(
            f"{path.absolute().as_uri()}?{mode}",
            uri=True,
            timeout=_BUSY_SECONDS,
            isolation_level=None,
            check_same_thread=False,
        )
        connection.text_factory = _text
        return connection

    engine = create_engine("sqlite://", creator=connect, poolclass=NullPool)
    event.listen(engine, "begin", _begin)
    return engine


def _text(data: bytes) -> str:
    """Read a text as it stands: one byte that is no UTF-8 must not keep anybody from reading, or verifying, the rest.

    What is no UTF-8 becomes lone surrogates, which equal nothing that a ledger holds.
    """
    return data.decode("utf-8", "surrogateescape")


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _dispose(engine: Engine, opened: weakref.WeakSet[sqlite3.Connection], owner: int) -> None:
    if os.getpid() == owner:  # a forked child must leave its parent's connections alone
        engine.dispose()
        for forgotten in list(opened):  # a reader that nobody closed would keep the log from being brought in
            forgotten.close()
