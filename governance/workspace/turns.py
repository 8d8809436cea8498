"""Whose turn it is to write: many at once as a rule, one alone where others would outrun it for ever.

Appends that rest on nothing pass together, so that the ledger can commit them as one group. A proposal that was outrun
(the ledger grew while it was computed) asks to be alone: from then on no new append passes in this process until it is
done. Other processes are met by the size that the proposal was made for.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Turns:
    """Shared by all sessions of one opened ledger; the condition guards `_passing` and `_alone`."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._passing = 0
        self._alone = False

    @contextmanager
    def passing(self) -> Iterator[None]:
        """Write beside others; waits while somebody is alone."""
        with self._condition:
            self._condition.wait_for(lambda: not self._alone)
            self._passing += 1
        try:
            yield
        finally:
            with self._condition:
                self._passing -= 1
                self._condition.notify_all()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Write alone in this process, after those that pass have passed."""
        with self._condition:
            self._condition.wait_for(lambda: not self._alone)
            self._alone = True
        try:
            with self._condition:
                self._condition.wait_for(lambda: self._passing == 0)
            yield
        finally:
            with self._condition:
                self._alone = False
                self._condition.notify_all()
