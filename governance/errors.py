"""Errors for people: what was wrong, what was met, what was expected, what to do next.

Every refusal that leaves the package is a `GovernanceError`. The command line prints its sentence and remedy
and exits with `exit_code`; the service answers with an RFC 9457 problem of `status` and `type`; the terminal UI
shows the same words.
"""

from __future__ import annotations

from typing import ClassVar


class GovernanceError(Exception):
    """Root of every refusal.

    Attributes:
        code: short stable name, the last part of the problem type.
        status: HTTP status of the problem document.
        exit_code: what `govern` exits with.
        remedy: the next step, a sentence; empty when there is none.
    """

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 500
    exit_code: ClassVar[int] = 2

    def __init__(self, message: str, *, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy


class InvalidInput(GovernanceError):
    """The caller's data are not what the operation takes: bad JSON, a missing column, NaN, a bad subject."""

    code = "invalid-input"
    status = 422


class NotFound(GovernanceError):
    """There is no such subject, entry, file or ledger; near names stand in the remedy."""

    code = "not-found"
    status = 404


class Conflict(GovernanceError):
    """It exists already with other content, or somebody else changed it meanwhile."""

    code = "conflict"
    status = 409


class NotPermitted(GovernanceError):
    """The actor may not do this: no role, or separation of duties forbids it."""

    code = "not-permitted"
    status = 403


class NotAuthenticated(GovernanceError):
    """No token, or one that the ledger does not know as valid."""

    code = "not-authenticated"
    status = 401


class LedgerUnusable(GovernanceError):
    """The ledger can't be opened or written: absent, foreign, newer format, in use, disk full, out of reach.

    Callers of the gate treat it as deny.
    """

    code = "ledger-unusable"
    status = 503


class IntegrityError(GovernanceError):
    """A record does not prove: altered, truncated, rewritten, or a proof file that does not hold."""

    code = "integrity"
    status = 409
    exit_code = 1


class PolicyInvalid(GovernanceError):
    """A policy pack can't be used: YAML error with its line, unknown check, bad parameters, bad CEL."""

    code = "policy-invalid"
    status = 422


class Erased(GovernanceError):
    """The answer would need a body that was erased; `cannot replay` names it."""

    code = "erased"
    status = 410


class MissingExtra(GovernanceError):
    """A feature needs an optional part of the distribution that is not installed; the remedy is the command."""

    code = "missing-extra"
    status = 501
