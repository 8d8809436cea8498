"""Which permission roles may do what. What one's word counts as is another matter: functional roles.

1. Reading needs no role.
2. An administrator manages people, keys, tokens and policies, and may record and operate; but never
   approves or waives: that takes the role `approver`, which everybody sees being given.
3. A role limited to a system or target permits only there. What belongs to no system (a dataset, a run, what
   is said about them) is recorded by whoever holds the role for any.
4. A quarantine is lifted by a data steward or an administrator, whoever declared it.
"""

from __future__ import annotations

from collections.abc import Mapping

from governance.errors import InvalidInput, NotPermitted
from governance.identity.directory import Directory, Grant

PERMISSION_ROLES = ("administrator", "recorder", "evaluator", "approver", "deployer", "operator", "auditor")
FUNCTIONAL_ROLES = (
    "trainer", "model-owner", "validator", "compliance", "chief-risk-officer", "data-steward", "evaluator",
)  # fmt: skip
KNOWN_ROLES = frozenset(PERMISSION_ROLES) | frozenset(FUNCTIONAL_ROLES)

OPERATIONS: Mapping[str, frozenset[str]] = {
    "append": frozenset({"recorder", "administrator"}),
    "evidence": frozenset({"evaluator", "recorder", "administrator"}),
    "alert": frozenset({"operator", "evaluator", "recorder", "administrator"}),
    "lift-quarantine": frozenset({"data-steward", "administrator"}),
    "policy": frozenset({"administrator"}),
    "gate": frozenset({"deployer", "operator", "recorder", "evaluator", "approver", "administrator"}),
    "approve": frozenset({"approver"}),
    "waive": frozenset({"approver"}),
    "deploy": frozenset({"deployer", "administrator"}),
    "roll-back": frozenset({"deployer", "operator", "administrator"}),
    "batch": frozenset({"operator", "deployer", "recorder", "administrator"}),
    "administer": frozenset({"administrator"}),
}
"""Operation to the roles that may do it: any one of them is enough."""


def require(
    directory: Directory,
    actor: str,
    operation: str,
    at: str,
    *,
    system: str | None = None,
    target: str | None = None,
    anywhere: bool = False,
) -> None:
    """Demand that `actor` may do `operation` at the instant `at`.

    Args:
        directory: who is known.
        actor: who wants to.
        operation: one of `OPERATIONS`.
        at: when.
        system: the system that it concerns, by name or subject.
        target: the target that it concerns.
        anywhere: whether it belongs to no system, so that a role limited to any permits it (rule 3).

    Raises:
        NotPermitted: the actor is unknown or has no role for it; the remedy names the roles that have.
        ValueError: there is no such operation (a mistake in the program, not of a person).
    """
    roles = OPERATIONS.get(operation)
    if roles is None:
        raise ValueError(f"no operation '{operation}': one of {', '.join(OPERATIONS)}")
    if not directory.registered(actor):
        raise NotPermitted(
            f"{actor} is not registered in this ledger.",
            remedy=f"An administrator registers it: govern user add {actor} --role {min(roles)}.",
        )
    held = directory.roles(actor, at, system, target)
    if anywhere:
        held = frozenset(grant.role for grant in directory.grants(actor, at))
    if held & roles:
        return
    limited = {grant.role for grant in directory.grants(actor, at)} & roles
    where = " for this system and target" if limited else ""
    raise NotPermitted(
        f"{actor} may not {_words(operation)}{where}: it takes the role {' or '.join(sorted(roles))}"
        f" (held: {', '.join(sorted(held)) or 'none'}).",
        remedy=f"An administrator gives it: govern user roles {actor} --role {sorted(roles)[-1]} "
        "(with all roles to keep).",
    )


def check_roles(roles: object) -> None:
    """Demand roles that mean something, each with limits that can be read.

    Raises:
        InvalidInput: an unknown role, or a limit that is none; both are named.
    """
    for members in roles if isinstance(roles, list | tuple) else ():
        grant = Grant.read(members)
        if grant is None:
            raise InvalidInput(
                f"{members} is no role.",
                remedy="Write {'role': ROLE, 'system': NAME, 'target': NAME, 'until': 2026-12-31T00:00:00Z}.",
            )
        if grant.role not in KNOWN_ROLES:
            raise InvalidInput(
                f"There is no role '{grant.role}'.", remedy=f"Roles: {', '.join(sorted(KNOWN_ROLES))}."
            )


def _words(operation: str) -> str:
    return {
        "append": "append records", "evidence": "enter evidence", "alert": "open or close alerts",
        "policy": "register policies", "gate": "ask the gate", "batch": "seal batches",
        "roll-back": "roll back", "lift-quarantine": "lift a quarantine",
        "administer": "manage people, keys and tokens",
    }.get(operation, operation)  # fmt: skip
