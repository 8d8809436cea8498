"""The migrations make what the tables say, and every revision is known without loading Alembic."""

from __future__ import annotations

from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from governance.ledger import migrations, tables
from governance.ledger.log import Ledger


def test_the_migrated_schema_is_the_one_that_the_tables_describe(ledger: Ledger) -> None:
    with ledger.database.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), tables.metadata) == []


def test_the_known_revisions_are_those_on_disk() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    config.set_main_option("path_separator", "os")
    found = [one.revision for one in ScriptDirectory.from_config(config).walk_revisions()]
    assert tuple(reversed(found)) == migrations.REVISIONS


def test_connections_leave_the_log_to_us_and_sync_every_commit(ledger: Ledger) -> None:
    with ledger.database.read() as connection:
        settings = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "wal_autocheckpoint")
        }
    assert settings == {"journal_mode": "wal", "synchronous": 2, "wal_autocheckpoint": 0}
