"""A pane with its three other states: loading, empty, failed. Its content shows only when there is some."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.widget import Widget
from textual.widgets import Static

from governance.errors import GovernanceError


class Pane(Vertical):
    """Holds one widget, and a notice in its place while there is nothing to show."""

    DEFAULT_CSS = """
    Pane {
        width: 1fr; height: 1fr;
        .notice { width: 1fr; height: 1fr; content-align: center middle; text-align: center; color: $muted; padding: 0 4; }
        &.-ready .notice { display: none; }
        &.-notice .content { display: none; }
        &.-error .notice { color: $error; }
        .content { width: 1fr; height: 1fr; }
    }
    """

    def __init__(self, content: Widget, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._content = content
        self.add_class("-notice")

    def compose(self) -> ComposeResult:
        """Lay out the notice and the content."""
        yield Static("Reading…", classes="notice", markup=False)
        yield Container(self._content, classes="content")

    @property
    def is_ready(self) -> bool:
        """Whether the content shows."""
        return self.has_class("-ready")

    def show_content(self) -> None:
        """Show the content."""
        self.remove_class("-notice", "-error")
        self.add_class("-ready")

    def show_waiting(self, what: str = "Reading…") -> None:
        """Say that data are on their way; content that is there stays meanwhile."""
        if not self.is_ready:
            self._notice(what)

    def show_empty(self, sentence: str) -> None:
        """Say why there is nothing, and what would bring something."""
        self._notice(sentence)

    def show_failure(self, error: Exception) -> None:
        """Say what went wrong and what to do next."""
        remedy = error.remedy if isinstance(error, GovernanceError) else ""
        sentence = str(error) or type(error).__name__
        self._notice(f"✗ {sentence}" + (f"\n\n{remedy}" if remedy else ""))
        self.add_class("-error")

    def _notice(self, text: str) -> None:
        self.remove_class("-ready", "-error")
        self.add_class("-notice")
        self.query_one(".notice", Static).update(text)
