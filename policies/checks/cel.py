"""A rule of one's own in CEL, over the same facts that every other check sees."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from governance.errors import PolicyInvalid
from governance.gate.expressions import ExpressionFailed, compile_check
from governance.gate.protocol import CheckOutcome, Facts, Parameters, Result, check, refer
from governance.gate.values import for_check


def _compiles(text: str) -> str:
    try:
        compile_check(text)
    except PolicyInvalid as error:
        raise ValueError(error.message) from None
    return text


class Cel(Parameters):
    """Parameters of `cel`."""

    expr: Annotated[str, Field(min_length=1), AfterValidator(_compiles)]
    message: str = ""
    """What it demands, for people."""


@check("cel", Cel)
def cel(facts: Facts, parameters: Cel) -> CheckOutcome:
    """An expression over the facts is true."""
    said = parameters.message or parameters.expr
    newest = [e for e in facts.evidence if e.about == facts.subject]
    try:
        holds = compile_check(parameters.expr).evaluate(for_check(facts))
    except ExpressionFailed as error:
        return CheckOutcome(
            Result.MISSING if error.absent else Result.ERROR,
            f"'{said}' can't be judged: {error}.",
            would_change="Record what the expression speaks of."
            if error.absent
            else "Correct the expression.",
            evidence=refer(*newest),
        )
    return CheckOutcome(
        Result.PASS if holds else Result.FAIL,
        f"{said}: {'holds' if holds else 'does not hold'}.",
        value="true" if holds else "false",
        threshold="true",
        would_change="" if holds else f"Facts for which this holds: {parameters.expr}",
        evidence=refer(*newest),
    )
