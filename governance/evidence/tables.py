"""Reading somebody's CSV or Parquet file, and saying precisely what is wrong with it.

A file is read whole, named by the SHA-256 of its bytes, and refused rather than repaired: a ragged row, an
undecodable byte, a missing or mistyped column each give one sentence with file, column and row. Rows count
from 1 without the header. Column types are those of sealed batches: `bool, int64, float64, text, timestamp,
bytes`.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from governance.errors import InvalidInput, NotFound
from governance.lineage.records import Column, DataFile

if TYPE_CHECKING:
    from collections.abc import Iterable

TYPES = ("bool", "int64", "float64", "text", "timestamp", "bytes")
_NUMERIC = ("bool", "int64", "float64")


@dataclass(frozen=True, slots=True)
class Table:
    """A file as read: its rows, and what names it."""

    name: str
    digest: str
    """`sha256:…` of the file's bytes."""
    size: int
    frame: pd.DataFrame

    @property
    def rows(self) -> int:
        """Number of data rows."""
        return len(self.frame)

    @property
    def file(self) -> DataFile:
        """The file as `dataset.registered` names it."""
        return DataFile(name=self.name, digest=self.digest, bytes=self.size, rows=self.rows)


def digest_of(data: bytes) -> str:
    """Return the digest by which the ledger names these bytes."""
    return "sha256:" + hashlib.sha256(data).hexdigest()


def read_table(path: Path | str) -> Table:
    """Return the rows of a `.csv` or `.parquet` file.

    Raises:
        NotFound: there is no such file.
        InvalidInput: it is empty, not decodable, ragged, or of another format.
    """
    path = Path(path)
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise NotFound(f"There is no file {path}.", remedy="Check the path.") from None
    except IsADirectoryError:
        raise InvalidInput(f"{path} is a folder, not a file.", remedy="Name a CSV or Parquet file.") from None
    except PermissionError:
        raise InvalidInput(f"{path} may not be read by this user.", remedy="Check its permissions.") from None
    if not data:
        raise InvalidInput(f"{path.name} is empty.", remedy="Give a file with a header line and rows.")
    suffix = path.suffix.lower()
    if suffix == ".csv":
        frame = _read_csv(path.name, data)
    elif suffix in {".parquet", ".pq"}:
        frame = _read_parquet(path.name, data)
    else:
        raise InvalidInput(
            f"{path.name} is neither CSV nor Parquet by its name.", remedy="Name it .csv or .parquet."
        )
    if frame.empty:
        raise InvalidInput(
            f"{path.name} has a header but no rows.", remedy="Give a file with at least one row."
        )
    return Table(name=path.name, digest=digest_of(data), size=len(data), frame=frame)


def _read_csv(name: str, data: bytes) -> pd.DataFrame:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InvalidInput(
            f"{name}, line {line}: byte 0x{data[error.start]:02x} is not UTF-8.",
            remedy="Save the file as UTF-8 (for example: iconv -f latin1 -t utf-8).",
        ) from None
    if "\x00" in text:
        raise InvalidInput(f"{name} holds a zero byte; it is no text.", remedy="Give a CSV file in UTF-8.")
    _check_shape(name, text)
    return pd.read_csv(io.StringIO(text), skipinitialspace=True, low_memory=False)


def _check_shape(name: str, text: str) -> None:
    reader = csv.reader(io.StringIO(text), strict=True, skipinitialspace=True)
    try:
        header = next(reader, [])
        _check_header(name, header)
        for number, row in enumerate((row for row in reader if row), start=1):
            if len(row) != len(header):
                raise InvalidInput(
                    f"{name}, row {number} (line {reader.line_num}) has {len(row)} fields; "
                    f"the header names {len(header)}.",
                    remedy="Quote fields that hold commas, and give every row all fields.",
                )
    except csv.Error as error:
        raise InvalidInput(
            f"{name}, line {reader.line_num} is not CSV: {error}.", remedy="Check the quotes on that line."
        ) from None


def _check_header(name: str, header: Sequence[str]) -> None:
    if not header:
        raise InvalidInput(f"{name} has no header line.", remedy="Name the columns in the first line.")
    for position, column in enumerate(header, start=1):
        if not column.strip():
            raise InvalidInput(f"{name}: column {position} has no name.", remedy="Name every column.")
        if column in header[: position - 1]:
            raise InvalidInput(
                f"{name}: two columns are named '{column}'.", remedy="Give each column a name of its own."
            )


