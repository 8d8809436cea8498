"""The terminal UI: opens screens, follows the ledger's growth, and keeps watch over its integrity.

Screens own their data; the app knows none of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC
from typing import Any, ClassVar

from textual import work
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.reactive import reactive
from textual.screen import Screen
from textual.worker import get_current_worker

from governance.errors import GovernanceError
from governance.workspace import Workspace
from governance.workspace.views import Progress, Verification
from tui.guard import Guard
from tui.integrity import Integrity
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
from tui.screens.verify import Stopped, VerifyScreen
from tui.theme import DARK, OWN_COLOURS, THEMES
from tui.widgets.dialogs import ForgetDialog
from tui.widgets.topbar import LATER, TABS

FOLLOW_SECONDS = 2.0
CHECKED_AT_ONCE = 10_000
"""Ledgers below this size are verified in full at the start: that takes less time than a look at the screen."""
_QUICK_SECONDS = 0.5
"""What a full verification may take to be done again whenever such a ledger has grown."""


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
        *(Binding(key, f"no_screen({key!r})", "Not in this version", show=False) for key in LATER),
        Binding("F", "forget", "Forget the pin", show=False),
        Binding("colon", "command_palette", "Commands", show=False, key_display=":"),
        Binding("q", "quit", "Quit"),
    ]

    integrity: reactive[Integrity] = reactive(Integrity())
    ledger_size: reactive[int] = reactive(0)
    answers: reactive[bool] = reactive(default=True)
    """Whether the ledger answered when it was last asked."""

    def __init__(
        self,
        workspace: Workspace,
        *,
        clock: Clock | None = None,
        pins: PinFolder | None = None,
        follow: float = FOLLOW_SECONDS,
        keys: Sequence[str] = (),
    ) -> None:
        """Show a ledger.

        Args:
            workspace: the open ledger, asked from several threads at once; whoever opened it closes it.
            clock: shows times; the machine's zone by default.
            pins: where verified checkpoints are remembered.
            follow: seconds between looks for new entries; 0 looks once.
            keys: verifier keys of the ledger that the reader has from elsewhere.
        """
        super().__init__()
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = DARK.name
        self.workspace = workspace
        self.clock = clock or Clock()
        self._zone_clock = self.clock
        self.guard = Guard(workspace, pins or PinFolder(), self._now, keys)
        self._follow = follow
        self._damaged: Integrity | None = None
        self._verified_to = 0
        self._verified_in = 0.0

    def _now(self) -> str:
        return stamp(self.clock.now().astimezone(UTC))

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
        self.answers = found.state != "silent"
        if found.state in {"signed", "other"}:
            self.ledger_size = found.size
            again = self._verified_to == 0 or self._verified_in <= _QUICK_SECONDS
            if self._verified_to < found.size < CHECKED_AT_ONCE and again:
                self.verify_entries()

    @work(thread=True, group="entries", exclusive=True, exit_on_error=False)
    def verify_entries(self) -> None:
        """Verify a small ledger in full, unasked."""
        worker = get_current_worker()

        def go_on(step: Progress) -> None:  # noqa: ARG001 - the layer does not matter here
            if worker.is_cancelled:
                raise Stopped

        try:
            outcome = self.guard.verify(go_on)
        except Stopped:
            return
        except GovernanceError as error:
            self.call_from_thread(self.notify, f"The entries were not checked: {error}", severity="warning")
            return
        if not worker.is_cancelled:
            self.call_from_thread(self.fully_verified, outcome)

    def fully_verified(self, outcome: Verification) -> None:
        """Take note of a full verification: the header turns red where it failed."""
        self._verified_to, self._verified_in = outcome.size, outcome.seconds
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

    def action_no_screen(self, key: str) -> None:
        """Say why a digit does nothing."""
        self.notify(f"No screen {key} in this version.", timeout=3)

    def action_forget(self) -> None:
        """Ask whether to forget what was seen here of a ledger of this name."""

        def answered(forget: bool | None) -> None:  # noqa: FBT001 - textual's form of a callback
            if not forget:
                return
            try:
                self.guard.forget()
            except OSError as error:
                self.notify(f"It can't be deleted: {error.strerror or error}.", severity="error")
                return
            self._damaged, self._verified_to = None, 0
            self.watch_ledger()

        self.push_screen(ForgetDialog(self.workspace.origin, self.guard.pin_file), answered)

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

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:  # noqa: ARG002 - textual's signature
        """Offer the screens and what works on every one of them."""
        for key, mode, title in TABS:
            yield SystemCommand(
                title, f"Switch to this screen ({key})", lambda mode=mode: self.action_go(mode)
            )
        yield SystemCommand("Times in UTC", "Show times in UTC, or local again (u)", self.action_toggle_utc)
        yield SystemCommand(
            "Forget the pin", "Forget what was seen here of this ledger (F)", self.action_forget
        )
        yield SystemCommand("Theme", "Dark, light, more contrast, and others", self.action_change_theme)
        yield SystemCommand("Quit", "Leave (q)", self.action_quit)
