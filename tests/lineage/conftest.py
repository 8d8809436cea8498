"""A ledger in memory with the read side that lineage needs, and a story to put into it."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine

from governance.ledger.entry import Draft, Entry, check_draft, make_entry, new_id

_START = datetime(2026, 3, 1, tzinfo=UTC)


class FileDatabase:
    """An SQLite file with the ledger's two transactions; `writable` False refuses like a read-only disk."""

    def __init__(self, path: Path) -> None:
        self.engine = create_engine(f"sqlite:///{path}")
        self.writable = True
        self.writes = 0

    @contextmanager
    def read(self) -> Iterator[Connection]:
        with self.engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        if not self.writable:
            raise PermissionError("read-only file system")
        self.writes += 1
        with self.engine.begin() as connection:
            yield connection


class LedgerInMemory:
    """Entries in a list, in the ledger's own form."""

    def __init__(self, path: Path) -> None:
        self.database = FileDatabase(path)
        self.all: list[Entry] = []
        self.read = 0

    def size(self) -> int:
        return len(self.all)

    def stream(self, start: int = 0, stop: int | None = None, bodies: bool = True) -> Iterator[Entry]:
        for entry in self.all[start:stop]:
            self.read += 1
            yield entry

    def entry(self, seq: int, *, body: bool = True) -> Entry:
        return self.all[seq]

    def entries(self, query: Any) -> list[Entry]:
        """The ledger's filter, as docs say it: conjunctive, `*` for a prefix, keyset paging."""

        def matches(wanted: str | None, met: str) -> bool:
            return wanted is None or (met.startswith(wanted[:-1]) if wanted.endswith("*") else met == wanted)

        found = [
            e
            for e in (reversed(self.all) if query.newest_first else self.all)
            if matches(query.kind, e.kind)
            and matches(query.subject, e.subject)
            and (query.until is None or e.time <= query.until)
            and (query.after is None or e.seq > query.after)
            and (query.below is None or e.seq < query.below)
        ]
        return found[: query.limit]

    def add(self, kind: str, subject: str, body: dict[str, Any], actor: str = "user:alice") -> Entry:
        seq = len(self.all)
        draft = Draft(actor, kind, subject, body)
        time = (_START + timedelta(seconds=seq)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        entry = make_entry(
            draft, check_draft(draft), entry_id=new_id(), origin="acme.example/credit", seq=seq,
            prev=self.all[-1].hash if self.all else None, time=time,
        )  # fmt: skip
        self.all.append(entry)
        return entry

    def erase(self, seq: int) -> None:
        """Erase a body as the ledger does: body and salt go, the header stays, an entry says so."""
        old = self.all[seq]
        self.all[seq] = Entry(old.header, old.header_bytes, old.hash, None, None, erased=True)
        self.add("body.erased", f"entry:{seq}", {"seq": seq, "reason": "asked", "legal_basis": "GDPR 17"})


@pytest.fixture
def ledger(tmp_path: Path) -> LedgerInMemory:
    return LedgerInMemory(tmp_path / "ledger.db")


@pytest.fixture(scope="session")
def ledger_at() -> Callable[[Path], LedgerInMemory]:
    return LedgerInMemory


@pytest.fixture
def identifier() -> Callable[[str], str]:
    """Give `KIND:UUID` subjects that a reader can tell apart."""
    numbers = itertools.count(1)
    return lambda kind: f"{kind}:01910000-0000-7000-8000-{next(numbers):012}"


DIGEST = {name: "sha256:" + name[0] * 64 for name in ("data", "first", "cafe", "beef")}


def model_made(
    ledger: LedgerInMemory, name: Callable[[str], str], version: int, artifact: str
) -> dict[str, str]:
    """A run, its model, evidence, an approval, an allow and a deployment to production."""
    run, evidence, approval, decision = (name(k) for k in ("run", "evidence", "approval", "decision"))
    model, before = f"model:scorer@{version}", f"deployment:scorer/production@{version - 1}"
    run_body = {
        "inputs": [{"subject": "dataset:loans@1", "digest": DIGEST["data"], "role": "train"}],
        "outputs": [{"digest": artifact}],
        "code": {"commit": "9e1c2f", "digest": DIGEST["cafe"], "dirty": True},
        "parameters": {"C": 1.0},
        "seed": 7,
        "environment": {"python": "3.11", "platform": "linux", "packages": {"scikit-learn": "1.7"}},
        "metrics": {"roc_auc": 0.8},
        "started": "2026-03-01T00:00:00Z",
        "ended": "2026-03-01T00:01:00Z",
    }
    ledger.add("run.recorded", run, run_body, actor="user:tom")
    artifact_body = {"digest": artifact, "format": "skops"}
    ledger.add("model.registered", model, {"artifact": artifact_body, "run": run, "system": "system:credit"})
    result = {"rows": 995, "metrics": {"roc_auc": {"value": 0.81}}}
    ledger.add(
        "evidence.recorded", evidence,
        {
            "about": model, "family": "performance", "result": result,
            "inputs": [{"subject": "dataset:loans@1", "digest": DIGEST["data"], "role": "test"}],
        },
        actor="service:evaluator",
    )  # fmt: skip
    statement = {"subject": model, "target": "production", "artifact": artifact, "meaning": "I reviewed it"}
    approved = ledger.add(
        "approval.given", approval, {"statement": statement, "signature": "x"}, actor="user:ann"
    )
    seen = {"seq": approved.seq, "entry": approved.hash.hex(), "subject": approval}
    results = [
        {"pack": "p", "rule": "auc", "result": "pass", "message": "m", "evidence": []},
        {"pack": "p", "rule": "people", "result": "pass", "message": "m", "evidence": [seen]},
    ]
    ledger.add(
        "gate.decided", decision,
        {
            "about": model, "artifact": artifact, "target": "production", "verdict": "allow",
            "results": results, "checkpoint": {"size": len(ledger.all), "root": "00"},
            "expires": "2026-04-01T00:00:00Z",
            "policies": [{"pack": "credit", "version": "1.0.0", "digest": DIGEST["beef"]}], "checks": [],
        },
    )  # fmt: skip
    body = {"model": model, "artifact": artifact, "target": "production", "decision": decision}
    deployment = f"deployment:scorer/production@{version}"
    ledger.add("deployment.made", deployment, body | ({"replaces": before} if version > 1 else {}))
    return {
        "run": run, "model": model, "evidence": evidence, "approval": approval, "decision": decision,
        "deployment": deployment,
    }  # fmt: skip


@pytest.fixture
def told(ledger: LedgerInMemory, identifier: Callable[[str], str]) -> dict[str, dict[str, str]]:
    """Two versions deployed, the first with a batch; the second rolled back."""
    ledger.add(
        "system.registered", "system:credit", {"purpose": "Decide loans", "risk": "high", "owner": "user:o"}
    )
    data = {"digest": DIGEST["data"], "rows": 1989, "title": "Loan applications", "derived_from": []}
    ledger.add("dataset.registered", "dataset:loans@1", data)
    first = model_made(ledger, identifier, 1, DIGEST["first"])
    first["batch"] = identifier("batch")
    span = {"from": "2026-03-01T00:00:00Z", "to": "2026-03-02T00:00:00Z"}
    sealed = {"deployment": first["deployment"], "model": first["model"], "root": "ab", "count": 995}
    ledger.add("batch.sealed", first["batch"], sealed | span)
    second = model_made(ledger, identifier, 2, DIGEST["beef"])
    second["rolled-back"] = "deployment:scorer/production@3"
    ledger.add(
        "deployment.rolled-back", second["rolled-back"],
        {
            "model": first["model"], "artifact": DIGEST["first"], "target": "production",
            "decision": first["decision"], "replaces": second["deployment"], "reason": "drift",
        },
    )  # fmt: skip
    return {"first": first, "second": second}
