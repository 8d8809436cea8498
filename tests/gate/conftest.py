"""Fixtures of the gate's tests."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from governance.gate import packs
from tests.gate.room import ADMIN, Room, furnished, reopened


@pytest.fixture
def house() -> str:
    """The text of the house pack."""
    return packs.shipped()["credit-high-risk"]


@pytest.fixture(scope="session")
def furnished_once(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A folder with a furnished ledger, to be copied, and the run in it."""
    folder = tmp_path_factory.mktemp("furnished")
    made = furnished(folder)
    pack = packs.parse(packs.shipped()["credit-high-risk"])
    made.enter(ADMIN, "policy.registered", pack.subject, {"digest": pack.digest, "text": pack.text})
    made.ledger.close()
    return folder, made.run


@pytest.fixture
def room(tmp_path: Path, furnished_once: tuple[Path, str]) -> Iterator[Room]:
    """A ledger in which a sound model waits for its approvals, under the house pack."""
    folder, run = furnished_once
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    made = reopened(tmp_path, run)
    yield made
    made.ledger.close()
