"""Lists of subjects of one kind, shared by the groups of commands."""

from __future__ import annotations

import typer

from governance.cli.context import workspace_of
from governance.cli.output import print_json, print_table
from governance.cli.values import moment

_PAGE = 500


def list_subjects(context: typer.Context, kind: str, *, as_json: bool) -> None:
    """Print every subject of a kind with its newest entry."""
    with workspace_of(context) as workspace:
        found = page = workspace.subjects(kind, limit=_PAGE)
        while len(page) == _PAGE:
            page = workspace.subjects(kind, after=page[-1].subject, limit=_PAGE)
            found = [*found, *page]
    if as_json:
        print_json(found)
        return
    print_table(
        ["subject", "last entry", "what", "when"],
        ([item.subject, f"#{item.last_seq}", item.last_kind, moment(item.last_time)] for item in found),
        empty=f"No {kind} is registered yet.",
    )
