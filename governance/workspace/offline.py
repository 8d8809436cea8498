"""Checking a file without any ledger: the proof of an entry, the proof of a row, a receipt."""

# ruff: noqa: RUF012 - pydantic copies a default for every instance

from __future__ import annotations

import json
from pathlib import Path

from governance.errors import InvalidInput
from governance.files import digest_of_file
from governance.ledger import proof
from governance.view import View
from governance.workspace.failures import explained


class CheckReport(View):
    """A file that holds: what it proves in one sentence, the facts in it, what it does not say."""

    kind: str
    """`entry`, `row` or `receipt`."""
    summary: str
    facts: dict[str, str]
    warnings: list[str] = []


def check_file(
    text: str,
    *,
    key: str | None = None,
    artifact: Path | None = None,
    target: str | None = None,
    receipt_key: str | None = None,
) -> CheckReport:
    """Check a proof or a receipt offline.

    Args:
        text: the file's text.
        key: the ledger's verifier key, got by another way than this file.
        artifact: for a receipt: the model file about to be deployed.
        target: for a receipt: where it shall go.
        receipt_key: for a receipt: PEM of the receipt key, when it is not to be read from the proved ledger.

    Raises:
        InvalidInput: it is none of the three, or the key, artifact or target that it takes is missing.
        IntegrityError: it does not hold; says what.
    """
    if text.startswith(proof.FIRST_LINE):
        return _entry(text, _needed(key))
    try:
        members = json.loads(text)
    except (ValueError, RecursionError):
        members = None
    if isinstance(members, dict) and {"batch", "row", "path"} <= members.keys():
        return _row(text, _needed(key))
    if isinstance(members, dict) and {"envelope", "proof"} <= members.keys():
        from governance.workspace.receipts import check_receipt

        if artifact is None or target is None:
            raise InvalidInput(
                "A receipt is checked for one artifact and one target.",
                remedy="Add --artifact MODEL_FILE --target TARGET: what is about to be deployed, and where.",
            )
        return check_receipt(
            text, key=_needed(key), artifact=digest_of_file(artifact), target=target, receipt_key=receipt_key
        )
    raise InvalidInput(
        "This is no proof of an entry, no proof of a row and no receipt.",
        remedy="Give a file that 'govern prove', 'govern batch prove' or 'govern gate --receipt' wrote.",
    )


def _needed(key: str | None) -> str:
    if key is None or not key.strip():
        raise InvalidInput(
            "Without the ledger's key nothing is proved: anybody could have made this file.",
            remedy="Add --key VKEY (or its file), got from the ledger's owner: govern key prints it.",
        )
    return key.strip()


def _entry(text: str, key: str) -> CheckReport:
    with explained():
        proved = proof.verify(text, [key])
    header = proved.header
    facts = {
        "ledger": header.origin,
        "entry": str(header.seq),
        "kind": header.kind,
        "subject": header.subject,
        "actor": header.actor,
        "time": header.time,
        "covered by": f"checkpoint of size {proved.checkpoint.size}",
    }
    if proved.body is not None:
        facts["body"] = json.dumps(proved.body, ensure_ascii=False, indent=1, sort_keys=True)
    withheld = (
        [] if proved.body is not None else ["The body is not in this proof: withheld, or erased since."]
    )
    return CheckReport(
        kind="entry",
        summary=f"Entry {header.seq} of {header.origin} says '{header.kind}' about {header.subject}.",
        facts=facts,
        warnings=[*withheld, "The time is the operator's claim."],
    )


def _row(text: str, key: str) -> CheckReport:
    from governance.evidence import rowproof

    with explained():
        row = rowproof.check(text, [key])
    facts = {
        "ledger": row.origin,
        "batch": row.batch,
        "row": f"{row.row} of {row.count}",
        "model": row.model,
        "deployment": row.deployment,
        "sealed": f"{row.time} (entry {row.seq})",
        **{f"value of {name}": _shown(value) for name, value in row.values.items()},
    }
    if row.withheld:
        facts["withheld"] = ", ".join(row.withheld)
    return CheckReport(
        kind="row",
        summary=f"Row {row.row} of {row.batch} was sealed with these values, as scored by {row.model}.",
        facts=facts,
    )


def _shown(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, default=str)
