"""Screen 4: the inventory of subjects, and one page for any subject."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from governance.errors import LedgerUnusable
from governance.workspace import Workspace
from governance.workspace.views import SubjectSummary
from tui.exports import Table
from tui.lines import Cell, Column, Line, subject_link, table_head, table_row
from tui.moments import Clock
from tui.pages.subject import SubjectPage, subject_lines
from tui.screens.base import RecordScreen, framed
from tui.widgets.document import Document
from tui.widgets.pane import Pane
from tui.widgets.rows import GrowingDocument
from tui.words import place, short_subject, subject_name

_PAGE = 100
_EVIDENCE = 12
_KINDS = (
    None,
    "system",
    "dataset",
    "run",
    "model",
    "deployment",
    "batch",
    "evidence",
    "decision",
    "approval",
    "alert",
)


class SubjectsScreen(RecordScreen):
    """Everything that is known, kind by kind."""

    MODE = "subjects"
    HELP = """
Every subject that the ledger knows: systems, datasets, runs, models, deployments, batches and what is about
them.

Tab shows one kind after the other. Enter opens a subject's page, l its lineage, g its decisions.
"""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "kind(1)", "Next kind", priority=True),
        Binding("shift+tab", "kind(-1)", "Previous kind", show=False, priority=True),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._kind = 0
        self._found: list[SubjectSummary] = []
        self._asking = False

    def body(self) -> ComposeResult:
        """Lay out the list."""
        yield framed(GrowingDocument())

    def on_mount(self) -> None:
        """Read on when the end comes into sight."""
        self.query_one(GrowingDocument).on_end = self._more

    def status(self) -> str:
        """Say which kind is shown."""
        kind = _KINDS[self._kind] or "all kinds"
        more = "" if self.query_one(GrowingDocument).complete else "+"
        return f"{kind}   {len(self._found):,}{more}"

    def load(self) -> None:
        """Read the first page of the kind."""
        self._found = []
        self._ask(None)

    def _more(self) -> None:
        if not self._asking and self._found:
            self._ask(self._found[-1].subject)

    def _ask(self, after: str | None) -> None:
        self._asking = True
        kind = _KINDS[self._kind]
        self.read(
            lambda: self.record.workspace.subjects(kind, after=after, limit=_PAGE),
            self._show,
            pane=self.query_one(Pane),
            failed=self._failed,
        )

    def _failed(self, error: Exception) -> None:
        self._asking = False
        pane = self.query_one(Pane)
        if self._found and isinstance(error, LedgerUnusable):
            pane.show_content()  # the pages that were read before stay
        else:
            pane.show_failure(error)

    def _show(self, found: list[SubjectSummary]) -> None:
        self._asking = False
        first = not self._found
        self._found.extend(found)
        document = self.query_one(GrowingDocument)
        document.complete = len(found) < _PAGE
        pane = self.query_one(Pane)
        if not self._found:
            pane.show_empty(f"No {_KINDS[self._kind] or 'subject'} is registered yet.")
        else:
            pane.show_content()
            rows, clock = self._found, self.record.clock
            document.show(lambda width: inventory_lines(rows, clock, width), keep_place=not first)
            document.focus()
        self.show_where()

    def action_kind(self, step: int) -> None:
        """Show another kind."""
        self._kind = (self._kind + step) % len(_KINDS)
        self.load()

    def table(self) -> Table | None:
        """Export the subjects of the kind."""
        if not self._found:
            return None
        return Table(_KINDS[self._kind] or "subjects", [row.model_dump() for row in self._found])

    def repaint(self) -> None:
        """Paint again with another clock."""
        self.load()


def inventory_lines(rows: list[SubjectSummary], clock: Clock, width: int) -> list[Line]:
    """Return the list of subjects."""
    columns = [
        Column("subject", 0),
        Column("last entry", 24),
        Column("time", 16),
        Column("seq", 10, right=True),
    ]
    lines = [table_head(columns, width, indent=1)]
    for row in rows:
        cells: list[Cell] = [
            (short_subject(row.subject), "link"),
            row.last_kind,
            (clock.minute(row.last_time), "muted"),
            (place(row.last_seq), "muted"),
        ]
        lines.append(table_row(columns, cells, width, link=subject_link(row.subject), indent=1))
    return lines


class SubjectScreen(RecordScreen):
    """One subject whole."""

    MODE = "subjects"
    HELP = """
One subject whole: decisions and approvals about it, its evidence drawn, its facts, its neighbours, its
timeline.

l draws its lineage, g lists its decisions; every name under the cursor opens with Enter.
"""

    def __init__(self, subject: str) -> None:
        super().__init__()
        self.subject = subject
        self._page: SubjectPage | None = None

    def body(self) -> ComposeResult:
        """Lay out the page."""
        yield framed(Document())

    def trail(self) -> str:
        """Name the subject."""
        return subject_name(self.subject)

    def load(self) -> None:
        """Read everything that the page is made of."""
        self.read(
            lambda: read_subject(self.record.workspace, self.subject), self._show, pane=self.query_one(Pane)
        )

    def _show(self, page: SubjectPage) -> None:
        self._page = page
        self.query_one(Pane).show_content()
        clock = self.record.clock
        self.query_one(Document).show(lambda width: subject_lines(page, clock, width))

    def subject_here(self) -> str | None:
        """Return the subject of the page: that is what `l` and `g` are about here."""
        return self.subject

    def copies(self) -> list[tuple[str, str]]:
        """Offer the subject and the entry hashes that made it."""
        last = self._page.view.entries[-1] if self._page and self._page.view.entries else None
        return [("subject", self.subject), *([("entry hash", last.entry), ("id", last.id)] if last else [])]

    def table(self) -> Table | None:
        """Export the timeline with its bodies."""
        if self._page is None:
            return None
        name = self.subject.replace(":", "-").replace("/", "-").replace("@", "-")
        return Table(name, [entry.model_dump(mode="json") for entry in self._page.view.entries])

    def repaint(self) -> None:
        """Paint again with another clock."""
        if self._page is not None:
            self._show(self._page)


def read_subject(workspace: Workspace, subject: str) -> SubjectPage:
    """Return what a subject's page is made of, its evidence bounded."""
    view = workspace.subject(subject)
    near = workspace.lineage(subject, direction="both", depth=1)
    edges = [edge for edge in near.edges if subject in {edge.source, edge.target}]
    about = [
        edge.source
        for edge in sorted(edges, key=lambda one: -one.seq)
        if edge.relation == "evidence-about" and edge.target == subject
    ]
    decided = view.kind in {"model", "system", "deployment"}
    return SubjectPage(
        view=view,
        edges=edges,
        evidence=[workspace.subject(name) for name in about[:_EVIDENCE]],
        evidence_left_out=max(len(about) - _EVIDENCE, 0),
        decisions=workspace.decisions(subject, limit=20) if decided else [],
        approvals=workspace.approvals(subject) if decided else [],
    )
