"""YAML with the line of everything, so that every error can name one.

Only plain data are taken, and what a file can cost is bounded by its size:
1. at most `MAX_BYTES` of UTF-8, one document;
2. no anchors or aliases: a file of a kilobyte can otherwise unfold to gigabytes;
3. no tags, those of YAML itself included: `!!timestamp x` says that a text is what it is not;
4. at most `MAX_DEPTH` levels, found while reading, before anything deeper is looked at;
5. no number of more than `MAX_DIGITS` characters, no text that UTF-8 can't hold;
6. no name twice in one mapping, and every name is text.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import yaml

from governance.errors import PolicyInvalid

MAX_BYTES = 256 * 1024
MAX_DEPTH = 32
MAX_DIGITS = 64
_NUMBERS = frozenset({"tag:yaml.org,2002:int", "tag:yaml.org,2002:float"})
Place = tuple[str | int, ...]
Lines = dict[Place, int]


class _Plain(yaml.SafeLoader):
    """Refuses, by rules 2 to 4, a node before what is in it is read."""

    _depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        line = event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            raise PolicyInvalid(f"Line {line}: anchors and aliases are not taken.", remedy="Write it out.")
        if getattr(event, "tag", None) is not None:
            raise PolicyInvalid(
                f"Line {line}: tags are not taken ({str(event.tag)[:80]}).",
                remedy="Leave the tag out; put text in quotes.",
            )
        if self._depth >= MAX_DEPTH:
            raise PolicyInvalid(
                f"Line {line}: it is nested more than {MAX_DEPTH} deep.",
                remedy="No pack needs that; write it flat.",
            )
        self._depth += 1
        node: yaml.Node | None = super().compose_node(parent, index)
        self._depth -= 1
        return node


def read(text: str) -> tuple[Any, Lines]:
    """Return the value that `text` holds and the line (from 1) of each place in it.

    Raises:
        PolicyInvalid: not YAML, or against one of the rules above; names the line.
    """
    try:
        size = len(text.encode())
    except UnicodeEncodeError as error:
        line = text.count("\n", 0, error.start) + 1
        raise PolicyInvalid(f"Line {line}: that is not UTF-8.", remedy="Save it as UTF-8 text.") from None
    if size > MAX_BYTES:
        raise PolicyInvalid(
            f"The pack is larger than {MAX_BYTES // 1024} KiB.", remedy="Split it into several packs."
        )
    try:
        loader = _Plain(text)
        node = loader.get_single_node()
        if node is None:
            raise PolicyInvalid("The pack is empty.", remedy="It begins with 'pack: NAME'.")
        lines: Lines = {}
        return _value(loader, node, (), lines), lines
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"Line {mark.line + 1}" if mark else "The pack"
        problem = error.problem or "not YAML"
        raise PolicyInvalid(
            f"{where}: {problem}.", remedy="Correct the YAML there; indent with spaces."
        ) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise PolicyInvalid(
            f"Line {line}: a character that no YAML text has (U+{error.character:04X}).",
            remedy="Save it as UTF-8 text.",
        ) from None
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        raise PolicyInvalid(f"The pack is not YAML: {error}.", remedy="Save it as UTF-8 text.") from None


def line_of(place: Place, lines: Lines) -> int:
    """Return the line of a place, or of the nearest place around it."""
    for length in range(len(place), -1, -1):
        if place[:length] in lines:
            return lines[place[:length]]
    return 1


def _value(loader: yaml.SafeLoader, node: yaml.Node, place: Place, lines: Lines) -> Any:
    lines[place] = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        return _mapping(loader, node, place, lines)
    if isinstance(node, yaml.SequenceNode):
        return [_value(loader, item, (*place, index), lines) for index, item in enumerate(node.value)]
    return _scalar(loader, node)


def _scalar(loader: yaml.SafeLoader, node: yaml.Node) -> Hashable:
    line = node.start_mark.line + 1
    if node.tag in _NUMBERS and len(node.value) > MAX_DIGITS:
        raise PolicyInvalid(
            f"Line {line}: a number of {len(node.value)} characters.",
            remedy="Put it in quotes if it is a text.",
        )
    try:
        value: Hashable = loader.construct_object(node)
    except (ValueError, OverflowError) as error:
        raise PolicyInvalid(f"Line {line}: {error}.", remedy="Put it in quotes if it is a text.") from None
    if isinstance(value, str) and any("\ud800" <= one <= "\udfff" for one in value):
        raise PolicyInvalid(f"Line {line}: half of a surrogate pair.", remedy="Write the character itself.")
    return value


def _mapping(loader: yaml.SafeLoader, node: yaml.MappingNode, place: Place, lines: Lines) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        key = _scalar(loader, key_node) if isinstance(key_node, yaml.ScalarNode) else "a list or mapping"
        if not isinstance(key, str) or not isinstance(key_node, yaml.ScalarNode):
            raise PolicyInvalid(f"Line {line}: the name '{key}' is not text.", remedy="Put it in quotes.")
        if key in found:
            raise PolicyInvalid(f"Line {line}: '{key}' stands twice.", remedy="Keep one of the two.")
        found[key] = _value(loader, value_node, (*place, key), lines)
        lines[*place, key] = line
    return found
