"""From files on disk to the bodies that record them: what the command line needs, without a ledger."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from governance.errors import InvalidInput
from governance.evidence import artifacts, drift, predictions, quality, tables
from governance.evidence.records import Result, evidence
from governance.files import digest_of_file
from governance.lineage.records import DatasetRegistered, EvidenceRecorded, Reference
from governance.lineage.results import DataQuality, Explanation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from governance.lineage.records import Column


@dataclass(frozen=True, slots=True)
class Columns:
    """Which columns of a table of predictions mean what."""

    label: str
    score: str | None
    decision: str | None
    favourable: str
    sensitive: Sequence[Sequence[str]]
    """Each a fairness analysis: one column, or several jointly."""


@dataclass(frozen=True, slots=True)
class Sealable:
    """A table ready to be sealed: columns with their types, rows of plain values."""

    columns: list[dict[str, str]]
    rows: list[tuple[Any, ...]]


def read_files(files: Sequence[Path]) -> list[tables.Table]:
    """Read several files of one dataset.

    Raises:
        InvalidInput: a file can't be read, or its columns are not those of the first.
    """
    found = [tables.read_table(path) for path in files]
    first = found[0]
    for other in found[1:]:
        if list(other.frame.columns) != list(first.frame.columns):
            raise InvalidInput(
                f"{other.name} has other columns than {first.name}.",
                remedy="Files of one dataset share their columns.",
            )
    return found


def _joined(found: Sequence[tables.Table]) -> pd.DataFrame:
    return found[0].frame if len(found) == 1 else pd.concat([one.frame for one in found], ignore_index=True)


def _with_ranges(schema: Sequence[Column], ranges: Iterable[str]) -> list[Column]:
    """Return the schema with the ranges that the user demands instead of those that the rows show."""
    wanted: dict[str, tuple[float, float]] = {}
    for spec in ranges:
        name, equals, limits = spec.partition("=")
        low, dots, high = limits.partition("..")
        try:
            wanted[name] = (float(low), float(high))
        except ValueError:
            equals = ""
        if not equals or not dots or not wanted[name][0] <= wanted[name][1]:
            raise InvalidInput(
                f"'{spec}' is no range.",
                remedy="Write COLUMN=MIN..MAX, the smaller number first, for example age=18..120.",
            )
    unknown = wanted.keys() - {column.name for column in schema}
    if unknown:
        raise InvalidInput(f"There is no column '{min(unknown)}'.", remedy="Ranges name columns of the file.")
    return [
        column.model_copy(update={"minimum": wanted[column.name][0], "maximum": wanted[column.name][1]})
        if column.name in wanted
        else column
        for column in schema
    ]


def validate_files(
    files: Sequence[Path], *, test: Path | None = None, ranges: Iterable[str] = (), missing_limit: float = 0.2
) -> DataQuality:
    """Return what validation finds in files read as one table.

    Raises:
        InvalidInput: a file can't be read, or a range names no column.
    """
    frame = _joined(read_files(files))
    schema = _with_ranges(tables.infer_schema(frame), ranges)
    other = tables.read_table(test).frame if test else None
    return quality.validate(frame, schema, other=other, missing_limit=missing_limit)


def combined_digest(found: Sequence[tables.Table]) -> str:
    """Return a dataset's digest: the file's own, or for several that of their digests in order of names."""
    if len(found) == 1:
        return found[0].digest
    lines = "".join(f"{one.digest}  {one.name}\n" for one in sorted(found, key=lambda one: one.name))
    return tables.digest_of(lines.encode())


def describe_files(
    files: Sequence[Path],
    *,
    label: str | None,
    sensitive: Sequence[str],
    licence: str | None,
    access: Sequence[str],
    retention: str | None,
    title: str | None,
    source: str | None,
    derived_from: Sequence[str],
) -> DatasetRegistered:
    """Return the record of a dataset in files: digests, schema, rows and what people say about it.

    Raises:
        InvalidInput: a file can't be read, or label or a sensitive column is not in it.
    """
    found = read_files(files)
    tables.require_columns(found[0], [*([label] if label else []), *sensitive])
    frame = _joined(found)
    return DatasetRegistered(
        digest=combined_digest(found),
        files=[one.file for one in found],
        schema=tables.infer_schema(frame),
        rows=len(frame),
        label=label,
        sensitive=list(sensitive),
        licence=licence,
        access=list(access),
        retention=retention,
        title=title,
        source=source,
        derived_from=list(derived_from),
    )


def quality_record(
    subject: str, body: DatasetRegistered, result: DataQuality, *, producer: str, test: Path | None = None
) -> EvidenceRecorded:
    """Return the evidence that records a dataset's validation."""
    inputs = [Reference(subject=subject, digest=body.digest, role="validated")]
    if test is not None:
        inputs.append(Reference(digest=digest_of_file(test), role="test"))
    return evidence(result, about=subject, inputs=inputs, producer=producer)


