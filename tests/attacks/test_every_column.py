"""Every column of every ledger table, altered alone, by somebody who dropped the triggers first."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import LargeBinary

from governance.ledger.tables import metadata

# Reflected from the schema: a column that is added later is attacked too, and must be found.
COLUMNS = [(table.name, column.name) for table in metadata.sorted_tables for column in table.columns]
KEYS = {table.name: [column.name for column in table.primary_key] for table in metadata.sorted_tables}
BINARY = {
    (table.name, column.name)
    for table in metadata.sorted_tables
    for column in table.columns
    if isinstance(column.type, LargeBinary)
}
EXPECTED = {
    **{
        ("entry", name): "index-altered" for name in ("seq", "id", "time", "actor", "kind", "subject", "hash")
    },
    ("entry", "header"): "header-altered",
    ("body", "seq"): "index-altered",
    ("body", "salt"): "body-altered",
    ("body", "body"): "body-altered",
    **{("tile", name): "tile-altered" for name in ("level", "idx", "hashes")},
    **{("checkpoint", name): "checkpoint-invalid" for name in ("size", "text")},
}
PLACES = {"entry": (0, 5, 300, 599), "body": (0, 5, 300, 599), "tile": (0, 1), "checkpoint": (1, 265, 600)}
CASES = [(table, column, place) for table, column in COLUMNS for place in PLACES[table]]


def _altered(value: object) -> object:
    if isinstance(value, int):
        return value + 100_000
    if isinstance(value, bytes):
        middle = len(value) // 2
        return value[:middle] + bytes([value[middle] ^ 1]) + value[middle + 1 :]
    text = str(value)
    middle = len(text) // 2
    return text[:middle] + ("b" if text[middle] != "b" else "c") + text[middle + 1 :]


def test_the_tables_in_the_file_are_those_that_are_attacked_here(attacked) -> None:
    tables = {name for (name,) in attacked.query("SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert tables - {"alembic_version"} == set(KEYS)  # that one names the schema, and opening checks it
    for table in KEYS:
        columns = [(table, row[1]) for row in attacked.query(f"PRAGMA table_info({table})")]
        assert set(columns) == {one for one in COLUMNS if one[0] == table}


def test_an_honest_ledger_proves(attacked) -> None:
    report = attacked.verify(trusted=tuple(attacked.kept.values()))
    assert report.ok
    assert report.warnings == ()
    assert report.size == 600
    assert report.checked == {"entries": 600, "chain": 600, "bodies": 600, "tiles": 2, "checkpoints": 7}


@pytest.mark.parametrize(("table", "column", "place"), CASES)
def test_a_column_altered_alone(attacked, found, table: str, column: str, place: int) -> None:
    key = "idx" if table == "tile" else KEYS[table][-1]
    ((value,),) = attacked.query(f"SELECT {column} FROM {table} WHERE {key} = {place}")
    attacked.sql((f"UPDATE {table} SET {column} = ? WHERE {key} = ?", (_altered(value), place)))
    failures = found()
    expected = EXPECTED.get((table, column))
    assert failures, f"nobody noticed {table}.{column}"
    if expected is not None:
        assert {one[0] for one in failures} == {expected}
    where = {
        "entry": f"entry {place}",
        "body": f"body of entry {place}" if column == "seq" else f"entry {place}",
        "tile": f"tile/0/{place:03d}",
        "checkpoint": f"checkpoint {place + 100_000 if column == 'size' else place}",
    }[table]
    assert where in {one[1] for one in failures}
    assert len(failures) <= 2


@pytest.mark.parametrize(("table", "column"), [one for one in COLUMNS if one[1] not in KEYS[one[0]]])
@pytest.mark.parametrize("end", ["min", "max"])
def test_a_column_set_to_another_type(attacked, found, table: str, column: str, end: str) -> None:
    other: object = "text" if (table, column) in BINARY else b"\x00\xff"
    attacked.sql(
        (f"UPDATE {table} SET {column} = ? WHERE rowid = (SELECT {end}(rowid) FROM {table})", (other,))
    )
    assert {one[0] for one in found()} == {EXPECTED[table, column]}


def test_the_triggers_refuse_what_these_attacks_had_to_drop_them_for(attacked) -> None:
    connection = sqlite3.connect(Path(attacked.path))
    for statement in ("UPDATE entry SET kind = 'x.other'", "DELETE FROM entry", "DELETE FROM checkpoint"):
        with pytest.raises(sqlite3.DatabaseError):
            connection.execute(statement)
    connection.close()
