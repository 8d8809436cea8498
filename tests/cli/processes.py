"""`govern` as a process of its own, where signals, pipes and limits are what is tested."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Sequence

START = [sys.executable, "-c", "from ml_governance import run; run()"]


def environment(**more: str) -> dict[str, str]:
    """Return this process's environment without our variables, and with `more`."""
    return {name: value for name, value in os.environ.items() if not name.startswith("GOVERN_")} | more


def command(words: Sequence[str], *, ledger: str, actor: str | None = None) -> list[str]:
    """Return the words that start `govern`."""
    return [*START, "--ledger", ledger, *(["--actor", actor] if actor else []), *words]


def limited(
    words: Sequence[str], *, ledger: str, actor: str | None, stdin: bytes, largest_file: int
) -> subprocess.CompletedProcess[bytes]:
    """Run `govern` where no file may grow beyond `largest_file` bytes."""
    return subprocess.run(
        command(words, ledger=ledger, actor=actor),
        input=stdin,
        capture_output=True,
        env=environment(),
        check=False,
        timeout=60,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, largest_file)),
    )
