"""Appends a second, durable, one by one and in groups of 256, against a bare loop.

The bare loop is what nobody can leave out: serialise, three hashes, insert the same bytes into the same columns and
indexes in equal groups, WAL with synchronous=FULL; no signature, no checks, no tree, one process.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine

from governance.ledger.entry import Draft, new_id
from governance.ledger.log import Ledger
from governance.ledger.tables import metadata
from tests.benchmarks.harness import Row, against, rate

GROUP = 256
SINGLE, GROUPED = 300, 40 * GROUP
try:
    from orjson import OPT_SORT_KEYS
    from orjson import dumps as _orjson

    def _dumps(body: dict[str, Any]) -> bytes:
        return _orjson(body, option=OPT_SORT_KEYS)

except ImportError:

    def _dumps(body: dict[str, Any]) -> bytes:
        return json.dumps(body, sort_keys=True, separators=(",", ":")).encode()


def bodies(count: int) -> list[dict[str, Any]]:
    """Return bodies of about 500 bytes: some text, numbers, a list, a nested object."""
    return [
        {
            "batch": f"{place:08d}",
            "metrics": {"roc_auc": 0.81234 + place * 1e-7, "rows": place, "log_loss": 0.4321},
            "inputs": [f"sha256:{hashlib.sha256(str(place).encode()).hexdigest()}" for _ in range(3)],
            "note": "scored by the nightly job on the second half of the month, reviewed " * 2,
        }
        for place in range(count)
    ]


def drafts(count: int) -> list[Draft]:
    return [
        Draft("service:pipeline", "x.scored", f"model:credit@{place % 50}", body)
        for place, body in enumerate(bodies(count))
    ]


def ours(count: int, group: int) -> float:
    made = drafts(count)
    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCHMARK_DIR")) as folder:
        ledger = Ledger.create(f"{folder}/ours.db", actor="user:ann", created={"admins": []})

        def work() -> None:
            for start in range(0, count, group):
                ledger.append_many(made[start : start + group])

        figure = rate(count, work)
        ledger.close()
    return figure


def bare(count: int, group: int) -> float:
    made = bodies(count)
    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCHMARK_DIR")) as folder:
        path = Path(folder) / "bare.db"
        engine = create_engine(f"sqlite:///{path}")
        metadata.create_all(engine)
        engine.dispose()
        connection = sqlite3.connect(path, isolation_level=None)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        prev = "0" * 64

        def work() -> None:
            nonlocal prev
            for start in range(0, count, group):
                entries, rows = [], []
                for place in range(start, min(start + group, count)):
                    body, salt = _dumps(made[place]), os.urandom(32)
                    commitment = hashlib.sha256(b"\x02" + salt + body).hexdigest()
                    identity, subject = new_id(), f"model:credit@{place % 50}"
                    time = f"2026-01-01T00:00:00.{place:06d}Z"
                    header = (
                        f'{{"actor":"service:pipeline","body":"{commitment}","id":"{identity}","kind":"x.scored",'
                        f'"origin":"localhost/0123456789abcdef0123456789abcdef","prev":"{prev}","seq":{place},'
                        f'"subject":"{subject}","time":"{time}","v":1}}'
                    ).encode()
                    digest = hashlib.sha256(b"\x00" + header).digest()
                    hashlib.sha256(b"\x01" + digest + digest).digest()
                    prev = digest.hex()
                    entries.append(
                        (place, identity, time, "service:pipeline", "x.scored", subject, digest, header)
                    )
                    rows.append((place, salt, body))
                connection.execute("BEGIN IMMEDIATE")
                connection.executemany("INSERT INTO entry VALUES (?,?,?,?,?,?,?,?)", entries)
                connection.executemany("INSERT INTO body VALUES (?,?,?)", rows)
                connection.execute("COMMIT")

        figure = rate(count, work)
        connection.close()
    return figure


def run(rounds: int) -> Iterable[Row]:
    """Measure both."""
    note = "against the bare loop: serialise, hash, executemany, WAL, synchronous=FULL"
    yield against(
        "append_many in groups of 256", lambda: ours(GROUPED, GROUP), lambda: bare(GROUPED, GROUP),
        target=0.5, unit="entries/s", note=note, rounds=rounds,
    )  # fmt: skip
    yield against(
        "append one by one", lambda: ours(SINGLE, 1), lambda: bare(SINGLE, 1),
        target=0.1, unit="entries/s", note=note, rounds=rounds,
    )  # fmt: skip
