"""Section 9: where the model runs and what was seen there."""

from __future__ import annotations

import re
from collections.abc import Sequence

from reportlab.platypus import CondPageBreak, Flowable

from governance.lineage.results import Drift
from reports.blocks import figure, gap, lead, link, note, nothing
from reports.charts.intervals import Bar, interval_charts
from reports.document import Heading, Page
from reports.facts import Alert, DossierFacts, Evidence, Quoted
from reports.tables import Cell, PlainRows, fitted, grid
from reports.wording import MISSING, counted, moment, number, short_subject, span

FEATURES_SHOWN = 10
DRIFT_SHOWN = 4


def operation(facts: DossierFacts, page: Page) -> list[Flowable]:
    """Return deployments and rollbacks, prediction batches, drift, and alerts with their closing."""
    story: list[Flowable] = [Heading("9\u00a0\u00a0Deployment and monitoring", 0, "operation")]
    story += _deployments(facts, page)
    story += [Heading("Prediction batches", 1, "batches"), *_batches(facts, page)]
    story += _drift(facts, page)
    story += [Heading("Alerts", 1, "alerts"), *_alerts(facts, facts.alerts, page)]
    return story


def _deployments(facts: DossierFacts, page: Page) -> list[Flowable]:
    if not facts.deployments:
        return nothing(f"{facts.model} was never deployed.")
    width = page.width
    rows: list[list[Cell | str]] = [
        [
            one.deployment.partition(":")[2],
            Cell(f"{moment(one.since)}<br/>{f'to {moment(one.until)}' if one.until else 'still there'}", trusted=True),
            Cell(one.state.replace("-", " "), bold=one.state == "current"), _MINUTES.sub("", one.why),
        ]
        for one in facts.deployments
    ]  # fmt: skip
    return [
        grid(
            ["Deployment", "Stood", "State", "Why"], rows,
            [width * share for share in (0.26, 0.22, 0.1, 0.42)], small=True, breaks=True,
        )
    ]  # fmt: skip


_MINUTES = re.compile(r"(?<=\S) (?:since|from) [-\d]{10} [:\d]{5} UTC(?: to [-\d]{10} [:\d]{5} UTC)?")
"""When a deployment stood, to the minute: it stands in a column of its own, to the second."""


def _batches(facts: DossierFacts, page: Page) -> list[Flowable]:
    if not facts.batches:
        return nothing("No prediction batch was sealed.")
    predictions = sum(int(one.facts.get("count", 0)) for one in facts.batches)
    rows = [
        (
            short_subject(one.subject).partition(":")[2], str(one.facts.get("deployment", MISSING)).partition(":")[2],
            number(one.facts.get("count")), _predicted(one.facts.get("from"), one.facts.get("to")),
            f"#{one.seq:,}",
        )
        for one in facts.batches
    ]  # fmt: skip
    columns = fitted(
        ("Batch", "Deployment", "Predictions", "Predicted (UTC)", "Entry"),
        rows,
        page.width,
        right={2, 4},
    )
    batches = counted(len(facts.batches), "batch", "batches")
    return [
        lead(
            f"{batches} with {counted(predictions, 'prediction')}, each sealed as the root of a tree over its "
            "rows. The roots stand in Appendix B."
        ),
        PlainRows(columns, rows),
        *([gap(6), note(_MORE)] if facts.lineage_truncated else []),
        gap(10),
    ]


def _predicted(start: object, end: object) -> str:
    """Return when a batch was predicted, to the second; the zone stands in the header."""
    return span(str(start or ""), str(end or "")).replace(" UTC", "")


_MORE = "The lineage goes on beyond what one reading takes in: the ledger may hold more batches than these."


def _drift(facts: DossierFacts, page: Page) -> list[Flowable]:
    measured = [one for one in facts.of_family("drift") if isinstance(one.result, Drift)]
    story: list[Flowable] = [CondPageBreak(170), Heading("Drift", 1, "drift")]
    if not measured:
        return story + nothing("No drift was measured.")
    if len(measured) > 1:
        story += _over_time(facts, measured, page)
    for evidence in measured[-DRIFT_SHOWN:]:
        story += _comparison(evidence, page)
    left = len(measured) - DRIFT_SHOWN
    if left > 0:
        story.append(
            note(f"{counted(left, 'earlier comparison')} stand in the table above and in the ledger.")
        )
    return story


