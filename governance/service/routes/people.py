"""`/v1`: users, keys, tokens."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from governance.service.access import Reader, acting
from governance.service.bodies import StrictRoute
from governance.service.routes.records import WithReason
from governance.workspace.local import LocalWorkspace
from governance.workspace.views import Appended, TokenView, UserView

router = APIRouter(tags=["people"], route_class=StrictRoute)
Administrator = Annotated[LocalWorkspace, Depends(acting("administer"))]


class NewUser(BaseModel):
    """A person or service to register."""

    actor: str
    roles: list[dict[str, Any]]
    name: str | None = None


class Roles(BaseModel):
    """Roles from here on."""

    roles: list[dict[str, Any]]


class NewKey(BaseModel):
    """An SSH public key to bind."""

    actor: str
    ssh_key: str


class KeyEnd(BaseModel):
    """From when on a key no longer speaks, and why."""

    since: str
    reason: str


class NewToken(BaseModel):
    """A token to issue."""

    actor: str
    scopes: list[str]
    days: int = 90


@router.post("/users")
def register_user(new: NewUser, workspace: Administrator) -> UserView:
    """Register a person or service."""
    return workspace.register_user(new.actor, new.roles, name=new.name)


@router.put("/users/{actor}/roles")
def set_roles(actor: str, new: Roles, workspace: Administrator) -> UserView:
    """Set somebody's roles."""
    return workspace.set_roles(actor, new.roles)


@router.get("/users")
def users(workspace: Reader) -> list[UserView]:
    """Return everybody registered."""
    return workspace.users()


@router.post("/keys")
def bind_key(new: NewKey, workspace: Administrator) -> dict[str, str]:
    """Bind an SSH public key to a person."""
    return {"key": workspace.bind_key(new.actor, new.ssh_key)}


@router.post("/keys/{key}/revoke")
def revoke_key(key: str, end: KeyEnd, workspace: Administrator) -> Appended:
    """Revoke a key from an instant on."""
    return workspace.revoke_key(key, since=end.since, reason=end.reason)


@router.post("/tokens")
def issue_token(new: NewToken, workspace: Administrator) -> TokenView:
    """Issue an API token; its secret stands in this answer only."""
    return workspace.issue_token(new.actor, new.scopes, days=new.days)


@router.get("/tokens")
def tokens(workspace: Administrator) -> list[TokenView]:
    """Return the tokens, without their secrets."""
    return workspace.tokens()


@router.post("/tokens/{token}/revoke")
def revoke_token(token: str, why: WithReason, workspace: Administrator) -> Appended:
    """Revoke a token."""
    return workspace.revoke_token(token, reason=why.reason)
