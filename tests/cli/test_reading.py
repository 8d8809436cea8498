"""What people read: whole names at any width, sentences wrapped, hashes cut where nobody needs them; JSON for programs."""

from __future__ import annotations

import json
import re

import pytest

from governance.cli import output
from tests.cli.driving import Shell
from tests.cli.story import TESS, Told

CHECK = ["check", "receipt.json", "--key", "acme.vkey", "--receipt-key", "receipts.pem"]


def words_of(told: Told) -> list[list[str]]:
    return [
        ["log", "--limit", "50"],
        ["show", "0"],
        ["show", "model:scorer@1"],
        ["trace", f"prediction:{told.batch.removeprefix('batch:')}#3"],
        ["lineage", "model:scorer@1"],
        ["as-of"],
        ["verify"],
        ["replay", told.allowed],
        ["user", "list"],
        ["alert", "list"],
        ["batch", "list"],
        ["policy", "list"],
        ["policy", "list", "--shipped"],
        ["policy", "explain", "credit-high-risk"],
        [*CHECK, "--artifact", "model.skops", "--target", "production"],
    ]


@pytest.mark.parametrize("width", [80, 160])
def test_lines_fit_the_terminal_and_no_name_is_broken(
    reader: Shell, told: Told, monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    for words in words_of(told):
        done = reader(*words)
        assert done.code == 0, done
        for line in done.out.splitlines():
            # A name that is longer than the room stays whole; everything else is wrapped.
            longest = max((len(word) for word in line.split()), default=0)
            assert len(line) <= width or longest > 60 or "…" in line, line


def test_at_80_columns_every_subject_of_the_log_can_be_copied(
    reader: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    subjects = [json.loads(line)["subject"] for line in reader("log", "--json").out.splitlines()]
    monkeypatch.setenv("COLUMNS", "80")
    shown = reader("log").out.split()
    assert set(subjects) <= set(shown)


def test_a_pipe_gets_one_line_for_each_entry(reader: Shell, told: Told) -> None:
    lines = reader("log", "--all").out.splitlines()
    assert len(lines) == told.size + 1
    assert [int(line.split()[0]) for line in lines[1:]] == list(range(told.size))


def test_a_narrow_table_becomes_blocks_and_loses_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [["alert:" + "a" * 36, "It moved. " * 9, "名前" * 3], ["alert:b", "short", ""]]
    monkeypatch.setenv("COLUMNS", "80")
    output.print_table(["alert", "summary", "owner"], rows, empty="None.")
    shown = capsys.readouterr().out
    assert all(len(line) <= 80 for line in shown.splitlines())
    assert shown.count("It moved.") == 9
    assert "名前" * 3 in shown
    monkeypatch.delenv("COLUMNS")
    output.print_table(["alert", "summary", "owner"], rows, empty="None.")
    assert len(capsys.readouterr().out.splitlines()) == 3
    output.print_table(["alert"], [], empty="None.")
    assert capsys.readouterr().out == "None.\n"


def test_wide_letters_keep_the_columns_in_line(capsys: pytest.CaptureFixture[str]) -> None:
    output.print_table(["name", "role"], [["Größe", "a"], ["名前", "b"], ["ab", "c"]], empty="")
    assert capsys.readouterr().out.splitlines() == ["name   role", "Größe  a", "名前   b", "ab     c"]


def test_every_reading_command_prints_json_that_parses(reader: Shell, told: Told) -> None:
    for words in words_of(told):
        done = reader(*words, "--json")
        assert done.code == 0
        if words[0] == "log":
            assert [json.loads(line) for line in done.out.splitlines()]
        else:
            assert done.json


def test_a_refused_command_with_json_keeps_standard_output_empty(reader: Shell) -> None:
    reader.refuses("show", "model:scoer@1", "--json")


def test_the_gate_says_each_rule_with_what_would_change_it(shell: Shell) -> None:
    allowed = shell("gate", "scorer@1", "--target", "production", actor=TESS)
    assert allowed.code == 0
    assert allowed.out.startswith("✓ ALLOW  model:scorer@1 may go to production")
    assert "✓ pass     two-people" in allowed.out
    denied = shell("gate", "scorer@1", "--target", "staging", actor=TESS)
    assert denied.code == 1
    assert denied.out.startswith("✗ DENY  model:scorer@1 may not go to staging")
    assert "∅ missing  two-people" in denied.out
    assert "→ " in denied.out
    assert denied.err == ""


@pytest.mark.parametrize("form", ["json", "sarif", "junit", "github"])
def test_the_gate_answers_pipelines_in_their_own_form(shell: Shell, form: str) -> None:
    done = shell("gate", "scorer@1", "--target", "production", "--format", form, actor=TESS)
    assert done.code == 0
    if form in {"json", "sarif"}:
        assert done.json
    assert done.out


def test_a_trace_reads_from_the_prediction_back_to_the_people(reader: Shell, told: Told) -> None:
    shown = reader("trace", f"{told.batch.removeprefix('batch:')}#3").out
    titles = [line.split()[0] for line in shown.splitlines() if line[:1].strip()]
    assert titles[:3] == ["prediction", "batch", "deployment"]
    assert {"decision", "approval", "model", "run", "dataset", "system"} <= set(titles)
    assert "user:mo" in shown


def test_lineage_says_where_nothing_is_on_record(reader: Shell) -> None:
    shown = reader("lineage", "dataset:loans@1").out
    assert "made from (upstream)\n  nothing on record" in shown
    assert "model:scorer@1" in shown.split("used in (downstream)")[1]


def test_a_check_says_what_was_proved(reader: Shell, told: Told) -> None:
    done = reader(*CHECK, "--artifact", "model.skops", "--target", "production")
    assert done.code == 0
    assert done.out.startswith("✓ model:scorer@1, this very artifact, may go to production until ")
    assert not re.search(r"[0-9a-f]{64}", done.out)


def test_a_receipt_for_another_artifact_or_target_does_not_hold(reader: Shell) -> None:
    said = reader.refuses(*CHECK, "--artifact", "test.csv", "--target", "production", code=1)
    assert "Deploy the very file that was judged" in said
    reader.refuses(*CHECK, "--artifact", "model.skops", "--target", "staging", code=1)


def test_a_verification_that_fails_exits_with_1_and_names_class_and_place(shell: Shell) -> None:
    import sqlite3

    base = sqlite3.connect(shell.ledger)
    for (name,) in base.execute("select name from sqlite_master where type = 'trigger'").fetchall():
        base.execute(f"drop trigger {name}")
    base.execute("update body set body = replace(body, 'Rank', 'Bank')")
    base.commit()
    base.close()
    done = shell("verify")
    assert done.code == 1
    assert "✗ " in done.out
    assert "→ " in done.out
    assert not shell("verify", "--json").json["ok"]


def test_an_export_is_verified_with_the_key_alone(shell: Shell) -> None:
    assert "govern verify --folder site" in shell("export", "site").out
    shell.ledger = "nosuch.db"
    assert shell("verify", "--folder", "site", "--key", "acme.vkey").code == 0
    path = next((shell.folder / "site").rglob("tile/entries/*"))
    tile = path if path.is_file() else next(one for one in path.rglob("*") if one.is_file())
    tile.write_bytes(tile.read_bytes().replace(b"scorer", b"scores"))
    assert shell("verify", "--folder", "site", "--key", "acme.vkey").code == 1


def test_hashes_and_instants_are_cut_for_people_only() -> None:
    text = f"sha256:{'ab' * 32} at 2026-01-31T14:00:07.123456Z"
    assert output.readable(text) == "sha256:abababababab… at 2026-01-31 14:00 UTC"
    assert output.short("0" * 63) == "0" * 63
    assert output.short("deadbeef") == "deadbeef"


def test_json_is_told_plainly() -> None:
    assert output.plainly({"a": {"b": [1, "x", {"c": None}], "e": []}, "d": " y"}) == (
        'a:\n    b:\n      - 1\n      - x\n      -\n        c: null\n    e: []\n  d: " y"'.replace(
            "a:", "  a:", 1
        )
    )
