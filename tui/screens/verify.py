"""Screen 8: check every entry, and watch it."""

from __future__ import annotations

import time
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.worker import get_current_worker

from governance.workspace.views import Progress, Verification
from tui.exports import Table
from tui.pages.verification import Run, verification_lines
from tui.screens.base import RecordScreen, framed
from tui.widgets.document import Document
from tui.widgets.pane import Pane

_EVERY = 0.1


class Stopped(Exception):
    """Somebody stopped the verification; raised inside it through its progress callback."""


class VerifyScreen(RecordScreen):
    """A full verification with progress by layer, rate and time left; it goes on while one looks around."""

    MODE = "verify"
    HELP = """
Checks every entry one by one: headers, chain, bodies, the tree and its tiles, every checkpoint and signature,
and whether the projections say what the entries say. It is checked against the checkpoint that was verified
here before, so that a cut or rewritten history is found.

v begins, c stops. Each failure names its class, its place, what it means and what to do next; Enter opens the
entry.
"""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("v", "verify", "Verify all"),
        Binding("c", "cancel", "Stop"),
    ]

    class Advanced(Message):
        """The verification came further."""

        def __init__(self, run: Run, progress: dict[str, Progress]) -> None:
            super().__init__()
            self.run = run
            self.progress = progress

    def __init__(self) -> None:
        super().__init__()
        self._shown_run: Run | None = None
        self._stop = False

    def body(self) -> ComposeResult:
        """Lay out the page."""
        yield framed(Document())

    def load(self) -> None:
        """Say what would be checked."""
        self.query_one(Pane).show_content()
        self._paint()

    @property
    def is_verifying(self) -> bool:
        """Whether a verification goes on."""
        return self._shown_run is not None and self._shown_run.outcome is None and not self._shown_run.stopped

    def status(self) -> str:
        """Say how it is going."""
        if self.is_verifying:
            return "verifying"
        return (
            ""
            if self._shown_run is None or self._shown_run.outcome is None
            else ("✓ verified" if self._shown_run.outcome.ok else "✗ failures")
        )

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only the key that does something now."""
        if action == "verify":
            return not self.is_verifying
        if action == "cancel":
            return self.is_verifying
        return super().check_action(action, parameters)

    def _paint(self) -> None:
        run = self._shown_run
        self.query_one(Document).show(
            lambda width: verification_lines(run, width), keep_place=run is not None
        )
        self.refresh_bindings()
        self.show_where()

    def action_cancel(self) -> None:
        """Stop at the next step."""
        self._stop = True

    def action_verify(self) -> None:
        """Begin."""
        run = Run(started=time.monotonic())
        self._shown_run, self._stop = run, False
        self._paint()
        guard = self.record.guard

        def ask() -> Verification:
            worker = get_current_worker()
            latest: dict[str, Progress] = {}
            told = 0.0

            def progress(step: Progress) -> None:
                nonlocal told
                if self._stop or worker.is_cancelled:
                    raise Stopped
                latest[step.layer] = step
                now = time.monotonic()
                if now - told >= _EVERY:  # a layer reports far more often than an eye can follow
                    told = now
                    self.post_message(self.Advanced(run, dict(latest)))

            return guard.verify(progress)

        self.read(ask, self._finished, group="verify", failed=self._broke_off)

    def on_verify_screen_advanced(self, event: Advanced) -> None:
        """Show how far it came."""
        event.stop()
        if event.run is self._shown_run and self.is_verifying:
            for step in event.progress.values():
                event.run.take(step, time.monotonic())
            self._paint()

    def _finished(self, outcome: Verification) -> None:
        if self._shown_run is not None:
            self._shown_run.outcome = outcome
        self.record.fully_verified(outcome)
        self._paint()

    def _broke_off(self, error: Exception) -> None:
        if self._shown_run is not None:
            stopped = isinstance(error, Stopped) or isinstance(error.__cause__, Stopped)
            self._shown_run.stopped = (
                "Stopped; nothing is concluded from a part."
                if stopped
                else f"It could not be finished: {error}"
            )
        self._paint()

    def table(self) -> Table | None:
        """Export the failures, or what was checked."""
        if self._shown_run is None or (outcome := self._shown_run.outcome) is None:
            return None
        if outcome.failures:
            return Table("verification-failures", [failure.model_dump() for failure in outcome.failures])
        return Table("verification", [outcome.model_dump(mode="json", exclude={"failures"})])
