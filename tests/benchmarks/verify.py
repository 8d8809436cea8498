"""Full verification of a database against hashlib alone over the same bytes: three hashes an entry."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterable

from governance.ledger.log import Ledger
from governance.ledger.verification import verify
from tests.benchmarks.append import drafts
from tests.benchmarks.harness import Row, against, rate

COUNT, GROUP = 20_000, 64


def run(rounds: int) -> Iterable[Row]:
    """Measure a ledger with one checkpoint per 64 entries."""
    with tempfile.TemporaryDirectory() as folder:
        ledger = Ledger.create(f"{folder}/ours.db", actor="user:ann", created={"admins": []})
        made = drafts(COUNT)
        for start in range(0, COUNT, GROUP):
            ledger.append_many(made[start : start + GROUP])
        keys = list((ledger.entry(0).body or {})["keys"])
        parts = [
            (
                b"\x00" + entry.header_bytes,
                b"\x02" + (entry.salt or b"") + (entry.body_bytes or b""),
                b"\x01" + entry.hash * 2,
            )
            for entry in ledger.stream()
        ]

        def whole() -> None:
            with ledger.reader() as reader:
                report = verify(reader, keys=keys)
            if not report.ok:
                raise RuntimeError(f"the benchmark's own ledger does not verify: {report.failures}")

        def hashes() -> None:
            sha256 = hashlib.sha256
            for header, body, node in parts:
                sha256(header).digest()
                sha256(body).digest()
                sha256(node).digest()

        yield against(
            "full verification, a checkpoint per 64 entries", lambda: rate(COUNT, whole), lambda: rate(COUNT, hashes),
            target=0.15, unit="entries/s", note="against hashlib alone over the same bytes", rounds=rounds,
        )  # fmt: skip
        ledger.close()
