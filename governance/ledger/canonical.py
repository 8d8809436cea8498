"""Canonical JSON (RFC 8785), and what the ledger refuses to make canonical.

One value has one byte string: keys sorted by their UTF-16 code units, no white space, numbers as ECMAScript
writes them. Beyond RFC 8785 the ledger refuses what would not survive a round trip through somebody else's
JSON reader: numbers with 2^53 ≤ |x| < 10^21, integers that no double holds exactly, NaN, infinities,
duplicate member names, lone surrogates, and bodies past 1 MiB or 64 levels.

Serialising goes through `orjson`, which writes texts, integers and most numbers as RFC 8785 does. Values in which
it would not are found first (`_is_plain`) and copied with what differs put right, number by number through the
`rfc8785` package (`_Careful`). A property test compares the whole with that package.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping
from typing import Any

import orjson
import rfc8785

from governance.ledger.errors import InvalidEntry

MAX_BODY_BYTES = 1 << 20
MAX_BODY_DEPTH = 64
# Deeper than any document this package reads, and far from Python's recursion limit.
_MAX_DEPTH = 200

_SAFE = 1 << 53
_POSITIONAL_END = 10**21
# From here down the libraries spell exponents differently.
_SMALLEST_ALIKE = 1e-4
# First bytes in UTF-8 of U+E000 and beyond: only with these do code points and UTF-16 code units sort differently.
_HIGH = re.compile(rb"[\xee-\xf4]")


def encode(value: object) -> bytes:
    """Return the RFC 8785 bytes of a JSON value.

    Args:
        value: what `json` reads: mappings with text keys, lists or tuples, text, numbers, booleans, None.

    Raises:
        InvalidEntry: a value that has no canonical form here; the message names its JSON path.
    """
    return _encode(value, _MAX_DEPTH)


def decode(data: bytes) -> dict[str, Any]:
    """Read one JSON object strictly: UTF-8, no duplicate names, finite numbers.

    The object need not be canonical; `decode_canonical` asks for that too.

    Raises:
        InvalidEntry: the data are not one such object.
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InvalidEntry(
            f"The JSON text is not UTF-8: byte {error.start} is 0x{data[error.start]:02x}.",
            remedy="Save the text as UTF-8 and try again.",
        ) from error
    try:
        value = json.loads(
            text,
            object_pairs_hook=_unique_members,
            parse_constant=_refuse_constant,
            parse_float=_finite,
        )
    except json.JSONDecodeError as error:
        raise InvalidEntry(
            f"This is not JSON: {error.msg} at line {error.lineno}, column {error.colno}.",
            remedy="Write one JSON object, with names and texts in double quotes.",
        ) from error
    except RecursionError as error:
        raise InvalidEntry(
            f"The JSON text is nested too deeply; {MAX_BODY_DEPTH} levels are allowed."
        ) from error
    except ValueError as error:  # Python refuses integers of more than 4,300 digits.
        raise InvalidEntry("The JSON text has a number with thousands of digits.") from error
    if not isinstance(value, dict):
        raise InvalidEntry(
            f"A JSON object was expected, but this is {_a(value)}.", remedy='Begin with "{" and end with "}".'
        )
    return value


def decode_canonical(data: bytes) -> dict[str, Any]:
    """Read one JSON object whose bytes are already in RFC 8785 form.

    Raises:
        InvalidEntry: not such an object, or another spelling of it.
    """
    value = decode(data)
    if encode(value) != data:
        raise InvalidEntry("The JSON object is not in canonical form (RFC 8785).")
    return value


def check_body(body: Mapping[str, Any]) -> bytes:
    """Return a body's canonical bytes after checking the limits for bodies.

    Args:
        body: a JSON object, at most 64 levels deep (itself the first) and 1 MiB in canonical form.

    Raises:
        InvalidEntry: too large, too deep, or without a canonical form.
    """
    if not isinstance(body, Mapping):
        raise InvalidEntry(f"A body is a JSON object, but this is {_a(body)}.")
    data = _encode(body, MAX_BODY_DEPTH)
    if len(data) > MAX_BODY_BYTES:
        raise InvalidEntry(
            f"The body has {len(data):,} bytes in canonical form; at most {MAX_BODY_BYTES:,} are allowed.",
            remedy="Keep large artifacts outside the ledger and enter their SHA-256 digests.",
        )
    return data


def _encode(value: object, depth: int) -> bytes:
    if type(value) is dict and _is_plain(value, depth):
        try:
            data = orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
        except orjson.JSONEncodeError:  # a lone surrogate, or a member name of another type
            pass
        else:
            if data.isascii() or not _HIGH.search(data):
                return data
    return orjson.dumps(_Careful().copy(value, "$", depth))


