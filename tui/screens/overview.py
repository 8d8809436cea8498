"""Screen 1: is everything in order?"""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from governance.workspace.views import Overview
from tui.exports import Table
from tui.pages.overview import overview_lines
from tui.screens.base import RecordScreen, framed
from tui.widgets.document import Document
from tui.widgets.pane import Pane


class OverviewScreen(RecordScreen):
    """Integrity, what is in production, alerts, latest decisions, inventory."""

    MODE = "overview"
    HELP = """
Is everything in order? The top line says how much is known. ✓ signed: the newest checkpoint is signed by the
ledger's key and consistent with the last one that was seen from this machine. ✓ verified: every entry under it was
checked too, at the start where the ledger is small, else with 8. It turns red when something does not prove.

F forgets what was seen of a ledger of this name, for one that was made anew under the same name.

Move with the arrows; Enter opens what the cursor stands on, Esc comes back, digits switch screens.
"""
    BINDINGS: ClassVar[list[BindingType]] = [Binding("r", "reload", "Reload", show=False)]

    view: Overview | None = None
    _stale = False

    def body(self) -> ComposeResult:
        """Lay out the page."""
        yield framed(Document())

    def on_mount(self) -> None:
        """Follow integrity and the ledger's growth."""
        self.watch(self.app, "integrity", self._changed, init=False)
        self.watch(self.app, "ledger_size", self._grown, init=False)

    def load(self) -> None:
        """Read the overview."""
        self.read(self.record.workspace.overview, self._show, pane=self.query_one(Pane), keep=True)

    def _grown(self) -> None:
        if self.is_current:
            self.load()
        else:
            self._stale = True  # read when somebody looks again, not at every entry meanwhile

    def on_screen_resume(self) -> None:
        """Read what came in while one looked elsewhere."""
        if self._stale:
            self._stale = False
            self.load()

    def action_reload(self) -> None:
        """Read again."""
        self.load()

    def _show(self, view: Overview) -> None:
        self.view = view
        self.query_one(Pane).show_content()
        self._paint(keep_place=self.query_one(Document).lines != ())
        self.show_where()

    def _changed(self) -> None:
        if self.view is not None:
            self._paint(keep_place=True)

    def _paint(self, *, keep_place: bool) -> None:
        view, integrity, clock = self.view, self.record.integrity, self.record.clock
        if view is not None:
            self.query_one(Document).show(
                lambda width: overview_lines(view, integrity, clock, width), keep_place=keep_place
            )

    def repaint(self) -> None:
        """Paint again with another clock."""
        self._changed()

    def status(self) -> str:
        """Say who reads, in which zone."""
        return f"times in {self.record.clock.zone_name()}"

    def table(self) -> Table | None:
        """Export what is in production."""
        if self.view is None or not self.view.in_production:
            return None
        return Table("in-production", [row.model_dump(mode="json") for row in self.view.in_production])
