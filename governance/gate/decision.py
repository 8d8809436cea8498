"""The verdict, a pure function: `decide(facts, packs, checks, time)`.

1. A pack applies when the target is among its targets and its `when:` holds. Where `when:` can't be evaluated
   the pack applies and says `error`: what can't be excluded is not excluded. A registered pack that can't be
   read denies.
2. Every rule of every pack that applies is judged, packs by name, rules in their written order.
3. A rule with a `producer:` sees only evidence of producers in that role (and, unless it says otherwise, of
   nobody who had a part in the model's making). It sees as valid only approvals whose signed `policies` name
   the pack's very text.
4. `pass` stays. `fail` and `missing` stop the promotion, or are `warn` under `severity: warn`. `unclear`
   stops it, or is `warn` under `severity: warn` or `when_unclear: warn`. `error` always stops it: a check
   that could not run found nothing.
5. A valid waiver for the rule by somebody in a role that `waivable_by` names turns `fail`, `unclear` and
   `missing` into `waived`. Nothing waives `error`. A waiver of a bare `RULE` reaches only packs whose digests
   were signed; `PACK/RULE` reaches every text of that pack.
6. The verdict is allow when at least one pack applies and every result is `pass`, `warn` or `waived`. When no
   pack applies it is deny.
7. An allow expires after the shortest `valid_days`, or earlier: when the first approval or waiver it rests on
   does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from governance.errors import PolicyInvalid
from governance.gate.expressions import ExpressionFailed, compile_when
from governance.gate.instants import earliest, later, moment
from governance.gate.packs import Pack, Rule, UnreadablePack
from governance.gate.protocol import Check, CheckOutcome, Facts, Waiver
from governance.gate.registry import CheckIdentity, Registry, gate_identity, identity
from governance.gate.values import for_when
from governance.gate.verdict import Result, RuleResult, Verdict

LETS_THROUGH = frozenset({Result.PASS, Result.WARN, Result.WAIVED})
_WAIVABLE = frozenset({Result.FAIL, Result.UNCLEAR, Result.MISSING})
NO_PACK = "applicable-policy"
"""The rule under which `no pack applies` and `the condition can't be evaluated` stand."""
DENY_VALID_DAYS = 30


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict before it is entered.

    Attributes:
        verdict: allow or deny.
        results: one a rule, in order.
        packs: those that applied, sorted by digest.
        checks: code that ran, the gate's own included, sorted by name.
        time: the instant judged at.
        expires: until when an allow may be acted upon.
    """

    verdict: Verdict
    results: tuple[RuleResult, ...]
    packs: tuple[Pack, ...]
    checks: tuple[CheckIdentity, ...]
    time: str
    expires: str


@dataclass(frozen=True, slots=True)
class _Judged:
    result: RuleResult
    until: str | None = None


def decide(
    facts: Facts,
    packs: Sequence[Pack],
    checks: Mapping[str, Check],
    time: str,
    *,
    unreadable: Sequence[UnreadablePack] = (),
) -> Judgement:
    """Return the verdict.

    Args:
        facts: what stands in the ledger below one size.
        packs: every pack in use, whether it applies or not.
        checks: checks by name; a `Registry`, or a mapping for tests.
        time: the instant to judge at; must be `facts.time`.
        unreadable: registered packs whose text can't be used; each stops every promotion.
    """
    registry = checks if isinstance(checks, Registry) else Registry.of(checks.values())
    applying = applying_packs(facts, packs)
    judged: list[_Judged] = [_Judged(_cannot_read(one)) for one in unreadable]
    for pack in applying:
        if doubt := _doubt(pack, facts):
            judged.append(_Judged(_unsure(pack, doubt)))
        judged.extend(_judge(pack, rule, facts, registry, time) for rule in pack.rules)
    if not applying and not unreadable:
        judged.append(_Judged(_none_applies(facts, packs)))
    allowed = bool(applying) and all(one.result.result in LETS_THROUGH for one in judged)
    return Judgement(
        verdict=Verdict.ALLOW if allowed else Verdict.DENY,
        results=tuple(one.result for one in judged),
        packs=tuple(sorted(applying, key=lambda p: p.digest)),
        checks=_identities(applying, registry),
        time=time,
        expires=_expiry(applying, judged, time),
    )


