"""What all screens have in common: the frame, links, reading in workers, copy, export, help."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.css.query import NoMatches
from textual.message import Message
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Footer
from textual.worker import get_current_worker

from governance.errors import GovernanceError, LedgerUnusable
from tui import exports
from tui.lines import BLANK, Line, Link, heading, line, paragraph
from tui.widgets.dialogs import CopyDialog, ExportDialog, HelpDialog
from tui.widgets.document import Document
from tui.widgets.pane import Pane
from tui.widgets.topbar import TopBar
from tui.words import counted

if TYPE_CHECKING:
    from tui.app import RecordApp

T = TypeVar("T")


class RecordScreen(Screen[None]):
    """A screen of the record. Subclasses compose their body and load their own data."""

    MODE: ClassVar[str] = "overview"
    HELP: ClassVar[str] = ""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Back", show=False),
        Binding("l", "lineage", "Lineage", show=False),
        Binding("g", "decisions", "Decisions", show=False),
        Binding("y", "copy", "Copy"),
        Binding("e", "export", "Export"),
        Binding("u", "app.toggle_utc", "UTC", show=False),
        Binding("question_mark", "help", "Help", key_display="?"),
    ]

    @dataclass
    class Answered(Message):
        """A worker has an answer; handled by the screen that asked."""

        then: Callable[[Any], None]
        answer: Any

    @property
    def record(self) -> RecordApp:
        """The app, by its own type."""
        return cast("RecordApp", self.app)

    def compose(self) -> ComposeResult:
        """Lay out the frame around the screen's body."""
        yield TopBar(self.MODE)
        yield from self.body()
        yield Footer(compact=True, show_command_palette=False)

    def body(self) -> ComposeResult:
        """Return the widgets between the frame's top and bottom."""
        raise NotImplementedError

    def trail(self) -> str:
        """Return this screen's name in the breadcrumbs."""
        return self.MODE.capitalize()

    def status(self) -> str:
        """Return what stands on the right of the breadcrumbs."""
        return ""

    def show_where(self) -> None:
        """Show breadcrumbs and status anew."""
        names = [screen.trail() for screen in self.app.screen_stack if isinstance(screen, RecordScreen)]
        self.query_one(TopBar).where(names or [self.trail()], self.status())

    def on_mount(self) -> None:
        """Show where one is and begin to read."""
        self.show_where()
        self.watch(self.app, "answers", self._answers_changed, init=False)
        self.load()

    def _answers_changed(self, answers: bool) -> None:  # noqa: FBT001 - textual's form of a watcher
        if answers:
            self.recover()
        self.show_where()

    def recover(self) -> None:
        """Read what could not be read while the ledger did not answer."""
        if any(pane.has_class("-error") for pane in self.query(Pane)):
            self.load()

    def load(self) -> None:
        """Begin to read what this screen shows."""

    # Reading -------------------------------------------------------------------------------------------------
    def read(
        self,
        ask: Callable[[], T],
        then: Callable[[T], None],
        *,
        pane: Pane | None = None,
        group: str = "read",
        exclusive: bool = True,
        keep: bool = False,
        failed: Callable[[Exception], None] | None = None,
    ) -> None:
        """Ask the ledger in a thread and go on with the answer here; the screen never waits.

        Args:
            ask: what to do in the thread; touches no widget.
            then: what to do with the answer.
            pane: shows that it is loading, or why it failed.
            group: a newer question of the same group makes the older one's answer unwanted.
            exclusive: whether that is so.
            keep: whether what the pane shows stays where the ledger does not answer: it is of the same question.
            failed: what to do instead with an error.
        """
        if pane is not None:
            pane.show_waiting()

        def report(error: Exception) -> None:
            if failed is not None:
                failed(error)
            elif pane is not None and not (keep and pane.is_ready and isinstance(error, LedgerUnusable)):
                pane.show_failure(error)
            elif pane is not None:
                self.show_where()  # what was read before stays; the header says that there is no answer
            else:
                self.notify(str(error), severity="error")

        def work() -> None:
            worker = get_current_worker()
            try:
                answer: Any = ask()
            except Exception as error:
                if not worker.is_cancelled:
                    self.post_message(self.Answered(report, error))
                return
            if not worker.is_cancelled:
                self.post_message(self.Answered(then, answer))

        self.run_worker(work, thread=True, group=group, exclusive=exclusive, exit_on_error=False)

    @on(Answered)
    def _answered(self, event: Answered) -> None:
        event.stop()
        event.then(event.answer)
        self.refresh_bindings()

    @on(Document.Moved)
    def _document_moved(self) -> None:
        self.refresh_bindings()

    # Links ---------------------------------------------------------------------------------------------------
    @on(Document.Opened)
    def _opened(self, event: Document.Opened) -> None:
        event.stop()
        self.open_link(event.link)

    def open_link(self, link: Link) -> None:
        """Open what a link names."""
        self.record.open_link(link)

    def subject_here(self) -> str | None:
        """Return the subject that `l` and `g` are about."""
        document = next(iter(self.query(Document)), None)
        link = document.link if document is not None else None
        return link.target if link is not None and link.kind in {"subject", "decision"} else None

    def action_lineage(self) -> None:
        """Show the lineage of the subject under the cursor."""
        if (subject := self.subject_here()) is not None:
            self.record.open_lineage(subject)
        else:
            self.notify("There is no subject under the cursor.")

    def action_decisions(self) -> None:
        """Show the decisions about the subject under the cursor."""
        if (subject := self.subject_here()) is not None:
            self.record.open_decisions(subject)
        else:
            self.notify("There is no subject under the cursor.")

    def action_back(self) -> None:
        """Go back to where one came from."""
        if len(self.app.screen_stack) > 1:
            self.app.pop_screen()

    def on_screen_resume(self) -> None:
        """Show anew where one is."""
        self.call_after_refresh(self.show_where)

    def repaint(self) -> None:
        """Paint again: the clock shows another zone."""
        self.load()

    # Copy, export, help --------------------------------------------------------------------------------------
    def copies(self) -> list[tuple[str, str]]:
        """Return what can be copied here, by name."""
        subject = self.subject_here()
        return [("subject", subject)] if subject else []

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002 - textual's signature
        """Offer copying and exporting only where there is something to copy or export."""
        try:
            if action == "copy":
                return any(value for _, value in self.copies())
            if action == "export":
                return self.table() is not None
        except NoMatches:  # not laid out yet
            return False
        return True

    def action_copy(self) -> None:
        """Copy an id, a hash, a proof; asks which where there are several."""
        values = [(name, value) for name, value in self.copies() if value]
        if not values:
            self.notify("There is nothing to copy here.")
        elif len(values) == 1:
            self._copy(values[0][1])
        else:
            self.app.push_screen(CopyDialog(values), self._copy)

    def _copy(self, value: str | None) -> None:
        if value is not None:
            self.app.copy_to_clipboard(value)
            self.notify("Copied.", timeout=2)

    def table(self) -> exports.Table | None:
        """Return what is shown, for export; None where there is nothing to export."""
        return None

    def action_export(self) -> None:
        """Write what is shown to a file."""
        table = self.table()
        if table is None:
            self.notify("There is nothing to export here.")
            return
        now = self.record.clock.now().strftime("%Y%m%d-%H%M")
        proposal = f"{table.name}-{now}.csv"

        def chosen(name: str | None) -> None:
            if name is not None:
                path = Path(name).expanduser()
                self.read(
                    lambda: exports.write(table, path),
                    lambda rows: self.notify(f"{counted(rows, 'row')} written to {path}."),
                    group="export",
                    failed=self._not_exported,
                )

        self.app.push_screen(ExportDialog(proposal, f"Into {Path.cwd()}, or any path."), chosen)

    def _not_exported(self, error: Exception) -> None:
        remedy = f" {error.remedy}" if isinstance(error, GovernanceError) else ""
        self.notify(f"{error}{remedy}", severity="error", timeout=10)

    def action_help(self) -> None:
        """Explain this screen."""
        focused = self.focused
        owners: list[type] = [
            *(type(focused).__mro__ if focused else ()),
            *type(self).__mro__,
            *type(self.app).__mro__,
        ]
        keys = keys_of(owners)
        title, text = self.trail(), self.HELP
        self.app.push_screen(HelpDialog(lambda width: help_lines(title, text, keys, width)))


