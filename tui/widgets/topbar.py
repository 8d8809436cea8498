"""The three lines on top of every screen: whose ledger and whether it proves, the screens, where one is."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from tui.integrity import Integrity
from tui.words import cut, cut_middle

if TYPE_CHECKING:
    from tui.app import RecordApp

TABS = (
    ("1", "overview", "Overview"),
    ("2", "ledger", "Ledger"),
    ("3", "lineage", "Lineage"),
    ("4", "subjects", "Subjects"),
    ("5", "decisions", "Decisions"),
    ("8", "verify", "Verify"),
)
_STATES = ("checking", "signed", "other", "failed", "silent", "unknown")
LATER = ("6", "7", "9")
"""Digits without a screen in this version."""


class TopBar(Vertical):
    """Shows the app's integrity; red and in words when something does not prove."""

    DEFAULT_CSS = """
    TopBar {
        dock: top; height: 3; background: $background;
        Static { height: 1; width: 1fr; }
        .bar { background: $surface; }
        &.-failed .bar { background: $error; color: $background; text-style: bold; }
        .tabs { link-style: none; link-color: $foreground;
            link-style-hover: none; link-color-hover: $accent; link-background-hover: $surface; }
        .where { color: $muted; }
    }
    """

    def __init__(self, mode: str) -> None:
        super().__init__()
        self._mode = mode
        self._trail: list[str] = []
        self._status = ""

    @property
    def _record(self) -> RecordApp:
        return cast("RecordApp", self.app)

    def compose(self) -> ComposeResult:
        """Lay out the three lines."""
        yield Static(classes="bar", markup=False)
        yield Static(classes="tabs")
        yield Static(classes="where", markup=False)

    def on_mount(self) -> None:
        """Follow the app's integrity."""
        self.watch(self.app, "integrity", self._show_integrity)
        self._show_tabs()

    def on_resize(self) -> None:
        """Cut to the new width."""
        self._show_integrity(self._record.integrity)
        self._show_tabs()
        self._show_where()

    def where(self, trail: list[str], status: str = "") -> None:
        """Say where one is, and on the right what is shown."""
        self._trail, self._status = trail, status
        self._show_where()

    def _show_integrity(self, integrity: Integrity) -> None:
        width = self.size.width or self.app.size.width
        for state in _STATES:
            self.set_class(integrity.state == state, f"-{state}")
        room = max(width - 12, 20)
        sentence = cut(integrity.words(room), room)
        origin = cut_middle(self._record.workspace.origin, max(width - len(sentence) - 4, 8))
        style = {"good": self._colour("success"), "warn": self._colour("warning")}.get(integrity.tone, "")
        text = Text(f" {origin}", style="bold")
        text.append(" " * max(width - len(origin) - len(sentence) - 2, 1))
        text.append(sentence, style=style)
        self.query_one(".bar", Static).update(text)

    def _colour(self, name: str) -> str:
        return self.app.theme_variables.get(name, "")

    def _show_tabs(self) -> None:
        narrow = (self.size.width or self.app.size.width) < 70
        parts: list[Content] = [Content(" ")]
        for key, mode, title in TABS:
            shown = title[:4] if narrow else title
            style = "bold $accent underline" if mode == self._mode else ""
            action = f"[@click=app.go('{mode}')]"
            parts.append(
                Content.from_markup(
                    f"{action}[$accent]{key}[/] [{style}]{shown}[/][/]  "
                    if style
                    else f"{action}[$accent]{key}[/] {shown}[/]  "
                )
            )
        self.query_one(".tabs", Static).update(Content("").join(parts))

    def _show_where(self) -> None:
        width = self.size.width or self.app.size.width
        status = cut(self._status, max(width // 2, 20))
        trail = cut(" " + " ▸ ".join(self._trail), max(width - len(status) - 3, 10))
        gap = " " * max(width - len(trail) - len(status) - 1, 1)
        self.query_one(".where", Static).update(trail + gap + status)
