"""The triggers that keep what was written as it was written, on SQLite.

They guard against mistakes; whoever can drop them is found by verification, which also says that they were dropped.
A body goes only where a later entry says that it was erased, and by whom (docs/ledger-format.md, "Erasure").
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

_REFUSED = {
    "entry": ("UPDATE", "DELETE"),
    "body": ("UPDATE",),
    "tile": ("UPDATE", "DELETE"),
    "checkpoint": ("UPDATE", "DELETE"),
}
_ERASURE = (
    "CREATE TRIGGER body_refuses_delete BEFORE DELETE ON body "
    "WHEN NOT EXISTS (SELECT 1 FROM entry "
    "WHERE kind = 'body.erased' AND subject = 'entry:' || OLD.seq AND seq > OLD.seq) "
    "BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: no body.erased entry covers this body'); END"
)


def _triggers() -> Iterator[tuple[str, str]]:
    for table, actions in _REFUSED.items():
        for action in actions:
            name = f"{table}_refuses_{action.lower()}"
            refusal = f"SELECT RAISE(ABORT, 'the ledger is append-only: {action} of {table} is refused')"
            yield name, f"CREATE TRIGGER {name} BEFORE {action} ON {table} BEGIN {refusal}; END"
    yield "body_refuses_delete", _ERASURE


TRIGGERS: Mapping[str, str] = dict(_triggers())
"""Name of each trigger and the statement that makes it, as the database keeps it."""
