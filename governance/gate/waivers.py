"""Signed waivers: a rule set aside for one model and target, for a time and a reason.

A waiver counts under rules 1 to 11 of `governance.gate.approvals` (statement `waiver/v1`, namespace
`waiver@HOST`), and
12. its `rule` is a rule of a pack in use (`RULE` or `PACK/RULE`), which somebody may waive (`waivable_by`); a
   bare `RULE` reaches only packs whose digest is among its signed `policies`;
13. its signer held one of the roles that `waivable_by` names when it was entered, and holds it still.
Rules 12 and 13 are asked when it is handed in, and again by every verdict: a pack may have changed since.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from governance.errors import InvalidInput, NotPermitted
from governance.gate import statements
from governance.gate.approvals import Found, Ground, Submitted, examine, standing
from governance.gate.packs import Pack, Rule
from governance.gate.protocol import Waiver
from governance.gate.statements import WaiverStatement


def accept(
    submitted: Submitted, ground: Ground, packs: Sequence[Pack], *, nonce_used: bool
) -> tuple[WaiverStatement, str]:
    """Return the typed statement and the `key:…` that signed, if rules 1 to 7, 10, 12 and 13 hold.

    Raises:
        InvalidInput: a rule of the statement's form or content, or no such rule in `packs` (near names
        given).
        IntegrityError: the signature.
        NotPermitted: separation of duties, a rule that nobody may waive, or a role that may not.
        Conflict: the nonce was used.
    """
    statement = statements.read_waiver(submitted.statement)
    key = examine(statement, submitted, ground, nonce_used=nonce_used)
    demand_role(statement, submitted, ground, packs)
    return statement, key


def demand_role(
    statement: WaiverStatement, submitted: Submitted, ground: Ground, packs: Sequence[Pack]
) -> None:
    """Demand rules 12 and 13; raises as `accept`."""
    named = rules_named(statement.rule, packs)
    if not named:
        known = [rule.id for pack in packs for rule in pack.rules]
        near = difflib.get_close_matches(statement.rule, known, n=3)
        raise InvalidInput(
            f"No pack in use has a rule '{statement.rule}'.",
            remedy=f"Did you mean {', '.join(near)}?"
            if near
            else f"Rules are: {', '.join(known) or 'none'}.",
        )
    allowed = {role for rule in named for role in rule.waivable_by}
    if not allowed:
        raise NotPermitted(
            f"Nobody may waive the rule '{statement.rule}': its pack names no role.",
            remedy="Meet the rule, or register a pack version that says who may waive it.",
        )
    held = ground.directory.roles(submitted.actor, submitted.at, ground.system, statement.target)
    if not held & allowed:
        raise NotPermitted(
            f"{submitted.actor} may not waive '{statement.rule}': "
            f"that takes the role {' or '.join(sorted(allowed))}.",
            remedy=f"Let a {' or '.join(sorted(allowed))} sign it.",
        )


def rules_named(name: str, packs: Sequence[Pack]) -> list[Rule]:
    """Return the rules that `RULE` or `PACK/RULE` names."""
    return [rule for pack in packs for rule in pack.rules if name in {rule.id, f"{pack.pack}/{rule.id}"}]


def judged(found: Found, ground: Ground, now: str) -> Waiver:
    """Return a waiver with its state at `now`; whether its signer's roles suffice, verdicts ask."""
    members = standing(found, ground, now, statements.read_waiver)
    said = found.submitted.statement
    return Waiver(
        **members,
        rule=str(said.get("rule", "")),
        reason=str(said.get("reason", "")),
        compensating_control=str(said.get("compensating_control", "")),
    )
