"""A verdict rule by rule: value, threshold, confidence, evidence, clause, and what would change it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from governance.gate.verdict import Finding, RuleResult
from governance.workspace.views import DecisionView, Replay
from tui.lines import (
    BLANK,
    Cell,
    Column,
    Line,
    Link,
    Span,
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
from tui.words import (
    counted,
    interval,
    mark,
    number,
    place,
    short_hash,
    short_subject,
    style_of,
    subject_name,
)

_FINDINGS = 40
_READABLE = 96
"""Cells beyond which numbers drift away from their names."""
_ORDER = {"fail": 0, "missing": 1, "error": 2, "unclear": 3, "warn": 4, "waived": 5, "pass": 6}


def decision_lines(
    view: DecisionView, replay: Replay | str | Exception | None, clock: Clock, width: int
) -> list[Line]:
    """Return a decision's page; `replay` is what computing it again gave, or a word while that runs."""
    verdict = str(view.verdict)
    lines = [
        line(
            (mark(verdict).upper(), style_of(verdict)),
            "  ",
            (subject_name(view.about), "strong"),
            f" → {view.target}",
        )
    ]
    lines += paragraph(view.sentence, width)
    lines += [BLANK]
    lines += fact("about", short_subject(view.about), width, link=subject_link(view.about), style="link")
    lines += fact("artifact", short_hash(view.artifact), width)
    lines += fact("decided", f"{clock.second(view.time)}  ({clock.ago(view.time)})", width)
    lines += fact("expires", f"{clock.minute(view.expires)}  ({clock.ago(view.expires)})", width)
    lines += fact(
        "entered as",
        f"{place(view.seq)}  {short_hash(view.entry)}",
        width,
        link=entry_link(view.seq),
        style="link",
    )
    lines += fact("judged ledger", _judged(view.checkpoint), width)
    for policy in view.policies:
        name = f"policy:{policy.get('pack')}@{policy.get('version')}"
        lines += fact(
            "policy",
            f"{name}  {short_hash(str(policy.get('digest', '')))}",
            width,
            link=subject_link(name),
            style="link",
        )
    lines += _replay(replay, width)
    lines += heading("rules", counted(len(view.results), "rule"))
    for result in sorted(view.results, key=lambda rule: _ORDER.get(str(rule.result), 9)):
        lines += rule_lines(result, width)
    lines += heading("checks that judged")
    for check in view.checks:
        name = f"{check.get('name')}  {check.get('distribution', '')} {check.get('version', '')}"
        lines += paragraph(f"{name}  {short_hash(str(check.get('digest', '')))}", width, style="muted")
    return [*lines, BLANK]


def _judged(checkpoint: dict[str, Any]) -> str:
    size = int(checkpoint.get("size", 0))
    return f"up to {place(size - 1)} · checkpoint {short_hash(str(checkpoint.get('root', '')))}"


def _replay(replay: Replay | str | Exception | None, width: int) -> list[Line]:
    if replay is None:
        return fact(
            "replay", "r computes the verdict again from the ledger as it stood then", width, style="muted"
        )
    if isinstance(replay, str):
        return fact("replay", replay, width, style="muted")
    if isinstance(replay, Exception):
        return fact("replay", f"✗ {replay}", width, style="bad")
    if replay.outcome == "same":
        return fact("replay", f"✓ the same again: {replay.verdict}", width, style="good")
    if replay.outcome == "cannot replay":
        return fact("replay", "? cannot replay: " + "; ".join(replay.differences), width, style="warn")
    lines = fact(
        "replay", f"✗ different: now {replay.verdict}, recorded {replay.recorded}", width, style="bad"
    )
    for difference in replay.differences:
        lines += fact("", difference, width)
    return lines


