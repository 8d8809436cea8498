"""`/v1`: appending records, raw and typed."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ValidationError
from starlette.concurrency import run_in_threadpool

from governance.errors import GovernanceError, InvalidInput
from governance.lineage.records import (
    AlertOpened,
    DatasetRegistered,
    EvidenceRecorded,
    ModelRegistered,
    RunRecorded,
    SystemRegistered,
)
from governance.service import problems
from governance.service.access import acting
from governance.service.bodies import JSON, StrictRoute, media_type, strict_json
from governance.workspace.failures import body_error
from governance.workspace.local import LocalWorkspace
from governance.workspace.views import Appended, NewEntry

_log = logging.getLogger(__name__)
router = APIRouter(tags=["records"], route_class=StrictRoute)
Recorder = Annotated[LocalWorkspace, Depends(acting("append"))]
Evaluator = Annotated[LocalWorkspace, Depends(acting("evidence"))]

NDJSON = "application/x-ndjson"


class NewSystem(BaseModel):
    """A system to register."""

    subject: str
    body: SystemRegistered


class NewDataset(BaseModel):
    """A version of a dataset to register."""

    subject: str
    body: DatasetRegistered


class NewRun(BaseModel):
    """A run to record; without `run` the ledger names it."""

    run: str | None = None
    body: RunRecorded


class NewModel(BaseModel):
    """A version of a model to register."""

    subject: str
    body: ModelRegistered


class WithReason(BaseModel):
    """Why something is ended."""

    reason: str


_ENTRIES_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": NewEntry.model_json_schema()},
            NDJSON: {"schema": {"type": "string", "description": "One such object a line."}},
        },
    }
}


@router.post("/entries", response_model=Appended, openapi_extra=_ENTRIES_BODY)
async def append(request: Request, workspace: Recorder) -> Response:
    """Append one entry (JSON), or many one by one (NDJSON), each acknowledged once durable and checkpointed.

    NDJSON stops at the first line that fails, for whatever reason: the problem document names it and lists
    what was acknowledged before, which stays.
    """
    content_type = media_type(request)
    data = await request.body()
    if content_type == NDJSON:
        return await run_in_threadpool(_append_lines, workspace, data.splitlines(), request.url.path)
    if content_type != JSON:
        return problems.problem(
            415,
            "unsupported-media-type",
            f"Entries are not sent as '{content_type or 'nothing'}'.",
            f"Send application/json, or {NDJSON}.",
            instance=request.url.path,
        )
    done = await run_in_threadpool(lambda: workspace.append(parsed(data)))
    return Response(done.model_dump_json(), media_type="application/json")


def _append_lines(workspace: LocalWorkspace, lines: Iterable[bytes], instance: str) -> Response:
    done: list[Appended] = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            done.append(workspace.append(parsed(line)))
        except GovernanceError as error:
            named = type(error)(f"Line {number}: {error.message}", remedy=error.remedy)
            return problems.of_error(named, instance=instance, line=number, acknowledged=_told(done))
        except Exception:
            _log.exception("Line %d of an NDJSON request failed", number)
            return problems.failed(
                what=f"Line {number}: ", instance=instance, line=number, acknowledged=_told(done)
            )
    return Response("".join(one.model_dump_json() + "\n" for one in done), media_type=NDJSON)


def _told(done: Iterable[Appended]) -> list[dict[str, Any]]:
    return [one.model_dump() for one in done]


def parsed(data: bytes) -> NewEntry:
    """Return the entry that a JSON text asks for.

    Raises:
        InvalidInput: not strict JSON, a member twice, missing, unknown or of another type.
    """
    value = strict_json(data)
    if not isinstance(value, dict):
        raise InvalidInput("It is not a JSON object.", remedy='Send {"kind":…,"subject":…,"body":{…}}.')
    unknown = value.keys() - NewEntry.model_fields.keys()
    if unknown:
        raise InvalidInput(f"Unknown member '{min(unknown)}'.", remedy="Members are kind, subject, body, id.")
    try:
        return NewEntry.model_validate(value)
    except ValidationError as error:
        raise body_error("It is no entry", error) from None


@router.post("/entries/atomic")
def append_many(entries: list[NewEntry], workspace: Recorder) -> list[Appended]:
    """Append all of the entries, or none."""
    return workspace.append_many(entries)


@router.post("/systems")
def register_system(new: NewSystem, workspace: Recorder) -> Appended:
    """Register an AI system or use case."""
    return workspace.register_system(new.subject, new.body)


@router.post("/datasets")
def register_dataset(new: NewDataset, workspace: Recorder) -> Appended:
    """Register a version of a dataset by its digest."""
    return workspace.register_dataset(new.subject, new.body)


@router.post("/runs")
def record_run(new: NewRun, workspace: Recorder) -> Appended:
    """Record a training run."""
    return workspace.record_run(new.body, run=new.run)


@router.post("/models")
def register_model(new: NewModel, workspace: Recorder) -> Appended:
    """Register a version of a model."""
    return workspace.register_model(new.subject, new.body)


@router.post("/evidence")
def record_evidence(body: EvidenceRecorded, workspace: Evaluator) -> Appended:
    """Record evidence; its producer is the token's actor."""
    return workspace.record_evidence(body)


@router.post("/alerts")
def open_alert(body: AlertOpened, workspace: Recorder) -> Appended:
    """Open an alert."""
    return workspace.open_alert(body)


@router.post("/alerts/{alert}/close")
def close_alert(alert: str, why: WithReason, workspace: Recorder) -> Appended:
    """Close an alert."""
    return workspace.close_alert(alert, why.reason)
