"""Appending records, local and over HTTP: what is taken, what is refused, what a repetition does."""

from __future__ import annotations

import pytest

from governance.errors import Conflict, InvalidInput, NotFound, NotPermitted
from governance.ledger.entry import new_id
from governance.lineage.records import AlertOpened
from governance.workspace import NewEntry, Workspace
from tests.workspace.builders import a_dataset, a_model, a_run, a_system, a_trained_model, evidence_about
from tests.workspace.world import World


def test_an_appended_entry_is_read_back_as_it_was_written(alice: Workspace) -> None:
    done = alice.append(NewEntry(kind="x.note", subject="system:credit", body={"text": "grüß", "n": 1.5}))
    entry = alice.entry(done.seq)
    assert (entry.kind, entry.subject, entry.actor) == ("x.note", "system:credit", "user:alice")
    assert entry.body == {"text": "grüß", "n": 1.5}
    assert entry.entry == done.entry
    assert alice.entry(done.id) == alice.entry(done.entry) == entry


def test_the_same_append_by_id_is_entered_once(alice: Workspace) -> None:
    entry = NewEntry(kind="x.note", subject="system:credit", body={"a": 1}, id=new_id())
    assert alice.append(entry) == alice.append(entry)
    with pytest.raises(Conflict):
        alice.append(entry.model_copy(update={"body": {"a": 2}}))


def test_append_many_enters_all_or_nothing(alice: Workspace) -> None:
    size = alice.checkpoint().size
    good = NewEntry(kind="x.note", subject="system:credit", body={})
    with pytest.raises(InvalidInput):
        alice.append_many([good, NewEntry(kind="gate.decided", subject="system:credit", body={})])
    assert alice.checkpoint().size == size
    done = alice.append_many([good, good])
    assert [one.seq for one in done] == [size, size + 1]


@pytest.mark.parametrize(
    "kind",
    [
        "gate.decided",
        "approval.given",
        "token.issued",
        "user.registered",
        "ledger.created",
        "deployment.made",
    ],
)
def test_reserved_kinds_are_refused_to_a_raw_append(alice: Workspace, kind: str) -> None:
    with pytest.raises(InvalidInput, match="own operations"):
        alice.append(NewEntry(kind=kind, subject="system:credit", body={}))


def test_an_unknown_kind_is_refused_with_a_near_one(alice: Workspace) -> None:
    with pytest.raises(InvalidInput) as refused:
        alice.append(NewEntry(kind="datset.registered", subject="dataset:a@1", body={}))
    assert "dataset.registered" in refused.value.remedy


def test_a_known_kind_with_a_bad_body_names_the_member(alice: Workspace) -> None:
    with pytest.raises(InvalidInput, match="purpose"):
        alice.append(
            NewEntry(kind="system.registered", subject="system:credit", body={"owner": "user:alice"})
        )


def test_a_version_is_registered_once(alice: Workspace) -> None:
    first = alice.register_dataset("dataset:loans@1", a_dataset())
    assert alice.register_dataset("dataset:loans@1", a_dataset()) == first
    with pytest.raises(Conflict, match="other content"):
        alice.register_dataset("dataset:loans@1", a_dataset("other loans"))


def test_a_model_needs_its_run_and_its_system(alice: Workspace) -> None:
    with pytest.raises(NotFound, match="run:"):
        alice.register_model("model:scorer@1", a_model(f"run:{new_id()}"))
    alice.register_dataset("dataset:loans@1", a_dataset())
    run = alice.record_run(a_run()).subject
    with pytest.raises(NotFound, match="system:credit"):
        alice.register_model("model:scorer@1", a_model(run))
    alice.register_system("system:credit", a_system())
    assert alice.register_model("model:scorer@1", a_model(run)).subject == "model:scorer@1"


def test_a_run_needs_its_datasets_and_near_names_are_offered(alice: Workspace) -> None:
    alice.register_dataset("dataset:loans@1", a_dataset())
    with pytest.raises(NotFound, match="dataset:loan@1") as refused:
        alice.record_run(a_run("dataset:loan@1"))
    assert "dataset:loans@1" in refused.value.remedy


def test_evidence_needs_what_it_is_about_and_its_own_producer(alice: Workspace) -> None:
    with pytest.raises(NotFound):
        alice.record_evidence(evidence_about("model:scorer@1", "user:alice"))
    model = a_trained_model(alice)
    with pytest.raises(NotPermitted, match="user:bob"):
        alice.record_evidence(evidence_about(model, "user:bob"))
    assert alice.record_evidence(evidence_about(model, "user:alice")).subject.startswith("evidence:")


def test_alerts_open_and_close_once_with_a_reason(alice: Workspace) -> None:
    model = a_trained_model(alice)
    evidence = alice.record_evidence(evidence_about(model, "user:alice")).subject
    opened = alice.open_alert(
        AlertOpened(about=model, evidence=evidence, severity="warning", summary="moved")
    )
    assert [one.alert for one in alice.alerts()] == [opened.subject]
    with pytest.raises(InvalidInput):
        alice.close_alert(opened.subject, " ")
    alice.close_alert(opened.subject, "retrained")
    assert alice.alerts() == []
    assert alice.alerts(open_only=False)[0].closed is not None
    with pytest.raises(Conflict, match="closed already"):
        alice.close_alert(opened.subject, "again, otherwise")


def test_without_a_role_nothing_is_recorded(world: World) -> None:
    auditor = world.as_("user:carol", "auditor")
    with pytest.raises(NotPermitted, match="recorder"):
        auditor.append(NewEntry(kind="x.note", subject="system:credit", body={}))


def test_numbers_that_would_not_survive_are_refused(alice: Workspace) -> None:
    with pytest.raises(InvalidInput):
        alice.append(NewEntry(kind="x.note", subject="system:credit", body={"n": 2**53}))
