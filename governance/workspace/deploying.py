"""Deploying and rolling back: what permits it, and what it replaces.

1. A deployment needs an `allow` for this very artifact and target that has not expired.
2. A later decision for the same artifact and target withdraws an earlier one: after a new deny the old
   allow no longer deploys. Decisions are found among the entries by their kind, past the lineage index.
3. Deployments of a model name to a target are numbered from 1 without a gap; each names the one that it
   replaces.
4. A roll-back puts the model of the deployment before back to work. Its decision was an allow when it was
   deployed; it may have expired since, for going back must stay possible. A reason is demanded.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from governance import instants
from governance.errors import Conflict, IntegrityError, InvalidInput, NotFound, NotPermitted
from governance.ledger.entry import Draft, Entry
from governance.lineage.subjects import Subject
from governance.workspace.bodies import body_of
from governance.workspace.history import History
from governance.workspace.session import Session
from governance.workspace.views import InProduction


class Deploying:
    """Deployments for one session."""

    def __init__(self, session: Session, history: History) -> None:
        self._session = session
        self._history = history

    def deploy(self, model: str, target: str, *, decision: str | None = None) -> InProduction:
        """Enter a deployment that an unexpired allow permits.

        Raises:
            NotPermitted: no allow, another artifact or target, expired, or withdrawn by a later deny.
        """
        subject = self._session.known(model, kinds=("model",))
        actor = self._session.permitted("deploy", system=self._session.place(model)[0], target=target)
        registered = self._session.newest("model.registered", model)
        if registered is None or registered.body is None:
            raise NotFound(f"{model} has no registration that can be read.", remedy="Register the model.")
        artifact = str(registered.body["artifact"]["digest"])

        def propose(_size: int) -> Sequence[Draft]:
            permit = self._permit(model, artifact, target, decision)
            before = self._of(subject.name, target)
            made = Subject.deployment(subject.name, target, len(before) + 1)
            body: dict[str, Any] = {
                "model": model,
                "artifact": artifact,
                "target": target,
                "decision": permit.header.subject,
            }
            if before:
                body["replaces"] = before[-1].header.subject
            return [Draft(actor=actor, kind="deployment.made", subject=str(made), body=body)]

        done = self._session.enter(propose)[0]
        return self._history.deployment(done.subject)

    def roll_back(self, model_name: str, target: str, *, reason: str) -> InProduction:
        """Put the model of the deployment before back to work.

        Raises:
            InvalidInput: no reason.
            NotFound: nothing of that name is deployed there.
            Conflict: there is no earlier deployment to go back to.
        """
        name = model_name.removeprefix("model:").partition("@")[0]
        standing = self._of(name, target)
        system = self._session.place(standing[-1].header.subject)[0] if standing else None
        actor = self._session.permitted("roll-back", system=system, target=target)
        if not reason.strip():
            raise InvalidInput("A roll-back needs a reason.", remedy="Say why: --reason TEXT.")

        def propose(_size: int) -> Sequence[Draft]:
            made = self._of(name, target)
            if not made:
                raise NotFound(
                    f"No version of {name} was ever deployed to {target}.",
                    remedy="See what is deployed: govern as-of.",
                )
            previous = _before(made)
            if previous is None:
                raise Conflict(
                    f"There is nothing before {made[-1].header.subject} to go back to.",
                    remedy="Deploy another version instead: govern deploy MODEL --target TARGET.",
                )
            body = {
                **{
                    member: body_of(previous)[member]
                    for member in ("model", "artifact", "target", "decision")
                },
                "replaces": made[-1].header.subject,
                "restores": previous.header.subject,
                "reason": reason,
            }
            self._was_allowed(str(body["decision"]))
            subject = Subject.deployment(name, target, len(made) + 1)
            return [Draft(actor=actor, kind="deployment.rolled-back", subject=str(subject), body=body)]

        done = self._session.enter(propose)[0]
        return self._history.deployment(done.subject)

    def _of(self, name: str, target: str) -> list[Entry]:
        """Return the deployments of a model name to a target, oldest first."""
        pattern = f"{str(Subject.deployment(name, target, 1)).rpartition('@')[0]}@*"
        found = [
            entry
            for entry in self._session.all_of("deployment.*", subject=pattern)
            if entry.header.kind in {"deployment.made", "deployment.rolled-back"}
        ]
        return sorted(found, key=lambda entry: entry.seq)

    def _permit(self, model: str, artifact: str, target: str, decision: str | None) -> Entry:
        wanted = {"about": model, "target": target, "artifact": artifact}
        judged = [
            entry
            for entry in self._session.all_of("gate.decided")
            if wanted.items() <= {member: _decided(entry).get(member) for member in wanted}.items()
        ]
        ask = f"Ask the gate: govern gate {model} --target {target}."
        if decision is not None:
            self._session.known(decision, kinds=("decision",))
            if decision not in {entry.header.subject for entry in judged}:
                raise NotPermitted(
                    f"{decision} does not judge {model} for {target} with this artifact.", remedy=ask
                )
        if not judged:
            raise NotPermitted(f"The gate has not judged {model} for {target}.", remedy=ask)
        newest = judged[-1]
        permit = next((e for e in judged if e.header.subject == decision), newest)
        for entry in (permit, newest):
            if body_of(entry)["verdict"] != "allow":
                raise NotPermitted(
                    f"The gate denied {model} for {target} ({entry.header.subject}, entry {entry.seq}).",
                    remedy=f"See why: govern show {entry.header.subject}. {ask}",
                )
        expires = instants.normal(str(body_of(permit)["expires"]))
        if expires <= instants.now():
            raise NotPermitted(f"The allow of {permit.header.subject} expired at {expires}.", remedy=ask)
        return permit

    def _was_allowed(self, decision: str) -> None:
        entry = self._session.newest("gate.decided", decision)
        if entry is None or body_of(entry).get("verdict") != "allow":
            raise NotPermitted(
                f"{decision}, under which it was deployed, is no allow.",
                remedy="Deploy a version that the gate allows.",
            )


def _decided(entry: Entry) -> dict[str, Any]:
    """Return the body of a verdict; nothing erases one, so that one that is gone was taken away."""
    if entry.body is None:
        raise IntegrityError(
            f"The verdict of entry {entry.seq} is gone, and nobody may erase it.",
            remedy="Find out what was changed: govern verify.",
        )
    return entry.body


def _before(made: Sequence[Entry]) -> Entry | None:
    """Return the deployment that a roll-back of the newest goes back to."""
    by_subject = {entry.header.subject: entry for entry in made}
    standing = made[-1]
    restored = body_of(standing).get("restores")
    origin = by_subject.get(str(restored), standing)
    while (replaced := body_of(origin).get("replaces")) is not None:
        origin = by_subject.get(str(replaced), made[0])
        restored = body_of(origin).get("restores")
        origin = by_subject.get(str(restored), origin)
        if body_of(origin)["model"] != body_of(standing)["model"]:
            return origin
        if origin is made[0]:
            return None
    return None
