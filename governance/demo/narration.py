"""Telling the story on a console: headings, plain sentences, tables, verdicts. No business in here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from governance.gate.verdict import Result, RuleResult, Verdict
from governance.lineage.results import FairnessAnalysis
from governance.workspace.views import DecisionView

WIDTH = 108
_STEPS = 10
_SIGNS = {
    Result.PASS: ("✓", "green"),
    Result.WARN: ("!", "yellow"),
    Result.WAIVED: ("~", "yellow"),
    Result.UNCLEAR: ("?", "red"),
    Result.FAIL: ("✗", "red"),
    Result.MISSING: ("∅", "red"),
    Result.ERROR: ("✗", "red"),
}


class Narrator:
    """Speaks to the person who watches."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def opening(self, title: str, text: str) -> None:
        """Say what is about to be shown."""
        self._console.print()
        self._console.print(
            Panel(escape(text), title=f"[bold]{escape(title)}[/]", padding=(1, 2), width=self._width)
        )

    def step(self, number: int, title: str) -> None:
        """Begin a chapter."""
        self._console.print()
        self._console.rule(f"[bold]{number} of {_STEPS} · {escape(title)}[/]", align="left", style="cyan")

    def say(self, text: str) -> None:
        """Tell one thing."""
        self._console.print(Padding(Text(text), (1, 2, 0, 2)), width=self._width)

    def done(self, text: str, note: str = "") -> None:
        """Tell what was just done, and where it stands."""
        line = Text.assemble(("  ✓ ", "green"), text)
        if note:
            line.append(f"  {note}", style="dim")
        self._console.print(line, width=self._width)

    def refused(self, text: str) -> None:
        """Tell what was just refused."""
        self._console.print(Text.assemble(("  ✗ ", "red"), text), width=self._width)

    def gloss(self, text: str) -> None:
        """Explain a word."""
        self._console.print(Padding(Text(text, style="dim italic"), (0, 2, 0, 4)), width=self._width)

    @contextmanager
    def working(self, text: str) -> Iterator[None]:
        """Show that something takes a moment."""
        with self._console.status(escape(text), spinner="dots"):
            yield

    def table(
        self, columns: Sequence[str], rows: Sequence[Sequence[str]], *, right: Sequence[int] = ()
    ) -> None:
        """Show rows; `right` names the columns to align right, from 0."""
        table = Table(box=None, header_style="bold", padding=(0, 2, 0, 0), pad_edge=False)
        for place, column in enumerate(columns):
            table.add_column(column, justify="right" if place in right else "left")
        for row in rows:
            table.add_row(*(escape(cell) for cell in row))
        self._console.print(Padding(table, (1, 2, 0, 4)))

    def fairness(self, analysis: FairnessAnalysis) -> None:
        """Show the groups of one fairness analysis against their reference."""
        rows = []
        for group in sorted(analysis.groups, key=lambda one: one.impact_ratio is None):
            ratio = group.impact_ratio
            shown = "reference" if ratio is None or ratio.value is None else f"{ratio.value:.2f}"
            between = "" if ratio is None or ratio.low is None else f"{ratio.low:.2f} to {ratio.high:.2f}"
            share = group.selection_rate.value or 0.0
            rows.append((" ".join(group.values.values()), str(group.rows), f"{share:.1%}", shown, between))
        heading = " and ".join(analysis.sensitive)
        self.table((heading, "applicants", "approved", "ratio", "95 % interval"), rows, right=(1, 2, 3, 4))

    def verdict(self, decision: DecisionView) -> None:
        """Show a verdict: the sentence, then each rule with what it found and what would change it."""
        allowed = decision.verdict == Verdict.ALLOW
        colour, word = ("green", "ALLOW") if allowed else ("red", "DENY")
        table = Table(box=None, header_style="bold", padding=(0, 2, 0, 0), pad_edge=False)
        for column in ("", "rule", "found", "demanded", "confidence", "why, and what would change it"):
            table.add_column(
                column, justify="right" if column in {"found", "demanded", "confidence"} else "left"
            )
        for result in decision.results:
            table.add_row(*_rule(result))
        self._console.print()
        title = f"[bold {colour}]{word}[/]  {escape(decision.about)} → {escape(decision.target)}"
        subtitle = f"[dim]entry {decision.seq} · {escape(decision.decision)}[/]"
        self._console.print(
            Panel(table, title=title, subtitle=subtitle, border_style=colour, title_align="left")
        )
        self._console.print(Text(f"  {decision.sentence}", style="bold"))

    def ending(self, lines: Sequence[tuple[str, str]], note: str) -> None:
        """Close with what to type next."""
        self._console.print()
        self._console.rule(style="cyan")
        if note:
            self._console.print(Text(note, style="dim"), width=self._width)
        for what, command in lines:
            self._console.print(Text.assemble((f"{what:<24}", "bold"), command), soft_wrap=True)

    @property
    def _width(self) -> int:
        return min(WIDTH, self._console.width)


def _rule(result: RuleResult) -> tuple[Text, str, str, str, str, Text]:
    sign, colour = _SIGNS[result.result]
    why = Text(result.message)
    if result.would_change and result.result not in {Result.PASS, Result.WAIVED}:
        why.append(f"\n→ {result.would_change}", style="italic")
    confidence = "" if result.confidence is None else f"{result.confidence:.0%}"
    return (
        Text(f"{sign} {result.result.value}", style=colour),
        escape(result.rule),
        escape(number(result.value)),
        escape(number(result.threshold)),
        confidence,
        why,
    )


def number(value: float | str | None) -> str:
    """Return a value as a person reads it."""
    if value is None:
        return ""
    return f"{value:.3f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
