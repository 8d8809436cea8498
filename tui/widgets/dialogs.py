"""Small windows: what to copy, where to export to, help."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from tui.widgets.document import Builder, Document
from tui.words import cut

_BACK: list[BindingType] = [Binding("escape,q", "back", "Back")]


class CopyDialog(ModalScreen[str | None]):
    """Lists what can be copied here; answers with the value."""

    BINDINGS: ClassVar[list[BindingType]] = _BACK

    def __init__(self, values: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self._values = values

    def compose(self) -> ComposeResult:
        """Lay out the choice."""
        with Vertical(classes="dialog"):
            yield Static("Copy to the clipboard", classes="dialog-title")
            options = [
                Option(f"{name:<12} {cut(value.splitlines()[0] if value else '', 44)}")
                for name, value in self._values
            ]
            yield OptionList(*options, markup=False)

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._values[event.option_index][1])

    def action_back(self) -> None:
        """Copy nothing."""
        self.dismiss(None)


class ExportDialog(ModalScreen[str | None]):
    """Asks for a file name; its ending is the format."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "back", "Back")]

    def __init__(self, proposal: str, note: str) -> None:
        super().__init__()
        self._proposal = proposal
        self._note = note

    def compose(self) -> ComposeResult:
        """Lay out the question."""
        with Vertical(classes="dialog"):
            yield Static("Export what is shown", classes="dialog-title")
            yield Static(self._note, classes="dialog-note", markup=False)
            yield Input(self._proposal, select_on_focus=False)
            yield Static("Enter writes a new file (.csv or .json) · Esc leaves", classes="dialog-note")

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        self.dismiss(event.value.strip() or None)

    def action_back(self) -> None:
        """Export nothing."""
        self.dismiss(None)


class ForgetDialog(ModalScreen[bool]):
    """Asks before what was seen of a ledger is forgotten: only this memory can tell that history was cut."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "forget", "Forget"),
        Binding("escape,q,n", "back", "Back"),
    ]

    def __init__(self, origin: str, file: str) -> None:
        super().__init__()
        self._origin = origin
        self._file = file

    def compose(self) -> ComposeResult:
        """Lay out the question."""
        with Vertical(classes="dialog"):
            yield Static("Forget what was seen here?", classes="dialog-title")
            yield Static(
                f"The key and the newest checkpoint of {self._origin} that were seen from here are in\n\n"
                f"{self._file}\n\nWithout them nobody here can tell whether that ledger was cut or rewritten since. "
                "The ledger itself is not touched.\n",
                classes="dialog-note",
                markup=False,
            )
            yield Static("y forgets and begins anew · Esc leaves it", classes="dialog-note")

    def action_forget(self) -> None:
        """Forget."""
        self.dismiss(result=True)

    def action_back(self) -> None:
        """Forget nothing."""
        self.dismiss(result=False)


class HelpDialog(ModalScreen[None]):
    """What one sees, and every key that works here."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q,question_mark", "back", "Back")]

    def __init__(self, builder: Builder) -> None:
        super().__init__()
        self._builder = builder

    def compose(self) -> ComposeResult:
        """Lay out the page."""
        with Vertical(classes="dialog -tall"):
            yield Document()

    def on_mount(self) -> None:
        """Show the page."""
        self.query_one(Document).show(self._builder)

    def action_back(self) -> None:
        """Leave."""
        self.dismiss(None)
