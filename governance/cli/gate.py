"""`govern gate | replay`: ask whether a model may go to a target; answer the same question again later."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from governance.cli.context import JsonFlag, workspace_of
from governance.cli.examples import examples
from governance.cli.output import (
    RESULT_SIGNS,
    print_headline,
    print_json,
    print_prose,
    print_text,
    short,
)
from governance.cli.values import check_folder, moment, with_kind, write_atomically

if TYPE_CHECKING:
    from governance.gate.verdict import RuleResult
    from governance.workspace.views import DecisionView


class Format(StrEnum):
    """How the verdict is printed."""

    text = "text"
    json = "json"
    sarif = "sarif"
    junit = "junit"
    github = "github"


def add_to(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.command(
        epilog=examples(
            "govern gate scorer@3 --target production",
            "govern gate scorer@3 --target production --receipt scorer.receipt.json --format github",
        )
    )(gate)
    app.command(epilog=examples("govern replay decision:0199…", "govern replay decision:0199… --json"))(
        replay
    )


def gate(
    context: typer.Context,
    model: Annotated[str, typer.Argument(help="The model: NAME@VERSION.")],
    target: Annotated[str, typer.Option(help="Where it shall go: production, staging, …")],
    output: Annotated[Format, typer.Option("--format", help="How to print the verdict.")] = Format.text,
    receipt: Annotated[
        Path | None, typer.Option(help="Write the receipt to this file, for offline checks.")
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Ask the gate. Exits 0 for allow, 1 for deny, 2 when it could not decide (treat it as deny)."""
    if receipt is not None:
        check_folder(receipt)
    with workspace_of(context) as workspace:
        decision = workspace.ask_gate(with_kind("model", model), target)
    if receipt is not None and decision.receipt is not None:
        write_atomically(receipt, decision.receipt.encode())
    _print(decision, Format.json if as_json else output)
    if decision.verdict != "allow":
        raise typer.Exit(1)


def _print(decision: DecisionView, output: Format) -> None:
    from governance.integrations import ci

    match output:
        case Format.json:
            print_json(decision)
        case Format.sarif:
            print_json(ci.sarif(decision))
        case Format.junit:
            print_text(ci.junit(decision))
        case Format.github:
            print_text(ci.github(decision))
        case Format.text:
            print_decision(decision)


def print_decision(decision: DecisionView) -> None:
    """Print a verdict for people, rule by rule."""
    print_headline(
        RESULT_SIGNS[decision.verdict],
        decision.verdict.upper(),
        decision.sentence,
        good=decision.verdict == "allow",
    )
    ends = f"counts until {moment(decision.expires)}" if decision.verdict == "allow" else "stands as recorded"
    print_prose(f"{decision.decision} (#{decision.seq}), {ends}.", hanging="  ")
    print_text("")
    for result in decision.results:
        print_rule(result)


def print_rule(result: RuleResult) -> None:
    """Print what one rule said: value, threshold, confidence, what would change it."""
    numbers = [
        f"{name} {_number(value)}"
        for name, value in (
            ("value", result.value),
            ("threshold", result.threshold),
            ("confidence", result.confidence),
        )
        if value is not None
    ]
    print_prose(
        f"{result.rule}   {' · '.join(numbers)}".rstrip(),
        indent=f"{RESULT_SIGNS[result.result]} {result.result.value:<8} ",
    )
    print_prose(short(result.message), indent=" " * 11)
    if result.would_change and result.result not in {"pass"}:
        print_prose(short(result.would_change), indent=" " * 11 + "→ ")


_REPLAYED = {
    "same": "The same verdict comes out again: {verdict}.",
    "different": "Something else comes out than was recorded ({verdict}):",
}
_NOT_REPLAYED = "It can't be computed again; {verdict} was recorded."


def _number(value: float | str) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def replay(
    context: typer.Context,
    decision: Annotated[str, typer.Argument(help="The decision: its subject or UUID.")],
    as_json: JsonFlag = False,
) -> None:
    """Compute a verdict again from the ledger as it stood then. Exits 1 when the answer differs, 2 when it can't."""
    with workspace_of(context) as workspace:
        result = workspace.replay(with_kind("decision", decision))
    if as_json:
        print_json(result)
    else:
        sign = {"same": "✓", "different": "✗"}.get(result.outcome, "?")
        sentence = _REPLAYED.get(result.outcome, _NOT_REPLAYED).format(verdict=result.recorded.value)
        print_prose(sentence, indent=f"{sign} ")
        for difference in result.differences:
            print_prose(difference, indent="  - ")
    if result.outcome != "same":
        raise typer.Exit(1 if result.outcome == "different" else 2)
