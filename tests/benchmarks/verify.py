"""Full verification of a database against hashlib alone over the same bytes: three hashes an entry.

With one checkpoint for 64 entries, and what those checkpoints cost apart from the rest; that the time grows in
proportion; and what memory it takes, measured in a process of its own.
"""

from __future__ import annotations

import hashlib
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from governance.ledger.log import Ledger
from governance.ledger.verification import verify
from tests.benchmarks.append import drafts
from tests.benchmarks.harness import Figure, Row, against, rate

COUNT, GROUP, FEW = 20_000, 64, 4_000
LARGE = 100_000

_PEAK = """
import resource, sys
from governance.ledger.log import Ledger
from governance.ledger.verification import verify
with Ledger.open(sys.argv[1]) as ledger, ledger.reader() as reader:
    assert verify(reader).ok
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def build(path: Path, count: int, group: int) -> Ledger:
    ledger = Ledger.create(str(path), actor="user:ann", created={"admins": []})
    made = drafts(min(count, FEW))
    for start in range(0, count, group):
        at = start % len(made)
        ledger.append_many(made[at : at + min(group, count - start)])
    return ledger


def check(ledger: Ledger) -> None:
    with ledger.reader() as reader:
        report = verify(reader, keys=[ledger.keys.ledger_key().vkey])
    if not report.ok:
        raise RuntimeError(f"the benchmark's own ledger does not verify: {report.failures}")


def hash_alone(parts: list[tuple[bytes, bytes, bytes]]) -> None:
    sha256 = hashlib.sha256
    for header, body, node in parts:
        sha256(header).digest()
        sha256(body).digest()
        sha256(node).digest()


def parts_of(ledger: Ledger) -> list[tuple[bytes, bytes, bytes]]:
    return [
        (b"\x00" + one.header_bytes, b"\x02" + (one.salt or b"") + (one.body_bytes or b""), b"\x01" + one.hash * 2)
        for one in ledger.stream()
    ]  # fmt: skip


def run(rounds: int) -> Iterable[Row]:
    """Measure ledgers with many and with few checkpoints, a small and a large one."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with build(folder / "many.db", COUNT, GROUP) as many, build(folder / "few.db", COUNT, FEW) as few:
            note = "against hashlib alone over the same bytes"
            for words, ledger, target in (
                (f"full verification, a checkpoint per {GROUP} entries", many, 0.2),
                (f"full verification, a checkpoint per {FEW} entries: without their cost", few, 0.2),
            ):
                parts = parts_of(ledger)
                yield against(
                    words,
                    lambda ledger=ledger: rate(COUNT, lambda: check(ledger)),  # type: ignore[misc]
                    lambda parts=parts: rate(COUNT, lambda: hash_alone(parts)),  # type: ignore[misc]
                    target=target, unit="entries/s", note=note, rounds=rounds,
                )  # fmt: skip
            with build(folder / "large.db", LARGE, FEW) as large:
                yield against(
                    f"full verification of {LARGE:,} entries", lambda: rate(LARGE, lambda: check(large)),
                    lambda: rate(COUNT, lambda: check(few)),
                    target=0.85, unit="entries/s", note=f"against {COUNT:,} entries: linear is 1", rounds=rounds,
                )  # fmt: skip
        peaks = [_peak(folder / "large.db") for _ in range(3)]
        figure = Figure.of(peaks)
        yield Row(
            f"peak memory of a process that verifies {LARGE:,} entries", figure, None, statistics.median(peaks),
            200, at_least=False, unit="MB", note="with the interpreter and all imports",
        )  # fmt: skip


def _peak(path: Path) -> float:
    done = subprocess.run(
        [sys.executable, "-c", _PEAK, str(path)], capture_output=True, text=True, check=True
    )
    return float(done.stdout)
