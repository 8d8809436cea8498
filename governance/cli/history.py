"""`govern log | show | lineage | trace | as-of`: reading the record."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from governance.cli.context import JsonFlag, workspace_of
from governance.cli.examples import examples
from governance.cli.output import print_facts, print_json, print_json_line, print_table, print_text
from governance.cli.values import instant, with_kind

if TYPE_CHECKING:
    from governance.workspace.views import EntryView, Lineage

_PAGE = 500


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
    wanted = None if everything else limit
    found: list[EntryView] = []
    with workspace_of(context) as workspace:
        while page := workspace.entries(query):
            if as_json:
                for entry in page:
                    print_json_line(entry.model_dump(mode="json"))
            found += [entry for entry in page if not as_json]
            wanted = None if wanted is None else wanted - len(page)
            if len(page) < query.limit or wanted == 0:
                break
            step = {"after": page[-1].seq} if everything else {"before": page[-1].seq}
            query = query.model_copy(update={**step, "limit": min(_PAGE, wanted or _PAGE)})
    if not as_json:
        print_table(
            ["#", "time", "kind", "subject", "by"],
            ([str(e.seq), e.time[:19] + "Z", e.kind, e.subject, e.actor] for e in found),
            empty="No entry matches.",
        )


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
                print_text(f"\n#{item.seq}  {item.time[:19]}Z  {item.kind}  by {item.actor}")
            if found.current is not None:
                print_text("\n" + json.dumps(found.current, indent=2, ensure_ascii=False))
            return
        name = reference.removeprefix("entry:").removeprefix("#")
        entry = workspace.entry(int(name) if name.isdigit() else name)
    if as_json:
        print_json(entry)
        return
    print_facts(
        [
            ("entry", f"#{entry.seq}"),
            ("kind", entry.kind),
            ("subject", entry.subject),
            ("by", entry.actor),
            ("time", entry.time),
            ("id", entry.id),
            ("hash", entry.entry),
            ("previous", entry.prev),
            (
                "body",
                entry.body_state
                if entry.body is None
                else json.dumps(entry.body, indent=2, ensure_ascii=False),
            ),
        ]
    )


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
        print_text("upstream")
        _print_tree(graph, upstream=True)
    if both or down:
        print_text("downstream")
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
    while stack:
        subject, relation, level = stack.pop()
        again = subject in shown and bool(following.get(subject))
        note = f"  ({relation})" if relation else ""
        print_text("  " * level + subject + note + ("  (see above)" if again else ""))
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
    print_facts((step.title, f"{step.text}\n{step.subject}" + (f" (#{step.seq})" if step.seq is not None else ""))
                for step in found.steps)  # fmt: skip
    for gap in found.gaps:
        print_text(f"! {gap}")


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
    print_table(
        ["target", "model", "since", "why"],
        ([item.target, item.model, item.since[:19] + "Z", item.why] for item in found),
        empty="Nothing was deployed then.",
    )
