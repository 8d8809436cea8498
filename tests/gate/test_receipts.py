"""Receipts: checked offline, by us and by other people's libraries."""

from __future__ import annotations

import base64
import copy
import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from google.protobuf import json_format
from in_toto_attestation.predicates.vsa.v1 import vsa_pb2
from in_toto_attestation.v1 import statement_pb2
from in_toto_attestation.v1.statement import Statement
from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import VerificationError
from securesystemslib.signer import SSlibKey

from governance.errors import IntegrityError
from governance.gate import dsse, packs, receipt
from governance.gate.receipt import CheckedReceipt, check_receipt
from governance.ledger.note import SigningKey
from tests.gate.room import ADMIN, ARTIFACT, MODEL, ORIGIN, Room, furnished

NOW = "2026-11-24T00:00:00Z"


def pem_of(key: Ed25519PrivateKey) -> str:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


@dataclass
class Issued:
    """A receipt with the keys that it is checked by."""

    text: str
    body: dict[str, Any]
    decision: str
    receipt_key: Ed25519PrivateKey
    ledger_key: str

    def check(self, text: str | None = None, **changed: Any) -> CheckedReceipt:
        members = {
            "artifact": ARTIFACT, "target": "production", "now": self.body["time"],
            "receipt_keys": [pem_of(self.receipt_key)], "ledger_keys": [self.ledger_key],
        }  # fmt: skip
        return check_receipt(text or self.text, **{**members, **changed})


def issue(room: Room, target: str = "production", *, allow: bool = True) -> Issued:
    if allow:
        for actor in ("user:bob", "user:carol"):
            room.approve(actor, room.statement(target))
    decision, body = room.ask(target)
    key = Ed25519PrivateKey.generate()
    proof = room.ledger.prove(room.ledger.size() - 1)
    text = receipt.issue(body, decision=decision, origin=ORIGIN, key=key, proof_text=proof)
    created = room.ledger.entry(0).body
    assert created is not None
    return Issued(text, body, decision, key, created["keys"][0])


@pytest.fixture(scope="module")
def allowed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Issued]:
    """The receipt of an allow for production."""
    yield from _issued(tmp_path_factory.mktemp("allowed"), allow=True)


@pytest.fixture(scope="module")
def denied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Issued]:
    """The receipt of a deny for production."""
    yield from _issued(tmp_path_factory.mktemp("denied"), allow=False)


def _issued(folder: Path, *, allow: bool) -> Iterator[Issued]:

    room = furnished(folder)
    pack = packs.parse(packs.shipped()["credit-high-risk"])
    room.enter(ADMIN, "policy.registered", pack.subject, {"digest": pack.digest, "text": pack.text})
    yield issue(room, allow=allow)
    room.ledger.close()


def predicate_of(issued: Issued) -> dict[str, Any]:
    payload = base64.b64decode(json.loads(issued.text)["envelope"]["payload"])
    predicate: dict[str, Any] = json.loads(payload)["predicate"]
    return predicate


def test_a_receipt_opens_its_artifact_at_its_target(allowed: Issued) -> None:
    checked = allowed.check()
    assert (checked.decision, checked.about, checked.origin) == (allowed.decision, MODEL, ORIGIN)
    assert checked.expires == allowed.body["expires"]


def test_the_statement_has_every_member_that_the_summary_demands(allowed: Issued) -> None:
    predicate = predicate_of(allowed)
    assert predicate["resourceUri"] == f"governance:{ORIGIN}/{MODEL}#production"
    assert predicate["verificationResult"] == "PASSED"
    assert predicate["verifiedLevels"] == ["GOVERNANCE_POLICY_PASSED"]
    assert predicate["timeVerified"] == allowed.body["time"]
    assert {"verifier", "policy", "inputAttestations"} <= set(predicate)
    assert predicate["urn:ml-governance:receipt:v1:decision"] == allowed.decision
    assert predicate["urn:ml-governance:receipt:v1:expires"] == allowed.body["expires"]
    assert predicate["urn:ml-governance:receipt:v1:waivers"] == []
    assert predicate["inputAttestations"]


def test_the_receipt_of_a_deny_says_failed_and_opens_nothing(denied: Issued) -> None:
    assert predicate_of(denied)["verificationResult"] == "FAILED"
    assert predicate_of(denied)["verifiedLevels"] == ["FAILED"]
    with pytest.raises(IntegrityError, match="deny"):
        denied.check()