def applying_packs(facts: Facts, packs: Sequence[Pack]) -> list[Pack]:
    """Return the packs that apply (rule 1), by name and digest: those that a statement must name."""
    named = sorted(packs, key=lambda pack: (pack.pack, pack.digest))
    return [p for p in named if facts.target in p.applies.targets and _doubt(p, facts) is not None]


def sentence(judgement_results: Sequence[RuleResult], verdict: Verdict, about: str, target: str) -> str:
    """Return a verdict as one sentence for a compliance officer."""
    counted = {result: sum(r.result is result for r in judgement_results) for result in Result}
    if verdict is Verdict.ALLOW:
        remarks = [
            f"{counted[result]} with {word}"
            for result, word in ((Result.WARN, "a warning"), (Result.WAIVED, "a waiver"))
            if counted[result]
        ]
        extra = f", {' and '.join(remarks)}" if remarks else ""
        return f"{about} may go to {target}: all {len(judgement_results)} rules let it through{extra}."
    stopping = [r for r in judgement_results if r.result not in LETS_THROUGH]
    names = ", ".join(f"{r.rule} ({r.result.value})" for r in stopping[:4])
    more = f" and {len(stopping) - 4} more" if len(stopping) > 4 else ""
    count = f"{len(stopping)} of {len(judgement_results)} rules stop it"
    return f"{about} may not go to {target}: {count}: {names}{more}."


def _doubt(pack: Pack, facts: Facts) -> str | None:
    """Return None where the pack does not apply, "" where it does, a reason where nobody can say."""
    try:
        return "" if compile_when(pack.applies.when).evaluate(for_when(facts)) else None
    except ExpressionFailed as error:
        return f"'{pack.applies.when}' can't be evaluated: {error}"
    except PolicyInvalid as error:
        return error.message


def _judge(pack: Pack, rule: Rule, facts: Facts, registry: Registry, time: str) -> _Judged:
    outcome = _outcome(rule, facts.under(pack.digest), registry)
    counts = _weighed(rule, outcome.result)
    waiver = _waiver(pack, rule, facts, time) if counts in _WAIVABLE else None
    result = RuleResult(
        pack=pack.pack,
        rule=rule.id,
        check=rule.check,
        result=Result.WAIVED if waiver else counts,
        finding=outcome.result,
        severity=rule.severity,
        value=outcome.value,
        threshold=outcome.threshold,
        confidence=outcome.confidence,
        message=_said(outcome, waiver),
        would_change=outcome.would_change,
        findings=list(outcome.findings),
        evidence=list(outcome.evidence),
        controls=[_control(pack, name) for name in rule.controls],
        waiver=waiver.subject if waiver else None,
    )
    ends = [one for one in (outcome.until, waiver.expires if waiver else None) if one]
    return _Judged(result, earliest(ends) if ends else None)


def _outcome(rule: Rule, facts: Facts, registry: Registry) -> CheckOutcome:
    try:
        check, parameters = registry.bind(rule)
    except PolicyInvalid as error:
        return CheckOutcome(Result.ERROR, error.message, would_change=error.remedy)
    seen = facts
    if rule.producer is not None:
        seen = facts.only_from(rule.producer.role, independent=rule.producer.independent)
    try:
        return check(seen, parameters)
    except Exception as error:
        return CheckOutcome(
            Result.ERROR,
            f"The check {rule.check} failed to run: {type(error).__name__}: {error}.",
            would_change="Correct the check or the evidence that it stumbled over.",
        )


