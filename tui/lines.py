"""What a page is made of: lines of styled spans, some of which lead elsewhere.

Pages are pure functions from façade views and a width to lines; the document widget shows them. Style names are
`muted`, `strong`, `accent`, `title`, `good`, `bad`, `warn`, `link` or empty.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size

Span = tuple[str, str]
"""Text and style name."""


@dataclass(frozen=True, slots=True)
class Link:
    """Where Enter leads: a `subject`, an `entry` (seq), a `decision`, or a `screen`."""

    kind: str
    target: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a page."""

    spans: tuple[Span, ...] = ()
    link: Link | None = None

    @property
    def text(self) -> str:
        """The line without styles."""
        return "".join(text for text, _ in self.spans)


BLANK = Line()


def line(*spans: str | Span, link: Link | None = None) -> Line:
    """Return a line of spans; plain strings have no style."""
    return Line(tuple((span, "") if isinstance(span, str) else span for span in spans if span), link)


def subject_link(subject: str) -> Link:
    """Return the link that opens a subject (decisions open on their own screen)."""
    return Link("decision" if subject.startswith("decision:") else "subject", subject)


def entry_link(seq: int) -> Link:
    """Return the link that opens an entry."""
    return Link("entry", str(seq))


def heading(text: str, note: str = "") -> list[Line]:
    """Return a section's heading, a blank line before it."""
    return [BLANK, line((text.upper(), "title"), ("  " + note if note else "", "muted"))]


def paragraph(text: str, width: int, *, style: str = "", indent: int = 2) -> list[Line]:
    """Return `text` wrapped to `width`, indented."""
    room = max(width - indent, 12)
    wrapped = textwrap.wrap(text, room, break_long_words=True, break_on_hyphens=False)
    return [line(" " * indent, (part, style)) for part in wrapped]


def fact(
    name: str,
    value: str | Sequence[Span],
    width: int,
    *,
    link: Link | None = None,
    label: int = 18,
    style: str = "",
) -> list[Line]:
    """Return `name   value`, the value wrapped beneath itself; only the first line carries the link."""
    prefix: Span = ("  " + fit(name, label), "muted")
    room = max(width - label - 2, 12)
    if not isinstance(value, str):
        return [Line((prefix, *value), link)]
    parts = textwrap.wrap(value, room, break_on_hyphens=False) or ["–"]
    first = Line((prefix, (parts[0], style or ("link" if link else ""))), link)
    return [first, *(Line(((" " * (label + 2), ""), (part, style))) for part in parts[1:])]


def fit(text: str, width: int, *, right: bool = False) -> str:
    """Return `text` in exactly `width` cells, cut with `…`."""
    length = cell_len(text)
    if length > width:
        return set_cell_size(text, max(width - 1, 0)) + ("…" if width > 0 else "")
    return " " * (width - length) + text if right else text + " " * (width - length)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its title, its width in cells (0: what is left), and whether it is right-aligned."""

    title: str
    width: int
    right: bool = False


Cell = str | Span


def widths(columns: Sequence[Column], width: int, *, indent: int = 2) -> list[int]:
    """Return the cells of each column; columns of width 0 share what is left, at least 6 each."""
    fixed = sum(column.width for column in columns) + 2 * (len(columns) - 1) + indent
    flexible = [column for column in columns if column.width == 0]
    share = max((width - fixed) // len(flexible), 6) if flexible else 0
    return [column.width or share for column in columns]


def table_head(columns: Sequence[Column], width: int, *, indent: int = 2) -> Line:
    """Return the line of column titles."""
    cells = [
        fit(column.title, size, right=column.right)
        for column, size in zip(columns, widths(columns, width, indent=indent), strict=True)
    ]
    return line(" " * indent, ("  ".join(cells).rstrip(), "muted"))


def table_row(
    columns: Sequence[Column], cells: Iterable[Cell], width: int, *, link: Link | None = None, indent: int = 2
) -> Line:
    """Return one row of a table; cells are cut to their columns."""
    spans: list[Span] = [(" " * indent, "")]
    for index, (column, size, cell) in enumerate(
        zip(columns, widths(columns, width, indent=indent), cells, strict=True)
    ):
        text, style = (cell, "") if isinstance(cell, str) else cell
        spans.append(("  " if index else "", ""))
        spans.append((fit(text, size, right=column.right), style))
    return Line(tuple(spans), link)


def bar(share: float, width: int) -> str:
    """Return a horizontal bar of `share` (0..1) of `width` cells, in eighths of a cell."""
    eighths = round(max(0.0, min(share, 1.0)) * width * 8)
    full, rest = divmod(eighths, 8)
    return "█" * full + ("" if rest == 0 else "▏▎▍▌▋▊▉"[rest - 1])
