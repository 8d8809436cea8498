"""Users, roles, keys, tokens, local and over HTTP."""

from __future__ import annotations

from pathlib import Path

import pytest

from governance.errors import Conflict, InvalidInput, NotFound, NotPermitted
from governance.identity import sshsig
from governance.workspace import NewEntry, Workspace
from tests.workspace.world import ALICE, World


def test_people_are_registered_once_with_roles_that_exist(alice: Workspace) -> None:
    bob = alice.register_user("user:bob", [{"role": "approver", "target": "production"}], name="Bob Jones")
    assert (bob.actor, bob.name, bob.roles) == (
        "user:bob",
        "Bob Jones",
        [{"role": "approver", "target": "production"}],
    )
    with pytest.raises(Conflict, match="already"):
        alice.register_user("user:bob", [])
    for actor, roles in (
        ("user:x", [{"role": "king"}]),
        ("user:x", [{"role": "approver", "planet": "mars"}]),
        ("model:x@1", []),
        ("nobody", []),
    ):
        with pytest.raises(InvalidInput):
            alice.register_user(actor, roles)
    with pytest.raises(InvalidInput, match="service"):
        alice.register_user("service:pipeline", [], name="Pipe Line")


def test_roles_are_set_anew_and_an_administrator_is_always_left(alice: Workspace) -> None:
    with pytest.raises(Conflict, match="last administrator"):
        alice.set_roles(ALICE, [{"role": "recorder"}])
    with pytest.raises(NotFound):
        alice.set_roles("user:nobody", [])
    alice.register_user("user:bob", [{"role": "recorder"}])
    assert alice.set_roles("user:bob", [{"role": "administrator"}]).roles == [{"role": "administrator"}]
    assert [user.actor for user in alice.users()] == [ALICE, "user:bob"]


def test_only_an_administrator_manages_people(world: World) -> None:
    bob = world.as_("user:bob", "recorder")
    for refused in (
        lambda: bob.register_user("user:eve", []),
        lambda: bob.issue_token("user:bob", ["read"]),
        lambda: bob.set_roles("user:bob", [{"role": "administrator"}]),
    ):
        with pytest.raises(NotPermitted):
            refused()


def test_a_key_speaks_for_one_person_until_it_is_revoked(alice: Workspace, tmp_path: Path) -> None:
    for actor in ("user:bob", "user:eve"):
        alice.register_user(actor, [])
    line = sshsig.generate(tmp_path / "key", "bob")
    key = alice.bind_key("user:bob", line)
    assert key == sshsig.key_subject(line)
    assert alice.bind_key("user:bob", line) == key
    with pytest.raises(Conflict, match="user:bob"):
        alice.bind_key("user:eve", line)
    with pytest.raises(InvalidInput):
        alice.bind_key("user:eve", "ssh-ed25519 nonsense")
    since = "2026-01-01T00:00:00Z"
    alice.revoke_key(key, since=since, reason="lost")
    assert next(user for user in alice.users() if user.actor == "user:bob").keys == []
    with pytest.raises(Conflict, match="revoked"):
        alice.bind_key("user:bob", line)
    with pytest.raises(NotFound):
        alice.revoke_key("key:" + "0" * 64, since=since, reason="lost")


def test_a_tokens_secret_is_shown_once_and_stored_nowhere(alice: Workspace, world: World) -> None:
    alice.register_user("service:pipeline", [{"role": "recorder"}])
    issued = alice.issue_token("service:pipeline", ["read", "append"], days=7)
    assert issued.secret
    listed = next(token for token in alice.tokens() if token.token == issued.token)
    assert (listed.state, listed.secret, listed.scopes) == ("valid", None, ["append", "read"])
    assert issued.secret.encode() not in world.path.read_bytes()
    alice.revoke_token(issued.token, reason="over")
    assert next(token for token in alice.tokens() if token.token == issued.token).state == "revoked"
    with pytest.raises(Conflict):
        alice.revoke_token(issued.token, reason="once more")
    with pytest.raises(InvalidInput):
        alice.issue_token("service:pipeline", ["everything"])
    with pytest.raises(NotFound):
        alice.issue_token("service:nobody", ["read"])


def test_an_unregistered_actor_does_not_act(world: World) -> None:
    with pytest.raises(NotPermitted):
        world.admin.acting_as("user:nobody")
    with pytest.raises(NotPermitted):
        world.as_(ALICE).acting_as("user:nobody")


def test_an_actor_limited_to_reading_reads_everything(world: World) -> None:
    auditor = world.as_("user:audrey", "auditor")
    assert auditor.verify().ok
    assert auditor.overview().size == world.admin.checkpoint().size
    with pytest.raises(NotPermitted):
        auditor.append(NewEntry(kind="x.note", subject="system:a", body={}))
