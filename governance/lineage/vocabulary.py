"""Whether an entry says something that the vocabulary knows: rules without I/O.

1. A kind of the vocabulary (`governance.lineage.records.KINDS`) is about a subject of the right kind and
   carries the body that belongs to it. Evidence of a known family carries that family's result.
2. Kinds that begin with `x.` carry anything about anything.
3. A raw append writes no kind with a reserved prefix: only their own operations do, or a pipeline could
   forge a verdict.

Every refusal is a sentence that names the member by its path, with the value met.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import ValidationError

from governance.errors import InvalidInput
from governance.lineage.records import KINDS, RESERVED_PREFIXES, Body, EvidenceRecorded
from governance.lineage.results import FAMILIES
from governance.lineage.subjects import Subject

FREE_PREFIX = "x."
_SHOWN = 3
"""How many wrong members a sentence names; the others are counted."""

B = TypeVar("B", bound=Body)


def parse_body(model: type[B], members: Mapping[str, Any], *, what: str = "", strict: bool = False) -> B:
    """Return `members` as a body of type `model`.

    Args:
        model: the body's type.
        members: the JSON object.
        what: how the sentence names it; by default the type's own name.
        strict: whether `"3"` is no number; so it is for what is entered as given.

    Raises:
        InvalidInput: a member is missing or wrong; the sentence names each by its path.
    """
    try:
        return model.model_validate(dict(members), strict=strict)
    except ValidationError as error:
        raise InvalidInput(
            f"{what or model.__name__} is not valid: {_told(error)}.",
            remedy="Correct the named members; the bodies' members are listed in docs/reference/records.md.",
        ) from None


def validate(kind: str, subject: str, body: Mapping[str, Any]) -> Body | None:
    """Return the typed body of an entry of the vocabulary; None for a kind of somebody's own (`x.…`).

    Raises:
        InvalidInput: the kind is unknown, the subject of another kind, or the body not the kind's.
    """
    if kind.startswith(FREE_PREFIX):
        return None
    known = KINDS.get(kind)
    if known is None:
        near = difflib.get_close_matches(kind, [*KINDS], n=2)
        meant = f"Did you mean {' or '.join(near)}? " if near else ""
        raise InvalidInput(
            f"'{kind}' is no kind of this ledger.",
            remedy=f"{meant}Kinds of your own begin with '{FREE_PREFIX}'.",
        )
    parsed = Subject.parse(subject)
    if parsed.kind not in known.subjects:
        raise InvalidInput(
            f"A '{kind}' entry is about a {' or '.join(known.subjects)}, not about '{subject}'.",
            remedy=f"Name a subject that begins with {known.subjects[0]}:.",
        )
    typed = parse_body(known.body, body, what=f"The body of '{kind}' about {subject}", strict=True)
    if isinstance(typed, EvidenceRecorded) and (family := FAMILIES.get(typed.family)) is not None:
        parse_body(family, typed.result, what=f"The {typed.family} result of {subject}", strict=True)
    return typed


def refuse_reserved(kind: str) -> None:
    """Demand a kind that a raw append may write.

    Raises:
        InvalidInput: only the kind's own operation writes it.
    """
    if kind.startswith(RESERVED_PREFIXES):
        raise InvalidInput(
            f"'{kind}' entries are written by their own operations only, so that nobody forges them.",
            remedy="Use the command for it (govern gate, approve, deploy, batch, user, key, token, policy); "
            f"kinds of your own begin with '{FREE_PREFIX}'.",
        )


def _told(error: ValidationError) -> str:
    problems = error.errors(include_url=False)
    told = [f"'{_path(p['loc'])}' {_said(p)}" for p in problems[:_SHOWN]]
    if len(problems) > _SHOWN:
        told.append(f"and {len(problems) - _SHOWN} more")
    return "; ".join(told)


def _path(location: tuple[int | str, ...]) -> str:
    path = ""
    for part in location:
        path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else part
    return path or "the whole"


def _said(problem: Any) -> str:
    if problem["type"] == "missing":
        return "is missing"
    message = str(problem["msg"])
    value = repr(problem.get("input"))
    shown = value if len(value) <= 40 else f"{value[:39]}…"
    return f"is {shown}: {message[0].lower()}{message[1:]}"
