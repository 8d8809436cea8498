"""A ledger opened twice in one process, while others write: no look at the file may drop SQLite's locks."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from governance.ledger.entry import Draft
from governance.ledger.errors import NotALedger
from governance.ledger.log import Ledger
from governance.ledger.verification import verify

OTHER = """
import sys
from governance.ledger.entry import Draft
from governance.ledger.log import Ledger
with Ledger.open(sys.argv[1]) as ledger:
    ledger.append_many([Draft("user:ann", "x.n", "model:m@1", {"other": i}) for i in range(300)])
"""


def notes(count: int) -> list[Draft]:
    return [Draft("user:ann", "x.n", "model:m@1", {"mine": place}) for place in range(count)]


def test_another_process_never_takes_itself_for_the_last_user(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with Ledger.create(str(path), actor="user:ann", created={"admins": []}) as ledger:
        ledger.append_many(notes(200))
        Ledger.open(str(path)).close()
        subprocess.run([sys.executable, "-c", OTHER, str(path)], check=True, timeout=60)
        assert path.with_name("ledger.db-wal").exists()
        assert ledger.size() == 501
        ledger.append_many(notes(300))
        assert ledger.size() == 801
        with ledger.reader() as reader:
            assert verify(reader).ok
    with Ledger.open(str(path)) as again:
        assert again.size() == 801


def test_a_file_that_is_no_database_is_told_so_by_the_database(tmp_path: Path) -> None:
    for name, content in (("text.db", b"hello " * 300), ("short.db", b"x"), ("empty.db", b"")):
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(NotALedger):
            Ledger.open(str(path))
        assert path.read_bytes() == content
