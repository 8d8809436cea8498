"""Words, times, filters, pages of rows, exports: the parts without a screen."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from governance.errors import Conflict, InvalidInput
from governance.gate.verdict import Finding, RuleResult
from governance.workspace.views import EntryQuery
from tests.tui.conftest import make_clock
from tests.tui.memory import MemoryWorkspace
from tui import exports, filters, nearness
from tui.lines import bar, fit
from tui.pages.decision import features_of, rule_lines
from tui.paging import PAGE, AllEntries, Matching
from tui.words import count, cut_middle, ended, interval, number, place, short_subject


def test_numbers_carry_separators_and_places_a_sign() -> None:
    assert count(48213) == "48,213"
    assert place(48213) == "#48,213"
    assert number(0.7416) == "0.742"
    assert number(2.0) == "2"
    assert interval(0.742, 0.691, 0.797) == "0.742 (0.691–0.797)"


def test_uuids_are_shortened_at_their_random_end_and_versions_stay() -> None:
    assert short_subject("run:0191f6a0-7c3e-7b1a-9c2e-5d9f3a2b7c2a") == "run:0191…7c2a"
    assert cut_middle("model:mortgage-approval@12", 16) == "model:mo…oval@12"


def test_text_is_fitted_in_cells_not_characters() -> None:
    assert fit("信用评分", 6) == "信用 …"
    assert bar(0.5, 8) == "████"


def test_times_are_shown_in_the_readers_zone_and_in_utc_on_demand() -> None:
    clock = make_clock()
    assert clock.minute("2026-03-05T18:03:08.000000Z") == "2026-03-05 20:03"
    assert clock.in_utc().minute("2026-03-05T18:03:08.000000Z") == "2026-03-05 18:03"
    assert clock.ago("2026-04-09T14:05:00Z") == "3 days ago"
    assert clock.ago("2026-05-09T14:05:00Z") == "in 27 days"
    assert clock.minute("yesterday") == "yesterday"


def test_a_filter_adds_up_and_a_bare_actor_is_a_person() -> None:
    found = filters.parse("kind:gate.* actor:alice since:2026-03-01", make_clock())
    assert found == EntryQuery(kind="gate.*", actor="user:alice", since="2026-02-28T22:00:00.000000Z")


@pytest.mark.parametrize(
    ("text", "jump"),
    [
        ("#48,213", filters.Jump(seq=48213)),
        ("7", filters.Jump(seq=7)),
        ("@2026-03-05T20:00", filters.Jump(since="2026-03-05T18:00:00.000000Z")),
        ("ab" * 32, filters.Jump(name="ab" * 32)),
    ],
)
def test_a_place_is_jumped_to(text: str, jump: filters.Jump) -> None:
    assert filters.parse(text, make_clock()) == jump


@pytest.mark.parametrize("text", ["colour:red", "kind:", "since:tomorrow", "kind:a kind:b", "hello world"])
def test_what_is_no_filter_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        filters.parse(text, make_clock())
    assert refusal.value.remedy


def test_any_row_of_an_unfiltered_list_is_one_page_away(ledger: MemoryWorkspace) -> None:
    rows = AllEntries(100_000)
    (query,) = rows.missing(50_010, 50_050)
    assert (query.after, query.limit, query.bodies) == (49_899, PAGE, False)
    assert rows.row(50_010) is None
    rows = AllEntries(len(ledger.views))
    for query in rows.missing(0, 30):
        rows.add(query, ledger.entries(query))
    newest = rows.row(0)
    assert newest is not None and newest.seq == len(ledger.views) - 1


def test_rows_keep_their_entries_while_the_ledger_grows(ledger: MemoryWorkspace) -> None:
    size = len(ledger.views)
    rows = AllEntries(size)
    for query in rows.missing(0, size - 1):
        rows.add(query, ledger.entries(query))
    ledger.write("x.note", "system:mortgage-approval", {"n": 1}, "user:bob")
    assert rows.grow(size + 1) == 1
    for query in rows.missing(0, size):
        rows.add(query, ledger.entries(query))
    assert [row.seq for index in range(size + 1) if (row := rows.row(index))] == list(range(size, -1, -1))


def test_pages_of_a_long_list_are_forgotten_again() -> None:
    rows = AllEntries(1_000_000)
    for page in range(200):
        rows.add(EntryQuery(after=page * PAGE - 1, limit=PAGE), [])
    assert len(rows._pages) <= 64


def test_a_filtered_list_reads_on_only_at_its_end(ledger: MemoryWorkspace) -> None:
    rows = Matching(EntryQuery(kind="batch.sealed"))
    (query,) = rows.missing(0, 20)
    rows.add(query, ledger.entries(query))
    assert rows.count() == 10
    assert rows.complete
    assert rows.missing(0, 20) == []


def test_an_export_overwrites_nothing_and_starts_no_formula(tmp_path: Path) -> None:
    table = exports.Table("t", [{"name": "=cmd()", "n": 1}, {"name": "b", "n": 2}])
    target = tmp_path / "out.csv"
    assert exports.write(table, target) == 2
    assert next(csv.DictReader(target.open()))["name"] == "'=cmd()"
    with pytest.raises(Conflict):
        exports.write(table, target)
    exports.write(table, tmp_path / "out.json")
    assert json.loads((tmp_path / "out.json").read_text())[1] == {"name": "b", "n": 2}
    with pytest.raises(InvalidInput):
        exports.write(table, tmp_path / "out.xls")
    with pytest.raises(InvalidInput):
        exports.write(table, tmp_path / "nowhere" / "out.csv")
    assert {path.name for path in tmp_path.iterdir()} == {"out.csv", "out.json"}


def test_the_zone_of_a_day_is_the_readers() -> None:
    clock = make_clock()
    assert filters.instant("2026-03-05", clock) == "2026-03-04T22:00:00.000000Z"
    assert datetime.fromisoformat(filters.instant("2026-03-05T00:00:00Z", clock)).astimezone(UTC).hour == 0


def test_a_bare_word_is_a_kinds_beginning_or_is_looked_for_and_a_subjects_beginning_is_one() -> None:
    clock = make_clock()
    assert filters.parse("/gate", clock) == EntryQuery(kind="gate*")
    assert filters.parse("gate.decided actor:alice", clock) == EntryQuery(
        kind="gate.decided", actor="user:alice"
    )
    assert filters.parse("model:mortgage", clock) == EntryQuery(subject="model:mortgage*")
    assert filters.parse("acme.reviewed", clock) == EntryQuery(kind="acme.reviewed*")
    assert filters.parse("boston kind:gate.*", clock) == filters.Search("boston", EntryQuery(kind="gate.*"))


@pytest.mark.parametrize("text", ["colour:red", "one two", "boston subject:model:*", "kind:a kind:b"])
def test_why_a_filter_is_refused_fits_eighty_columns(text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        filters.parse(text, make_clock())
    assert len(f"✗ {refused.value} {refused.value.remedy}") <= 78


def test_a_groups_features_are_named_once() -> None:
    assert features_of("race=black, sex=female") == {"race": "black", "sex": "female"}
    assert features_of("race=Black, African American, sex=female")["race"] == "Black, African American"
    assert features_of("four, eyes") == {}


def test_findings_stand_under_their_features() -> None:
    rule = RuleResult(
        pack="fair", rule="four-fifths", check="impact_ratio", severity="deny", result="fail", finding="fail",
        message="too low",
        findings=[
            Finding(label="race=black", result="fail", value=0.7),
            Finding(label="race=black, sex=female", result="fail", value=0.6),
            Finding(label="race=white", result="pass", value=1.0),
        ],
    )  # fmt: skip
    text = "\n".join(line.text for line in rule_lines(rule, 110))
    assert "by race, sex" in text
    assert "black, female" in text
    assert "=" not in text
    assert text.count("by race") == 2


def test_names_near_a_typed_one_are_found_by_part_and_by_spelling() -> None:
    known = ["dataset:hmda@1990", "model:scorer@1", "model:scorer@2", "system:scoring"]
    assert nearness.near("scorer", known)[:2] == ["model:scorer@1", "model:scorer@2"]
    assert nearness.near("hmad@1990", known) == ["dataset:hmda@1990"]
    assert nearness.named_exactly("scorer@2", known) == "model:scorer@2"
    assert nearness.named_exactly("scorer", known) is None


def test_a_sentence_ends_with_one_full_stop() -> None:
    assert ended("None of the known keys signed this.") == "None of the known keys signed this."
    assert ended("at #3") == "at #3."
