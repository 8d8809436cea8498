"""The HTTP service: one application over one ledger."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import Depends, FastAPI
from fastapi.responses import HTMLResponse, JSONResponse
from pydantic import BaseModel

from governance import __version__
from governance.service import problems
from governance.service.access import Access, greeted
from governance.service.limits import MAX_BODY_BYTES, MAX_VERIFICATIONS, BodyLimit, Turnstile
from governance.service.page import page
from governance.service.routes import gate, log, operations, people, reading, records
from governance.workspace.local import LocalWorkspace

_DESCRIPTION = (
    "The system of record for machine learning. Errors are RFC 9457 problem documents. An answer other than "
    "200 from /v1/gate is no answer: treat it as deny."
)


class Health(BaseModel):
    """Whether the ledger can be read, and how far it has grown."""

    status: str
    size: int


class Service(FastAPI):
    """An application whose OpenAPI document says what is answered: problem documents for every error."""

    def openapi(self) -> dict[str, Any]:
        """Return the document, the framework's own error form replaced by ours."""
        document: dict[str, Any] = super().openapi()
        for verbs in document["paths"].values():
            for operation in verbs.values():
                answers: dict[str, Any] = operation["responses"]
                answers.pop("422", None)  # the framework's own form; ours stands under `default`
                answers["default"]["content"] = {
                    problems.PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}
                }
        for unused in ("HTTPValidationError", "ValidationError"):
            document["components"]["schemas"].pop(unused, None)
        return document


def create_app(
    ledger_url: str,
    *,
    actor: str | None = None,
    keys: str | None = None,
    loopback: bool = True,
    max_body_bytes: int = MAX_BODY_BYTES,
    confirm_clock: bool = False,
) -> FastAPI:
    """Return the application that serves the ledger at `ledger_url`.

    Args: ledger_url: path or database URL of an existing ledger. actor: who acts for callers without token,
        as long as the ledger has issued none; None lets them read only. keys: folder of the ledger's
        secrets, when it is not beside the database. loopback: whether only this machine can reach it;
        elsewhere a token is always demanded. max_body_bytes: larger requests are refused with 413.
        confirm_clock: an operator says that the system's clock is right, even where it jumps ahead.

    Raises:
        GovernanceError: the ledger can't be opened, or `actor` is not registered.
    """
    workspace = LocalWorkspace.open(ledger_url, actor=actor, keys=keys, confirm_clock=confirm_clock)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        workspace.close()

    app = Service(
        title="ML governance ledger",
        version=__version__,
        description=_DESCRIPTION,
        docs_url=None,
        openapi_url=None,
        redoc_url=None,
        lifespan=lifespan,
        responses={"default": {"model": problems.Problem, "description": "A problem document (RFC 9457)."}},
    )
    app.state.access = Access(workspace, loopback=loopback)
    app.state.verifications = Turnstile(MAX_VERIFICATIONS, "verifications")
    problems.add_to(app)
    app.add_middleware(BodyLimit, limit=max_body_bytes)
    for area in (records, reading, log, gate, operations, people):
        app.include_router(area.router, prefix="/v1")

    _add_public(app, workspace)
    return app


def _add_public(app: FastAPI, workspace: LocalWorkspace) -> None:
    """Add what asks for no token."""
    public = [Depends(greeted)]

    @app.get("/health", tags=["service"], dependencies=public)
    def health() -> Health:
        """Answer whether the ledger can be read; asks for no token and tells nothing but its size."""
        return Health(status="ok", size=workspace.checkpoint().size)

    @app.get("/openapi.json", include_in_schema=False, dependencies=public)
    def described() -> JSONResponse:
        return JSONResponse(app.openapi())

    @app.get("/docs", include_in_schema=False, response_class=HTMLResponse, dependencies=public)
    def docs() -> HTMLResponse:
        document: dict[str, Any] = app.openapi()
        return HTMLResponse(
            page(document),
            headers={"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"},
        )
