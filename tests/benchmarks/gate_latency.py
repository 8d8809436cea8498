"""Seconds from the question to the answered verdict, on a warm ledger of 100,000 entries.

Everything that a caller waits for: facts, thirteen rules, two signatures verified, the verdict entered durably with its
checkpoint, its proof and the signed receipt.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from governance.gate import packs
from governance.ledger.entry import Draft
from governance.workspace.local import LocalWorkspace
from tests.benchmarks.harness import Figure, Row
from tests.gate.room import ADMIN, EVALUATOR, MODEL, furnished

ENTRIES, GROUP, ASKED = 100_000, 2_000, 100


def run(rounds: int) -> Iterable[Row]:
    """Ask the same question a hundred times each round; every answer is a new entry."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _fill(folder)
        with LocalWorkspace.open(f"sqlite:///{folder}/ledger.db", actor=ADMIN) as workspace:
            workspace.ask_gate(MODEL, "production")
            medians, tails = [], []
            for _ in range(max(3, rounds)):
                taken = sorted(_asked(workspace) for _ in range(ASKED))
                medians.append(statistics.median(taken))
                tails.append(taken[round(0.99 * ASKED) - 1])
    where = f"on a warm ledger of {ENTRIES:,} entries"
    for words, values, target in (
        (f"gate latency p50 {where}", medians, 0.1),
        (f"gate latency p99 {where}", tails, 0.25),
    ):
        figure = Figure.of(values)
        yield Row(
            words,
            figure,
            None,
            figure.median,
            target,
            at_least=False,
            unit="s",
            note="SQLite, receipt included",
        )


def _fill(folder: Path) -> None:
    room = furnished(folder)
    pack = packs.parse(packs.shipped()["credit-high-risk"])
    room.enter(ADMIN, "policy.registered", pack.subject, {"digest": pack.digest, "text": pack.text})
    for person in ("user:bob", "user:carol"):
        room.approve(person)
    for start in range(room.ledger.size(), ENTRIES, GROUP):
        count = min(GROUP, ENTRIES - start)
        room.ledger.append_many(
            [
                Draft(actor=EVALUATOR, kind="x.noise", subject=f"model:other@{start + n}", body={"n": n})
                for n in range(count)
            ]
        )
    room.projection.catch_up()
    room.ledger.close()


def _asked(workspace: LocalWorkspace) -> float:
    began = time.perf_counter()
    verdict = workspace.ask_gate(MODEL, "production").verdict
    taken = time.perf_counter() - began
    assert verdict == "allow"
    return taken
