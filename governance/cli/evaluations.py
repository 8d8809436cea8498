"""`govern evaluate | explain | drift`: evidence computed here, from tables of rows and predictions."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from governance.cli.context import JsonFlag, actor_of, workspace_of
from governance.cli.evidence_text import print_evidence
from governance.cli.examples import examples
from governance.cli.output import print_json, print_text
from governance.cli.values import check_file, finite, with_kind
from governance.errors import InvalidInput

if TYPE_CHECKING:
    from governance.lineage.records import EvidenceRecorded, Reference
    from governance.workspace import NewEntry, Workspace


class Severity(StrEnum):
    """How much an alert matters."""

    info = "info"
    warning = "warning"
    critical = "critical"


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
    minimum_rows: Annotated[int, typer.Option(min=1, help="Smaller groups are not taken as reference.")] = 30,
    dataset: Annotated[str | None, typer.Option(help="The registered dataset these rows are.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Compute performance and fairness with intervals from predictions, and record both as evidence."""
    finite(threshold, "--threshold")
    finite(confidence, "--confidence")
    analyses = [_analysis(spec) for spec in sensitive or ()]
    check_file(predictions)
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
                sensitive=analyses,
            ),
            threshold=threshold,
            confidence=confidence,
            minimum_rows=minimum_rows,
            dataset=_registered(workspace, dataset),
            producer=actor_of(workspace),
        )
        done = workspace.append_many([evidence_entry(record) for record in records])
    if as_json:
        print_json(
            [{"entry": entry, "evidence": record} for entry, record in zip(done, records, strict=True)]
        )
        return
    for entry, record in zip(done, records, strict=True):
        print_evidence(record)
        print_text(f"recorded as {entry.subject} (#{entry.seq})\n")


def _analysis(spec: str) -> list[str]:
    names = [name.strip() for name in spec.split("+")]
    if not all(names) or len(set(names)) < len(names):
        raise InvalidInput(
            f"--sensitive '{spec}' names an empty column or one twice.",
            remedy="Write --sensitive race, or --sensitive race+sex for both together.",
        )
    return names


def evidence_entry(record: EvidenceRecorded) -> NewEntry:
    """Return evidence as an entry, so that several pieces can be entered together or not at all."""
    from governance.ledger.entry import new_id
    from governance.workspace import NewEntry
    from governance.workspace.bodies import plain

    return NewEntry(kind="evidence.recorded", subject=f"evidence:{new_id()}", body=plain(record))


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
    score: Annotated[
        str | None,
        typer.Option(help="With --contributions: column of --rows with the score that they add up to."),
    ] = None,
    threshold: Annotated[
        float, typer.Option(help="With --contributions: scores from here on are decided favourably.")
    ] = 0.5,
    trust: Annotated[
        list[str] | None, typer.Option(help="A type in the model file that you trust, repeatable.")
    ] = None,
    dataset: Annotated[str | None, typer.Option(help="The registered dataset these rows are.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Explain decisions by SHAP values: global importance and reason codes a row; record them as evidence."""
    finite(base_value, "--base-value")
    finite(threshold, "--threshold")
    for path in (rows, artifact, background, contributions):
        if path is not None:
            check_file(path)
    from governance.evidence import intake

    subject = with_kind("model", model)
    if (artifact is None) == (contributions is None):
        raise InvalidInput(
            "Give either --model or --contributions.", remedy="--model needs --background as well."
        )
    with workspace_of(context) as workspace:
        producer, data = actor_of(workspace), _registered(workspace, dataset)
        if contributions is not None:
            record = intake.adopt_contributions(
                subject,
                rows,
                contributions,
                base_value=base_value,
                score=score,
                threshold=threshold,
                dataset=data,
                producer=producer,
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


def _registered(workspace: Workspace, dataset: str | None) -> Reference | None:
    """Return a dataset by the digest that it was registered with.

    Raises:
        NotFound: it is not registered.
        Erased: its body was erased, and its digest with it.
    """
    from governance.errors import Erased
    from governance.lineage.records import Reference

    if dataset is None:
        return None
    subject = with_kind("dataset", dataset)
    current = workspace.subject(subject).current
    if current is None:
        raise Erased(
            f"The body of {subject} was erased.", remedy="Register the data again, as another version."
        )
    return Reference(subject=subject, digest=current["digest"], role="evaluated")


def drift(
    context: typer.Context,
    deployment: Annotated[str, typer.Argument(help="The deployment: MODEL/TARGET@N.")],
    reference: Annotated[Path, typer.Option(help="CSV or Parquet: rows the model was judged on.")],
    current: Annotated[Path, typer.Option(help="CSV or Parquet: rows it meets now.")],
    ignore: Annotated[list[str] | None, typer.Option(help="Column to leave out, repeatable.")] = None,
    limit: Annotated[float, typer.Option(help="Population stability index that counts as drift.")] = 0.2,
    severity: Annotated[Severity, typer.Option(help="Of the alert.")] = Severity.warning,
    batch: Annotated[str | None, typer.Option(help="The sealed batch that the current rows are.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Compare current rows with a reference, record the evidence, open an alert where it drifted (exit 1)."""
    finite(limit, "--limit")
    check_file(reference)
    check_file(current)
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
            producer=actor_of(workspace),
        )
        done = workspace.record_evidence(record)
        result = Drift.model_validate(record.result)
        alert = None
        if result.drifted:
            members = {
                "about": subject,
                "evidence": done.subject,
                "severity": severity.value,
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
