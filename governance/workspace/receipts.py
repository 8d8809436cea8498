"""Receipts: made from an entered decision whenever one is asked for, and checked offline."""

from __future__ import annotations

from governance import instants
from governance.errors import InvalidInput
from governance.gate import receipt
from governance.ledger.entry import Entry
from governance.ledger.errors import ReadOnly
from governance.ledger.log import Ledger
from governance.workspace.bodies import body_of
from governance.workspace.failures import explained
from governance.workspace.offline import CheckReport


def receipt_of(ledger: Ledger, entry: Entry) -> str | None:
    """Return the receipt file of a `gate.decided` entry; None where this machine has no receipt key."""
    try:
        key = ledger.keys.receipt_key()
    except ReadOnly:
        return None
    return receipt.issue(
        body_of(entry),
        decision=entry.header.subject,
        origin=ledger.origin,
        key=key,
        proof_text=ledger.prove(entry.seq),
    )


def check_receipt(text: str, *, key: str, artifact: str, target: str, receipt_key: str | None) -> CheckReport:
    """Check a receipt for an artifact and a target, now.

    Args:
        text: the receipt file.
        key: the ledger's verifier key.
        artifact: `sha256:…` of what is about to be deployed.
        target: where it shall go.
        receipt_key: PEM of the ledger's receipt key.

    Raises:
        IntegrityError: it opens no deployment; says why.
        InvalidInput: no receipt key was given.
    """
    if receipt_key is None:
        raise InvalidInput(
            "Without the ledger's receipt key nobody vouches for a receipt.",
            remedy="Add --receipt-key FILE.pem; its owner gets it by: govern key --receipt > FILE.pem.",
        )
    with explained():
        checked = receipt.check_receipt(
            text,
            artifact=artifact,
            target=target,
            now=instants.now(),
            receipt_keys=[receipt_key],
            ledger_keys=[key],
        )
    facts = {
        "ledger": checked.origin,
        "decision": f"{checked.decision} (entry {checked.seq})",
        "model": checked.about,
        "artifact": checked.artifact,
        "target": checked.target,
        "decided": checked.time,
        "expires": checked.expires,
    }
    if checked.waivers:
        facts["waivers"] = ", ".join(checked.waivers)
    return CheckReport(
        kind="receipt",
        summary=f"{checked.about}, this very artifact, may go to {checked.target} until {checked.expires}.",
        facts=facts,
        warnings=["A receipt does not say whether it was withdrawn since; the ledger does."],
    )
