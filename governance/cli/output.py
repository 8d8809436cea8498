"""Printing: text for people on a console, JSON for programs on standard output."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pydantic import BaseModel
    from rich.console import Console

    from governance.errors import GovernanceError

_UNSAFE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""What would steer a terminal or turn text around: control characters but line feed and tab, bidi controls."""
_HASH = re.compile(r"(?<![0-9a-f])([0-9a-f]{12})[0-9a-f]{52}(?![0-9a-f])")
_INSTANT = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d):\d\d(?:\.\d+)?Z")
_NARROWEST = 40


def visible(text: str) -> str:
    """Return text in which nothing can steer the terminal: what others wrote is printed, never obeyed."""
    return _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def short(text: str) -> str:
    """Return text with each SHA-256 in hex cut to its first 12 digits; `--json` gives all of them."""
    return _HASH.sub(r"\1…", text)


def readable(text: str) -> str:
    """Return text with its hashes cut and its instants as people write them, to the minute."""
    return _INSTANT.sub(r"\1 \2 UTC", short(text))


def columns() -> int | None:
    """Return how many columns a line may have; None where a pipe or file takes lines of any length."""
    if sys.stdout.isatty() or "COLUMNS" in os.environ:
        return max(shutil.get_terminal_size().columns, _NARROWEST)
    return None


def console(*, stderr: bool = False) -> Console:
    """Return a rich console that writes to the current standard streams."""
    from rich.console import Console

    return Console(stderr=stderr, highlight=False, soft_wrap=True)


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
    """Print text as it is, but for what would steer the terminal, on standard output."""
    sys.stdout.write(visible(text if text.endswith("\n") else text + "\n"))


def print_prose(text: str, *, indent: str = "", hanging: str | None = None) -> None:
    """Print sentences, wrapped between words where the console ends.

    Args:
        text: one or several lines.
        indent: what the first line begins with.
        hanging: what the following lines begin with; by default as many blanks.
    """
    following = " " * len(indent) if hanging is None else hanging
    width = columns()
    for number, line in enumerate(visible(text).splitlines() or [""]):
        first = indent if number == 0 else following
        if width is None:
            print_text((first + line).rstrip())
            continue
        own = line[: len(line) - len(line.lstrip())]
        wrapped = textwrap.wrap(
            line.strip(), width, initial_indent=first + own, subsequent_indent=following + own,
            break_long_words=False, break_on_hyphens=False,
        )  # fmt: skip
        print_text("\n".join(wrapped) or first.rstrip())


def print_headline(sign: str, word: str, sentence: str, *, good: bool) -> None:
    """Print a verdict: a sign, perhaps a word, in colour on a terminal, and its sentence."""
    from rich.text import Text

    mark = f"{sign} {word}".rstrip()
    gap = "  " if word else " "
    if not sys.stdout.isatty():
        print_prose(f"{mark}{gap}{sentence}", hanging="  ")
        return
    console().print(Text(mark, style="bold green" if good else "bold red"), end=gap)
    print_prose(sentence, hanging="  ")


def print_error(error: GovernanceError) -> None:
    """Print what was wrong and what to do next on standard error."""
    from rich.text import Text

    out = console(stderr=True)
    out.print(Text.assemble(("error:", "bold red"), " ", visible(error.message)))
    if error.remedy:
        out.print(Text(visible(error.remedy), style="dim"))


def print_facts(facts: Iterable[tuple[str, str]]) -> None:
    """Print `name  value` lines, aligned, wrapped under their value."""
    pairs = list(facts)
    width = max((len(name) for name, _ in pairs), default=0)
    for name, value in pairs:
        print_prose(value, indent=f"{name:<{width}}  ", hanging=" " * (width + 2))


def print_table(names: Sequence[str], rows: Iterable[Sequence[str]], *, empty: str) -> None:
    """Print rows under column names, or the sentence `empty` when there are none.

    Where the console is too narrow for the widest row, each row is printed as a block of `name  value` lines instead:
    nothing is cut, and a name can still be copied whole.
    """
    cells = [[visible(cell) for cell in row] for row in rows]
    if not cells:
        print_prose(empty)
        return
    widths = [
        max(_cell_width(line) for cell in column for line in cell.splitlines() or [""])
        for column in zip(names, *cells, strict=True)
    ]
    room = columns()
    if room is None or sum(widths) + 2 * (len(widths) - 1) <= room:
        print_text(_row(names, widths))
        for row in cells:
            for line in _lines(row):
                print_text(_row(line, widths))
        return
    for row in cells:
        print_prose(row[0])
        print_facts((f"  {name}", value) for name, value in zip(names[1:], row[1:], strict=True) if value)


def _lines(row: Sequence[str]) -> Iterator[list[str]]:
    split = [cell.splitlines() or [""] for cell in row]
    for number in range(max(len(lines) for lines in split)):
        yield [lines[number] if number < len(lines) else "" for lines in split]


def _row(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = (cell + " " * (width - _cell_width(cell)) for cell, width in zip(cells, widths, strict=True))
    return "  ".join(padded).rstrip()


def _cell_width(text: str) -> int:
    """Return how many columns a terminal takes for `text`: two for a wide letter, none for a combining one."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def plainly(value: Any, level: int = 1) -> str:
    """Return JSON as indented `name: value` lines, which people read more easily than braces and quotes."""
    blanks = "  " * level
    if isinstance(value, Mapping):
        pairs = [(f"{blanks}{name}:", member) for name, member in value.items()]
    else:
        pairs = [(f"{blanks}-", member) for member in value]
    lines = []
    for name, member in pairs:
        if isinstance(member, Mapping | list) and member:
            lines += [name, plainly(member, level + 1)]
        else:
            lines.append(f"{name} {_plain_scalar(member)}")
    return "\n".join(lines) or f"{blanks}(empty)"


def _plain_scalar(value: Any) -> str:
    if isinstance(value, str) and value.strip() == value and value and "\n" not in value:
        return value
    return json.dumps(value, ensure_ascii=False)


RESULT_SIGNS = {
    "pass": "✓", "warn": "!", "waived": "~", "unclear": "?", "fail": "✗", "missing": "∅", "error": "✗",
    "allow": "✓", "deny": "✗",
}  # fmt: skip
"""A sign beside each word: colour is never the only sign."""
