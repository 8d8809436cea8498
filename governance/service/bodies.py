"""JSON bodies read strictly, on every route: one text has one meaning, to us and to whoever reads it after us.

1. UTF-8, no byte order mark, nothing but one JSON value; no `NaN` and no infinity (RFC 8259 §6, §8.1).
2. No member stands twice in one object: readers differ on which one counts (RFC 8259 §4), so an entry could
   say one thing to a reviewer and another to the ledger.
3. No text with half a surrogate pair: it has no UTF-8, so neither ledger nor answer could hold it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Coroutine
from typing import Any, NoReturn

from fastapi import Request, Response
from fastapi.routing import APIRoute

from governance.errors import InvalidInput

JSON = "application/json"
_PERHAPS_A_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


def strict_json(data: bytes) -> Any:
    """Return the JSON value that `data` holds, by rules 1 to 3.

    Raises:
        InvalidInput: it is none; says why.
    """
    try:
        value = json.loads(data.decode(), object_pairs_hook=_without_repeats, parse_constant=_refuse_constant)
        if _PERHAPS_A_SURROGATE.search(data):
            json.dumps(value, ensure_ascii=False).encode()
    except RecursionError:
        raise InvalidInput("It is nested too deeply.", remedy="Bodies may be 64 deep.") from None
    except UnicodeEncodeError:
        raise InvalidInput(
            "A text in it holds half of a surrogate pair.", remedy="Write the character itself, in UTF-8."
        ) from None
    except ValueError as error:
        raise InvalidInput(
            f"It is not JSON: {error}.", remedy="Correct the text and send it again."
        ) from None
    return value


class StrictRequest(Request):
    """A request whose JSON is read strictly, once."""

    async def json(self) -> Any:
        """Return the body's value; raises as `strict_json`."""
        if not hasattr(self, "_json"):
            self._json = strict_json(await self.body())
        return self._json


class StrictRoute(APIRoute):
    """A route that reads its JSON body strictly, before anything else is asked of it."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the framework's handler, the body read before it: it would hide why one was refused."""
        handle = super().get_route_handler()

        async def strictly(request: Request) -> Response:
            strict = StrictRequest(request.scope, request.receive)
            if self.body_field is not None and media_type(request) == JSON and await strict.body():
                await strict.json()
            return await handle(strict)

        return strictly


def media_type(request: Request) -> str:
    """Return what the request says that its body is, without parameters."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def _without_repeats(members: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(members)
    if len(result) != len(members):
        raise ValueError("a member stands twice in one object")
    return result


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number there")
