"""Pages of entries: the same as a plain scan gives, and at the same cost in a small and a large ledger."""

from __future__ import annotations

from collections.abc import Callable
from fnmatch import fnmatchcase
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event
from store_builders import SetClock, note

from governance.ledger.errors import EntryAbsent
from governance.ledger.filters import EntryFilter
from governance.ledger.log import Ledger

KINDS = ["x.a", "x.b", "run.recorded", "model.registered"]
SUBJECTS = ["system:a", "system:b", "model:m@1", "model:m@2", "model:n@1"]
ACTORS = ["user:ann", "user:bob", "service:ci"]


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    clock = SetClock()
    ledger = Ledger.create(
        str(tmp_path_factory.mktemp("found") / "governance.db"),
        actor="user:ann",
        created={},
        clock=clock.clock(),
    )
    for turn in range(120):
        clock.passes(1)
        ledger.append(
            note(
                turn,
                kind=KINDS[turn % 4],
                subject=SUBJECTS[(turn * 7 // 3) % 5],
                actor=ACTORS[(turn // 5) % 3],
            )
        )
    return ledger


def same(pattern: str | None, value: str) -> bool:
    return pattern is None or (fnmatchcase(value, pattern) if pattern.endswith("*") else value == pattern)


places = st.none() | st.integers(0, 125)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    kind=st.sampled_from([None, *KINDS, "x.*", "model.*", "none", "z*", "*"]),
    subject=st.sampled_from([None, *SUBJECTS, "model:*", "model:m@*", "none:*"]),
    actor=st.sampled_from([None, *ACTORS, "user:*", "nobody:*"]),
    after=places, before=places, below=places,
    times=st.tuples(places, places),
    newest_first=st.booleans(),
    limit=st.integers(1, 60),
)  # fmt: skip
def test_a_page_is_what_a_scan_gives(
    filled: Ledger, kind: str | None, subject: str | None, actor: str | None, after: int | None, before: int | None,
    below: int | None, times: tuple[int | None, int | None], newest_first: bool, limit: int,
) -> None:  # fmt: skip
    everything = list(filled.stream(bodies=False))
    since, until = (None if at is None else everything[min(at, 120)].time for at in times)
    wanted = [
        entry.seq
        for entry in everything
        if same(kind, entry.kind) and same(subject, entry.subject) and same(actor, entry.actor)
        and (after is None or entry.seq > after) and (before is None or entry.seq < before)
        and (below is None or entry.seq < below)
        and (since is None or entry.time >= since) and (until is None or entry.time <= until)
    ]  # fmt: skip
    wanted = (wanted[::-1] if newest_first else wanted)[:limit]
    query = EntryFilter(kind, subject, actor, since, until, after, before, newest_first, limit, False, below)
    assert [entry.seq for entry in filled.entries(query)] == wanted


def test_entries_are_found_by_id_and_by_hash(filled: Ledger) -> None:
    entry = filled.entry(17)
    assert filled.entry_by_id(entry.id) == entry
    assert filled.entry_by_hash(entry.hash) == entry
    assert filled.entry_by_id("00000000-0000-7000-8000-000000000000") is None
    with pytest.raises(EntryAbsent, match="There is no entry 121; the ledger has 121"):
        filled.entry(121)
    with pytest.raises(EntryAbsent):
        filled.entry(-1)


def test_a_stream_gives_every_entry_once_in_order(filled: Ledger) -> None:
    assert [entry.seq for entry in filled.stream()] == list(range(121))
    assert [entry.seq for entry in filled.stream(5, 9)] == [5, 6, 7, 8]
    assert [entry.seq for entry in filled.stream(119, 500)] == [119, 120]


QUERIES = [
    EntryFilter(newest_first=True),
    EntryFilter(kind="x.a"),
    EntryFilter(kind="x.*", newest_first=True),
    EntryFilter(subject="system:few"),
    EntryFilter(kind="x.a", actor="user:bob"),
    EntryFilter(actor="user:bob", newest_first=True),
    EntryFilter(kind="run.recorded", subject="system:few"),
    EntryFilter(kind="x.a", after=50),
]


@pytest.mark.parametrize("query", QUERIES, ids=str)
def test_every_look_up_walks_an_index_in_order_and_never_sorts(filled: Ledger, query: EntryFilter) -> None:
    plans: list[str] = []

    def explain(connection, cursor, statement, parameters, context, executemany) -> None:
        if statement.startswith("SELECT") and "FROM entry" in statement:
            raw = connection.connection.cursor()
            raw.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
            plans.extend(row[3] for row in raw.fetchall() if "IN" not in statement)

    event.listen(filled.database.engine, "before_cursor_execute", explain)
    try:
        filled.entries(query)
    finally:
        event.remove(filled.database.engine, "before_cursor_execute", explain)
    assert plans
    assert not [plan for plan in plans if "TEMP B-TREE" in plan]
    assert not [
        plan for plan in plans if plan.startswith("SCAN") and (query.kind or query.subject or query.actor)
    ]


def test_tiles_are_cut_to_any_width_that_the_tree_has(make: Callable[..., Ledger], place: Path) -> None:
    ledger = make()
    ledger.append_many([note(turn) for turn in range(600)])
    hashes = [entry.hash for entry in ledger.stream(bodies=False)]
    assert ledger.tile(0, 1) == b"".join(hashes[256:512])
    assert ledger.tile(0, 2, 3) == b"".join(hashes[512:515])
    assert ledger.tile(0, 0, 7) == b"".join(hashes[:7])
    assert len(ledger.tile(1, 0, 2)) == 64
    for level, index, width in ((0, 2, 90), (1, 0, 3), (2, 0, 1), (0, 9, 1), (-1, 0, 1), (0, 0, 0)):
        with pytest.raises(EntryAbsent):
            ledger.tile(level, index, width)
