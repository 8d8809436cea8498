"""Tables that people bring: each fault is named with file, column and row, and nothing is recorded."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from governance.workspace import open_workspace
from tests.cli.driving import Shell
from tests.cli.story import ADA, EVE, ROWS, TESS, Told

EVALUATE = ("evaluate", "scorer@1", "--label", "approved", "--score", "score", "--sensitive", "sex")
EXPLAIN = ("explain", "scorer@1", "--rows", "test.csv")
DRIFT = ("drift", "scorer/production@1", "--reference", "test.csv")


def changed(column: str, value: str) -> Callable[[Path], None]:
    """Return what writes `bad.csv`: the story's rows with another value in row 6."""

    def write(folder: Path) -> None:
        with (folder / "test.csv").open(newline="") as file:
            rows = list(csv.DictReader(file))
        rows[5][column] = value
        with (folder / "bad.csv").open("w", newline="") as file:
            table = csv.DictWriter(file, list(rows[0]))
            table.writeheader()
            table.writerows(rows)

    return write


def holding(content: bytes) -> Callable[[Path], None]:
    return lambda folder: (folder / "bad.csv").write_bytes(content) and None


@pytest.mark.parametrize(
    ("write", "said"),
    [
        (changed("score", "high"), "bad.csv, column 'score', row 6: 'high' is no finite number"),
        (changed("score", ""), "bad.csv, column 'score', row 6: a value is missing"),
        (changed("score", "inf"), "'inf' is no finite number"),
        (changed("approved", ""), "bad.csv, column 'approved', row 6"),
        (changed("approved", "maybe"), "3 different values"),
        (holding(b""), "bad.csv is empty"),
        (holding(b"income,debt,sex,approved,score\n"), "a header but no rows"),
        (holding(b"a,b\n1,2\n1,2,3\n"), "row 2 (line 3) has 3 fields"),
        (holding(b"a,a\n1,2\n"), "two columns are named 'a'"),
        (holding("a,b\nGrün,1\n".encode("latin-1")), "is not UTF-8"),
        (holding(bytes(range(1, 256)) * 9), "is not UTF-8"),
        (holding(b"a,b\n1,\x002\n"), "zero byte"),
        (holding(b"income;approved\n1;2\n"), "no column 'approved'"),
    ],
)
def test_a_bad_table_is_named_with_the_place_of_its_fault(
    shell: Shell, told: Told, write: Callable[[Path], None], said: str
) -> None:
    write(shell.folder)
    assert said in shell.refuses(*EVALUATE, "--predictions", "bad.csv", actor=EVE)
    with open_workspace(shell.ledger) as workspace:
        assert workspace.checkpoint().size == told.size


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((*EVALUATE, "--predictions", "nosuch.csv"), "There is no file nosuch.csv"),
        ((*EVALUATE, "--predictions", "."), "is a folder"),
        ((*EVALUATE, "--predictions", "test.csv", "--threshold", "nan"), "--threshold nan is not a finite"),
        ((*EVALUATE, "--predictions", "test.csv", "--confidence", "2"), "confidence"),
        ((*EVALUATE, "--predictions", "test.csv", "--favourable", "yes"), "never holds the favourable value"),
        (
            (*EVALUATE, "--predictions", "test.csv", "--dataset", "nosuch@1"),
            "There is no dataset:nosuch@1 in this ledger",
        ),
        ((*EVALUATE, "--predictions", "test.csv", "--sensitive", "race"), "no column 'race'"),
        ((*EVALUATE, "--predictions", "test.csv", "--sensitive", "sex+"), "--sensitive 'sex+'"),
        ((*EVALUATE, "--predictions", "test.csv", "--label", "aproved"), "Did you mean approved?"),
        (("evaluate", "nosuch@1", *EVALUATE[2:], "--predictions", "test.csv"), "model:scorer@1"),
        (("evaluate", "scorer@1", "--label", "approved", "--predictions", "test.csv"), "Add --score"),
        (EXPLAIN, "Give either --model or --contributions"),
        ((*EXPLAIN, "--model", "model.skops"), "--model needs --background"),
        ((*EXPLAIN, "--model", "nosuch", "--background", "test.csv"), "There is no file nosuch"),
        ((*EXPLAIN, "--model", "test.csv", "--background", "test.csv"), "is no skops file"),
        ((*DRIFT, "--current", "nosuch.csv"), "There is no file nosuch.csv"),
        ((*DRIFT, "--current", "test.csv", "--limit", "nan"), "--limit nan is not a finite"),
        (("drift", "scorer/production@9", *DRIFT[2:], "--current", "test.csv"), "scorer/production@1"),
    ],
    ids=lambda value: " ".join(value[-4:]) if isinstance(value, tuple) else "",
)
def test_bad_options_are_refused_and_nothing_is_recorded(
    shell: Shell, told: Told, words: tuple[str, ...], said: str
) -> None:
    assert said in shell.refuses(*words, actor=EVE)
    with open_workspace(shell.ledger) as workspace:
        assert workspace.checkpoint().size == told.size


