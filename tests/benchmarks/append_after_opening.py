"""Opening a ledger of 100,000 entries: the first append, and proofs, in a process that has read nothing yet.

Each round opens the same file anew. What opening costs does not grow with the entries but with the tiles that are open
at the ledger's end: at most 255 hashes on each level, which the signer keeps beside its memory.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from governance.ledger.entry import Draft
from governance.ledger.log import Ledger
from tests.benchmarks.harness import Row, absolute
from tests.benchmarks.verify import build

ENTRIES, GROUP = 100_000, 2_000
DRAFT = Draft("user:ann", "x.note", "system:credit", {"text": "begun"})


def first_append(path: Path) -> float:
    began = time.perf_counter()
    with Ledger.open(str(path)) as ledger:
        ledger.append(DRAFT)
        return time.perf_counter() - began


def proof(path: Path, prove: Callable[[Ledger, int], object], *, warm: bool) -> float:
    with Ledger.open(str(path)) as ledger:
        size = ledger.size()
        if warm:
            prove(ledger, size - 1)
        began = time.perf_counter()
        prove(ledger, size)
        return time.perf_counter() - began


def run(rounds: int) -> Iterable[Row]:
    """Measure on a ledger with its keys beside it, and without what the signer keeps."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "ledger.db"
        build(path, ENTRIES, GROUP).close()
        bare = Path(name) / "bare" / "ledger.db"
        bare.parent.mkdir()
        shutil.copy(path, bare)
        where = f"a ledger of {ENTRIES:,} entries"
        yield absolute(
            f"opening {where} and appending one",
            lambda: first_append(path),
            target=0.05,
            unit="s",
            rounds=rounds,
        )
        for words, one in (("inclusion", _inclusion), ("consistency", _consistency)):
            for warm, when in ((False, "first after opening"), (True, "any later")):
                yield absolute(
                    f"{words} proof in {where}, {when}",
                    lambda one=one, warm=warm: proof(path, one, warm=warm),  # type: ignore[misc]
                    target=0.005,
                    unit="s",
                    rounds=rounds,
                )
        yield absolute(
            f"inclusion proof in {where}, first after opening without the key folder",
            lambda: proof(bare, _inclusion, warm=False), target=0.06, unit="s",
            note="hashes every full tile under the open one once", rounds=rounds,
        )  # fmt: skip


def _inclusion(ledger: Ledger, size: int) -> object:
    return ledger.inclusion_path(size // 3)


def _consistency(ledger: Ledger, size: int) -> object:
    return ledger.consistency_path(size // 2 + 7, size)
