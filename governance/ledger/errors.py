"""Errors of the ledger: each says what was wrong, the value met, the value expected, the next step.

The ledger knows none of its siblings, so it has a root of its own; the façade maps it to the project's errors.
"""

from __future__ import annotations


class LedgerError(Exception):
    """Root of the ledger's errors.

    Attributes:
        message: what was wrong, a sentence.
        remedy: the next step, a sentence; empty when there is none.
    """

    def __init__(self, message: str, *, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy


class LedgerAbsent(LedgerError):
    """There is no ledger at that place."""


class LedgerExists(LedgerError):
    """There is something at that place already."""


class NotALedger(LedgerError):
    """What stands there is no ledger."""


class FormatTooNew(LedgerError):
    """The ledger was written by a newer version of the format."""


class LedgerBusy(LedgerError):
    """Another process held the ledger's lock for too long."""


class DiskFull(LedgerError):
    """There is no room left; nothing was acknowledged."""


class LedgerUnreachable(LedgerError):
    """The database can't be reached or read."""


class InvalidEntry(LedgerError):
    """A header or body is not what the format allows."""


class IdConflict(LedgerError):
    """The id stands in the ledger already, with other content or by another actor."""


class IdErased(LedgerError):
    """The id stands in the ledger and its body was erased, so it can't be compared."""


class SizeChanged(LedgerError):
    """The ledger grew since the caller read it."""


class ClockRefused(LedgerError):
    """The clock went backwards or jumped ahead."""


class ReadOnly(LedgerError):
    """The ledger can be read but not written.

    Attributes:
        reason: `no-key`; `no-signer-checkpoint` (what was signed last is not known); `truncated` (the signer knows a
            later checkpoint); `history-rewritten` (or an inconsistent one); `not-signed` (the database holds entries
            that the key never signed); `no-permission` (files that this account can't write).
    """

    def __init__(self, message: str, *, remedy: str = "", reason: str = "") -> None:
        super().__init__(message, remedy=remedy)
        self.reason = reason


class EntryAbsent(LedgerError):
    """There is no such entry."""


class ProofInvalid(LedgerError):
    """A proof does not hold."""


class EntryAltered(ProofInvalid):
    """A stored entry does not match its own hash or commitment: somebody changed it behind the ledger's back."""


class NoteInvalid(LedgerError):
    """A signed note or checkpoint does not parse or does not verify."""


class ExportInvalid(LedgerError):
    """An exported folder is incomplete, or is no export."""
