"""Driving the app with keys, as a compliance officer would."""

from __future__ import annotations

import csv
import os
import threading
from pathlib import Path

import pytest

from governance.errors import LedgerUnusable
from governance.workspace.views import CheckpointView, EntryQuery, EntryView, Failure
from tests.tui.conftest import AppMaker
from tests.tui.driving import painted, press, settle, write
from tests.tui.long_ledger import LongLedger
from tests.tui.memory import MemoryWorkspace, another_key
from tests.tui.story import mortgage_story
from tui.app import RecordApp
from tui.screens.entry import EntryScreen
from tui.screens.ledger import LedgerScreen
from tui.widgets.document import Document
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


def test_the_header_warns_at_first_sight_that_the_key_is_only_believed_and_remembers_it_then(
    make_app: AppMaker, ledger: MemoryWorkspace
) -> None:
    async def story() -> None:
        app = make_app(ledger)
        async with app.run_test(size=USUAL) as pilot:
            await settle(pilot)
            believed = "! verified to #51 · key believed from the ledger itself, not pinned"
            assert believed in painted(app)
            app.watch_ledger()  # looking twice makes nothing surer
            await settle(pilot)
            assert believed in painted(app)
            assert app.integrity.tone == "warn"
        again = make_app(ledger)
        async with again.run_test(size=USUAL) as pilot:
            await settle(pilot)
            assert "✓ verified to #51 · checkpoint d8b3…8f" in painted(again)
            assert again.integrity.tone == "good"

    run_async(story)


def test_a_small_ledger_that_was_tampered_with_is_never_green(
    make_app: AppMaker, ledger: MemoryWorkspace
) -> None:
    ledger.damage = [
        Failure(failure="body-altered", place="#20", seq=20, message="One digit changed.", next_step="")
    ]

    async def story() -> None:
        app = make_app(ledger)
        async with app.run_test(size=USUAL) as pilot:
            await settle(pilot)
            shown = painted(app)
            assert "✗ body-altered: at #20: One digit changed." in shown
            assert ".." not in shown
            assert "✓ verified" not in shown

    run_async(story)


def test_a_large_ledger_is_called_signed_until_somebody_checks_its_entries(make_app: AppMaker) -> None:
    ledger = LongLedger(20_000)

    async def story() -> None:
        async with make_app(ledger).run_test(size=USUAL) as pilot:
            await settle(pilot)
            assert "! signed #19,999 · entries not checked · key believed" in painted(pilot.app)
        app = make_app(ledger)
        async with app.run_test(size=USUAL) as pilot:
            await settle(pilot)
            assert "✓ signed #19,999 · entries not checked" in painted(app)
            assert app.integrity.tone == ""
            app.guard.remember_full(12_000)
            app.watch_ledger()
            await settle(pilot)
            assert "✓ signed #19,999 · entries checked to #11,999" in painted(app)
            app.guard.remember_full(20_000)
        again = make_app(ledger)
        async with again.run_test(size=USUAL) as pilot:
            await settle(pilot)
            assert "✓ verified to #19,999" in painted(again)

    run_async(story)


def test_another_ledger_under_a_known_name_is_named_as_such_and_the_old_one_can_be_forgotten(
    make_app: AppMaker, ledger: MemoryWorkspace
) -> None:
    async def story() -> None:
        async with make_app(ledger).run_test(size=USUAL) as pilot:
            await settle(pilot)
        app = make_app(mortgage_story(another_key(ledger.origin)))
        async with app.run_test(size=(160, 40)) as pilot:
            await settle(pilot)
            shown = painted(app)
            assert "? another ledger under the same name (another key)" in shown.splitlines()[0]
            assert "press F to forget the old one" in shown
            assert app.guard.pin_file.rpartition("/")[2] in shown
            assert "history-rewritten" not in shown
            assert "Do not rely" not in shown
            assert ".." not in shown
            await press(pilot, "8", "v")
            assert "All 52 entries prove" in painted(app)
            await press(pilot, "1", "F")
            assert "Forget what was seen here?" in painted(app)
            await press(pilot, "escape")
            assert "another ledger" in painted(app)
            await press(pilot, "F", "y")
            assert "! verified to #51 · key believed from the ledger itself" in painted(app)

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
            assert "until:" in painted(app)
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


def test_an_unknown_subject_is_answered_in_the_prompt_with_near_names_and_the_drawing_stays(
    make_app: AppMaker, ledger: MemoryWorkspace
) -> None:
    async def story() -> None:
        app = make_app(ledger)
        async with app.run_test(size=USUAL) as pilot:
            await settle(pilot)
            await press(pilot, "3")
            drawn = app.screen.query_one(Graph)._drawing
            for typed in ("model:mortgage@9", "morgage-aproval"):
                await press(pilot, "slash")
                await write(pilot, typed)
                shown = " ".join(painted(app).split())
                assert f"Nothing is known of {typed}. Near: " in shown
                assert "mortgage-approval" in shown.partition("Near: ")[2]
                assert app.screen.query_one(Graph)._drawing == drawn
                await press(pilot, "escape")

    run_async(story)


def test_a_bare_name_that_only_one_subject_has_is_enough(make_app: AppMaker, ledger: MemoryWorkspace) -> None:
    async def story() -> None:
        app = make_app(ledger)
        async with app.run_test(size=USUAL) as pilot:
            await settle(pilot)
            await press(pilot, "3", "left", "slash")
            await write(pilot, "mortgage-approval@1")
            shown = painted(app)
            assert "Lineage of mortgage-approval@1" in shown
            assert app.screen.query_one(Graph).selected == "model:mortgage-approval@1"
            strip = app.screen.query_one("#notes", Document).lines[0].text
            assert strip.startswith("model:mortgage-approval@1 ")

    run_async(story)


