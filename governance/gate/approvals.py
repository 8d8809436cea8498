"""Signed approvals: what is demanded when one is handed in, and whether it counts at an instant.

An approval counts for a model and target at an instant if, and only if
1. its statement has exactly the members of `approval/v1`, and names this ledger's origin;
2. its signature (SSHSIG, namespace `approval@HOST`) was made over the RFC 8785 bytes of that statement;
3. separation of duties allows it at the time of its entry (`governance.identity.separation`): a registered
   person, whose key signed, who had no part in the model's making, and who may approve; a key that is revoked
   from a later instant on leaves what it signed before untouched;
4. the entry's writer is that person;
5. its `artifact` is the digest with which the model is registered: another artifact voids it;
6. it was not signed in the future, and had not expired when it was entered;
7. no earlier entry carries its nonce;
8. nobody took it back;
9. it has not expired at the instant;
10. its `policies` are the digests of the packs that applied when it was handed in, and each of its `evidence`
   is the hash of evidence about this model: what is signed is what was there to be read. By a pack's rules it
   counts only where the pack's very digest is among them (`Facts.under`);
11. its signer counts in the functional roles that were held when it was given and are held still: who lost
   them no longer stands for it.
Rules 1 to 7 and 10 refuse it when it is handed in; an entry that breaks one of 1 to 7 nevertheless is `void`.
8 makes it `revoked`, 9 `expired`. What is read again here is the signature itself, so that an operator who
writes entries past the façade gains nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from governance.errors import Conflict, GovernanceError, IntegrityError, InvalidInput, NotPermitted
from governance.gate import statements
from governance.gate.instants import CLOCK_TOLERANCE, moment
from governance.gate.protocol import Approval
from governance.gate.statements import ApprovalStatement, Statement
from governance.identity import separation
from governance.identity.directory import Directory
from governance.identity.sshsig import Signature, verify


@dataclass(frozen=True, slots=True)
class Shown:
    """What there is to be signed: digests of the packs that apply, entry hashes of the evidence."""

    policies: frozenset[str]
    evidence: frozenset[str]


@dataclass(frozen=True, slots=True)
class Ground:
    """What a statement is held against.

    Attributes:
        origin: the ledger's origin.
        artifact: digest with which the model is registered.
        directory: who is known, with which roles and keys.
        run_writers: writers of the training runs behind the model, and of its registration.
        system: what the model serves.
        runs_known: whether all these runs can be read.
        shown: what there is to be signed; None where a statement is only read again (rule 10).
    """

    origin: str
    artifact: str
    directory: Directory
    run_writers: frozenset[str]
    system: str | None
    runs_known: bool
    shown: Shown | None = None


@dataclass(frozen=True, slots=True)
class Submitted:
    """A statement with its signature, as handed in or as found in an entry.

    Attributes:
        statement: the signed JSON object.
        signature: armored SSHSIG.
        actor: who hands it in, or wrote the entry.
        at: when.
    """

    statement: Mapping[str, Any]
    signature: str
    actor: str
    at: str


def accept(submitted: Submitted, ground: Ground, *, nonce_used: bool) -> tuple[ApprovalStatement, str]:
    """Return the typed statement and the `key:…` that signed, if rules 1 to 7 hold.

    Raises:
        InvalidInput: rules 1, 5 or 6.
        IntegrityError: rule 2.
        NotPermitted: rules 3 and 4.
        Conflict: rule 7.
    """
    statement = statements.read_approval(submitted.statement)
    return statement, examine(statement, submitted, ground, nonce_used=nonce_used)


def examine(statement: Statement, submitted: Submitted, ground: Ground, *, nonce_used: bool) -> str:
    """Return the `key:…` that signed an approval or waiver after rules 1 to 7; raises as `accept`."""
    if statement.origin != ground.origin:
        raise InvalidInput(
            f"The statement is for the ledger '{statement.origin}', not for '{ground.origin}'.",
            remedy="Sign a statement that this ledger wrote.",
        )
    key = Signature.from_armored(submitted.signature).key
    message = statements.message(submitted.statement)
    verify(submitted.signature, statements.namespace(submitted.statement), message, key.line)
    objection = separation.objection(
        ground.directory,
        submitted.actor,
        key=key.subject,
        at=submitted.at,
        run_writers=ground.run_writers,
        runs_known=ground.runs_known,
        system=ground.system,
        target=statement.target,
    )
    if objection is not None:
        raise NotPermitted(objection.message, remedy=objection.remedy)
    if statement.artifact != ground.artifact:
        raise InvalidInput(
            f"The statement is about the artifact {statement.artifact}, "
            f"but {statement.subject} is {ground.artifact}.",
            remedy="Approve the model as it is registered; a changed artifact voids approvals.",
        )
    if moment(statement.time) > moment(submitted.at) + CLOCK_TOLERANCE:
        raise InvalidInput(
            f"The statement was signed at {statement.time}, which is later than now ({submitted.at}).",
            remedy="Set the clock of the machine that wrote it.",
        )
    if moment(statement.expires) <= moment(submitted.at):
        raise InvalidInput(
            f"The statement expired at {statement.expires}.", remedy="Write and sign a new one."
        )
    if nonce_used:
        raise Conflict("This statement was handed in already.", remedy="Write and sign a new one.")
    if ground.shown is not None:
        _demand_shown(statement, ground.shown)
    return key.subject


def _demand_shown(statement: Statement, shown: Shown) -> None:
    if set(statement.policies) != shown.policies:
        raise InvalidInput(
            f"The statement names other policies ({_listed(statement.policies)}) than those that apply to "
            f"{statement.subject} at {statement.target} ({_listed(shown.policies)}).",
            remedy="Write and sign a new one, under the policies that apply now.",
        )
    invented = sorted(set(statement.evidence) - shown.evidence)
    if invented:
        raise InvalidInput(
            f"The statement names as evidence {_listed(invented)}, which is no evidence about "
            f"{statement.subject}.",
            remedy="Sign the statement that this ledger wrote: govern approve writes one.",
        )


def _listed(digests: Iterable[str]) -> str:
    return ", ".join(one[:19] + "…" for one in sorted(digests)) or "none"


@dataclass(frozen=True, slots=True)
class Found:
    """An approval or waiver as it stands in the ledger.

    Attributes:
        seq, entry, subject: where it stands.
        submitted: the statement, its signature, writer and time.
        revoked: the reason, where somebody took it back.
        nonce_used: whether an earlier entry carries its nonce.
    """

    seq: int
    entry: str
    subject: str
    submitted: Submitted
    revoked: str | None
    nonce_used: bool


def judged(found: Found, ground: Ground, now: str) -> Approval:
    """Return an approval with its state at `now`."""
    members = standing(found, ground, now, statements.read_approval)
    return Approval(**members)


def standing(
    found: Found, ground: Ground, now: str, read: Callable[[Mapping[str, Any]], Statement]
) -> dict[str, Any]:
    """Return the members of an `Approval` (or the shared ones of a `Waiver`) with its state at `now`."""
    given = found.submitted
    key, state, why_not = "", "valid", ""
    try:
        statement = read(given.statement)
        key = examine(statement, given, ground, nonce_used=found.nonce_used)
        if found.revoked is not None:
            state, why_not = "revoked", f"It was taken back: {found.revoked}"
        elif moment(statement.expires) <= moment(now):
            state, why_not = "expired", f"It expired at {statement.expires}."
    except (InvalidInput, NotPermitted, IntegrityError, Conflict) as error:
        state, why_not = "void", error.message
    target = given.statement.get("target")
    where = (ground.system, target if isinstance(target, str) else None)
    held = ground.directory.roles(given.actor, given.at, *where)
    return {
        "seq": found.seq,
        "entry": found.entry,
        "subject": found.subject,
        "actor": given.actor,
        "key": key or _claimed_key(given.signature),
        "roles": held & ground.directory.roles(given.actor, now, *where),
        "meaning": str(given.statement.get("meaning", "")),
        "time": str(given.statement.get("time", given.at)),
        "expires": str(given.statement.get("expires", given.at)),
        "state": state,
        "why_not": why_not,
        "statement": dict(given.statement),
    }


def _claimed_key(signature: str) -> str:
    try:
        return Signature.from_armored(signature).key.subject
    except GovernanceError:
        return ""
