"""Approvals and waivers: which count, and why the others do not."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from governance.errors import Conflict, IntegrityError, InvalidInput, NotPermitted
from governance.gate import approvals, packs, statements, waivers
from governance.gate.approvals import Submitted
from governance.gate.facts import directory_at, ground_of
from governance.gate.protocol import Approval
from governance.identity import sshsig
from tests.gate.room import ADMIN, ARTIFACT, MODEL, ORIGIN, TRAINER, Room


def submitted(room: Room, actor: str, statement: dict[str, Any], *, signer: str | None = None) -> Submitted:
    return Submitted(statement, room.sign(signer or actor, statement), actor, room.now())


def accept(room: Room, given: Submitted, *, nonce_used: bool = False) -> str:
    size = room.ledger.size()
    ground, _ = ground_of(room.ledger, room.projection, directory_at(room.ledger, size), MODEL, size)
    return approvals.accept(given, ground, nonce_used=nonce_used)[1]


def only(room: Room, **at: Any) -> Approval:
    (approval,) = room.facts(**at).approvals
    return approval


def test_an_approval_by_a_registered_person_with_their_key_is_accepted(room: Room) -> None:
    key = accept(room, submitted(room, "user:bob", room.statement()))
    assert key.startswith("key:")
    room.approve("user:bob")
    found = only(room)
    assert (found.state, found.actor, found.key) == ("valid", "user:bob", key)
    assert found.roles == {"approver", "model-owner"}


def test_stock_ssh_keygen_accepts_the_signature_over_the_statement(room: Room, tmp_path: Path) -> None:
    tool = shutil.which("ssh-keygen")
    if tool is None:
        pytest.skip("needs ssh-keygen: it checks what we signed")
    statement = room.statement()
    signature, allowed = tmp_path / "s.sig", tmp_path / "allowed"
    signature.write_text(room.sign("user:bob", statement))
    allowed.write_text(f"bob {room.keys['user:bob'].with_suffix('.pub').read_text()}")
    command = [
        tool,
        "-Y",
        "verify",
        "-f",
        str(allowed),
        "-I",
        "bob",
        "-n",
        "approval@acme.example",
        "-s",
        str(signature),
    ]
    good = subprocess.run(command, input=statements.message(statement), capture_output=True, check=False)
    assert good.returncode == 0, good.stderr
    bad = subprocess.run(
        command,
        input=statements.message({**statement, "target": "staging"}),
        capture_output=True,
        check=False,
    )
    assert bad.returncode != 0


def test_an_approval_by_the_trainer_does_not_count(room: Room) -> None:
    with pytest.raises(NotPermitted, match="trained"):
        accept(room, submitted(room, TRAINER, room.statement()))
    room.approve(TRAINER)
    assert only(room).state == "void"
    assert "trained" in only(room).why_not


def test_a_signature_with_somebody_elses_key_is_refused(room: Room) -> None:
    with pytest.raises(NotPermitted, match="bound to user:carol"):
        accept(room, submitted(room, "user:bob", room.statement(), signer="user:carol"))


def test_a_statement_altered_after_signing_is_refused(room: Room) -> None:
    given = submitted(room, "user:bob", room.statement("staging"))
    altered = replace(given, statement={**given.statement, "target": "production"})
    with pytest.raises(IntegrityError):
        accept(room, altered)
    room.approve("user:bob", dict(altered.statement), altered.signature)
    assert only(room).state == "void"


def test_a_waivers_signature_does_not_pass_for_an_approvals(room: Room) -> None:
    statement = room.statement()

    signature = sshsig.sign(room.keys["user:bob"], "waiver@acme.example", statements.message(statement))
    with pytest.raises(IntegrityError, match=r"waiver@acme\.example"):
        accept(room, Submitted(statement, signature, "user:bob", room.now()))


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"origin": "other.example/credit"}, "for the ledger"),
        ({"artifact": "sha256:" + "b" * 64}, "artifact"),
        ({"time": "2098-01-01T00:00:00Z"}, "later than now"),
        ({"time": "2020-01-01T00:00:00Z", "expires": "2020-02-01T00:00:00Z"}, "expired"),
    ],
)
def test_a_statement_for_another_ledger_artifact_or_time_is_refused(
    room: Room, changed: dict[str, Any], words: str
) -> None:
    with pytest.raises(InvalidInput, match=words):
        accept(room, submitted(room, "user:bob", room.statement(**changed)))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda s: s.pop("nonce"),
        lambda s: s.update(nonce="short"),
        lambda s: s.update(type="approval/v2"),
        lambda s: s.update(more="x"),
        lambda s: s.update(meaning="  "),
        lambda s: s.update(expires=s["time"]),
        lambda s: s.update(subject="dataset:x@1"),
    ],
)
def test_a_statement_of_another_form_is_refused(room: Room, spoil: Any) -> None:
    statement = room.statement()
    spoil(statement)
    with pytest.raises(InvalidInput):
        accept(room, submitted(room, "user:bob", statement))


def test_the_same_statement_counts_once(room: Room) -> None:
    statement = room.statement()
    with pytest.raises(Conflict):
        accept(room, submitted(room, "user:bob", statement), nonce_used=True)
    room.approve("user:bob", statement)
    room.approve("user:bob", statement)
    assert [a.state for a in room.facts().approvals] == ["valid", "void"]


def test_somebody_without_the_role_of_approver_may_not_approve(room: Room) -> None:
    room.person("user:eve", "compliance")
    with pytest.raises(NotPermitted, match="approver"):
        accept(room, submitted(room, "user:eve", room.statement()))


def test_an_entry_written_in_anothers_name_is_void(room: Room) -> None:
    statement = room.statement()
    room.enter("user:carol", "approval.given", "approval:" + "0" * 8 + "-0000-7000-8000-000000000000", {
        "statement": statement, "signature": room.sign("user:bob", statement),
    })  # fmt: skip
    assert only(room).state == "void"


def test_an_approval_for_staging_is_none_for_production(room: Room) -> None:
    room.approve("user:bob", room.statement("staging"))
    assert room.facts("production").approvals == ()
    assert [a.state for a in room.facts("staging").approvals] == ["valid"]


def test_an_approval_that_was_taken_back_or_ran_out_does_not_count(room: Room) -> None:
    approval = room.approve("user:bob", room.statement(expires="2090-01-01T00:00:00Z"))
    assert only(room, time="2091-01-01T00:00:00.000000Z").state == "expired"
    before = room.ledger.size()
    said = statements.revocation(revokes=approval, reason="I was wrong", origin=ORIGIN, time=room.now())
    room.enter(
        "user:bob",
        "approval.revoked",
        approval,
        {"statement": said, "signature": room.sign("user:bob", said)},
    )
    assert only(room).state == "revoked"
    assert "I was wrong" in only(room).why_not
    assert only(room, size=before).state == "valid"


def test_a_key_revoked_from_before_the_signature_voids_it(room: Room) -> None:
    room.approve("user:bob")
    key = only(room).key
    room.enter(ADMIN, "key.revoked", key, {"from": "2020-01-01T00:00:00Z", "reason": "stolen"})
    assert only(room).state == "void"


def test_a_new_version_of_the_model_has_no_approvals(room: Room) -> None:
    room.approve("user:bob")
    assert statements.read_approval(room.statement()).artifact == ARTIFACT
    assert [a.statement["subject"] for a in room.facts().approvals] == [MODEL]


def a_waiver(room: Room, **changed: Any) -> dict[str, Any]:
    members = {name: value for name, value in room.statement().items() if name not in {"type", "meaning"}}
    said = {"rule": "four-fifths", "reason": "A pilot", "compensating_control": "Reviewed by hand"}
    return statements.waiver(**{**members, **said, **changed})


def waive(room: Room, actor: str, statement: dict[str, Any], house: str) -> str:
    size = room.ledger.size()
    ground, _ = ground_of(room.ledger, room.projection, directory_at(room.ledger, size), MODEL, size)
    given = submitted(room, actor, statement)
    return waivers.accept(given, ground, [packs.parse(house)], nonce_used=False)[1]


def test_a_waiver_takes_a_rule_that_may_be_waived_by_a_role_that_may(room: Room, house: str) -> None:
    room.person("user:dora", "approver", "chief-risk-officer")
    assert waive(room, "user:dora", a_waiver(room), house).startswith("key:")
    with pytest.raises(NotPermitted, match="chief-risk-officer"):
        waive(room, "user:bob", a_waiver(room), house)
    with pytest.raises(NotPermitted, match="Nobody may waive"):
        waive(room, "user:dora", a_waiver(room, rule="two-people"), house)
    with pytest.raises(InvalidInput, match="four-fifth"):
        waive(room, "user:dora", a_waiver(room, rule="four-fifthss"), house)
    assert statements.namespace(a_waiver(room)) == "waiver@acme.example"
