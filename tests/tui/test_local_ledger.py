"""The screens on a real ledger: an SQLite file, opened by the façade."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

import pytest

from governance.workspace import NewEntry, create_workspace, open_workspace
from tests.tui.driving import painted, press, settle
from tests.tui.story import mortgage_story
from tui.app import RecordApp
from tui.pins import PinFolder

USUAL = (120, 40)


@pytest.fixture
def url(tmp_path: Path) -> str:
    """Return a ledger with a system, datasets and a model in it."""
    url = str(tmp_path / "governance.db")
    told = [
        view for view in mortgage_story().views if view.kind in {"system.registered", "dataset.registered"}
    ]
    with create_workspace(url, actor="user:alice", name="Alice") as workspace:
        workspace.register_user("user:bob", [{"role": "administrator"}, {"role": "recorder"}])
        recorder = workspace.acting_as("user:bob")
        recorder.append_many(
            [NewEntry(kind=view.kind, subject=view.subject, body=view.body or {}) for view in told]
        )
    return url


def app_on(url: str, folder: Path) -> RecordApp:
    return RecordApp(open_workspace(url), pins=PinFolder(folder / "pins"), follow=0)


def test_every_screen_reads_a_ledger_in_a_file(url: str, tmp_path: Path) -> None:
    async def story() -> None:
        app = app_on(url, tmp_path)
        async with app.run_test(size=USUAL) as pilot:
            await settle(pilot)
            assert "! verified to #" in painted(app)
            await press(pilot, "2", "enter")
            assert "✓ proved" in painted(app)
            await press(pilot, "4", "end", "enter", "l")
            assert "Lineage of" in painted(app)
            await press(pilot, "5")
            assert "The gate was not asked" in painted(app)
            await press(pilot, "8", "v")
            assert "entries prove" in painted(app)
        app.workspace.close()

    asyncio.run(story())


def test_a_byte_altered_behind_the_softwares_back_is_found_and_the_bar_turns_red(
    url: str, tmp_path: Path
) -> None:
    with sqlite3.connect(url) as database:
        triggers = database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for (name,) in triggers:
            database.execute(f'DROP TRIGGER "{name}"')
        for seq, body in database.execute("SELECT seq, body FROM body").fetchall():
            if b'"risk":"high"' in body:
                altered = body.replace(b'"risk":"high"', b'"risk":"mini"')
                database.execute("UPDATE body SET body = ? WHERE seq = ?", (altered, seq))

    async def story() -> None:
        app = app_on(url, tmp_path)
        async with app.run_test(size=USUAL) as pilot:
            await settle(pilot)
            await press(pilot, "8", "v")
            shown = painted(app)
            assert "✗ body-altered" in shown.splitlines()[0]
            assert "What an entry says was changed; its header proves it." in shown
            await press(pilot, "1")
            assert "✗ body-altered" in painted(app)
        app.workspace.close()

    asyncio.run(story())
