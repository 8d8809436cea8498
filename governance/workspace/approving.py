"""Statements to sign, signed approvals and waivers, and whether they count."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Literal

from governance import instants
from governance.errors import Conflict, InvalidInput, NotFound
from governance.gate import approvals, revocations, statements, waivers
from governance.gate.approvals import Found, Ground, Shown, Submitted
from governance.gate.facts import ground_of
from governance.gate.protocol import Approval
from governance.ledger.entry import Draft, new_id
from governance.workspace.bodies import body_of
from governance.workspace.gating import Gating
from governance.workspace.session import Session
from governance.workspace.views import ApprovalView

_GIVEN = {"approval": "approval.given", "waiver": "waiver.granted"}
_STATES: dict[str, Literal["valid", "expired", "revoked", "void"]] = {
    "valid": "valid",
    "expired": "expired",
    "revoked": "revoked",
    "void": "void",
}


class Approving:
    """Approvals and waivers for one session."""

    def __init__(self, session: Session, gating: Gating) -> None:
        self._session = session
        self._gating = gating

    def approval_statement(
        self, subject: str, target: str, *, meaning: str, days: int = 30
    ) -> dict[str, Any]:
        """Return the statement that an approver signs: what, on which evidence, under which policies."""
        return statements.approval(meaning=meaning, **self._common(subject, target, days))

    def waiver_statement(
        self, subject: str, target: str, *, rule: str, reason: str, compensating_control: str, days: int = 30
    ) -> dict[str, Any]:
        """Return the statement of a waiver.

        Raises:
            InvalidInput: no pack in use has the rule; near names are given.
        """
        common = self._common(subject, target, days)
        packs = self._gating.in_use().packs
        if not waivers.rules_named(rule, packs):
            known = ", ".join(r.id for pack in packs for r in pack.rules) or "none: no policy is registered"
            raise InvalidInput(f"No policy in use has a rule '{rule}'.", remedy=f"Rules are: {known}.")
        return statements.waiver(
            rule=rule, reason=reason, compensating_control=compensating_control, **common
        )

    def approve(self, statement: dict[str, Any], signature: str) -> ApprovalView:
        """Enter a signed approval.

        Raises:
            InvalidInput: the statement has not its form, is for another ledger or artifact, or has expired.
            IntegrityError: the signature does not hold.
            NotPermitted: separation of duties, or the key is not the actor's.
            Conflict: it was handed in already.
        """

        def accept(submitted: Submitted, ground: Ground, *, nonce_used: bool) -> None:
            approvals.accept(submitted, ground, nonce_used=nonce_used)

        return self._enter(
            "approval", statement, signature, statements.read_approval(statement).subject, accept
        )

    def waive(self, statement: dict[str, Any], signature: str) -> ApprovalView:
        """Enter a signed waiver; raises as `approve`, and NotPermitted where the rule names no such role."""
        packs = self._gating.in_use().packs

        def accept(submitted: Submitted, ground: Ground, *, nonce_used: bool) -> None:
            waivers.accept(submitted, ground, packs, nonce_used=nonce_used)

        return self._enter("waiver", statement, signature, statements.read_waiver(statement).subject, accept)

    def revocation_statement(self, approval: str, *, reason: str) -> dict[str, Any]:
        """Return the statement that takes an approval or waiver back.

        Raises:
            NotFound: there is no such approval or waiver.
        """
        self._session.known(approval, kinds=tuple(_GIVEN))
        origin = self._session.ledger.origin
        return statements.revocation(revokes=approval, reason=reason, origin=origin, time=instants.now())

    def revoke(self, statement: dict[str, Any], signature: str) -> ApprovalView:
        """Enter a signed revocation of an approval or waiver; its rules are those of `gate.revocations`.

        Raises:
            InvalidInput: the statement has not its form, or is for another ledger.
            NotFound: there is no such approval or waiver.
            IntegrityError: the signature does not hold.
            NotPermitted: the actor neither gave it nor administers, or the key is not theirs.
            Conflict: it was taken back already.
        """
        revokes = statements.read_revocation(statement).revokes
        word = self._session.known(revokes, kinds=tuple(_GIVEN)).kind
        actor = self._session.somebody()
        given = self._session.newest(_GIVEN[word], revokes)
        if given is None or given.body is None:
            raise NotFound(f"There is no {revokes} in this ledger.", remedy="See: govern show MODEL.")
        subject, kind = str(given.body["statement"]["subject"]), f"{word}.revoked"

        def propose(_size: int) -> Sequence[Draft]:
            if self._session.newest(kind, revokes) is not None:
                raise Conflict(f"{revokes} was taken back already.", remedy=f"See: govern show {revokes}.")
            submitted = Submitted(statement, signature, actor, instants.now())
            directory = self._session.people.directory()
            revocations.accept(submitted, self._session.ledger.origin, given.header.actor, directory)
            body = {"statement": statement, "signature": signature}
            return [Draft(actor=actor, kind=kind, subject=revokes, body=body, id=new_id())]

        self._session.enter(propose)
        return next(view for view in self._about(subject) if view.approval == revokes)

    def approvals(self, about: str | None = None) -> list[ApprovalView]:
        """Return approvals and waivers, oldest first, and whether they count now."""
        if about is not None:
            self._session.known(about)
            subjects = [about] if about.startswith("model:") else []
        else:
            subjects = self._subjects()
        found = [view for subject in subjects for view in self._about(subject)]
        return sorted(found, key=lambda view: view.seq)

    def _subjects(self) -> list[str]:
        entries = [e for kind in _GIVEN.values() for e in self._session.all_of(kind)]
        return list(dict.fromkeys(str(body_of(e)["statement"]["subject"]) for e in entries))

    def _about(self, subject: str) -> list[ApprovalView]:
        ground, found = self._ground(subject)
        now = instants.now()
        return [self._view(one, ground, now) for one in found]

    def _ground(self, subject: str) -> tuple[Ground, list[Found]]:
        session = self._session
        size = session.ledger.size()
        return ground_of(session.ledger, session.projection, session.people.directory(), subject, size)

    def _common(self, subject: str, target: str, days: int) -> dict[str, Any]:
        self._session.known(subject, kinds=("model",))
        facts, judgement, _ = self._gating.judge(subject, target, self._session.ledger.size())
        return {
            "origin": facts.origin,
            "subject": subject,
            "artifact": facts.artifact,
            "target": target,
            "policies": [pack.digest for pack in judgement.packs],
            "evidence": [evidence.entry for evidence in facts.evidence],
            "time": facts.time,
            "expires": instants.days_later(facts.time, days),
        }

    def _enter(
        self, word: str, statement: dict[str, Any], signature: str, subject: str, accept: Callable[..., None]
    ) -> ApprovalView:
        operation = "approve" if word == "approval" else "waive"
        actor = self._session.permitted(
            operation, system=self._system(subject), target=str(statement.get("target"))
        )
        given = f"{word}:{new_id()}"

        def propose(_size: int) -> Sequence[Draft]:
            ground, found = self._ground(subject)
            ground = replace(ground, shown=self._shown(subject, str(statement.get("target"))))
            used = {str(one.submitted.statement.get("nonce")) for one in found}
            submitted = Submitted(statement, signature, actor, instants.now())
            accept(submitted, ground, nonce_used=str(statement.get("nonce")) in used)
            body = {"statement": statement, "signature": signature}
            return [Draft(actor=actor, kind=_GIVEN[word], subject=given, body=body, id=new_id())]

        self._session.enter(propose)
        return next(view for view in self._about(subject) if view.approval == given)

    def _shown(self, subject: str, target: str) -> Shown:
        """Return what a statement may name now: what `_common` wrote into one."""
        facts, judgement, _ = self._gating.judge(subject, target, self._session.ledger.size())
        return Shown(
            frozenset(pack.digest for pack in judgement.packs), frozenset(e.entry for e in facts.evidence)
        )

    def _system(self, subject: str) -> str | None:
        self._session.known(subject, kinds=("model",))
        registered = self._session.newest("model.registered", subject)
        return str(body_of(registered)["system"]) if registered and registered.body else None

    def _view(self, found: Found, ground: Ground, now: str) -> ApprovalView:
        is_waiver = found.subject.startswith("waiver:")
        one: Approval = (waivers.judged if is_waiver else approvals.judged)(found, ground, now)
        return ApprovalView(
            approval=one.subject,
            seq=one.seq,
            about=str(one.statement.get("subject", "")),
            artifact=str(one.statement.get("artifact", "")),
            target=str(one.statement.get("target", "")),
            actor=one.actor,
            name=ground.directory.name(one.actor),
            key=one.key,
            meaning=one.meaning,
            time=one.time,
            expires=one.expires,
            state=_STATES[one.state],
            why_not=one.why_not,
            statement=dict(one.statement),
            signature=found.submitted.signature,
            kind="waiver" if is_waiver else "approval",
        )
