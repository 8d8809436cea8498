"""What one entry says about how subjects depend on each other: rules without I/O.

`source` is upstream of `target`: whoever asks what a dataset touches goes from source to target.

1. A link is taken only between two subjects that parse; whatever else a body says makes no link.
2. A body that is not the kind's (a foreign writer, an erased body) makes no link; it is never an error: the
   entry stands and the graph must be drawn.
3. What evidence is about is no input of it: the graph would run in circles.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from governance.errors import InvalidInput
from governance.lineage.subjects import Subject


class Link(NamedTuple):
    """`source` → `target`, and why."""

    source: str
    target: str
    relation: str


Body = Mapping[str, Any]


def edges(kind: str, subject: str, body: Body | None) -> list[Link]:
    """Return the links that an entry says, without repetition, in the order of its body."""
    rule = _RULES.get(kind)
    if rule is None or body is None or not _parses(subject):
        return []
    found = (link for link in rule(subject, body) if link.source != link.target)
    return list(dict.fromkeys(link for link in found if _parses(link.source) and _parses(link.target)))


def _dataset(subject: str, body: Body) -> Iterator[Link]:
    for parent in _texts(body.get("derived_from")):
        yield Link(parent, subject, "derived-from")


def _run(subject: str, body: Body) -> Iterator[Link]:
    for used in _references(body.get("inputs")):
        yield Link(used, subject, "trained-on")
    for made in _references(body.get("outputs")):
        yield Link(subject, made, "produced")


def _model(subject: str, body: Body) -> Iterator[Link]:
    yield Link(_text(body.get("run")), subject, "produced")
    yield Link(subject, _text(body.get("system")), "serves")


def _evidence(subject: str, body: Body) -> Iterator[Link]:
    about = _text(body.get("about"))
    for used in _references(body.get("inputs")):
        if used != about:
            yield Link(used, subject, "evaluated-on")
    yield Link(subject, about, "evidence-about")


def _decision(subject: str, body: Body) -> Iterator[Link]:
    yield Link(subject, _text(body.get("about")), "decides")


def _approval(subject: str, body: Body) -> Iterator[Link]:
    yield Link(subject, _stated(body), "approves")


def _waiver(subject: str, body: Body) -> Iterator[Link]:
    yield Link(subject, _stated(body), "waives")


def _deployment(subject: str, body: Body) -> Iterator[Link]:
    yield Link(_text(body.get("model")), subject, "deploys")
    yield Link(_text(body.get("decision")), subject, "permits")
    yield Link(_text(body.get("replaces")), subject, "replaces")


def _batch(subject: str, body: Body) -> Iterator[Link]:
    yield Link(_text(body.get("deployment")), subject, "scored-by")


def _alert(subject: str, body: Body) -> Iterator[Link]:
    yield Link(_text(body.get("evidence")), subject, "alerts")
    yield Link(_text(body.get("about")), subject, "alerts")


_RULES: dict[str, Callable[[str, Body], Iterator[Link]]] = {
    "dataset.registered": _dataset,
    "run.recorded": _run,
    "model.registered": _model,
    "evidence.recorded": _evidence,
    "gate.decided": _decision,
    "approval.given": _approval,
    "waiver.granted": _waiver,
    "deployment.made": _deployment,
    "deployment.rolled-back": _deployment,
    "batch.sealed": _batch,
    "alert.opened": _alert,
}
SPEAKING = frozenset(_RULES)
"""Kinds that make links: bodies of others need not be read."""


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _texts(value: object) -> Iterator[str]:
    for item in value if isinstance(value, list) else ():
        yield _text(item)


def _references(value: object) -> Iterator[str]:
    for item in value if isinstance(value, list) else ():
        if isinstance(item, Mapping):
            yield _text(item.get("subject"))


def _stated(body: Body) -> str:
    statement = body.get("statement")
    return _text(statement.get("subject")) if isinstance(statement, Mapping) else ""


def _parses(text: str) -> bool:
    try:
        Subject.parse(text)
    except InvalidInput:
        return False
    return True
