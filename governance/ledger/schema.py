"""Bringing a database to the schema of this version, and telling ledgers from other databases."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, inspect, text

from governance.ledger import canonical, tables
from governance.ledger.database import Database
from governance.ledger.errors import FormatTooNew, InvalidEntry, NotALedger
from governance.ledger.migrations import REVISIONS
from governance.ledger.triggers import TRIGGERS

FORMAT = 1


def migrate(database: Database) -> None:
    """Run the revisions that are missing, under the lock."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    with database.write() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def check_schema(database: Database) -> bool:
    """Say whether the schema is this version's; False means that revisions are missing.

    Raises:
        NotALedger: the database has other tables.
        FormatTooNew: a newer version made it.
    """
    with database.read() as connection:
        names = set(inspect(connection).get_table_names())
        if (
            not {table.name for table in tables.metadata.sorted_tables} <= names
            or "alembic_version" not in names
        ):
            raise NotALedger(
                f"{database.path} is a database, but no ledger.",
                remedy="Name the ledger's file, or begin one in a new file: govern init.",
            )
        found = connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all()
        revision = next((one for one in reversed(REVISIONS) if one in found), next(iter(found), None))
        if revision is None:
            raise NotALedger(
                f"{database.path} has the tables of a ledger, but not the row that names their revision "
                "(`alembic_version` is empty).",
                remedy="Go on from a backup or export; opening this file any further could misread it.",
            )
        if revision not in REVISIONS:
            raise _too_new(database.path, f"its schema is revision {revision!r}")
        _check_format(database.path, connection)
    return bool(revision == REVISIONS[-1])


def unexpected(connection: Connection) -> list[str]:
    """Say in sentences where the schema is not the one that migrations leave, beside its tables' columns.

    A trigger that was added can change what is written; one that was dropped lets it be changed.
    """
    found: list[str] = []
    if connection.dialect.name == "sqlite":
        rows = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"))
        there = {str(name): statement for name, statement in rows}
        gone = ", ".join(f"`{name}`" for name in sorted(TRIGGERS) if name not in there)
        if gone:
            found.append(f"triggers are gone, so the database no longer refuses what they refused: {gone}")
        for name in sorted(there):
            if name not in TRIGGERS:
                found.append(f"the trigger `{name}` was added to the database: it can change what is written")
            elif there[name] != TRIGGERS[name]:
                found.append(f"the trigger `{name}` is another than the ledger's: it may refuse nothing")
    revisions = connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all()
    if len(revisions) != 1:
        named = ", ".join(sorted(f"`{one}`" for one in revisions)) or "none"
        found.append(f"`alembic_version` names {len(revisions)} revisions of the schema ({named}), not one")
    return found


def _check_format(path: Path, connection: Connection) -> None:
    raw = connection.execute(text("SELECT body FROM body WHERE seq = 0")).scalar()
    if not isinstance(raw, bytes):
        return
    try:
        members: dict[str, Any] = canonical.decode(raw)
    except InvalidEntry:
        return  # damaged: that is for verification to say
    found = members.get("format")
    if isinstance(found, int) and found > FORMAT:
        raise _too_new(path, f"its format is {found}")


def _too_new(path: Path, why: str) -> FormatTooNew:
    return FormatTooNew(
        f"{path} was written by a newer version: {why}, and this version knows {FORMAT}.",
        remedy="Install a newer version: pip install -U ml-governance.",
    )
