"""Words and small judgements that several checks share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from governance.gate.protocol import CheckOutcome, Facts, Finding, Result


def percent(confidence: float) -> str:
    """Return a confidence as people write it: `95 %`."""
    return f"{100 * confidence:.4g} %"


def counted(number: int, noun: str) -> str:
    """Return a number with its noun, in the plural unless it is one: `1 row`, `2 rows`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def listed(items: Iterable[str], *, most: int = 6) -> str:
    """Return items as a list in a sentence, the rest counted."""
    found = list(items)
    more = f" and {len(found) - most} more" if len(found) > most else ""
    return ", ".join(found[:most]) + more


def named(values: Mapping[str, str | None]) -> str:
    """Return a group's name: `race=black, sex=female`."""
    return ", ".join(f"{name}={'unknown' if value is None else value}" for name, value in values.items())


def missing(facts: Facts, family: str, what: str, how: str) -> CheckOutcome:
    """Return the outcome where evidence that a rule demands is not there, or not from whom it must be."""
    others = sorted({e.producer for e in facts.set_aside if e.family == family and e.about == facts.subject})
    aside = ""
    if others:
        why = (
            "the trainer's own word does not count"
            if {facts.trainer, *facts.trainers} & set(others)
            else "without the demanded role"
        )
        aside = f" What {listed(others)} recorded is set aside: {why}."
    return CheckOutcome(
        Result.MISSING,
        f"There is no {what} of {facts.subject}.{aside}",
        would_change=f"Let somebody in the demanded role record it: {how}."
        if others
        else f"Record it: {how}.",
    )


def together(results: Sequence[Result]) -> Result:
    """Return what several findings make: the worst of error, fail, missing, unclear; else pass."""
    for worst in (Result.ERROR, Result.FAIL, Result.MISSING, Result.UNCLEAR):
        if worst in results:
            return worst
    return Result.PASS


def failing(findings: Iterable[Finding], result: Result) -> list[Finding]:
    """Return the findings with one result."""
    return [finding for finding in findings if finding.result is result]
