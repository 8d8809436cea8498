"""Giving drafts their places behind a ledger's end, or the entries that they repeat."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import Connection, select

from governance.ledger import tables
from governance.ledger.acknowledged import Acknowledged
from governance.ledger.clock import Clock
from governance.ledger.edge import Edge
from governance.ledger.entry import SALT_BYTES, Draft, Entry, make_entry, new_id
from governance.ledger.errors import IdConflict, IdErased, SizeChanged

_MOST = 400  # values in one IN list: every database takes that many


@dataclass(frozen=True, slots=True)
class Known:
    """An entry that has an id already: stored, or placed before in the same commit."""

    acknowledged: Acknowledged
    actor: str
    kind: str
    body: bytes | None


class HasDrafts(Protocol):
    """A request that is about to be placed."""

    @property
    def drafts(self) -> Sequence[Draft]:
        """What it wants entered."""
        ...


class Placing:
    """Places one request after the other; a refused one leaves no trace.

    Attributes:
        entries: what is new, in order.
    """

    def __init__(
        self, connection: Connection, origin: str, edge: Edge, clock: Clock, requests: Iterable[HasDrafts]
    ) -> None:
        self._origin = origin
        self._clock = clock
        self._size, self._prev, self._time = edge.size, edge.prev, edge.time
        ids = [draft.id for request in requests for draft in request.drafts if draft.id is not None]
        self._known = dict(_stored(connection, ids))
        self.entries: list[Entry] = []

    def place(
        self, drafts: Sequence[Draft], bodies: Sequence[bytes], expect_size: int | None
    ) -> list[Acknowledged]:
        """Place all drafts of one request, or raise and place none.

        Rules: (1) an id that stands with the same actor, kind, subject and body gives that entry back, inside one
        request too; (2) with other content, by another actor, or with an erased body it is refused; (3) a request
        that only repeats needs no size and no clock.

        Raises:
            IdConflict, IdErased: by rule 2.
            SizeChanged: the ledger has another size than expected.
            ClockRefused: the time can't be given.
        """
        fresh: list[Entry] = []
        known: dict[str, Known] = {}
        answers: list[Acknowledged] = []
        prev, time = self._prev, None
        salts = os.urandom(SALT_BYTES * len(drafts))
        for draft, body in zip(drafts, bodies, strict=True):
            before = None
            if draft.id is not None:
                before = known.get(draft.id) or self._known.get(draft.id)
            if before is not None:
                answers.append(_repeated(draft, body, before))
                continue
            if time is None:
                self._check_size(expect_size)
                time = self._clock.time_after(self._time)
            made = make_entry(
                draft,
                body,
                entry_id=draft.id or new_id(),
                origin=self._origin,
                seq=self._size + len(fresh),
                prev=prev,
                time=time,
                salt=salts[SALT_BYTES * len(fresh) : SALT_BYTES * (len(fresh) + 1)],
            )
            prev = made.hash
            fresh.append(made)
            answer = Acknowledged(made.seq, made.id, made.hash, time, draft.subject)
            answers.append(answer)
            if draft.id is not None:
                known[draft.id] = Known(answer, draft.actor, draft.kind, body)
        if fresh:
            self._size, self._prev, self._time = self._size + len(fresh), prev, time
            self._known.update(known)
            self.entries.extend(fresh)
        return answers

    def _check_size(self, expected: int | None) -> None:
        if expected is not None and expected != self._size:
            raise SizeChanged(
                f"The ledger has {self._size} entries now, not {expected}: others wrote meanwhile.",
                remedy="Read it again and repeat.",
            )


def _repeated(draft: Draft, body: bytes, known: Known) -> Acknowledged:
    if known.actor != draft.actor:
        raise IdConflict(f"The id {draft.id} can't be used.", remedy="Leave the id out to get a new one.")
    if known.body is None:
        raise IdErased(
            f"Entry {known.acknowledged.seq} has the id {draft.id} already, and its body was erased.",
            remedy="What was erased is not entered again under its old id; use a new one if it should be.",
        )
    if (known.kind, known.acknowledged.subject, known.body) != (draft.kind, draft.subject, body):
        raise IdConflict(
            f"Entry {known.acknowledged.seq} has the id {draft.id} already, with other content.",
            remedy="Leave the id out to get a new one, or repeat the very same entry.",
        )
    return known.acknowledged


def _stored(connection: Connection, ids: Sequence[str]) -> Iterator[tuple[str, Known]]:
    entry, body = tables.entry.c, tables.body.c
    columns = (entry.seq, entry.id, entry.hash, entry.time, entry.subject, entry.actor, entry.kind, body.body)
    joined = tables.entry.outerjoin(tables.body, entry.seq == body.seq)
    for start in range(0, len(ids), _MOST):
        query = select(*columns).select_from(joined).where(entry.id.in_(ids[start : start + _MOST]))
        for row in connection.execute(query):
            yield row[1], Known(Acknowledged(row[0], row[1], row[2], row[3], row[4]), row[5], row[6], row[7])
