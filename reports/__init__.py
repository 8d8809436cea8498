"""PDF reports made of the ledger at a named checkpoint."""
