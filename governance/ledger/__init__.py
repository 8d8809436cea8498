"""An append-only log: entries, chain, Merkle tree, tiles, signed checkpoints, proofs, verification.

Knows nothing of machine learning. Import from its modules: `log.Ledger` writes and reads, `verification.verify`
verifies, `proof` proves one entry, `entry` has what an entry is.
"""
