"""People, services and tokens as listed."""

from __future__ import annotations

from typing import Any, Literal

from governance.view import View


class UserView(View):
    """A person or service: roles in force and keys bound."""

    actor: str
    name: str | None
    roles: list[dict[str, Any]]
    keys: list[str]
    seq: int


class TokenView(View):
    """An API token as listed; `secret` only in the answer that issues it."""

    token: str
    actor: str
    scopes: list[str]
    expires: str
    state: Literal["valid", "expired", "revoked"]
    secret: str | None = None
