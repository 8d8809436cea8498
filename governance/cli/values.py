"""Values on the command line that are more than a string: `name=value` pairs, JSON or YAML files, periods."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from governance.errors import InvalidInput, NotFound


def read_bytes(path: Path) -> bytes:
    """Return the bytes of a file that the user named.

    Raises:
        NotFound: there is no such file.
        InvalidInput: it is a folder or can't be read.
    """
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise NotFound(f"There is no file {path}.", remedy="Check the path.") from None
    except (IsADirectoryError, PermissionError) as error:
        raise InvalidInput(
            f"{path} can't be read: {error.strerror}.", remedy="Name a readable file."
        ) from None


def read_text(path: Path) -> str:
    """Return the text of a UTF-8 file; errors as `read_bytes`, and InvalidInput where it is no UTF-8."""
    try:
        return read_bytes(path).decode("utf-8")
    except UnicodeDecodeError as error:
        raise InvalidInput(
            f"{path} is not UTF-8 text (byte {error.start}).", remedy="Save it as UTF-8."
        ) from None


def check_file(path: Path) -> None:
    """Refuse a file that is not there, before anything is done.

    Raises:
        NotFound: there is no such file.
        InvalidInput: it is a folder.
    """
    if not path.exists():
        raise NotFound(f"There is no file {path}.", remedy="Check the path.")
    if path.is_dir():
        raise InvalidInput(f"{path} is a folder, not a file.", remedy="Name a file.")


def check_folder(path: Path) -> None:
    """Refuse a file to be written where its folder is not there, before anything is done.

    Raises:
        NotFound: its folder does not exist.
        InvalidInput: a folder of that name is there, or the folder can't be written.
    """
    import os

    if not path.parent.is_dir():
        raise NotFound(f"There is no folder {path.parent}.", remedy="Create it, or name another file.")
    if path.is_dir():
        raise InvalidInput(f"{path} is a folder.", remedy="Name the file to write in it.")
    if not os.access(path.parent, os.W_OK):
        raise InvalidInput(f"{path.parent} can't be written.", remedy="Name a file elsewhere.")


def trusted_key(text: str | None) -> str | None:
    """Return the verifier key that the user trusts: given itself, or the file that holds it.

    Raises:
        InvalidInput: it is no verifier key.
        NotFound: it looks like a file that is not there.
    """
    from governance.ledger.errors import LedgerError
    from governance.ledger.note import VerifierKey

    if text is None or not text.strip():
        return None
    named = Path(text) if len(text) < 1000 else None
    held = read_text(named).strip() if named is not None and named.is_file() else text.strip()
    try:
        VerifierKey.parse(held)
    except LedgerError as error:
        if named is not None and "+" not in text:
            raise (
                NotFound(
                    f"'{text}' is no verifier key and no file.",
                    remedy="Ask the ledger's owner for the key: govern key prints it.",
                )
                if not named.is_file()
                else InvalidInput(
                    f"{text} holds no verifier key.",
                    remedy="It is one line, NAME+HASH+KEY; govern key prints it.",
                )
            ) from None
        raise InvalidInput(
            f"That is no verifier key: {error.message}",
            remedy="It reads NAME+HASH+KEY; govern key prints it.",
        ) from None
    return held


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file whole or not at all.

    Raises:
        NotFound: its folder does not exist.
        OSError: the disk is full, or the folder can't be written.
    """
    import os
    import tempfile

    check_folder(path)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def scalar(text: str) -> str | int | float | bool | None:
    """Return a JSON number, boolean or null where `text` is one, else the text itself."""
    try:
        value = json.loads(text)
    except ValueError:
        return text
    return value if isinstance(value, int | float | bool) or value is None else text


def pairs(values: Sequence[str] | None, option: str) -> dict[str, Any]:
    """Return `NAME=VALUE` options as a mapping of scalars.

    Raises:
        InvalidInput: one has no `=`, or a name stands twice.
    """
    result: dict[str, Any] = {}
    for value in values or ():
        name, equals, rest = value.partition("=")
        if not equals or not name:
            raise InvalidInput(f"{option} '{value}' is not NAME=VALUE.", remedy=f"Write {option} name=value.")
        if name in result:
            raise InvalidInput(f"{option} {name} is given twice.", remedy="Give each name once.")
        result[name] = scalar(rest)
    return result


def numbers(values: Sequence[str] | None, option: str) -> dict[str, float]:
    """Return `NAME=NUMBER` options; InvalidInput where a value is no finite number."""
    import math

    result: dict[str, float] = {}
    for name, value in pairs(values, option).items():
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise InvalidInput(
                f"{option} {name}={value} is not a finite number.", remedy=f"Write {option} {name}=0.93."
            )
        result[name] = value
    return result


def read_mapping(path: Path) -> dict[str, Any]:
    """Return the object in a JSON or YAML file.

    Raises:
        InvalidInput: it does not parse (with its line), or is no object.
    """
    import yaml

    text = read_text(path)
    try:
        value = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f", line {mark.line + 1}" if mark else ""
        raise InvalidInput(
            f"{path}{place}: {getattr(error, 'problem', None) or error}.", remedy="Correct that line."
        ) from None
    if not isinstance(value, dict):
        raise InvalidInput(
            f"{path} holds no object of names and values.", remedy="Write one `name: value` a line."
        )
    return value


def with_kind(kind: str, text: str) -> str:
    """Return `text` as a subject of `kind`; the prefix may be left out on the command line."""
    return text if text.startswith(f"{kind}:") else f"{kind}:{text}"


def moment(time: str) -> str:
    """Return an instant of the ledger as people read it: `2026-01-31 14:00 UTC`."""
    return f"{time[:10]} {time[11:16]} UTC"


def finite(value: float | None, option: str) -> float | None:
    """Return a number given as an option; InvalidInput where it is NaN or infinite."""
    import math

    if value is not None and not math.isfinite(value):
        raise InvalidInput(
            f"{option} {value} is not a finite number.", remedy=f"Write {option} 0.5, for example."
        )
    return value


def instant(text: str) -> str:
    """Return a date or time that a person wrote as RFC 3339 in UTC (a date means its end, a time without zone is UTC).

    Raises:
        InvalidInput: it is neither.
    """
    from datetime import UTC, datetime, time

    try:
        if len(text) == len("2026-01-31"):
            parsed = datetime.combine(datetime.fromisoformat(text).date(), time.max, UTC)
        else:
            parsed = datetime.fromisoformat(text)
    except ValueError:
        raise InvalidInput(
            f"'{text}' is no date or time.", remedy="Write 2026-01-31 or 2026-01-31T14:00:00Z."
        ) from None
    aware = parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)
    return aware.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
