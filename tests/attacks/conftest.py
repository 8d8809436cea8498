"""A real ledger in SQLite, and an attacker with full access to its file."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner

from governance.cli.main import app
from governance.ledger.database import Database
from governance.ledger.database_reader import DatabaseReader
from governance.ledger.entry import Draft
from governance.ledger.log import Ledger
from governance.ledger.verification import Report, verify

ORIGIN = "acme.example/attacked"
SIZE = 600
GROUPS = (1, 2, 61, 200, 256, 79)  # after entry 0; the last checkpoint is at 600


@dataclass
class Attacked:
    """A copy of the ledger in an attacker's hands."""

    path: Path
    vkey: str
    kept: dict[int, str]
    """Checkpoints that somebody else kept before the attack."""

    def sql(self, *statements: str | tuple[str, tuple[object, ...]]) -> None:
        """Run statements with the triggers out of the way, and put those back, so that nothing is seen of it."""
        connection = sqlite3.connect(self.path)
        try:
            triggers = connection.execute(
                "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
            ).fetchall()
            for name, _ in triggers:
                connection.execute(f'DROP TRIGGER "{name}"')
            for statement in statements:
                text, values = (statement, ()) if isinstance(statement, str) else statement
                connection.execute(text, values)
            for _, made in triggers:
                connection.execute(made)
            connection.commit()
        finally:
            connection.close()

    def query(self, statement: str) -> list[tuple]:
        connection = sqlite3.connect(self.path)
        try:
            return connection.execute(statement).fetchall()
        finally:
            connection.close()

    def verify(self, *, keys: list[str] | None = None, trusted: tuple[str, ...] = ()) -> Report:
        database = Database.open(self.path)
        try:
            with DatabaseReader(database) as reader:
                return verify(reader, keys=keys or [self.vkey], trusted_checkpoints=trusted)
        finally:
            database.close()


@pytest.fixture(scope="session")
def honest(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, dict[int, str]]:
    folder = tmp_path_factory.mktemp("honest")
    path = folder / "ledger.db"
    with Ledger.create(str(path), actor="user:anna", origin=ORIGIN, created={"admins": []}) as ledger:
        place = 1
        kept = {}
        for group in GROUPS:
            drafts = [
                Draft("user:anna", "x.noted", f"model:scorer@{place + at}", {"place": place + at})
                for at in range(group)
            ]
            ledger.append_many(drafts)
            place += group
            kept[place] = ledger.checkpoint() or ""
        assert place == SIZE
        vkey = ledger.keys.ledger_key().vkey
    return path, vkey, kept


@pytest.fixture
def attacked(honest: tuple[Path, str, dict[int, str]], tmp_path: Path) -> Attacked:
    path, vkey, kept = honest
    copy = tmp_path / "copy"
    shutil.copytree(path.parent, copy)
    return Attacked(copy / path.name, vkey, kept)


def _named_by_the_command(
    attacked: Attacked,
    folder: Path,
    failures: list[tuple[str, str, int]],
    *,
    keys: list[str] | None,
    trusted: tuple[str, ...],
) -> None:
    """Run `govern verify` on the same file: it exits with 1 and names every class and place that the library names.

    It may name more: it also knows the writer's own last checkpoint.
    """
    arguments = ["--ledger", str(attacked.path), "verify", "--json", "--key", (keys or [attacked.vkey])[0]]
    if trusted:
        kept = folder / "kept.checkpoint"
        kept.write_text(trusted[0])
        arguments += ["--checkpoint", str(kept)]
    done = CliRunner().invoke(app, arguments)
    report = json.loads(done.stdout)
    assert done.exit_code == (0 if report["ok"] else 1), done.output
    named = {(one["failure"], one["place"]) for one in report["failures"]}
    if len(trusted) < 2:  # the command takes one trusted checkpoint, the library any number
        assert {(class_, place) for class_, place, _ in failures} <= named
    if not failures:
        assert {class_ for class_, _ in named} <= {"truncated", "history-rewritten"}


@pytest.fixture
def found(attacked: Attacked, tmp_path: Path) -> Callable[..., list[tuple[str, str, int]]]:
    """Verify and list (class, place, count); `govern verify` must name the same."""

    def run(*, keys: list[str] | None = None, trusted: tuple[str, ...] = ()) -> list[tuple[str, str, int]]:
        report = attacked.verify(keys=keys, trusted=trusted)
        assert report.ok == (not report.failures)
        assert all(one.next_step and one.message for one in report.failures)
        failures = [(one.class_, one.place, one.count) for one in report.failures]
        _named_by_the_command(attacked, tmp_path, failures, keys=keys, trusted=trusted)
        return failures

    return run
