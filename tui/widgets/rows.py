"""A list that grows by keyset pages as one scrolls: subjects, decisions."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tui.lines import Line
from tui.widgets.document import Document


class GrowingDocument(Document):
    """A document that asks for more when its end comes into sight."""

    def __init__(self) -> None:
        super().__init__()
        self.complete = True
        self.on_end: Callable[[], None] | None = None

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Ask for more near the end."""
        super().watch_scroll_y(old_value, new_value)
        self._near_end()

    def _near_end(self) -> None:
        if (
            self.on_end is not None
            and not self.complete
            and self.scroll_offset.y + 2 * self.size.height >= len(self.lines)
        ):
            self.on_end()

    def show(self, builder: Callable[[int], Sequence[Line]], *, keep_place: bool = False) -> None:
        """Show lines, and ask for more when they do not fill the window."""
        super().show(builder, keep_place=keep_place)
        self._near_end()
