"""Fixtures over `store_builders`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from governance.ledger.log import Ledger

sys.path.insert(0, str(Path(__file__).parent))
from store_builders import ANN, SetClock


@pytest.fixture
def set_clock() -> SetClock:
    return SetClock()


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "governance.db"


@pytest.fixture
def make(place: Path) -> Iterator[Callable[..., Ledger]]:
    made: list[Ledger] = []

    def create(url: str | None = None, **more: Any) -> Ledger:
        ledger = Ledger.create(
            url or str(place), actor=ANN, created=more.pop("created", {"admins": []}), **more
        )
        made.append(ledger)
        return ledger

    yield create
    for one in made:
        one.close()


@pytest.fixture
def ledger(make: Callable[..., Ledger]) -> Ledger:
    return make()
