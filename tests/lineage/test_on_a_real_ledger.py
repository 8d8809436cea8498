"""The same on the ledger itself: its file, its lock, its triggers, its indexes."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from governance.ledger.entry import Draft
from governance.ledger.errors import ReadOnly
from governance.ledger.log import Ledger
from governance.lineage import graph, history, trace
from governance.lineage.projection import Projection

Told = dict[str, dict[str, str]]


@pytest.fixture
def real(ledger: Any, told: Told, tmp_path: Path) -> Iterator[Ledger]:
    """A ledger on disk that holds the story."""
    made = Ledger.create(
        str(tmp_path / "real.db"), actor="user:alice", origin="acme.example/credit", created={}
    )
    made.append_many([Draft(e.actor, e.kind, e.subject, e.body) for e in ledger.all])
    yield made
    made.close()


def test_graph_history_and_trace_read_it(real: Ledger, told: Told) -> None:
    projection = Projection(real)
    first = told["first"]
    (stood,) = history.as_of(real, projection)
    assert stood.model == first["model"]
    assert stood.verdict == "allow"
    assert [d.state for d in history.deployments(real, projection, "scorer")] == [
        "replaced",
        "rolled-back",
        "current",
    ]
    found = graph.around(real, projection, first["batch"], "up")
    assert {first["model"], first["run"], "dataset:loans@1"} <= {node.subject for node in found.nodes}
    traced = trace.trace(real, projection, f"prediction:{first['batch'].removeprefix('batch:')}#3")
    assert "run" in {step.title for step in traced.steps}
    assert projection.verify() == []
    assert not projection.in_memory


def test_another_process_finds_the_tables_and_goes_on(real: Ledger, tmp_path: Path) -> None:
    Projection(real).catch_up()
    code = (
        "import sys\n"
        "from governance.ledger.log import Ledger\n"
        "from governance.lineage.projection import Projection\n"
        "with Ledger.open(sys.argv[1]) as ledger:\n"
        "    projection = Projection(ledger)\n"
        "    projection.catch_up()\n"
        "    print(projection.in_memory, len(projection.edges_to('system:credit')))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "real.db")], capture_output=True, text=True, check=False
    )
    assert done.stdout.split() == ["False", "2"], done.stderr


def test_what_grows_while_it_is_read_is_seen(real: Ledger) -> None:
    projection = Projection(real)
    before = projection.counts().get("dataset", 0)
    real.append(
        Draft("user:alice", "dataset.registered", "dataset:later@1", {"derived_from": ["dataset:loans@1"]})
    )
    assert projection.counts()["dataset"] == before + 1
    assert projection.edges_to("dataset:later@1")[0].relation == "derived-from"


def test_where_nothing_can_be_written_it_answers_from_memory(
    real: Ledger, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused() -> Any:
        raise ReadOnly("The ledger can't be written by this user.")

    monkeypatch.setattr(real.database, "write", refused)
    projection = Projection(real)
    assert len(projection.edges_to("system:credit")) == 2
    assert projection.in_memory
    assert projection.verify() == []


def test_processes_that_catch_up_at_once_while_others_write_leave_the_tables_right(
    real: Ledger, tmp_path: Path
) -> None:
    code = (
        "import sys\n"
        "from governance.ledger.log import Ledger\n"
        "from governance.lineage.projection import Projection\n"
        "with Ledger.open(sys.argv[1]) as ledger:\n"
        "    while ledger.size() < int(sys.argv[2]):\n"
        "        projection = Projection(ledger)\n"
        "        projection.edges_to('system:credit')\n"
        "        assert not projection.in_memory\n"
    )
    end = real.size() + 60
    arguments = [sys.executable, "-c", code, str(tmp_path / "real.db"), str(end)]
    readers = [subprocess.Popen(arguments, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    for number in range(60):
        body = {"derived_from": ["dataset:loans@1"]}
        real.append(Draft("user:alice", "dataset.registered", f"dataset:grown-{number}@1", body))
    for reader in readers:
        _, said = reader.communicate(timeout=60)
        assert reader.returncode == 0, said
    projection = Projection(real)
    assert len(projection.edges_from("dataset:loans@1", relation="derived-from")) == 60
    assert projection.verify() == []
