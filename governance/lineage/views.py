"""The lineage graph, what stood in production, and traces, as handed out."""

# ruff: noqa: RUF012 - pydantic copies a default for every instance

from __future__ import annotations

from typing import Any, Literal

from governance.view import View


class SubjectSummary(View):
    """One line of an inventory."""

    subject: str
    first_seq: int
    last_seq: int
    last_kind: str
    last_time: str


class Node(View):
    """A subject in the lineage graph. `known` is False where something names it but nothing registered it."""

    subject: str
    kind: str
    label: str = ""
    time: str | None = None
    seq: int | None = None
    known: bool = True


class Edge(View):
    """`source` → `target`: target was made from, is about, or depends on source; entry `seq` says so."""

    source: str
    target: str
    relation: str
    """`trained-on`, `evaluated-on`, `produced`, `serves`, `deploys`, `replaces`, `scored-by`,
    `evidence-about`, `approves`, `waives`, `decides`, `permits`, `derived-from`, `alerts`."""
    seq: int


class Lineage(View):
    """The graph around a subject, up to a depth; `truncated` where more lies beyond."""

    subject: str
    nodes: list[Node]
    edges: list[Edge]
    truncated: bool = False


class InProduction(View):
    """What stood at a target at an instant, and why."""

    deployment: str
    model: str
    target: str
    since: str
    until: str | None
    decision: str | None
    verdict: str | None
    approvals: list[str]
    """`approval:…` subjects that the decision rested on."""
    approvers: list[str]
    why: str
    """One sentence."""
    state: Literal["current", "replaced", "rolled-back", "ended"] = "current"


class TraceStep(View):
    """One step from a prediction back to its origins."""

    title: str
    """`prediction`, `batch`, `deployment`, `decision`, `approval`, `model`, `run`, `dataset`, `code`,
    `evidence`, `system`."""
    subject: str
    text: str
    seq: int | None = None
    entry: str | None = None
    time: str | None = None
    actor: str | None = None
    facts: dict[str, Any] = {}


class Trace(View):
    """A prediction traced to the model, run, data, code, evaluation, verdict and approvals behind it."""

    prediction: str
    steps: list[TraceStep]
    gaps: list[str] = []
    """What could not be found, in sentences."""
