"""Receipts: a verdict that a deployer checks offline, without us and without the ledger.

A receipt file is `{"envelope": DSSE, "proof": tlog-proof text}`, no member twice and no other. The envelope
holds an in-toto Statement v1 whose predicate is a SLSA Verification Summary
(https://slsa.dev/verification_summary/v1); the proof shows the `gate.decided` entry in the ledger. A
receipt opens a deployment only if
1. the envelope is signed by a trusted receipt key;
2. the proof holds under a trusted ledger key, and its entry is a `gate.decided` with its body;
3. the statement is byte for byte the one that this entry makes: neither key alone can forge a receipt;
4. its result is PASSED;
5. its subject's digest is the artifact at hand;
6. its target is the one deployed to: a receipt for staging opens no production;
7. the instant lies between its time and its expiry.
Verdicts of deny have receipts too; theirs say FAILED and open nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import ValidationError

from governance import __version__
from governance.errors import IntegrityError
from governance.gate import dsse
from governance.gate.instants import CLOCK_TOLERANCE, moment
from governance.ledger import canonical, proof
from governance.ledger.errors import LedgerError
from governance.lineage.records import GateDecided

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = "https://slsa.dev/verification_summary/v1"
PASSED_LEVELS = ["GOVERNANCE_POLICY_PASSED"]
FAILED_LEVELS = ["FAILED"]
EXPIRES = "urn:ml-governance:receipt:v1:expires"
WAIVERS = "urn:ml-governance:receipt:v1:waivers"
DECISION = "urn:ml-governance:receipt:v1:decision"


@dataclass(frozen=True, slots=True)
class CheckedReceipt:
    """What a receipt that holds says.

    Attributes:
        decision: `decision:UUID`.
        about: `model:NAME@VERSION`.
        artifact: `sha256:…`.
        target: where it may go.
        origin: the ledger that decided.
        seq: the entry.
        time: when it was judged.
        expires: until when it may be acted upon.
        waivers: waivers that it touched.
    """

    decision: str
    about: str
    artifact: str
    target: str
    origin: str
    seq: int
    time: str
    expires: str
    waivers: tuple[str, ...]


def resource_uri(origin: str, model: str, target: str) -> str:
    """Return `governance:ORIGIN/model:NAME@VERSION#TARGET`."""
    return f"governance:{origin}/{model}#{target}"


def policy_digest(digests: Sequence[str]) -> str:
    """Return the hex SHA-256 of the RFC 8785 list of the sorted pack digests (canonical JSON of strings)."""
    text = json.dumps(sorted(digests), separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def statement(decided: GateDecided, *, decision: str, origin: str) -> dict[str, Any]:
    """Return the in-toto statement that a `gate.decided` entry makes; nothing but the entry goes into it."""
    passed = decided.verdict == "allow"
    references = {
        (one["seq"], one["entry"]) for result in decided.results for one in result.get("evidence", [])
    }
    return {
        "_type": STATEMENT_TYPE,
        "subject": [{"name": decided.about, "digest": {"sha256": decided.artifact.removeprefix("sha256:")}}],
        "predicateType": PREDICATE_TYPE,
        "predicate": {
            "verifier": {"id": f"governance:{origin}", "version": {"ml-governance": _version(decided)}},
            "timeVerified": decided.time,
            "resourceUri": resource_uri(origin, decided.about, decided.target),
            "policy": {
                "uri": f"governance:{origin}/{decision}#policies",
                "digest": {"sha256": policy_digest([str(pack["digest"]) for pack in decided.policies])},
            },
            "inputAttestations": [
                {"uri": f"governance:{origin}/entry:{seq}", "digest": {"sha256": entry}}
                for seq, entry in sorted(references)
            ],
            "verificationResult": "PASSED" if passed else "FAILED",
            "verifiedLevels": PASSED_LEVELS if passed else FAILED_LEVELS,
            EXPIRES: decided.expires,
            WAIVERS: sorted({str(r["waiver"]) for r in decided.results if r.get("waiver")}),
            DECISION: decision,
        },
    }


def issue(
    body: Mapping[str, Any], *, decision: str, origin: str, key: Ed25519PrivateKey, proof_text: str
) -> str:
    """Return the receipt file of an entered decision. The same entry, key and proof give the same bytes.

    Args:
        body: the body of its `gate.decided` entry.
        decision: `decision:UUID`, the entry's subject.
        origin: the ledger's origin.
        key: the receipt key (never the checkpoint key).
        proof_text: the entry's tlog-proof with its body.
    """
    payload = _payload(body, decision, origin)
    return json.dumps({"envelope": dsse.seal(payload, key), "proof": proof_text}, indent=2) + "\n"


def check_receipt(
    text: str,
    *,
    artifact: str,
    target: str,
    now: str,
    receipt_keys: Sequence[str],
    ledger_keys: Sequence[str],
) -> CheckedReceipt:
    """Check a receipt offline, rules 1 to 7.

    Args:
        text: the receipt file.
        artifact: `sha256:…` of the file about to be deployed.
        target: where it is about to go.
        now: the instant of checking.
        receipt_keys: trusted receipt keys, PEM.
        ledger_keys: trusted verifier keys of the ledger.

    Raises:
        IntegrityError: names the rule's content that does not hold.
    """
    checked, passed = open_receipt(text, receipt_keys=receipt_keys, ledger_keys=ledger_keys)
    if not passed:
        raise IntegrityError(
            f"The verdict on {checked.about} for {checked.target} was deny: this receipt opens nothing.",
            remedy=f"See why: govern show {checked.decision}.",
        )
    if checked.artifact != artifact:
        raise IntegrityError(
            f"The receipt is for the artifact {checked.artifact}, but {artifact} was given.",
            remedy="Deploy the very file that was judged, or ask the gate about this one.",
        )
    if checked.target != target:
        raise IntegrityError(
            f"The receipt is for {checked.target}, not for {target}.",
            remedy=f"Ask the gate: govern gate {checked.about} --target {target}.",
        )
    if moment(now) >= moment(checked.expires):
        raise IntegrityError(f"The receipt expired at {checked.expires}.", remedy="Ask the gate again.")
    if moment(now) + CLOCK_TOLERANCE < moment(checked.time):
        raise IntegrityError(
            f"The receipt is from {checked.time}, which is later than now ({now}).",
            remedy="Set this machine's clock.",
        )
    return checked


def open_receipt(
    text: str, *, receipt_keys: Sequence[str], ledger_keys: Sequence[str]
) -> tuple[CheckedReceipt, bool]:
    """Return what a receipt says and whether it says PASSED, after rules 1 to 3.

    Raises:
        IntegrityError: not a receipt, or signature, proof or their agreement do not hold.
    """
    file = _object(text)
    if set(file) != {"envelope", "proof"} or not isinstance(file["proof"], str):
        raise IntegrityError("That is no receipt file.", remedy="It has the members 'envelope' and 'proof'.")
    if not isinstance(file["envelope"], dict):
        raise IntegrityError("That is no DSSE envelope.", remedy="Give the receipt file as it was written.")
    payload = dsse.unseal(file["envelope"], [dsse.read_key(pem) for pem in receipt_keys])
    try:
        proved = proof.verify(file["proof"], list(ledger_keys))
    except LedgerError as error:
        raise IntegrityError(
            f"The receipt's proof does not hold: {error.message}", remedy=error.remedy
        ) from None
    header = proved.header
    if header.kind != "gate.decided" or proved.body is None:
        raise IntegrityError(
            f"The receipt's proof is of a '{header.kind}' entry{'' if proved.body else ' without its body'}, "
            "not of a verdict.",
            remedy="Ask the gate for the receipt again.",
        )
    if payload != _payload(proved.body, header.subject, header.origin):
        raise IntegrityError(
            f"The receipt says something else than the verdict in the ledger (entry {header.seq}).",
            remedy="Trust neither; verify the ledger and ask the gate for the receipt again.",
        )
    decided = GateDecided.model_validate(proved.body)
    checked = CheckedReceipt(
        decision=header.subject,
        about=decided.about,
        artifact=decided.artifact,
        target=decided.target,
        origin=header.origin,
        seq=header.seq,
        time=decided.time,
        expires=decided.expires,
        waivers=tuple(sorted({str(r["waiver"]) for r in decided.results if r.get("waiver")})),
    )
    return checked, decided.verdict == "allow"


def _payload(body: Mapping[str, Any], decision: str, origin: str) -> bytes:
    try:
        decided = GateDecided.model_validate(dict(body))
    except ValidationError as error:
        raise IntegrityError(
            f"The verdict's entry has not the form of one: {error.error_count()} members are wrong.",
            remedy="Verify the ledger: govern verify.",
        ) from None
    return canonical.encode(statement(decided, decision=decision, origin=origin))


def _version(decided: GateDecided) -> str:
    """Return the version of the gate that decided, as the entry says, so that receipts never change later."""
    named = {str(check.get("name")): str(check.get("version", "")) for check in decided.checks}
    return named.get("gate") or __version__


def _object(text: str) -> dict[str, Any]:
    try:
        return canonical.decode(text.encode())
    except (LedgerError, UnicodeEncodeError) as error:
        why = error.message if isinstance(error, LedgerError) else "It is not UTF-8."
        raise IntegrityError(
            f"That is no receipt file. {why}", remedy="Give the file as it was written."
        ) from None
