"""Printing: text for people on a console, JSON for programs on standard output."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pydantic import BaseModel
    from rich.console import Console

    from governance.errors import GovernanceError


def console(*, stderr: bool = False) -> Console:
    """Return a rich console that writes to the current standard streams."""
    from rich.console import Console

    width = None if sys.stdout.isatty() or "COLUMNS" in os.environ else 160
    return Console(stderr=stderr, highlight=False, soft_wrap=False, width=width)


def print_json(value: BaseModel | Mapping[str, Any] | Sequence[Any]) -> None:
    """Print one JSON document, models included, on standard output."""
    sys.stdout.write(json.dumps(_plain(value), indent=2, ensure_ascii=False) + "\n")


def print_json_line(value: Mapping[str, Any]) -> None:
    """Print one JSON object on one line and flush, for pipelines."""
    sys.stdout.write(json.dumps(value, separators=(",", ":"), ensure_ascii=False) + "\n")
    sys.stdout.flush()


def _plain(value: Any) -> Any:
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json", by_alias=True)
    if isinstance(value, Mapping):
        return {key: _plain(member) for key, member in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(member) for member in value]
    return value


def print_text(text: str) -> None:
    """Print text as it is on standard output, without markup or wrapping."""
    sys.stdout.write(text if text.endswith("\n") else text + "\n")


def print_error(error: GovernanceError) -> None:
    """Print what was wrong and what to do next on standard error."""
    out = console(stderr=True)
    out.print("[bold red]error:[/] ", end="")
    out.print(error.message, markup=False)
    if error.remedy:
        out.print(error.remedy, markup=False, style="dim")


def print_table(
    columns: Sequence[str], rows: Iterable[Sequence[str]], *, empty: str, title: str = ""
) -> None:
    """Print rows under column names, or the sentence `empty` when there are none."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, title=title or None, title_justify="left", header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    count = 0
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
        count += 1
    console().print(table if count else empty)


def print_facts(facts: Iterable[tuple[str, str]]) -> None:
    """Print `name  value` lines, aligned."""
    pairs = list(facts)
    width = max((len(name) for name, _ in pairs), default=0)
    for name, value in pairs:
        first, *rest = value.splitlines() or [""]
        print_text(f"{name:<{width}}  {first}")
        for line in rest:
            print_text(f"{'':<{width}}  {line}")


RESULT_SIGNS = {
    "pass": "✓", "warn": "!", "waived": "~", "unclear": "?", "fail": "✗", "missing": "∅", "error": "✗",
    "allow": "✓", "deny": "✗",
}  # fmt: skip
"""A sign beside each word: colour is never the only sign."""
