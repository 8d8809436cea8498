"""Line-API ground for widgets that paint `tui.lines` spans in the theme's colours."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui.lines import Span

_NAMES = ("muted", "strong", "accent", "title", "good", "bad", "warn", "link")


class StyledView(ScrollView, can_focus=True):
    """A scrolled view that paints spans; only the visible lines are ever rendered."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"styled--{name}" for name in _NAMES} | {"styled--cursor"}

    DEFAULT_CSS = """
    StyledView {
        overflow-x: hidden;
        scrollbar-size-vertical: 1;
        scrollbar-gutter: stable;
        .styled--muted { color: $muted; }
        .styled--strong { text-style: bold; }
        .styled--accent { color: $accent; }
        .styled--title { color: $accent; text-style: bold; }
        .styled--good { color: $success; }
        .styled--bad { color: $error; text-style: bold; }
        .styled--warn { color: $warning; }
        .styled--link { color: $accent; }
        .styled--cursor { background: $cursor-blurred; }
        &:focus .styled--cursor { background: $cursor; }
    }
    """

    def paint(self, spans: Iterable[Span], *, cursor: bool = False) -> Strip:
        """Return one line, cropped or extended to the widget's width."""
        base = self.rich_style
        over = self.cursor_ground() if cursor else Style.null()
        segments = [
            Segment(text, base + (self._named(name) if name else Style.null()) + over)
            for text, name in spans
            if text
        ]
        width = self.scrollable_content_region.width or self.size.width
        offset = self.scroll_offset.x
        return Strip(segments).crop_extend(offset, offset + width, base + over)

    def _named(self, name: str) -> Style:
        return self.get_component_rich_style(f"styled--{name}", partial=True)

    def cursor_ground(self) -> Style:
        """Return what marks the cursor: a ground of its own, or reversed where there is no colour."""
        if self.app.no_color:
            return Style(reverse=True) if self.has_focus else Style(underline=True)
        background = self.get_component_rich_style("styled--cursor").bgcolor
        return Style(bgcolor=background)
