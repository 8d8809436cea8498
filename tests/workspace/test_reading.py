"""Reading, local and over HTTP."""

from __future__ import annotations

import pytest

from governance.errors import InvalidInput, NotFound
from governance.workspace import EntryQuery, NewEntry, Workspace
from tests.workspace.builders import a_trained_model


def test_entries_are_paged_both_ways(alice: Workspace) -> None:
    for number in range(5):
        alice.append(NewEntry(kind="x.count", subject=f"x:{number}", body={"n": number}))
    first = alice.entries(EntryQuery(kind="x.count", limit=2))
    assert [e.body["n"] for e in first if e.body] == [0, 1]
    rest = alice.entries(EntryQuery(kind="x.*", after=first[-1].seq, limit=10))
    assert [e.body["n"] for e in rest if e.body] == [2, 3, 4]
    newest = alice.entries(EntryQuery(kind="x.count", newest_first=True, limit=2))
    assert [e.body["n"] for e in newest if e.body] == [4, 3]
    older = alice.entries(EntryQuery(kind="x.count", before=newest[-1].seq, limit=10))
    assert [e.body["n"] for e in older if e.body] == [2, 1, 0]
    assert alice.entries(EntryQuery(subject="x:3", bodies=False))[0].body_state == "withheld"


@pytest.mark.parametrize(
    "query",
    [EntryQuery(limit=0), EntryQuery(limit=10**6), EntryQuery(after=1, before=2), EntryQuery(since="noon")],
)
def test_a_page_that_makes_no_sense_is_refused(alice: Workspace, query: EntryQuery) -> None:
    with pytest.raises(InvalidInput):
        alice.entries(query)


def test_an_absent_entry_and_a_reference_of_no_kind(alice: Workspace) -> None:
    with pytest.raises(NotFound):
        alice.entry(10**6)
    with pytest.raises(NotFound):
        alice.entry("0" * 64)
    with pytest.raises(InvalidInput):
        alice.entry("the first one")


def test_a_subject_shows_its_entries_and_its_current_body(alice: Workspace) -> None:
    model = a_trained_model(alice)
    alice.append(NewEntry(kind="x.note", subject=model, body={"text": "looked at"}))
    found = alice.subject(model)
    assert (found.kind, [e.kind for e in found.entries]) == ("model", ["model.registered", "x.note"])
    assert found.current is not None
    assert found.current["system"] == "system:credit"


def test_a_subject_of_many_entries_is_shown_in_pages(
    alice: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("governance.workspace.reading.MOST_ENTRIES", 3)
    model = a_trained_model(alice)
    for number in range(4):
        alice.append(NewEntry(kind="x.note", subject=model, body={"n": number}))
    first = alice.subject(model)
    assert (first.more, len(first.entries)) == (True, 3)
    assert first.current is not None
    assert first.current["system"] == "system:credit"
    rest = alice.entries(EntryQuery(subject=model, after=first.entries[-1].seq, limit=3))
    assert [entry.body for entry in rest] == [{"n": 2}, {"n": 3}]


@pytest.mark.parametrize("subject", ["*", "model:*", "m*"])
def test_a_subject_with_a_star_names_many_and_is_refused(alice: Workspace, subject: str) -> None:
    a_trained_model(alice)
    with pytest.raises(InvalidInput, match="many"):
        alice.subject(subject)


def test_an_unknown_subject_is_answered_with_near_names(alice: Workspace) -> None:
    a_trained_model(alice)
    with pytest.raises(NotFound) as absent:
        alice.subject("model:scorrer@1")
    assert "model:scorer@1" in absent.value.remedy
    with pytest.raises(InvalidInput):
        alice.subject("scorer")


def test_the_inventory_is_paged(alice: Workspace) -> None:
    a_trained_model(alice, "1")
    a_trained_model(alice, "2")
    assert [one.subject for one in alice.subjects("model")] == ["model:scorer@1", "model:scorer@2"]
    assert [one.subject for one in alice.subjects("model", after="model:scorer@1", limit=1)] == [
        "model:scorer@2"
    ]


def test_lineage_leads_up_to_the_data_and_down_to_the_model(alice: Workspace) -> None:
    model = a_trained_model(alice)
    up = {node.subject for node in alice.lineage(model, direction="up").nodes}
    assert "dataset:loans@1" in up
    down = {node.subject for node in alice.lineage("dataset:loans@1", direction="down").nodes}
    assert model in down
    with pytest.raises(InvalidInput):
        alice.lineage(model, direction="sideways")
    with pytest.raises(NotFound):
        alice.lineage("model:none@1")


def test_the_overview_counts_subjects_and_shows_the_last_entry(alice: Workspace) -> None:
    a_trained_model(alice)
    seen = alice.overview()
    assert seen.counts["model"] == 1
    assert seen.size == alice.checkpoint().size
    assert seen.last_entry is not None
    assert seen.last_entry.subject == "model:scorer@1"


def test_a_subject_of_somebodys_own_making_is_shown_too(alice: Workspace) -> None:
    alice.append(NewEntry(kind="x.payment", subject="payment:77/a", body={"sum": 3}))
    found = alice.subject("payment:77/a")
    assert (found.kind, found.current) == ("payment", {"sum": 3})
    with pytest.raises(InvalidInput):
        alice.lineage("payment:77/a")
