"""Attacks that only the whole workspace can name: it knows who acts, what verdicts rest on, and the lineage index."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from governance.cli.main import app
from governance.ledger.checkpoint import read_unverified
from governance.ledger.entry import Draft
from governance.workspace.local import LocalWorkspace
from governance.workspace.views import NewEntry, Verification
from tests.workspace.builders import PACK, a_trained_model
from tests.workspace.world import ALICE, a_fresh_ledger


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return a_fresh_ledger(tmp_path / "attacked")


@pytest.fixture
def workspace(path: Path) -> Iterator[LocalWorkspace]:
    with LocalWorkspace.open(str(path), actor=ALICE) as opened:
        yield opened


def _sql(path: Path, statement: str, *, drop_triggers: bool = True) -> None:
    connection = sqlite3.connect(path)
    try:
        if drop_triggers:
            found = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
            for (name,) in found:
                connection.execute(f'DROP TRIGGER "{name}"')
        connection.execute(statement)
        connection.commit()
    finally:
        connection.close()


def _failures(report: Verification) -> list[tuple[str, str, int]]:
    return [(one.failure, one.place, one.count) for one in report.failures]


def _erasure(seq: object, place: int) -> Draft:
    body = {"seq": seq, "reason": "asked for", "legal_basis": "GDPR art. 17", "approvals": []}
    return Draft(ALICE, "body.erased", f"entry:{place}", body)


def test_a_row_at_the_largest_place_keeps_no_actor_from_verifying(path: Path) -> None:
    columns = "time, actor, kind, subject, hash, header"
    _sql(path, f"INSERT INTO entry SELECT {(1 << 63) - 1}, 'x', {columns} FROM entry WHERE seq = 0")
    with LocalWorkspace.open(str(path), actor=ALICE) as opened:
        assert [one[0] for one in _failures(opened.verify())] == ["entry-inserted"]


@pytest.mark.parametrize("column", ["kind", "actor", "subject", "header", "id", "time"])
def test_a_byte_that_is_no_utf8_in_the_first_entry_keeps_no_actor_from_verifying(
    path: Path, column: str
) -> None:
    _sql(path, f"UPDATE entry SET {column} = CAST(x'ff' AS TEXT) WHERE seq = 0")
    done = CliRunner().invoke(app, ["--ledger", str(path), "--actor", ALICE, "verify", "--json"])
    assert done.exit_code == 1, done.output
    assert json.loads(done.stdout)["failures"][0]["place"] == "entry 0"


def _two_verdicts(workspace: LocalWorkspace) -> list[int]:
    workspace.register_policy(PACK)
    model = a_trained_model(workspace)
    asked = [workspace.ask_gate(model, "production") for _ in range(2)]
    return [one.checkpoint["size"] for one in asked]


def test_the_checkpoint_that_a_verdict_rests_on_deleted(path: Path, workspace: LocalWorkspace) -> None:
    first, _ = _two_verdicts(workspace)
    assert workspace.verify().ok
    _sql(path, f"DELETE FROM checkpoint WHERE size = {first}")
    assert _failures(workspace.verify()) == [("checkpoint-missing", f"checkpoint {first}", 1)]


def test_all_checkpoints_but_the_newest_deleted(path: Path, workspace: LocalWorkspace) -> None:
    first, _ = _two_verdicts(workspace)
    _sql(path, "DELETE FROM checkpoint WHERE size < (SELECT max(size) FROM checkpoint)")
    assert _failures(workspace.verify()) == [("checkpoint-missing", f"checkpoint {first}", 2)]


def test_a_verdict_that_names_another_root_than_the_ledger_had(workspace: LocalWorkspace) -> None:
    (first, _), ledger = _two_verdicts(workspace), workspace._session.ledger
    body = {"checkpoint": {"size": first, "root": "00" * 32}}
    ledger.append(Draft(ALICE, "gate.decided", "decision:7c9a7a5e-0000-4000-8000-000000000000", body))
    assert _failures(workspace.verify()) == [("history-rewritten", f"checkpoint {first}", 1)]


def test_the_root_of_any_size_is_recomputed_without_its_checkpoint(workspace: LocalWorkspace) -> None:
    first, second = _two_verdicts(workspace)
    ledger = workspace._session.ledger
    for size in (first, second):
        text = ledger.checkpoint(size)
        assert text is not None
        assert f"\n{size}\n" in text
        assert ledger.root(size) == read_unverified(text).root


def test_an_erasure_that_was_entered_before_what_it_erases_covers_nothing(
    path: Path, workspace: LocalWorkspace
) -> None:
    ledger = workspace._session.ledger
    place = ledger.size() + 1
    ledger.append(_erasure(place, place))
    workspace.append(NewEntry(kind="x.a", subject="system:s", body={"a": 1}))
    with pytest.raises(sqlite3.IntegrityError, match="entry covers this body"):
        _sql(path, f"DELETE FROM body WHERE seq = {place}", drop_triggers=False)
    _sql(path, f"DELETE FROM body WHERE seq = {place}")
    assert not ledger.entry(place).erased
    assert _failures(workspace.verify()) == [("body-missing", f"entry {place}", 1)]


def test_an_erasure_of_true_does_not_erase_entry_one(path: Path, workspace: LocalWorkspace) -> None:
    ledger = workspace._session.ledger
    ledger.append(_erasure(True, 1))
    _sql(path, "DELETE FROM body WHERE seq = 1")
    assert _failures(workspace.verify()) == [("body-missing", "entry 1", 1)]


def test_an_erasure_of_a_huge_place_leaves_the_lineage_readable(workspace: LocalWorkspace) -> None:
    workspace._session.ledger.append(_erasure(10**15, 10**30))
    assert workspace.lineage(a_trained_model(workspace)) is not None
    assert workspace.verify().ok


@pytest.mark.parametrize("caught_up", [True, False])
def test_a_lawful_erasure_that_the_lineage_index_has_not_seen_is_no_alarm(
    path: Path, workspace: LocalWorkspace, caught_up: bool
) -> None:
    model = a_trained_model(workspace)
    if caught_up:
        workspace.lineage(model)
    (run,) = workspace._session.all_of("run.recorded")
    workspace._session.ledger.append(_erasure(run.seq, run.seq))
    _sql(path, f"DELETE FROM body WHERE seq = {run.seq}", drop_triggers=False)
    report = workspace.verify()
    assert report.ok, report.summary
    assert report.erased == 1


def test_verifying_after_an_erasure_wipes_out_no_trace_in_the_lineage_index(
    path: Path, workspace: LocalWorkspace
) -> None:
    model = a_trained_model(workspace)
    workspace.lineage(model)
    (run,) = workspace._session.all_of("run.recorded")
    workspace._session.ledger.append(_erasure(run.seq, run.seq))
    _sql(path, f"DELETE FROM body WHERE seq = {run.seq}")
    _sql(path, "UPDATE lineage_mark SET head = 'forged'")
    for _ in range(2):
        assert [one[0] for one in _failures(workspace.verify())] == ["index-altered"]


@pytest.mark.parametrize("value", ["'text'", "NULL", "x'ff'", "-5", "CAST(x'ff' AS TEXT)"])
@pytest.mark.parametrize("column", ["size", "head", "rules"])
def test_a_watermark_of_another_type_is_found_or_built_again(
    path: Path, workspace: LocalWorkspace, column: str, value: str
) -> None:
    model = a_trained_model(workspace)
    workspace.lineage(model)
    _sql(path, "CREATE TABLE kept AS SELECT * FROM lineage_mark")
    _sql(path, "DELETE FROM lineage_mark")
    _sql(path, "DROP TABLE lineage_mark")
    _sql(path, "ALTER TABLE kept RENAME TO lineage_mark")
    _sql(path, f"UPDATE lineage_mark SET {column} = {value}")
    report = workspace.verify()
    if (column, value) != ("rules", "-5"):  # the number of another version's rules
        assert {one[0] for one in _failures(report)} == {"index-altered"}
    with LocalWorkspace.open(str(path), actor=ALICE) as later:
        assert later.lineage(model) is not None
        assert later.verify().ok


@pytest.mark.parametrize("value", ["CAST(x'ff' AS TEXT)", "'x'", "x'ff'"])
def test_a_lineage_row_with_bytes_that_are_no_text_is_found(
    path: Path, workspace: LocalWorkspace, value: str
) -> None:
    workspace.lineage(a_trained_model(workspace))
    _sql(
        path, f"UPDATE lineage_edge SET target = {value} WHERE rowid = (SELECT min(rowid) FROM lineage_edge)"
    )
    report = workspace.verify()
    assert {one[0] for one in _failures(report)} == {"index-altered"}
    report.model_dump_json()
