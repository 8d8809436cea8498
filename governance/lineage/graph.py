"""The lineage graph around a subject: what it came from, and what it touches.

1. A walk goes breadth first and meets every subject once, so that circles end.
2. It ends at a depth, at a number of subjects, and at a number of edges of one subject; where more lies
   beyond, the graph says that it is truncated.
3. It does not go on through `replaces`: that one deployment took another's place makes neither depend on
   what the other came from.
4. `both` goes up from the subject and down from it, and never up again from what lies below: siblings
   that merely share a dataset do not belong to a subject's lineage.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from governance.errors import InvalidInput, NotFound
from governance.ledger.entry import Entry
from governance.lineage.projection import Projection
from governance.lineage.reading import Reading, text
from governance.lineage.subjects import Subject
from governance.lineage.views import Edge, Lineage, Node

MOST_NODES = 500
MOST_EDGES = 200
"""Of one subject: a deployment may have scored a million batches."""
_ENDS = frozenset({"replaces"})


def around(
    ledger: Reading,
    projection: Projection,
    subject: str,
    direction: str = "both",
    depth: int = 8,
    *,
    below: int | None = None,
    most: int = MOST_NODES,
) -> Lineage:
    """Return the graph around `subject`.

    Args:
        ledger: where labels come from.
        projection: the lineage tables.
        subject: the subject in the middle.
        direction: `up` to what it came from, `down` to what it touches, or `both`.
        depth: how many edges away.
        below: the graph as entries before this seq say it.
        most: how many subjects at most.

    Raises:
        InvalidInput: it is no subject, or no direction.
        NotFound: nothing in the ledger names it; the remedy gives near names.
    """
    Subject.parse(subject)
    if direction not in {"up", "down", "both"}:
        raise InvalidInput(f"'{direction}' is no direction.", remedy="Say up, down or both.")
    walk = _Walk(projection, below, depth, most)
    walk.met[subject] = None
    if direction != "down":
        walk.go(subject, upstream=True)
    if direction != "up":
        walk.go(subject, upstream=False)
    known = projection.summaries(list(walk.met))
    if subject not in known and not walk.edges:
        near = projection.near(subject)
        raise NotFound(
            f"There is no {subject} in this ledger.",
            remedy=f"Did you mean {', '.join(near[:3])}?" if near else "See what there is: govern inventory.",
        )
    nodes = [_node(name, ledger.entry(known[name].first_seq) if name in known else None) for name in walk.met]
    return Lineage(
        subject=subject,
        nodes=nodes,
        edges=sorted(walk.edges.values(), key=lambda e: (e.seq, e.source, e.target, e.relation)),
        truncated=walk.truncated,
    )


class _Walk:
    """One walk: what it met so far, in order, and the bounds that it keeps."""

    def __init__(self, projection: Projection, below: int | None, depth: int, most: int) -> None:
        self._projection = projection
        self._below = below
        self._depth = depth
        self._most = most
        self.met: dict[str, None] = {}
        self.edges: dict[tuple[str, str, str], Edge] = {}
        self.truncated = False

    def go(self, start: str, *, upstream: bool) -> None:
        """Walk from `start` in one direction."""
        reached = {start}
        frontier = [start]
        for _ in range(self._depth):
            beyond: list[str] = []
            for subject in frontier:
                beyond += self._step(subject, reached, upstream=upstream)
            frontier = beyond
            if not frontier:
                return
        ahead = (self._next(subject, 1, upstream=upstream) for subject in frontier)
        self.truncated = self.truncated or any(
            any((e.source if upstream else e.target) not in self.met for e in edges) for edges in ahead
        )

    def _step(self, subject: str, reached: set[str], *, upstream: bool) -> list[str]:
        found = self._next(subject, MOST_EDGES + 1, upstream=upstream)
        if len(found) > MOST_EDGES:
            self.truncated = True
        beyond: list[str] = []
        for edge in found[:MOST_EDGES]:
            other = edge.source if upstream else edge.target
            if other not in self.met and len(self.met) >= self._most:
                self.truncated = True
                continue
            self.met.setdefault(other)
            self.edges.setdefault((edge.source, edge.relation, edge.target), edge)
            if other not in reached and edge.relation not in _ENDS:
                reached.add(other)
                beyond.append(other)
        return beyond

    def _next(self, subject: str, limit: int, *, upstream: bool) -> list[Edge]:
        ask = self._projection.edges_to if upstream else self._projection.edges_from
        return ask(subject, self._below, limit=limit)


def _node(name: str, entry: Entry | None) -> Node:
    kind = name.partition(":")[0]
    if entry is None:
        return Node(subject=name, kind=kind, known=False)
    return Node(subject=name, kind=kind, label=label(kind, entry.body), time=entry.time, seq=entry.seq)


def label(kind: str, body: Mapping[str, Any] | None) -> str:
    """Return what a subject is called, from the body that registered it; empty where it says nothing."""
    named = _LABELS.get(kind)
    return text(body, "title") or (named(body) if named else None) or ""


_LABELS: dict[str, Callable[[Mapping[str, Any] | None], str | None]] = {
    "evidence": lambda body: text(body, "family"),
    "decision": lambda body: _joined(text(body, "verdict"), text(body, "target")),
    "alert": lambda body: _joined(text(body, "severity"), text(body, "summary")),
    "approval": lambda body: text(body, "statement", "meaning"),
    "waiver": lambda body: text(body, "statement", "reason"),
    "run": lambda body: text(body, "code", "entry_point"),
    "system": lambda body: text(body, "purpose"),
}


def _joined(*parts: str | None) -> str:
    return " · ".join(part for part in parts if part)
