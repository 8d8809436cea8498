"""The ledger's schema, revision by revision (Alembic), packaged so that every installation can bring it up to date."""

from __future__ import annotations

REVISIONS = ("0001",)
"""Every revision, oldest first; kept here so that opening a ledger need not load Alembic. A test compares."""
