"""Relations of the lineage as sentences: subject, verb, object."""

from __future__ import annotations

from governance.workspace.views import Edge

_AS_STORED = {
    "produced": "produced",
    "serves": "serves",
    "evidence-about": "is about",
    "approves": "approves",
    "waives": "waives a rule for",
    "decides": "decides on",
    "permits": "permits",
}
"""Relations whose source acts on their target."""
_TURNED = {
    "trained-on": "was trained on",
    "evaluated-on": "was computed on",
    "deploys": "deploys",
    "replaces": "replaces",
    "scored-by": "was scored by",
    "derived-from": "was cut from",
}
"""Relations stored upstream first, as all lineage is, whose sentence begins downstream."""


def sentence(edge: Edge) -> tuple[str, str, str]:
    """Return an edge so that it reads right: `run`, `was trained on`, `dataset`.

    An edge is stored from upstream to downstream; a relation that isn't known here is told in that order.
    """
    if edge.relation in _TURNED:
        return edge.target, _TURNED[edge.relation], edge.source
    if edge.relation == "alerts":
        if edge.source.startswith("evidence:"):
            return edge.source, "raised", edge.target
        return edge.target, "is about", edge.source
    return edge.source, _AS_STORED.get(edge.relation, edge.relation.replace("-", " ")), edge.target