def test_everything_in_the_lineage_says_what_it_added(make_app: AppMaker, ledger: MemoryWorkspace) -> None:
    async def story() -> None:
        app = make_app(ledger)
        async with app.run_test(size=(80, 24)) as pilot:
            await settle(pilot)
            await press(pilot, "3")
            assert "backbone · " in painted(app)
            await press(pilot, "a")
            assert "everything · " in painted(app)
            assert any("of evidence, approvals" in note.message for note in app._notifications)

    run_async(story)


def test_a_bare_word_filters_by_kind_else_searches_the_names_of_subjects(
    make_app: AppMaker, ledger: MemoryWorkspace
) -> None:
    async def story() -> None:
        app = make_app(ledger)
        async with app.run_test(size=(80, 24)) as pilot:
            await settle(pilot)
            await press(pilot, "2", "slash")
            await write(pilot, "gate")
            assert "/gate   4 found" in painted(app)
            await press(pilot, "slash")
            await write(pilot, "hmda")
            rows = app.screen.query_one(EntryList).rows
            subjects = {entry.subject for index in range(rows.count()) if (entry := rows.row(index))}
            assert rows.count() > 0
            assert all("hmda" in subject for subject in subjects)
            await press(pilot, "slash")
            await write(pilot, "zebra")
            assert "no subject's name contains it." in painted(app)

    run_async(story)


def test_a_service_that_goes_away_leaves_what_was_shown_and_comes_back(
    make_app: AppMaker, ledger: MemoryWorkspace
) -> None:
    checkpoint, entries, overview = ledger.checkpoint, ledger.entries, ledger.overview

    def gone(*_: object) -> CheckpointView:
        raise LedgerUnusable("The service does not answer.", remedy="Look whether it runs.")

    async def story() -> None:
        app = make_app(ledger)
        async with app.run_test(size=USUAL) as pilot:
            await settle(pilot)
            await press(pilot, "2", "1")
            ledger.checkpoint = ledger.entries = ledger.overview = gone  # type: ignore[assignment, method-assign]
            app.watch_ledger()
            await settle(pilot)
            assert "? no answer: The service does not answer." in painted(app)
            await press(pilot, "1")
            assert "LATEST DECISIONS" in painted(app)
            await press(pilot, "2", "2", "down")
            assert "no answer · 52 entries before" in painted(app)
            assert "alert.opened" in painted(app)
            ledger.checkpoint, ledger.entries, ledger.overview = checkpoint, entries, overview  # type: ignore[method-assign]
            app.watch_ledger()
            await settle(pilot)
            assert "no answer" not in painted(app)
            assert "52 entries" in painted(app)

    run_async(story)


def test_a_ledger_screen_first_opened_while_nobody_answers_fills_itself_later(
    make_app: AppMaker, ledger: MemoryWorkspace
) -> None:
    checkpoint = ledger.checkpoint

    def gone() -> CheckpointView:
        raise LedgerUnusable("The service does not answer.", remedy="Look whether it runs.")

    async def story() -> None:
        app = make_app(ledger)
        async with app.run_test(size=USUAL) as pilot:
            await settle(pilot)
            ledger.checkpoint = gone  # type: ignore[method-assign]
            app.watch_ledger()
            await settle(pilot)
            await press(pilot, "2")
            assert "no answer" in painted(app)
            assert "0 entries" not in painted(app)
            ledger.checkpoint = checkpoint  # type: ignore[method-assign]
            app.watch_ledger()
            await settle(pilot)
            assert "alert.opened" in painted(app)

    run_async(story)


def test_copy_and_export_are_offered_only_where_there_is_something(
    make_app: AppMaker, ledger: MemoryWorkspace
) -> None:
    async def story() -> None:
        app = make_app(ledger)
        async with app.run_test(size=USUAL) as pilot:
            await settle(pilot)
            await press(pilot, "8")
            foot = painted(app).splitlines()[-1]
            assert "Copy" not in foot
            assert "Export" not in foot
            await press(pilot, "v")
            assert "Export" in painted(app).splitlines()[-1]
            await press(pilot, "2")
            foot = painted(app).splitlines()[-1]
            assert "Copy" in foot
            assert "Export" in foot

    run_async(story)


def test_digits_without_a_screen_say_so_and_the_palette_offers_this_programs_own_commands_only(
    make_app: AppMaker, ledger: MemoryWorkspace
) -> None:
    async def story() -> None:
        app = make_app(ledger)
        async with app.run_test(size=USUAL) as pilot:
            await settle(pilot)
            await pilot.press("6", "7", "9")
            said = [note.message for note in app._notifications]
            assert said == [f"No screen {key} in this version." for key in (6, 7, 9)]
            titles = {command.title for command in app.get_system_commands(app.screen)}
            assert titles == {
                "Overview", "Ledger", "Lineage", "Subjects", "Decisions", "Verify",
                "Times in UTC", "Forget the pin", "Theme", "Quit",
            }  # fmt: skip

    run_async(story)


def test_verification_goes_on_while_one_looks_around_and_can_be_stopped(
    make_app: AppMaker, ledger: MemoryWorkspace
) -> None:
    gate = threading.Event()

    def wait() -> None:
        gate.wait(5)

    async def story() -> None:
        app = make_app(ledger)
        async with app.run_test(size=USUAL) as pilot:
            await settle(pilot)
            ledger.before_step = wait
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