def _weighed(rule: Rule, found: Result) -> Result:
    if found in {Result.PASS, Result.ERROR}:
        return found
    lenient = rule.severity == "warn" or (found is Result.UNCLEAR and rule.when_unclear == "warn")
    return Result.WARN if lenient or found in {Result.WARN, Result.WAIVED} else found


def _waiver(pack: Pack, rule: Rule, facts: Facts, time: str) -> Waiver | None:
    """Return the waiver that lasts longest of those that count for the rule."""
    now = moment(time)
    counting = [
        waiver
        for waiver in facts.waivers
        if waiver.state == "valid"
        and _names(waiver, pack, rule)
        and waiver.roles & set(rule.waivable_by)
        and moment(waiver.time) <= now < moment(waiver.expires)
    ]
    return max(counting, key=lambda waiver: (waiver.expires, waiver.seq), default=None)


def _names(waiver: Waiver, pack: Pack, rule: Rule) -> bool:
    if waiver.rule == f"{pack.pack}/{rule.id}":
        return True
    signed = waiver.statement.get("policies")  # absent in made-up examples only
    return waiver.rule == rule.id and (signed is None or pack.digest in signed)


def _said(outcome: CheckOutcome, waiver: Waiver | None) -> str:
    if waiver is None:
        return outcome.message
    return (
        f"{outcome.message} Waived by {waiver.actor} until {waiver.expires[:10]}: {waiver.reason} "
        f"Instead: {waiver.compensating_control}"
    )


def _control(pack: Pack, name: str) -> dict[str, Any]:
    control = pack.controls.get(name)
    described = control.model_dump(mode="json", exclude_none=True) if control else {}
    return {"id": name, **described}


def _unsure(pack: Pack, doubt: str) -> RuleResult:
    return RuleResult(
        pack=pack.pack,
        rule=NO_PACK,
        check="applies.when",
        result=Result.ERROR,
        finding=Result.ERROR,
        severity="deny",
        message=f"Whether this pack applies can't be said: {doubt}.",
        would_change="Register what the condition speaks of, usually the AI system that the model serves.",
    )


def _cannot_read(pack: UnreadablePack) -> RuleResult:
    return RuleResult(
        pack=pack.subject.partition(":")[2],
        rule=NO_PACK,
        check="readable",
        result=Result.ERROR,
        finding=Result.ERROR,
        severity="deny",
        message=f"The registered pack {pack.subject} can't be used: {pack.reason}",
        would_change="Register a sound version of it: govern policy lint FILE, then govern policy add FILE.",
    )


def _none_applies(facts: Facts, packs: Sequence[Pack]) -> RuleResult:
    if packs:
        reason = f"None of the {len(packs)} policy packs in use applies to {facts.subject} at {facts.target}."
    else:
        reason = "No policy pack is registered in this ledger."
    return RuleResult(
        pack="",
        rule=NO_PACK,
        check="applies.when",
        result=Result.MISSING,
        finding=Result.MISSING,
        severity="deny",
        message=f"{reason} What no policy judges is not let through.",
        would_change="Register a pack whose targets and condition cover it: govern policy add PACK.",
    )


def _identities(applying: Sequence[Pack], registry: Registry) -> tuple[CheckIdentity, ...]:
    found = {gate_identity()}
    for name in {rule.check for pack in applying for rule in pack.rules}:
        try:
            found.add(identity(registry[name]))
        except PolicyInvalid:
            found.add(CheckIdentity(name, "", "", ""))  # it ran nowhere: its rule says `error`
    return tuple(sorted(found, key=lambda one: one.name))


def _expiry(applying: Sequence[Pack], judged: Sequence[_Judged], time: str) -> str:
    days = min((pack.valid_days for pack in applying), default=DENY_VALID_DAYS)
    ends = [one.until for one in judged if one.until and moment(one.until) > moment(time)]
    return earliest([later(time, days=days), *ends])
