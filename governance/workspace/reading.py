"""Reading a local ledger: entries, subjects, lineage, traces, alerts, overview."""

from __future__ import annotations

from typing import Any

from governance import instants
from governance.errors import InvalidInput, NotFound
from governance.ledger.entry import Entry
from governance.ledger.log import EntryFilter
from governance.lineage import graph, trace
from governance.lineage.reading import pages
from governance.lineage.subjects import Subject
from governance.workspace.bodies import body_of
from governance.workspace.entry_views import entry_view
from governance.workspace.history import History
from governance.workspace.session import Session
from governance.workspace.views import (
    AlertView,
    CheckpointView,
    EntryQuery,
    EntryView,
    Lineage,
    Overview,
    SubjectSummary,
    SubjectView,
    Trace,
)

MOST_ENTRIES = 1000
MOST_DEPTH = 64
_NEWEST_DECISIONS = 10


class Reading:
    """Queries for one session."""

    def __init__(self, session: Session, history: History) -> None:
        self._session = session
        self._history = history

    def verifier_keys(self) -> list[str]:
        """Return the ledger's verifier keys: those of entry 0, or of the newest rotation or replacement."""
        keys: list[str] = []
        for entry in pages(self._session.ledger, EntryFilter(kind="ledger.*", bodies=True)):
            if entry.header.kind == "ledger.created":
                keys = list(body_of(entry)["keys"])
            elif entry.header.kind in {"ledger.key-rotated", "ledger.key-replaced"}:
                keys = list(body_of(entry)["new"])
        return keys

    def entry(self, entry: Entry) -> EntryView:
        """Return an entry as shown."""
        return entry_view(entry)

    def entries(self, query: EntryQuery) -> list[EntryView]:
        """Return a page of entries.

        Raises:
            InvalidInput: a limit out of bounds, `after` together with `before`, or a bad instant.
        """
        if not 1 <= query.limit <= MOST_ENTRIES:
            raise InvalidInput(
                f"A page can't have {query.limit} entries.", remedy=f"Ask for 1 to {MOST_ENTRIES}."
            )
        if query.after is not None and query.before is not None:
            raise InvalidInput(
                "'after' and 'before' exclude each other.", remedy="Page one way: leave one out."
            )
        found = self._session.ledger.entries(
            EntryFilter(
                kind=query.kind,
                subject=query.subject,
                actor=query.actor,
                since=instants.normal(query.since) if query.since else None,
                until=instants.normal(query.until) if query.until else None,
                after=query.after,
                before=query.before,
                newest_first=query.newest_first or query.before is not None,
                limit=query.limit,
                bodies=query.bodies,
            )
        )
        return [entry_view(entry, body=query.bodies) for entry in found]

    def subject(self, subject: str) -> SubjectView:
        """Return a subject with its entries, oldest first.

        Raises:
            NotFound: no entry is about it; the remedy gives near names.
        """
        self._known(subject)
        found = list(pages(self._session.ledger, EntryFilter(subject=subject, bodies=True)))
        kind = subject.partition(":")[0]
        return SubjectView(
            subject=subject, kind=kind, current=_current(found), entries=[entry_view(e) for e in found]
        )

    def _known(self, subject: str) -> None:
        """Demand that entries are about `subject`; those of one's own kinds may be about anything."""
        if not self._session.knows(subject):
            self._session.known(subject)

    def subjects(
        self, kind: str | None = None, *, after: str | None = None, limit: int = 100
    ) -> list[SubjectSummary]:
        """Return a page of the inventory."""
        if not 1 <= limit <= MOST_ENTRIES:
            raise InvalidInput(f"A page can't have {limit} subjects.", remedy=f"Ask for 1 to {MOST_ENTRIES}.")
        return self._session.projection.subjects(kind, after, limit)

    def lineage(self, subject: str, *, direction: str = "both", depth: int = 8) -> Lineage:
        """Return the graph around a subject."""
        if direction not in {"up", "down", "both"}:
            raise InvalidInput(f"'{direction}' is no direction.", remedy="Say up, down or both.")
        if not 1 <= depth <= MOST_DEPTH:
            raise InvalidInput(f"The depth {depth} is out of bounds.", remedy=f"Say 1 to {MOST_DEPTH}.")
        self._session.known(subject)
        ledger, projection = self._session.ledger, self._session.projection
        return graph.around(ledger, projection, subject, direction, depth)

    def trace(self, prediction: str) -> Trace:
        """Trace `prediction:BATCH#ROW` back to what stands behind it."""
        parsed = Subject.parse(prediction)
        if parsed.kind not in {"prediction", "batch"}:
            raise InvalidInput(f"'{prediction}' is no prediction.", remedy="Name it prediction:BATCH#ROW.")
        batch = self._session.newest("batch.sealed", f"batch:{parsed.name}")
        if batch is None:
            self._session.known(f"batch:{parsed.name}")
            raise NotFound(
                f"batch:{parsed.name} was never sealed.", remedy="List batches: govern batch list."
            )
        row, count = prediction.partition("#")[2], int(body_of(batch).get("count", 0))
        if row and int(row) >= count:
            raise NotFound(
                f"{prediction}: the batch has {count} rows.", remedy=f"Rows are numbered 0 to {count - 1}."
            )
        return trace.trace(self._session.ledger, self._session.projection, prediction)

    def alerts(self, *, open_only: bool = True) -> list[AlertView]:
        """Return alerts, oldest first."""
        closed = {e.header.subject: e.header.time for e in self._session.all_of("alert.closed")}
        return [
            _alert(entry, closed.get(entry.header.subject))
            for entry in self._session.all_of("alert.opened")
            if not (open_only and entry.header.subject in closed)
        ]

    def overview(self, checkpoint: CheckpointView) -> Overview:
        """Return what a first screen shows."""
        newest = self._session.newest_first("gate.decided", _NEWEST_DECISIONS)
        last = self._session.ledger.entries(EntryFilter(newest_first=True, limit=1, bodies=True))
        return Overview(
            origin=checkpoint.origin,
            size=checkpoint.size,
            root=checkpoint.root,
            in_production=self._history.as_of(),
            alerts=self.alerts(),
            decisions=[_decision(entry) for entry in newest],
            counts=self._session.projection.counts(),
            last_entry=entry_view(last[0]) if last else None,
        )


def _current(entries: list[Entry]) -> dict[str, Any] | None:
    """Return the newest body that says what the subject is; remarks of one's own and profiles do not."""
    bodies = [(entry.header.kind, entry.body) for entry in entries if entry.body is not None]
    telling = [body for kind, body in bodies if not kind.startswith("x.") and kind != "user.profile"]
    if telling:
        return telling[-1]
    return bodies[-1][1] if bodies else None


def _alert(entry: Entry, closed: str | None) -> AlertView:
    body = body_of(entry)
    return AlertView(
        alert=entry.header.subject,
        about=str(body.get("about", "")),
        severity=str(body.get("severity", "")),
        summary=str(body.get("summary", "")),
        evidence=str(body.get("evidence", "")),
        opened=entry.header.time,
        closed=closed,
        seq=entry.seq,
    )


def _decision(entry: Entry) -> dict[str, Any]:
    body = body_of(entry)
    return {
        "decision": entry.header.subject,
        "about": body.get("about"),
        "target": body.get("target"),
        "verdict": body.get("verdict"),
        "time": body.get("time"),
        "seq": entry.seq,
    }
