"""Tables: facts by label, grids that break across pages with their header, and long plain rows."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any, Literal

from reportlab.lib.colors import Color
from reportlab.platypus import CondPageBreak, Flowable, LongTable, Paragraph, Table, TableStyle

from reports.document import Breaking, Together
from reports.typography import (
    ACCENT,
    ALARM,
    BOLD,
    CAUTION,
    HAIRLINE,
    INK,
    MUTED,
    REGULAR,
    SMALL,
    fit,
    markup,
    plain,
    styles,
)
from reports.typography import width as width_of
from reports.wording import MISSING

Side = Literal["left", "right"]
LABEL_WIDTH = 118.0
ROWS_KEPT = 12
"""Tables of at most so many rows stay on one page if they fit on one."""

RESULT_COLOURS: dict[str, Color] = {
    "pass": ACCENT, "allow": ACCENT, "valid": ACCENT, "waived": CAUTION, "warn": CAUTION, "unclear": CAUTION,
    "expired": CAUTION, "fail": ALARM, "deny": ALARM, "missing": ALARM, "error": ALARM, "revoked": ALARM,
    "void": ALARM,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in a cell: text, or markup made by this package; optionally a result, coloured."""

    text: str
    bold: bool = False
    small: bool = False
    colour: Color | None = None
    trusted: bool = False
    """The text is markup already."""
    blank: bool = False
    """Nothing to say is left empty, not marked as missing."""


def result_cell(result: str) -> Cell:
    """Return a result as a dot and its word: the colour is never the only sign."""
    return Cell(f"● {result}", bold=True, colour=RESULT_COLOURS.get(result, INK))


def result_markup(result: str) -> str:
    """Return a result for running text."""
    colour = RESULT_COLOURS.get(result, INK).hexval().replace("0x", "#")
    return f'<font name="{BOLD}" color="{colour}">● {markup(result)}</font>'


def _content(value: Cell | str | Flowable, side: Side, *, small: bool) -> Flowable:
    if isinstance(value, Flowable):
        return value
    cell = value if isinstance(value, Cell) else Cell(value)
    words = cell.text if cell.trusted else markup(cell.text)
    if cell.bold:
        words = f'<font name="{BOLD}">{words}</font>'
    if cell.colour is not None:
        words = f'<font color="{cell.colour.hexval().replace("0x", "#")}">{words}</font>'
    style = styles().cell_small if small or cell.small else styles().cell
    if side == "right":
        style = style.clone(f"{style.name}-right", alignment=2)
    return Paragraph(words or ("" if cell.blank else MISSING), style)


_TALL = 240.0
"""Points from which on a row may break across pages; lower ones go to the next page whole."""


_KEPT = 3
"""At least so many rows go to the next page, where any do."""


class _Rows(Table):
    """A table that breaks between its rows, and within one only where it is tall."""

    def split(self, availWidth: float, availHeight: float) -> list[Flowable]:  # noqa: N803 - the library's names
        """Break where that leaves whole rows."""
        known: Any = self  # the library's stubs know no heights
        known._calc(availWidth, availHeight)  # noqa: SLF001 - nothing public tells the rows' heights
        self.splitInRow = int(max((one for one in known._rowHeights if one), default=0.0) > _TALL)  # noqa: SLF001
        broken: list[Flowable] = super().split(availWidth, availHeight)
        heights = known._rowHeights  # noqa: SLF001
        if len(broken) == 2 and not self.splitInRow and len(heights) > 2 * _KEPT + 1:
            rest: Any = broken[1]
            if len(rest._rowHeights) - int(known.repeatRows) < _KEPT:  # noqa: SLF001
                upto = sum(heights[:-_KEPT]) + 0.1
                # What is held back goes to the next page, though some of it would fit on this one.
                broken = super().split(availWidth, upto)
                broken[1:1] = [CondPageBreak(availHeight - upto + 30)]
        return broken


class _LongRows(_Rows, LongTable):
    """The same with the library's faster layout for many rows."""


def facts_table(rows: Sequence[tuple[str, Cell | str | Flowable]], width: float) -> Table:
    """Return label and value pairs: labels muted at the left, hairlines between."""
    body = [
        [Paragraph(markup(label), styles().label), _content(value, "left", small=False)]
        for label, value in rows
    ]
    form = _LongRows if len(rows) > ROWS_KEPT else _Rows
    return form(
        body, colWidths=[LABEL_WIDTH, width - LABEL_WIDTH], splitInRow=1, hAlign="LEFT", spaceAfter=10,
        style=TableStyle([
            ("FONTNAME", (0, 0), (-1, -1), REGULAR),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LEFTPADDING", (0, 0), (-1, -1), 0),
            ("RIGHTPADDING", (0, 0), (-1, -1), 6),
            ("TOPPADDING", (0, 0), (0, -1), 5.4),
            ("TOPPADDING", (1, 0), (1, -1), 3.4),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 3.4),
            ("LINEBELOW", (0, 0), (-1, -1), 0.4, HAIRLINE),
        ]),
    )  # fmt: skip


