"""Creating and opening: what is there, what is not, and what is left behind by a refusal."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from store_builders import ANN, note

from governance.ledger.entry import Draft
from governance.ledger.errors import (
    EntryAltered,
    FormatTooNew,
    InvalidEntry,
    LedgerAbsent,
    LedgerBusy,
    LedgerExists,
    LedgerUnreachable,
    NotALedger,
    ReadOnly,
)
from governance.ledger.log import EntryFilter, Ledger


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_opening_where_nothing_is_makes_no_file(place: Path) -> None:
    with pytest.raises(LedgerAbsent, match="There is no ledger at") as refused:
        Ledger.open(str(place))
    assert "govern init" in refused.value.remedy
    assert names(place.parent) == []


@pytest.mark.parametrize("content", [b"", b"id,name\n1,a\n", b"SQLite format 3\x00" + b"\xff" * 4096])
def test_a_file_that_is_no_ledger_is_refused_and_left_as_it_is(place: Path, content: bytes) -> None:
    place.write_bytes(content)
    with pytest.raises((NotALedger, LedgerUnreachable)):
        Ledger.open(str(place))
    assert place.read_bytes() == content


def test_another_programs_database_is_refused(place: Path) -> None:
    made = sqlite3.connect(place)
    made.execute("CREATE TABLE entry (x)")
    made.close()
    with pytest.raises(NotALedger, match="but no ledger"):
        Ledger.open(str(place))


def test_a_folder_is_no_ledger(tmp_path: Path) -> None:
    with pytest.raises(NotALedger):
        Ledger.open(str(tmp_path))


def test_a_newer_schema_is_refused(ledger: Ledger, place: Path) -> None:
    ledger.close()
    made = sqlite3.connect(place)
    made.execute("UPDATE alembic_version SET version_num = '9999'")
    made.commit()
    made.close()
    with pytest.raises(FormatTooNew, match="9999"):
        Ledger.open(str(place))


def test_a_newer_format_is_refused(place: Path, ledger: Ledger) -> None:
    ledger.close()
    made = sqlite3.connect(place)
    made.execute("DROP TRIGGER body_refuses_update")
    made.execute("UPDATE body SET body = ? WHERE seq = 0", (b'{"format":2}',))
    made.commit()
    made.close()
    with pytest.raises(FormatTooNew, match="its format is 2"):
        Ledger.open(str(place))


@pytest.mark.parametrize(
    ("url", "words"),
    [("postgresql://h/db", "PostgreSQL"), ("mysql://h/db", "mysql"), ("sqlite:///:memory:", "memory")],
)
def test_places_that_hold_no_ledger_are_named(url: str, words: str) -> None:
    with pytest.raises(LedgerUnreachable, match=words):
        Ledger.open(url)


def test_a_url_and_a_path_name_the_same_ledger(ledger: Ledger, place: Path) -> None:
    with Ledger.open(f"sqlite:///{place}") as same:
        assert same.origin == ledger.origin


def test_nothing_is_created_over_something(ledger: Ledger, place: Path) -> None:
    before = place.read_bytes()
    with pytest.raises(LedgerExists, match="already"):
        Ledger.create(str(place), actor=ANN, created={})
    assert place.read_bytes() == before


def test_keys_of_a_lost_ledger_are_never_overwritten(ledger: Ledger, place: Path) -> None:
    ledger.close()
    place.unlink()
    with pytest.raises(LedgerExists, match="may hold the keys of another ledger"):
        Ledger.create(str(place), actor=ANN, created={})
    assert not place.exists()


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"actor": "Ann Lee"}, "actor"),
        ({"origin": "with space"}, "origin"),
        ({"origin": "a+b"}, "plus"),
        ({"created": {"x": float("nan")}}, "finite"),
    ],
)
def test_a_refused_creation_leaves_nothing(place: Path, more: dict[str, object], words: str) -> None:
    with pytest.raises(InvalidEntry, match=words):
        Ledger.create(str(place), **{"actor": ANN, "created": {}, **more})
    assert names(place.parent) == []


def test_an_interrupted_creation_leaves_nothing_but_its_lock(place: Path) -> None:
    def interrupt(step: str) -> None:
        if step == "inserted":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Ledger.create(str(place), actor=ANN, created={}, at_step=interrupt)
    assert names(place.parent) in ([], ["governance.db.lock"])
    Ledger.create(str(place), actor=ANN, created={}).close()


def test_an_interrupted_append_leaves_the_ledger_usable(make: Callable[..., Ledger], place: Path) -> None:
    stop = ""

    def interrupt(step: str) -> None:
        if step == stop:
            raise KeyboardInterrupt

    make().close()
    with Ledger.open(str(place), at_step=interrupt) as ledger:
        stop = "signed"
        with pytest.raises(KeyboardInterrupt):
            ledger.append(note())
        assert ledger.size() == 1
        stop = "committed"
        with pytest.raises(KeyboardInterrupt):
            ledger.append(note())
        stop = ""
        assert ledger.append(note()).seq == 2


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(LedgerUnreachable, match="There is no folder"):
        Ledger.create(str(tmp_path / "none" / "governance.db"), actor=ANN, created={})


def test_without_its_keys_a_ledger_is_read_and_not_written(ledger: Ledger, place: Path) -> None:
    shutil.rmtree(ledger.keys.path)
    with Ledger.open(str(place)) as other:
        assert other.size() == 1
        assert other.entry(0).kind == "ledger.created"
        with pytest.raises(ReadOnly, match=r"There is no ledger\.key") as refused:
            other.append(note())
        assert refused.value.reason == "no-key"


def test_keys_that_others_may_read_do_not_sign(ledger: Ledger, place: Path) -> None:
    key = ledger.keys.path / "ledger.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert stat.S_IMODE(ledger.keys.path.stat().st_mode) == 0o700
    key.chmod(0o640)
    with Ledger.open(str(place)) as other, pytest.raises(ReadOnly, match="Others than its owner"):
        other.append(note())


def test_another_ledgers_key_does_not_sign(ledger: Ledger, tmp_path: Path) -> None:
    Ledger.create(str(tmp_path / "other.db"), actor=ANN, created={}).close()
    with (
        Ledger.open(ledger.url, keys=str(tmp_path / "other.db.keys")) as other,
        pytest.raises(ReadOnly, match="not what its key signed"),
    ):
        other.append(note())


def test_keys_stand_where_the_environment_says(
    place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GOVERN_KEYS", str(tmp_path / "vault" / "keys"))
    with Ledger.create(str(place), actor=ANN, created={}) as ledger:
        ledger.append(note())
    assert names(tmp_path / "vault" / "keys") == ["ledger.key", "receipt.key", "signer.checkpoint"]
    assert not place.with_name("governance.db.keys").exists()


def test_a_missing_memory_of_the_signer_stops_it(ledger: Ledger, place: Path) -> None:
    (ledger.keys.path / "signer.checkpoint").unlink()
    with Ledger.open(str(place)) as other:
        with pytest.raises(ReadOnly) as refused:
            other.append(note())
        assert refused.value.reason == "no-signer-checkpoint"


def test_entries_that_the_key_never_signed_are_not_signed_now(ledger: Ledger, place: Path) -> None:
    ledger.append(note())
    made = sqlite3.connect(place)
    made.execute(
        "INSERT INTO entry SELECT seq + 1, 'x', time, actor, kind, subject, hash, header FROM entry WHERE seq = 1"
    )
    made.commit()
    made.close()
    with Ledger.open(str(place)) as other:
        with pytest.raises(ReadOnly) as refused:
            other.append(note())
        assert refused.value.reason == "not-signed"


def test_a_lock_held_elsewhere_is_waited_for_and_then_named(ledger: Ledger, place: Path) -> None:
    with Ledger.open(str(place)) as other:
        other.database.lock.wait = 0.05
        with ledger.database.lock.held(), pytest.raises(LedgerBusy, match=r"more than 0\.05 s"):
            other.append(note())
        assert other.append(note()).seq == 1
        other.database.lock.wait = 30


def test_a_closed_ledger_is_one_file_without_a_log(ledger: Ledger, place: Path) -> None:
    ledger.append_many([note(turn) for turn in range(50)])
    ledger.close()
    assert names(place.parent) == ["governance.db", "governance.db.keys", "governance.db.lock"]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entry SET kind = 'x.b' WHERE seq = 1",
        "DELETE FROM entry WHERE seq = 1",
        "INSERT OR REPLACE INTO entry SELECT seq, id, time, actor, 'x.b', subject, hash, header FROM entry WHERE seq = 1",
        "UPDATE body SET body = x'7b7d' WHERE seq = 1",
        "DELETE FROM body WHERE seq = 1",
        "UPDATE checkpoint SET text = ''",
        "DELETE FROM checkpoint",
        "UPDATE tile SET idx = 9",
        "DELETE FROM tile",
    ],
)
def test_the_database_itself_refuses_changes(ledger: Ledger, statement: str) -> None:
    ledger.append_many([note(turn) for turn in range(300)])
    with pytest.raises(LedgerUnreachable, match="append-only"), ledger.database.write() as connection:
        connection.exec_driver_sql(statement)


def test_an_altered_body_is_refused_and_never_shown(ledger: Ledger, place: Path) -> None:
    ledger.append(note())
    made = sqlite3.connect(place)
    made.execute("DROP TRIGGER body_refuses_update")
    made.execute("UPDATE body SET body = ? WHERE seq = 1", (b'{"text":"forged"}',))
    made.commit()
    made.close()
    with pytest.raises(EntryAltered, match="Entry 1 was altered"):
        ledger.entry(1)
    with pytest.raises(EntryAltered):
        ledger.entries(EntryFilter(kind="x.note"))


def test_an_erasure_needs_the_entry_that_covers_it(ledger: Ledger) -> None:
    ledger.append(note())
    ledger.append(Draft(ANN, "body.erased", "entry:1", {"seq": 1}))
    with ledger.database.write() as connection:
        connection.exec_driver_sql("DELETE FROM body WHERE seq = 1")
    assert ledger.entry(1).erased
    assert ledger.entry(1).body is None


def test_batch_secrets_are_kept_for_their_owner_alone(ledger: Ledger) -> None:
    batch = "0198c1de-7c3a-7d2e-9f10-3a5b6c7d8e9f"
    ledger.keys.save_batch_secret(batch, b"s" * 32)
    assert ledger.keys.batch_secret(batch) == b"s" * 32
    assert stat.S_IMODE((ledger.keys.path / "batches" / batch).stat().st_mode) == 0o600
    with pytest.raises(LedgerExists):
        ledger.keys.save_batch_secret(batch, b"t" * 32)
    with pytest.raises(InvalidEntry):
        ledger.keys.batch_secret("../ledger.key")


def test_a_large_log_is_brought_into_the_database(
    ledger: Ledger, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger.database._log_limit = 100_000
    monkeypatch.setattr("governance.ledger.database.LOG_BYTES", 100_000)
    for turn in range(20):
        ledger.append_many([note("x" * 500 + str(turn)) for _ in range(40)])
        assert place.with_name("governance.db-wal").stat().st_size < 400_000


def test_the_files_of_a_ledger_are_its_owners_alone(make: Callable[..., Ledger], place: Path) -> None:
    before = os.umask(0)
    try:
        make().append(note())
        files = [path for path in place.parent.rglob("*") if path.is_file()]
        assert {f"{place.name}{end}" for end in ("", ".lock", "-wal", "-shm")} <= {
            path.name for path in files
        }
        assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    finally:
        os.umask(before)