def test_a_staging_receipt_opens_no_production(allowed: Issued) -> None:
    with pytest.raises(IntegrityError, match="not for staging"):
        allowed.check(target="staging")


def test_a_receipt_for_another_artifact_opens_nothing(allowed: Issued) -> None:
    with pytest.raises(IntegrityError, match="artifact"):
        allowed.check(artifact="sha256:" + "b" * 64)


@pytest.mark.parametrize("now", ["2099-01-01T00:00:00Z", "2001-01-01T00:00:00Z"])
def test_a_receipt_opens_nothing_after_its_expiry_nor_before_its_time(allowed: Issued, now: str) -> None:
    with pytest.raises(IntegrityError):
        allowed.check(now=now)


def test_a_receipt_by_another_key_is_refused(allowed: Issued) -> None:
    with pytest.raises(IntegrityError, match="not a trusted receipt key"):
        allowed.check(receipt_keys=[pem_of(Ed25519PrivateKey.generate())])


def test_a_receipt_proved_by_another_ledgers_key_is_refused(allowed: Issued) -> None:

    with pytest.raises(IntegrityError, match="proof does not hold"):
        allowed.check(ledger_keys=[SigningKey.generate(ORIGIN).vkey])


def resealed(issued: Issued, change: Callable[[dict[str, Any]], None]) -> str:
    """Return the receipt as somebody with the receipt key, but not the ledger's, would forge it."""
    file = json.loads(issued.text)
    statement = json.loads(base64.b64decode(file["envelope"]["payload"]))
    change(statement)
    payload = json.dumps(statement, sort_keys=True, separators=(",", ":")).encode()
    return json.dumps(file | {"envelope": dsse.seal(payload, issued.receipt_key)})


@pytest.mark.parametrize(
    "change",
    [
        lambda s: s["predicate"].update({"urn:ml-governance:receipt:v1:expires": "2099-01-01T00:00:00Z"}),
        lambda s: s["predicate"].update(resourceUri=f"governance:{ORIGIN}/{MODEL}#staging"),
        lambda s: s["subject"][0]["digest"].update(sha256="b" * 64),
        lambda s: s["predicate"].update(verificationResult="PASSED", verifiedLevels=["SLSA_BUILD_LEVEL_3"]),
        lambda s: s.update(more="x"),
    ],
)
def test_the_receipt_key_alone_can_not_forge_a_receipt(
    allowed: Issued, change: Callable[[dict[str, Any]], None]
) -> None:
    with pytest.raises(IntegrityError, match="something else than the verdict"):
        allowed.check(resealed(allowed, change))


def test_a_deny_resealed_as_passed_opens_nothing(denied: Issued) -> None:
    def pass_it(statement: dict[str, Any]) -> None:
        statement["predicate"].update(
            verificationResult="PASSED", verifiedLevels=["GOVERNANCE_POLICY_PASSED"]
        )

    with pytest.raises(IntegrityError):
        denied.check(resealed(denied, pass_it))


def test_one_receipts_proof_does_not_pass_with_anothers_envelope(allowed: Issued, denied: Issued) -> None:
    mixed = json.loads(allowed.text) | {"proof": json.loads(denied.text)["proof"]}
    with pytest.raises(IntegrityError):
        allowed.check(json.dumps(mixed), ledger_keys=[allowed.ledger_key, denied.ledger_key])


def test_a_payload_altered_by_one_bit_is_refused(allowed: Issued) -> None:
    file = json.loads(allowed.text)
    payload = bytearray(base64.b64decode(file["envelope"]["payload"]))
    payload[100] ^= 1
    file["envelope"]["payload"] = base64.b64encode(bytes(payload)).decode()
    with pytest.raises(IntegrityError):
        allowed.check(json.dumps(file))


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", "null", '{"envelope": 1, "proof": ""}', '{"envelope": {}, "proof": ""}']
)
def test_what_is_no_receipt_is_refused_in_words(allowed: Issued, text: str) -> None:
    with pytest.raises(IntegrityError):
        allowed.check(text or " ")


