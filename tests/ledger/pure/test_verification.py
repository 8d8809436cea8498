"""What only the holder of the key, or a faulty writer, can do: broken order, time, chain, origin; erasure; keys."""

from __future__ import annotations

import base64

import pytest

from governance.ledger.canonical import encode
from governance.ledger.errors import NoteInvalid
from governance.ledger.note import ML_DSA_44, SigningKey
from governance.ledger.verification import verify
from governance.ledger.verification_report import NOT_EXCLUDED, UNPINNED
from tests.ledger.double import ORIGIN, LedgerInLists


def _found(ledger: LedgerInLists, keys: list[str] | None = None) -> list[tuple[str, str, int]]:
    report = verify(ledger, keys=keys or [ledger.key.vkey])
    return [(one.class_, one.place, one.count) for one in report.failures]


def test_a_clock_set_back_is_time_reversed() -> None:
    ledger = LedgerInLists.of(5)
    ledger.append("x.noted", "model:m@1", {}, time="2025-01-01T00:00:00.000000Z")
    ledger.sign()
    assert _found(ledger) == [("time-reversed", "entry 5", 1)]


def test_a_signed_entry_that_does_not_continue_the_chain_is_chain_broken() -> None:
    ledger = LedgerInLists.of(5)
    ledger.append("x.noted", "model:m@1", {}, prev=b"\x07" * 32)
    ledger.sign()
    assert _found(ledger) == [("chain-broken", "entry 5", 1)]


def test_a_signed_entry_of_another_origin_is_inserted() -> None:
    ledger = LedgerInLists.of(5)
    ledger.origin = "other.example/log"
    ledger.append("x.noted", "model:m@1", {})
    ledger.origin = ORIGIN
    ledger.sign()
    assert _found(ledger) == [("entry-inserted", "entry 5", 1)]


def test_an_erased_body_is_counted_when_an_entry_covers_it_and_missing_otherwise() -> None:
    ledger = LedgerInLists.of(8)
    ledger.append(
        "body.erased", "entry:3", {"seq": 3, "reason": "request", "legal_basis": "GDPR 17", "approvals": []}
    )
    ledger.sign()
    del ledger.bodies[3]
    report = verify(ledger, keys=[ledger.key.vkey])
    assert (report.ok, report.erased) == (True, 1)
    del ledger.bodies[4]
    assert _found(ledger) == [("body-missing", "entry 4", 1)]


def test_a_body_that_cannot_be_erased_is_missing_even_where_an_entry_says_erased() -> None:
    ledger = LedgerInLists.of(3)
    ledger.append("gate.decided", "decision:1", {})
    ledger.append("body.erased", "entry:3", {"seq": 3})
    ledger.sign()
    del ledger.bodies[3]
    assert _found(ledger) == [("body-missing", "entry 3", 1)]


def test_bodies_that_an_export_withholds_are_unchecked_and_not_missing() -> None:
    ledger = LedgerInLists.of(6)
    ledger.withholds_bodies = True
    ledger.bodies = {0: ledger.bodies[0]}
    report = verify(ledger, keys=[ledger.key.vkey])
    assert (report.ok, report.withheld, report.checked["bodies"]) == (True, 5, 1)
    ledger.bodies = {}
    assert _found(ledger) == [("body-missing", "entry 0", 1)]


def test_without_a_key_entry_0_is_believed_and_the_report_says_so() -> None:
    report = verify(LedgerInLists.of(3))
    assert report.ok
    assert report.warnings == (UNPINNED, NOT_EXCLUDED)


def _change(ledger: LedgerInLists, new: SigningKey, signers: list[SigningKey], kind: str = "rotated") -> None:
    prefix = {"rotated": b"ledger-key-rotation/v1\n", "replaced": b"ledger-key-replacement/v1\n"}[kind]
    body: dict[str, object] = {"old": [ledger.key.vkey], "new": [new.vkey]}
    message = prefix + encode(body)
    body["signatures"] = {one.vkey: base64.b64encode(one.private.sign(message)).decode() for one in signers}
    ledger.append(f"ledger.key-{kind}", f"ledger:{ORIGIN}", body)


@pytest.mark.parametrize("kind", [1, ML_DSA_44])
def test_a_rotated_key_is_followed_from_the_old_one_and_to_the_new_one(kind: int) -> None:
    ledger = LedgerInLists.of(4)
    old, new = ledger.key, SigningKey.generate(ORIGIN, kind)
    _change(ledger, new, [old, new])
    ledger.sign(old, new)
    ledger.key = new
    ledger.append("x.noted", "model:m@1", {})
    ledger.sign()
    for trusted in (old, new):
        assert _found(ledger, [trusted.vkey]) == []
    ledger.sign(old)
    assert _found(ledger, [old.vkey]) == [("checkpoint-invalid", "checkpoint 6", 1)]


def test_the_checkpoint_of_a_rotation_carries_both_signatures() -> None:
    ledger = LedgerInLists.of(4)
    old, new = ledger.key, SigningKey.generate(ORIGIN)
    _change(ledger, new, [old, new])
    ledger.sign(new)
    assert _found(ledger, [old.vkey]) == [("checkpoint-invalid", "checkpoint 5", 1)]


def test_a_rotation_that_the_old_key_did_not_sign_changes_nothing() -> None:
    ledger = LedgerInLists.of(4)
    old, thief = ledger.key, SigningKey.generate(ORIGIN)
    _change(ledger, thief, [thief])
    ledger.sign(old)
    ledger.append("x.noted", "model:m@1", {})
    ledger.sign(thief)
    report = verify(ledger, keys=[old.vkey])
    assert [(one.class_, one.place) for one in report.failures] == [("checkpoint-invalid", "checkpoint 6")]
    assert any("not signed by the keys it names" in one for one in report.warnings)


def test_a_replaced_key_counts_only_for_those_who_trust_it_and_is_always_reported() -> None:
    ledger = LedgerInLists.of(4)
    old, new = ledger.key, SigningKey.generate(ORIGIN)
    _change(ledger, new, [new], "replaced")
    ledger.sign(new)
    for keys, failures in (
        ([old.vkey, new.vkey], []),
        ([old.vkey], [("checkpoint-invalid", "checkpoint 5", 1)]),
    ):
        report = verify(ledger, keys=keys)
        assert [(one.class_, one.place, one.count) for one in report.failures] == failures
        assert any("was replaced at entry 4" in one for one in report.warnings)


def test_a_trusted_checkpoint_of_another_ledger_is_refused_as_input() -> None:
    ledger, other = LedgerInLists.of(3), LedgerInLists.of(3, origin="other.example/log")
    with pytest.raises(NoteInvalid, match=r"other\.example"):
        verify(ledger, keys=[ledger.key.vkey], trusted_checkpoints=[other.checkpoints[3]])


def test_progress_ends_with_everything_done() -> None:
    seen: list[tuple[str, int, int]] = []
    verify(LedgerInLists.of(1100, 100), progress=lambda *one: seen.append(one))
    assert seen[-1] == ("entries", 1100, 1100)
    assert [done for _, done, _ in seen] == sorted(done for _, done, _ in seen)


@pytest.mark.parametrize(("first", "last"), [(10, 10), (10, 14), (250, 270)])
def test_damage_is_bounded(first: int, last: int) -> None:
    ledger = LedgerInLists.of(400, 50)
    for seq in range(first, last + 1):
        row = ledger.table[seq]
        ledger.table[seq] = row._replace(header=row.header.replace(b"x.noted", b"x.nated"))
    assert _found(ledger) == [("header-altered", f"entry {first}", last - first + 1)]