def test_nobody_computes_before_somebody_acts(reader: Shell) -> None:
    for words in (
        (*EVALUATE, "--predictions", "test.csv"),
        (*DRIFT, "--current", "test.csv"),
        (*EXPLAIN, "--contributions", "test.csv", "--base-value", "0"),
    ):
        assert "Say who you are" in reader.refuses(*words)


def test_an_unknown_severity_is_refused_before_the_evidence_is_recorded(shell: Shell) -> None:
    assert "'critical'" in shell.misused(*DRIFT, "--current", "test.csv", "--severity", "loud")


def test_performance_and_fairness_are_recorded_together(shell: Shell, told: Told) -> None:
    done = shell(*EVALUATE, "--predictions", "test.csv", "--json", actor=EVE)
    assert [item["entry"]["seq"] for item in done.json] == [told.size, told.size + 1]
    assert [item["evidence"]["family"] for item in done.json] == ["performance", "fairness"]
    shown = shell(*EVALUATE, "--predictions", "test.csv", actor=EVE).out
    assert f"performance on {ROWS} rows" in shown
    assert "fairness by sex: impact ratio" in shown


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("test.csv", "--range", "foo"), "is no range"),
        (("test.csv", "--range", "income=5..1"), "the smaller number first"),
        (("test.csv", "--range", "income=a..b"), "is no range"),
        (("test.csv", "--range", "nosuch=0..1"), "no column 'nosuch'"),
        (("test.csv", "nosuch.csv"), "There is no file nosuch.csv"),
        (("test.csv", "--test", "nosuch.csv"), "There is no file nosuch.csv"),
    ],
)
def test_validation_refuses_what_it_does_not_understand(
    reader: Shell, words: tuple[str, ...], said: str
) -> None:
    assert said in reader.refuses("dataset", "validate", *words)


def test_validation_that_fails_exits_with_1(reader: Shell) -> None:
    done = reader("dataset", "validate", "test.csv", "--range", "income=0..1")
    assert (done.code, done.err) == (1, "")
    assert "✗ fail  ranges" in done.out
    assert reader("dataset", "validate", "test.csv", "--json").json["rows"] == ROWS
    assert "--missing" in reader.misused("dataset", "validate", "test.csv", "--missing", "7")


def test_a_dataset_is_registered_once(shell: Shell) -> None:
    done = shell("dataset", "register", "own@1", "test.csv", "--label", "approved", actor=TESS)
    assert done.code == 0
    said = shell.refuses("dataset", "register", "own@1", "test.csv", "--label", "score", actor=TESS)
    assert "Register a new version" in said


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("pack: a\nversion: [1\n", 3, "expected"),
        ("pack: a\npack: b\n", 2, ""),
        ("", None, "empty"),
        ("- a\n", 1, "mapping"),
    ],
)
def test_a_pack_that_does_not_parse_is_named_with_its_line(
    shell: Shell, text: str, line: int | None, said: str
) -> None:
    (shell.folder / "bad.yaml").write_text(text)
    linted = shell("policy", "lint", "bad.yaml")
    assert linted.code == 1
    for words in (("test", "bad.yaml"), ("explain", "bad.yaml"), ("add", "bad.yaml")):
        error = shell.refuses("policy", *words, actor=ADA)
        assert said in error
        assert line is None or f"ine {line}" in error


def test_an_unknown_check_is_named_with_near_ones(shell: Shell) -> None:
    from tests.workspace.builders import PACK

    (shell.folder / "bad.yaml").write_text(PACK.replace("approvals.quorum", "approvals.quorun"))
    for words in (("test", "bad.yaml"), ("add", "bad.yaml")):
        error = shell.refuses("policy", *words, actor=ADA)
        assert "approvals.quorum" in error
        assert "Line 8" in error


def test_a_yaml_file_of_members_is_named_with_its_line(shell: Shell) -> None:
    (shell.folder / "bad.yaml").write_text("purpose: a\nowner: [b\nrisk: high\n")
    assert "bad.yaml, line 3" in shell.refuses("system", "register", "a", "--from", "bad.yaml", actor=TESS)
