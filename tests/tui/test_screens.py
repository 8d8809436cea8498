"""Driving the app with keys, as a compliance officer would."""

from __future__ import annotations

import csv
import os
import threading
from pathlib import Path

import pytest

from governance.errors import LedgerUnusable
from governance.workspace.views import EntryQuery, EntryView
from tests.tui.conftest import AppMaker
from tests.tui.driving import painted, press, settle, write
from tests.tui.long_ledger import LongLedger
from tests.tui.memory import MemoryWorkspace
from tests.tui.story import mortgage_story
from tui.app import RecordApp
from tui.screens.entry import EntryScreen
from tui.screens.ledger import LedgerScreen
from tui.widgets.entries import EntryList
from tui.widgets.graph import Graph

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
USUAL = (120, 40)


def run_async(story: object) -> None:
    """Run a coroutine function to its end (the suite needs no plug-in for that)."""
    import asyncio

    asyncio.run(story())  # type: ignore[operator] # a coroutine function


def rows_of(app: RecordApp) -> list[str]:
    """Return the rows of the list, without the scrollbar's moving handle."""
    return [row[:78].rstrip() for row in painted(app).splitlines()[4:22]]


def test_the_header_says_what_was_verified_and_remembers_it(
    make_app: AppMaker, ledger: MemoryWorkspace
) -> None:
    async def story() -> None:
        app = make_app(ledger)
        async with app.run_test(size=USUAL) as pilot:
            await settle(pilot)
            assert "✓ verified to #51 · checkpoint d8b3…8f · first seen here" in painted(app)
        again = make_app(ledger)
        async with again.run_test(size=USUAL) as pilot:
            await settle(pilot)
            assert "✓ verified to #51 · checkpoint d8b3…8f" in painted(again)
            assert "first seen" not in painted(again)

    run_async(story)


def test_a_rewritten_ledger_turns_the_bar_red_and_names_it(
    make_app: AppMaker, ledger: MemoryWorkspace
) -> None:
    async def story() -> None:
        ledger.write("x.note", "system:mortgage-approval", {"n": "as it was"}, "user:bob")
        async with make_app(ledger).run_test(size=USUAL) as pilot:
            await settle(pilot)
        forged = mortgage_story()
        forged.write("x.note", "system:mortgage-approval", {"n": "as they wish"}, "user:bob")
        app = make_app(forged)
        async with app.run_test(size=USUAL) as pilot:
            await settle(pilot)
            shown = painted(app)
            assert "✗ history-rewritten" in shown
            assert "Do not rely on this ledger" in shown

    run_async(story)


def test_from_the_overview_to_the_evidence_behind_a_rule_and_back(
    make_app: AppMaker, ledger: MemoryWorkspace
) -> None:
    async def story() -> None:
        app = make_app(ledger)
        async with app.run_test(size=USUAL) as pilot:
            await settle(pilot)
            await press(pilot, "5", "end", "enter")
            assert "✗ DENY" in painted(app)
            assert "impact ratio" in painted(app)
            await press(pilot, "down", "down", "down", "down", "enter")
            assert isinstance(app.screen, EntryScreen)
            assert "✓ proved" in painted(app)
            await press(pilot, "escape", "escape")
            assert "in one sentence" in painted(app)

    run_async(story)


def test_a_filter_narrows_the_list_and_escape_takes_it_away(
    make_app: AppMaker, ledger: MemoryWorkspace
) -> None:
    async def story() -> None:
        app = make_app(ledger)
        async with app.run_test(size=USUAL) as pilot:
            await settle(pilot)
            await press(pilot, "2", "slash")
            await write(pilot, "kind:gate.decided")
            rows = app.screen.query_one(EntryList).rows
            assert rows.count() == 4
            assert "4 found" in painted(app)
            await press(pilot, "slash")
            await write(pilot, "colour:red")
            assert "'colour:red' is no filter" in painted(app)
            await press(pilot, "escape", "escape")
            assert app.screen.query_one(EntryList).rows.count() == 52

    run_async(story)


