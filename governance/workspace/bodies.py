"""Bodies of entries: as they are entered, and as they are read again."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from governance.ledger.entry import Entry
from governance.lineage.vocabulary import refuse_reserved, validate
from governance.workspace.views import NewEntry


def plain(body: BaseModel) -> dict[str, Any]:
    """Return a body as it is entered: members under their recorded names, those that are None left out."""
    return body.model_dump(mode="json", by_alias=True, exclude_none=True)


def checked(entry: NewEntry) -> BaseModel | None:
    """Return the typed body of a kind that a raw append takes; None for a kind of somebody's own.

    Raises:
        InvalidInput: the kind is reserved or unknown, or subject or body have not its form.
    """
    refuse_reserved(entry.kind)
    return validate(entry.kind, entry.subject, entry.body)


def body_of(entry: Entry) -> dict[str, Any]:
    """Return an entry's body, empty where it was erased."""
    return entry.body or {}
