"""One ledger, reached in two ways: every test of the façade's contract runs over both."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import uvicorn

from governance.identity.tokens import SCOPES
from governance.service.app import create_app
from governance.workspace import Workspace, create_workspace, open_workspace
from governance.workspace.local import LocalWorkspace
from governance.workspace.remote import RemoteWorkspace

ALICE = "user:alice"


@contextmanager
def served(url: str, **options: object) -> Iterator[str]:
    """Serve a ledger on a free port of loopback for the length of a test."""
    app = create_app(url, **options)  # type: ignore[arg-type]
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", timeout_graceful_shutdown=5))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    deadline = time.monotonic() + 10
    while not server.started:
        assert thread.is_alive()
        assert time.monotonic() < deadline, "the service did not start"
        time.sleep(0.005)
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)
        listening.close()
        assert not thread.is_alive(), "the service did not stop"


@dataclass
class World:
    """A ledger whose administrator is alice, and ways to reach it as somebody."""

    path: Path
    admin: LocalWorkspace
    address: str | None
    _open: dict[str, Workspace] = field(default_factory=dict)

    def as_(self, actor: str, *roles: str) -> Workspace:
        """Return the ledger for `actor`, registered with `roles` when new."""
        if actor not in self._open:
            if actor != ALICE:
                self.admin.register_user(actor, [{"role": role} for role in roles])
            self._open[actor] = self._reach(actor)
        return self._open[actor]

    def _reach(self, actor: str) -> Workspace:
        if self.address is None:
            return self.admin.acting_as(actor)
        secret = self.admin.issue_token(actor, list(SCOPES)).secret
        return RemoteWorkspace.open(self.address, token=secret, keys=str(self.path.parent / "client-keys"))

    def close(self) -> None:
        for workspace in self._open.values():
            workspace.close()


@pytest.fixture(params=["local", "http"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    path = tmp_path / "governance.db"
    create_workspace(str(path), actor=ALICE, name="Alice Smith").close()
    admin = open_workspace(str(path), actor=ALICE)
    assert isinstance(admin, LocalWorkspace)
    if request.param == "local":
        yield (made := World(path, admin, None))
        made.close()
    else:
        with served(str(path)) as address:
            yield (made := World(path, admin, address))
            made.close()
    admin.close()


@pytest.fixture
def alice(world: World) -> Workspace:
    """The ledger as its administrator and everything else sees it."""
    world.admin.set_roles(ALICE, [{"role": role} for role in ("administrator", "recorder", "evaluator", "deployer")])
    return world.as_(ALICE)
