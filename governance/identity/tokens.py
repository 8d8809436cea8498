"""API tokens: 256 random bits that a client holds; the ledger knows their SHA-256 only."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import secrets
from collections.abc import Iterable

from governance.errors import InvalidInput, NotAuthenticated

_MARK = "gov_"
"""In front of every secret, so that scanners find leaked ones."""
_FORM = re.compile(rf"{_MARK}[A-Za-z0-9_-]{{43}}")

SCOPES = ("read", "append", "evidence", "gate", "approve", "deploy", "administer")
_MEANT = {"write": ("append", "evidence"), "admin": ("administer",)}
"""Everyday words for scopes."""


def new_secret() -> tuple[str, str]:
    """Return a fresh secret and its digest, which alone is recorded."""
    secret = _MARK + base64.urlsafe_b64encode(secrets.token_bytes(32)).rstrip(b"=").decode()
    return secret, digest(secret)


def digest(secret: str) -> str:
    """Return the SHA-256, in hex, of the secret's 256 bits.

    Raises:
        NotAuthenticated: it has not the form of a secret.
    """
    if _FORM.fullmatch(secret) is None:
        raise _no_token()
    try:
        bits = base64.b64decode(secret.removeprefix(_MARK) + "=", altchars=b"-_", validate=True)
    except binascii.Error:
        raise _no_token() from None
    return hashlib.sha256(bits).hexdigest()


def scopes_of(given: Iterable[str]) -> list[str]:
    """Return the scopes that `given` names, sorted; `write` and `admin` mean what they stand for.

    Raises:
        InvalidInput: none, or one that there is not.
    """
    named: set[str] = set()
    for scope in given:
        named |= set(_MEANT.get(scope, (scope,)))
    unknown = sorted(named - set(SCOPES))
    if unknown or not named:
        said = f"There is no scope '{unknown[0]}'." if unknown else "A token needs at least one scope."
        raise InvalidInput(said, remedy=f"Scopes: {', '.join(SCOPES)}; 'write' is append and evidence.")
    return sorted(named)


def _no_token() -> NotAuthenticated:
    return NotAuthenticated(
        "That is no API token of this software.",
        remedy="Send the secret that 'govern token issue' showed: 'gov_' and 43 characters.",
    )
