"""The lineage tables: kept up, rebuilt the same, verified against the entries, and never needed."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from governance.ledger.errors import LedgerError
from governance.lineage import tables
from governance.lineage.projection import Projection

DIGEST = "sha256:" + "ab" * 32
Identifier = Callable[[str], str]


def registered(ledger: Any, identifier: Identifier) -> dict[str, str]:
    """Put a dataset, a run, a model and its evidence into the ledger."""
    run, evidence = identifier("run"), identifier("evidence")
    ledger.add("system.registered", "system:credit", {"purpose": "p"})
    ledger.add("dataset.registered", "dataset:loans@1", {"derived_from": []})
    ledger.add("run.recorded", run, {"inputs": [{"subject": "dataset:loans@1", "digest": DIGEST}]})
    ledger.add("model.registered", "model:scorer@1", {"run": run, "system": "system:credit"})
    body = {"about": "model:scorer@1", "inputs": [{"subject": "dataset:loans@1", "digest": DIGEST}]}
    ledger.add("evidence.recorded", evidence, body)
    return {"run": run, "evidence": evidence}


def content(ledger: Any) -> list[list[Any]]:
    with ledger.database.read() as connection:
        order = [select(t).order_by(*t.primary_key.columns) for t in tables.metadata.sorted_tables]
        return [[tuple(row) for row in connection.execute(query)] for query in order]


def pairs(edges: list[Any]) -> set[tuple[str, str, str]]:
    return {(edge.source, edge.relation, edge.target) for edge in edges}


def test_edges_run_from_what_was_used_to_what_was_made(ledger: Any, identifier: Identifier) -> None:
    names = registered(ledger, identifier)
    projection = Projection(ledger)
    assert pairs(projection.edges_from("dataset:loans@1")) == {
        ("dataset:loans@1", "trained-on", names["run"]),
        ("dataset:loans@1", "evaluated-on", names["evidence"]),
    }
    assert pairs(projection.edges_to("model:scorer@1")) == {
        (names["run"], "produced", "model:scorer@1"),
        (names["evidence"], "evidence-about", "model:scorer@1"),
    }
    assert pairs(projection.edges_from("model:scorer@1")) == {("model:scorer@1", "serves", "system:credit")}


def test_the_graph_as_of_a_checkpoint_holds_nothing_later(ledger: Any, identifier: Identifier) -> None:
    registered(ledger, identifier)
    projection = Projection(ledger)
    assert len(projection.edges_to("model:scorer@1", below=4)) == 1
    assert projection.edges_to("model:scorer@1", below=3) == []


def test_what_is_appended_later_is_seen_and_nothing_is_read_twice(
    ledger: Any, identifier: Identifier
) -> None:
    registered(ledger, identifier)
    projection = Projection(ledger)
    assert projection.summary("model:scorer@2") is None
    before = ledger.read
    ledger.add("model.registered", "model:scorer@2", {"run": identifier("run"), "system": "system:credit"})
    assert projection.summary("model:scorer@2") is not None
    assert ledger.read - before == 1
    writes = ledger.database.writes
    projection.edges_to("system:credit")
    assert ledger.database.writes == writes


def test_a_second_process_goes_on_where_the_first_stopped(ledger: Any, identifier: Identifier) -> None:
    registered(ledger, identifier)
    Projection(ledger).catch_up()
    before = ledger.read
    assert Projection(ledger).catch_up() == 5
    assert ledger.read - before == 1  # the entry that the watermark names


def test_the_tables_are_rebuilt_the_same(ledger: Any, identifier: Identifier) -> None:
    projection = Projection(ledger)
    for _ in range(3):
        registered(ledger, identifier)
        projection.catch_up()
    grown = content(ledger)
    projection.rebuild()
    assert content(ledger) == grown
    with ledger.database.write() as connection:
        connection.execute(text("DROP TABLE lineage_edge"))
    Projection(ledger).catch_up()
    assert content(ledger) == grown


@given(
    cuts=st.lists(st.integers(0, 30), max_size=4),
    kinds=st.lists(st.sampled_from(["run", "model", "erase", "again", "odd"]), min_size=1, max_size=30),
)
@settings(max_examples=40, deadline=None)
def test_however_it_is_caught_up_and_whatever_is_erased_it_equals_a_rebuild(
    cuts: list[int],
    kinds: list[str],
    tmp_path_factory: pytest.TempPathFactory,
    ledger_at: Callable[[Path], Any],
) -> None:
    ledger = ledger_at(tmp_path_factory.mktemp("ledger") / "l.db")
    projection = Projection(ledger)
    for place, kind in enumerate(kinds):
        if place in cuts:
            projection.catch_up()
        name = f"01910000-0000-7000-8000-{place % 7:012}"
        match kind:
            case "run":
                ledger.add(
                    "run.recorded", f"run:{name}", {"inputs": [{"subject": "dataset:a@1"}, {"subject": 3}]}
                )
            case "model":
                ledger.add("model.registered", "model:m@1", {"run": f"run:{name}", "system": "system:s"})
            case "erase" if ledger.all:
                ledger.erase(place % len(ledger.all))
            case "again":
                ledger.add("x.note", f"run:{name}", {})
            case _:
                ledger.add("run.recorded", "not-a-subject", {"inputs": "no list"})
    projection.catch_up()
    grown = content(ledger)
    assert projection.verify() == []
    projection.rebuild()
    assert content(ledger) == grown


def test_without_permission_to_write_it_answers_from_memory(ledger: Any, identifier: Identifier) -> None:
    registered(ledger, identifier)
    ledger.database.writable = False
    projection = Projection(ledger)
    assert len(projection.edges_to("model:scorer@1")) == 2
    assert projection.in_memory
    ledger.add("model.registered", "model:scorer@2", {"run": identifier("run"), "system": "system:credit"})
    assert projection.summary("model:scorer@2") is not None
    assert projection.counts() == {"dataset": 1, "evidence": 1, "model": 2, "run": 1, "system": 1}


def test_tables_of_another_shape_are_made_anew(ledger: Any, identifier: Identifier) -> None:
    registered(ledger, identifier)
    with ledger.database.write() as connection:
        connection.execute(text("CREATE TABLE lineage_edge (source TEXT)"))
    assert len(Projection(ledger).edges_to("model:scorer@1")) == 2


def test_an_entry_that_can_not_be_read_is_an_error_not_a_reason_to_answer_from_memory(
    ledger: Any, identifier: Identifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    registered(ledger, identifier)
    projection = Projection(ledger)

    def altered(*_: object, **__: object) -> Iterator[Any]:
        raise LedgerError("Entry 2 was altered.")

    with monkeypatch.context() as patched:
        patched.setattr(ledger, "stream", altered)
        with pytest.raises(LedgerError):
            projection.catch_up()
    assert not projection.in_memory
    assert projection.catch_up() == 5


def test_a_restored_ledger_with_other_entries_is_not_taken_for_the_old_one(
    ledger: Any, identifier: Identifier
) -> None:
    registered(ledger, identifier)
    Projection(ledger).catch_up()
    del ledger.all[3:]
    ledger.add("model.registered", "model:other@1", {"run": identifier("run"), "system": "system:credit"})
    ledger.add("x.note", "system:credit", {})
    projection = Projection(ledger)
    assert projection.summary("model:scorer@1") is None
    assert projection.summary("model:other@1") is not None


def test_subjects_come_in_pages_by_kind(ledger: Any) -> None:
    for number in range(25):
        ledger.add("dataset.registered", f"dataset:d{number:02}@1", {})
    ledger.add("system.registered", "system:credit", {})
    projection = Projection(ledger)
    first = projection.subjects("dataset", limit=10)
    second = projection.subjects("dataset", after=first[-1].subject, limit=10)
    assert [s.subject for s in (first[0], first[-1], second[0])] == [
        "dataset:d00@1", "dataset:d09@1", "dataset:d10@1",
    ]  # fmt: skip
    assert len(projection.subjects(limit=100)) == 26


def test_near_names_are_found_among_many(ledger: Any) -> None:
    for number in range(600):
        ledger.add("x.model", f"model:bulk-{number:03}@1", {})
    ledger.add("x.model", "model:credit-scorer@3", {})
    ledger.add("x.system", "system:fraud", {})
    projection = Projection(ledger)
    assert projection.near("model:credit-scorer@4")[0] == "model:credit-scorer@3"
    assert projection.near("model:credit-socrer@3")[0] == "model:credit-scorer@3"
    assert projection.near("model:fraud@1") == []
    assert projection.near("policy:fraud") == ["system:fraud"]


def alterations() -> Iterator[tuple[str, str]]:
    for table in tables.metadata.sorted_tables:
        for column in table.columns:
            if column.name not in {"name", "rules"}:
                yield table.name, column.name


@pytest.mark.parametrize(("table", "column"), alterations())
def test_any_altered_column_is_found_with_its_place(
    table: str, column: str, ledger: Any, identifier: Identifier
) -> None:
    registered(ledger, identifier)
    projection = Projection(ledger)
    projection.catch_up()
    assert projection.verify() == []
    value = "3" if column in {"seq", "first_seq", "last_seq", "size", "subjects"} else "'run:forged'"
    with ledger.database.write() as connection:
        connection.execute(
            text(f"UPDATE {table} SET {column} = {value} WHERE rowid = (SELECT max(rowid) FROM {table})")
        )
    found = projection.verify()
    assert found
    assert any(f.place.startswith(table) for f in found)
    assert all(f.class_ == "index-altered" and f.next_step for f in found)


@pytest.mark.parametrize("table", ["lineage_edge", "lineage_subject", "lineage_count"])
def test_a_deleted_and_an_inserted_row_are_found(table: str, ledger: Any, identifier: Identifier) -> None:
    registered(ledger, identifier)
    projection = Projection(ledger)
    projection.catch_up()
    with ledger.database.write() as connection:
        connection.execute(text(f"DELETE FROM {table} WHERE rowid = (SELECT min(rowid) FROM {table})"))
    assert "missing" in projection.verify()[0].message
    projection.rebuild()
    with ledger.database.write() as connection:
        columns = {
            "lineage_edge": "'dataset:x@1', 1, 'model:scorer@1', 'trained-on'",
            "lineage_subject": "'dataset:x@1', 'dataset', 1, 1, 'dataset.registered', '2026'",
            "lineage_count": "'prediction', 4",
        }[table]
        connection.execute(text(f"INSERT INTO {table} VALUES ({columns})"))
    assert "no entry says this" in projection.verify()[0].message


def test_verification_without_tables_has_nothing_to_say(ledger: Any, tmp_path: Path) -> None:
    ledger.add("x.note", "system:credit", {})
    assert Projection(ledger).verify() == []
