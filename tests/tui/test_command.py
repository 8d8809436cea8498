"""`govern tui` before there is anything to see."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path


def in_a_terminal(*arguments: str, cwd: Path) -> tuple[int, str]:
    """Run `govern` in a pseudo-terminal; return its exit code and what it printed."""
    reading, terminal = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "governance", *arguments],
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        cwd=cwd,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2]), "COLUMNS": "100"},
    )
    os.close(terminal)
    printed = b""
    while True:
        try:
            part = os.read(reading, 4096)
        except OSError:  # Linux: the other end was closed
            break
        if not part:
            break
        printed += part
    os.close(reading)
    return process.wait(timeout=30), printed.decode()


def test_no_ledger_there_is_a_sentence_and_exit_2_and_the_screen_is_left_alone(tmp_path: Path) -> None:
    code, printed = in_a_terminal("--ledger", str(tmp_path / "nothing.db"), "tui", cwd=tmp_path)
    assert code == 2
    assert "There is no ledger at" in printed
    assert "\x1b[?1049h" not in printed  # the alternate screen was never entered
    assert "Traceback" not in printed


def test_what_is_no_key_is_a_sentence_and_exit_2(tmp_path: Path) -> None:
    code, printed = in_a_terminal("tui", "--key", "nonsense", cwd=tmp_path)
    assert code == 2
    assert "neither a verifier key nor a file that holds one" in " ".join(printed.split())


def test_without_a_terminal_it_says_what_to_use_instead(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "governance", "tui"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
        stdin=subprocess.DEVNULL,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert done.returncode == 2
    assert "needs a terminal" in done.stderr


def test_listing_the_command_imports_no_textual() -> None:
    script = "import sys, tui.command; sys.exit(any(name.split('.')[0] == 'textual' for name in sys.modules))"
    root = str(Path(__file__).parents[2])
    assert subprocess.run([sys.executable, "-c", script], cwd=root, check=False).returncode == 0


def test_the_command_is_found_through_its_entry_point() -> None:
    names = {found.name: found.value for found in entry_points(group="governance.commands")}
    assert names["tui"] == "tui.command:app"
