"""`govern explain --contributions`: contributions that somebody else computed, for a model in any language."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from tests.cli.driving import Shell
from tests.cli.story import EVE, ROWS

WORDS = ("explain", "scorer@1", "--rows", "test.csv", "--contributions", "given.csv")


def give(folder: Path, **changes: object) -> None:
    """Write contributions that add up to the story's scores from 0.5: debt nothing, income the rest."""
    with (folder / "test.csv").open(newline="") as file:
        scores = [float(row["score"]) for row in csv.DictReader(file)]
    rows = [[score - 0.5, 0.0] for score in scores][: int(str(changes.get("rows", ROWS)))]
    with (folder / "given.csv").open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["income", changes.get("name", "debt")])
        table.writerows(
            [["", 0.0] if changes.get("missing") == place else row for place, row in enumerate(rows)]
        )


def test_contributions_become_importance_and_reasons(shell: Shell) -> None:
    give(shell.folder)
    done = shell(*WORDS, "--base-value", "0.5", "--score", "score", "--json", actor=EVE)
    assert done.code == 0, done.err
    evidence = done.json["evidence"]
    result = evidence["result"]
    assert [item["feature"] for item in result["importance"]] == ["income", "debt"]
    assert result["importance"][1]["mean_absolute"] == 0
    assert result["rows_explained"] == ROWS
    assert result["additivity_error"] == pytest.approx(0, abs=1e-9)
    adverse = [row for row in result["reasons"] if row["score"] < 0.5]
    assert adverse
    assert all(row["reasons"][0]["feature"] == "income" for row in adverse)
    assert evidence["how"]["mode"] == "reported, computed elsewhere"
    assert evidence["parameters"]["base_value"] == 0.5
    assert {item["role"] for item in evidence["inputs"]} == {"contributions", "explained"}


def test_what_does_not_add_up_to_the_score_is_recorded_as_such(shell: Shell) -> None:
    give(shell.folder)
    done = shell(*WORDS, "--base-value", "0.7", "--score", "score", "--json", actor=EVE)
    assert done.json["evidence"]["result"]["additivity_error"] == pytest.approx(0.2)


def test_people_read_the_features_by_their_weight(shell: Shell) -> None:
    give(shell.folder)
    shown = shell(*WORDS, "--base-value", "0.5", actor=EVE).out
    assert f"explanation of {ROWS} rows" in shown
    assert shown.index("income") < shown.index("debt")


@pytest.mark.parametrize(
    ("changes", "words", "said"),
    [
        ({}, (), "needs --base-value"),
        ({}, ("--base-value", "nan"), "--base-value nan is not a finite number"),
        ({}, ("--base-value", "0", "--score", "nosuch"), "no column 'nosuch'"),
        ({"rows": 5}, ("--base-value", "0"), "given.csv has 5 rows"),
        ({"name": "dept"}, ("--base-value", "0"), "dept"),
        ({"missing": 3}, ("--base-value", "0"), "column 'income', row 4"),
    ],
)
def test_contributions_that_do_not_belong_to_the_rows_are_refused(
    shell: Shell, changes: dict[str, object], words: tuple[str, ...], said: str
) -> None:
    give(shell.folder, **changes)
    assert said in shell.refuses(*WORDS, *words, actor=EVE)
