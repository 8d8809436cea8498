"""The one place where the ledger room's errors become errors for people.

The ledger has a root error of its own, so that it can be lifted out; whoever uses the façade meets
`GovernanceError`s alone. `speaks_governance` wraps the public methods of a façade class once, so that no
method can forget it.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from pydantic import ValidationError

from governance.errors import (
    Conflict,
    Erased,
    GovernanceError,
    IntegrityError,
    InvalidInput,
    LedgerUnusable,
    NotFound,
)
from governance.ledger import errors as ledger_errors

T = TypeVar("T")

_CLASSES: tuple[tuple[type[ledger_errors.LedgerError], type[GovernanceError]], ...] = (
    (ledger_errors.LedgerAbsent, NotFound),
    (ledger_errors.EntryAbsent, NotFound),
    (ledger_errors.LedgerExists, Conflict),
    (ledger_errors.IdConflict, Conflict),
    (ledger_errors.SizeChanged, Conflict),
    (ledger_errors.IdErased, Erased),
    (ledger_errors.InvalidEntry, InvalidInput),
    (ledger_errors.ProofInvalid, IntegrityError),
    (ledger_errors.NoteInvalid, IntegrityError),
    (ledger_errors.ExportInvalid, IntegrityError),
)
"""First match wins; what is left (busy, disk full, newer format, read-only, clock) means no answer."""


def governance_error(error: ledger_errors.LedgerError) -> GovernanceError:
    """Return the error for people that says the same as `error`."""
    for ledger_class, governance_class in _CLASSES:
        if isinstance(error, ledger_class):
            return governance_class(error.message, remedy=error.remedy)
    return LedgerUnusable(error.message, remedy=error.remedy)


def body_error(what: str, error: ValidationError) -> InvalidInput:
    """Return pydantic's findings as one sentence: which member, what it is, what was expected."""
    findings = error.errors(include_url=False, include_context=False, include_input=False)
    first = findings[0]
    where = ".".join(str(part) for part in first["loc"]) or "the body"
    more = f" ({len(findings) - 1} more)" if len(findings) > 1 else ""
    return InvalidInput(
        f"{what}: '{where}': {first['msg']}{more}.",
        remedy="Correct that member; docs/reference/records.md lists them all.",
    )


@contextmanager
def explained() -> Iterator[None]:
    """Let `GovernanceError`s through, and turn the ledger's errors into them."""
    try:
        yield
    except ledger_errors.LedgerError as error:
        raise governance_error(error) from error


def speaks_governance(cls: type[T]) -> type[T]:
    """Wrap every public method of `cls`, class methods too, in `explained`."""
    for name, member in list(vars(cls).items()):
        if name.startswith("_"):
            continue
        if isinstance(member, classmethod):
            setattr(cls, name, classmethod(_wrapped(member.__func__)))
        elif inspect.isfunction(member):
            setattr(cls, name, _wrapped(member))
    return cls


def _wrapped(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        with explained():
            return function(*args, **kwargs)

    return call
