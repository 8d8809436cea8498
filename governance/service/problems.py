"""Errors as RFC 9457 problem documents: the same words that the command line prints.

Members beyond the RFC's: `code` (the stable name), `remedy` (the next step), and for NDJSON `line` and
`acknowledged`.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, TypeVar, cast

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from governance.errors import GovernanceError, LedgerUnusable, NotAuthenticated

T = TypeVar("T")
PROBLEM = "application/problem+json"
TYPE_PREFIX = "urn:ml-governance:problem:"


class Problem(BaseModel):
    """A problem document (RFC 9457 §3.1)."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    remedy: str = ""
    instance: str | None = None


_MOST_FINDINGS = 20
_TITLES = {
    "invalid-input": "What was sent is not what the operation takes",
    "not-found": "Not found",
    "conflict": "Conflict with what is recorded",
    "not-permitted": "Not permitted",
    "not-authenticated": "Not authenticated",
    "ledger-unusable": "No answer: the ledger can't be used; treat it as deny",
    "integrity": "A record does not prove",
    "policy-invalid": "The policy pack can't be used",
    "erased": "A needed body was erased",
    "missing-extra": "Not installed here",
}
_REMEDIES = {
    404: "See /docs for the paths of this service.",
    405: "See /docs for what this path takes.",
    413: "Send less at once: split it into several requests.",
    415: "Send application/json, or application/x-ndjson to /v1/entries.",
}


def problem(
    status: int, code: str, detail: str, remedy: str = "", *, instance: str | None = None, **members: Any
) -> JSONResponse:
    """Return the response that says what was wrong and what to do next, whatever texts it repeats."""
    detail, remedy = _writable(detail), _writable(remedy)
    content = Problem(
        type=TYPE_PREFIX + code,
        title=_TITLES.get(code, HTTPStatus(status).phrase),
        status=status,
        detail=detail,
        code=code,
        remedy=remedy,
        instance=None if instance is None else _writable(instance),
    ).model_dump(exclude_none=True)
    return JSONResponse({**content, **_writable(members)}, status_code=status, media_type=PROBLEM)


def _writable(value: T) -> T:
    r"""Return a value in which half a surrogate pair is spelled out (`\ud800`): UTF-8 has no bytes for it."""
    told: Any = value
    if isinstance(value, str):
        told = value.encode("utf-8", "backslashreplace").decode()
    elif isinstance(value, dict):
        told = {_writable(name): _writable(one) for name, one in value.items()}
    elif isinstance(value, list):
        told = [_writable(one) for one in value]
    return cast("T", told)


def of_error(error: GovernanceError, *, instance: str | None = None, **members: Any) -> JSONResponse:
    """Return the problem document of a refusal."""
    response = problem(error.status, error.code, error.message, error.remedy, instance=instance, **members)
    if isinstance(error, NotAuthenticated):
        response.headers["WWW-Authenticate"] = 'Bearer realm="ledger"'
    if isinstance(error, LedgerUnusable):
        response.headers["Retry-After"] = "1"
    return response


def add_to(app: FastAPI) -> None:
    """Answer every error of `app` with a problem document, those of the framework too."""
    app.add_exception_handler(GovernanceError, _refusal)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _framework)
    app.add_exception_handler(Exception, _unexpected)


async def _refusal(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, GovernanceError)  # noqa: S101 - narrows the handler's type
    return of_error(error, instance=request.url.path)


async def _invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - narrows the handler's type
    findings = [
        {"where": ".".join(str(part) for part in finding["loc"]), "message": str(finding["msg"])}
        for finding in error.errors()
    ]
    count = len(findings)
    first = findings[0]
    more = f" ({count - 1} more)" if count > 1 else ""
    return problem(
        422,
        "invalid-input",
        f"'{first['where']}': {first['message']}{more}.",
        "Correct that member; /docs shows what this path takes.",
        instance=request.url.path,
        findings=findings[:_MOST_FINDINGS],
    )


async def _framework(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101 - narrows the handler's type
    code = HTTPStatus(error.status_code).phrase.lower().replace(" ", "-")
    detail = f"{request.method} {request.url.path}: {error.detail}."
    response = problem(
        error.status_code, code, detail, _REMEDIES.get(error.status_code, ""), instance=request.url.path
    )
    response.headers.update(error.headers or {})
    return response


async def _unexpected(request: Request, _error: Exception) -> JSONResponse:
    return failed(instance=request.url.path)


def failed(*, what: str = "", instance: str | None = None, **members: Any) -> JSONResponse:
    """Return the answer to what nobody foresaw.

    What went wrong stands in the server's log; a stranger gets no internals. Nor is it said that nothing was
    entered: the service may have failed after that.
    """
    return problem(
        500,
        "error",
        f"{what}The service failed to answer.",
        "Treat it as deny. Whether something was entered stands in the ledger; whoever runs the service finds "
        "the cause in its log.",
        instance=instance,
        **members,
    )
