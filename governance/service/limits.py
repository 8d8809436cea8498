"""Bounds: on request bodies, on numbers in requests, on work under way at the same time."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

from fastapi import HTTPException, Query
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from governance.errors import LedgerUnusable
from governance.service.problems import problem

MAX_BODY_BYTES = 16 * 1024 * 1024
"""Room for 16 of the largest entries (1 MiB each) in one NDJSON request."""

MAX_VERIFICATIONS = 2
"""Each walks the whole ledger and holds connections of the pool that appends need too."""
_MOST_DIGITS = 18

Limit = Annotated[int, Query(ge=1, le=1000)]
"""How many rows a page may have."""
Place = Annotated[int, Query(ge=0, lt=1 << 63)]
"""An entry's number or a ledger's size, as databases hold them."""


class Turnstile:
    """Lets so many in at a time and turns others away at once: nobody queues up behind slow work."""

    def __init__(self, places: int, what: str) -> None:
        self._free = threading.BoundedSemaphore(places)
        self._what = what

    @contextmanager
    def place(self) -> Iterator[None]:
        """Hold a place.

        Raises:
            LedgerUnusable: all are taken.
        """
        if not self._free.acquire(blocking=False):
            raise LedgerUnusable(
                f"As many {self._what} are under way as this service does at once.",
                remedy="Ask again later; the ledger itself goes on working.",
            )
        try:
            yield
        finally:
            self._free.release()


class BodyLimit:
    """ASGI middleware that answers 413 to bodies of more than `limit` bytes.

    Counted while they stream in, whatever Content-Length says.
    """

    def __init__(self, app: ASGIApp, limit: int = MAX_BODY_BYTES) -> None:
        self._app = app
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, counting what it sends."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        if not declared.isdigit() or len(declared) > _MOST_DIGITS or int(declared) > self._limit:
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
