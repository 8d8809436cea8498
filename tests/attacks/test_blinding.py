"""What is put into the database, or into an export, so that verification sees nothing, or never ends."""

from __future__ import annotations

import sqlite3
import time

import pytest
from typer.testing import CliRunner

from governance.cli.main import app
from governance.ledger.database import Database
from governance.ledger.database_reader import DatabaseReader
from governance.ledger.errors import EntryAltered
from governance.ledger.export import write_export
from governance.ledger.folder import FolderReader
from governance.ledger.log import EntryFilter, Ledger
from governance.ledger.verification import verify

TEXTS = [
    ("entry", "id", "seq = 300", "index-altered"),
    ("entry", "time", "seq = 300", "index-altered"),
    ("entry", "actor", "seq = 300", "index-altered"),
    ("entry", "kind", "seq = 300", "index-altered"),
    ("entry", "subject", "seq = 300", "index-altered"),
    ("entry", "hash", "seq = 300", "index-altered"),
    ("entry", "header", "seq = 300", "header-altered"),
    ("entry", "header", "seq = 0", "header-altered"),
    ("body", "salt", "seq = 300", "body-altered"),
    ("body", "body", "seq = 300", "body-altered"),
    ("body", "body", "seq = 0", "body-altered"),
    ("tile", "hashes", "idx = 0", "tile-altered"),
    ("tile", "level", "idx = 0", "tile-altered"),
    ("checkpoint", "text", "size = 600", "checkpoint-invalid"),
    ("checkpoint", "text", "size = 265", "checkpoint-invalid"),
]


@pytest.mark.parametrize(("table", "column", "where", "class_"), TEXTS)
def test_one_byte_that_is_no_utf8_is_found_and_blinds_nobody(
    attacked, found, capfd, table: str, column: str, where: str, class_: str
) -> None:
    attacked.sql(f"UPDATE {table} SET {column} = CAST(x'61ff62' AS TEXT) WHERE {where}")
    assert class_ in {one[0] for one in found()}
    assert "Exception ignored" not in capfd.readouterr().err


def test_a_checkpoint_with_a_byte_that_is_no_utf8_among_its_signatures(attacked, found) -> None:
    ((text,),) = attacked.query("SELECT text FROM checkpoint WHERE size = 600")
    forged = text.encode().replace(b"acme.example/attacked ", b"acme.example/attacke\xff ", 1)
    attacked.sql(("UPDATE checkpoint SET text = CAST(? AS TEXT) WHERE size = 600", (forged,)))
    assert ("checkpoint-invalid", "checkpoint 600", 1) in found()


@pytest.mark.parametrize("seq", [-(1 << 63), -(1 << 62) - 1, -1])
def test_a_row_far_below_the_first_is_seen(attacked, found, seq: int) -> None:
    attacked.sql(
        f"INSERT INTO entry SELECT {seq}, 'foreign', time, actor, kind, subject, hash, header "
        "FROM entry WHERE seq = 5"
    )
    assert {class_ for class_, _, _ in found()} == {"entry-inserted"}


def test_a_row_at_the_last_place_that_the_column_holds(attacked, found) -> None:
    attacked.sql(
        f"INSERT INTO entry SELECT {(1 << 63) - 1}, 'foreign', time, actor, kind, subject, hash, header "
        "FROM entry WHERE seq = 5"
    )
    assert found() == [("entry-inserted", "entry 600", 1)]
    with Ledger.open(str(attacked.path)) as ledger:
        assert len(ledger.entries(EntryFilter(kind="ledger.*", below=ledger.size(), limit=10**30))) == 1
        with pytest.raises(EntryAltered, match="are not there"):
            for _ in ledger.stream():
                pass


@pytest.mark.parametrize("value", ["CAST('text' AS TEXT)", "7", "-1", "1000000000000", "CAST(x'ff' AS TEXT)"])
@pytest.mark.parametrize("column", ["salt", "body"])
def test_a_body_that_is_text_or_a_number_is_called_altered_by_whoever_reads_it(
    attacked, value: str, column: str
) -> None:
    attacked.sql(f"UPDATE body SET {column} = {value} WHERE seq = 300")
    with (
        Ledger.open(str(attacked.path)) as ledger,
        pytest.raises(EntryAltered, match="Entry 300 was altered"),
    ):
        ledger.entry(300)


def test_a_kind_that_is_no_utf8_stops_nobody_from_reading_other_entries(attacked) -> None:
    attacked.sql("UPDATE entry SET kind = CAST(x'ff' AS TEXT) WHERE seq = 300")
    with Ledger.open(str(attacked.path)) as ledger:
        assert len(ledger.entries(EntryFilter(kind="ledger.*"))) == 1
        with pytest.raises(EntryAltered, match="holds what is no text"):
            ledger.entries(EntryFilter(actor="user:anna"))


@pytest.mark.parametrize("pinned", [True, False])
@pytest.mark.parametrize("size", [10**9, 10**15, (1 << 63) - 1])
def test_an_export_that_claims_a_huge_size_is_refused_soon(
    attacked, tmp_path, size: int, pinned: bool
) -> None:
    folder = tmp_path / "export"
    database = Database.open(attacked.path)
    with DatabaseReader(database) as reader:
        write_export(reader, folder, bodies=True)
    database.close()
    origin, _, rest = (folder / "checkpoint").read_text().split("\n", 2)
    (folder / "checkpoint").write_text(f"{origin}\n{size}\n{rest}")
    began = time.monotonic()
    report = verify(FolderReader(folder), keys=[attacked.vkey] if pinned else None)
    assert time.monotonic() - began < 10
    assert ("checkpoint-invalid", f"checkpoint {size}") in [
        (one.class_, one.place) for one in report.failures
    ]


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        (
            "CREATE TRIGGER quiet AFTER INSERT ON entry BEGIN DELETE FROM tile; END",
            "the trigger `quiet` was added",
        ),
        ("DROP TRIGGER entry_refuses_update", "triggers are gone"),
        ("INSERT INTO alembic_version VALUES ('0999')", "names 2 revisions of the schema (`0001`, `0999`)"),
        ("INSERT INTO alembic_version VALUES ('0000')", "names 2 revisions of the schema (`0000`, `0001`)"),
    ],
)
def test_a_changed_schema_is_named_by_a_warning(attacked, statement: str, named: str) -> None:
    connection = sqlite3.connect(attacked.path)
    connection.execute(statement)
    connection.commit()
    connection.close()
    report = attacked.verify(trusted=(attacked.kept[600],))
    assert report.ok
    assert len(report.warnings) == 1
    assert named in report.warnings[0]
    done = CliRunner().invoke(app, ["--ledger", str(attacked.path), "verify", "--json"])
    assert done.exit_code == 0
    assert named in done.stdout


def test_a_trigger_replaced_by_one_that_refuses_nothing_is_named_by_a_warning(attacked) -> None:
    connection = sqlite3.connect(attacked.path)
    connection.execute("DROP TRIGGER entry_refuses_update")
    connection.execute("CREATE TRIGGER entry_refuses_update BEFORE UPDATE ON entry BEGIN SELECT 1; END")
    connection.close()
    (warning,) = attacked.verify(trusted=(attacked.kept[600],)).warnings
    assert warning.startswith("the trigger `entry_refuses_update` is another than the ledger's")
