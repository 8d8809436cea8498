"""One page for any subject: its facts, its evidence drawn, its decisions and approvals, its timeline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from governance.workspace.views import ApprovalView, DecisionView, Edge, SubjectView
from tui.lines import (
    BLANK,
    Cell,
    Column,
    Line,
    Link,
    entry_link,
    fact,
    heading,
    line,
    paragraph,
    subject_link,
    table_head,
    table_row,
)
from tui.moments import Clock
from tui.pages.charts import evidence_lines
from tui.pages.values import flattened
from tui.words import count, counted, mark, number, place, short_subject, style_of, subject_name

_FACTS = 40
_TIMELINE = 200


@dataclass(frozen=True, slots=True)
class SubjectPage:
    """Everything that a subject's page is made of."""

    view: SubjectView
    edges: Sequence[Edge] = ()
    evidence: Sequence[SubjectView] = ()
    evidence_left_out: int = 0
    decisions: Sequence[DecisionView] = ()
    approvals: Sequence[ApprovalView] = field(default=())


def subject_lines(page: SubjectPage, clock: Clock, width: int) -> list[Line]:
    """Return a subject's page."""
    view = page.view
    title = view.current.get("title") if view.current else None
    lines = [
        line(
            (subject_name(view.subject), "title"),
            ("   " + view.kind, "muted"),
            f"   {title}" if title else "",
        )
    ]
    lines.append(
        line(
            ("l", "accent"),
            (" lineage   ", "muted"),
            ("g", "accent"),
            (" decisions   ", "muted"),
            ("y", "accent"),
            (" copy", "muted"),
        )
    )
    lines += _decisions(page, clock, width)
    lines += _approvals(page, clock, width)
    lines += _evidence(page, clock, width)
    lines += _facts(view, width)
    lines += _neighbours(page, width)
    lines += _timeline(view, clock, width)
    return [*lines, BLANK]


def _facts(view: SubjectView, width: int) -> list[Line]:
    lines = heading("facts")
    if view.current is None:
        return lines + paragraph(
            "Its body was erased or never registered; the timeline shows what is known.", width, style="muted"
        )
    label = min(28, max(width // 3, 14))
    drawn = {"result", "statement", "results", "text"}
    body = {name: value for name, value in view.current.items() if name not in drawn}
    for name, value in flattened(body, _FACTS):
        text = number(value)
        is_link = (
            isinstance(value, str)
            and ":" in value
            and value.split(":")[0]
            in {"run", "system", "model", "deployment", "dataset", "decision", "evidence"}
        )
        link = subject_link(value) if is_link else None
        lines += fact(
            name,
            short_subject(text) if link else text,
            width,
            link=link,
            label=label,
            style="link" if link else "",
        )
    result = view.current.get("result")
    if isinstance(result, dict):
        lines += heading("result")
        lines += evidence_lines(str(view.current.get("family", "")), result, width)
    return lines


def _decisions(page: SubjectPage, clock: Clock, width: int) -> list[Line]:
    if not page.decisions:
        return []
    lines = heading("decisions")
    columns = [
        Column("verdict", 9),
        Column("target", 12),
        Column("time", 16),
        Column("in one sentence", 0),
    ]
    lines.append(table_head(columns, width))
    for decision in page.decisions:
        verdict = str(decision.verdict)
        cells: list[Cell] = [
            (mark(verdict), style_of(verdict)),
            decision.target,
            (clock.minute(decision.time), "muted"),
            (decision.sentence, "link"),
        ]
        lines.append(table_row(columns, cells, width, link=Link("decision", decision.decision)))
    return lines


def _approvals(page: SubjectPage, clock: Clock, width: int) -> list[Line]:
    if not page.approvals:
        return []
    lines = heading("approvals")
    columns = [
        Column("state", 11),
        Column("by", 20),
        Column("target", 12),
        Column("until", 12),
        Column("meaning", 0),
    ]
    lines.append(table_head(columns, width))
    for approval in page.approvals:
        why = f"{approval.meaning} ({approval.why_not})" if approval.why_not else approval.meaning
        cells: list[Cell] = [
            (mark(approval.state), style_of(approval.state)),
            approval.name or approval.actor,
            approval.target,
            (clock.day(approval.expires), "muted"),
            (why, "link"),
        ]
        lines.append(table_row(columns, cells, width, link=entry_link(approval.seq)))
    return lines


def _evidence(page: SubjectPage, clock: Clock, width: int) -> list[Line]:
    if not page.evidence:
        return []
    lines = heading("evidence", counted(len(page.evidence) + page.evidence_left_out, "piece"))
    for piece in page.evidence:
        body = piece.current
        if body is None:
            lines.append(
                line(
                    "  ", (short_subject(piece.subject), "link"), "  erased", link=subject_link(piece.subject)
                )
            )
            continue
        family = str(body.get("family", ""))
        last = piece.entries[-1] if piece.entries else None
        when = f"{clock.day(last.time)}, {place(last.seq)}" if last else ""
        lines.append(BLANK)
        lines.append(
            line(
                "  ",
                (family, "strong"),
                (f"   by {body.get('producer', '?')}   {when}   ", "muted"),
                (short_subject(piece.subject), "link"),
                link=subject_link(piece.subject),
            )
        )
        result = body.get("result")
        lines += evidence_lines(family, result if isinstance(result, dict) else {}, width)
    if page.evidence_left_out:
        lines += paragraph(
            f"and {count(page.evidence_left_out)} more: l shows them in the lineage", width, style="muted"
        )
    return lines


def _neighbours(page: SubjectPage, width: int) -> list[Line]:
    shown = [edge for edge in page.edges if edge.relation not in {"evidence-about", "approves", "decides"}]
    if not shown:
        return []
    lines = heading("next to it", "l draws its lineage")
    for edge in shown[:_FACTS]:
        above = edge.target == page.view.subject
        other = edge.source if above else edge.target
        arrow = "◀ from" if above else "▶ to"
        lines.append(
            line(
                f"  {arrow:<8}",
                (short_subject(other), "link"),
                (f"   {edge.relation}", "muted"),
                link=subject_link(other),
            )
        )
    if len(shown) > _FACTS:
        lines += paragraph(f"and {count(len(shown) - _FACTS)} more", width, style="muted")
    return lines


def _timeline(view: SubjectView, clock: Clock, width: int) -> list[Line]:
    lines = heading("timeline", counted(len(view.entries), "entry", "entries"))
    columns = [
        Column("seq", 9, right=True),
        Column("time", 16),
        Column("kind", 24),
        Column("actor", 0),
    ]
    lines.append(table_head(columns, width))
    for entry in list(reversed(view.entries))[:_TIMELINE]:
        cells: list[Cell] = [
            (place(entry.seq), "link"),
            clock.minute(entry.time),
            entry.kind,
            (entry.actor, "muted"),
        ]
        lines.append(table_row(columns, cells, width, link=entry_link(entry.seq)))
    return lines
