"""Family `data-quality`: what a dataset looks like before anybody trains on it.

Six checks, each with what it found and the limit it was held against: types, missing values, ranges,
duplicate rows, constant columns, and overlap with another part (a test row that was trained on makes every
figure too good).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import pandas as pd

from governance.errors import InvalidInput
from governance.evidence.tables import column_type
from governance.lineage.records import Column
from governance.lineage.results import ColumnProfile, DataCheck, DataQuality

Status = Literal["pass", "warn", "fail"]
_ACCEPTED = {
    "float64": {"float64", "int64", "bool"},
    "int64": {"int64", "bool"},
    "bool": {"bool"},
    "text": {"text"},
    "timestamp": {"timestamp", "text"},
    "bytes": {"bytes", "text"},
}
_NAMED = 5


def validate(
    frame: pd.DataFrame,
    schema: Sequence[Column],
    *,
    other: pd.DataFrame | None = None,
    label: str | None = None,
    missing_limit: float = 0.05,
    duplicate_limit: float = 0.01,
) -> DataQuality:
    """Return what was found in `frame`.

    Args:
        frame: the rows.
        schema: the declared columns; every one must be present.
        other: the other part of a train/test split, to look for rows that stand in both.
        label: the outcome's column; a missing outcome fails whatever the limit.
        missing_limit: share of missing values in a column from which the check warns.
        duplicate_limit: share of repeated rows from which the check warns.

    Raises:
        InvalidInput: there are no rows, or a declared column is missing.
    """
    if frame.empty:
        raise InvalidInput("The dataset has no rows.", remedy="Give a file with at least one row.")
    names = [column.name for column in schema]
    absent = [name for name in names if name not in frame.columns]
    if absent:
        raise InvalidInput(
            f"The dataset has no column {', '.join(repr(name) for name in absent)}.",
            remedy="Correct the schema or the file.",
        )
    rows = frame[names]
    duplicates = int(rows.duplicated().sum())
    overlap = None if other is None else _overlap(rows, other, names)
    checks = [
        _types(rows, schema),
        _missing(rows, schema, label, missing_limit),
        _ranges(rows, schema),
        _duplicates(duplicates, len(rows), duplicate_limit),
        _constant(rows),
    ]
    if overlap is not None:
        checks.append(_overlap_check(overlap))
    return DataQuality(
        rows=len(rows),
        columns=[_profile(rows[name]) for name in names],
        duplicates=duplicates,
        overlap_rows=overlap,
        checks=checks,
        status=_worst([check.status for check in checks]),
    )


def _worst(found: Sequence[Status]) -> Status:
    if "fail" in found:
        return "fail"
    return "warn" if "warn" in found else "pass"


def _profile(series: pd.Series) -> ColumnProfile:
    kind = column_type(series)
    numbers = series.dropna().to_numpy(dtype=float) if kind in {"int64", "float64", "bool"} else np.array([])
    numbers = numbers[np.isfinite(numbers)]
    known = len(numbers) > 0
    return ColumnProfile(
        name=str(series.name),
        type=kind,
        missing=int(series.isna().sum()),
        distinct=int(series.nunique()),
        minimum=float(numbers.min()) if known else None,
        maximum=float(numbers.max()) if known else None,
        mean=float(numbers.mean()) if known else None,
    )


def _types(rows: pd.DataFrame, schema: Sequence[Column]) -> DataCheck:
    wrong = []
    for column in schema:
        met = _type_as_stored(rows[column.name], column.type)
        all_missing = rows[column.name].isna().all()
        if not all_missing and met not in _ACCEPTED.get(column.type, {column.type}):
            wrong.append(f"{column.name}: declared {column.type}, found {met}")
    return DataCheck(
        name="types",
        status="fail" if wrong else "pass",
        found=len(wrong),
        limit=0,
        message=f"{len(wrong)} columns are not of their declared type."
        if wrong
        else "All columns are of their declared type.",
        where=wrong,
    )


def _type_as_stored(series: pd.Series, declared: str) -> str:
    """Return the column's type; whole numbers that a table stores as floats count as whole numbers."""
    met = column_type(series)
    if declared in {"int64", "bool"} and met == "float64":
        return "int64" if bool((series.dropna() % 1 == 0).all()) else met
    return met


