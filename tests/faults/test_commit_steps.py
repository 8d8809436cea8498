"""Killed at any step of the commit: afterwards the ledger opens, verifies, and holds all that was acknowledged."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from governance.ledger.append import STEPS
from governance.ledger.errors import ReadOnly
from governance.ledger.log import Ledger

DURABLE_FROM = STEPS.index("committed")


@pytest.mark.parametrize("step", STEPS)
def test_killed_at_a_step_nothing_acknowledged_is_lost(ledgers: Any, step: str) -> None:
    code, acknowledged, _ = ledgers.finish(ledgers.start("break", step, 3))
    assert code == -signal.SIGKILL
    assert len(acknowledged) == 3
    stands = 4 + (300 if STEPS.index(step) >= DURABLE_FROM else 0)
    assert ledgers.check(acknowledged) == stands


@pytest.mark.parametrize("step", STEPS)
def test_killed_while_creating_nothing_half_made_is_opened(no_ledger: Any, step: str) -> None:
    code, _, _ = no_ledger.finish(no_ledger.start("create", step))
    assert code == -signal.SIGKILL
    assert not Path(no_ledger.url).exists()
    no_ledger.create()
    assert no_ledger.check({}) == 1


@pytest.mark.parametrize("wait", [0.02, 0.11, 0.3])
def test_killed_at_any_moment_nothing_acknowledged_is_lost(ledgers: Any, wait: float) -> None:
    children = [ledgers.start("append", 100_000) for _ in range(2)]
    lines = [child.stdout.readline() for child in children]
    time.sleep(wait)
    for child in children:
        os.kill(child.pid, signal.SIGKILL)
    acknowledged = {line.split()[1]: int(line.split()[0]) for line in lines}
    for child in children:
        acknowledged |= ledgers.finish(child)[1]
    assert len(acknowledged) >= 2
    ledgers.check(acknowledged)


def test_processes_that_append_at_once_never_fork_and_never_lose(ledgers: Any) -> None:
    children = [ledgers.start("append", 60) for _ in range(4)]
    acknowledged: dict[str, int] = {}
    for child in children:
        code, some, error = ledgers.finish(child)
        assert (code, len(some)) == (0, 60), error
        acknowledged |= some
    assert sorted(acknowledged.values()) == list(range(1, 241))
    assert ledgers.check(acknowledged) == 241


def test_a_full_disk_refuses_and_loses_nothing_acknowledged(ledgers: Any) -> None:
    code, acknowledged, error = ledgers.finish(ledgers.start("fill", 400_000))
    assert code == 0, error
    assert "no room left" in error
    assert "Traceback" not in error
    assert len(acknowledged) > 5
    ledgers.check(acknowledged)


def test_a_database_rolled_back_is_read_only_as_truncated(ledgers: Any, tmp_path: Path) -> None:
    code, _, _ = ledgers.finish(ledgers.start("append", 5))
    assert code == 0
    old = Path(ledgers.url).read_bytes()
    ledgers.finish(ledgers.start("append", 5))
    Path(ledgers.url).write_bytes(old)
    with Ledger.open(ledgers.url) as ledger:
        from child import draft

        with pytest.raises(ReadOnly, match="already signed 11") as refused:
            ledger.append(draft(1))
        assert refused.value.reason == "truncated"
        assert ledger.size() == 6


def test_a_signer_whose_memory_lags_goes_on(ledgers: Any) -> None:
    with Ledger.open(ledgers.url) as ledger:
        earlier = ledger.checkpoint()
        ledgers.finish(ledgers.start("append", 3))
        ledger.keys.save_signer_checkpoint(earlier)
    assert ledgers.check({}) == 4


def test_an_account_that_may_only_read_reads(ledgers: Any, tmp_path: Path) -> None:
    if os.getuid() != 0:
        pytest.skip("only root can take on another account")
    ledgers.finish(ledgers.start("append", 3))
    folder = Path(ledgers.url).parent
    for one in (folder, *folder.parents):
        if one.stat().st_uid == os.getuid() and str(one).startswith("/tmp/"):
            one.chmod(0o755)
    for name in ("governance.db", "governance.db.lock"):
        (folder / name).chmod(0o644)  # its owner lets others read it; as it was made it is the owner's alone
    child = ledgers.start("read", 65534)
    out, error = child.communicate(timeout=60)
    assert out.splitlines() == ["4 [0, 1, 2, 3]", "ReadOnly"], error
    assert sorted(path.name for path in folder.iterdir()) == [
        "governance.db",
        "governance.db.keys",
        "governance.db.lock",
    ]
