"""What every part of a local workspace shares: the ledger, its projections, who is known, and who acts.

Rules that must hold against two callers at once (a version registered twice, the number of a deployment, a
nonce) go through `Session.enter`: the proposal is computed from the ledger as it stands and entered only if
it still has that size; otherwise it is computed again. No lock is held while a proposal is computed, so
that no reader and no other process ever waits for it.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from governance import instants
from governance.errors import Conflict, InvalidInput, NotFound, NotPermitted
from governance.identity.directory import Directory
from governance.identity.permissions import require
from governance.ledger.entry import Draft, Entry
from governance.ledger.errors import EntryAltered, SizeChanged
from governance.ledger.log import Acknowledged, EntryFilter, Ledger
from governance.lineage.projection import Projection
from governance.lineage.reading import pages
from governance.lineage.subjects import SUBJECT_KINDS, Subject
from governance.workspace.turns import Turns

_FREE_ATTEMPTS = 3
_ATTEMPTS = 40
REGISTERING: dict[str, tuple[str, ...]] = {
    "system": ("system.registered",),
    "dataset": ("dataset.registered",),
    "run": ("run.recorded",),
    "model": ("model.registered",),
    "evidence": ("evidence.recorded",),
    "alert": ("alert.opened",),
    "deployment": ("deployment.made", "deployment.rolled-back"),
    "batch": ("batch.sealed",),
    "decision": ("gate.decided",),
}
"""Kind of subject to the kinds of entries that make one."""
_LEADS_ON = {
    "model": "system",
    "deployment": "model",
    "batch": "deployment",
    "evidence": "about",
    "alert": "about",
    "decision": "about",
}
"""Kind of subject to the member that leads on towards its system."""
_MOST_STEPS = 16
"""How far a subject may be from its system; evidence about evidence about … belongs to none."""
_IDENTITY_KINDS = ("ledger.created", "user.*", "key.*", "token.*")


class KnownPeople:
    """The directory of people, services, keys and tokens, read again only where the ledger grew.

    Owned by all sessions of one ledger together; the lock guards `_entries`, `_size` and `_directory`.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._lock = threading.Lock()
        self._entries: list[Entry] = []
        self._size = 0
        self._directory = Directory.of([])

    def directory(self) -> Directory:
        """Return the directory at the ledger's present size."""
        with self._lock:
            size = self._ledger.size()
            if size != self._size:
                fresh = self._between(self._size, size)
                if fresh:
                    self._entries = sorted([*self._entries, *fresh], key=lambda entry: entry.seq)
                    self._directory = Directory.of(self._entries)
                self._size = size
            return self._directory

    def entries(self) -> list[Entry]:
        """Return the entries that the directory rests on, oldest first."""
        self.directory()
        with self._lock:
            return list(self._entries)

    def _between(self, start: int, stop: int) -> list[Entry]:
        after = start - 1 if start else None
        queries = [EntryFilter(kind=kind, after=after, below=stop) for kind in _IDENTITY_KINDS]
        try:
            return [entry for query in queries for entry in pages(self._ledger, query)]
        except TypeError as error:
            raise EntryAltered(
                "An entry about people holds text or a number where bytes belong.",
                remedy="Find out what was changed: govern verify.",
            ) from error


