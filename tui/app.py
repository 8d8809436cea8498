"""The terminal UI: opens screens, follows the ledger's growth, and keeps watch over its integrity.

Screens own their data; the app knows none of it.
"""

from __future__ import annotations

from datetime import UTC
from typing import Any, ClassVar

from textual import work
from textual.app import App
from textual.binding import Binding, BindingType
from textual.reactive import reactive
from textual.screen import Screen

from governance.workspace import Workspace
from governance.workspace.views import Verification
from tui.integrity import Guard, Integrity
from tui.lines import Link
from tui.moments import Clock
from tui.pins import PinFolder
from tui.screens.base import RecordScreen, stamp
from tui.screens.decisions import DecisionScreen, DecisionsScreen
from tui.screens.entry import EntryScreen
from tui.screens.ledger import LedgerScreen
from tui.screens.lineage import LineageScreen
from tui.screens.overview import OverviewScreen
from tui.screens.subject import SubjectScreen, SubjectsScreen
from tui.screens.verify import VerifyScreen
from tui.theme import DARK, OWN_COLOURS, THEMES
from tui.widgets.topbar import TABS

FOLLOW_SECONDS = 2.0


class RecordApp(App[None]):
    """One ledger, read by one person who believes nothing unchecked."""

    TITLE = "govern"
    CSS_PATH = "theme.tcss"
    ENABLE_COMMAND_PALETTE = True
    COMMAND_PALETTE_BINDING = "ctrl+p"

    VERTICAL_BREAKPOINTS = [(0, "-short"), (30, "-tall")]  # noqa: RUF012 - declared so by the base class

    MODES: ClassVar[dict[str, Any]] = {
        "overview": OverviewScreen,
        "ledger": LedgerScreen,
        "lineage": LineageScreen,
        "subjects": SubjectsScreen,
        "decisions": DecisionsScreen,
        "verify": VerifyScreen,
    }
    DEFAULT_MODE = "overview"

    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(key, f"go('{mode}')", title, show=False) for key, mode, title in TABS),
        Binding("colon", "command_palette", "Commands", show=False, key_display=":"),
        Binding("q", "quit", "Quit"),
    ]

    integrity: reactive[Integrity] = reactive(Integrity())
    ledger_size: reactive[int] = reactive(0)

    def __init__(
        self,
        workspace: Workspace,
        *,
        clock: Clock | None = None,
        pins: PinFolder | None = None,
        follow: float = FOLLOW_SECONDS,
    ) -> None:
        """Show a ledger.

        Args:
            workspace: the open ledger, asked from several threads at once; whoever opened it closes it.
            clock: shows times; the machine's zone by default.
            pins: where verified checkpoints are remembered.
            follow: seconds between looks for new entries; 0 looks once.
        """
        super().__init__()
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = DARK.name
        self.workspace = workspace
        self.clock = clock or Clock()
        self._zone_clock = self.clock
        self.guard = Guard(workspace, pins or PinFolder(), lambda: stamp(self.clock.now().astimezone(UTC)))
        self._follow = follow
        self._damaged: Integrity | None = None

    def on_mount(self) -> None:
        """Begin to watch the ledger."""
        self.watch_ledger()
        if self._follow > 0:
            self.set_interval(self._follow, self.watch_ledger)

    @work(thread=True, group="guard", exclusive=True, exit_on_error=False)
    def watch_ledger(self) -> None:
        """Check the newest checkpoint, and let the screens know of new entries."""
        found = self.guard.check()
        self.call_from_thread(self._checked, found)

    def _checked(self, found: Integrity) -> None:
        # What a full verification found stays until another one finds otherwise.
        self.integrity = self._damaged or found
        if found.state == "verified":
            self.ledger_size = found.size

    def fully_verified(self, outcome: Verification) -> None:
        """Take note of a full verification: the header turns red where it failed."""
        if outcome.ok:
            self._damaged = None
            self.guard.remember_full(outcome.size)
        else:
            first = outcome.failures[0] if outcome.failures else None
            self._damaged = Integrity(
                state="failed",
                size=outcome.size,
                root=outcome.root,
                failure=first.failure if first else "verification failed",
                message=f"at {first.place}: {first.message}" if first else outcome.summary,
                next_step=first.next_step if first else "",
                pin=self.integrity.pin,
            )
            self.integrity = self._damaged
        self.watch_ledger()

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Return this app's own colour names for themes that do not have them."""
        return OWN_COLOURS

    # Going places --------------------------------------------------------------------------------------------
    def action_go(self, mode: str) -> None:
        """Switch to a screen; once more, and it goes back to its beginning, or reads again there."""
        if mode != self.current_mode:
            self.switch_mode(mode)
            return
        if len(self.screen_stack) == 1 and isinstance(self.screen, RecordScreen):
            self.screen.load()
        while len(self.screen_stack) > 1:
            self.pop_screen()

    def open_link(self, link: Link) -> None:
        """Open what a link names."""
        match link.kind:
            case "entry":
                self.push_screen(EntryScreen(int(link.target)))
            case "decision":
                self.push_screen(DecisionScreen(link.target))
            case "screen":
                self.action_go(link.target)
            case _:
                self.push_screen(SubjectScreen(link.target))

    def open_lineage(self, subject: str) -> None:
        """Draw the lineage of a subject."""
        self.push_screen(LineageScreen(subject))

    def open_decisions(self, about: str) -> None:
        """List the decisions about a subject."""
        self.push_screen(DecisionsScreen(about))

    def action_toggle_utc(self) -> None:
        """Show times in UTC, or in the reader's zone again."""
        self.clock = self._zone_clock if self.clock.is_utc else self.clock.in_utc()
        self.notify(f"Times in {self.clock.zone_name()}.", timeout=2)
        for screen in self.screen_stack:
            if isinstance(screen, RecordScreen):
                screen.repaint()
                screen.show_where()

    def get_system_commands(self, screen: Screen[Any]) -> Any:
        """Add the screens to the command palette."""
        from textual.app import SystemCommand

        for key, mode, title in TABS:
            yield SystemCommand(
                title, f"Switch to this screen ({key})", lambda mode=mode: self.action_go(mode)
            )
        yield SystemCommand("Times in UTC", "Show times in UTC, or local again (u)", self.action_toggle_utc)
        yield from super().get_system_commands(screen)