def _registered(dataset: Reference | None) -> list[Reference]:
    """Name the dataset by its registered digest: the file at hand has a reference of its own, for it may differ."""
    return [] if dataset is None else [dataset]


def evaluate_predictions(
    model: str,
    path: Path,
    columns: Columns,
    *,
    threshold: float,
    confidence: float,
    minimum_rows: int,
    dataset: Reference | None,
    producer: str,
) -> list[EvidenceRecorded]:
    """Return the evidence of performance, and of fairness where sensitive columns are named.

    Raises:
        InvalidInput: the file can't be read, lacks a column, or holds what is no outcome or score.
    """
    if columns.score is None and columns.decision is None:
        raise InvalidInput(
            "Neither score nor decision is named.", remedy="Add --score COLUMN or --decision COLUMN."
        )
    if not 0 < confidence < 1:
        raise InvalidInput(f"A confidence of {confidence} makes no sense.", remedy="Give one like 0.95.")
    table = tables.read_table(path)
    names = sorted({name for analysis in columns.sensitive for name in analysis})
    found = predictions.evaluate(
        table,
        truth=columns.label,
        score=columns.score,
        decision=columns.decision,
        sensitive=names,
        analyses=columns.sensitive or None,
        favourable=columns.favourable,
        threshold=threshold,
        confidence=confidence,
        minimum_rows=minimum_rows,
    )
    inputs = [*_registered(dataset), Reference(digest=table.digest, role="predictions")]
    parameters = {
        "label": columns.label,
        "score": columns.score,
        "decision": columns.decision,
        "favourable": columns.favourable,
        "sensitive": [list(one) for one in columns.sensitive],
        "threshold": threshold,
        "confidence": confidence,
        "minimum_rows": minimum_rows,
        "seed": 0,
    }
    results: list[Result] = [found.performance, *([found.fairness] if found.fairness else [])]
    return [
        evidence(one, about=model, inputs=inputs, producer=producer, parameters=parameters) for one in results
    ]


def explain_model(
    model: str,
    artifact: Path,
    background: Path,
    rows: Path,
    *,
    trust: Sequence[str],
    dataset: Reference | None,
    producer: str,
) -> EvidenceRecorded:
    """Return the evidence of a model file's explanation, computed in a child process with limits.

    Raises:
        InvalidInput: the model is no skops file or holds types not trusted, or the rows do not fit it.
    """
    usual, judged = tables.read_table(background), tables.read_table(rows)
    inspected = artifacts.inspect_foreign(artifact)
    features = inspected.features or [
        str(name) for name in usual.frame.columns if name in judged.frame.columns
    ]
    tables.require_columns(usual, features)
    tables.require_columns(judged, features)
    answer = artifacts.explain_foreign(artifact, usual.frame[features], judged.frame[features], trusted=trust)
    inputs = [
        Reference(subject=model, digest=digest_of_file(artifact), role="model"),
        Reference(digest=usual.digest, role="background"),
        *_registered(dataset),
        Reference(digest=judged.digest, role="explained"),
    ]
    return evidence(
        Explanation.model_validate(answer),
        about=model,
        inputs=inputs,
        producer=producer,
        parameters={"features": features, "seed": 0},
        mode="in a child process with limits",
    )


