"""`govern log | show | lineage | trace | as-of`: reading the record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from governance.cli.context import JsonFlag, workspace_of
from governance.cli.examples import examples
from governance.cli.output import (
    columns,
    plainly,
    print_facts,
    print_json,
    print_json_line,
    print_prose,
    print_text,
    short,
)
from governance.cli.values import instant, moment, with_kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from governance.workspace import EntryQuery, Workspace
    from governance.workspace.views import EntryView, Lineage

_PAGE = 500
_WIDE = 120
"""Columns that a line of the log takes with the longest usual subject."""


def add_to(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.command(
        epilog=examples(
            "govern log",
            "govern log --kind 'gate.*' --since 2026-01-01",
            "govern log --subject 'model:*' --all --json",
        )
    )(log)
    app.command(
        epilog=examples("govern show 17", "govern show model:scorer@3", "govern show <entry hash> --json")
    )(show)
    app.command(epilog=examples("govern lineage model:scorer@3", "govern lineage dataset:loans@2026 --down"))(
        lineage
    )
    app.command(epilog=examples("govern trace 'prediction:0199…#17'"))(trace)
    app.command(
        "as-of",
        epilog=examples(
            "govern as-of", "govern as-of 2026-03-31 --target production", "govern as-of 2026-03-31T12:00Z"
        ),
    )(as_of)


def log(
    context: typer.Context,
    kind: Annotated[str | None, typer.Option(help="Kind; may end in *.")] = None,
    subject: Annotated[str | None, typer.Option(help="Subject; may end in *.")] = None,
    actor: Annotated[str | None, typer.Option("--by", help="Who wrote it.")] = None,
    since: Annotated[str | None, typer.Option(help="From this date or time on.")] = None,
    until: Annotated[str | None, typer.Option(help="Up to this date or time.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many, newest first.")] = 20,
    everything: Annotated[bool, typer.Option("--all", help="All of them, oldest first.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """List entries, newest first. With --json: one JSON object a line."""
    from governance.workspace import EntryQuery

    query = EntryQuery(
        kind=kind,
        subject=subject,
        actor=actor,
        since=instant(since) if since else None,
        until=instant(until) if until else None,
        newest_first=not everything,
        limit=_PAGE if everything else min(limit, _PAGE),
        bodies=as_json,
    )
    lines = _EntryLines()
    with workspace_of(context) as workspace:
        for entry in _pages(workspace, query, None if everything else limit):
            if as_json:
                print_json_line(entry.model_dump(mode="json"))
            else:
                lines.add(entry)
    if not as_json and not lines.count:
        print_text("No entry matches.")


def _pages(workspace: Workspace, query: EntryQuery, wanted: int | None) -> Iterator[EntryView]:
    """Yield entries page by page, so that the first one shows at once and memory stays flat."""
    while page := workspace.entries(query):
        yield from page
        wanted = None if wanted is None else wanted - len(page)
        if len(page) < query.limit or wanted == 0:
            return
        step = {"before": page[-1].seq} if query.newest_first else {"after": page[-1].seq}
        query = query.model_copy(update={**step, "limit": min(_PAGE, wanted or _PAGE)})


class _EntryLines:
    """Prints entries as they come: a line each, or two where the console is narrow, so that no name is broken."""

    def __init__(self) -> None:
        self.count = 0
        room = columns()
        self._wide = room is None or room >= _WIDE

    def add(self, entry: EntryView) -> None:
        """Print one entry, below a head line if it is the first."""
        time = f"{entry.time[:19]}Z"
        if self._wide and not self.count:
            print_text(f"{'#':>6}  {'time':<20}  {'kind':<20}  {'by':<16}  subject")
        self.count += 1
        if self._wide:
            print_text(f"{entry.seq:>6}  {time}  {entry.kind:<20}  {entry.actor:<16}  {entry.subject}")
            return
        print_text(f"{entry.seq:>6}  {moment(entry.time)}  {entry.kind}  by {entry.actor}")
        print_text(f"{'':>6}  {entry.subject}")


def show(
    context: typer.Context,
    reference: Annotated[str, typer.Argument(help="Entry number, id or hash; or a subject.")],
    as_json: JsonFlag = False,
) -> None:
    """Show one entry, or everything about a subject."""
    with workspace_of(context) as workspace:
        if ":" in reference and not reference.startswith("entry:"):
            found = workspace.subject(reference)
            if as_json:
                print_json(found)
                return
            print_facts([("subject", found.subject), ("entries", f"{len(found.entries):,}")])
            for item in found.entries:
                print_text(f"  #{item.seq}  {moment(item.time)}  {item.kind}  by {item.actor}")
            if found.current is not None:
                print_text("\nwhat the newest of them says:")
                print_text(plainly(found.current))
            return
        name = reference.removeprefix("entry:").removeprefix("#")
        entry = workspace.entry(name)
        origin = workspace.origin
    if as_json:
        print_json(entry)
        return
    print_facts(
        [
            ("entry", f"#{entry.seq} of {origin}"),
            ("kind", entry.kind),
            ("subject", entry.subject),
            ("by", entry.actor),
            ("time", entry.time),
            ("id", entry.id),
            ("hash", entry.entry),
            ("previous", short(entry.prev)),
            *([("body", entry.body_state)] if entry.body is None else []),
        ]
    )
    if entry.body is not None:
        print_text("\nbody:")
        print_text(plainly(entry.body))


def lineage(
    context: typer.Context,
    subject: Annotated[str, typer.Argument(help="Any subject.")],
    up: Annotated[bool, typer.Option("--up", help="Only what it was made from.")] = False,
    down: Annotated[bool, typer.Option("--down", help="Only what was made from it.")] = False,
    depth: Annotated[int, typer.Option(min=1, max=50, help="How many steps.")] = 8,
    as_json: JsonFlag = False,
) -> None:
    """Show what a subject was made from (upstream) and what was made from it (downstream)."""
    with workspace_of(context) as workspace:
        both = up == down
        graph = workspace.lineage(subject, direction="both" if both else "up" if up else "down", depth=depth)
    if as_json:
        print_json(graph)
        return
    if both or up:
        print_text("made from (upstream)")
        _print_tree(graph, upstream=True)
    if both or down:
        print_text("used in (downstream)")
        _print_tree(graph, upstream=False)
    if graph.truncated:
        print_text("More lies beyond; raise --depth.")


def _print_tree(graph: Lineage, *, upstream: bool) -> None:
    following: dict[str, list[tuple[str, str]]] = {}
    for edge in graph.edges:
        here, there = (edge.target, edge.source) if upstream else (edge.source, edge.target)
        following.setdefault(here, []).append((there, edge.relation))
    shown: set[str] = set()
    stack = [(graph.subject, "", 1)]
    if graph.subject not in following:
        print_text("  nothing on record")
        return
    while stack:
        subject, relation, level = stack.pop()
        again = subject in shown and bool(following.get(subject))
        note = f"  ({relation.replace('-', ' ')}{', see above' if again else ''})" if relation else ""
        print_text("  " * level + subject + note)
        if not again:
            shown.add(subject)
            stack += [
                (there, how, level + 1) for there, how in sorted(following.get(subject, []), reverse=True)
            ]


def trace(
    context: typer.Context,
    prediction: Annotated[str, typer.Argument(help="BATCH#ROW, for example prediction:0199…#17.")],
    as_json: JsonFlag = False,
) -> None:
    """Trace one prediction to model, run, data, code, evaluation, verdict and approvals."""
    with workspace_of(context) as workspace:
        found = workspace.trace(with_kind("prediction", prediction))
    if as_json:
        print_json(found)
        return
    for step in found.steps:
        print_prose(short(step.text), indent=f"{step.title:<12}")
        print_prose(f"{step.subject}{'' if step.seq is None else f' (#{step.seq})'}", indent=" " * 12)
    for gap in found.gaps:
        print_prose(gap, indent="! ")


def as_of(
    context: typer.Context,
    time: Annotated[str | None, typer.Argument(help="A date (its end) or a time; default: now.")] = None,
    target: Annotated[str | None, typer.Option(help="Only this target.")] = None,
    model: Annotated[str | None, typer.Option(help="Only models of this name.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Say what was in production at an instant, and why."""
    with workspace_of(context) as workspace:
        found = workspace.as_of(
            instant(time) if time else None,
            target=target,
            model=model.removeprefix("model:") if model else None,
        )
    if as_json:
        print_json(found)
        return
    for item in found:
        print_text(f"{item.target}: {item.model} since {moment(item.since)}")
        print_prose(item.why, indent="  ")
    if not found:
        at = f" at {target}" if target else ""
        print_text(f"Nothing was deployed{at} then.")
