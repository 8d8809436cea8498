"""Who asks: bearer tokens, their scopes, and the workspace in which their actor acts.

1. A token is valid if its SHA-256 stands in a `token.issued` entry, in no `token.revoked`, and it has not
   expired.
2. Each route names a scope; a token without it is refused, whatever roles its actor has. The roles are
   asked next, by the operation itself.
3. As long as the ledger has issued no token, a service on loopback acts as the actor it was started for, or
   reads only. Then a browser must not be the way in: requests naming another host, or sent by another site,
   are refused.
4. What asks for no token at all (`/health`, `/docs`, `/openapi.json`) is given by a service on loopback under
   the same condition, or to whoever has a token.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from governance.errors import NotAuthenticated, NotPermitted
from governance.workspace.local import LocalWorkspace

_bearer = HTTPBearer(auto_error=False, description="An API token: `govern token issue`.")


def is_loopback(host: str) -> bool:
    """Say whether `host` reaches this machine only."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


class Access:
    """Turns requests into workspaces.

    Attributes:
        workspace: the ledger, opened once for all requests.
        loopback: whether the service listens on this machine only.
    """

    def __init__(self, workspace: LocalWorkspace, *, loopback: bool) -> None:
        self.workspace = workspace
        self.loopback = loopback

    def enter(
        self, request: Request, credentials: HTTPAuthorizationCredentials | None, scope: str
    ) -> LocalWorkspace:
        """Return the ledger for whoever sent the request.

        Raises:
            NotAuthenticated: no token where one is needed, or none that is valid.
            NotPermitted: the token lacks the scope, or a browser brought the request from elsewhere.
        """
        if credentials is not None:
            workspace, scopes = self.workspace.for_token(credentials.credentials)
            if scope not in scopes:
                raise NotPermitted(
                    f"This token lacks the scope '{scope}' (it has: {', '.join(sorted(scopes)) or 'none'}).",
                    remedy=f"Issue one that has: govern token issue {workspace.actor} --scope {scope}.",
                )
            return workspace
        if not self.loopback or self.workspace.has_tokens():
            raise NotAuthenticated(
                "This ledger is asked with an API token.",
                remedy="Send 'Authorization: Bearer TOKEN'; an administrator issues one: govern token issue.",
            )
        _from_this_machine(request)
        return self.workspace

    def greet(self, request: Request) -> None:
        """Do what `greeted` says."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            self.workspace.for_token(token.strip())
        elif self.loopback:
            _from_this_machine(request)


def _from_this_machine(request: Request) -> None:
    origin = request.headers.get("origin")
    elsewhere = origin is not None and not is_loopback(_host(origin))
    here = is_loopback(_host(f"//{request.headers.get('host', '')}"))
    if not here or elsewhere or request.headers.get("sec-fetch-site") == "cross-site":
        raise NotPermitted(
            "Without a token only programs on this machine may ask, by its loopback address.",
            remedy="Ask http://127.0.0.1, or issue an API token: govern token issue.",
        )


def _host(address: str) -> str:
    """Return the host in an address; nothing where there is none, or more than host and port."""
    try:
        parts = urlsplit(address)
        more = "@" in parts.netloc or parts.path or parts.query
        host = parts.hostname
    except ValueError:
        return ""
    return "" if more or host is None else host


def greeted(request: Request) -> None:
    """Let a request in to what asks for no token: health and the description of the interface.

    Raises:
        NotPermitted: the service is for this machine only, and the request names another host, or another
            site sent it, without a token that is valid.
    """
    access: Access = request.app.state.access
    access.greet(request)


def acting(scope: str) -> Callable[..., LocalWorkspace]:
    """Return the dependency that gives a route its workspace, for callers with `scope`."""

    def workspace(
        request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
    ) -> LocalWorkspace:
        access: Access = request.app.state.access
        return access.enter(request, credentials, scope)

    return workspace


Reader = Annotated[LocalWorkspace, Depends(acting("read"))]
"""A workspace for callers that may read."""
