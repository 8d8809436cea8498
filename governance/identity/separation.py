"""Separation of duties: whose approval of a model counts. Rules without I/O.

1. Only registered people approve, never services: an approval is a person's judgement.
2. The key that signed is bound to the approver, and to nobody else, at that time.
3. Whoever recorded the training run behind the model, or a run upstream of it, or registered the model may
   not approve it: nobody marks their own work.
4. Whoever holds the role `trainer` for the model's system or target may not approve it, whoever recorded
   the run: a pipeline may have recorded what a person trained.
5. An approver holds the permission role `approver` there and then.
6. Where a run behind the model was never recorded, was erased or can't be read, or did not put out this very
   artifact, nobody can say who trained it: nobody may approve it.

Source: a house rule, after the four-eyes principle and the independence of validation from development
that SR 11-7 asked for and its successor SR 26-2 keeps as a principle. No statute words it so.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from governance.identity.directory import Directory

TRAINER = "trainer"
APPROVER = "approver"


@dataclass(frozen=True, slots=True)
class Objection:
    """Why an approval does not count: the rule's number above, a sentence, the next step."""

    rule: int
    message: str
    remedy: str


def objection(
    directory: Directory,
    approver: str,
    *,
    key: str,
    at: str,
    run_writers: Collection[str],
    runs_known: bool = True,
    system: str | None = None,
    target: str | None = None,
) -> Objection | None:
    """Return why `approver` can't approve a model, or None if nothing stands against it.

    Args:
        directory: who is known.
        approver: the actor who approves.
        key: `key:…` that signed.
        at: the instant of the approval.
        run_writers: the writers of the `run.recorded` entries behind the model, and of its registration.
        runs_known: whether all runs behind the model can be read (rule 6).
        system: the system that the model serves, by name or subject.
        target: where it is to be deployed.
    """
    if not approver.startswith("user:") or not directory.registered(approver):
        return Objection(
            1,
            f"{approver} is no registered person.",
            "Let a person approve whom an administrator registered.",
        )
    owner = directory.owner(key, at)
    if owner != approver:
        whose = "to nobody" if owner is None else f"to {owner}"
        return Objection(
            2,
            f"The key {key[:16]}… is bound {whose}, not to {approver}.",
            f"An administrator binds it: govern user bind-key {approver} KEY.pub",
        )
    made = _part_in_the_making(approver, run_writers, runs_known=runs_known)
    if made is not None:
        return made
    roles = directory.roles(approver, at, system, target)
    if TRAINER in roles:
        return Objection(
            4, f"{approver} is a trainer here and may not approve the model.", "Somebody else must approve."
        )
    if APPROVER not in roles:
        return Objection(
            5,
            f"{approver} has not the role '{APPROVER}' for this system and target.",
            f"An administrator gives it: govern user roles {approver} --role {APPROVER} …",
        )
    return None


def _part_in_the_making(approver: str, run_writers: Collection[str], *, runs_known: bool) -> Objection | None:
    if not runs_known:
        return Objection(
            6,
            "Who trained this model can't be said: a run behind it is not recorded, can't be read, or did not "
            "put out this artifact.",
            "Record the run with its outputs, then register a new version that names it.",
        )
    if approver in run_writers:
        return Objection(
            3,
            f"{approver} trained this model (recorded its run or registered it) and may not approve it.",
            "Somebody else must approve.",
        )
    return None


def trainers(
    directory: Directory,
    run_writers: Collection[str],
    *,
    at: str,
    system: str | None = None,
    target: str | None = None,
) -> frozenset[str]:
    """Return everybody who counts as a trainer of a model (rules 3 and 4)."""
    return frozenset(run_writers) | frozenset(directory.holders(TRAINER, at, system, target))
