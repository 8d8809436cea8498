"""Proofs, verification, export, local and over HTTP."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from governance.errors import IntegrityError, InvalidInput, LedgerUnusable
from governance.ledger import proof
from governance.workspace import NewEntry, Workspace, create_workspace, open_workspace
from governance.workspace.exports import verify_export
from governance.workspace.offline import check_file
from governance.workspace.views import Progress
from tests.workspace.builders import a_trained_model
from tests.workspace.world import ALICE, World


def test_an_entry_is_proved_offline_with_and_without_its_body(alice: Workspace) -> None:
    done = alice.append(NewEntry(kind="x.note", subject="system:credit", body={"a": 1}))
    proved = proof.verify(alice.prove(done.seq), alice.verifier_keys())
    assert (proved.header.seq, proved.body) == (done.seq, {"a": 1})
    withheld = proof.verify(alice.prove(done.id, withhold_body=True), alice.verifier_keys())
    assert withheld.body is None
    assert check_file(alice.prove(done.seq), key=alice.verifier_keys()[0]).kind == "entry"
    with pytest.raises(InvalidInput, match="key"):
        check_file(alice.prove(done.seq))


def test_a_proof_that_was_altered_does_not_hold(alice: Workspace) -> None:
    text = alice.prove(1)
    with pytest.raises(IntegrityError):
        check_file(text.replace("index 1", "index 0"), key=alice.verifier_keys()[0])


def test_consistency_proofs_exist_between_sizes_of_the_ledger_only(alice: Workspace) -> None:
    a_trained_model(alice)
    size = alice.checkpoint().size
    assert all(len(node) == 64 for node in alice.consistency_proof(1, size))
    for old, new in ((0, 1), (2, 1), (1, size + 1)):
        with pytest.raises(InvalidInput):
            alice.consistency_proof(old, new)


def test_a_sound_ledger_verifies_with_progress(alice: Workspace) -> None:
    a_trained_model(alice)
    seen: list[Progress] = []
    report = alice.verify(key=alice.verifier_keys()[0], progress=seen.append)
    assert report.ok
    assert report.failures == []
    assert report.size == alice.checkpoint().size
    assert report.origin == alice.origin
    assert seen


def test_a_wrong_key_is_no_proof_and_a_bad_key_is_bad_input(alice: Workspace, tmp_path: Path) -> None:
    other = open_other(tmp_path, alice.origin)
    assert not alice.verify(key=other).ok
    with pytest.raises(InvalidInput):
        alice.verify(key="not a key")
    with pytest.raises(InvalidInput):
        alice.verify(checkpoint="not a checkpoint")


def open_other(folder: Path, origin: str) -> str:
    with create_workspace(str(folder / "other.db"), actor=ALICE, origin=origin) as other:
        return other.verifier_keys()[0]


def test_an_altered_body_is_found_by_every_reader(world: World, alice: Workspace) -> None:
    done = alice.append(NewEntry(kind="x.note", subject="system:credit", body={"amount": 1}))
    alter(world.path, f"UPDATE body SET body = CAST('{{\"amount\":9}}' AS BLOB) WHERE seq = {done.seq}")
    report = alice.verify()
    assert not report.ok
    assert [(one.failure, one.seq) for one in report.failures] == [("body-altered", done.seq)]


def test_an_export_verifies_on_its_own(alice: Workspace, tmp_path: Path) -> None:
    a_trained_model(alice)
    size = alice.checkpoint().size
    assert alice.export(tmp_path / "all", bodies=True) == size
    report = verify_export(tmp_path / "all", key=alice.verifier_keys()[0])
    assert report.ok
    assert report.withheld == 0
    alice.export(tmp_path / "some")
    assert verify_export(tmp_path / "some").withheld > 0


def test_a_service_out_of_reach_is_no_answer() -> None:
    with pytest.raises(LedgerUnusable, match="no answer") as refused:
        open_workspace("http://127.0.0.1:1")
    assert "deny" in refused.value.remedy


@pytest.mark.parametrize(
    "value", ["replace(body, 'recorder', 'approver')", "CAST(replace(body, 'c', 'k') AS BLOB)"]
)
def test_a_ledger_whose_people_were_altered_still_opens_to_be_verified(tmp_path: Path, value: str) -> None:
    path = tmp_path / "governance.db"
    with create_workspace(str(path), actor=ALICE) as workspace:
        workspace.register_user("user:bob", [{"role": "recorder"}])
    alter(path, f"UPDATE body SET body = {value} WHERE seq = 1")
    with open_workspace(str(path), actor=ALICE) as altered:
        report = altered.verify()
        assert [one.failure for one in report.failures] == ["body-altered"]
        with pytest.raises(IntegrityError):
            altered.append(NewEntry(kind="x.note", subject="system:a", body={}))


def test_a_tail_that_was_cut_off_with_its_checkpoints_is_missed_by_the_writers_own(tmp_path: Path) -> None:
    path = tmp_path / "governance.db"
    with create_workspace(str(path), actor=ALICE) as workspace:
        for number in range(3):
            workspace.append(NewEntry(kind="x.note", subject=f"x:{number}", body={}))
    for table, column in (("entry", "seq >= 2"), ("body", "seq >= 2"), ("checkpoint", "size > 2")):
        alter(path, f"DELETE FROM {table} WHERE {column}")
    with open_workspace(str(path), actor=ALICE) as cut:
        assert "truncated" in [one.failure for one in cut.verify().failures]
        with pytest.raises(LedgerUnusable):
            cut.append(NewEntry(kind="x.note", subject="x:9", body={}))


def test_an_altered_lineage_table_is_found_though_every_entry_proves(tmp_path: Path) -> None:
    path = tmp_path / "governance.db"
    with create_workspace(str(path), actor=ALICE) as workspace:
        a_trained_model(workspace)
        workspace.overview()
        alter(path, "UPDATE lineage_edge SET target = 'model:other@1' WHERE target = 'model:scorer@1'")
        report = workspace.verify()
        assert not report.ok
        assert {one.failure for one in report.failures} == {"index-altered"}


def alter(path: Path, statement: str) -> None:
    """Write to the database behind the software's back, its triggers dropped first."""
    with closing(sqlite3.connect(path)) as database, database:
        for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type='trigger'").fetchall():
            database.execute(f'DROP TRIGGER "{name}"')
        database.execute(statement)
