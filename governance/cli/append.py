"""`govern append`: JSON lines in, acknowledgements out, so that a pipeline in any language can write."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import typer

from governance.cli.context import JsonFlag, workspace_of
from governance.cli.examples import examples
from governance.cli.output import print_json_line
from governance.errors import GovernanceError, InvalidInput

if TYPE_CHECKING:
    from governance.workspace import NewEntry

_MEMBERS = {"kind", "subject", "body", "id"}


def add_to(app: typer.Typer) -> None:
    """Add this module's command."""
    app.command(
        epilog=examples(
            """echo '{"kind":"x.note","subject":"system:credit","body":{"text":"hello"}}' | govern append""",
            "govern append < events.jsonl > acknowledged.jsonl",
        )
    )(append)


def append(context: typer.Context, as_json: JsonFlag = True) -> None:  # noqa: ARG001 - always JSON lines
    """Append JSON lines from standard input: {"kind","subject","body"[,"id"]}.

    Prints {"seq","id","entry"} for each line, only once it is durable and covered by a durable checkpoint. Stops at
    the first bad line and names it; what was acknowledged before stays. Kinds outside the vocabulary begin with "x.".
    """
    with workspace_of(context) as workspace:
        for number, line in enumerate(sys.stdin.buffer, start=1):
            if not line.strip():
                continue
            try:
                done = workspace.append(parse_line(line))
            except GovernanceError as error:
                raise type(error)(f"Line {number}: {error.message}", remedy=error.remedy) from error
            print_json_line({"seq": done.seq, "id": done.id, "entry": done.entry})


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
        raise InvalidInput(f"It is not JSON: {error}.", remedy="Write one JSON object a line.") from None
    if not isinstance(value, dict):
        raise InvalidInput("It is not a JSON object.", remedy='Write {"kind":…,"subject":…,"body":{…}}.')
    unknown, missing = value.keys() - _MEMBERS, {"kind", "subject", "body"} - value.keys()
    if unknown or missing:
        what = f"Unknown member '{min(unknown)}'." if unknown else f"The member '{min(missing)}' is missing."
        raise InvalidInput(what, remedy="Members are kind, subject, body and, if wanted, id.")
    for member, kind in (("kind", str), ("subject", str), ("body", dict)):
        if not isinstance(value[member], kind):
            raise InvalidInput(f"'{member}' is not {'an object' if kind is dict else 'a text'}.")
    if not isinstance(value.get("id"), str | None):
        raise InvalidInput("'id' is not a text.", remedy="Give a UUID, or leave it out.")
    return NewEntry(kind=value["kind"], subject=value["subject"], body=value["body"], id=value.get("id"))


def _without_repeats(members: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(members)
    if len(result) != len(members):
        names = [name for name, _ in members]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the member '{twice}' stands twice")
    return result