def test_no_match_says_so_and_how_to_go_on(make_app: AppMaker, ledger: MemoryWorkspace) -> None:
    async def story() -> None:
        app = make_app(ledger)
        async with app.run_test(size=USUAL) as pilot:
            await settle(pilot)
            await press(pilot, "2", "slash")
            await write(pilot, "actor:nobody")
            assert "No entry matches" in painted(app)

    run_async(story)


def test_jumping_to_a_place_a_day_and_a_hash(make_app: AppMaker, ledger: MemoryWorkspace) -> None:
    async def story() -> None:
        app = make_app(ledger)
        async with app.run_test(size=USUAL) as pilot:
            await settle(pilot)
            await press(pilot, "2")
            for text, seq in (("#7", 7), ("@2026-03-16", 39), (ledger.views[12].entry, 12)):
                await press(pilot, "slash")
                await write(pilot, text)
                entry = app.screen.query_one(EntryList).entry
                assert entry is not None and entry.seq == seq
            await press(pilot, "slash")
            await write(pilot, "#99")
            await settle(pilot)
            assert "no entry #99" in painted(app)

    run_async(story)


def test_a_million_entries_open_and_page_with_the_same_few_queries_as_three_hundred(
    make_app: AppMaker,
) -> None:
    asked: dict[int, list[int]] = {}

    async def story(size: int) -> None:
        ledger = LongLedger(size)
        app = make_app(ledger)
        async with app.run_test(size=USUAL) as pilot:
            await settle(pilot)
            ledger.limits.clear()
            await press(pilot, "2", "pagedown", "end")
            entry = app.screen.query_one(EntryList).entry
            assert entry is not None and entry.seq == 0
        asked[size] = ledger.limits

    for size in (300, 1_000_000):
        run_async(lambda size=size: story(size))
    assert max(asked[1_000_000]) <= 100
    assert len(asked[1_000_000]) <= len(asked[300]) + 2


def test_new_entries_come_in_without_moving_what_one_looks_at(
    make_app: AppMaker, ledger: MemoryWorkspace
) -> None:
    async def story() -> None:
        app = make_app(ledger)
        async with app.run_test(size=(80, 24)) as pilot:
            await settle(pilot)
            await press(pilot, "2", "pagedown")
            listed = app.screen.query_one(EntryList)
            before, shown = listed.entry, rows_of(app)
            ledger.write("x.note", "system:mortgage-approval", {"n": 1}, "user:bob")
            app.watch_ledger()
            await settle(pilot)
            assert listed.entry == before
            assert rows_of(app) == shown
            assert "53 entries" in painted(app)
            await press(pilot, "home")
            assert "#52" in painted(app)

    run_async(story)


def test_lineage_is_walked_with_arrows_and_opened_with_enter(
    make_app: AppMaker, ledger: MemoryWorkspace
) -> None:
    async def story() -> None:
        app = make_app(ledger)
        async with app.run_test(size=USUAL) as pilot:
            await settle(pilot)
            await press(pilot, "3")
            graph = app.screen.query_one(Graph)
            assert graph.selected == "model:mortgage-approval@3"
            await press(pilot, "left", "left")
            assert graph.selected.startswith("dataset:")
            await press(pilot, "l")
            assert "Lineage of hmda-boston" in painted(app)
            await press(pilot, "enter")
            assert "sensitive" in painted(app)

    run_async(story)


def test_a_crowd_of_batches_is_one_node_until_it_is_opened(
    make_app: AppMaker, ledger: MemoryWorkspace
) -> None:
    async def story() -> None:
        app = make_app(ledger)
        async with app.run_test(size=(160, 40)) as pilot:
            await settle(pilot)
            await press(pilot, "3", "slash")
            await write(pilot, "deployment:mortgage-approval/production@1")
            assert "9 batches" in painted(app)
            graph = app.screen.query_one(Graph)
            await press(pilot, "right")
            while not graph.selected.startswith("crowd"):
                await press(pilot, "down")
            await press(pilot, "space")
            assert "9 batches" not in painted(app)

    run_async(story)