def _read_parquet(name: str, data: bytes) -> pd.DataFrame:
    import pyarrow as pa

    try:
        frame = pd.read_parquet(io.BytesIO(data))
    except (pa.ArrowException, ValueError, OSError) as error:
        reason = str(error).splitlines()[0][:200]
        raise InvalidInput(
            f"{name} is not a Parquet file that can be read: {reason}", remedy="Write it again, or give CSV."
        ) from None
    frame.columns = [str(column) for column in frame.columns]
    _check_header(name, list(frame.columns))
    return frame.reset_index(drop=True)


def column_type(series: pd.Series) -> str:
    """Return the type of a column's values, one of `TYPES`; whole numbers with gaps stay `int64`."""
    kind = series.dtype
    present = series.dropna()
    found = "text"
    if pd.api.types.is_bool_dtype(kind):
        found = "bool"
    elif pd.api.types.is_integer_dtype(kind):
        found = "int64"
    elif pd.api.types.is_float_dtype(kind):
        whole = series.isna().any() and len(present) > 0 and bool(np.all(np.mod(present, 1) == 0))
        found = "int64" if whole else "float64"
    elif pd.api.types.is_datetime64_any_dtype(kind):
        found = "timestamp"
    elif len(present) and all(isinstance(value, bool) for value in present):
        found = "bool"
    elif len(present) and all(isinstance(value, bytes) for value in present):
        found = "bytes"
    return found


def infer_schema(frame: pd.DataFrame, descriptions: dict[str, str] | None = None) -> list[Column]:
    """Return the schema that these rows show: type, whether values are missing, the range of numbers."""
    columns = []
    for name in frame.columns:
        series = frame[name]
        kind = column_type(series)
        present = series.dropna()
        numeric = kind in _NUMERIC[1:] and len(present) > 0 and bool(np.isfinite(present).all())
        columns.append(
            Column(
                name=str(name),
                type=kind,
                nullable=bool(series.isna().any()),
                minimum=float(present.min()) if numeric else None,
                maximum=float(present.max()) if numeric else None,
                description=(descriptions or {}).get(str(name)),
            )
        )
    return columns


def require_columns(table: Table, names: Iterable[str]) -> None:
    """Refuse a table that lacks a column.

    Raises:
        InvalidInput: names the missing columns and near ones.
    """
    present = [str(name) for name in table.frame.columns]
    missing = [name for name in names if name not in present]
    if not missing:
        return
    near = sorted({match for name in missing for match in get_close_matches(name, present, n=2)})
    hint = f"Did you mean {', '.join(near)}?" if near else f"It has: {', '.join(present[:20])}."
    listed = ", ".join(f"'{name}'" for name in missing)
    raise InvalidInput(f"{table.name} has no column {listed}.", remedy=hint)


def require_numbers(table: Table, names: Iterable[str], *, nullable: bool = False) -> None:
    """Refuse a table where one of these columns holds something that is no finite number.

    Raises:
        InvalidInput: names file, column, row and the value met.
    """
    wanted = list(names)
    require_columns(table, wanted)
    for name in wanted:
        series = table.frame[name]
        numbers = pd.to_numeric(series, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
        present = series.notna().to_numpy()
        wrong = np.flatnonzero(present & ~np.isfinite(numbers))
        if len(wrong):
            row = int(wrong[0])
            raise InvalidInput(
                f"{table.name}, column '{name}', row {row + 1}: '{series.iloc[row]}' is no finite number"
                f"{_and_more(len(wrong))}.",
                remedy="Correct the value; an empty field means missing.",
            )
        if not nullable:
            require_present(table, [name])


def require_present(table: Table, names: Iterable[str]) -> None:
    """Refuse a table where one of these columns has a missing value.

    Raises:
        InvalidInput: names file, column and the first row.
    """
    wanted = list(names)
    require_columns(table, wanted)
    for name in wanted:
        gaps = np.flatnonzero(table.frame[name].isna().to_numpy())
        if len(gaps):
            raise InvalidInput(
                f"{table.name}, column '{name}', row {int(gaps[0]) + 1}: a value is missing (NaN)"
                f"{_and_more(len(gaps))}.",
                remedy="Every row needs a value here; remove those rows or fill them before.",
            )


def _and_more(found: int) -> str:
    return f"; {found} rows in all" if found > 1 else ""