def adopt_contributions(
    model: str,
    rows: Path,
    contributions: Path,
    *,
    base_value: float | None,
    score: str | None = None,
    threshold: float = 0.5,
    dataset: Reference | None,
    producer: str,
) -> EvidenceRecorded:
    """Return the evidence of contributions that were computed elsewhere.

    Args:
        model: what they explain.
        rows: the rows explained.
        contributions: a column for each feature, a row for each row.
        base_value: the score that they add up from.
        score: column of `rows` with the score that base value and contributions make; the largest difference is
            recorded as the additivity error.
        threshold: score from which a decision is favourable.
        dataset: the registered dataset that the rows are from, with its registered digest.
        producer: who says so.

    Raises:
        InvalidInput: the two files do not belong together, or the base value is missing.
    """
    from governance.evidence.explanations import adopt

    if base_value is None:
        raise InvalidInput(
            "--contributions needs --base-value.", remedy="Give the score that they add up from."
        )
    judged, given = tables.read_table(rows), tables.read_table(contributions)
    tables.require_numbers(given, [str(name) for name in given.frame.columns])
    if given.rows != judged.rows:
        raise InvalidInput(
            f"{given.name} has {given.rows} rows, {judged.name} has {judged.rows}.",
            remedy="Give one row of contributions for each row explained.",
        )
    result = adopt(given.frame, judged.frame, base_value=base_value, threshold=threshold)
    if score is not None:
        tables.require_columns(judged, [score])
        tables.require_numbers(judged, [score])
        difference = base_value + given.frame.sum(axis=1) - judged.frame[score]
        result = result.model_copy(update={"additivity_error": float(difference.abs().max())})
    parameters = {"base_value": base_value, "score": score, "threshold": threshold}
    inputs = [
        Reference(digest=given.digest, role="contributions"),
        *_registered(dataset),
        Reference(digest=judged.digest, role="explained"),
    ]
    return evidence(
        result,
        about=model,
        inputs=inputs,
        producer=producer,
        parameters=parameters,
        mode="reported, computed elsewhere",
    )


def compare_files(
    deployment: str,
    reference: Path,
    current: Path,
    *,
    ignore: Sequence[str],
    limit: float,
    batch: str | None,
    producer: str,
) -> EvidenceRecorded:
    """Return the evidence of drift from one file to another.

    Raises:
        InvalidInput: a file can't be read or lacks a column.
    """
    before, now = tables.read_table(reference), tables.read_table(current)
    columns = [str(name) for name in before.frame.columns if name not in ignore]
    tables.require_columns(now, columns)
    result = drift.compare(
        before.frame, now.frame, columns=columns, threshold=limit, batches=[batch] if batch else []
    )
    inputs = [
        Reference(digest=before.digest, role="reference"),
        Reference(subject=batch, digest=now.digest, role="current"),
    ]
    parameters: Mapping[str, Any] = {"threshold": limit, "ignored": list(ignore)}
    return evidence(result, about=deployment, inputs=inputs, producer=producer, parameters=parameters)


def sealable_table(path: Path) -> Sealable:
    """Return a file's rows as plain values with the types that sealing knows; the same file gives the same.

    Raises:
        InvalidInput: the file can't be read.
    """
    table = tables.read_table(path)
    columns = [
        {"name": str(name), "type": tables.column_type(table.frame[name])} for name in table.frame.columns
    ]
    plain = [_plain_column(table.frame[one["name"]], one["type"]) for one in columns]
    return Sealable(columns=columns, rows=list(zip(*plain, strict=True)))


def _plain_column(series: pd.Series, kind: str) -> list[Any]:
    converters: dict[str, Callable[[Any], Any]] = {
        "bool": bool,
        "int64": int,
        "float64": float,
        "text": str,
        "timestamp": lambda value: value.to_pydatetime(),
        "bytes": bytes,
    }
    convert = converters[kind]
    return [None if missing else convert(value) for value, missing in zip(series, series.isna(), strict=True)]
