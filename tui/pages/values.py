"""Nested bodies as names and values, bounded, so that a body of a megabyte still opens at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

MOST = 400
SHORT_LIST = 8


def flattened(body: Mapping[str, Any], most: int = MOST) -> list[tuple[str, Any]]:
    """Return `("parameters.C", 0.5)` and so on, at most `most` of them and then how many are left out."""
    walker = _walk(body, "")
    found = list(islice(walker, most))
    rest = sum(1 for _ in walker)
    if rest:
        found.append(("…", f"and {rest:,} more values: r shows all as JSON"))
    return found


def _walk(value: Any, name: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        if not value and name:
            yield name, "(none)"
        for key, member in value.items():
            yield from _walk(member, f"{name}.{key}" if name else str(key))
    elif isinstance(value, Sequence) and not isinstance(value, str):
        if not value:
            yield name, "(none)"
        elif all(not isinstance(member, (Mapping, list)) for member in value) and len(value) <= SHORT_LIST:
            yield name, ", ".join(str(member) for member in value)
        else:
            for index, member in enumerate(value):
                yield from _walk(member, f"{name}[{index}]")
    else:
        yield name, value
