"""One lock for all that changes a ledger's files, between threads and between processes.

SQLite builds from 3.7.0 to 3.51.2, which Python ships, can lose a commit when a checkpoint of the write-ahead log
races another connection (the WAL-reset bug, sqlite.org/wal.html#walresetbug). Commits, checkpoints of that log and
closes of connections therefore happen under this lock, one at a time.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from governance.ledger.errors import LedgerBusy, LedgerUnreachable, ReadOnly

WAIT_SECONDS = 30.0
_POLL_SECONDS = 0.002
PRIVATE = 0o600
"""Mode of the files of a ledger: its owner's alone, until the owner says otherwise. SQLite gives its log the same."""


class LedgerLock:
    """The lock file beside a database; a thread that holds it may take it again.

    `_turn` keeps the threads of this process apart and guards `_depth`; the file keeps processes apart.
    """

    def __init__(self, path: Path, *, wait: float = WAIT_SECONDS) -> None:
        self.path = path
        self.wait = wait
        self._turn = threading.RLock()
        self._depth = 0
        self._file = FileLock(
            path, mode=PRIVATE, thread_local=False, poll_interval=_POLL_SECONDS, fallback_to_soft=False
        )

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the lock.

        Raises:
            LedgerBusy: others held it for longer than `wait` seconds.
            ReadOnly: the lock file can't be made or opened by this account.
        """
        started = time.monotonic()
        if not self._turn.acquire(timeout=self.wait):
            raise self._busy()
        try:
            if self._depth == 0:
                self._take(max(0.0, self.wait - (time.monotonic() - started)))
            self._depth += 1
            try:
                yield
            finally:
                self._depth -= 1
                if self._depth == 0:
                    self._file.release()
        finally:
            self._turn.release()

    def _take(self, wait: float) -> None:
        try:
            self._file.acquire(timeout=wait)
        except Timeout:
            raise self._busy() from None
        except PermissionError as error:
            raise ReadOnly(
                f"The lock file {self.path} can't be opened by this account.",
                remedy="Use an account that may write in the ledger's folder.",
                reason="no-permission",
            ) from error
        except OSError as error:
            raise LedgerUnreachable(f"The lock file {self.path} can't be used: {error.strerror}.") from error

    def _busy(self) -> LedgerBusy:
        return LedgerBusy(
            f"Another process has held {self.path} for more than {self.wait:g} s.",
            remedy="Wait until it is done and repeat; nothing was entered.",
        )
