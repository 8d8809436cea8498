"""Subjects that somebody may have meant who typed a name, or a part of one."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from governance.workspace import Workspace

_PAGE, _PAGES = 200, 10
_KINDS = ("system", "model", "dataset", "deployment", "policy")
"""Kinds whose names people choose and therefore type; the others are named by UUIDs."""


def named_subjects(workspace: Workspace) -> list[str]:
    """Return subjects with names, at most some thousands a kind."""
    found: list[str] = []
    for kind in _KINDS:
        after: str | None = None
        for _ in range(_PAGES):
            page = workspace.subjects(kind, after=after, limit=_PAGE)
            found += [summary.subject for summary in page]
            if len(page) < _PAGE:
                break
            after = page[-1].subject
    return found


def containing(text: str, subjects: Sequence[str]) -> list[str]:
    """Return the subjects that contain `text` in whatever case."""
    wanted = text.casefold()
    return [subject for subject in subjects if wanted in subject.casefold()]


def named_exactly(text: str, subjects: Sequence[str]) -> str | None:
    """Return the one subject whose name without its kind is `text`; None where there is none or more than one."""
    found = [subject for subject in subjects if subject.partition(":")[2] == text]
    return found[0] if len(found) == 1 else None


def near(text: str, subjects: Sequence[str], limit: int = 3) -> list[str]:
    """Return the nearest subjects, best first: those that contain the text, then those that are spelled alike."""
    bare = text.rpartition(":")[2]
    name = bare.partition("@")[0]
    found = [*containing(text, subjects), *(containing(name, subjects) if len(name) > 2 else [])]
    spelled = {subject.partition(":")[2]: subject for subject in subjects}
    found += [spelled[one] for one in difflib.get_close_matches(bare, list(spelled), n=limit, cutoff=0.5)]
    return list(dict.fromkeys(found))[:limit]
