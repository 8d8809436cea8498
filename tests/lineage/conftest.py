"""A ledger in memory with the read side that lineage needs, and a story to put into it."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine

from governance.ledger.entry import Draft, Entry, check_draft, make_entry, new_id


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

    def add(self, kind: str, subject: str, body: dict[str, Any], actor: str = "user:alice") -> Entry:
        seq = len(self.all)
        draft = Draft(actor, kind, subject, body)
        time = f"2026-03-01T{seq // 3600:02}:{seq // 60 % 60:02}:{seq % 60:02}.000000Z"
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
