"""A bound on request bodies, kept while they stream in, whatever Content-Length says."""

from __future__ import annotations

from fastapi import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from governance.service.problems import problem

MAX_BODY_BYTES = 16 * 1024 * 1024
"""Room for 16 of the largest entries (1 MiB each) in one NDJSON request."""


class BodyLimit:
    """ASGI middleware that answers 413 to bodies of more than `limit` bytes."""

    def __init__(self, app: ASGIApp, limit: int = MAX_BODY_BYTES) -> None:
        self._app = app
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, counting what it sends."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        if not declared.isdigit() or int(declared) > self._limit:
            await problem(
                413,
                "content-too-large",
                f"The body is larger than {self._limit:,} bytes.",
                "Send less at once: split it into several requests.",
                instance=scope["path"],
            )(scope, receive, send)
            return
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self._limit:
                raise HTTPException(413, f"the body is larger than {self._limit:,} bytes")
            return message

        await self._app(scope, counted, send)
