"""Which entries a raw append takes, and in which form: rules without I/O.

1. Kinds whose first part is reserved (`gate.`, `approval.`, …) are refused: only their own operations write them, or
   a pipeline could forge a verdict.
2. Kinds of the vocabulary carry the body that the vocabulary says, about a subject of the right kind.
3. Other kinds begin with `x.` and carry anything about anything.
"""

from __future__ import annotations

import difflib
from typing import Any

from pydantic import BaseModel, ValidationError

from governance.errors import InvalidInput
from governance.lineage.records import KINDS, RESERVED_PREFIXES, EvidenceRecorded
from governance.lineage.results import FAMILIES
from governance.lineage.subjects import Subject
from governance.workspace.failures import body_error
from governance.workspace.views import NewEntry


def plain(body: BaseModel) -> dict[str, Any]:
    """Return a body as it is entered: JSON members under their recorded names, members that are None left out."""
    return body.model_dump(mode="json", by_alias=True, exclude_none=True)


def checked(entry: NewEntry) -> BaseModel | None:
    """Return the typed body of a kind that the vocabulary knows, None for a kind of somebody's own.

    Raises:
        InvalidInput: the kind is reserved or unknown, or subject or body have not its form.
    """
    if entry.kind.startswith("x."):
        return None
    if entry.kind.startswith(RESERVED_PREFIXES):
        raise InvalidInput(
            f"'{entry.kind}' entries are written by their own operations only, so that nobody forges them.",
            remedy="Use the command for it (govern gate, approve, deploy, batch, user, key, token, policy); "
            "kinds of your own begin with 'x.'.",
        )
    known = KINDS.get(entry.kind)
    if known is None:
        near = difflib.get_close_matches(entry.kind, [*KINDS], n=2)
        meant = f"Did you mean {' or '.join(near)}? " if near else ""
        raise InvalidInput(
            f"'{entry.kind}' is no kind of this ledger.", remedy=f"{meant}Kinds of your own begin with 'x.'."
        )
    subject = Subject.parse(entry.subject)
    if subject.kind not in known.subjects:
        raise InvalidInput(
            f"A '{entry.kind}' entry is about a {' or '.join(known.subjects)}, not about '{entry.subject}'.",
            remedy=f"Name a subject that begins with {known.subjects[0]}:.",
        )
    try:
        body = known.body.model_validate(entry.body)
        if isinstance(body, EvidenceRecorded) and body.family in FAMILIES:
            FAMILIES[body.family].model_validate(body.result)
    except ValidationError as error:
        raise body_error(f"The body of '{entry.kind}' about {entry.subject} is not valid", error) from None
    return body
