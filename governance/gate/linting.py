"""What is suspicious about a pack, in sentences with lines."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from governance.errors import PolicyInvalid
from governance.gate.packs import Pack, parse
from governance.gate.registry import Registry, installed


def lint(text: str, today: str, checks: Registry | None = None) -> list[str]:
    """Return the problems of a pack's text, in order of their lines; none for a sound pack.

    Args:
        text: the pack's YAML.
        today: a date, for controls that are not in force.
        checks: by default those installed.
    """
    try:
        pack = parse(text)
    except PolicyInvalid as error:
        return [f"{error.message} {error.remedy}".strip()]
    day = date.fromisoformat(today[:10])
    found = [*_rules(pack, checks or installed()), *_controls(pack, day), *_tests(pack)]
    return [f"Line {line}: {problem}" for line, problem in sorted(found)]


def _rules(pack: Pack, registry: Registry) -> Iterator[tuple[int, str]]:
    for index, rule in enumerate(pack.rules):
        try:
            registry.bind(rule)
        except PolicyInvalid as error:
            place = "with" if rule.check in registry else "check"
            yield pack.line("rules", index, place), f"rule '{rule.id}': {error.message} {error.remedy}"
        if not rule.controls:
            yield (
                pack.line("rules", index),
                f"rule '{rule.id}' names no control: nobody can say why it is there.",
            )
        for name in rule.controls:
            if name not in pack.controls:
                yield (
                    pack.line("rules", index, "controls"),
                    f"rule '{rule.id}': there is no control '{name}'.",
                )
        if rule.severity == "warn" and rule.waivable_by:
            yield pack.line("rules", index), f"rule '{rule.id}' only warns, so its waivers are never reached."
        if (
            rule.severity == "warn"
            and rule.when_unclear == "deny"
            and "when_unclear" in rule.model_fields_set
        ):
            yield (
                pack.line("rules", index),
                f"rule '{rule.id}' only warns, so 'when_unclear: deny' is never reached.",
            )
    if pack.applies.when.replace(" ", "") in {"false", "!true"}:
        yield (
            pack.line("applies", "when"),
            "no promotion ever meets this condition: every rule is unreachable.",
        )


def _controls(pack: Pack, day: date) -> Iterator[tuple[int, str]]:
    used = {name for rule in pack.rules for name in rule.controls}
    for name, control in pack.controls.items():
        line = pack.line("controls", name)
        if control.in_force_to is not None and control.in_force_to <= day:
            yield line, f"the control '{name}' is not in force since {control.in_force_to}."
        elif control.in_force_from > day:
            yield line, f"the control '{name}' is not in force before {control.in_force_from}."
        if control.in_force_to is not None and control.in_force_to <= control.in_force_from:
            yield line, f"the control '{name}' ends before it begins."
        if control.text_date > day:
            yield line, f"the control '{name}' cites a text of {control.text_date}, which lies ahead."
        if name not in used:
            yield line, f"the control '{name}' is named by no rule."


def _tests(pack: Pack) -> Iterator[tuple[int, str]]:
    if not pack.tests:
        yield pack.line("pack"), "the pack carries no test cases."
    rules = {rule.id for rule in pack.rules}
    for index, example in enumerate(pack.tests):
        for name in sorted(set(example.results) - rules):
            yield (
                pack.line("tests", index),
                f"the test '{example.name}' expects something of '{name}', which is no rule.",
            )
