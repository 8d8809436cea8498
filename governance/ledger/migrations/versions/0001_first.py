"""Entries, bodies, tiles, checkpoints, and the triggers that keep them as they were written.

Revision ID: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from governance.ledger.triggers import TRIGGERS

revision = "0001"
down_revision: str | None = None
branch_labels: str | None = None
depends_on: str | None = None

_PLACE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_WORD = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "entry",
        sa.Column("seq", _PLACE, primary_key=True, autoincrement=False, nullable=False),
        sa.Column("id", _WORD, nullable=False, unique=True),
        sa.Column("time", _WORD, nullable=False),
        sa.Column("actor", _WORD, nullable=False),
        sa.Column("kind", _WORD, nullable=False),
        sa.Column("subject", _WORD, nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sa.Column("header", sa.LargeBinary, nullable=False),
    )
    op.create_index("entry_by_hash", "entry", ["hash"])
    op.create_index("entry_by_kind", "entry", ["kind"])
    op.create_index("entry_by_subject", "entry", ["subject", "kind"])
    op.create_index("entry_by_actor", "entry", ["actor", "kind"])
    op.create_index("entry_by_time", "entry", ["time"])
    op.create_table(
        "body",
        sa.Column("seq", _PLACE, primary_key=True, autoincrement=False, nullable=False),
        sa.Column("salt", sa.LargeBinary, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "tile",
        sa.Column("level", sa.Integer, primary_key=True, autoincrement=False, nullable=False),
        sa.Column("idx", _PLACE, primary_key=True, autoincrement=False, nullable=False),
        sa.Column("hashes", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "checkpoint",
        sa.Column("size", _PLACE, primary_key=True, autoincrement=False, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
    )
    if op.get_bind().dialect.name == "sqlite":
        for statement in TRIGGERS.values():
            op.execute(statement)


def downgrade() -> None:
    """Refuse: dropping the tables would drop the ledger."""
    raise RuntimeError("The first revision can't be undone: it would drop the ledger.")