def _is_plain(value: Any, depth: int) -> bool:
    """Whether every value in an object or a list is one that orjson writes as RFC 8785 does.

    Exact types only, integers below 2^53, floats that are not integral and within [10^-4, 2^53) but for their
    sign; names are left to orjson, which takes nothing but text. Any doubt is settled by `_Careful`.
    """
    if depth <= 0:
        return False
    items: Iterable[Any] = value.values() if type(value) is dict else value
    for item in items:
        kind = type(item)
        if kind is str or kind is bool or item is None:
            continue
        if kind is float:
            if not _SMALLEST_ALIKE <= abs(item) < _SAFE or item.is_integer():
                return False
        elif kind is int:
            if not -_SAFE < item < _SAFE:
                return False
        elif kind is dict or kind is list or kind is tuple:
            if not _is_plain(item, depth - 1):
                return False
        else:
            return False
    return True


class _Careful:
    """Checks a value and copies it into one that orjson, sorting nothing, writes as RFC 8785 does.

    Members are put into the order of UTF-16 code units, integral floats become integers, and numbers whose
    exponents are spelt differently become fragments that `rfc8785` wrote.
    """

    def copy(self, value: object, path: str, depth: int) -> object:
        kind = type(value)
        if kind is str or kind is bool or value is None:
            return value if kind is not str else self._text(value, path)  # type: ignore[arg-type]
        if kind is int:
            return self._integer(value, path)  # type: ignore[arg-type]
        if kind is float:
            return self._number(value, path)  # type: ignore[arg-type]
        if isinstance(value, Mapping):
            return self._object(value, path, _deeper(path, depth))
        if isinstance(value, (list, tuple)):
            below = _deeper(path, depth)
            return [self.copy(item, f"{path}[{place}]", below) for place, item in enumerate(value)]
        if isinstance(value, str):  # StrEnum and the like: by their text.
            return self._text(str.__str__(value), path)
        raise InvalidEntry(
            f"{path}: {_a(value)} has no place in JSON.",
            remedy="Use text, finite numbers, true, false, null, lists and objects.",
        )

    def _object(self, value: Mapping[Any, object], path: str, depth: int) -> dict[str, object]:
        copied: dict[str, object] = {}
        for name, item in value.items():
            if not isinstance(name, str):
                raise InvalidEntry(f"{path}: the member name {name!r} is {_a(name)}, not text.")
            key = self._text(str.__str__(name), path)
            copied[key] = self.copy(item, f"{path}.{key}", depth)
        return {key: copied[key] for key in sorted(copied, key=_utf16)}

    def _text(self, value: str, path: str) -> str:
        if not value.isascii():
            try:
                value.encode("utf-8")
            except UnicodeEncodeError as error:
                raise InvalidEntry(
                    f"{path}: the text has a lone surrogate (U+{ord(value[error.start]):04X})."
                ) from error
        return value

    def _integer(self, value: int, path: str) -> object:
        if -_SAFE < value < _SAFE:
            return value
        try:
            double = float(value)
        except OverflowError:
            double = math.inf
        if abs(value) < _POSITIONAL_END or double != value:
            raise _unsafe(value, path)
        return orjson.Fragment(rfc8785.dumps(double))

    def _number(self, value: float, path: str) -> object:
        if not math.isfinite(value):
            raise InvalidEntry(
                f"{path}: {value} is not a finite number.",
                remedy="Leave the member out, or write null and say why it is missing.",
            )
        size = abs(value)
        if _SAFE <= size < _POSITIONAL_END:
            raise _unsafe(value, path)
        if size < _SAFE and value == int(value):
            return int(value)
        if size < _SMALLEST_ALIKE or size >= _POSITIONAL_END:
            return orjson.Fragment(rfc8785.dumps(value))
        return value


def _utf16(text: str) -> bytes:
    return text.encode("utf-16-be")


def _deeper(path: str, depth: int) -> int:
    if depth <= 0:
        raise InvalidEntry(f"{path[:200]}: nested too deeply; a body may have {MAX_BODY_DEPTH} levels.")
    return depth - 1


def _unsafe(value: float, path: str) -> InvalidEntry:
    shown = f"{value}" if abs(value) < 1e40 else "this integer"
    return InvalidEntry(
        f"{path}: {shown} would not survive a round trip through JSON (2^53 and beyond).",
        remedy="Write large numbers as text.",
    )


def _unique_members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen:
                raise InvalidEntry(f"The member name {name!r} occurs twice in one object.")
            seen.add(name)
    return members


def _refuse_constant(name: str) -> object:
    raise InvalidEntry(f"{name} is not JSON.", remedy="Leave the member out, or write null.")


def _finite(literal: str) -> float:
    value = float(literal)
    if math.isinf(value):
        raise InvalidEntry(f"{literal[:40]} is beyond the range of doubles.")
    return value


def _a(value: object) -> str:
    names = {
        "dict": "an object",
        "list": "a list",
        "str": "text",
        "bool": "true or false",
        "NoneType": "null",
    }
    name = type(value).__name__
    return names.get(name, f"a value of type {name}")
