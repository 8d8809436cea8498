"""Screen 5: the gate's decisions, and one rule by rule."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from governance.workspace.views import DecisionView, Replay
from tui.exports import Table
from tui.lines import Cell, Column, Line, Link, entry_link, table_head, table_row, widths
from tui.moments import Clock
from tui.pages.decision import decision_lines
from tui.screens.base import RecordScreen, framed
from tui.widgets.document import Document
from tui.widgets.pane import Pane
from tui.words import cut_middle, mark, style_of, subject_name

_FIRST, _STEP = 100, 2


class DecisionsScreen(RecordScreen):
    """Verdicts, newest first, of all subjects or of one."""

    MODE = "decisions"
    HELP = """
Every verdict that the gate gave, newest first. Enter shows one rule by rule: value, threshold, confidence, the
evidence that it rests on, the clause, and what would change it.
"""
    BINDINGS: ClassVar[list[BindingType]] = [Binding("m", "more", "More", show=False)]

    def __init__(self, about: str | None = None) -> None:
        super().__init__()
        self._about = about
        self._limit = _FIRST
        self._found: list[DecisionView] = []

    def body(self) -> ComposeResult:
        """Lay out the list."""
        yield framed(Document())

    def trail(self) -> str:
        """Say whose decisions."""
        return f"Decisions about {subject_name(self._about)}" if self._about else "Decisions"

    def status(self) -> str:
        """Say how many, allowed and denied."""
        allowed = sum(1 for one in self._found if str(one.verdict) == "allow")
        more = "+ (m reads more)" if len(self._found) >= self._limit else ""
        return f"✓ {allowed:,} allowed   ✗ {len(self._found) - allowed:,} denied{more}" if self._found else ""

    def load(self) -> None:
        """Read the newest decisions."""
        limit = self._limit
        self.read(
            lambda: self.record.workspace.decisions(self._about, limit=limit),
            self._show,
            pane=self.query_one(Pane),
            keep=True,
        )

    def _show(self, found: list[DecisionView]) -> None:
        self._found = found
        pane = self.query_one(Pane)
        if not found:
            whom = f" about {self._about}" if self._about else ""
            pane.show_empty(
                f"The gate was not asked{whom} yet.\n\ngovern gate SUBJECT --target TARGET asks it."
            )
        else:
            pane.show_content()
            clock = self.record.clock
            self.query_one(Document).show(lambda width: decisions_lines(found, clock, width), keep_place=True)
        self.show_where()

    def action_more(self) -> None:
        """Read further back."""
        self._limit *= _STEP
        self.load()

    def action_decisions(self) -> None:
        """Show the decisions about what the decision under the cursor is about."""
        chosen = next((one for one in self._found if one.decision == self.subject_here()), None)
        if chosen is not None and chosen.about != self._about:
            self.record.open_decisions(chosen.about)

    def table(self) -> Table | None:
        """Export the verdicts, rule by rule."""
        if not self._found:
            return None
        return Table("decisions", [row for one in self._found for row in exported(one)])

    def repaint(self) -> None:
        """Paint again with another clock."""
        self._show(self._found)


def exported(view: DecisionView) -> list[dict[str, object]]:
    """Return one row a rule."""
    whole: dict[str, object] = {"decision": view.decision, "seq": view.seq, "time": view.time, "about": view.about,
             "target": view.target, "verdict": str(view.verdict)}  # fmt: skip
    return [whole | rule.model_dump(mode="json") for rule in view.results]


def decisions_lines(found: list[DecisionView], clock: Clock, width: int) -> list[Line]:
    """Return the list of decisions."""
    longest = max((len(subject_name(view.about)) for view in found), default=0)
    columns = [
        Column("verdict", 9),
        Column("about", min(max(longest, 12), width // 3 if width > 100 else 24)),
        Column("target", 12),
        Column("time", 16),
        Column("in one sentence", 0),
    ]
    lines = [table_head(columns, width, indent=1)]
    for view in found:
        verdict = str(view.verdict)
        cells: list[Cell] = [
            (mark(verdict), style_of(verdict)),
            (cut_middle(subject_name(view.about), widths(columns, width, indent=1)[1]), "link"),
            view.target,
            (clock.minute(view.time), "muted"),
            (view.sentence, "muted"),
        ]
        lines.append(table_row(columns, cells, width, link=Link("decision", view.decision), indent=1))
    return lines


class DecisionScreen(RecordScreen):
    """One decision rule by rule."""

    MODE = "decisions"
    HELP = """
One verdict, rule by rule, what stands against it first. r computes it again from the ledger as it stood then:
the same policies, checks, evidence and time must give the same verdict.

Enter on an evidence line opens the entry that a result rests on. y copies the decision or its receipt: a file
that a deployer can check offline.
"""
    BINDINGS: ClassVar[list[BindingType]] = [Binding("r", "replay", "Replay")]

    def __init__(self, decision: str) -> None:
        super().__init__()
        self._decision = decision
        self._view: DecisionView | None = None
        self._replay: Replay | str | Exception | None = None

    def body(self) -> ComposeResult:
        """Lay out the page."""
        yield framed(Document())

    def trail(self) -> str:
        """Say what was decided about."""
        return f"{self._view.verdict} {subject_name(self._view.about)}" if self._view else "decision"

    def load(self) -> None:
        """Read the decision."""
        self.read(
            lambda: self.record.workspace.decision(self._decision), self._show, pane=self.query_one(Pane)
        )

    def _show(self, view: DecisionView) -> None:
        self._view = view
        self.query_one(Pane).show_content()
        self._paint(keep_place=False)
        self.show_where()

    def _paint(self, *, keep_place: bool) -> None:
        view, replay, clock = self._view, self._replay, self.record.clock
        if view is not None:
            self.query_one(Document).show(
                lambda width: decision_lines(view, replay, clock, width), keep_place=keep_place
            )

    def action_replay(self) -> None:
        """Compute the verdict again."""
        self._replay = "… computing it again from the ledger as it stood"
        self._paint(keep_place=True)
        self.read(
            lambda: self.record.workspace.replay(self._decision),
            self._replayed,
            group="replay",
            failed=self._replayed,
        )

    def _replayed(self, outcome: Replay | Exception) -> None:
        self._replay = outcome
        self._paint(keep_place=True)

    def open_link(self, link: Link) -> None:
        """Open a link; on a rule, the evidence that it rests on."""
        if link.kind != "rule":
            super().open_link(link)
            return
        rules = self._view.results if self._view else []
        rule = next((one for one in rules if f"{one.pack}/{one.rule}" == link.target), None)
        if rule is not None and rule.evidence:
            super().open_link(entry_link(rule.evidence[0].seq))
        else:
            self.notify("This result rests on no single entry.")

    def subject_here(self) -> str | None:
        """Return what the decision is about."""
        return self._view.about if self._view else None

    def copies(self) -> list[tuple[str, str]]:
        """Offer the decision, its entry and its receipt."""
        if (view := self._view) is None:
            return []
        values = [
            ("decision", view.decision),
            ("entry hash", view.entry),
            ("subject", view.about),
            ("artifact", view.artifact),
        ]
        return [*values, ("receipt", view.receipt)] if view.receipt else values

    def table(self) -> Table | None:
        """Export the rules."""
        return Table("decision", exported(self._view)) if self._view else None

    def repaint(self) -> None:
        """Paint again with another clock."""
        self._paint(keep_place=True)