def grid(
    header: Sequence[str],
    rows: Sequence[Sequence[Cell | str | Flowable]],
    widths: Sequence[float],
    *,
    sides: Sequence[Side] | None = None,
    small: bool = False,
    breaks: bool = False,
) -> Flowable:
    """Return a table with a header that repeats on each page; rows may break within when they are taller.

    Args:
        header: the words above each column.
        rows: cells, as many in each row as there are headers.
        widths: column widths in points.
        sides: alignment of each column, left unless said; figures stand right.
        small: use the small size of text.
        breaks: let even a short table break across pages.
    """
    aligned: Sequence[Side] = sides or ["left"] * len(header)
    label = styles().label
    top = [
        Paragraph(markup(word), label if side == "left" else label.clone("label-right", alignment=2))
        for word, side in zip(header, aligned, strict=True)
    ]
    body = [
        [_content(value, side, small=small) for value, side in zip(row, aligned, strict=True)] for row in rows
    ]
    # A figure at the right edge of its column and words at the left of the next need air between them.
    wide = [at for at in range(len(aligned) - 1) if aligned[at] == "right" and aligned[at + 1] == "left"]
    table = _LongRows(
        [top, *body], colWidths=list(widths), repeatRows=1, splitInRow=1, hAlign="LEFT", spaceAfter=10,
        style=TableStyle([
            ("FONTNAME", (0, 0), (-1, -1), REGULAR),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LEFTPADDING", (0, 0), (-1, -1), 0),
            ("RIGHTPADDING", (0, 0), (-2, -1), 8),
            *(("RIGHTPADDING", (at, 0), (at, -1), 18) for at in wide),
            ("RIGHTPADDING", (-1, 0), (-1, -1), 0),
            ("TOPPADDING", (0, 0), (-1, -1), 3.2),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 3.2),
            ("LINEBELOW", (0, 0), (-1, 0), 0.8, INK),
            ("LINEBELOW", (0, 1), (-1, -1), 0.4, HAIRLINE),
        ]),
    )  # fmt: skip
    return table if breaks or len(rows) > ROWS_KEPT else Together([table])


@dataclass(frozen=True, slots=True)
class Column:
    """A column of plain rows: its header, where it starts and how wide it is, in points."""

    header: str
    start: float
    width: float
    side: Side = "left"


_AIR = 12.0


def fitted(
    headers: Sequence[str],
    rows: Sequence[Sequence[str]],
    width: float,
    *,
    right: AbstractSet[int] = frozenset(),
) -> list[Column]:
    """Return columns as wide as their widest text where all fit; else the widest give way, evenly.

    Args:
        headers: the words above each column.
        rows: one text a column.
        width: of all columns together, in points.
        right: which columns stand at the right of theirs.
    """
    texts = [{header, *(row[at] for row in rows)} for at, header in enumerate(headers)]
    needs = [max(width_of(plain(one), REGULAR, SMALL) for one in column) + 0.5 for column in texts]
    room = width - _AIR * (len(needs) - 1)
    most = max(needs)
    while sum(min(one, most) for one in needs) > room and most > 1:
        most -= 1
    wide = [min(one, most) for one in needs]
    air = _AIR + (room - sum(wide)) / max(1, len(wide) - 1)
    return [
        Column(header, sum(wide[:at]) + air * at, wide[at], "right" if at in right else "left")
        for at, header in enumerate(headers)
    ]


class PlainRows(Breaking):
    """One line a row, drawn directly: ten thousand rows cost about a second, where a table costs nine.

    Text that is too wide is cut in the middle. The header repeats on each page.
    """

    LINE = 11.4
    KEPT = 6
    """At least so many rows go to the next page, where any do."""

    def __init__(
        self, columns: Sequence[Column], rows: Sequence[Sequence[str]], anchors: Sequence[str] | None = None
    ) -> None:
        super().__init__()
        self.columns = columns
        self.rows = rows
        self.anchors = anchors

    def wrap(self, aW: float, aH: float) -> tuple[float, float]:  # noqa: ARG002, N803 - the library's signature
        """Take one line a row and one for the header."""
        return aW, self.LINE * (len(self.rows) + 1) + 6

    def split(self, aW: float, aH: float) -> list[Flowable]:  # noqa: ARG002, N803 - the library's signature
        """Break between rows; never leave the header alone."""
        room = int((aH - 6) / self.LINE) - 1
        if room < 2:
            return []
        left = len(self.rows) - room
        if 0 < left < self.KEPT < room - 2:
            room -= self.KEPT - left  # the next page gets more than an orphan or two
        first, rest = self.rows[:room], self.rows[room:]
        anchors = self.anchors or []
        beneath = aH - self.LINE * (room + 1)
        return [
            PlainRows(self.columns, first, anchors[:room] or None),
            *(
                [CondPageBreak(beneath), PlainRows(self.columns, rest, anchors[room:] or None)]
                if rest
                else []
            ),
        ]

    def draw(self) -> None:
        """Draw the header, a rule, and the rows."""
        canvas = self.canv
        top = self.LINE * (len(self.rows) + 1) + 6
        canvas.setFont(REGULAR, SMALL)
        canvas.setFillColor(MUTED)
        for column in self.columns:
            self._put(column, column.header, top - 8)
        canvas.setStrokeColor(INK)
        canvas.setLineWidth(0.8)
        end = max(column.start + column.width for column in self.columns)
        canvas.line(0, top - 12, end, top - 12)
        canvas.setFillColor(INK)
        y = top - 12 - self.LINE + 2
        for at, row in enumerate(self.rows):
            if self.anchors:
                canvas.bookmarkHorizontal(self.anchors[at], 0, y + self.LINE)
            for column, text in zip(self.columns, row, strict=True):
                self._put(column, fit(text, REGULAR, SMALL, column.width), y)
            y -= self.LINE

    def _put(self, column: Column, text: str, y: float) -> None:
        if column.side == "right":
            self.canv.drawRightString(column.start + column.width, y, text)
        else:
            self.canv.drawString(column.start, y, text)