def help_lines(title: str, text: str, keys: list[tuple[str, str]], width: int) -> list[Line]:
    """Return the page of help: what one sees, every key, the signs."""
    lines: list[Line] = [line((title, "title")), BLANK]
    for part in text.strip().split("\n\n"):
        lines += [*paragraph(part, width, indent=0), BLANK]
    lines += heading("keys here")[1:]
    for shown, description in keys:
        lines.append(line("  ", (f"{shown:<14}", "accent"), description))
    lines += heading("signs")
    return lines + paragraph(
        "✓ pass, allow   ✗ fail, deny   ? unclear   ! warning   ∅ missing   ~ waived   ‼ error", width
    )


def keys_of(owners: list[type]) -> list[tuple[str, str]]:
    """Return what this project's own classes bind, the most particular first, each key once."""
    rows: dict[str, str] = {}
    for owner in dict.fromkeys(owners):
        if not owner.__module__.startswith("tui."):
            continue
        for binding in owner.__dict__.get("BINDINGS", ()):
            shown = binding.key_display or " ".join(_NAMES.get(key, key) for key in binding.key.split(","))
            rows.setdefault(shown, binding.description)
    return list(rows.items())


_NAMES = {
    "escape": "Esc", "enter": "⏎", "up": "↑", "down": "↓", "left": "←", "right": "→", "pageup": "PgUp",
    "pagedown": "PgDn", "home": "Home", "end": "End", "space": "Space", "tab": "Tab", "shift+tab": "⇧Tab",
}  # fmt: skip


def stamp(moment: datetime) -> str:
    """Return an instant as entries carry it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def framed(widget: Widget) -> Pane:
    """Return a pane around a widget."""
    return Pane(widget, classes="page")
