"""Full verification: one verifier over any reader, in bounded memory, that goes on after a failure.

The steps, for each place in order:
1. `verification_order` finds the row that is the entry of this place.
2. What vouches for its leaf hash: the header itself, the stored hash, the next header's `prev`, the stored tile.
   Where all agree, that is the leaf. Where they differ, the choice whose root is the signed one decides; what
   differs from the choice is what was altered (`verification_leaves`).
3. The leaf grows the tree; full tiles and stored checkpoints of that size are compared as they are reached.
4. A genuine header is compared with its columns, its neighbours' `prev` and `time`, its origin and its body.
The exact conditions and their precedence are tabulated in docs/ledger-format.md.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

from governance.ledger.reader import Reader, SchemaReader
from governance.ledger.verification_report import Failure, Findings, Progress, Report
from governance.ledger.verification_walk import Walk

__all__ = ["Failure", "Report", "verify"]


def verify(
    reader: Reader,
    *,
    keys: Sequence[str] | None = None,
    trusted_checkpoints: Sequence[str] = (),
    progress: Progress | None = None,
) -> Report:
    """Verify a ledger.

    Args:
        reader: a database, an exported folder, a web address.
        keys: verifier keys that the caller trusts; None believes entry 0, with a warning.
        trusted_checkpoints: signed checkpoints that the caller keeps: history must continue each of them.
        progress: called now and then with (layer, done, total).

    Returns:
        What was found; verification itself never fails because of what it reads.

    Raises:
        NoteInvalid: a key or trusted checkpoint of the caller's does not parse, or is another ledger's.
    """
    began = time.monotonic()
    findings = Findings()
    walk = Walk(reader, findings, keys=keys, trusted=trusted_checkpoints, progress=progress)
    walk.run()
    if isinstance(reader, SchemaReader):
        for sentence in reader.unexpected_schema():
            findings.warn(sentence)
    return Report(
        ok=not findings.failures,
        origin=walk.origin,
        size=walk.size,
        root=walk.root.hex(),
        failures=tuple(findings.failures),
        warnings=tuple(findings.warnings),
        checked=dict(findings.checked),
        erased=findings.erased,
        withheld=findings.withheld,
        seconds=time.monotonic() - began,
    )
