"""Replay: a recorded verdict computed again from the ledger as it stood.

Verdict = f(policy digests, digests of the check distributions, checkpoint, subject, target, time). All of
these stand in the `gate.decided` entry; everything else is read again from the entries below the recorded
size. What a replay compares:
1. the root of the ledger at that size, against the recorded one;
2. which packs apply, by digest;
3. the code of checks and gate, by digest;
4. every rule's result, value and reason; the verdict; the expiry.
Where a body that the verdict rested on was erased since, the answer is `cannot replay` and names the entry.
Other code is said so; the same verdict by other code is still `different`, because it is not the same
function.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from governance.errors import Erased, InvalidInput, NotFound
from governance.gate.decision import Judgement, decide
from governance.gate.facts import assemble, directory_at
from governance.gate.in_use import packs_in_use
from governance.gate.protocol import Check, Facts
from governance.gate.registry import installed
from governance.gate.sources import NO_EDGES, EdgeIndex, LedgerReader, Source
from governance.gate.verdict import Verdict
from governance.gate.verdicts import decided_body
from governance.gate.views import Replay
from governance.ledger.entry import Entry
from governance.ledger.log import EntryFilter
from governance.lineage.records import GateDecided

RootAt = Callable[[int], str]


def replay(
    ledger: LedgerReader,
    projection: EdgeIndex,
    decision: str,
    *,
    root_at: RootAt,
    checks: Mapping[str, Check] | None = None,
) -> Replay:
    """Compute a verdict again and compare.

    Args:
        ledger: where it was entered.
        projection: the lineage index.
        decision: `decision:UUID`.
        root_at: gives the hex root of the ledger's tree at a size.
        checks: by default those installed.

    Raises:
        NotFound: no such decision.
    """
    entry = _entry(ledger, decision)
    recorded = GateDecided.model_validate(entry.body)
    size = int(recorded.checkpoint["size"])
    directory = directory_at(ledger, size)
    try:
        facts = assemble(ledger, projection, directory, recorded.about, recorded.target, size, recorded.time)
    except Erased as error:
        return _answer(decision, recorded, None, [error.message])
    erased = _erased_since(ledger, facts, size)
    if erased:
        return _answer(decision, recorded, None, erased)
    used = packs_in_use(ledger, size)
    judgement = decide(facts, used.packs, checks or installed(), recorded.time, unreadable=used.unreadable)
    body = decided_body(judgement, facts, root=root_at(size), policy_entries=used.entries)
    return _answer(decision, recorded, judgement, differences(entry.body or {}, body))


def differences(recorded: Mapping[str, Any], again: Mapping[str, Any]) -> list[str]:
    """Return in sentences where two bodies of `gate.decided` differ."""
    found: list[str] = []
    if recorded["checkpoint"] != again["checkpoint"]:
        found.append(
            f"The ledger had the root {again['checkpoint']['root']} at size {again['checkpoint']['size']}; "
            f"the verdict recorded {recorded['checkpoint']['root']}."
        )
    found += [
        f"'{member}' is {again[member]}, but {recorded[member]} was recorded."
        for member in ("about", "artifact", "target", "expires")
        if recorded[member] != again[member]
    ]
    found += _by_name("pack", _names(recorded["policies"], "pack"), _names(again["policies"], "pack"))
    found += _by_name("check", _names(recorded["checks"], "name"), _names(again["checks"], "name"))
    found += _results(recorded["results"], again["results"])
    if recorded["verdict"] != again["verdict"]:
        found.append(f"The verdict is {again['verdict']}, but {recorded['verdict']} was recorded.")
    return found


def _answer(decision: str, recorded: GateDecided, judgement: Judgement | None, found: list[str]) -> Replay:
    outcome = "cannot replay" if judgement is None else "different" if found else "same"
    return Replay.model_validate(
        {
            "decision": decision,
            "outcome": outcome,
            "verdict": judgement.verdict if judgement else None,
            "recorded": Verdict(recorded.verdict),
            "differences": found,
        }
    )


def _entry(ledger: LedgerReader, decision: str) -> Entry:
    if not decision.startswith("decision:"):
        raise InvalidInput(f"'{decision}' is no decision.", remedy="Name one: decision:UUID.")
    found = ledger.entries(EntryFilter(kind="gate.decided", subject=decision, limit=1, bodies=True))
    if not found:
        raise NotFound(
            f"There is no {decision} in this ledger.", remedy="List them: govern log --kind gate.decided."
        )
    return found[0]


def _erased_since(ledger: LedgerReader, facts: Facts, size: int) -> list[str]:
    """Name the bodies that the verdict could read and a replay can't: erased since."""
    later = []
    for seq, subject in facts.erased:
        if Source.at(ledger, NO_EDGES, size).first("body.erased", f"entry:{seq}") is None:
            later.append(f"The body of entry {seq} ({subject}) was erased after the verdict.")
    return later


def _names(members: Sequence[Mapping[str, Any]], name: str) -> dict[str, str]:
    return {str(one[name]): str(one["digest"]) for one in members}


def _by_name(word: str, before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    found = [f"The {word} '{name}' judged then and does not now." for name in sorted(set(before) - set(now))]
    found += [f"The {word} '{name}' judges now and did not then." for name in sorted(set(now) - set(before))]
    found += [
        f"The {word} '{name}' is other code: {now[name]}, recorded was {before[name]}."
        if word == "check"
        else f"The {word} '{name}' has another text: {now[name]}, recorded was {before[name]}."
        for name in sorted(set(before) & set(now))
        if before[name] != now[name]
    ]
    return found


def _results(before: Sequence[Mapping[str, Any]], now: Sequence[Mapping[str, Any]]) -> list[str]:
    if [(r["pack"], r["rule"]) for r in before] != [(r["pack"], r["rule"]) for r in now]:
        return ["Other rules were judged than are judged now."]
    found = []
    for old, new in zip(before, now, strict=True):
        if old == new:
            continue
        members = sorted(name for name in {*old, *new} if old.get(name) != new.get(name))
        detail = (
            f": {old['result']} was recorded, now {new['result']}" if old["result"] != new["result"] else ""
        )
        found.append(f"Rule {old['pack']}/{old['rule']} differs in {', '.join(members)}{detail}.")
    return found