def test_securesystemslib_verifies_the_envelope(allowed: Issued) -> None:

    envelope = Envelope.from_dict(copy.deepcopy(json.loads(allowed.text)["envelope"]))
    public = allowed.receipt_key.public_key()
    key = SSlibKey.from_crypto(public, keyid=dsse.key_id(public))
    assert list(envelope.verify([key], 1)) == [dsse.key_id(public)]
    stranger = SSlibKey.from_crypto(Ed25519PrivateKey.generate().public_key(), keyid=dsse.key_id(public))
    with pytest.raises(VerificationError):
        envelope.verify([stranger], 1)


@pytest.mark.parametrize("which", ["allowed", "denied"])
def test_in_toto_attestation_reads_the_statement_and_its_summary(
    which: str, request: pytest.FixtureRequest
) -> None:

    issued: Issued = request.getfixturevalue(which)
    payload = base64.b64decode(json.loads(issued.text)["envelope"]["payload"])
    read = json_format.Parse(payload, statement_pb2.Statement())
    Statement.copy_from_pb(read).validate()
    assert read.predicate_type == "https://slsa.dev/verification_summary/v1"
    assert read.subject[0].digest["sha256"] == ARTIFACT.removeprefix("sha256:")
    predicate = json_format.MessageToDict(read.predicate)
    # The specification says a list; the library's schema (0.9.3) declares one string, so it is read apart.
    levels = predicate.pop("verifiedLevels")
    summary = json_format.ParseDict(predicate, vsa_pb2.VerificationSummary(), ignore_unknown_fields=True)
    assert levels == (["GOVERNANCE_POLICY_PASSED"] if which == "allowed" else ["FAILED"])
    assert summary.verification_result == ("PASSED" if which == "allowed" else "FAILED")
    assert summary.resource_uri.endswith("#production")
    assert summary.verifier.id == f"governance:{ORIGIN}"
    assert summary.policy.digest["sha256"]


def test_the_policy_digest_does_not_depend_on_the_order_of_packs() -> None:

    digests = ["sha256:" + "b" * 64, "sha256:" + "a" * 64]

    expected = hashlib.sha256(rfc8785.dumps(sorted(digests))).hexdigest()
    assert receipt.policy_digest(digests) == receipt.policy_digest(digests[::-1]) == expected


def stray_bits(text: str) -> str:
    """Return another base64 text of the same bytes: the unused bits of its last digit set."""
    digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    core = text.rstrip("=")
    return core[:-1] + digits[digits.index(core[-1]) + 1] + text[len(core) :]


@pytest.mark.parametrize(
    "change",
    [
        lambda e: e.update(evil=1),
        lambda e: e["signatures"].append({"keyid": "x", "sig": "AA=="}),
        lambda e: e["signatures"].append(e["signatures"][0]),
        lambda e: e["signatures"].clear(),
        lambda e: e["signatures"][0].pop("keyid"),
        lambda e: e["signatures"][0].update(keyid="00" * 32),
        lambda e: e["signatures"][0].update(keyid=e["signatures"][0]["keyid"].upper()),
        lambda e: e["signatures"][0].update(more="x"),
        lambda e: e["signatures"][0].update(sig=stray_bits(e["signatures"][0]["sig"])),
        lambda e: e["signatures"][0].update(sig=e["signatures"][0]["sig"] + "\n"),
        lambda e: e.update(signatures=e["signatures"][0]),
        lambda e: e.update(payload=e["payload"] + "===="),
        lambda e: e.update(payload="\ud800"),
    ],
)
def test_a_receipt_spelled_otherwise_than_it_was_written_is_refused(
    allowed: Issued, change: Callable[[dict[str, Any]], Any]
) -> None:
    file = json.loads(allowed.text)
    change(file["envelope"])
    with pytest.raises(IntegrityError, match=r"no DSSE envelope|not a trusted receipt key|no receipt file"):
        allowed.check(json.dumps(file))


@pytest.mark.parametrize(("name", "value"), [("payload", '"AAAA"'), ("envelope", "{}"), ("keyid", '"00"')])
def test_a_receipt_that_says_a_member_twice_is_refused(allowed: Issued, name: str, value: str) -> None:
    twice = allowed.text.replace(f'"{name}":', f'"{name}": {value}, "{name}":', 1)
    with pytest.raises(IntegrityError, match="twice"):
        allowed.check(twice)
