"""Examples beneath the help of each command."""

from __future__ import annotations


def examples(*commands: str) -> str:
    """Return the epilog that shows `commands` one a line."""
    return "Examples:\n\n" + "\n\n".join(f"  {command}" for command in commands)
