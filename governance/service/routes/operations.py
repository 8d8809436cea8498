"""`/v1`: deployments, roll-back, sealed batches."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from governance.lineage.records import BatchSealed
from governance.service.access import acting
from governance.service.bodies import StrictRoute
from governance.workspace.local import LocalWorkspace
from governance.workspace.views import InProduction, SealedBatchView

router = APIRouter(tags=["operations"], route_class=StrictRoute)
Deployer = Annotated[LocalWorkspace, Depends(acting("deploy"))]
Recorder = Annotated[LocalWorkspace, Depends(acting("append"))]


class NewDeployment(BaseModel):
    """A model to deploy; without `decision` the newest unexpired allow counts."""

    model: str
    target: str
    decision: str | None = None


class RollBack(BaseModel):
    """What to take back, and why."""

    model_name: str
    target: str
    reason: str


class NewBatch(BaseModel):
    """A batch that its owner sealed: no row and no secret is in it."""

    batch: str
    body: BatchSealed


@router.post("/deployments")
def deploy(new: NewDeployment, workspace: Deployer) -> InProduction:
    """Deploy a model that an unexpired allow permits."""
    return workspace.deploy(new.model, new.target, decision=new.decision)


@router.post("/rollbacks")
def roll_back(wanted: RollBack, workspace: Deployer) -> InProduction:
    """Put the deployment before back to work."""
    return workspace.roll_back(wanted.model_name, wanted.target, reason=wanted.reason)


@router.post("/batches")
def record_batch(new: NewBatch, workspace: Recorder) -> SealedBatchView:
    """Enter a batch that was sealed elsewhere."""
    return workspace.record_batch(new.batch, new.body)
