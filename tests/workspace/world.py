"""A ledger whose administrator is alice, reached as somebody, locally or through a service of its own."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import uvicorn

from governance.identity import sshsig
from governance.identity.tokens import SCOPES
from governance.service.app import create_app
from governance.service.server import listen
from governance.workspace import Workspace
from governance.workspace.local import LocalWorkspace
from governance.workspace.remote import RemoteWorkspace
from governance.workspace.views import ApprovalView
from tests.workspace.builders import sign

ALICE = "user:alice"


@contextmanager
def served(url: str, **options: object) -> Iterator[str]:
    """Serve a ledger on a free port of loopback for the length of a test."""
    app = create_app(url, **options)  # type: ignore[arg-type]
    listening = listen("127.0.0.1", 0)
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

    def a_person(self, actor: str, *roles: str) -> Person:
        """Return an approver with an SSH key of theirs."""
        workspace = self.as_(actor, "approver", *roles)
        key = self.path.parent / actor.replace(":", "-")
        self.admin.bind_key(actor, sshsig.generate(key, actor))
        return Person(workspace, key)


@dataclass
class Person:
    """Somebody who signs."""

    workspace: Workspace
    key: Path

    def approve(self, model: str, target: str = "production") -> ApprovalView:
        statement = self.workspace.approval_statement(model, target, meaning="I reviewed the evaluation")
        return self.workspace.approve(statement, sign(self.key, statement))
