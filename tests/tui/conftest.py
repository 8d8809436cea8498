"""The app on the story, with a fixed clock and a pin folder of its own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.tui.memory import MemoryWorkspace
from tests.tui.story import mortgage_story
from tui.app import RecordApp
from tui.moments import Clock, fixed_zone
from tui.pins import PinFolder

NOW = datetime(2026, 4, 12, 14, 5, tzinfo=UTC)

AppMaker = Callable[..., RecordApp]


def make_clock() -> Clock:
    """Return a clock that stands still in Berlin's summer time."""
    return Clock(zone=fixed_zone(2, "CEST"), now=lambda: NOW)


@pytest.fixture
def ledger() -> MemoryWorkspace:
    return mortgage_story()


@pytest.fixture
def make_app(tmp_path: Path) -> AppMaker:
    """Return a maker of apps over a ledger; apps of one test share their pins."""

    def make(ledger: MemoryWorkspace, *, follow: float = 0.0) -> RecordApp:
        return RecordApp(
            ledger,  # type: ignore[arg-type] # a double of what the screens read
            clock=make_clock(),
            pins=PinFolder(tmp_path / "pins"),
            follow=follow,
        )

    return make
