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
        """Return a subject with its first entries, oldest first, and what it is now.

        More entries than a page holds are asked for by `entries(subject=…, after=…)`, as the view says.

        Raises:
            InvalidInput: it ends in `*`: that names many.
            NotFound: no entry is about it; the remedy gives near names.
        """
        if subject.endswith("*"):
            raise InvalidInput(
                f"'{subject}' names many subjects.", remedy=f"List them: govern log --subject '{subject}'."
            )
        self._known(subject)
        found = self._about(subject, limit=MOST_ENTRIES + 1)
        more = len(found) > MOST_ENTRIES
        current = _current(found) if not more else self._current_of_many(subject)
        kind = subject.partition(":")[0]
        shown = [entry_view(entry) for entry in found[:MOST_ENTRIES]]
        return SubjectView(subject=subject, kind=kind, current=current, entries=shown, more=more)

    def _about(self, subject: str, *, limit: int) -> list[Entry]:
        return self._session.ledger.entries(EntryFilter(subject=subject, limit=limit, bodies=True))

    def _current_of_many(self, subject: str) -> dict[str, Any] | None:
        """Return what `_current` would of all entries, holding no more than one of them at a time."""
        telling: dict[str, Any] | None = None
        newest: dict[str, Any] | None = None
        for entry in pages(self._session.ledger, EntryFilter(subject=subject, bodies=True)):
            newest = newest if entry.body is None else entry.body
            telling = entry.body if entry.body is not None and _tells(entry) else telling
        return newest if telling is None else telling

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
    present = [entry for entry in entries if entry.body is not None]
    telling = [entry.body for entry in present if _tells(entry)]
    if telling:
        return telling[-1]
    return present[-1].body if present else None


def _tells(entry: Entry) -> bool:
    return not entry.header.kind.startswith("x.") and entry.header.kind != "user.profile"


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
