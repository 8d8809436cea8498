"""YAML with the line of everything, so that every error can name one.

Only plain data are taken: no tags of other languages, no anchors or aliases (a file of a kilobyte can
otherwise unfold to gigabytes), no name twice in one mapping, one document, at most `MAX_BYTES`.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import yaml

from governance.errors import PolicyInvalid

MAX_BYTES = 256 * 1024
Place = tuple[str | int, ...]
Lines = dict[Place, int]


def read(text: str) -> tuple[Any, Lines]:
    """Return the value that `text` holds and the line (from 1) of each place in it.

    Raises:
        PolicyInvalid: not YAML, too large, an alias, a repeated name or a foreign tag; names the line.
    """
    if len(text.encode()) > MAX_BYTES:
        raise PolicyInvalid(
            f"The pack is larger than {MAX_BYTES // 1024} KiB.", remedy="Split it into several packs."
        )
    loader = yaml.SafeLoader(text)
    try:
        _refuse_aliases(text)
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
    except (yaml.YAMLError, ValueError) as error:
        raise PolicyInvalid(f"The pack is not YAML: {error}.", remedy="Save it as UTF-8 text.") from None
    finally:
        loader.dispose()


def line_of(place: Place, lines: Lines) -> int:
    """Return the line of a place, or of the nearest place around it."""
    for length in range(len(place), -1, -1):
        if place[:length] in lines:
            return lines[place[:length]]
    return 1


def _refuse_aliases(text: str) -> None:
    for token in yaml.scan(text, Loader=yaml.SafeLoader):
        if isinstance(token, yaml.AnchorToken | yaml.AliasToken):
            line = token.start_mark.line + 1
            raise PolicyInvalid(f"Line {line}: anchors and aliases are not taken.", remedy="Write it out.")


def _value(loader: yaml.SafeLoader, node: yaml.Node, place: Place, lines: Lines) -> Any:
    lines[place] = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        return _mapping(loader, node, place, lines)
    if isinstance(node, yaml.SequenceNode):
        return [_value(loader, item, (*place, index), lines) for index, item in enumerate(node.value)]
    return loader.construct_object(node)


def _mapping(loader: yaml.SafeLoader, node: yaml.MappingNode, place: Place, lines: Lines) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        key: Hashable = loader.construct_object(key_node)
        if not isinstance(key, str):
            raise PolicyInvalid(f"Line {line}: the name '{key}' is not text.", remedy="Put it in quotes.")
        if key in found:
            raise PolicyInvalid(f"Line {line}: '{key}' stands twice.", remedy="Keep one of the two.")
        found[key] = _value(loader, value_node, (*place, key), lines)
        lines[*place, key] = line
    return found
