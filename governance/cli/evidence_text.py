"""Evidence as people read it on a console: a sentence, then a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from governance.cli.output import RESULT_SIGNS, print_prose, print_table, print_text

if TYPE_CHECKING:
    from governance.lineage.records import EvidenceRecorded
    from governance.lineage.results import Drift, Estimate, Explanation, Fairness, Performance


def print_evidence(record: EvidenceRecorded) -> None:
    """Print the result of one piece of evidence for people."""
    from governance.lineage import results

    if record.family == "performance":
        _print_performance(results.Performance.model_validate(record.result))
    elif record.family == "fairness":
        _print_fairness(results.Fairness.model_validate(record.result))
    elif record.family == "explanation":
        _print_explanation(results.Explanation.model_validate(record.result))
    elif record.family == "drift":
        _print_drift(results.Drift.model_validate(record.result))


def interval(estimate: Estimate) -> str:
    """Return `0.883 (0.850 to 0.916)`, or what can be said of a degenerate estimate."""
    if estimate.value is None:
        return "not defined on these rows"
    if estimate.low is None or estimate.high is None:
        return f"{estimate.value:.3f}"
    return f"{estimate.value:.3f} ({estimate.low:.3f} to {estimate.high:.3f})"


def _print_performance(result: Performance) -> None:
    print_text(f"performance on {result.rows:,} rows, {result.positives:,} favourable")
    print_table(
        ["metric", "value and interval", "method"],
        ([name, interval(estimate), estimate.method] for name, estimate in result.metrics.items()),
        empty="No metric could be computed.",
    )


def _print_fairness(result: Fairness) -> None:
    for analysis in result.analyses:
        print_text(
            f"fairness by {' and '.join(analysis.sensitive)}: impact ratio {interval(analysis.impact_ratio)}"
        )
        print_table(
            ["group", "rows", "selected", "selection rate", "ratio to the reference"],
            (
                [
                    ", ".join(group.values.values()),
                    f"{group.rows:,}",
                    f"{group.selected:,}",
                    interval(group.selection_rate),
                    interval(group.impact_ratio) if group.impact_ratio else "reference",
                ]
                for group in analysis.groups
            ),
            empty="No group could be formed.",
        )
        for left in analysis.left_out:
            print_text(f"! left out: {left.rows:,} rows ({left.reason})")


def _print_explanation(result: Explanation) -> None:
    print_text(
        f"explanation of {result.rows_explained:,} rows ({result.method}); contributions in units of {result.scale}"
    )
    print_table(
        ["feature", "mean |contribution|"],
        ([item.feature, f"{item.mean_absolute:.4f}"] for item in result.importance[:12]),
        empty="No feature contributes.",
    )


def _print_drift(result: Drift) -> None:
    sign = RESULT_SIGNS["fail" if result.drifted else "pass"]
    print_prose(result.summary, indent=f"{sign} ")
    print_table(
        ["feature", "statistic", "value", "limit", "drifted"],
        (
            [
                item.feature,
                item.statistic,
                f"{item.value:.3f}",
                f"{item.threshold:.3f}",
                "yes" if item.drifted else "no",
            ]
            for item in sorted(result.features, key=lambda item: -item.value)[:15]
        ),
        empty="No column could be compared.",
    )
