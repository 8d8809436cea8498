"""One HTTP client for a ledger service: timeouts, the token, and problem documents as errors again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import httpx

from governance.errors import GovernanceError, LedgerUnusable

_TIMEOUT = httpx.Timeout(60.0, connect=5.0)
_VERIFY_TIMEOUT = httpx.Timeout(600.0, connect=5.0)


class HttpClient:
    """Asks a service under `URL/v1/`; raises the error that the service's façade raised.

    Redirects are not followed: a token goes to the address that was given and to no other.
    """

    def __init__(self, url: str, *, token: str | None, transport: httpx.BaseTransport | None = None) -> None:
        self.url = url.rstrip("/")
        headers = {
            "Accept": "application/json, text/plain, application/octet-stream, application/problem+json"
        }
        if token:
            headers["Authorization"] = f"Bearer {token}"
        try:
            self._client = httpx.Client(
                base_url=f"{self.url}/v1/", headers=headers, timeout=_TIMEOUT, transport=transport
            )
        except httpx.InvalidURL as error:
            raise LedgerUnusable(
                f"'{url}' is no address of a ledger service: {error}.",
                remedy="Write https://HOST or http://HOST:PORT.",
            ) from None

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def get(self, path: str, **parameters: Any) -> httpx.Response:
        """Ask; parameters that are None are left out."""
        return self._send("GET", path, parameters=parameters)

    def post(self, path: str, content: Any, *, slow: bool = False) -> httpx.Response:
        """Send JSON."""
        return self._send("POST", path, content=content, slow=slow)

    def put(self, path: str, content: Any) -> httpx.Response:
        """Send JSON to replace what is there."""
        return self._send("PUT", path, content=content)

    def _send(
        self,
        verb: str,
        path: str,
        *,
        parameters: Mapping[str, Any] | None = None,
        content: Any = None,
        slow: bool = False,
    ) -> httpx.Response:
        given = {name: _text(value) for name, value in (parameters or {}).items() if value is not None}
        try:
            response = self._client.request(
                verb,
                path,
                params=given or None,
                json=content,
                timeout=_VERIFY_TIMEOUT if slow else _TIMEOUT,
            )
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise LedgerUnusable(
                f"The ledger service at {self.url} gives no answer: {str(error) or type(error).__name__}.",
                remedy="Treat it as deny. Check the address, and that 'govern serve' runs there.",
            ) from None
        if response.status_code != httpx.codes.OK:
            raise _error_of(response, self.url)
        return response


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _error_of(response: httpx.Response, url: str) -> GovernanceError:
    try:
        document = response.json()
        code, detail = str(document["code"]), str(document["detail"])
        remedy = str(document.get("remedy", ""))
    except (ValueError, KeyError, TypeError, AttributeError):
        return LedgerUnusable(
            f"{url} answered {response.status_code}, but not as a ledger service does.",
            remedy="Treat it as deny. Check the address: no path belongs behind the port.",
        )
    import governance.identity.sshsig  # noqa: F401 - its refusals are classes of their own

    for known in _descendants(GovernanceError):
        if known.code == code:
            return known(detail, remedy=remedy)
    if response.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
        return LedgerUnusable(detail, remedy=remedy)
    return GovernanceError(detail, remedy=remedy)


def _descendants(root: type[GovernanceError]) -> Iterator[type[GovernanceError]]:
    for child in root.__subclasses__():
        yield child
        yield from _descendants(child)