def test_an_unknown_subject_is_answered_in_words(make_app: AppMaker, ledger: MemoryWorkspace) -> None:
    async def story() -> None:
        app = make_app(ledger)
        async with app.run_test(size=USUAL) as pilot:
            await settle(pilot)
            await press(pilot, "3", "slash")
            await write(pilot, "model:mortgage@9")
            await settle(pilot)
            assert "Nothing is known of model:mortgage@9" in painted(app)

    run_async(story)


def test_verification_goes_on_while_one_looks_around_and_can_be_stopped(
    make_app: AppMaker, ledger: MemoryWorkspace
) -> None:
    gate = threading.Event()

    def wait() -> None:
        gate.wait(5)

    ledger.before_step = wait

    async def story() -> None:
        app = make_app(ledger)
        async with app.run_test(size=USUAL) as pilot:
            await settle(pilot)
            await pilot.press("8", "v")
            await pilot.pause(0.1)
            await pilot.press("2")
            await pilot.pause(0.3)
            assert isinstance(app.screen, LedgerScreen)
            assert "alert.opened" in painted(app)
            await pilot.press("8", "c")
            gate.set()
            await settle(pilot)
            assert "Stopped; nothing is concluded" in painted(app)
            await press(pilot, "v")
            assert "All 52 entries prove" in painted(app)
            await press(pilot, "1")
            assert "every entry up to #51 checked" in painted(app)

    run_async(story)


def test_a_ledger_that_breaks_off_is_said_in_the_pane_not_by_a_crash(
    make_app: AppMaker, ledger: MemoryWorkspace
) -> None:
    def gone(query: EntryQuery) -> list[EntryView]:
        raise LedgerUnusable("The service does not answer.", remedy="Look whether it runs.")

    async def story() -> None:
        app = make_app(ledger)
        async with app.run_test(size=USUAL) as pilot:
            await settle(pilot)
            ledger.entries = gone  # type: ignore[method-assign] # a server that went away
            await press(pilot, "2")
            assert "The service does not answer." in painted(app)
            assert "Look whether it runs." in painted(app)

    run_async(story)


def test_what_is_shown_is_exported_whole(
    make_app: AppMaker, ledger: MemoryWorkspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    async def story() -> None:
        app = make_app(ledger)
        async with app.run_test(size=USUAL) as pilot:
            await settle(pilot)
            await press(pilot, "2", "e", "enter")
            await settle(pilot)

    run_async(story)
    (written,) = list(tmp_path.glob("*.csv"))
    rows = list(csv.DictReader(written.open()))
    assert [int(row["seq"]) for row in rows] == list(range(51, -1, -1))


def test_the_proof_can_be_copied(make_app: AppMaker, ledger: MemoryWorkspace) -> None:
    async def story() -> None:
        app = make_app(ledger)
        async with app.run_test(size=USUAL) as pilot:
            await settle(pilot)
            await press(pilot, "2", "enter", "y", "end", "enter")
            assert app.clipboard.startswith("c2sp.org/tlog-proof@v1")

    run_async(story)


def test_times_change_to_utc_on_demand(make_app: AppMaker, ledger: MemoryWorkspace) -> None:
    async def story() -> None:
        app = make_app(ledger)
        async with app.run_test(size=USUAL) as pilot:
            await settle(pilot)
            assert "2026-03-16 03:50" in painted(app)
            await press(pilot, "u")
            assert "2026-03-16 01:50" in painted(app)

    run_async(story)


def test_without_colour_every_judgement_is_still_a_word(
    make_app: AppMaker, ledger: MemoryWorkspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(os.environ, "NO_COLOR", "1")

    async def story() -> None:
        app = make_app(ledger)
        async with app.run_test(size=USUAL) as pilot:
            await settle(pilot)
            shown = painted(app)
            assert "✓ allow" in shown
            assert "✗ deny" in shown
            assert "! warning" in shown

    run_async(story)
