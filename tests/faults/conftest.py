"""Starting children that write to a ledger, and asking afterwards whether all that was acknowledged stands."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from governance.ledger.log import Ledger
from governance.ledger.verification import verify

CHILD = Path(__file__).with_name("child.py")
ROOT = Path(__file__).parents[2]


class Ledgers:
    """One ledger that children write to."""

    def __init__(self, place: Path) -> None:
        self.url = str(place)

    def create(self) -> None:
        Ledger.create(self.url, actor="user:ann", created={"admins": []}).close()

    def start(self, *task: object) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, str(CHILD), self.url, *map(str, task)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
        )

    def finish(self, child: subprocess.Popen[str]) -> tuple[int, dict[str, int], str]:
        """Return the exit code, what was acknowledged (id: seq), and standard error."""
        out, error = child.communicate(timeout=120)
        lines = [line.split() for line in out.splitlines() if line.endswith(tuple("0123456789abcdef"))]
        return child.returncode, {line[1]: int(line[0]) for line in lines if len(line) == 2}, error

    def check(self, acknowledged: dict[str, int]) -> int:
        """Open, verify everything, find all that was acknowledged, and append once more; return the size."""
        with Ledger.open(self.url) as ledger:
            keys = list((ledger.entry(0).body or {})["keys"])
            before = ledger.size()
            for entry_id, seq in acknowledged.items():
                found = ledger.entry_by_id(entry_id)
                assert found is not None, f"entry {seq} was acknowledged and is lost"
                assert found.seq == seq
            from child import draft

            assert ledger.append(draft(0)).seq == before
            remembered = ledger.keys.signer_checkpoint()
            assert remembered == ledger.checkpoint()
            with ledger.reader() as reader:
                report = verify(reader, keys=keys)
            assert report.failures == ()
            assert report.size == before + 1
            return before


@pytest.fixture
def ledgers(tmp_path: Path) -> Ledgers:
    sys.path.insert(0, str(CHILD.parent))
    made = Ledgers(tmp_path / "governance.db")
    made.create()
    return made


@pytest.fixture
def no_ledger(tmp_path: Path) -> Ledgers:
    sys.path.insert(0, str(CHILD.parent))
    return Ledgers(tmp_path / "governance.db")
