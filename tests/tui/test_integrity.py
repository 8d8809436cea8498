"""The verifying reader: what turns the header red."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from governance.workspace.views import CheckpointView
from tests.tui.memory import MemoryWorkspace, another_key
from tests.tui.story import mortgage_story
from tui.guard import Guard
from tui.integrity import Integrity, prove_entry
from tui.pins import PinFolder


def guard_of(ledger: MemoryWorkspace, folder: Path) -> Guard:
    return Guard(ledger, PinFolder(folder), lambda: "2026-04-12T14:05:00Z")  # type: ignore[arg-type] # a double


def test_at_first_sight_the_key_is_believed_and_said_to_be_new(
    ledger: MemoryWorkspace, tmp_path: Path
) -> None:
    found = guard_of(ledger, tmp_path).check()
    assert found.state == "signed"
    assert found.since is None
    assert "key believed from the ledger itself, not pinned" in found.sentence


def test_a_longer_ledger_is_compared_with_the_pin_and_becomes_it(
    ledger: MemoryWorkspace, tmp_path: Path
) -> None:
    guard_of(ledger, tmp_path).check()
    before = len(ledger.views)
    ledger.write("x.note", "system:mortgage-approval", {"n": 1}, "user:bob")
    found = guard_of(ledger, tmp_path).check()
    assert (found.state, found.since, found.size) == ("signed", before, before + 1)
    pin = PinFolder(tmp_path).read(ledger.origin)
    assert pin is not None and pin.size == before + 1


def test_a_tail_that_was_cut_off_is_truncated(ledger: MemoryWorkspace, tmp_path: Path) -> None:
    ledger.write("x.note", "system:mortgage-approval", {"n": 1}, "user:bob")
    guard_of(ledger, tmp_path).check()
    found = guard_of(mortgage_story(), tmp_path).check()
    assert (found.state, found.failure) == ("failed", "truncated")
    assert found.next_step


@pytest.mark.parametrize("more", [0, 3])
def test_another_history_with_the_same_key_is_history_rewritten(tmp_path: Path, more: int) -> None:
    told, forged = mortgage_story(), mortgage_story()
    told.write("x.note", "system:mortgage-approval", {"n": "as it was"}, "user:bob")
    guard_of(told, tmp_path).check()
    for number in range(more + 1):
        forged.write("x.note", "system:mortgage-approval", {"n": number}, "user:bob")
    found = guard_of(forged, tmp_path).check()
    assert (found.state, found.failure) == ("failed", "history-rewritten")


def test_another_key_under_a_pinned_name_is_another_ledger_and_nobody_is_accused(
    ledger: MemoryWorkspace, tmp_path: Path
) -> None:
    guard_of(ledger, tmp_path).check()
    before = PinFolder(tmp_path).read(ledger.origin)
    other = mortgage_story(another_key(ledger.origin))
    guard = guard_of(other, tmp_path)
    found = guard.check()
    assert (found.state, found.failure, found.tone) == ("other", "", "warn")
    assert "another ledger under the same name (another key)" in found.message
    assert guard.pin_file in found.next_step
    assert "rewritten" not in found.sentence + found.message + found.next_step
    guard.remember_full(found.size)
    assert PinFolder(tmp_path).read(ledger.origin) == before
    guard.forget()
    again = guard.check()
    assert (again.state, again.believed) == ("signed", True)


def test_a_ledger_that_was_founded_with_the_pinned_key_and_is_signed_by_another_is_not_let_off(
    ledger: MemoryWorkspace, tmp_path: Path
) -> None:
    guard_of(ledger, tmp_path).check()
    ledger.key = another_key(ledger.origin).key
    found = guard_of(ledger, tmp_path).check()
    assert (found.state, found.failure) == ("failed", "checkpoint-invalid")


def test_a_key_from_elsewhere_is_what_counts(ledger: MemoryWorkspace, tmp_path: Path) -> None:
    other = mortgage_story(another_key(ledger.origin))
    given = ledger.verifier_keys()
    found = Guard(ledger, PinFolder(tmp_path), lambda: "2026-04-12T14:05:00Z", given).check()  # type: ignore[arg-type] # a double
    assert (found.state, found.believed) == ("signed", False)
    found = Guard(other, PinFolder(tmp_path), lambda: "2026-04-12T14:05:00Z", given).check()  # type: ignore[arg-type] # a double
    assert (found.state, found.failure) == ("failed", "checkpoint-invalid")
    assert "not signed by the key that you gave" in found.message


def test_the_header_says_no_more_than_is_known() -> None:
    known = Integrity(state="signed", size=58, root="ab" * 32)
    assert known.words(66) == "✓ signed #57 · entries not checked · checkpoint abab…ab"
    assert replace(known, complete_to=40).words(40) == "✓ signed #57 · entries checked to #39"
    assert replace(known, complete_to=58).words(30) == "✓ verified to #57"
    assert replace(known, believed=True).words(60) == "! signed #57 · entries not checked · key not pinned"
    assert not known.is_complete
    assert "verified" not in known.sentence


def test_a_damaged_pin_is_named_and_not_forgotten(ledger: MemoryWorkspace, tmp_path: Path) -> None:
    guard_of(ledger, tmp_path).check()
    path = PinFolder(tmp_path).path(ledger.origin)
    path.write_text("{")
    found = guard_of(ledger, tmp_path).check()
    assert found.state == "unknown"
    assert str(path) in found.message
    assert path.read_text() == "{"


def test_a_state_folder_that_cannot_be_written_is_a_warning(ledger: MemoryWorkspace, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    found = guard_of(ledger, tmp_path / "file" / "pins").check()
    assert found.state != "failed"
    assert "remembered" in found.warning or found.state == "unknown"


def test_a_full_verification_is_remembered_beside_the_pin(ledger: MemoryWorkspace, tmp_path: Path) -> None:
    guard = guard_of(ledger, tmp_path)
    guard.check()
    guard.remember_full(30)
    pin = PinFolder(tmp_path).read(ledger.origin)
    assert pin is not None and (pin.complete_to, pin.complete_time) == (30, "2026-04-12T14:05:00Z")


def test_an_entry_is_proved_from_its_own_proof(ledger: MemoryWorkspace) -> None:
    view = ledger.entry(20)
    proved = prove_entry(ledger, ledger.verifier_keys(), 20, view.entry, view.header)  # type: ignore[arg-type] # a double
    assert proved.ok
    assert proved.body_checked


def test_a_proof_of_another_entry_does_not_pass(ledger: MemoryWorkspace) -> None:
    view = ledger.entry(20)
    honest = ledger.prove
    ledger.prove = lambda reference, **more: honest(21, **more)  # type: ignore[method-assign, assignment] # a lying server
    proved = prove_entry(ledger, ledger.verifier_keys(), 20, view.entry, view.header)  # type: ignore[arg-type] # a double
    assert not proved.ok
    assert "another entry" in proved.message


def test_a_header_that_was_altered_on_the_way_does_not_pass(ledger: MemoryWorkspace) -> None:
    view = ledger.entry(20)
    shown = view.header.replace("evaluator", "evaluatar")
    assert not prove_entry(ledger, ledger.verifier_keys(), 20, view.entry, shown).ok  # type: ignore[arg-type] # a double


def test_a_ledger_out_of_reach_is_not_called_damaged(ledger: MemoryWorkspace, tmp_path: Path) -> None:
    from governance.errors import LedgerUnusable

    def gone() -> CheckpointView:
        raise LedgerUnusable("The service does not answer.", remedy="Try again.")

    ledger.checkpoint = gone  # type: ignore[method-assign] # a server that went away
    found = guard_of(ledger, tmp_path).check()
    assert found.state == "silent"
    assert "does not answer" in found.sentence
