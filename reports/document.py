"""The document: pages, header and footer with the checkpoint, page n of m, bookmarks, contents with links."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

from reportlab.lib.pagesizes import A4, LETTER
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    CondPageBreak,
    Flowable,
    Frame,
    IndexingFlowable,
    KeepTogether,
    LongTable,
    NextPageTemplate,
    PageBreak,
    PageTemplate,
    Paragraph,
    TableStyle,
)
from reportlab.platypus.tableofcontents import TableOfContents

from reports.typography import ACCENT, BOLD, HAIRLINE, MUTED, REGULAR, SMALL, fit, markup, plain, styles
from reports.wording import short

PAPERS = {"a4": A4, "letter": LETTER}
LEFT, RIGHT, TOP, BOTTOM = 62.0, 54.0, 78.0, 64.0
"""Margins in points. Header and footer stand within them."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """What every page says about where the report comes from."""

    report: str
    subject: str
    origin: str
    size: int
    root: str

    @property
    def checkpoint(self) -> str:
        """The checkpoint in one line."""
        return f"{self.origin} · checkpoint {self.size:,} · {short(self.root)}"


@dataclass(frozen=True, slots=True)
class Page:
    """The paper and the width of its text column, in points."""

    paper: str = "a4"

    @property
    def size(self) -> tuple[float, float]:
        """Width and height of the paper."""
        return PAPERS[self.paper]

    @property
    def width(self) -> float:
        """Width of the text column."""
        return self.size[0] - LEFT - RIGHT

    @property
    def height(self) -> float:
        """Height of the text column."""
        return self.size[1] - TOP - BOTTOM


class Together(KeepTogether):
    """Flowables that stand on one page if they fit on one; groups within groups become one group.

    The library breaks a page before each nested group, whether or not it would have fitted.
    """

    def __init__(self, flowables: Sequence[Flowable], maxHeight: float | None = None) -> None:  # noqa: N803 - the library's name
        flat: list[Flowable] = []
        for one in flowables:
            flat += getattr(one, "_content", [one]) if isinstance(one, KeepTogether) else [one]
        super().__init__(flat, maxHeight)


class Lead(Paragraph):
    """Words that introduce what follows, and never stand alone at the foot of a page."""


class Heading(Lead):
    """A heading that stands in the bookmarks, and at level 0 in the contents."""

    def __init__(self, text: str, level: int, key: str) -> None:
        style = styles().section if level == 0 else styles().part
        super().__init__(markup(text), style)
        self.words = text
        self.level = level
        self.key = key


def held(story: Sequence[Flowable]) -> list[Flowable]:
    """Return the story with every lead tied to what it leads to.

    What may break across pages (a long table) begins beneath its lead where some lines of it fit; anything else
    goes to the next page with its lead when it does not fit on this one.
    """
    tied: list[Flowable] = []
    leads: list[Flowable] = []
    for one in story:
        if isinstance(one, Lead):
            leads.append(one)
        elif not leads:
            tied.append(one)
        else:
            if isinstance(one, (LongTable, Breaking)):
                tied += [CondPageBreak(_LEAD * len(leads) + _SOME_LINES), *leads, one]
            else:
                tied.append(Together([*leads, one]))
            leads = []
    return [*tied, *leads]


_LEAD, _SOME_LINES = 28.0, 84.0
"""Points that a lead takes at most, mostly; and what must fit beneath it of a long table."""


class Breaking(Flowable):
    """Root of our own flowables that break across pages."""


class _PageTotal(IndexingFlowable):
    """Remembers how many pages the last pass had, and asks for another pass until that is settled."""

    def __init__(self) -> None:
        super().__init__()
        self.total = 0
        self.seen = 0

    def wrap(self, aW: float, aH: float) -> tuple[float, float]:  # noqa: ARG002, N803 - the library's signature
        """Take no room."""
        return 0, 0

    def draw(self) -> None:
        """Draw nothing."""

    def beforeBuild(self) -> None:  # noqa: N802 - the library's name
        """Keep the count of the pass before."""
        self.total, self.seen = self.seen, 0

    def isSatisfied(self) -> int:  # noqa: N802 - the library's name
        """Say whether the printed total is the true one."""
        return int(self.total == self.seen)


class _Pages(BaseDocTemplate):
    def __init__(self, out: BytesIO, stamp: Stamp, page: Page, total: _PageTotal, title: str) -> None:
        super().__init__(
            out, pagesize=page.size, leftMargin=LEFT, rightMargin=RIGHT, topMargin=TOP, bottomMargin=BOTTOM,
            title=title, author=stamp.origin, subject=f"{stamp.report} · {stamp.checkpoint}",
            creator="ml-governance", producer="ml-governance", keywords=[stamp.subject, stamp.origin, stamp.root],
            invariant=1, pageCompression=1, lang="en", displayDocTitle=True, initialFontName=REGULAR,
            initialFontSize=SMALL, keepTogetherClass=Together,
        )  # fmt: skip
        self.stamp, self.page_form, self.page_total = stamp, page, total
        frame = Frame(
            LEFT,
            BOTTOM,
            page.width,
            page.height,
            leftPadding=0,
            rightPadding=0,
            topPadding=0,
            bottomPadding=0,
        )
        self.addPageTemplates([
            PageTemplate("cover", [frame], onPage=self._footer),
            PageTemplate("inside", [frame], onPage=self._header_and_footer),
        ])  # fmt: skip

    def _header_and_footer(self, canvas: Canvas, doc: BaseDocTemplate) -> None:
        width, height = self.page_form.size
        canvas.saveState()
        canvas.setFont(REGULAR, SMALL)
        canvas.setFillColor(MUTED)
        canvas.drawString(LEFT, height - 44, plain(self.stamp.report))
        subject = fit(self.stamp.subject, REGULAR, SMALL, self.page_form.width * 0.7)
        canvas.drawRightString(width - RIGHT, height - 44, subject)
        canvas.setStrokeColor(HAIRLINE)
        canvas.setLineWidth(0.5)
        canvas.line(LEFT, height - 51, width - RIGHT, height - 51)
        canvas.restoreState()
        self._footer(canvas, doc)

    def _footer(self, canvas: Canvas, doc: BaseDocTemplate) -> None:
        width = self.page_form.size[0]
        self.page_total.seen = max(self.page_total.seen, doc.page)
        canvas.saveState()
        canvas.setFont(REGULAR, SMALL)
        canvas.setFillColor(MUTED)
        made_of = fit(self.stamp.checkpoint, REGULAR, SMALL, self.page_form.width * 0.8)
        canvas.drawString(LEFT, 36, made_of)
        total = self.page_total.total or doc.page
        canvas.drawRightString(width - RIGHT, 36, f"page {doc.page} of {total}")
        canvas.restoreState()

    def afterFlowable(self, flowable: Flowable) -> None:  # noqa: N802 - the library's name
        """Enter headings in the bookmarks and the contents."""
        if isinstance(flowable, Heading):
            self.canv.bookmarkPage(flowable.key)
            self.canv.addOutlineEntry(
                plain(flowable.words), flowable.key, flowable.level, closed=flowable.level > 0
            )
            if flowable.level == 0:
                self.notify("TOCEntry", (0, markup(flowable.words), self.page, flowable.key))


def contents() -> list[Flowable]:
    """Return the table of contents, each line a link."""
    table = TableOfContents(dotsMinLevel=-1, rightColumnWidth=40)
    table.tableStyle = TableStyle([
        ("FONTNAME", (0, 0), (-1, -1), REGULAR), ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (-1, -1), 0), ("RIGHTPADDING", (0, 0), (-1, -1), 0),
    ])  # fmt: skip
    table.levelStyles = [
        ParagraphStyle("contents", parent=styles().text, leading=19, spaceAfter=0, textColor=ACCENT)
    ]
    return [
        Paragraph("Contents", ParagraphStyle("contents-title", parent=styles().part, fontName=BOLD)),
        table,
    ]


def inside() -> list[Flowable]:
    """Return what ends the cover and begins the pages with a header."""
    return [NextPageTemplate("inside"), PageBreak()]


def render(story: Sequence[Flowable], *, stamp: Stamp, page: Page, title: str) -> bytes:
    """Return the PDF. A pure function of its arguments: no clock, no random identifiers."""
    out = BytesIO()
    total = _PageTotal()
    document = _Pages(out, stamp, page, total, title)
    document.multiBuild([total, *held(story)], maxPasses=6)
    return out.getvalue()
