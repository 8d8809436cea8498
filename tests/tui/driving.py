"""How tests drive the app: press keys, let the workers finish, read the screen."""

from __future__ import annotations

from textual.app import App
from textual.pilot import Pilot
from textual.widgets import Input

from tui.app import RecordApp


async def settle(pilot: Pilot[None]) -> None:
    """Wait until nothing is being read any more and all of it is painted."""
    quiet = 0
    while quiet < 3:  # an answer may lead to the next question
        await pilot.pause(0.01)
        quiet = 0 if any(not worker.is_finished for worker in pilot.app.workers) else quiet + 1


async def press(pilot: Pilot[None], *keys: str) -> None:
    """Press keys one by one, as a person does who looks at the screen in between."""
    for key in keys:
        await pilot.press(key)
        await settle(pilot)


async def write(pilot: Pilot[None], text: str) -> None:
    """Put text into the line that is asked for, and Enter."""
    line = pilot.app.screen.focused
    assert isinstance(line, Input)
    line.value = text
    await press(pilot, "enter")


def painted(app: RecordApp | App[None]) -> str:
    """Return what stands on the screen."""
    strips = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip).rstrip() for strip in strips)
