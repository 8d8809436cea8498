"""Approvals: enough people, in the demanded roles, with valid signatures, and nobody who may not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Annotated

from pydantic import Field, model_validator

from governance.gate.protocol import Approval, CheckOutcome, Facts, Finding, Parameters, Result, check, refer
from policies.checks.wording import counted, listed


class Quorum(Parameters):
    """Parameters of `approvals.quorum`."""

    roles: Annotated[dict[str, Annotated[int, Field(ge=1, le=9)]], Field(min_length=1)]
    """Role to how many approvals in it are demanded."""
    distinct: bool = True
    """Whether one person counts for one role only."""
    excluded: Annotated[list[str], Field(alias="not", default_factory=list)]
    """Holders of these roles do not count; `trainer` also means whoever wrote a run behind the model or registered it."""
    max_age_days: Annotated[int | None, Field(ge=1)] = None

    @model_validator(mode="after")
    def _not_too_many(self) -> Quorum:
        if sum(self.roles.values()) > 12:
            raise ValueError("more than 12 approvals are demanded")
        return self


@check("approvals.quorum", Quorum)
def quorum(facts: Facts, parameters: Quorum) -> CheckOutcome:
    """Enough people in the demanded roles, none excluded, approved this artifact for this target."""
    reasons = {a.subject: _why_not(a, facts, parameters) for a in facts.approvals}
    counting = [a for a in facts.approvals if not reasons[a.subject]]
    assigned = _assign(counting, parameters)
    lacking = {role: number - len(assigned[role]) for role, number in parameters.roles.items()}
    lacking = {role: number for role, number in lacking.items() if number > 0}
    findings = [_finding(a, reasons[a.subject], assigned) for a in facts.approvals]
    findings += [
        Finding(
            label=role,
            result=Result.MISSING,
            value=float(number),
            message=f"{counted(number, 'approval')} more needed",
        )
        for role, number in lacking.items()
    ]
    used = {a.subject: a for group in assigned.values() for a in group}
    demanded = sum(parameters.roles.values())
    wanted = listed(f"{number} of {role}" for role, number in parameters.roles.items())
    short = listed(f"{number} of {role}" for role, number in lacking.items())
    return CheckOutcome(
        Result.MISSING if lacking else Result.PASS,
        f"Approvals are missing: {short} (demanded: {wanted})."
        if lacking
        else f"{listed(f'{a.actor} ({role})' for role, group in assigned.items() for a in group)} approved.",
        value=float(sum(len(group) for group in assigned.values())),
        threshold=float(demanded),
        would_change=f"{short}: govern approve {facts.subject} --target {facts.target}." if lacking else "",
        findings=tuple(findings),
        evidence=refer(*(used[s] for s in sorted(used))),
        until=None if lacking else _until(used.values(), parameters),
    )


def _why_not(approval: Approval, facts: Facts, parameters: Quorum) -> str:
    if approval.state != "valid":
        return approval.why_not or approval.state
    excluded = sorted(approval.roles & set(parameters.excluded))
    if excluded:
        return f"holds the role {listed(excluded)}, which does not count here"
    if "trainer" in parameters.excluded and (
        not facts.runs_known or approval.actor in {facts.trainer, *facts.trainers}
    ):
        return "trained this model: nobody marks their own work"
    if not approval.roles & set(parameters.roles):
        return f"holds none of the roles {listed(sorted(parameters.roles))}"
    if parameters.max_age_days is not None:
        age = (_moment(facts.time) - _moment(approval.time)).total_seconds() / 86400
        if age > parameters.max_age_days:
            return f"is {age:.0f} days old; at most {parameters.max_age_days} count"
    return ""


def _assign(counting: list[Approval], parameters: Quorum) -> Mapping[str, list[Approval]]:
    """Give people to roles so that as many demands as possible are met.

    With `distinct` this is a bipartite matching of people with places (augmenting paths; H. W. Kuhn 1955):
    somebody who holds two roles is put where they are needed.
    """
    newest: dict[str, Approval] = {}
    for approval in sorted(counting, key=lambda a: a.seq):
        newest[approval.actor] = approval
    people = [newest[actor] for actor in sorted(newest)]
    places = [role for role, number in parameters.roles.items() for _ in range(number)]
    if not parameters.distinct:
        return {
            role: [a for a in people if role in a.roles][:number] for role, number in parameters.roles.items()
        }
    taken: dict[int, Approval] = {}

    def seat(person: Approval, tried: set[int]) -> bool:
        for place, role in enumerate(places):
            if role not in person.roles or place in tried:
                continue
            tried.add(place)
            if place not in taken or seat(taken[place], tried):
                taken[place] = person
                return True
        return False

    for person in people:
        seat(person, set())
    return {
        role: [taken[i] for i, r in enumerate(places) if r == role and i in taken]
        for role in parameters.roles
    }


def _finding(approval: Approval, reason: str, assigned: Mapping[str, list[Approval]]) -> Finding:
    roles = [role for role, group in assigned.items() if approval in group]
    if roles:
        return Finding(
            label=approval.actor, result=Result.PASS, message=f"{listed(roles)}: {approval.meaning}"
        )
    return Finding(
        label=approval.actor, result=Result.WARN, message=f"does not count: {reason or 'not needed'}"
    )


def _until(used: Iterable[Approval], parameters: Quorum) -> str:
    ends = [_moment(a.expires) for a in used]
    if parameters.max_age_days is not None:
        ends += [_moment(a.time) + timedelta(days=parameters.max_age_days) for a in used]
    return min(ends).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
