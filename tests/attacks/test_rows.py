"""Rows deleted, inserted, swapped and repeated; bodies swapped and removed; the tail cut off."""

from __future__ import annotations

import pytest

from governance.ledger.verification_report import NOT_EXCLUDED

REST = "id, time, actor, kind, subject, hash, header"


def _swap(table: str, columns: str, one: int, other: int) -> list[str]:
    sets = ", ".join(
        f"{name} = (SELECT {name} FROM taken WHERE taken.seq = {one} + {other} - {table}.seq)"
        for name in columns.split(", ")
    )
    rest = [f"{name} = 'parked' || seq" for name in columns.split(", ") if name == "id"]
    return [
        f"CREATE TEMP TABLE taken AS SELECT * FROM {table} WHERE seq IN ({one}, {other})",
        *([f"UPDATE {table} SET {rest[0]} WHERE seq IN ({one}, {other})"] if rest else []),
        f"UPDATE {table} SET {sets} WHERE seq IN ({one}, {other})",
    ]


def _make_room(at: int, rows: int = 1) -> list[str]:
    return [
        f"UPDATE entry SET seq = -seq - {rows} WHERE seq >= {at}",
        "UPDATE entry SET seq = -seq WHERE seq < 0",
    ]


@pytest.mark.parametrize("seq", [0, 1, 3, 255, 256, 300, 598])
def test_an_entry_deleted(attacked, found, seq: int) -> None:
    attacked.sql(f"DELETE FROM entry WHERE seq = {seq}")
    assert found() == [("entry-missing", f"entry {seq}", 1)]


def test_an_entry_deleted_with_its_body(attacked, found) -> None:
    attacked.sql("DELETE FROM entry WHERE seq = 300", "DELETE FROM body WHERE seq = 300")
    assert found() == [("entry-missing", "entry 300", 1)]


@pytest.mark.parametrize("with_bodies", [True, False])
def test_an_entry_deleted_and_the_rest_renumbered(attacked, found, with_bodies: bool) -> None:
    attacked.sql(
        "DELETE FROM entry WHERE seq = 300",
        "DELETE FROM body WHERE seq = 300",
        "UPDATE entry SET seq = -seq + 1 WHERE seq > 300",
        "UPDATE entry SET seq = -seq WHERE seq < 0",
        *(
            ["UPDATE body SET seq = -seq + 1 WHERE seq > 300", "UPDATE body SET seq = -seq WHERE seq < 0"]
            * with_bodies
        ),
    )
    failures = found()
    assert failures[0] == ("entry-missing", "entry 300", 1) or ("entry-missing", "entry 300", 1) in failures
    assert {one[0] for one in failures} <= {"entry-missing", "index-altered"}


def test_a_run_of_entries_deleted_within_a_full_tile(attacked, found) -> None:
    attacked.sql("DELETE FROM entry WHERE seq BETWEEN 100 AND 149")
    assert found() == [("entry-missing", "entry 100", 50)]


def test_a_run_of_entries_deleted_at_the_open_edge(attacked, found) -> None:
    attacked.sql("DELETE FROM entry WHERE seq BETWEEN 560 AND 569")
    assert found() == [("entry-missing", "entry 560", 10)]


@pytest.mark.parametrize("seq", [1, 300, 599])
def test_an_entry_inserted_and_the_rest_renumbered(attacked, found, seq: int) -> None:
    attacked.sql(
        *_make_room(seq),
        f"INSERT INTO entry SELECT {seq}, 'foreign', time, actor, kind, subject, randomblob(32), "
        f"CAST(replace(CAST(header AS TEXT), 'x.noted', 'x.forged') AS BLOB) FROM entry WHERE seq = {seq + 1}",
    )
    failures = found()
    assert ("entry-inserted", f"entry {seq}", 1) in failures
    assert len(failures) == 1


def test_an_entry_inserted_after_the_last(attacked, found) -> None:
    attacked.sql(
        "INSERT INTO entry SELECT 600, 'foreign', time, actor, kind, subject, hash, header FROM entry WHERE seq = 599"
    )
    assert found() == [("entry-inserted", "entry 600", 1)]


@pytest.mark.parametrize(("seq", "at"), [(5, 6), (5, 300), (300, 301), (400, 20), (599, 600)])
def test_an_entry_repeated(attacked, found, seq: int, at: int) -> None:
    attacked.sql(
        *_make_room(at),
        f"INSERT INTO entry SELECT {at}, 'again', time, actor, kind, subject, hash, header "
        f"FROM entry WHERE seq = {seq if seq < at else seq + 1}",
    )
    assert found() == [("entry-inserted", f"entry {at}", 1)]


def test_an_entry_written_over_another(attacked, found) -> None:
    attacked.sql(
        "UPDATE entry SET (time, actor, kind, subject, hash, header) = "
        "(SELECT time, actor, kind, subject, hash, header FROM entry WHERE seq = 20) WHERE seq = 300"
    )
    assert set(found()) == {("entry-missing", "entry 300", 1), ("entry-inserted", "entry 300", 1)}


