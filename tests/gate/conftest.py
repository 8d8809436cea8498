"""Fixtures of the gate's tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from governance.gate import packs
from tests.gate.room import ADMIN, Room, furnished


@pytest.fixture
def house() -> str:
    """The text of the house pack."""
    return packs.shipped()["credit-high-risk"]


@pytest.fixture
def room(tmp_path: Path, house: str) -> Iterator[Room]:
    """A ledger in which a sound model waits for its approvals, under the house pack."""
    made = furnished(tmp_path)
    pack = packs.parse(house)
    made.enter(ADMIN, "policy.registered", pack.subject, {"digest": pack.digest, "text": house})
    yield made
    made.ledger.close()
