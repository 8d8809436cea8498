"""A pack in plain words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from governance.errors import PolicyInvalid
from governance.gate.packs import Control, Pack, Rule
from governance.gate.registry import Registry, installed


def explain(pack: Pack, checks: Registry | None = None) -> str:
    """Return what a pack demands, of whom, by which text."""
    return "\n".join(_lines(pack, checks or installed())) + "\n"


def _lines(pack: Pack, registry: Registry) -> Iterator[str]:
    yield f"{pack.title} ({pack.pack} {pack.version})"
    if pack.description:
        yield pack.description.strip()
    condition = "" if pack.applies.when == "true" else f", when {pack.applies.when}"
    yield f"Judges promotions to {', '.join(pack.applies.targets)}{condition}."
    yield f"An allow may be acted upon for {pack.valid_days} days."
    if pack.notice:
        yield pack.notice.strip()
    yield ""
    for number, rule in enumerate(pack.rules, start=1):
        yield f"{number}. {rule.title or _title(rule, registry)}  [{rule.id}]"
        if rule.title:
            yield f"   {_title(rule, registry)}"
        if rule.with_:
            yield f"   With {', '.join(f'{name} = {_said(value)}' for name, value in rule.with_.items())}."
        yield f"   {_consequence(rule)}"
        if rule.producer is not None:
            alone = " who did not train the model" if rule.producer.independent else ""
            yield f"   Only evidence counts that somebody in the role {rule.producer.role}{alone} recorded."
        if rule.waivable_by:
            yield f"   May be waived for a time by: {', '.join(rule.waivable_by)}."
        for name in rule.controls:
            yield f"   By {_control(name, pack.controls.get(name))}"


def _title(rule: Rule, registry: Registry) -> str:
    try:
        return registry[rule.check].title
    except PolicyInvalid:
        return f"Check {rule.check}, which is not installed."


def _consequence(rule: Rule) -> str:
    if rule.severity == "warn":
        return "If not, it warns; the promotion goes on."
    if rule.when_unclear == "warn":
        return "If not, the promotion is denied; if the evidence can't settle it, it warns."
    return "If not, or if the evidence can't settle it, the promotion is denied."


def _control(name: str, control: Control | None) -> str:
    if control is None:
        return f"{name}."
    until = f" until {control.in_force_to}" if control.in_force_to else ""
    return f"{name} ({control.jurisdiction}, in force from {control.in_force_from}{until}): {control.title}."


def _said(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {_said(member)}" for name, member in value.items())
    if isinstance(value, list):
        return "; ".join(" with ".join(map(str, one)) if isinstance(one, list) else str(one) for one in value)
    return str(value)
