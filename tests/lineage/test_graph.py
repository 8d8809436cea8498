"""Where something comes from and what it touches."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from governance.errors import InvalidInput, NotFound
from governance.lineage import graph
from governance.lineage.projection import Projection
from governance.lineage.views import Lineage

Told = dict[str, dict[str, str]]


def around(ledger: Any, subject: str, direction: str = "both", depth: int = 8, **more: Any) -> Lineage:
    return graph.around(ledger, Projection(ledger), subject, direction, depth, **more)


def names(found: Lineage) -> set[str]:
    return {node.subject for node in found.nodes}


def test_a_model_comes_from_its_run_data_evidence_and_verdict(ledger: Any, told: Told) -> None:
    first = told["first"]
    found = around(ledger, first["model"], "up")
    assert names(found) == {
        "dataset:loans@1",
        *(first[k] for k in ("model", "run", "evidence", "approval", "decision")),
    }
    assert not found.truncated


def test_a_dataset_touches_everything_that_was_made_of_it(ledger: Any, told: Told) -> None:
    found = around(ledger, "dataset:loans@1", "down")
    for version in ("first", "second"):
        assert {told[version][k] for k in ("run", "model", "evidence", "deployment")} <= names(found)
    assert {told["first"]["batch"], told["second"]["rolled-back"], "system:credit"} <= names(found)


def test_taking_anothers_place_makes_no_dependence(ledger: Any, told: Told) -> None:
    found = around(ledger, told["second"]["deployment"], "up")
    assert told["first"]["deployment"] in names(found)
    assert told["first"]["model"] not in names(found)


def test_siblings_that_share_a_dataset_are_no_lineage(ledger: Any, told: Told) -> None:
    assert told["second"]["model"] not in names(around(ledger, told["first"]["run"]))


def test_labels_come_from_the_bodies(ledger: Any, told: Told) -> None:
    labels = {node.subject: node.label for node in around(ledger, told["first"]["deployment"]).nodes}
    assert labels["dataset:loans@1"] == "Loan applications"
    assert labels[told["first"]["evidence"]] == "performance"
    assert labels[told["first"]["decision"]] == "allow · production"


def test_what_is_named_but_was_never_registered_is_shown_as_unknown(
    ledger: Any, identifier: Callable[[str], str]
) -> None:
    ledger.add("model.registered", "model:m@1", {"run": identifier("run"), "system": "system:ghost"})
    nodes = {node.subject: node for node in around(ledger, "model:m@1").nodes}
    assert not nodes["system:ghost"].known
    assert nodes["model:m@1"].known
    assert names(around(ledger, "system:ghost")) == names(around(ledger, "model:m@1"))


def test_the_graph_as_of_a_checkpoint(ledger: Any, told: Told) -> None:
    early = around(ledger, "dataset:loans@1", "down", below=4)
    assert told["second"]["run"] not in names(early)
    assert told["first"]["run"] in names(early)


def test_depth_and_number_of_nodes_are_bounded_and_said(ledger: Any, told: Told) -> None:
    shallow = around(ledger, "dataset:loans@1", "down", 1)
    assert shallow.truncated
    assert told["first"]["model"] not in names(shallow) or told["first"]["run"] in names(shallow)
    few = around(ledger, "dataset:loans@1", "down", most=4)
    assert few.truncated
    assert len(few.nodes) == 4
    assert all({edge.source, edge.target} <= names(few) for edge in few.edges)


def test_a_deployment_with_very_many_batches_stays_readable(
    ledger: Any, identifier: Callable[[str], str]
) -> None:
    ledger.add("deployment.made", "deployment:m/production@1", {"model": "model:m@1"})
    for _ in range(graph.MOST_EDGES + 50):
        ledger.add("batch.sealed", identifier("batch"), {"deployment": "deployment:m/production@1"})
    found = around(ledger, "deployment:m/production@1", "down")
    assert found.truncated
    assert len(found.edges) == graph.MOST_EDGES


def test_circles_end(ledger: Any) -> None:
    ledger.add("dataset.registered", "dataset:a@1", {"derived_from": ["dataset:b@1"]})
    ledger.add("dataset.registered", "dataset:b@1", {"derived_from": ["dataset:a@1", "dataset:b@1"]})
    found = around(ledger, "dataset:a@1")
    assert names(found) == {"dataset:a@1", "dataset:b@1"}
    assert len(found.edges) == 2
    assert not found.truncated


def test_an_unknown_subject_is_answered_with_near_names(ledger: Any, told: Told) -> None:
    with pytest.raises(NotFound) as caught:
        around(ledger, "dataset:laons@1")
    assert "dataset:loans@1" in caught.value.remedy
    with pytest.raises(InvalidInput):
        around(ledger, "dataset:loans@1", "sideways")