def _missing(rows: pd.DataFrame, schema: Sequence[Column], label: str | None, limit: float) -> DataCheck:
    gaps = {str(name): int(found) for name, found in rows.isna().sum().items() if found}
    forbidden = [column.name for column in schema if column.name in gaps and not column.nullable]
    if label in gaps and label not in forbidden:
        forbidden.append(str(label))
    heavy = [name for name, found in gaps.items() if found > limit * len(rows)]
    total = sum(gaps.values())
    if forbidden:
        message = f"Values are missing where none may be: {', '.join(forbidden)}."
    elif heavy:
        message = f"More than {limit:.0%} of the values are missing in {', '.join(heavy)}."
    elif gaps:
        message = f"{total} values are missing in {len(gaps)} columns, at most {max(gaps.values())} in one."
    else:
        message = "No value is missing."
    ordered = sorted(gaps, key=lambda name: -gaps[name])
    return DataCheck(
        name="missing-values",
        status="fail" if forbidden else "warn" if heavy else "pass",
        found=total,
        limit=limit,
        message=message,
        where=[f"{name}: {gaps[name]}" for name in ordered],
    )


def _ranges(rows: pd.DataFrame, schema: Sequence[Column]) -> DataCheck:
    where, found = [], 0
    for column in schema:
        if column.minimum is None and column.maximum is None and column.type not in {"int64", "float64"}:
            continue
        numbers = pd.to_numeric(rows[column.name], errors="coerce").to_numpy(dtype=float)
        outside = np.isinf(numbers)
        if column.minimum is not None:
            outside |= numbers < column.minimum
        if column.maximum is not None:
            outside |= numbers > column.maximum
        places = np.flatnonzero(outside)
        if len(places):
            found += len(places)
            shown = ", ".join(f"row {place + 1} has {numbers[place]:g}" for place in places[:_NAMED])
            where.append(f"{column.name}: {shown}")
    return DataCheck(
        name="ranges",
        status="fail" if found else "pass",
        found=found,
        limit=0,
        message=f"{found} values lie outside their declared range."
        if found
        else "All values lie in their declared range.",
        where=where,
    )


def _duplicates(found: int, rows: int, limit: float) -> DataCheck:
    return DataCheck(
        name="duplicate-rows",
        status="warn" if found > limit * rows else "pass",
        found=found,
        limit=limit,
        message=f"{found} of {rows} rows repeat an earlier one." if found else "No row repeats another.",
    )


def _constant(rows: pd.DataFrame) -> DataCheck:
    constant = [str(name) for name in rows.columns if rows[name].nunique(dropna=False) <= 1]
    return DataCheck(
        name="constant-columns",
        status="warn" if constant and len(rows) > 1 else "pass",
        found=len(constant),
        limit=0,
        message=f"The same value stands in every row of {', '.join(constant)}."
        if constant
        else "Every column varies.",
        where=constant,
    )


def _overlap(rows: pd.DataFrame, other: pd.DataFrame, names: list[str]) -> int:
    absent = [name for name in names if name not in other.columns]
    if absent:
        raise InvalidInput(
            f"The other part has no column {', '.join(repr(name) for name in absent)}.",
            remedy="Both parts need the same columns.",
        )
    marks = set(pd.util.hash_pandas_object(other[names].astype(object), index=False))
    return int(pd.util.hash_pandas_object(rows.astype(object), index=False).isin(marks).sum())


def _overlap_check(found: int) -> DataCheck:
    return DataCheck(
        name="overlap",
        status="fail" if found else "pass",
        found=found,
        limit=0,
        message=(
            f"{found} rows stand in the other part too."
            if found
            else "No row stands in both parts of the split."
        ),
    )
