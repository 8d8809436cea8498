"""The statements that people sign: approvals, waivers, and their revocations.

A statement is RFC 8785 JSON, UTF-8, without a newline at the end; `message` gives the bytes that are signed.
The namespace keeps an approval from passing for a waiver, and the host keeps it in this organisation.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from governance.errors import InvalidInput
from governance.gate.instants import moment
from governance.ledger import canonical
from governance.lineage.records import Digest, Hash, Timestamp

M = TypeVar("M", bound=BaseModel)
Said = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]
Nonce = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
Subject = Annotated[
    str, StringConstraints(pattern=r"^model:[a-z0-9][a-z0-9._-]{0,127}@[A-Za-z0-9._+-]{1,64}$")
]
Target = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{0,127}$")]


class Statement(BaseModel):
    """What approvals and waivers share; unknown members are refused, for nobody would know what they mean."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    artifact: Digest
    evidence: list[Hash]
    expires: Timestamp
    meaning: Said
    nonce: Nonce
    origin: str
    policies: list[Digest]
    subject: Subject
    target: Target
    time: Timestamp


class ApprovalStatement(Statement):
    """One person approves one artifact for one target, and says what that means."""

    type: Literal["approval/v1"]


class WaiverStatement(Statement):
    """One person waives one rule for one artifact and target, against a compensating control."""

    type: Literal["waiver/v1"]
    rule: Said
    reason: Said
    compensating_control: Said


class RevocationStatement(BaseModel):
    """Somebody takes an approval or waiver back."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    type: Literal["approval-revocation/v1", "waiver-revocation/v1"]
    revokes: Annotated[str, StringConstraints(pattern=r"^(approval|waiver):[0-9a-f-]{36}$")]
    reason: Said
    origin: str
    nonce: Nonce
    time: Timestamp


S = TypeVar("S", bound=Statement)


def approval(
    *,
    origin: str,
    subject: str,
    artifact: str,
    target: str,
    meaning: str,
    policies: Sequence[str],
    evidence: Sequence[str],
    time: str,
    expires: str,
    nonce: str | None = None,
) -> dict[str, Any]:
    """Return the statement of an approval.

    Args:
        origin: the ledger's origin.
        subject: `model:NAME@VERSION`.
        artifact: `sha256:…` of the model.
        target: for which environment.
        meaning: what the person says to have done.
        policies: digests of the packs in use.
        evidence: entry hashes of the evidence that the person looked at.
        time: now.
        expires: when it ends.
        nonce: 32 hex digits; random unless given.

    Raises:
        InvalidInput: a member has not its form, or it expires before it begins.
    """
    value = {
        "artifact": artifact,
        "evidence": sorted(set(evidence)),
        "expires": expires,
        "meaning": meaning.strip(),
        "nonce": nonce or secrets.token_hex(16),
        "origin": origin,
        "policies": sorted(set(policies)),
        "subject": subject,
        "target": target,
        "time": time,
        "type": "approval/v1",
    }
    read_approval(value)
    return value


def waiver(*, rule: str, reason: str, compensating_control: str, **common: Any) -> dict[str, Any]:
    """Return the statement of a waiver; `common` are the arguments of `approval` (`meaning` may be left out).

    Raises:
        InvalidInput: a member has not its form, or it expires before it begins.
    """
    common.setdefault("meaning", f"I waive the rule {rule}.")
    value = approval(**common) | {
        "compensating_control": compensating_control.strip(),
        "reason": reason.strip(),
        "rule": rule,
        "type": "waiver/v1",
    }
    read_waiver(value)
    return value


def revocation(
    *, revokes: str, reason: str, origin: str, time: str, nonce: str | None = None
) -> dict[str, Any]:
    """Return the statement that takes `approval:UUID` or `waiver:UUID` back.

    Raises:
        InvalidInput: a member has not its form.
    """
    value = {
        "nonce": nonce or secrets.token_hex(16),
        "origin": origin,
        "reason": reason.strip(),
        "revokes": revokes,
        "time": time,
        "type": f"{revokes.partition(':')[0]}-revocation/v1",
    }
    read_revocation(value)
    return value


def message(statement: Mapping[str, Any]) -> bytes:
    """Return the bytes that are signed."""
    return canonical.encode(dict(statement))


def namespace(statement: Mapping[str, Any]) -> str:
    """Return the SSHSIG namespace: `approval@HOST` or `waiver@HOST`, HOST being the origin's first part."""
    word = str(statement.get("type", "")).partition("/")[0].removesuffix("-revocation")
    return f"{word}@{str(statement.get('origin', '')).partition('/')[0]}"


def read_approval(value: Mapping[str, Any]) -> ApprovalStatement:
    """Return a typed approval.

    Raises:
        InvalidInput: it has not the form of the statement.
    """
    return _ordered(_typed(ApprovalStatement, value, "approval"))


def read_waiver(value: Mapping[str, Any]) -> WaiverStatement:
    """Return a typed waiver; raises as `read_approval`."""
    return _ordered(_typed(WaiverStatement, value, "waiver"))


def read_revocation(value: Mapping[str, Any]) -> RevocationStatement:
    """Return a typed revocation; raises as `read_approval`."""
    statement = _typed(RevocationStatement, value, "revocation")
    _instant(statement.time, "time")
    if statement.revokes.partition(":")[0] != statement.type.partition("-")[0]:
        raise InvalidInput(
            f"A {statement.type} takes no {statement.revokes.partition(':')[0]} back.",
            remedy="Sign the statement as it was written, byte for byte.",
        )
    return statement


def _typed(shape: type[M], value: Mapping[str, Any], word: str) -> M:
    try:
        return shape.model_validate(dict(value))
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the statement"
        raise InvalidInput(
            f"That is no {word} statement: '{where}': {first['msg']}.",
            remedy="Sign the statement as it was written, byte for byte.",
        ) from None


def _ordered(statement: S) -> S:
    if _instant(statement.expires, "expires") <= _instant(statement.time, "time"):
        raise InvalidInput(
            f"It would expire at {statement.expires}, before it begins at {statement.time}.",
            remedy="Give a later expiry.",
        )
    return statement


def _instant(text: str, member: str) -> datetime:
    """Return an instant of a statement; one with the form of an instant may still name no day."""
    try:
        return moment(text)
    except (ValueError, OverflowError):
        raise InvalidInput(
            f"'{member}' is '{text}', which is no instant.", remedy="Write it as 2026-01-31T14:00:00Z."
        ) from None
