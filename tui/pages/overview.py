"""The first screen: is everything in order, what is in production and why, what needs attention."""

from __future__ import annotations

from dataclasses import replace

from governance.workspace.views import InProduction, Overview
from tui.integrity import BELIEVED, Integrity
from tui.lines import (
    BLANK,
    Cell,
    Column,
    Line,
    Link,
    entry_link,
    heading,
    line,
    paragraph,
    subject_link,
    table_head,
    table_row,
    widths,
)
from tui.moments import Clock
from tui.words import counted, cut_middle, ended, mark, place, short_subject, style_of, subject_name

_DECISIONS = 8
_NARROW = 100
_WHY_BESIDE = 160
_READABLE = 96
_INVENTORY = (
    "system",
    "dataset",
    "run",
    "model",
    "deployment",
    "batch",
    "evidence",
    "decision",
    "approval",
    "alert",
)


def overview_lines(view: Overview, integrity: Integrity, clock: Clock, width: int) -> list[Line]:
    """Return the overview's page."""
    return [
        *integrity_lines(integrity, clock, width)[1:],
        *_production(view.in_production, clock, width),
        *_alerts(view, clock, width),
        *_decisions(view, clock, width),
        *_inventory(view, width),
        *_last(view, clock, width),
        BLANK,
    ]


def integrity_lines(integrity: Integrity, clock: Clock, width: int) -> list[Line]:
    """Return what was verified, and what was not."""
    lines = heading("integrity")
    if integrity.state == "failed":
        lines += paragraph(f"✗ {integrity.failure}: {ended(integrity.message)}", width, style="bad")
        return lines + paragraph(integrity.next_step, width)
    if integrity.state in {"other", "silent", "unknown"}:
        lines += paragraph(f"? {ended(integrity.message)}", width, style="warn")
        return lines + paragraph(integrity.next_step, width)
    if integrity.state == "checking":
        return lines + paragraph("… checking the newest checkpoint", width, style="muted")
    signed = f"      checkpoint of {counted(integrity.size, 'entry', 'entries')} by the ledger's key"
    lines.append(line("  ", ("✓ signed", "good"), signed))
    if integrity.since is not None and not integrity.believed:
        seen = f"  with what was seen here before, up to {place(integrity.since - 1)}"
        lines.append(line("  ", ("✓ consistent", "good"), seen))
    if integrity.believed:
        lines.append(line("  ", ("! key", "warn"), f"         {BELIEVED.removeprefix('key ')}"))
        lines += paragraph(
            "get it from whoever runs the ledger and begin with --key; from now on this one is remembered",
            width,
            indent=16,
            style="muted",
        )
    lines.append(_complete(integrity, clock))
    if integrity.warning:
        lines += paragraph(f"! {integrity.warning}", width, style="warn")
    return lines


def _complete(integrity: Integrity, clock: Clock) -> Line:
    """Return up to where every entry was checked, not only the checkpoint over them."""
    if not integrity.complete_to:
        return line(
            "  ", ("· complete", "muted"), "    entries were not checked one by one yet: 8 verifies all"
        )
    pin = integrity.pin
    when = f" {clock.ago(pin.complete_time)}" if pin is not None and pin.complete_time else ""
    unchecked = integrity.size - integrity.complete_to
    behind = f"; {counted(unchecked, 'entry', 'entries')} since" if unchecked > 0 else ""
    sign = ("✓ complete", "good") if integrity.is_complete else ("· complete", "muted")
    return line("  ", sign, f"    every entry up to {place(integrity.complete_to - 1)} checked{when}{behind}")


def _production(rows: list[InProduction], clock: Clock, width: int) -> list[Line]:
    lines = heading("in production")
    if not rows:
        return lines + paragraph("Nothing is deployed.", width, style="muted")
    columns = [
        Column("model", 26),
        Column("target", 12),
        Column("verdict", 9),
        Column("since", 12),
        Column("why", 0),
    ]
    narrow = width < _WHY_BESIDE
    width = min(width, _READABLE) if narrow else width
    if narrow:
        columns = [replace(columns[0], width=0), *columns[1:4]]
    lines.append(table_head(columns, width))
    for row in rows:
        verdict = row.verdict or "no verdict"
        cells: list[Cell] = [
            (subject_name(row.model), "link"),
            row.target,
            (mark(verdict), style_of(verdict)),
            clock.day(row.since),
            (row.why, "muted"),
        ]
        lines.append(table_row(columns, cells[: len(columns)], width, link=subject_link(row.model)))
        if narrow:
            lines += paragraph(row.why, width, indent=4, style="muted")
    return lines


def _alerts(view: Overview, clock: Clock, width: int) -> list[Line]:
    opened = [alert for alert in view.alerts if alert.closed is None]
    lines = heading("open alerts", "" if opened else "none")
    longest = max((len(short_subject(alert.about)) for alert in opened), default=0)
    columns = [
        Column("severity", 10),
        Column("about", min(max(longest, 12), max(width - 70, 26))),
        Column("opened", 14),
        Column("what", 0),
    ]
    if width < _NARROW:
        columns = [columns[0], replace(columns[1], width=0), columns[2]]
    for alert in opened:
        cells: list[Cell] = [
            (f"! {alert.severity}", style_of(alert.severity)),
            (cut_middle(short_subject(alert.about), widths(columns, width)[1]), "link"),
            (clock.ago(alert.opened), "muted"),
            alert.summary,
        ]
        lines.append(table_row(columns, cells[: len(columns)], width, link=subject_link(alert.alert)))
        if width < _NARROW:
            lines += paragraph(alert.summary, width, indent=4, style="muted")
    return lines


def _decisions(view: Overview, clock: Clock, width: int) -> list[Line]:
    lines = heading("latest decisions", "5 shows all")
    width = min(width, _READABLE)
    if not view.decisions:
        return lines + paragraph("The gate was not asked yet.", width, style="muted")
    columns = [
        Column("verdict", 9),
        Column("about", 0),
        Column("target", 12),
        Column("time", 16),
    ]
    lines.append(table_head(columns, width))
    for decision in view.decisions[:_DECISIONS]:
        verdict = str(decision["verdict"])
        cells: list[Cell] = [
            (mark(verdict), style_of(verdict)),
            (subject_name(str(decision["about"])), "link"),
            str(decision["target"]),
            (clock.minute(str(decision["time"])), "muted"),
        ]
        lines.append(table_row(columns, cells, width, link=Link("decision", str(decision["decision"]))))
    return lines


def _inventory(view: Overview, width: int) -> list[Line]:
    lines = heading("inventory", "4 shows the subjects")
    known = [kind for kind in _INVENTORY if view.counts.get(kind)]
    parts = [
        counted(
            view.counts[kind], kind, "batches" if kind == "batch" else kind if kind == "evidence" else None
        )
        for kind in known
    ]
    return lines + paragraph(" · ".join(parts) or "Nothing is registered yet.", width)


def _last(view: Overview, clock: Clock, width: int) -> list[Line]:
    if (entry := view.last_entry) is None:
        return []
    lines = heading("last entry")
    text = f"{entry.kind}  {short_subject(entry.subject)}  {clock.ago(entry.time)}"
    lines.append(
        line("  ", (place(entry.seq), "link"), "  " + text[: max(width - 14, 10)], link=entry_link(entry.seq))
    )
    return lines
