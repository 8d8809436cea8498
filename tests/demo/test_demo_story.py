"""The whole story, told once, and what it must show."""

from __future__ import annotations

import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from governance.demo.command import perform
from governance.errors import Conflict

BUDGET_SECONDS = 90


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("story") / "governance-demo"


@pytest.fixture(scope="module")
def told(folder: Path) -> tuple[dict[str, Any], str]:
    heard = StringIO()
    figures = perform(folder, Console(file=heard, width=110, highlight=False))
    return figures, heard.getvalue()


def test_version_1_is_refused_for_its_inputs_and_its_fairness(told: Any) -> None:
    figures, _ = told
    gate = figures["gate: v1"]
    assert gate["verdict"] == "deny"
    assert gate["results"]["credit-high-risk/no-protected-inputs"] == "fail"
    assert gate["results"]["credit-high-risk/four-fifths"] in {"fail", "unclear"}
    assert figures["v1"]["race"]["black"] < 0.8


def test_version_2_passes_singly_warns_jointly_and_lacks_approvals_only(told: Any) -> None:
    figures, text = told
    results = figures["gate: v2 without approvals"]["results"]
    assert results["credit-high-risk/four-fifths"] == "pass"
    assert results["credit-high-risk/four-fifths-jointly"] == "warn"
    assert {rule for rule, result in results.items() if result not in {"pass", "warn"}} == {
        "credit-high-risk/two-people"
    }
    assert 20 <= figures["too_few"]["black female"] <= 26
    assert "26 black female applicants" in text


def test_the_trainer_is_refused_two_people_suffice_and_the_receipt_holds(told: Any) -> None:
    figures, _ = told
    assert "may not approve" in figures["trainer_refused"]
    assert all(agrees in {True, None} for agrees in figures["ssh_keygen_agrees"])
    assert figures["gate: v2"]["verdict"] == "allow"
    assert "may go to production" in figures["receipt"]


def test_drift_is_found_version_3_takes_over_and_is_rolled_back(told: Any) -> None:
    figures, _ = told
    assert {"industry_unemployment", "obligations_ratio"} <= set(figures["drift"])
    assert figures["gate: v3"]["verdict"] == "allow"
    models = [model.rpartition("@")[2] for _, model, _ in figures["deployments"]]
    assert (models, figures["deployments"][-1][2]) == (["2", "3", "2"], "current")


def test_one_prediction_is_traced_to_everything_behind_it(told: Any) -> None:
    figures, text = told
    behind = {
        "prediction",
        "batch",
        "deployment",
        "decision",
        "approval",
        "model",
        "run",
        "dataset",
        "evidence",
    }
    assert behind <= set(figures["trace"])
    assert "was sealed with these values" in " ".join(text.split())


def test_the_altered_byte_is_found_with_its_place(told: Any) -> None:
    figures, _ = told
    assert figures["attack"] == [("body-altered", figures["attack"][0][1])]
    assert "25" in figures["attack"][0][1]


def test_the_dossier_is_written_and_the_story_ends_with_three_lines(told: Any) -> None:
    figures, text = told
    assert Path(figures["dossier"]).read_bytes().startswith(b"%PDF-")
    ending = text.strip().splitlines()[-3:]
    assert [line.split(":")[0] for line in ending] == ["Look around", "Read the dossier", "Ask over HTTP"]
    assert figures["seconds"]["all"] < BUDGET_SECONDS


def test_the_ledger_that_is_left_verifies_and_a_second_telling_needs_force(told: Any, folder: Path) -> None:
    ledger = str(folder / "governance.db")
    command = [
        sys.executable,
        "-m",
        "governance",
        "--ledger",
        ledger,
        "verify",
        "--key",
        str(folder / "ledger.vkey"),
    ]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0
    with pytest.raises(Conflict, match="told in"):
        perform(folder, Console(quiet=True))


@pytest.mark.slow
def test_numbers_are_the_same_the_second_time(told: Any, folder: Path) -> None:
    again = perform(folder, Console(quiet=True), force=True)
    for name in (
        "v1",
        "v2",
        "v3",
        "drift",
        "too_few",
        "approval_by_race",
        "gate: v1",
        "gate: v2",
        "gate: v3",
    ):
        assert again[name] == told[0][name]
