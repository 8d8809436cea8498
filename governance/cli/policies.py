"""`govern policy`: lint, test, explain and register policy packs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from governance.cli.context import JsonFlag, workspace_of
from governance.cli.examples import examples
from governance.cli.output import print_json, print_prose, print_table, print_text, short
from governance.cli.values import read_text
from governance.errors import NotFound
from governance.instants import now

PackArgument = Annotated[str, typer.Argument(help="A YAML file, or the name of a pack that ships with us.")]


def add_to(app: typer.Typer) -> None:
    """Add this module's commands."""
    group = typer.Typer(help="Policy packs: what the gate asks for.", no_args_is_help=True)
    group.command(epilog=examples("govern policy lint house.yaml", "govern policy lint credit-high-risk"))(
        lint
    )
    group.command(epilog=examples("govern policy test house.yaml"))(test)
    group.command(epilog=examples("govern policy explain credit-high-risk"))(explain)
    group.command(epilog=examples("govern policy add credit-high-risk", "govern policy add house.yaml"))(add)
    group.command("list", epilog=examples("govern policy list", "govern policy list --shipped"))(
        list_policies
    )
    app.add_typer(group, name="policy")


def pack_text(name: str) -> str:
    """Return the text of a pack file, or of a shipped pack by name.

    Raises:
        NotFound: neither is there; the shipped names stand in the remedy.
    """
    from governance.gate import packs

    path = Path(name)
    if path.suffix in {".yaml", ".yml"} or path.is_file():
        return read_text(path)
    shipped = packs.shipped()
    if name not in shipped:
        raise NotFound(
            f"There is no pack '{name}'.", remedy=f"Name a YAML file, or one of {', '.join(sorted(shipped))}."
        )
    return shipped[name]


def lint(
    context: typer.Context,  # noqa: ARG001 - every command takes it
    pack: PackArgument,
    as_json: JsonFlag = False,
) -> None:
    """Look for unknown checks, bad parameters, clauses not in force. Exits 1 when there are problems."""
    from governance.gate import linting

    problems = linting.lint(pack_text(pack), now()[:10])
    if as_json:
        print_json(problems)
    else:
        for problem in problems:
            print_prose(problem, indent="! ")
        print_text(_found(len(problems)))
    if problems:
        raise typer.Exit(1)


def _found(problems: int) -> str:
    return {0: "No problem found.", 1: "1 problem found."}.get(problems, f"{problems} problems found.")


def test(
    context: typer.Context,  # noqa: ARG001 - every command takes it
    pack: PackArgument,
    as_json: JsonFlag = False,  # noqa: PT028 - a command, no test of ours
) -> None:
    """Run the test cases that a pack carries. Exits 1 when one fails or there is none."""
    from governance.gate import pack_tests

    outcomes = pack_tests.run_tests(pack_text(pack))
    if as_json:
        print_json(outcomes)
    else:
        for outcome in outcomes:
            said = f": {outcome.message}" if outcome.message else ""
            print_prose(outcome.name + said, indent="✓ " if outcome.passed else "✗ ")
        print_text(f"{sum(o.passed for o in outcomes)} of {len(outcomes)} passed.")
    if not outcomes or not all(outcome.passed for outcome in outcomes):
        raise typer.Exit(1)


def explain(
    context: typer.Context,  # noqa: ARG001 - every command takes it
    pack: PackArgument,
    as_json: JsonFlag = False,
) -> None:
    """Say in plain words what a pack demands, by which clause."""
    from governance.gate import explaining, packs

    parsed = packs.parse(pack_text(pack))
    if as_json:
        print_json(parsed)
        return
    print_prose(explaining.explain(parsed))


def add(context: typer.Context, pack: PackArgument, as_json: JsonFlag = False) -> None:
    """Register a pack in the ledger: from now on it judges the promotions that it applies to."""
    with workspace_of(context) as workspace:
        done = workspace.register_policy(pack_text(pack))
    if as_json:
        print_json(done)
        return
    print_text(f"{done.policy} registered as entry #{done.seq}, {short(done.digest)}.")


def list_policies(
    context: typer.Context,
    shipped: Annotated[bool, typer.Option("--shipped", help="The packs that ship with us.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """List the packs registered in the ledger."""
    if shipped:
        from governance.gate import packs

        found = [packs.parse(text) for _, text in sorted(packs.shipped().items())]
        if as_json:
            print_json(found)
            return
        print_table(
            ["pack", "version", "title"], ([p.pack, p.version, p.title] for p in found), empty="None."
        )
        return
    with workspace_of(context) as workspace:
        registered = workspace.policies()
    if as_json:
        print_json(registered)
        return
    print_table(
        ["policy", "title", "digest"],
        ([item.policy, item.title, short(item.digest)] for item in registered),
        empty="No policy is registered, so the gate denies everything. Add one: govern policy add credit-high-risk",
    )
