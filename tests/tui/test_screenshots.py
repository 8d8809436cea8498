"""The picture in the README, made by a test: `GOVERN_WRITE_SCREENSHOTS=1 pytest tests/tui/test_screenshots.py`."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from tests.tui.conftest import AppMaker
from tests.tui.driving import painted, settle
from tests.tui.memory import MemoryWorkspace

PICTURE = Path(__file__).parents[2] / "docs" / "images" / "tui.svg"


def test_the_readme_shows_the_overview_as_it_is(make_app: AppMaker, ledger: MemoryWorkspace) -> None:
    async def shoot() -> tuple[str, str]:
        async with make_app(ledger).run_test(size=(110, 30)) as pilot:  # pins it once, so that it is known
            await settle(pilot)
        app = make_app(ledger)
        async with app.run_test(size=(110, 30)) as pilot:
            await settle(pilot)
            return app.export_screenshot(title="govern tui"), painted(app)

    picture, shown = asyncio.run(shoot())
    assert "✓ verified to #51" in shown
    assert "IN PRODUCTION" in shown
    if os.environ.get("GOVERN_WRITE_SCREENSHOTS") == "1":
        PICTURE.parent.mkdir(parents=True, exist_ok=True)
        PICTURE.write_text(picture)
    assert PICTURE.is_file(), "Write it with GOVERN_WRITE_SCREENSHOTS=1."
