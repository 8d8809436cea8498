"""`/v1`: policies, the gate, decisions and their replay, approvals and waivers."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from governance.service.access import Reader, acting
from governance.service.bodies import StrictRoute
from governance.service.limits import Limit
from governance.workspace.local import LocalWorkspace
from governance.workspace.views import ApprovalView, DecisionView, PolicyView, Replay

router = APIRouter(tags=["gate"], route_class=StrictRoute)
Asker = Annotated[LocalWorkspace, Depends(acting("gate"))]
Approver = Annotated[LocalWorkspace, Depends(acting("approve"))]
Administrator = Annotated[LocalWorkspace, Depends(acting("administer"))]


class Question(BaseModel):
    """May this subject go to this target?"""

    subject: str
    target: str


class PolicyText(BaseModel):
    """The YAML text of a pack, as it is to be digested."""

    text: str


class ApprovalWanted(BaseModel):
    """What an approval statement shall say."""

    subject: str
    target: str
    meaning: str
    days: int = 30


class WaiverWanted(BaseModel):
    """What a waiver statement shall say."""

    subject: str
    target: str
    rule: str
    reason: str
    compensating_control: str
    days: int = 30


class RevocationWanted(BaseModel):
    """Which approval or waiver is to be taken back, and why."""

    approval: str
    reason: str


class Signed(BaseModel):
    """A statement and the armored SSHSIG over its RFC 8785 bytes."""

    statement: dict[str, Any]
    signature: str


@router.post("/policies")
def register_policy(policy: PolicyText, workspace: Administrator) -> PolicyView:
    """Register a policy pack by its exact text."""
    return workspace.register_policy(policy.text)


@router.get("/policies")
def policies(workspace: Reader) -> list[PolicyView]:
    """Return the packs that the ledger knows."""
    return workspace.policies()


@router.post("/gate")
def ask_gate(question: Question, workspace: Asker) -> DecisionView:
    """Answer 200 with the verdict, allow and deny alike; any other status is no answer: treat it as deny."""
    return workspace.ask_gate(question.subject, question.target)


@router.get("/decisions")
def decisions(workspace: Reader, about: str | None = None, limit: Limit = 100) -> list[DecisionView]:
    """Return decisions, newest first."""
    return workspace.decisions(about, limit=limit)


@router.get("/decisions/{decision}")
def decision(decision: str, workspace: Reader) -> DecisionView:
    """Return one decision with its receipt."""
    return workspace.decision(decision)


@router.get("/decisions/{decision}/replay")
def replay(decision: str, workspace: Reader) -> Replay:
    """Compute a verdict again from the ledger as it stood."""
    return workspace.replay(decision)


@router.post("/approval-statements")
def approval_statement(wanted: ApprovalWanted, workspace: Reader) -> dict[str, Any]:
    """Return the statement that an approver signs (SSHSIG)."""
    return workspace.approval_statement(
        wanted.subject, wanted.target, meaning=wanted.meaning, days=wanted.days
    )


@router.post("/waiver-statements")
def waiver_statement(wanted: WaiverWanted, workspace: Reader) -> dict[str, Any]:
    """Return the statement that whoever may waive a rule signs (SSHSIG)."""
    return workspace.waiver_statement(
        wanted.subject,
        wanted.target,
        rule=wanted.rule,
        reason=wanted.reason,
        compensating_control=wanted.compensating_control,
        days=wanted.days,
    )


@router.post("/approvals")
def approve(signed: Signed, workspace: Approver) -> ApprovalView:
    """Enter a signed approval."""
    return workspace.approve(signed.statement, signed.signature)


@router.post("/waivers")
def waive(signed: Signed, workspace: Approver) -> ApprovalView:
    """Enter a signed waiver."""
    return workspace.waive(signed.statement, signed.signature)


@router.post("/revocation-statements")
def revocation_statement(wanted: RevocationWanted, workspace: Reader) -> dict[str, Any]:
    """Return the statement that takes an approval or waiver back, to be signed by who gave it (SSHSIG)."""
    return workspace.revocation_statement(wanted.approval, reason=wanted.reason)


@router.post("/revocations")
def revoke_approval(signed: Signed, workspace: Approver) -> ApprovalView:
    """Enter a signed revocation of an approval or waiver."""
    return workspace.revoke_approval(signed.statement, signed.signature)


@router.get("/approvals")
def approvals(workspace: Reader, about: str | None = None) -> list[ApprovalView]:
    """Return approvals and waivers and whether they count now."""
    return workspace.approvals(about)
