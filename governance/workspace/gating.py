"""Policies in use, and asking the gate.

1. The packs in use are the newest registration of each pack name; the gate itself says which of them apply.
   A version lower than one that is registered is refused: it would put an old text back in use unnoticed. Who
   wants that gives the old text a higher version.
2. A verdict is computed for the ledger at one size and entered at exactly that size: nothing can come in
   between.
3. It is entered before it is answered; its receipt is made afterwards from what was entered, and again
   whenever it is asked for, so that it is stored nowhere.
4. No key, a read-only ledger, an erased body that would be needed: no verdict, but an error, which callers
   treat as deny.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from governance import instants
from governance.errors import Conflict
from governance.gate import packs as packs_room
from governance.gate.decision import Judgement, decide, sentence
from governance.gate.facts import assemble, demand_known_run
from governance.gate.in_use import PacksInUse, packs_in_use
from governance.gate.protocol import Facts
from governance.gate.registry import installed
from governance.gate.replay import replay
from governance.gate.verdict import RuleResult, Verdict
from governance.gate.verdicts import decided_body
from governance.ledger.checkpoint import read_unverified
from governance.ledger.entry import Draft, Entry, new_id
from governance.ledger.log import Ledger
from governance.lineage.subjects import Subject
from governance.workspace.bodies import body_of
from governance.workspace.history import History
from governance.workspace.receipts import receipt_of
from governance.workspace.session import Session
from governance.workspace.views import DecisionView, PolicyView, Replay


class Gating:
    """The gate for one session."""

    def __init__(self, session: Session, history: History) -> None:
        self._session = session
        self._history = history

    def register_policy(self, text: str) -> PolicyView:
        """Register a policy pack; the same text again returns the first registration.

        Raises:
            PolicyInvalid: the pack can't be used; names the line.
            Conflict: this version stands there with another text, or a higher version of the pack does.
        """
        actor = self._session.permitted("policy")
        pack = packs_room.parse(text)
        installed().validate(pack)
        body = {"digest": pack.digest, "text": text, "title": pack.title}

        def propose(_size: int) -> list[Draft]:
            before = self._session.newest("policy.registered", pack.subject)
            if before is None:
                self._demand_higher(pack)
                return [
                    Draft(actor=actor, kind="policy.registered", subject=pack.subject, body=body, id=new_id())
                ]
            if body_of(before).get("digest") != pack.digest:
                raise Conflict(
                    f"{pack.subject} is registered already, with another text (entry {before.seq}).",
                    remedy="Give the changed pack a new version.",
                )
            return []

        self._session.enter(propose)
        return next(view for view in self.policies() if view.policy == pack.subject)

    def _demand_higher(self, pack: packs_room.Pack) -> None:
        order = packs_room.version_order
        for entry in self._session.all_of("policy.registered", subject=f"policy:{pack.pack}@*"):
            other = Subject.parse(entry.header.subject).version or ""
            if order(other) > order(pack.version):
                raise Conflict(
                    f"{entry.header.subject} is in use; {pack.version} is a lower version (entry {entry.seq}).",
                    remedy=f"To go back to an older text, register it under a version above {other}.",
                )

    def policies(self) -> list[PolicyView]:
        """Return every registered version of every pack, oldest first."""
        return [
            PolicyView(
                policy=entry.header.subject,
                digest=str(body_of(entry)["digest"]),
                title=str(body_of(entry).get("title", "")),
                seq=entry.seq,
                text=str(body_of(entry)["text"]),
            )
            for entry in self._session.all_of("policy.registered")
        ]

    def in_use(self) -> PacksInUse:
        """Return the newest registration of each pack, as the ledger stands."""
        return packs_in_use(self._session.ledger, self._session.ledger.size())

    def judge(self, subject: str, target: str, size: int) -> tuple[Facts, Judgement, PacksInUse]:
        """Return facts, verdict and packs in use at a size, entering nothing.

        Raises:
            Erased: the model's registration or its run was erased.
        """
        time, session = instants.now(), self._session
        directory = session.people.directory()
        facts = assemble(session.ledger, session.projection, directory, subject, target, size, time)
        demand_known_run(facts)
        used = packs_in_use(session.ledger, size)
        return facts, decide(facts, used.packs, installed(), time, unreadable=used.unreadable), used

    def ask(self, subject: str, target: str) -> DecisionView:
        """Judge a promotion and enter the verdict.

        Raises:
            NotPermitted: the actor may not ask.
            NotFound: there is no such model.
            Erased: a body that the verdict needs was erased.
        """
        self._session.known(subject, kinds=("model",))
        actor = self._session.permitted("gate", system=self._session.place(subject)[0], target=target)

        def propose(size: int) -> Sequence[Draft]:
            facts, judgement, used = self.judge(subject, target, size)
            root = root_at(self._session.ledger, size)
            body = decided_body(judgement, facts, root=root, policy_entries=used.entries)
            return [
                Draft(
                    actor=actor, kind="gate.decided", subject=f"decision:{new_id()}", body=body, id=new_id()
                )
            ]

        done = self._session.enter(propose)[0]
        return self._view(self._session.ledger.entry(done.seq), receipt=True)

    def decision(self, decision: str) -> DecisionView:
        """Return one decision with its receipt; NotFound where there is none."""
        return self._view(self._entry(decision), receipt=True)

    def decisions(self, about: str | None = None, *, limit: int = 100) -> list[DecisionView]:
        """Return decisions, newest first, without their receipts."""
        if about is not None:
            self._session.known(about)
        return [self._view(entry) for entry in self._newest(about, limit)]

    def replay(self, decision: str) -> Replay:
        """Compute a verdict again from the ledger as it stood."""
        ledger = self._session.ledger
        subject = self._entry(decision).header.subject
        return replay(ledger, self._session.projection, subject, root_at=lambda size: root_at(ledger, size))

    def _newest(self, about: str | None, limit: int) -> Iterator[Entry]:
        if about is not None:
            yield from list(reversed(self._history.decisions_about(about)))[:limit]
            return
        yield from self._session.newest_first("gate.decided", limit)

    def _entry(self, decision: str) -> Entry:
        subject = decision if ":" in decision else f"decision:{decision}"
        self._session.known(subject, kinds=("decision",))
        entry = self._session.newest("gate.decided", subject)
        assert entry is not None  # noqa: S101 - a decision's first entry is its verdict
        return entry

    def _view(self, entry: Entry, *, receipt: bool = False) -> DecisionView:
        body = body_of(entry)
        results = [RuleResult.model_validate(result) for result in body["results"]]
        verdict = Verdict(body["verdict"])
        return DecisionView(
            decision=entry.header.subject,
            seq=entry.seq,
            entry=entry.hash.hex(),
            time=str(body["time"]),
            about=str(body["about"]),
            artifact=str(body["artifact"]),
            target=str(body["target"]),
            verdict=verdict,
            sentence=sentence(results, verdict, str(body["about"]), str(body["target"])),
            results=results,
            policies=list(body["policies"]),
            checks=list(body["checks"]),
            checkpoint=dict(body["checkpoint"]),
            expires=str(body["expires"]),
            receipt=receipt_of(self._session.ledger, entry) if receipt else None,
        )


def root_at(ledger: Ledger, size: int) -> str:
    """Return the hex root at a size: as its checkpoint says, or computed from the tiles where somebody removed that.

    Raises:
        IntegrityError: the ledger never had that size, or what it is made of is gone.
    """
    text = ledger.checkpoint(size)
    return ledger.root(size).hex() if text is None else read_unverified(text).root.hex()
