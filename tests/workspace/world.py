"""A ledger whose administrator is alice, reached as somebody, locally or through a service of its own."""

from __future__ import annotations

import atexit
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from governance.identity import sshsig
from governance.identity.tokens import SCOPES
from governance.service.app import create_app
from governance.service.server import listen
from governance.workspace import Workspace, create_workspace
from governance.workspace.local import LocalWorkspace
from governance.workspace.remote import RemoteWorkspace
from governance.workspace.views import ApprovalView
from tests.workspace.builders import sign

ALICE = "user:alice"


class Switchboard:
    """One uvicorn on loopback for all tests: `/N/…` is the service of the N-th ledger that is served."""

    def __init__(self) -> None:
        self.apps: dict[str, ASGIApp] = {}
        listening = listen("127.0.0.1", 0)
        self.address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        server = uvicorn.Server(uvicorn.Config(self, log_level="error", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        deadline = time.monotonic() + 10
        while not server.started:
            assert thread.is_alive()
            assert time.monotonic() < deadline, "the service did not start"
            time.sleep(0.005)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        _, number, rest = scope["path"].split("/", 2)
        await self.apps[number]({**scope, "path": f"/{rest}"}, receive, send)


@cache
def switchboard() -> Switchboard:
    return Switchboard()


@contextmanager
def served(url: str, **options: Any) -> Iterator[str]:
    """Serve a ledger on loopback for the length of a test."""
    board = switchboard()
    app = create_app(url, **options)
    number = str(next(_NUMBERS))
    board.apps[number] = app
    try:
        yield f"{board.address}/{number}"
    finally:
        del board.apps[number]
        app.state.access.workspace.close()


_NUMBERS = count()


@cache
def _founded() -> Path:
    """One fresh ledger for all tests to copy: founding one takes longer than most of them."""
    path = Path(tempfile.mkdtemp(prefix="founded-")) / "governance.db"
    atexit.register(shutil.rmtree, path.parent, ignore_errors=True)
    create_workspace(str(path), actor=ALICE, name="Alice Smith").close()
    return path


def a_fresh_ledger(folder: Path) -> Path:
    """Return the path of a ledger of one's own whose administrator is alice."""
    shutil.copytree(_founded().parent, folder, dirs_exist_ok=True)
    return folder / "governance.db"


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

    def as_limited(self, actor: str) -> Workspace:
        """Return the ledger for somebody who is registered already."""
        self._open.setdefault(actor, self._reach(actor))
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
