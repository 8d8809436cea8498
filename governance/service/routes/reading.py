"""`/v1`: entries, subjects, lineage, history, traces, alerts, overview."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from governance.service.access import Reader
from governance.service.bodies import StrictRoute
from governance.workspace.views import (
    AlertView,
    EntryQuery,
    EntryView,
    InProduction,
    Lineage,
    Overview,
    SubjectSummary,
    SubjectView,
    Trace,
)

router = APIRouter(tags=["reading"], route_class=StrictRoute)


@router.get("/entries")
def entries(query: Annotated[EntryQuery, Query()], workspace: Reader) -> list[EntryView]:
    """Return entries by keyset paging; filters are conjunctive, `kind` and `subject` may end in `*`."""
    return workspace.entries(query)


@router.get("/entries/{reference}")
def entry(reference: str, workspace: Reader) -> EntryView:
    """Return one entry by seq, id or entry hash."""
    return workspace.entry(reference)


@router.get("/subjects")
def subjects(
    workspace: Reader, kind: str | None = None, after: str | None = None, limit: int = 100
) -> list[SubjectSummary]:
    """Return the inventory, page by page."""
    return workspace.subjects(kind, after=after, limit=limit)


@router.get("/subjects/{subject:path}")
def subject(subject: str, workspace: Reader) -> SubjectView:
    """Return a subject: its entries and its current body."""
    return workspace.subject(subject)


@router.get("/lineage/{subject:path}")
def lineage(subject: str, workspace: Reader, direction: str = "both", depth: int = 8) -> Lineage:
    """Return the graph around a subject: `up`, `down` or `both` ways."""
    return workspace.lineage(subject, direction=direction, depth=depth)


@router.get("/as-of")
def as_of(
    workspace: Reader, time: str | None = None, target: str | None = None, model: str | None = None
) -> list[InProduction]:
    """Return what stood where at an instant, and why."""
    return workspace.as_of(time, target=target, model=model)


@router.get("/deployments")
def deployments(workspace: Reader, model: str | None = None) -> list[InProduction]:
    """Return every deployment, of one model name if given."""
    return workspace.deployments(model)


@router.get("/trace")
def trace(prediction: str, workspace: Reader) -> Trace:
    """Trace `prediction:BATCH#ROW` back to model, run, data, code, evaluation, verdict and approvals."""
    return workspace.trace(prediction)


@router.get("/alerts")
def alerts(workspace: Reader, *, open_only: bool = True) -> list[AlertView]:
    """Return alerts, open ones only by default."""
    return workspace.alerts(open_only=open_only)


@router.get("/overview")
def overview(workspace: Reader) -> Overview:
    """Return what a first screen shows."""
    return workspace.overview()
