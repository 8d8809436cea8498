"""Screen 3: where a subject comes from and what came from it."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical

from governance.errors import GovernanceError, InvalidInput, NotFound
from governance.workspace.views import EntryQuery, Lineage
from tui import nearness
from tui.exports import Table
from tui.lineage_layout import draw
from tui.lines import Link
from tui.pages.lineage import Grown, Picture, column_heads, lineage_list, notes, picture
from tui.screens.base import RecordScreen
from tui.widgets.document import Document
from tui.widgets.graph import Graph
from tui.widgets.pane import Pane
from tui.widgets.prompt import FilterSuggester, Prompt
from tui.words import counted, subject_name

_DEPTH = 4


class LineageScreen(RecordScreen):
    """A subject in the middle, upstream left, downstream right; a list where the window is too narrow."""

    MODE = "lineage"
    HELP = """
The subject stands in the middle, what it was made from on its left, what was made from it on its right.

Arrows move along the lines; Enter opens a node, l puts it in the middle, space (or an arrow at the rim) reads
what lies beyond. v switches between drawing and list, a shows evidence, approvals and decisions in the drawing
too. / asks for a subject.

A name with … has more behind it; ? marks what other entries name and none registered.
"""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "ask", "Subject", key_display="/"),
        Binding("v", "view", "List"),
        Binding("a", "everything", "All"),
    ]

    def __init__(self, subject: str | None = None) -> None:
        super().__init__()
        self._grown: Grown | None = Grown(subject) if subject else None
        self._everything = False
        self._as_list: bool | None = None
        self._picture: Picture | None = None

    def body(self) -> ComposeResult:
        """Lay out the drawing, the list, the strip of notes, the prompt."""
        pane = Pane(Container(Graph(), Document(id="list")), classes="page")
        yield pane
        yield Vertical(Document(id="notes"), classes="strip")
        yield Prompt("Which subject? KIND:NAME@VERSION, for example model:credit-scorer@3",
                     FilterSuggester(self._known, fields=False))  # fmt: skip

    def on_mount(self) -> None:
        """Begin to read."""
        self.query_one("#notes", Document).can_focus = False

    def trail(self) -> str:
        """Name the subject."""
        return f"Lineage of {subject_name(self._grown.subject)}" if self._grown else "Lineage"

    def status(self) -> str:
        """Say how much of it is known."""
        if self._grown is None:
            return ""
        shown = "everything" if self._everything else "backbone"
        return f"{shown} · {counted(len(self._grown.nodes), 'node')} read"

    def load(self) -> None:
        """Read the neighbourhood of the subject; without one, that of the first model in production."""
        if self._picture is None:
            self.query_one(".strip").display = False  # until there is a drawing that it is about
        if self._grown is None:
            self.read(self._first_subject, self._begin, pane=self.query_one(Pane))
        else:
            self._read(self._grown.subject, _DEPTH)

    def _first_subject(self) -> str | None:
        """Return the first model in production, else the newest model."""
        workspace = self.record.workspace
        deployed = workspace.overview().in_production
        if deployed:
            return deployed[0].model
        newest = workspace.entries(
            EntryQuery(kind="model.registered", newest_first=True, limit=1, bodies=False)
        )
        return newest[0].subject if newest else None

    def _begin(self, subject: str | None) -> None:
        if self._grown is not None:
            return
        if subject is None:
            self.query_one(Pane).show_empty(
                "No model is registered yet, so there is no subject to begin with.\n\nPress / and name one, or l on any subject."
            )
            return
        self.centre(subject)

    def centre(self, subject: str) -> None:
        """Put another subject in the middle."""
        self._grown = Grown(subject)
        self.show_where()
        self._read(subject, _DEPTH)

    def _read(self, subject: str, depth: int) -> None:
        grown = self._grown

        def then(view: Lineage) -> None:
            if grown is not None and grown is self._grown:
                before = len(grown.edges)
                grown.take(view, depth)
                self._paint()
                self.show_where()
                if before and len(grown.edges) == before:
                    self.notify("Nothing more lies beyond it.", timeout=2)

        pane = self.query_one(Pane)
        self.read(
            lambda: self.record.workspace.lineage(subject, direction="both", depth=depth),
            then,
            pane=None if grown is not None and grown.nodes else pane,
            group="lineage",
        )

    # Painting ------------------------------------------------------------------------------------------------
    def on_resize(self) -> None:
        """Choose again between drawing and list."""
        self.call_after_refresh(self._paint)

    def _paint(self) -> None:
        grown = self._grown
        if grown is None or not grown.nodes:
            return
        self.query_one(Pane).show_content()
        room = self.size.width - 4
        shown = picture(grown, everything=self._everything)
        drawing = draw(grown.subject, shown.labels, shown.edges, room=room)
        self._picture = shown
        narrow = drawing.width > room
        listed = narrow if self._as_list is None else self._as_list
        graph, document = self.query_one(Graph), self.query_one("#list", Document)
        graph.display, document.display = not listed, listed
        self.query_one(".strip").display = not listed
        if listed:
            document.show(lambda width: lineage_list(grown, shown, width), keep_place=True)
            document.focus()
        else:
            heads = column_heads(drawing.rows)
            graph.show(drawing, shown, grown.subject, heads)
            graph.focus()

    @on(Graph.Moved)
    def _moved(self, event: Graph.Moved) -> None:
        event.stop()
        self.refresh_bindings()
        grown, shown, clock = self._grown, self._picture, self.record.clock
        if grown is not None and shown is not None:
            members = shown.crowds.get(event.name)
            self.query_one("#notes", Document).show(
                lambda width: notes(grown, event.name, members, clock, width)
            )

    @on(Graph.Opened)
    def _open_node(self, event: Graph.Opened) -> None:
        event.stop()
        if self._picture is not None and event.name in self._picture.crowds:
            self._expand(event.name)
        else:
            self.open_link(Link("decision" if event.name.startswith("decision:") else "subject", event.name))

    @on(Graph.Expanded)
    def _expanded(self, event: Graph.Expanded) -> None:
        event.stop()
        self._expand(event.name)

    def _expand(self, name: str) -> None:
        if self._grown is None or self._picture is None:
            return
        if name in self._picture.crowds:
            self._grown.opened.add(name)
            self._paint()
        elif name not in self._grown.whole:
            self._read(name, 1)

    # Keys ----------------------------------------------------------------------------------------------------
    def subject_here(self) -> str | None:
        """Return the selected node."""
        if self.query_one("#list").display:
            link = self.query_one("#list", Document).link
            return link.target if link else None
        name = self.query_one(Graph).selected
        return name if name and ":" in name and not name.startswith("crowd ") else None

    def action_lineage(self) -> None:
        """Put the selected node in the middle."""
        subject = self.subject_here()
        if subject is not None and self._grown is not None and subject != self._grown.subject:
            self.record.open_lineage(subject)

    def action_view(self) -> None:
        """Switch between drawing and list."""
        self._as_list = not self.query_one("#list").display
        self._paint()

    def action_everything(self) -> None:
        """Show evidence, approvals and decisions too, or the backbone alone; say what that changed."""
        if self._grown is None or not self._grown.nodes:
            return
        self._everything = not self._everything
        more = len(picture(self._grown, everything=True).labels) - len(
            picture(self._grown, everything=False).labels
        )
        what = f"{counted(more, 'node')} of evidence, approvals and decisions"
        if more <= 0:
            self.notify("No evidence, approvals or decisions hang on this.", timeout=3)
        else:
            self.notify(f"With {what}." if self._everything else f"Without {what}.", timeout=3)
        self._paint()
        self.show_where()

    def action_ask(self) -> None:
        """Ask for a subject."""
        self.query_one(Prompt).open()

    @on(Prompt.Left)
    def _left(self) -> None:
        self._paint()

    @on(Prompt.Answered)
    def _answered_prompt(self, event: Prompt.Answered) -> None:
        event.stop()
        if event.text:
            self._ask_for(event.text.removeprefix("/").strip())
        else:
            self.query_one(Prompt).close()
            self._paint()

    def _ask_for(self, text: str) -> None:
        """Put what was typed in the middle, once the ledger knows it; until then what is drawn stays."""
        workspace = self.record.workspace

        def find() -> Lineage:
            known = nearness.named_subjects(workspace)
            subject = text if ":" in text else nearness.named_exactly(text, known) or text
            try:
                return workspace.lineage(subject, direction="both", depth=_DEPTH)
            except (NotFound, InvalidInput) as error:
                others = nearness.near(text, known)
                raise NotFound(
                    f"Nothing is known of {text}.", remedy=f"Near: {', '.join(others)}" if others else ""
                ) from error

        def then(view: Lineage) -> None:
            self.query_one(Prompt).close()
            self._grown = Grown(view.subject)
            self.query_one(Graph).selected = ""
            self._grown.take(view, _DEPTH)
            self._paint()
            self.show_where()

        def failed(error: Exception) -> None:
            remedy = error.remedy if isinstance(error, GovernanceError) else ""
            self.query_one(Prompt).refuse(f"{error} {remedy}".strip())

        self.read(find, then, group="lineage", failed=failed)

    def _known(self) -> list[str]:
        return sorted(self._grown.nodes) if self._grown else []

    def table(self) -> Table | None:
        """Export the edges that were read."""
        if self._grown is None or not self._grown.edges:
            return None
        return Table("lineage", [edge.model_dump() for edge in self._grown.edges.values()])

    def repaint(self) -> None:
        """Paint again with another clock."""
        self._paint()
