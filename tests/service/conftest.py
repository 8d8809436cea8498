"""A served ledger with an administrator, and ways to ask it over plain HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from governance.workspace import open_workspace
from governance.workspace.local import LocalWorkspace
from tests.workspace.world import ALICE, a_fresh_ledger, served


@dataclass
class Service:
    """A service on loopback, and its ledger as the administrator has it."""

    address: str
    path: Path
    admin: LocalWorkspace

    def ask(self, verb: str, path: str, *, token: str | None = None, **options: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        headers |= options.pop("headers", {})
        return httpx.request(verb, self.address + path, headers=headers, timeout=20, **options)

    def token(self, *scopes: str, actor: str = ALICE, days: int = 1) -> str:
        secret = self.admin.issue_token(actor, list(scopes), days=days).secret
        assert secret is not None
        return secret


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[tuple[Path, LocalWorkspace]]:
    path = a_fresh_ledger(tmp_path)
    admin = open_workspace(str(path), actor=ALICE)
    assert isinstance(admin, LocalWorkspace)
    yield path, admin
    admin.close()


@pytest.fixture
def service(ledger: tuple[Path, LocalWorkspace]) -> Iterator[Service]:
    """A service that acts as alice for callers without token, while the ledger has issued none."""
    path, admin = ledger
    with served(str(path), actor=ALICE, max_body_bytes=100_000) as address:
        yield Service(address, path, admin)
