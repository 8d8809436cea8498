"""Stored and trusted checkpoints against the roots recomputed at their sizes."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from governance.ledger.checkpoint import Checkpoint, read_unverified
from governance.ledger.errors import NoteInvalid
from governance.ledger.verification_report import NOT_EXCLUDED, Findings
from governance.ledger.verification_trust import Trust

NONE_LEFT = sys.maxsize
_OTHER_ROOT = "The checkpoint signs another root than that of the entries before it."


class CheckpointAudit:
    """Checks every checkpoint when the tree has its size.

    Args:
        stored: (size, text) by size; of a folder, the one it has.
        trusted: signed checkpoints that the reader keeps.
        origin: the ledger's.
    """

    def __init__(
        self,
        stored: Iterable[tuple[Any, Any]],
        trusted: Sequence[str],
        origin: str,
        trust: Trust,
        findings: Findings,
    ) -> None:
        self._stored: Iterator[tuple[Any, Any]] = iter(stored)
        self._origin = origin
        self._trust = trust
        self._findings = findings
        self._opened: tuple[int, Checkpoint | None] = (-1, None)
        self._ahead: tuple[Any, Any] | None = None
        self._trusted = sorted((self._read_trusted(text) for text in trusted), key=lambda one: one.size)
        self._first: int | None = None
        self._valid = self._invalid = 0
        self._unproved = 0
        self.next_size = NONE_LEFT
        self._step()
        if not self._trusted:
            findings.warn(NOT_EXCLUDED)

    def signed_root(self, size: int) -> bytes | None:
        """Return the root that the next checkpoint signs at this size, when its signature holds."""
        opened = self._open(size) if self._ahead is not None and self._ahead[0] == size else None
        return None if opened is None else opened.root

    def reached(self, size: int, root: bytes | None) -> None:
        """Check what there is at this size against the recomputed root; None where it could not be recomputed."""
        while self._ahead is not None and self._ahead[0] == size:
            checkpoint = self._open(size, report=True)
            if checkpoint is not None:
                self._compare(checkpoint, root)
            self._step()
        while self._trusted and self._trusted[0].size <= size:
            trusted = self._trusted.pop(0)
            if trusted.size == size and root is not None and trusted.root != root:
                self._findings.add(
                    "history-rewritten",
                    size,
                    "The entries up to here are not those that the trusted checkpoint covers.",
                    place=f"checkpoint {size}",
                    together=True,
                )
        self._aim()

    def finish(self, size: int) -> int:
        """Settle what lies beyond the last entry or the last checkpoint; return the size that a checkpoint covers."""
        beyond = size
        while self._ahead is not None:
            column = self._ahead[0]
            if self._open(column, report=True) is not None:
                beyond = column
            self._step()
        if beyond > size:
            words = "A signed checkpoint covers this entry, but it is not there."
            self._findings.span("entry-missing", size, beyond - 1, words)
        elif self._valid < size and self._invalid <= self._valid:
            words = f"The newest checkpoint has size {self._valid}; the ledger has {size} entries."
            self._findings.span("checkpoint-missing", self._valid, size - 1, words)
        for trusted in self._trusted:
            if trusted.size > size:
                words = f"The trusted checkpoint covers {trusted.size} entries; the ledger has {size}."
                self._findings.add("truncated", size, words, together=True)
        if self._unproved:
            self._findings.warn(
                f"{self._unproved} checkpoints could not be compared: entries before them are missing"
            )
        if not self._trust.reached and self._first is not None:
            self._findings.add(
                "checkpoint-invalid",
                self._first,
                "The ledger's keys are not the key given.",
                place=f"checkpoint {self._first}",
            )
        return beyond

    def _compare(self, checkpoint: Checkpoint, root: bytes | None) -> None:
        if root is None:
            self._unproved += 1
            self._valid = max(self._valid, checkpoint.size)
        elif checkpoint.root == root:
            self._valid = max(self._valid, checkpoint.size)
        else:
            self._refuse(checkpoint.size, _OTHER_ROOT)

    def _open(self, size: int, *, report: bool = False) -> Checkpoint | None:
        if self._ahead is None:
            return None
        if report:
            self._findings.checked["checkpoints"] += 1
        if self._opened[0] == size:
            return self._opened[1]
        found, why = self._read(self._ahead[1], size)
        if found is None and report:
            self._refuse(size, why)
        if found is not None or report:
            self._opened = (size, found)
        return found

    def _read(self, text: object, size: int) -> tuple[Checkpoint | None, str]:
        if not isinstance(text, str) or not _is_unicode(text):
            return None, "The checkpoint is no text."
        try:
            found = self._trust.open(text, self._origin, size)
        except NoteInvalid as error:
            return None, error.message
        if found.size != size:
            return None, "The checkpoint's size is not the one that it is filed under."
        return found, ""

    def _refuse(self, size: int, why: str) -> None:
        self._invalid = max(self._invalid, size)
        self._findings.add("checkpoint-invalid", size, why, place=f"checkpoint {size}", together=True)

    def _step(self) -> None:
        self._opened = (-1, None)
        while (ahead := next(self._stored, None)) is not None:
            size = ahead[0]
            if self._first is None and isinstance(size, int):
                self._first = size
            if isinstance(size, int) and size > 0:
                break
            self._findings.add(
                "checkpoint-invalid",
                None,
                f"A checkpoint is filed under {size!r}.",
                place=f"checkpoint {size!r}",
            )
        self._ahead = ahead
        self._aim()

    def _aim(self) -> None:
        sizes = [self._ahead[0]] if self._ahead is not None else []
        sizes += [self._trusted[0].size] if self._trusted else []
        self.next_size = min(sizes, default=NONE_LEFT)

    def _read_trusted(self, text: str) -> Checkpoint:
        checkpoint = read_unverified(text)
        if checkpoint.origin != self._origin:
            raise NoteInvalid(
                f"The trusted checkpoint is of {checkpoint.origin!r}, but this ledger is {self._origin!r}.",
                remedy="Give a checkpoint of this ledger.",
            )
        return checkpoint


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
