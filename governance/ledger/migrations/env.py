"""What Alembic runs: the revisions, on the connection that the caller holds the ledger's lock for."""

from __future__ import annotations

from alembic import context

from governance.ledger.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
