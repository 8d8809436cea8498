"""Running the service on uvicorn, on this machine only unless the ledger has tokens to ask for."""

from __future__ import annotations

import socket
from collections.abc import Callable

import uvicorn

from governance.errors import LedgerUnusable, NotPermitted
from governance.service.access import Access, is_loopback
from governance.service.app import create_app

_SHUTDOWN_SECONDS = 10


def serve(
    url: str,
    host: str = "127.0.0.1",
    port: int = 8321,
    actor: str | None = None,
    *,
    keys: str | None = None,
    confirm_clock: bool = False,
    announce: Callable[[str], None] | None = None,
) -> None:
    """Serve the ledger at `url` until interrupted; requests under way are finished first.

    Args:
        url: path or database URL of an existing ledger.
        host: the address to listen on.
        port: 0 picks a free one.
        actor: who acts for callers without token while the ledger has issued none; None lets them read only.
        keys: folder of the ledger's secrets, when it is not beside the database.
        confirm_clock: an operator says that the system's clock is right, even where it jumps ahead.
        announce: called once with the address, when it listens.

    Raises:
        NotPermitted: `host` reaches beyond this machine and the ledger has no valid API token.
        LedgerUnusable: the address is in use or not ours.
        GovernanceError: the ledger can't be opened.
    """
    loopback = is_loopback(host)
    app = create_app(url, actor=actor, keys=keys, loopback=loopback, confirm_clock=confirm_clock)
    access: Access = app.state.access
    try:
        if not loopback and not access.workspace.has_tokens(valid=True):
            raise NotPermitted(
                f"{host} is reached by other machines, and this ledger has no valid API token.",
                remedy="Issue one first (govern token issue), or serve on 127.0.0.1.",
            )
        listening = listen(host, port)
        with listening:
            if announce is not None:
                shown = f"[{host.strip('[]')}]" if ":" in host else host
                announce(f"http://{shown}:{listening.getsockname()[1]}")
            config = uvicorn.Config(
                app, log_level="warning", server_header=False, timeout_graceful_shutdown=_SHUTDOWN_SECONDS
            )
            uvicorn.Server(config).run(sockets=[listening])
    finally:
        access.workspace.close()


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket.

    asyncio turns Nagle's algorithm off only for sockets that say that they are TCP, which those of
    `create_server` do not; with it on, every answer waits 40 ms for the client's delayed acknowledgement.

    Raises:
        LedgerUnusable: the address is in use or not this machine's.
    """
    try:
        family = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)[0][0]
        listening = socket.create_server((host.strip("[]"), port), family=family)
    except OSError as error:
        raise LedgerUnusable(
            f"The service can't listen on {host}:{port}: {error.strerror or error}.",
            remedy="Choose another --port, or stop what uses it.",
        ) from None
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening
