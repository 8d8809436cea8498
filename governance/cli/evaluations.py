"""`govern evaluate | explain | drift`: evidence computed here, from tables of rows and predictions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from governance.cli.context import JsonFlag, workspace_of
from governance.cli.examples import examples
from governance.cli.output import RESULT_SIGNS, print_json, print_table, print_text
from governance.cli.values import with_kind

if TYPE_CHECKING:
    from governance.lineage.records import EvidenceRecorded
    from governance.lineage.results import Drift, Estimate, Explanation, Fairness, Performance


def add_to(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.command(
        epilog=examples(
            "govern evaluate scorer@3 --predictions test.csv --label approved --score score --sensitive race "
            "--sensitive sex --sensitive race+sex --dataset loans-test@2026",
        )
    )(evaluate)
    app.command(
        epilog=examples(
            "govern explain scorer@3 --model model.skops --background train.csv --rows test.csv",
            "govern explain scorer@3 --contributions shap.csv --rows test.csv --base-value -1.2",
        )
    )(explain)
    app.command(
        epilog=examples(
            "govern drift scorer/production@2 --reference test.csv --current march.csv",
            "govern drift scorer/production@2 --reference test.csv --current march.csv --ignore id --json",
        )
    )(drift)


def evaluate(
    context: typer.Context,
    model: Annotated[str, typer.Argument(help="The model: NAME@VERSION.")],
    predictions: Annotated[Path, typer.Option(help="CSV or Parquet: labels, scores, sensitive columns.")],
    label: Annotated[str, typer.Option(help="Column of the true outcome.")],
    score: Annotated[
        str | None, typer.Option(help="Column of the predicted probability of the favourable outcome.")
    ] = None,
    decision: Annotated[
        str | None, typer.Option(help="Column of the decision (default: score ≥ threshold).")
    ] = None,
    threshold: Annotated[float, typer.Option(help="Scores from here on are decided favourably.")] = 0.5,
    favourable: Annotated[str, typer.Option(help="Value of label and decision that is favourable.")] = "1",
    sensitive: Annotated[
        list[str] | None, typer.Option(help="Column, or columns joined by +, repeatable.")
    ] = None,
    confidence: Annotated[float, typer.Option(help="Of the intervals.")] = 0.95,
    minimum_rows: Annotated[int, typer.Option(help="Smaller groups are not taken as reference.")] = 30,
    dataset: Annotated[str | None, typer.Option(help="The registered dataset these rows are.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Compute performance and fairness with intervals from predictions, and record both as evidence."""
    from governance.evidence import intake

    with workspace_of(context) as workspace:
        records = intake.evaluate_predictions(
            with_kind("model", model),
            predictions,
            intake.Columns(
                label=label,
                score=score,
                decision=decision,
                favourable=favourable,
                sensitive=[spec.split("+") for spec in sensitive or ()],
            ),
            threshold=threshold,
            confidence=confidence,
            minimum_rows=minimum_rows,
            dataset=with_kind("dataset", dataset) if dataset else None,
            producer=workspace.actor or "",
        )
        done = [workspace.record_evidence(record) for record in records]
    if as_json:
        print_json(
            [{"entry": entry, "evidence": record} for entry, record in zip(done, records, strict=True)]
        )
        return
    for entry, record in zip(done, records, strict=True):
        print_evidence(record)
        print_text(f"recorded as {entry.subject} (#{entry.seq})\n")


