"""Row proofs: one row of a sealed batch, shown in full or in part, checked offline from one JSON file.

`{"batch":UUID,"row":I,"count":N,"groups":[{"values":{…},"salt":HEX}|{"commitment":HEX}],"path":[HEX],"entry":"…"}`
where `entry` is the tlog-proof text of the `batch.sealed` entry.

Every member is needed, none stands twice, no other is taken, and hex is lower-case without white space: nothing
in the file goes unlooked at. A group is shown or withheld, never both.

What a check establishes, in this order:

1. the entry is in the ledger whose key is trusted (inclusion, checkpoint signature, commitment of its body);
2. it is a `batch.sealed` entry about this very batch, with this count and number of groups;
3. each shown group encodes and commits to its commitment under its salt;
4. the commitments, hashed as leaf `row` of `count`, lead along the path to the root that stands in the entry.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from governance.errors import IntegrityError, InvalidInput
from governance.evidence.encoding import encode_group, from_json, to_json
from governance.evidence.sealing import Layout, OpenedRow, commit
from governance.ledger import canonical
from governance.ledger.errors import LedgerError, ProofInvalid
from governance.ledger.proof import verify
from governance.ledger.tree import leaf_hash, verify_inclusion

_HEX = re.compile("[0-9a-f]*")


@dataclass(frozen=True, slots=True)
class CheckedRow:
    """What a row proof shows once it holds."""

    batch: str
    """`batch:UUID`."""
    row: int
    count: int
    values: dict[str, Any]
    """Columns that were shown."""
    withheld: list[str]
    """Columns whose values were kept back."""
    deployment: str
    model: str
    seq: int
    """The ledger entry that seals the batch."""
    time: str
    origin: str


def build(
    layout: Layout, opened: OpenedRow, *, batch: str, entry_proof: str, disclose: Sequence[int] | None = None
) -> str:
    """Return the row proof as JSON text.

    Args:
        layout: the batch's columns and groups.
        opened: the row, from `sealing.open_row`.
        batch: the batch's subject, `batch:UUID`.
        entry_proof: tlog-proof text of its `batch.sealed` entry.
        disclose: numbers of the groups to show (from 0); all by default.

    Raises:
        InvalidInput: there is no such group.
    """
    everything = range(len(layout.groups))
    shown = set(everything if disclose is None else disclose)
    for group in shown - set(everything):
        raise InvalidInput(
            f"There is no disclosure group {group}.",
            remedy=f"Groups are numbered 0 to {len(layout.groups) - 1}.",
        )
    groups: list[dict[str, Any]] = []
    for group in everything:
        if group not in shown:
            groups.append({"commitment": opened.commitments[group].hex()})
            continue
        cells = [(*layout.columns[place], opened.values[place]) for place in layout.groups[group]]
        values = {name: to_json(kind, value) for name, kind, value in cells}
        groups.append({"values": values, "salt": opened.salts[group].hex()})
    proof = {
        "batch": batch.removeprefix("batch:"),
        "row": opened.number,
        "count": opened.count,
        "groups": groups,
        "path": [node.hex() for node in opened.path],
        "entry": entry_proof,
    }
    return json.dumps(proof, ensure_ascii=False, allow_nan=False, indent=1) + "\n"


def check(text: str, keys: Sequence[str]) -> CheckedRow:
    """Check a row proof against trusted verifier keys, without ledger or network.

    Raises:
        InvalidInput: it is no row proof.
        IntegrityError: it is one, and does not hold; says which step failed.
    """
    proof = _parse(text)
    try:
        proved = verify(proof["entry"], list(keys))
    except LedgerError as error:
        raise IntegrityError(
            f"The entry inside the row proof does not prove: {error.message}", remedy=error.remedy
        ) from error
    header, body = proved.header, proved.body
    if header.kind != "batch.sealed" or header.subject != f"batch:{proof['batch']}":
        raise IntegrityError(
            f"The entry inside the row proof is a {header.kind} about {header.subject}, "
            f"not the sealing of batch:{proof['batch']}."
        )
    if body is None:
        raise IntegrityError(
            "The entry's body was withheld, and with it the batch's root.",
            remedy="Ask for a proof with its body.",
        )
    if body["count"] != proof["count"]:
        raise IntegrityError(f"The proof says {proof['count']} rows, the ledger {body['count']}.")
    layout = Layout.of(body["schema"], body["groups"])
    commitments, values, withheld = _commitments(layout, proof)
    try:
        verify_inclusion(
            leaf_hash(b"".join(commitments)),
            proof["row"],
            proof["count"],
            [bytes.fromhex(node) for node in proof["path"]],
            bytes.fromhex(body["root"]),
        )
    except ProofInvalid as error:
        raise IntegrityError(
            f"Row {proof['row']} as shown is not row {proof['row']} of the sealed batch.",
            remedy="A value, its salt or the path was changed after sealing; ask for the proof again.",
        ) from error
    return CheckedRow(
        batch=header.subject,
        row=proof["row"],
        count=proof["count"],
        values=values,
        withheld=withheld,
        deployment=body["deployment"],
        model=body["model"],
        seq=header.seq,
        time=header.time,
        origin=header.origin,
    )


def _commitments(layout: Layout, proof: dict[str, Any]) -> tuple[list[bytes], dict[str, Any], list[str]]:
    names = layout.group_names
    if len(proof["groups"]) != len(names):
        raise IntegrityError(f"The proof has {len(proof['groups'])} groups, the sealed batch {len(names)}.")
    commitments: list[bytes] = []
    values: dict[str, Any] = {}
    withheld: list[str] = []
    for places, group_names, group in zip(layout.groups, names, proof["groups"], strict=True):
        if set(group) == {"commitment"}:
            commitments.append(_hex(group["commitment"], 32))
            withheld.extend(group_names)
            continue
        if set(group) != {"values", "salt"}:
            raise IntegrityError(
                "A group holds its values and their salt, or its commitment, and nothing else."
            )
        shown = group["values"]
        if not isinstance(shown, dict) or set(shown) != set(group_names):
            raise IntegrityError(f"A shown group must hold exactly {', '.join(group_names)}.")
        cells = [layout.columns[place] for place in places]
        try:
            typed = [(name, kind, from_json(kind, shown[name])) for name, kind in cells]
        except ValueError as error:
            raise IntegrityError(f"The value {error} in the row proof is not of its column's type.") from None
        _one_spelling(typed, shown)
        commitments.append(commit(_hex(group["salt"], 16), encode_group(typed, proof["row"])))
        values.update({name: value for name, _, value in typed})
    return commitments, values, withheld


def _one_spelling(typed: Sequence[tuple[str, str, Any]], shown: Mapping[str, Any]) -> None:
    """Demand that values stand there as `build` writes them: base64 with unused bits zero, times in UTC."""
    for name, kind, value in typed:
        try:
            written = to_json(kind, value)
        except (ValueError, TypeError, OverflowError):
            written = None
        if written != shown[name]:
            raise IntegrityError(f"The value of '{name}' in the row proof is not of its column's type.")


def _parse(text: str) -> dict[str, Any]:
    try:
        proof = canonical.decode(text.encode())
    except LedgerError as error:
        raise InvalidInput(f"This is no row proof. {error.message}", remedy=error.remedy) from None
    except UnicodeEncodeError:
        raise InvalidInput("This is no row proof: it is not UTF-8.") from None
    expected: Sequence[tuple[str, type]] = (
        ("batch", str), ("row", int), ("count", int), ("groups", list), ("path", list), ("entry", str),
    )  # fmt: skip
    members = {name for name, _ in expected}
    for unknown in sorted(proof.keys() - members):
        raise InvalidInput(f"This is no row proof: nobody knows its member {unknown[:80]!r}.")
    for name, kind in expected:
        if not isinstance(proof.get(name), kind) or isinstance(proof.get(name), bool):
            raise InvalidInput(f"This is no row proof: its member '{name}' is missing or of another type.")
    if not all(isinstance(group, dict) for group in proof["groups"]):
        raise InvalidInput("This is no row proof: a group is not an object.")
    for node in proof["path"]:
        _hex(node, 32)
    return proof


def _hex(value: Any, size: int) -> bytes:
    if not isinstance(value, str) or len(value) != 2 * size or not _HEX.fullmatch(value):
        raise InvalidInput(
            f"This is no row proof: {str(value)[:80]!r} is not {size} bytes in lower-case hex."
        )
    return bytes.fromhex(value)
