"""`govern append`: JSON lines in, acknowledgements out, so that a pipeline in any language can write."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import typer

from governance.cli.context import ConfirmClock, JsonFlag, workspace_of
from governance.cli.examples import examples
from governance.cli.output import print_json_line
from governance.errors import GovernanceError, InvalidInput

if TYPE_CHECKING:
    from collections.abc import Iterator

    from governance.workspace import NewEntry

_LONGEST = 8 * 2**20
"""Bytes of a line: a body of 1 MiB even where each of its bytes is escaped, and the rest."""
_REMEDY = "Correct that line; send it and those after it again."
_MEMBERS = {"kind", "subject", "body", "id"}


def add_to(app: typer.Typer) -> None:
    """Add this module's command."""
    app.command(
        epilog=examples(
            """echo '{"kind":"x.note","subject":"system:credit","body":{"text":"hello"}}' | govern append""",
            "govern append < events.jsonl > acknowledged.jsonl",
        )
    )(append)


def append(
    context: typer.Context,
    confirm_clock: ConfirmClock = False,
    as_json: JsonFlag = True,  # noqa: ARG001 - always JSON lines
) -> None:
    """Append JSON lines from standard input: {"kind","subject","body"[,"id"]}.

    Prints {"seq","id","entry"} for each line, only once it is durable and covered by a durable checkpoint. Stops at
    the first bad line and names it; what was acknowledged before stays. Kinds outside the vocabulary begin with "x.".
    """
    with workspace_of(context, confirm_clock=confirm_clock) as workspace:
        for number, line in enumerate(_lines(), start=1):
            if not line.strip():
                continue
            try:
                if len(line) > _LONGEST:
                    raise InvalidInput(
                        f"It is longer than {_LONGEST:,} bytes; a body has at most 1 MiB.",
                        remedy="Keep large things in files and enter their SHA-256.",
                    )
                done = workspace.append(parse_line(line))
            except GovernanceError as error:
                raise type(error)(
                    f"Line {number}: {_cut(error.message)}", remedy=error.remedy or _REMEDY
                ) from error
            print_json_line({"seq": done.seq, "id": done.id, "entry": done.entry})


def _lines() -> Iterator[bytes]:
    """Yield the lines of standard input; one that is too long comes cut, so that memory stays bounded."""
    if sys.stdin.isatty():
        sys.stderr.write("Type JSON objects, one a line; Ctrl-D ends.\n")
    while line := sys.stdin.buffer.readline(_LONGEST + 1):
        yield line


def parse_line(line: bytes) -> NewEntry:
    """Return the entry that one line asks for.

    Raises:
        InvalidInput: not UTF-8, not JSON, a member twice, missing, unknown or of the wrong type.
    """
    from governance.workspace import NewEntry

    try:
        value = json.loads(line.decode("utf-8"), object_pairs_hook=_without_repeats)
    except UnicodeDecodeError:
        raise InvalidInput("It is not UTF-8.", remedy="Encode the lines as UTF-8.") from None
    except RecursionError:
        raise InvalidInput("It is nested too deeply.", remedy="Bodies may be 64 deep.") from None
    except ValueError as error:
        raise InvalidInput(
            f"It is not JSON: {_told(error)}.", remedy="Write one JSON object a line."
        ) from None
    if not isinstance(value, dict):
        raise InvalidInput("It is not a JSON object.", remedy='Write {"kind":…,"subject":…,"body":{…}}.')
    unknown, missing = value.keys() - _MEMBERS, {"kind", "subject", "body"} - value.keys()
    if unknown or missing:
        what = f"Unknown member '{min(unknown)}'." if unknown else f"The member '{min(missing)}' is missing."
        raise InvalidInput(what, remedy="Members are kind, subject, body and, if wanted, id.")
    for member, kind in (("kind", str), ("subject", str), ("body", dict)):
        if not isinstance(value[member], kind):
            raise InvalidInput(
                f"'{member}' is not {'an object' if kind is dict else 'a text'}.",
                remedy='Write {"kind":"x.…","subject":"…","body":{…}}.',
            )
    if not isinstance(value.get("id"), str | None):
        raise InvalidInput("'id' is not a text.", remedy="Give a UUID, or leave it out.")
    return NewEntry(kind=value["kind"], subject=value["subject"], body=value["body"], id=value.get("id"))


def _cut(message: str) -> str:
    """Return a message that names a long path (`$.a[0][0]…`) with the middle left out."""
    return message if len(message) <= 400 else f"{message[:150]} … {message[-150:]}"


def _told(error: ValueError) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg[:1].lower()}{error.msg[1:]} at character {error.colno}"
    return "a number has too many digits" if "digits" in str(error) else str(error)


def _without_repeats(members: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(members)
    if len(result) != len(members):
        names = [name for name, _ in members]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the member '{twice}' stands twice")
    return result
