"""The fixed encoding of values in sealed batches (docs/ledger-format.md), and their form in row proofs.

| tag | type | then |
| --- | --- | --- |
| 0x00 | null | nothing |
| 0x01 | bool | 1 byte, 0 or 1 |
| 0x02 | int64 | 8 bytes big-endian, two's complement |
| 0x03 | float64 | 8 bytes IEEE 754 big-endian; -0 as 0, every NaN as 7ff8000000000000 |
| 0x04 | text | uint32 big-endian length, UTF-8 bytes |
| 0x05 | timestamp | int64 big-endian, microseconds since the epoch, UTC |
| 0x06 | bytes | uint32 big-endian length, the bytes |

In a column of another type than float64 a NaN is null, because that is how tables mark a missing value.
"""

from __future__ import annotations

import base64
import binascii
import math
import struct
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from governance.errors import InvalidInput

_NAN = bytes.fromhex("7ff8000000000000")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_INT64 = 2**63
_WORDS = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


class _MismatchError(ValueError):
    """A value does not fit its type."""


def _plain(value: Any) -> Any:
    """Turn a numpy or pandas scalar into Python's own, without importing either."""
    if hasattr(value, "to_pydatetime"):
        return None if value != value else value.to_pydatetime()  # noqa: PLR0124 - NaT is not itself
    item = getattr(value, "item", None)
    return item() if callable(item) and not isinstance(value, int | float | str | bytes) else value


def _bool(value: Any) -> bytes:
    if isinstance(value, bool):
        return b"\x01\x01" if value else b"\x01\x00"
    if isinstance(value, int | float) and value in {0, 1}:
        return b"\x01\x01" if value else b"\x01\x00"
    raise _MismatchError


def _int64(value: Any) -> bytes:
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        value = int(value)
    if not isinstance(value, int) or not -_INT64 <= value < _INT64:
        raise _MismatchError
    return b"\x02" + struct.pack(">q", value)


def _float64(value: Any) -> bytes:
    if isinstance(value, int) and int(float(value)) != value:
        raise _MismatchError
    if not isinstance(value, int | float):
        raise _MismatchError
    number = float(value)
    if math.isnan(number):
        return b"\x03" + _NAN
    return b"\x03" + struct.pack(">d", number + 0.0)


def _text(value: Any) -> bytes:
    if not isinstance(value, str):
        raise _MismatchError
    data = value.encode("utf-8")
    return b"\x04" + struct.pack(">I", len(data)) + data


def _timestamp(value: Any) -> bytes:
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise _MismatchError
    return b"\x05" + struct.pack(">q", (value - _EPOCH) // _MICROSECOND)


def _bytes(value: Any) -> bytes:
    if not isinstance(value, bytes | bytearray):
        raise _MismatchError
    return b"\x06" + struct.pack(">I", len(value)) + bytes(value)


_ENCODERS: dict[str, Callable[[Any], bytes]] = {
    "bool": _bool,
    "int64": _int64,
    "float64": _float64,
    "text": _text,
    "timestamp": _timestamp,
    "bytes": _bytes,
}
TYPES = tuple(_ENCODERS)
_EXPECTED = {
    "bool": "true or false",
    "int64": "a whole number below 2^63",
    "float64": "a number that a double can hold",
    "text": "text",
    "timestamp": "a time with its zone",
    "bytes": "bytes",
}


def encode_value(kind: str, value: Any) -> bytes:
    """Return tag and encoding of one value.

    Raises:
        ValueError: the value does not fit the type.
    """
    if type(value) not in {str, int, float, bool, type(None)}:
        value = _plain(value)
    if value is None:
        return b"\x00"
    if kind != "float64" and isinstance(value, float) and math.isnan(value):
        return b"\x00"
    return _ENCODERS[kind](value)


def encode_group(cells: Iterable[tuple[str, str, Any]], row: int) -> bytes:
    """Return the bytes of one disclosure group from its (name, type, value) cells.

    Raises:
        InvalidInput: a value does not fit its column; names column and row (from 1).
    """
    parts = []
    for name, kind, value in cells:
        try:
            parts.append(encode_value(kind, value))
        except (ValueError, OverflowError):
            raise InvalidInput(
                f"Column '{name}', row {row + 1}: {value!r} is not {_EXPECTED[kind]}.",
                remedy=f"Convert the value, or declare the column with another type than {kind}.",
            ) from None
    return b"".join(parts)


def to_json(kind: str, value: Any) -> Any:
    """Return the value as a row proof's JSON holds it.

    Numbers and text as they are; NaN and infinities as words; times in RFC 3339; bytes in base64.
    """
    value = _plain(value)
    if value is None or (kind != "float64" and isinstance(value, float) and math.isnan(value)):
        return None
    return _WRITERS[kind](value)


def _float_to_json(value: Any) -> float | str:
    number = float(value) + 0.0
    if math.isfinite(number):
        return number
    return next(word for word, meant in _WORDS.items() if str(meant) == str(number))


def _timestamp_to_json(value: Any) -> str:
    moment: datetime = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


_WRITERS: dict[str, Callable[[Any], Any]] = {
    "bool": bool,
    "int64": int,
    "float64": _float_to_json,
    "text": str,
    "timestamp": _timestamp_to_json,
    "bytes": lambda value: base64.b64encode(bytes(value)).decode(),
}


def from_json(kind: str, value: Any) -> Any:
    """Return the value that `to_json` wrote.

    Raises:
        ValueError: it has not the form of its type.
    """
    if value is None:
        return None
    if kind == "float64" and isinstance(value, str):
        if value not in _WORDS:
            raise ValueError(value)
        return _WORDS[value]
    if kind == "bytes":
        try:
            return base64.b64decode(value, validate=True)
        except (binascii.Error, TypeError) as error:
            raise ValueError(value) from error
    if kind == "bool" and not isinstance(value, bool):
        raise ValueError(value)
    return value
