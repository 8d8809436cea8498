"""However a command ends (Ctrl-C, a reader that goes away, a full disk, a defect), it ends with a code and in peace."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import typer

from governance.cli import running
from tests.cli.driving import Shell
from tests.cli.processes import command, environment
from tests.cli.story import TESS, Told, a_line

STOPPED = b"Stopped. What was acknowledged is kept; nothing half-written is left."


def start(words: list[str], ledger: str, **options: object) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command(words, ledger=ledger, actor=TESS),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
        **options,  # type: ignore[call-overload]
    )


def test_ctrl_c_while_appending_keeps_what_was_acknowledged(shell: Shell, told: Told) -> None:
    with start(["append"], shell.ledger) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(a_line())
        process.stdin.flush()
        answer = json.loads(process.stdout.readline())
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=20)
    assert process.returncode == 130
    assert STOPPED in said
    assert b"Traceback" not in said
    assert answer["seq"] == told.size
    assert shell("verify", "--json").json["size"] == told.size + 1


@pytest.mark.parametrize(
    ("words", "place"),
    [
        (["verify"], "governance.workspace.local.LocalWorkspace.verify"),
        (["export", "site"], "governance.workspace.local.LocalWorkspace.export"),
        (["prove", "1", "-o", "one.proof"], "governance.workspace.local.LocalWorkspace.prove"),
        (["log", "--all"], "governance.workspace.local.LocalWorkspace.entries"),
        (["gate", "scorer@1", "--target", "production"], "governance.gate.decision.decide"),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_ctrl_c_in_the_middle_of_a_command_leaves_nothing_half_written(
    shell: Shell, told: Told, monkeypatch: pytest.MonkeyPatch, words: list[str], place: str
) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    before = {path for path in shell.folder.rglob("*") if not path.name.startswith("governance.db")}
    target = place.replace("governance.gate.decision.decide", "governance.workspace.gating.Gating.ask")
    with monkeypatch.context() as patch:
        patch.setattr(target, interrupt)
        done = shell(*words, actor=TESS)
    assert done.code == 130
    assert STOPPED.decode() in done.err
    assert {path for path in shell.folder.rglob("*") if not path.name.startswith("governance.db")} == before
    assert shell("verify", "--json").json["size"] == told.size


@pytest.mark.parametrize("name", ["evaluate_predictions", "explain_model", "compare_files"])
def test_ctrl_c_while_evidence_is_computed_enters_nothing(
    shell: Shell, told: Told, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    words = {
        "evaluate_predictions": ["evaluate", "scorer@1", "--predictions", "test.csv", "--label", "approved"],
        "explain_model": [
            "explain",
            "scorer@1",
            "--model",
            "model.skops",
            "--background",
            "test.csv",
            "--rows",
            "test.csv",
        ],
        "compare_files": ["drift", "scorer/production@1", "--reference", "test.csv", "--current", "test.csv"],
    }[name]
    monkeypatch.setattr(f"governance.evidence.intake.{name}", interrupt)
    assert shell(*words, actor="user:eve").code == 130
    assert shell("verify", "--json").json["size"] == told.size


def test_a_reader_that_goes_away_ends_the_log_quietly(told: Told) -> None:
    with start(["log", "--all", "--json"], str(told.ledger)) as process:
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["seq"] == 0
        process.stdout.close()
        assert process.stderr is not None
        said = process.stderr.read()
    assert process.returncode in {0, running.READER_GONE}
    assert said == b""


def test_an_output_that_nobody_can_read_any_more_gives_the_code_of_sigpipe(told: Told) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        command(["log", "--all"], ledger=str(told.ledger)),
        stdout=writing, stderr=subprocess.PIPE, env=environment(), check=False, timeout=30,
    )  # fmt: skip
    os.close(writing)
    assert (done.returncode, done.stderr) == (running.READER_GONE, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full")
def test_a_full_disk_under_the_output_is_said_once(told: Told) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            command(["show", "0"], ledger=str(told.ledger)),
            stdout=full, stderr=subprocess.PIPE, env=environment(), check=False, timeout=30,
        )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr.startswith(b"error: The disk is full")
    assert done.stderr.count(b"\n") == 2


def test_closed_standard_streams_never_become_files_of_ours(shell: Shell, told: Told) -> None:
    words = " ".join(f"'{word}'" for word in command(["append"], ledger=shell.ledger, actor=TESS))
    done = subprocess.run(
        ["/bin/sh", "-c", f"exec {words} >&- 2>&-"],
        input=a_line(),
        env=environment(),
        check=False,
        timeout=30,
    )
    assert done.returncode == 0
    assert shell("verify", "--json").json["size"] == told.size + 1
    silent = subprocess.run(
        ["/bin/sh", "-c", f"exec {words} <&-"], env=environment(), check=False, timeout=30
    )
    assert silent.returncode == 0


def test_letters_that_a_terminal_lacks_are_escaped(told: Told) -> None:
    done = subprocess.run(
        command(["show", "nosuch\udcff:x"], ledger=str(told.ledger)),
        capture_output=True, env=environment(PYTHONIOENCODING="ascii"), check=False, timeout=30,
    )  # fmt: skip
    assert done.returncode == 2
    assert b"\\udcff" in done.stderr
    assert b"Traceback" not in done.stderr


Raiser = Callable[[], int]


def ending(work: Raiser, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    code = running._ended(work)
    return code, capsys.readouterr().err


def raising(error: BaseException) -> Raiser:
    def work() -> int:
        raise error

    return work


def test_each_way_to_fail_has_its_code_and_its_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    for error, code, said in (
        (OSError(errno.ENOSPC, "x"), 2, "The disk is full"),
        (OSError(errno.EDQUOT, "x", "a.db"), 2, "The disk is full (a.db)"),
        (PermissionError(errno.EACCES, "Permission denied", "b.db"), 2, "Permission denied (b.db)"),
        (MemoryError(), 2, "not enough memory"),
        (ZeroDivisionError("by zero"), 2, "ZeroDivisionError: by zero"),
        (typer.Abort(), 130, "Stopped."),
        (KeyboardInterrupt(), 130, "Stopped."),
    ):
        found, sentence = ending(raising(error), capsys)
        assert found == code
        assert said in sentence
        assert "Traceback" not in sentence


def test_the_details_of_a_defect_are_there_for_those_who_ask(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GOVERN_DEBUG", "1")
    assert "Traceback" in ending(raising(ZeroDivisionError("by zero")), capsys)[1]


def test_what_pydantic_refuses_is_told_as_bad_input(capsys: pytest.CaptureFixture[str]) -> None:
    from governance.workspace import EntryQuery

    code, said = ending(lambda: EntryQuery.model_validate({"limit": "many"}) and 0, capsys)
    assert code == 2
    assert "'limit' is not valid" in said


def test_this_python_is_the_one_that_runs() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "ml_governance", "--version"], capture_output=True, check=False
    )
    assert done.returncode == 0