@pytest.mark.parametrize(("one", "other"), [(5, 6), (5, 300), (300, 301), (255, 256), (598, 599), (3, 599)])
@pytest.mark.parametrize("with_bodies", [True, False])
def test_two_entries_swapped(attacked, found, one: int, other: int, with_bodies: bool) -> None:
    statements = _swap("entry", REST, one, other)
    if with_bodies:
        statements += ["DROP TABLE taken", *_swap("body", "salt, body", one, other)]
    attacked.sql(*statements)
    failures = found()
    assert {class_ for class_, _, _ in failures} == {"order-changed"}
    assert failures[0][1] == f"entry {one}"


@pytest.mark.parametrize(("one", "other"), [(5, 6), (5, 300), (598, 599)])
def test_two_bodies_swapped(attacked, found, one: int, other: int) -> None:
    attacked.sql(*_swap("body", "salt, body", one, other))
    failures = found()
    assert {class_ for class_, _, _ in failures} == {"body-altered"}
    assert failures[0][1] == f"entry {one}"
    assert sum(count for _, _, count in failures) == 2


@pytest.mark.parametrize("seq", [0, 5, 300, 599])
def test_a_body_removed(attacked, found, seq: int) -> None:
    attacked.sql(f"DELETE FROM body WHERE seq = {seq}")
    assert found() == [("body-missing", f"entry {seq}", 1)]


def test_a_body_taken_from_another_entry(attacked, found) -> None:
    attacked.sql(
        "UPDATE body SET (salt, body) = (SELECT salt, body FROM body WHERE seq = 20) WHERE seq = 300"
    )
    assert found() == [("body-altered", "entry 300", 1)]


def test_a_body_added_where_no_entry_is(attacked, found) -> None:
    attacked.sql("INSERT INTO body VALUES (7000, randomblob(32), '{}')")
    assert found() == [("index-altered", "body 7000", 1)]


def test_the_tail_cut_off_and_its_checkpoints_left(attacked, found) -> None:
    attacked.sql("DELETE FROM entry WHERE seq >= 400", "DELETE FROM body WHERE seq >= 400")
    assert found() == [("entry-missing", "entry 400", 200)]


def test_the_tail_cut_off_with_bodies_and_checkpoints_left(attacked, found) -> None:
    attacked.sql("DELETE FROM entry WHERE seq >= 400")
    assert found() == [("entry-missing", "entry 400", 200)]


def test_the_tail_cut_off_with_its_checkpoints_is_truncated_against_a_checkpoint_kept(
    attacked, found
) -> None:
    _cut(attacked)
    assert found(trusted=(attacked.kept[600],)) == [("truncated", "entry 265", 1)]


def test_the_tail_cut_off_with_its_checkpoints_is_said_not_to_be_excluded_without_one(attacked) -> None:
    _cut(attacked)
    report = attacked.verify()
    assert report.ok
    assert report.size == 265
    assert report.warnings == (NOT_EXCLUDED,)


def test_an_older_checkpoint_does_not_hide_the_warning_that_it_is_older_than_the_cut(attacked) -> None:
    _cut(attacked)
    report = attacked.verify(trusted=(attacked.kept[265],))
    assert report.ok


def _cut(attacked) -> None:
    attacked.sql(
        "DELETE FROM entry WHERE seq >= 265",
        "DELETE FROM body WHERE seq >= 265",
        "DELETE FROM checkpoint WHERE size > 265",
        "DELETE FROM tile WHERE idx >= 1",
    )


def test_the_newest_checkpoints_removed(attacked, found) -> None:
    attacked.sql("DELETE FROM checkpoint WHERE size > 265")
    assert found() == [("checkpoint-missing", "entry 265", 335)]


def test_all_checkpoints_removed(attacked, found) -> None:
    attacked.sql("DELETE FROM checkpoint")
    assert found() == [("checkpoint-missing", "entry 0", 600)]


def test_a_tile_removed(attacked, found) -> None:
    attacked.sql("DELETE FROM tile WHERE idx = 1")
    assert found() == [("tile-altered", "tile/0/001", 1)]


def test_two_tiles_swapped(attacked, found) -> None:
    attacked.sql("UPDATE tile SET idx = 2 WHERE idx = 0", "UPDATE tile SET idx = 1 - idx + 2 - 2 WHERE idx = 1",
                 "UPDATE tile SET idx = 1 WHERE idx = 2")  # fmt: skip
    assert {class_ for class_, _, _ in found()} == {"tile-altered"}


def test_everything_deleted(attacked, found) -> None:
    attacked.sql("DELETE FROM entry", "DELETE FROM body", "DELETE FROM tile")
    assert found() == [("entry-missing", "entry 0", 600)]
