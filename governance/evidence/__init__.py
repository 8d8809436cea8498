"""Computing evidence: performance, fairness, explanations, drift, data validation, sealing.

Each module computes one family of `governance.lineage.results` as a plain function; `records.evidence` wraps
a result into an entry's body. Importing this package imports nothing heavy: `sealing` and `runs` need no
numeric library at all, the others load theirs when they are imported themselves.
"""