def rule_lines(rule: RuleResult, width: int) -> list[Line]:
    """Return one rule."""
    result = str(rule.result)
    severity = "" if rule.severity == "deny" else f"  {rule.severity} only"
    title: list[Span] = [
        ("  " + mark(result), style_of(result)),
        (" " * max(10 - len(result), 1), ""),
        (rule.rule, "strong"),
        (f"  {rule.check}{severity}", "muted"),
    ]
    if str(rule.finding) != result:
        title.append((f"  found {rule.finding}", "muted"))
    lines = [BLANK, Line(tuple(title), Link("rule", f"{rule.pack}/{rule.rule}"))]
    indent = 14
    lines += paragraph(rule.message, width, indent=indent)
    numbers = _numbers(rule)
    if numbers:
        lines += paragraph(numbers, width, indent=indent)
    lines += _findings(rule.findings, width, indent)
    if rule.would_change:
        lines += paragraph(f"would change it: {rule.would_change}", width, indent=indent, style="accent")
    for evidence in rule.evidence:
        text = (
            f"evidence {place(evidence.seq)}  {short_subject(evidence.subject)}  {short_hash(evidence.entry)}"
        )
        lines.append(line(" " * indent, (text, "link"), link=entry_link(evidence.seq)))
    for control in rule.controls:
        lines += paragraph(_control(control), width, indent=indent, style="muted")
    if rule.waiver:
        lines.append(
            line(
                " " * indent,
                (f"waived by {short_subject(rule.waiver)}", "link"),
                link=subject_link(rule.waiver),
            )
        )
    return lines


def _numbers(rule: RuleResult) -> str:
    parts = []
    if rule.value is not None:
        parts.append(f"value {number(rule.value)}")
    if rule.threshold is not None:
        parts.append(f"threshold {number(rule.threshold)}")
    if rule.confidence is not None:
        parts.append(f"confidence {rule.confidence:.0%}")
    return " · ".join(parts)


def _findings(findings: Sequence[Finding], width: int, indent: int) -> list[Line]:
    if not findings:
        return []
    shown = findings[:_FINDINGS]
    lines: list[Line] = []
    for features, part in _by_features(shown):
        lines += _finding_rows(features, part, width, indent)
    if len(findings) > len(shown):
        lines += paragraph(f"and {len(findings) - len(shown):,} more", width, indent=indent, style="muted")
    return lines


def features_of(label: str) -> dict[str, str]:
    """Return the features that a finding's label names: `race=black, sex=female`; none where it names no group."""
    found: dict[str, str] = {}
    last = ""
    for part in label.split(", "):
        feature, equals, value = part.partition("=")
        if equals:
            last = feature
            found[feature] = value
        elif last:
            found[last] += f", {part}"  # a value with a comma of its own
        else:
            return {}
    return found


def _by_features(findings: Sequence[Finding]) -> list[tuple[str, list[tuple[str, Finding]]]]:
    """Return findings with their group's values, put together by the features that these are values of."""
    parts: dict[str, list[tuple[str, Finding]]] = {}
    for finding in findings:
        named = features_of(finding.label)
        parts.setdefault(", ".join(named), []).append((", ".join(named.values()) or finding.label, finding))
    return list(parts.items())


def _finding_rows(
    features: str, findings: Sequence[tuple[str, Finding]], width: int, indent: int
) -> list[Line]:
    columns = [
        Column("", 11),
        Column(f"by {features}" if features else "group", 0),
        Column("value (interval)", 21),
        Column("rows", 7, right=True),
    ]
    if width - indent < 60:
        columns = columns[:3]
    width = min(width, _READABLE)
    lines = [table_head(columns, width, indent=indent)]
    for group, finding in findings:
        result = str(finding.result)
        rows = "" if finding.rows is None else number(finding.rows)
        cells: list[Cell] = [
            (mark(result), style_of(result)),
            group,
            interval(finding.value, finding.low, finding.high),
            rows,
        ]
        lines.append(table_row(columns, cells[: len(columns)], width, indent=indent))
        if finding.rows_needed:
            lines += paragraph(
                f"about {number(finding.rows_needed)} rows would settle it",
                width,
                indent=indent + 13,
                style="muted",
            )
    return lines


def _control(control: dict[str, Any]) -> str:
    parts = [f"control {control.get('id', '')}"]
    if control.get("jurisdiction"):
        parts.append(str(control["jurisdiction"]))
    if control.get("in_force_from"):
        parts.append(f"in force from {control['in_force_from']}")
    if control.get("in_force_to"):
        parts.append(f"to {control['in_force_to']}")
    if control.get("source"):
        parts.append(str(control["source"]))
    return " · ".join(parts)