def explain(
    context: typer.Context,
    model: Annotated[str, typer.Argument(help="The model: NAME@VERSION.")],
    rows: Annotated[Path, typer.Option(help="CSV or Parquet: rows to explain.")],
    artifact: Annotated[
        Path | None, typer.Option("--model", help="The model file (skops); never unpickled.")
    ] = None,
    background: Annotated[
        Path | None, typer.Option(help="CSV or Parquet: rows that stand for 'usual'.")
    ] = None,
    contributions: Annotated[
        Path | None,
        typer.Option(help="Contributions computed elsewhere: one column a feature, one row a row."),
    ] = None,
    base_value: Annotated[
        float | None, typer.Option(help="With --contributions: the score they add up from.")
    ] = None,
    trust: Annotated[
        list[str] | None, typer.Option(help="A type in the model file that you trust, repeatable.")
    ] = None,
    dataset: Annotated[str | None, typer.Option(help="The registered dataset these rows are.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Explain decisions by SHAP values: global importance and reason codes a row; record them as evidence."""
    from governance.errors import InvalidInput
    from governance.evidence import intake

    subject = with_kind("model", model)
    data = with_kind("dataset", dataset) if dataset else None
    if (artifact is None) == (contributions is None):
        raise InvalidInput(
            "Give either --model or --contributions.", remedy="--model needs --background as well."
        )
    with workspace_of(context) as workspace:
        producer = workspace.actor or ""
        if contributions is not None:
            record = intake.adopt_contributions(
                subject, rows, contributions, base_value=base_value, dataset=data, producer=producer
            )
        else:
            if artifact is None or background is None:
                raise InvalidInput("--model needs --background.", remedy="Name rows that stand for 'usual'.")
            record = intake.explain_model(
                subject, artifact, background, rows, trust=trust or (), dataset=data, producer=producer
            )
        done = workspace.record_evidence(record)
    if as_json:
        print_json({"entry": done, "evidence": record})
        return
    print_evidence(record)
    print_text(f"recorded as {done.subject} (#{done.seq})")


def drift(
    context: typer.Context,
    deployment: Annotated[str, typer.Argument(help="The deployment: MODEL/TARGET@N.")],
    reference: Annotated[Path, typer.Option(help="CSV or Parquet: rows the model was judged on.")],
    current: Annotated[Path, typer.Option(help="CSV or Parquet: rows it meets now.")],
    ignore: Annotated[list[str] | None, typer.Option(help="Column to leave out, repeatable.")] = None,
    limit: Annotated[float, typer.Option(help="Population stability index that counts as drift.")] = 0.2,
    severity: Annotated[str, typer.Option(help="Of the alert: info, warning or critical.")] = "warning",
    batch: Annotated[str | None, typer.Option(help="The sealed batch that the current rows are.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Compare current rows with a reference, record the evidence, open an alert where it drifted (exit 1)."""
    from governance.evidence import intake
    from governance.lineage.records import AlertOpened
    from governance.lineage.results import Drift
    from governance.lineage.vocabulary import parse_body

    subject = with_kind("deployment", deployment)
    with workspace_of(context) as workspace:
        record = intake.compare_files(
            subject,
            reference,
            current,
            ignore=ignore or (),
            limit=limit,
            batch=with_kind("batch", batch) if batch else None,
            producer=workspace.actor or "",
        )
        done = workspace.record_evidence(record)
        result = Drift.model_validate(record.result)
        alert = None
        if result.drifted:
            members = {
                "about": subject,
                "evidence": done.subject,
                "severity": severity,
                "summary": result.summary,
            }
            alert = workspace.open_alert(parse_body(AlertOpened, members))
    if as_json:
        print_json({"evidence": done, "result": result, "alert": alert})
    else:
        print_evidence(record)
        print_text(f"recorded as {done.subject} (#{done.seq})")
        if alert is not None:
            print_text(f"! alert opened: {alert.subject} (#{alert.seq})")
    if result.drifted:
        raise typer.Exit(1)


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
    print_text(f"explanation by {result.method}, {result.rows_explained:,} rows, in {result.scale}")
    print_table(
        ["feature", "mean |contribution|"],
        ([item.feature, f"{item.mean_absolute:.4f}"] for item in result.importance[:12]),
        empty="No feature contributes.",
    )


def _print_drift(result: Drift) -> None:
    sign = RESULT_SIGNS["fail" if result.drifted else "pass"]
    print_text(f"{sign} {result.summary}")
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
