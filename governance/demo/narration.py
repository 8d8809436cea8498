"""Telling the story on a console: headings, plain sentences, tables, verdicts. No business in here."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from governance.gate.verdict import Result, RuleResult, Verdict
from governance.lineage.results import FairnessAnalysis
from governance.workspace.views import DecisionView

WIDTH = 110
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
_GROUP = re.compile(r"\b(?:race|sex)=(?!unknown)")
_BOTH = re.compile(r"\brace=(\w+), sex=(\w+)")


class Narrator:
    """Speaks to the person who watches.

    Args:
        console: where to.
        names: actor to name, so that people are called by their names here; the ledger keeps opaque ids.
    """

    def __init__(self, console: Console, names: Mapping[str, str] | None = None) -> None:
        self._console = console
        self._names = dict(names or {})

    @property
    def _width(self) -> int:
        return min(WIDTH, self._console.width)

    def _words(self, text: str) -> str:
        """Call people by name and groups by plain words."""
        for actor, name in self._names.items():
            text = text.replace(f"{name} ({actor})", name)
            text = re.sub(rf"{re.escape(actor)}\b", name, text)
        return _GROUP.sub("", _BOTH.sub(r"\1 \2", text)).replace("=unknown", " unknown")

    def opening(self, title: str, text: str) -> None:
        """Say what is about to be shown."""
        self._console.print()
        panel = Panel(Text(text), title=Text(title, style="bold"), padding=(1, 2), width=self._width)
        self._console.print(panel)

    def step(self, number: int, title: str) -> None:
        """Begin a chapter."""
        self._console.print()
        heading = Text(f"{number} of {_STEPS} · {title}", style="bold")
        self._console.rule(heading, align="left", style="cyan")

    def say(self, text: str) -> None:
        """Tell one thing."""
        self._console.print(Padding(Text(self._words(text)), (1, 2, 0, 2)), width=self._width)

    def done(self, text: str, note: str = "") -> None:
        """Tell what was just done, and where it stands."""
        line = Text(self._words(text))
        if note:
            line.append(f"  {self._words(note)}", style="dim")
        self._line("✓", "green", line)

    def refused(self, text: str) -> None:
        """Tell what was refused, or found wrong."""
        self._line("✗", "red", Text(self._words(text)))

    def _line(self, sign: str, style: str, text: Text) -> None:
        grid = Table.grid(padding=(0, 1))
        grid.add_row(Text(sign, style=style), text)
        self._console.print(Padding(grid, (0, 2, 0, 2)), width=self._width)

    def gloss(self, text: str) -> None:
        """Explain a word."""
        self._console.print(Padding(Text(text, style="dim italic"), (0, 2, 0, 4)), width=self._width)

    @contextmanager
    def working(self, text: str) -> Iterator[None]:
        """Show that something takes a moment."""
        with self._console.status(Text(text), spinner="dots"):
            yield

    def table(
        self, columns: Sequence[str], rows: Sequence[Sequence[str]], *, right: Sequence[int] = ()
    ) -> None:
        """Show rows; `right` names the columns to align right, from 0."""
        table = Table(box=None, header_style="bold", padding=(0, 2, 0, 0), pad_edge=False)
        for place, column in enumerate(columns):
            table.add_column(column, justify="right" if place in right else "left")
        for row in rows:
            table.add_row(*(Text(self._words(cell)) for cell in row))
        self._console.print(Padding(table, (1, 0, 0, 4)), width=self._width)

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
        columns = (heading, "applicants", "approved", "compared", "95 % interval")
        self.table(columns, rows, right=(1, 2, 3, 4))

    def error_rates(self, analyses: Sequence[FairnessAnalysis]) -> None:
        """Show how far error rates of groups lie apart, by each analysis."""
        rows = []
        for analysis in analyses:
            gap = analysis.equalized_odds_difference
            between = "" if gap.low is None or gap.high is None else f"{gap.low:.2f} to {gap.high:.2f}"
            value = "can't be said" if gap.value is None else f"{gap.value:.2f}"
            rows.append((" and ".join(analysis.sensitive), value, between))
        columns = ("largest gap in error rates (equalized odds; 0 is equal)", "gap", "95 % interval")
        self.table(columns, rows, right=(1, 2))

    def bars(self, heading: str, rows: Sequence[tuple[str, float]]) -> None:
        """Show numbers with bars."""
        longest = max((value for _, value in rows), default=0.0) or 1.0
        lines = [(label, f"{value:.2f}", "█" * max(1, round(24 * value / longest))) for label, value in rows]
        self.table((heading, "", ""), lines, right=(1,))

    def verdict(self, decision: DecisionView, *, brief: bool = False) -> None:
        """Show a verdict: the sentence, then each rule with what it found and what would change it.

        Args:
            decision: the verdict.
            brief: passing rules without their sentences, warnings without what would change them.
        """
        allowed = decision.verdict == Verdict.ALLOW
        colour, word = ("green", "ALLOW") if allowed else ("red", "DENY")
        rules = Table.grid(padding=(0, 2, 0, 0))
        rules.add_column(no_wrap=True)
        rules.add_column()
        for result in decision.results:
            sign, style = _SIGNS[result.result]
            rules.add_row(Text(f"{sign} {result.result.value}", style=style), self._rule(result, brief=brief))
        title = Text.assemble((f"{word}  ", f"bold {colour}"), f"{decision.about} → {decision.target}")
        subtitle = Text(f"entry {decision.seq}", style="dim")
        panel = Panel(rules, title=title, subtitle=subtitle, border_style=colour, title_align="left")
        self._console.print()
        self._console.print(panel, width=self._width)
        self._console.print(Padding(Text(decision.sentence, style="bold"), (0, 2)), width=self._width)

    def _rule(self, result: RuleResult, *, brief: bool) -> Text:
        """Say the rule, value against threshold, why, and what would change it."""
        numbers = []
        if result.value is not None:
            numbers.append(f"value {number(result.value)}")
        if result.threshold is not None:
            numbers.append(f"threshold {number(result.threshold)}")
        if result.confidence is not None:
            numbers.append(f"confidence {result.confidence:.0%}")
        text = Text.assemble((result.rule, "bold"), ("  " + ", ".join(numbers), "dim"))
        passed = result.result in {Result.PASS, Result.WAIVED}
        if not (brief and passed):
            text.append(f"\n{self._words(result.message)}")
        if result.would_change and not passed and not (brief and result.result is Result.WARN):
            text.append(f"\n→ {self._words(result.would_change)}", style="italic")
        return text

    def ending(self, lines: Sequence[tuple[str, str]], note: str) -> None:
        """Close with what to type next."""
        self._console.print()
        self._console.rule(style="cyan")
        self._console.print(Text(note, style="dim"), width=self._width)
        self._console.print()
        for what, command in lines:
            self._console.print(Text.assemble((f"{what:<18}", "bold"), command), soft_wrap=True)


def number(value: float | str | None) -> str:
    """Return a value as a person reads it."""
    if value is None:
        return ""
    return f"{value:.3f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
