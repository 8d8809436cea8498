"""The line at the bottom that `/` opens: filters and places, completed as one types."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.suggester import Suggester
from textual.widgets import Input, Static

from governance.lineage.records import KINDS
from tui.filters import FIELDS


class FilterSuggester(Suggester):
    """Completes the last word: a field, a kind, or whatever `more` knows (subjects met so far)."""

    def __init__(self, more: Callable[[], list[str]], *, fields: bool = True) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._more = more
        self._fields = fields

    async def get_suggestion(self, value: str) -> str | None:
        """Return the whole text with its last word completed."""
        head, _, word = value.rpartition(" ")
        if not word:
            return None
        known: list[str] = []
        if self._fields:
            known += [f"{field}:" for field in FIELDS]
            known += [f"kind:{kind}" for kind in KINDS]
            known += [f"subject:{subject}" for subject in self._more()]
        else:
            known += self._more()
        found = next((text for text in known if text.startswith(word) and text != word), None)
        return None if found is None else f"{head} {found}".lstrip()


class Prompt(Vertical):
    """Hidden until it is asked for; Enter answers, Esc leaves."""

    DEFAULT_CSS = """
    Prompt {
        dock: bottom; height: auto; display: none; background: $surface; margin-bottom: 1;
        &.-open { display: block; }
        Input { border: none; height: 1; padding: 0 1; background: $surface; }
        Input:focus { border: none; }
        .hint { height: auto; max-height: 3; padding: 0 1; color: $muted; }
        .hint.-error { color: $error; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "Leave", show=False)]

    @dataclass
    class Answered(Message):
        """Somebody finished typing."""

        text: str

    @dataclass
    class Left(Message):
        """Somebody changed their mind."""

    def __init__(self, hint: str, suggester: Suggester) -> None:
        super().__init__()
        self._hint = hint
        self._suggester = suggester

    def compose(self) -> ComposeResult:
        """Lay out the hint and the line."""
        yield Static(self._hint, classes="hint", markup=False)
        yield Input(suggester=self._suggester, select_on_focus=False)

    def open(self, text: str = "") -> None:
        """Ask."""
        self.add_class("-open")
        self._say(self._hint, error=False)
        line = self.query_one(Input)
        line.value = text
        line.cursor_position = len(text)
        line.focus()

    def refuse(self, sentence: str) -> None:
        """Say why what was typed can't be used; it stays there to be mended."""
        self._say(f"✗ {sentence}", error=True)

    def close(self) -> None:
        """Hide again."""
        self.remove_class("-open")

    def _say(self, text: str, *, error: bool) -> None:
        hint = self.query_one(".hint", Static)
        hint.update(text)
        hint.set_class(error, "-error")

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Answered(event.value.strip()))

    def action_leave(self) -> None:
        """Hide and say so."""
        self.close()
        self.post_message(self.Left())