@dataclass(frozen=True)
class Session:
    """One ledger opened for one actor.

    Attributes:
        ledger: the log itself.
        projection: the lineage tables, caught up lazily.
        people: who is known, shared by all sessions of this ledger.
        actor: who acts; None reads only.
        turns: keeps a proposal from being outrun for ever by others of this process.
    """

    ledger: Ledger
    projection: Projection
    people: KnownPeople
    actor: str | None
    turns: Turns = field(default_factory=Turns)

    def for_actor(self, actor: str) -> Session:
        """Return the same session for another actor.

        Raises:
            InvalidInput: it is no `user:ID` or `service:ID`.
            NotPermitted: nobody registered it.
        """
        if Subject.parse(actor).kind not in {"user", "service"}:
            raise InvalidInput(f"'{actor}' can't act.", remedy="Actors are user:ID or service:ID.")
        if not self.people.directory().registered(actor):
            raise NotPermitted(
                f"{actor} is not registered in this ledger.",
                remedy=f"An administrator registers it: govern user add {actor} --role recorder.",
            )
        return replace(self, actor=actor)

    def opened_by(self, actor: str) -> Session:
        """Return the session for the actor who opens the ledger.

        Where the entries about people were altered nobody can be looked up; the ledger opens nevertheless,
        so that it can be verified. Who acts is asked again by every operation, which then fails.
        """
        try:
            return self.for_actor(actor)
        except EntryAltered:
            return replace(self, actor=actor)

    def close(self) -> None:
        """Close the ledger for every session that shares it."""
        self.ledger.close()

    def permitted(
        self, operation: str, *, system: str | None = None, target: str | None = None, anywhere: bool = False
    ) -> str:
        """Return the actor, who may do `operation` now; the arguments are those of `permissions.require`.

        Raises:
            NotPermitted: nobody acts, or the actor has no role for it; the remedy names the roles that have.
        """
        actor = self.somebody()
        require(
            self.people.directory(), actor, operation, instants.now(),
            system=system, target=target, anywhere=anywhere,
        )  # fmt: skip
        return actor

    def somebody(self) -> str:
        """Return the actor, whatever roles they hold or have lost.

        Raises:
            NotPermitted: nobody acts.
        """
        if self.actor is None:
            raise NotPermitted(
                "Nobody acts: this ledger was opened for reading only.",
                remedy="Say who you are: govern --actor user:ID …, or set GOVERN_ACTOR.",
            )
        return self.actor

    def enter(self, propose: Callable[[int], Sequence[Draft]]) -> list[Acknowledged]:
        """Append atomically what `propose(size)` makes of the ledger at that size.

        Args:
            propose: called with the size it must hold for; called again when the ledger grew meanwhile.

        Raises:
            Conflict: others kept writing in between for all attempts.
        """
        done = self._attempt(propose, _FREE_ATTEMPTS)
        if done is None:
            with self.turns.alone():
                done = self._attempt(propose, _ATTEMPTS)
        if done is not None:
            return done
        raise Conflict("Others kept writing to this ledger meanwhile.", remedy="Repeat the command.")

    def append(self, drafts: Sequence[Draft]) -> list[Acknowledged]:
        """Append atomically what rests on nothing that others could change meanwhile."""
        with self.turns.passing():
            return self.ledger.append_many(drafts)

    def _attempt(self, propose: Callable[[int], Sequence[Draft]], times: int) -> list[Acknowledged] | None:
        for attempt in range(times):
            size = self.ledger.size()
            drafts = propose(size)
            if not drafts:
                return []
            try:
                return self.ledger.append_many(drafts, expect_size=size)
            except SizeChanged:
                time.sleep(random.uniform(0, 0.002 * (attempt + 1)))  # noqa: S311 - spreads callers, no secret
        return None

    def newest(self, kind: str, subject: str) -> Entry | None:
        """Return the newest entry of a kind about a subject, with its body."""
        found = self.ledger.entries(
            EntryFilter(kind=kind, subject=subject, newest_first=True, limit=1, bodies=True)
        )
        return found[0] if found else None

    def all_of(self, kind: str, *, subject: str | None = None, below: int | None = None) -> Iterator[Entry]:
        """Yield the entries of a kind (or prefix ending in `*`) with their bodies, oldest first."""
        return pages(self.ledger, EntryFilter(kind=kind, subject=subject, below=below, bodies=True))

    def newest_first(self, kind: str, limit: int) -> list[Entry]:
        """Return the newest entries of a kind with their bodies, newest first."""
        return self.ledger.entries(EntryFilter(kind=kind, newest_first=True, limit=limit, bodies=True))

    def knows(self, subject: str) -> bool:
        """Say whether any entry is about `subject`; a pattern is no subject."""
        if subject.endswith("*"):
            return False
        return bool(self.ledger.entries(EntryFilter(subject=subject, limit=1, bodies=False)))

    def registration(self, subject: str) -> Entry | None:
        """Return the first entry that registers `subject`; what else was said about it registers nothing."""
        for kind in REGISTERING.get(subject.partition(":")[0], ()):
            found = self.ledger.entries(EntryFilter(kind=kind, subject=subject, limit=1, bodies=True))
            if found:
                return found[0]
        return None

    def registered(self, subject: str, *, kinds: Iterable[str]) -> Subject:
        """Return the parsed subject, which an entry of the kind that registers it must have made.

        Raises:
            InvalidInput: it is no subject, or none of `kinds`.
            NotFound: nobody registered it; the remedy gives near names.
        """
        parsed = self.known(subject, kinds=kinds)
        if parsed.kind in REGISTERING and self.registration(subject) is None:
            raise NotFound(f"There is no {subject} in this ledger.", remedy=self._near(subject))
        return parsed

    def place(self, subject: str) -> tuple[str | None, str | None]:
        """Return the system and the target that a subject belongs to, None for none: limits of roles ask."""
        target: str | None = None
        for _ in range(_MOST_STEPS):
            kind, _, rest = subject.partition(":")
            if kind == "system":
                return subject, target
            if kind == "prediction":
                subject = f"batch:{rest.partition('#')[0]}"
                continue
            if kind == "deployment":
                target = Subject.parse(subject).name.partition("/")[2]
            member = _LEADS_ON.get(kind)
            made = self.registration(subject) if member else None
            onwards = (made.body or {}).get(member) if made is not None and member else None
            if not isinstance(onwards, str):
                break
            subject = onwards
        return None, target

    def known(self, subject: str, *, kinds: Iterable[str] = SUBJECT_KINDS) -> Subject:
        """Return the parsed subject, which must stand in the ledger.

        Raises:
            InvalidInput: it is no subject, or none of `kinds`.
            NotFound: no entry is about it; the remedy gives near names.
        """
        parsed = Subject.parse(subject)
        allowed = tuple(kinds)
        if parsed.kind not in allowed:
            raise InvalidInput(
                f"'{subject}' is a {parsed.kind}, not a {' or '.join(allowed)}.",
                remedy=f"Name a {' or '.join(allowed)}.",
            )
        if not self.knows(subject):
            raise NotFound(f"There is no {subject} in this ledger.", remedy=self._near(subject))
        return parsed

    def _near(self, subject: str) -> str:
        near = self.projection.near(subject)
        if near:
            return f"Did you mean {', '.join(near[:3])}?"
        kind = subject.partition(":")[0]
        return f"Nothing is known under a near name; see: govern log --subject '{kind}:*'."
