"""What is shown, as a file: CSV for spreadsheets, JSON for programs."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from governance.errors import Conflict, InvalidInput

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Table:
    """Something to export: rows of named values.

    Attributes:
        name: what it is, part of the proposed file name.
        rows: lazily read, so that a long list is never held whole.
    """

    name: str
    rows: Iterable[Mapping[str, Any]]


def write(table: Table, path: Path) -> int:
    """Write a table to a new file and return the number of rows.

    Raises:
        InvalidInput: the name ends neither in `.csv` nor in `.json`, or its folder is not there.
        Conflict: there is such a file already; nothing is overwritten.
    """
    suffix = path.suffix.lower()
    if suffix not in {".csv", ".json"}:
        raise InvalidInput(f"'{path.name}' says no format.", remedy="End the name in .csv or .json.")
    temporary = path.with_name(path.name + ".part")
    try:
        if path.exists():
            raise Conflict(f"There is a file {path} already.", remedy="Choose another name.")
        with temporary.open("w", encoding="utf-8", newline="") as file:
            rows = _write_csv(table, file) if suffix == ".csv" else _write_json(table, file)
        temporary.rename(path)
    except OSError as error:
        raise InvalidInput(
            f"{path} can't be written: {error.strerror or error}.", remedy="Choose another folder."
        ) from error
    finally:
        temporary.unlink(missing_ok=True)
    return rows


def _write_csv(table: Table, file: io.TextIOBase | Any) -> int:
    writer: Any = None
    total = 0
    for row in table.rows:
        if writer is None:
            writer = csv.DictWriter(file, fieldnames=list(row))
            writer.writeheader()
        writer.writerow({name: _cell(value) for name, value in row.items()})
        total += 1
    return total


def _cell(value: Any) -> Any:
    if isinstance(value, (dict, list)):
        value = json.dumps(value, ensure_ascii=False, sort_keys=True)
    if isinstance(value, str) and value.startswith(_FORMULA):
        return "'" + value  # a spreadsheet would run it as a formula
    return value


def _write_json(table: Table, file: io.TextIOBase | Any) -> int:
    total = 0
    file.write("[")
    for row in table.rows:
        file.write(",\n" if total else "\n")
        file.write(json.dumps(dict(row), ensure_ascii=False))
        total += 1
    file.write("\n]\n")
    return total
