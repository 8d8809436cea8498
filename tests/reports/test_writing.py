"""A report's file appears whole or not at all."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from governance.errors import NotFound
from reports.writing import check_target, write_whole


def test_a_file_is_written_and_replaced(tmp_path: Path) -> None:
    target = tmp_path / "dossier.pdf"
    write_whole(target, b"one")
    write_whole(target, b"two")
    assert target.read_bytes() == b"two"
    assert [one.name for one in tmp_path.iterdir()] == ["dossier.pdf"]


def test_a_relative_path_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_whole(Path("dossier.pdf"), b"here")
    assert (tmp_path / "dossier.pdf").read_bytes() == b"here"


def test_a_missing_folder_is_refused_before_any_work(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="does not exist"):
        check_target(tmp_path / "nowhere" / "dossier.pdf")
    with pytest.raises(NotFound, match="is a folder"):
        check_target(tmp_path)


@pytest.mark.parametrize("step", ["write", "fsync", "link"])
def test_a_step_that_fails_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    target = tmp_path / "dossier.pdf"
    target.write_bytes(b"old")

    def fail(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, step, fail)
    if step == "link" and not hasattr(os, "O_TMPFILE"):
        pytest.skip("needs O_TMPFILE: without it nothing is linked")
    with pytest.raises(OSError, match="No space left"):
        write_whole(target, b"new")
    assert target.read_bytes() == b"old"
    assert [one.name for one in tmp_path.iterdir()] == ["dossier.pdf"]


def test_a_folder_that_takes_no_unnamed_files_is_written_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(os, "O_TMPFILE", raising=False)
    write_whole(tmp_path / "dossier.pdf", b"whole")
    assert (tmp_path / "dossier.pdf").read_bytes() == b"whole"
    assert len(list(tmp_path.iterdir())) == 1


def test_a_process_killed_while_it_writes_leaves_no_file(tmp_path: Path) -> None:
    if not hasattr(os, "O_TMPFILE"):
        pytest.skip("needs O_TMPFILE: elsewhere a killed process may leave a hidden file")
    code = (
        "import os, sys, time; from pathlib import Path; from reports import writing;"
        "os.fsync = lambda _: (print('written', flush=True), time.sleep(60));"
        "writing.write_whole(Path(sys.argv[1]), b'x' * 100_000)"
    )
    process = subprocess.Popen([sys.executable, "-c", code, str(tmp_path / "d.pdf")], stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"written\n"
    process.send_signal(signal.SIGKILL)
    process.wait(timeout=10)
    process.stdout.close()
    time.sleep(0.05)
    assert list(tmp_path.iterdir()) == []
