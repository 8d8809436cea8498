"""A lineage view made ready for drawing: the backbone as a graph, what hangs on it as notes, crowds as one node."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from governance.workspace.views import Edge, Lineage, Node
from tui.lineage_layout import layers_of
from tui.lines import BLANK, Line, heading, line, paragraph, subject_link
from tui.moments import Clock
from tui.words import counted, cut, cut_middle, place, short_subject, subject_name

BACKBONE = ("dataset", "run", "model", "system", "deployment", "batch")
CROWD = 6
_PLURAL = {"batch": "batches", "evidence": "pieces of evidence"}


@dataclass(slots=True)
class Grown:
    """A graph that grows as the reader asks for more."""

    subject: str
    nodes: dict[str, Node] = field(default_factory=dict)
    edges: dict[tuple[str, str, str], Edge] = field(default_factory=dict)
    whole: set[str] = field(default_factory=set)
    """Nodes whose neighbours are all here."""
    opened: set[str] = field(default_factory=set)
    """Crowds that the reader opened."""

    def take(self, view: Lineage, depth: int) -> None:
        """Merge an answer that reaches `depth` steps around its subject."""
        self.nodes.update({node.subject: node for node in view.nodes})
        self.edges.update({(edge.source, edge.target, edge.relation): edge for edge in view.edges})
        if not view.truncated:
            self.whole.update(node.subject for node in view.nodes)
            return
        layer = layers_of(view.subject, [(edge.source, edge.target) for edge in view.edges])
        self.whole.update(name for name, distance in layer.items() if abs(distance) < depth)


@dataclass(frozen=True, slots=True)
class Picture:
    """What to draw."""

    labels: dict[str, str]
    edges: list[tuple[str, str]]
    styles: dict[str, str]
    crowds: dict[str, list[str]]
    """Pseudo node to the nodes that it stands for."""


def picture(grown: Grown, *, everything: bool) -> Picture:
    """Return the graph to draw; `everything` adds evidence, approvals and decisions to the backbone."""

    def shown(name: str) -> bool:
        return everything or name == grown.subject or name.partition(":")[0] in BACKBONE

    edges = sorted(
        {(e.source, e.target) for e in grown.edges.values() if shown(e.source) and shown(e.target)}
    )
    if not everything:
        edges = sorted({*edges, *_evaluated(grown, edges)})
    crowds = _crowds(grown, edges)
    member_of = {
        member: crowd for crowd, members in crowds.items() if crowd not in grown.opened for member in members
    }
    drawn = sorted({(member_of.get(a, a), member_of.get(b, b)) for a, b in edges})
    labels: dict[str, str] = {}
    styles: dict[str, str] = {}
    for name in {grown.subject, *(name for pair in drawn for name in pair)}:
        labels[name], styles[name] = _label(grown, name, crowds)
    return Picture(labels, drawn, styles, crowds)


def _evaluated(grown: Grown, edges: Sequence[tuple[str, str]]) -> set[tuple[str, str]]:
    """Return dataset → model where only evidence stands between them: a test set touches the models judged on it."""
    about = {edge.source: edge.target for edge in grown.edges.values() if edge.relation == "evidence-about"}
    return {
        (edge.source, about[edge.target])
        for edge in grown.edges.values()
        if edge.relation == "evaluated-on"
        and about.get(edge.target, "").startswith("model:")
        and about[edge.target] not in layers_of(edge.source, edges)
    }


def _crowds(grown: Grown, edges: Sequence[tuple[str, str]]) -> dict[str, list[str]]:
    degree: dict[str, int] = defaultdict(int)
    for source, target in edges:
        degree[source] += 1
        degree[target] += 1
    leaves: dict[str, list[str]] = defaultdict(list)
    for source, target in edges:
        for hub, leaf, side in ((source, target, "down"), (target, source, "up")):
            if degree[leaf] == 1 and leaf != grown.subject:
                leaves[f"crowd {side} {leaf.partition(':')[0]} {hub}"].append(leaf)
    return {name: members for name, members in leaves.items() if len(members) > CROWD}


def _label(grown: Grown, name: str, crowds: dict[str, list[str]]) -> tuple[str, str]:
    if name in crowds:
        kind = name.split()[2]
        return counted(len(crowds[name]), kind, _PLURAL.get(kind)), "accent"
    node = grown.nodes.get(name)
    kind = name.partition(":")[0]
    # The column's head says the kind, and the strip below the whole name.
    text = subject_name(name).removeprefix(kind + " ")
    if kind in {"evidence", "decision"} and node is not None and node.label:
        text = f"{node.label} {text[-4:]}"
    if kind == "deployment":
        text = text.rpartition("/")[2]
    if name == grown.subject:
        return f"[{text}]", "strong"
    if node is not None and not node.known:
        return f"? {text}", "warn"
    return (text, "") if name in grown.whole else (f"{text} …", "")


def column_heads(rows: dict[int, list[str]]) -> dict[int, str]:
    """Return what stands above each layer: the kinds in it."""
    heads = {}
    for layer, names in rows.items():
        kinds = sorted(
            {name.split()[2] if name.startswith("crowd ") else name.partition(":")[0] for name in names}
        )
        heads[layer] = " · ".join(kinds)
    return heads


def notes(grown: Grown, name: str, members: Sequence[str] | None, clock: Clock, width: int) -> list[Line]:
    """Return the strip beneath the graph: what the selected node is and what hangs on it."""
    if members is not None:
        return [line((counted(len(members), "node"), "strong"), "  ", ("space shows them all", "muted"))]
    node = grown.nodes.get(name)
    when = (
        f"{clock.minute(node.time)}  {place(node.seq)}" if node and node.time and node.seq is not None else ""
    )
    if node is not None and not node.known:
        when = "named by another entry, registered by none"
    title = cut(node.label, max(width - len(when) - len(short_subject(name)) - 8, 0)) if node else ""
    lines = [line((short_subject(name), "strong"), f"   {title}" if title else "", ("   " + when, "muted"))]
    about: dict[str, set[str]] = defaultdict(set)
    sides: dict[str, set[str]] = {"from": set(), "to": set()}
    for edge in grown.edges.values():
        for here, other, side in ((edge.target, edge.source, "from"), (edge.source, edge.target, "to")):
            if here == name:
                kind = other.partition(":")[0]
                (sides[side] if kind in BACKBONE else about[kind]).add(other)
    for side, found in sides.items():
        if found:
            lines.append(
                line(
                    (f"{side:<5}", "muted"),
                    cut(", ".join(subject_name(one) for one in sorted(found)), width - 6),
                )
            )
    parts = [
        counted(len(found), kind, kind if kind == "evidence" else None)
        for kind, found in sorted(about.items())
    ]
    if parts:
        lines.append(line(("with ", "muted"), cut(" · ".join(parts), width - 6)))
    return lines


def _towards(grown: Grown, name: str, layer: dict[str, int]) -> list[str]:
    """Return by which relations a node hangs on what is nearer to the subject."""
    found = set()
    for edge in grown.edges.values():
        if name in {edge.source, edge.target}:
            other = edge.target if edge.source == name else edge.source
            if other in layer and abs(layer[other]) < abs(layer[name]):
                found.add(edge.relation)
    return sorted(found)


def lineage_list(grown: Grown, shown: Picture, width: int) -> list[Line]:
    """Return the same graph as a list, for narrow windows: upstream, the subject, downstream."""
    layer = layers_of(grown.subject, shown.edges)
    lines: list[Line] = []
    for title, sign in (("upstream: what it comes from", -1), ("downstream: what comes from it", 1)):
        lines += heading(title)
        found = sorted(
            (name for name in layer if layer[name] * sign > 0), key=lambda one: (abs(layer[one]), one)
        )
        for name in found:
            depth = abs(layer[name])
            indent = "  " * depth + ("◀ " if sign < 0 else "▶ ")
            if name in shown.crowds:
                lines.append(line(indent, (shown.labels[name], "accent")))
                continue
            relations = _towards(grown, name, layer)
            room = max(width - len(indent) - 24, 12)
            text = cut_middle(short_subject(name), room)
            lines.append(
                line(
                    indent,
                    (text, "link"),
                    ("  " + ", ".join(relations)[:22], "muted"),
                    link=subject_link(name),
                )
            )
        if not found:
            lines += paragraph("nothing", width, style="muted")
        if sign < 0:
            lines += [
                BLANK,
                line(("[" + short_subject(grown.subject) + "]", "strong"), link=subject_link(grown.subject)),
            ]
    return lines