def _over_time(facts: DossierFacts, measured: Sequence[Evidence], page: Page) -> list[Flowable]:
    width = page.width
    rows: list[list[Cell | str]] = []
    for one in measured:
        result = one.result
        if not isinstance(result, Drift):
            continue
        worst = max(
            result.features,
            key=lambda feature: (feature.value / (feature.threshold or 1), feature.feature),
            default=None,
        )
        rows.append([
            Cell(link(facts, one.quoted.seq), trusted=True), moment(one.quoted.time), number(result.rows),
            number(sum(feature.drifted for feature in result.features)),
            f"{worst.feature}, {worst.statistic} {number(worst.value)}" if worst else MISSING,
            Cell("drifted" if result.drifted else "stable", bold=result.drifted),
        ])  # fmt: skip
    return [
        grid(
            ["Entry", "Measured", "Rows", "Columns drifted", "Strongest", "State"], rows,
            [width * share for share in (0.09, 0.22, 0.1, 0.14, 0.32, 0.13)],
            sides=["left", "left", "right", "right", "left", "left"], small=True,
        )
    ]  # fmt: skip


_STATISTICS = {
    "psi": "population stability index (psi)",
    "ks": "Kolmogorov–Smirnov statistic (ks)",
    "jensen-shannon": "Jensen–Shannon distance",
}


def _comparison(evidence: Evidence, page: Page) -> list[Flowable]:
    result = evidence.result
    if not isinstance(result, Drift):
        return []
    ranked = sorted(result.features, key=lambda one: (-one.value / (one.threshold or 1), one.feature))
    shown = ranked[:FEATURES_SHOWN]
    kinds = sorted({(one.statistic, one.threshold) for one in shown})
    one_line = kinds[0][1] if len({limit for _, limit in kinds}) == 1 and kinds else None
    bars = [Bar(one.feature, one.value, note="drifted" if one.drifted else "") for one in shown]
    statistics = ", ".join(sorted({_STATISTICS.get(statistic, statistic) for statistic, _ in kinds}))
    about = evidence.about.partition(":")[2]
    rest = len(ranked) - len(shown)
    more = f" {counted(rest, 'column')} with less drift left out." if rest else ""
    return [
        CondPageBreak(100 + 16 * min(len(bars), FEATURES_SHOWN)),
        lead(
            f"{result.summary} Compared were {counted(result.rows, 'row')} seen at {about} with "
            f"{counted(result.reference_rows, 'reference row')} (entry #{evidence.quoted.seq:,}, "
            f"{moment(evidence.quoted.time)})."
        ),
        *figure(
            interval_charts(
                bars, page.width, threshold=one_line,
                threshold_label=f"threshold {number(one_line, 2)}" if one_line is not None else "",
            ),
            f"How far each column moved: {statistics}.{more}",
        ),
    ]  # fmt: skip


def _alerts(facts: DossierFacts, alerts: Sequence[Alert], page: Page) -> list[Flowable]:
    if not alerts:
        return nothing("No alert was opened.")
    width = page.width
    rows: list[list[Cell | str]] = [
        [
            Cell(link(facts, one.opened.seq), trusted=True),
            Cell(str(one.opened.facts.get("severity", MISSING)), bold=True),
            str(
                one.opened.facts.get("summary") or short_subject(str(one.opened.facts.get("about", MISSING)))
            ),
            moment(one.opened.time),
            _closing(facts, one.closed),
        ]
        for one in alerts
    ]
    return [
        grid(
            ["Entry", "Severity", "What", "Opened", "Closed"], rows,
            [width * share for share in (0.07, 0.1, 0.32, 0.16, 0.35)], small=True,
        )
    ]  # fmt: skip


def _closing(facts: DossierFacts, closed: Quoted | None) -> Cell:
    if closed is None:
        return Cell("still open", bold=True)
    return Cell(f"{moment(closed.time)} by {facts.who(closed.actor)}: {closed.facts.get('reason', MISSING)}")
