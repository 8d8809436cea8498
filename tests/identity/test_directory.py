"""Who is known, in which roles, with which keys and tokens, at an instant."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from governance.errors import InvalidInput, NotAuthenticated, NotPermitted
from governance.identity import tokens
from governance.identity.directory import Directory
from governance.identity.permissions import OPERATIONS, check_roles, require
from governance.identity.separation import objection, trainers
from governance.identity.sshsig import generate, key_subject
from governance.ledger.entry import Draft, Entry, check_draft, make_entry, new_id

TOKEN = "token:01910000-0000-7000-8000-000000000001"


class Story:
    """Entries an hour apart, from midnight on."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []

    def tell(self, kind: str, subject: str, body: dict[str, Any]) -> Story:
        draft = Draft("user:root", kind, subject, body)
        self.entries.append(
            make_entry(
                draft,
                check_draft(draft),
                entry_id=new_id(),
                origin="acme.example/credit",
                prev=None,
                seq=len(self.entries),
                time=at(len(self.entries)),
            )
        )
        return self

    def created(self, ssh_key: str | None = None) -> Story:
        return self.tell(
            "ledger.created", "ledger:x", {"admins": [{"actor": "user:root", "ssh_key": ssh_key}]}
        )

    @property
    def directory(self) -> Directory:
        return Directory.of(self.entries)


def at(hour: int) -> str:
    return f"2026-03-01T{hour:02}:00:00.000000Z"


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], str]:
    folder: Path = tmp_path_factory.mktemp("keys")
    made: dict[str, str] = {}

    def line(name: str) -> str:
        if name not in made:
            made[name] = generate(folder / name, name)
        return made[name]

    return line


def roles(*names: str, **limits: str) -> dict[str, Any]:
    return {"roles": [{"role": name, **limits} for name in names]}


def test_the_first_administrator_stands_in_entry_0_with_their_key(key: Callable[[str], str]) -> None:
    directory = Story().created(key("root")).directory
    assert directory.roles("user:root", at(0)) == {"administrator"}
    assert directory.owner(key_subject(key("root")), at(0)) == "user:root"
    assert not directory.registered("user:stranger")
    assert directory.roles("user:stranger", at(0)) == frozenset()


def test_roles_count_from_their_entry_until_others_are_set() -> None:
    story = Story().created().tell("user.registered", "user:alice", roles("approver", "compliance"))
    directory = story.tell("user.roles-set", "user:alice", roles("auditor")).directory
    assert directory.roles("user:alice", at(0)) == frozenset()
    assert directory.roles("user:alice", at(1)) == {"approver", "compliance"}
    assert directory.roles("user:alice", "2026-03-01T02:00:00Z") == {"auditor"}


def test_a_limited_role_counts_only_there_and_then() -> None:
    story = (
        Story()
        .created()
        .tell(
            "user.registered",
            "user:alice",
            roles("approver", system="credit", target="production", until="2026-03-01T05:00:00Z"),
        )
    )
    directory = story.directory
    assert directory.roles("user:alice", at(2), "system:credit", "production") == {"approver"}
    assert directory.roles("user:alice", at(2), "credit", "production") == {"approver"}
    assert directory.roles("user:alice", at(2), "fraud", "production") == frozenset()
    assert directory.roles("user:alice", at(2), "credit", "staging") == frozenset()
    assert directory.roles("user:alice", at(2)) == frozenset()
    assert directory.roles("user:alice", at(5), "credit", "production") == frozenset()


def test_what_can_not_be_read_grants_nothing() -> None:
    odd: list[Any] = [
        "administrator",
        {"role": 3},
        {"role": "administrator", "until": "soon"},
        {"system": "x"},
    ]
    directory = Story().created().tell("user.registered", "user:mallory", {"roles": odd}).directory
    assert directory.registered("user:mallory")
    assert directory.roles("user:mallory", at(3)) == frozenset()
    assert Story().tell("ledger.created", "ledger:x", {"admins": "user:root"}).directory.actors() == ()


def test_a_key_speaks_for_whom_it_was_bound_to_first(key: Callable[[str], str]) -> None:
    subject = key_subject(key("a"))
    story = Story().created().tell("key.bound", subject, {"user": "user:alice", "ssh_key": key("a")})
    directory = story.tell("key.bound", subject, {"user": "user:mallory", "ssh_key": key("a")}).directory
    assert directory.owner(subject, at(9)) == "user:alice"
    assert directory.owner(subject, at(0)) is None
    assert directory.keys("user:alice", at(9)) == (subject,)
    assert directory.ssh_key(subject) == key("a")


def test_a_key_bound_under_another_keys_name_is_none(key: Callable[[str], str]) -> None:
    subject = key_subject(key("a"))
    directory = (
        Story().created().tell("key.bound", subject, {"user": "user:m", "ssh_key": key("b")}).directory
    )
    assert directory.owner(subject, at(9)) is None
    assert directory.owner(key_subject(key("b")), at(9)) is None


def test_a_revoked_key_is_silent_from_the_instant_named_and_stays_so(key: Callable[[str], str]) -> None:
    subject = key_subject(key("a"))
    story = Story().created().tell("key.bound", subject, {"user": "user:alice", "ssh_key": key("a")})
    for _ in range(3):
        story.tell("x.note", "user:alice", {})
    story.tell("key.revoked", subject, {"from": "2026-03-01T03:00:00Z", "reason": "laptop lost"})
    directory = story.tell("key.bound", subject, {"user": "user:alice", "ssh_key": key("a")}).directory
    assert directory.owner(subject, at(2)) == "user:alice"
    assert directory.owner(subject, at(3)) is None
    assert directory.owner(subject, at(20)) is None
    assert directory.revoked_from(subject) == at(3)


def test_a_token_is_valid_until_it_expires_or_is_revoked() -> None:
    secret, digest = tokens.new_secret()
    assert tokens.digest(secret) == digest
    body = {"actor": "service:ci", "scopes": ["append"], "expires": at(9), "sha256": digest}
    story = Story().created().tell("token.issued", TOKEN, body)
    known = story.directory.token(digest, at(2))
    assert known is not None
    assert (known.actor, known.scopes) == ("service:ci", {"append"})
    assert story.directory.token(digest, at(0)) is None
    assert story.directory.token(digest, at(9)) is None
    assert story.directory.tokens(at(9))[0].state == "expired"
    story.tell("token.revoked", TOKEN, {"reason": "no longer used"})
    assert story.directory.token(digest, at(2)) is None
    assert story.directory.tokens(at(3))[0].state == "revoked"
    assert "sha256" not in story.directory.tokens(at(3))[0].model_dump_json()


def test_secrets_are_long_random_and_refused_when_misspelt() -> None:
    made = {tokens.new_secret()[0] for _ in range(50)}
    assert len(made) == 50
    assert all(len(secret) == 47 for secret in made)
    for wrong in ("", "gov_", "gov_" + "é" * 43, next(iter(made))[:-1], f"{next(iter(made))}\n"):
        with pytest.raises(NotAuthenticated):
            tokens.digest(wrong)


def test_scopes_are_known_ones_and_everyday_words_mean_them() -> None:
    assert tokens.scopes_of(["write", "read"]) == ["append", "evidence", "read"]
    assert tokens.scopes_of(["admin"]) == ["administer"]
    for wrong in ([], ["everything"]):
        with pytest.raises(InvalidInput):
            tokens.scopes_of(wrong)


def test_a_name_is_known_until_it_is_erased() -> None:
    story = Story().created().tell("user.registered", "user:u1", roles("auditor"))
    story.tell("user.profile", "user:u1", {"name": "Zoë Müller"})
    assert story.directory.name("user:u1") == "Zoë Müller"
    assert story.directory.users(at(5))[1].name == "Zoë Müller"
    gone = story.entries[-1]
    story.entries[-1] = Entry(gone.header, gone.header_bytes, gone.hash, None, None, erased=True)
    assert story.directory.name("user:u1") is None


@pytest.mark.parametrize("operation", OPERATIONS)
def test_no_role_means_no_permission_and_the_refusal_names_the_roles(operation: str) -> None:
    directory = (
        Story().created().tell("user.registered", "user:eve", roles("auditor", "compliance")).directory
    )
    with pytest.raises(NotPermitted) as caught:
        require(directory, "user:eve", operation, at(2))
    assert all(role in caught.value.message for role in OPERATIONS[operation])
    with pytest.raises(NotPermitted, match="not registered"):
        require(directory, "user:nobody", operation, at(2))


def test_an_administrator_may_not_approve_or_waive() -> None:
    directory = Story().created().directory
    require(directory, "user:root", "administer", at(1))
    for operation in ("approve", "waive"):
        with pytest.raises(NotPermitted):
            require(directory, "user:root", operation, at(1))


def test_a_deployer_for_staging_may_not_deploy_to_production() -> None:
    directory = (
        Story().created().tell("user.registered", "service:ci", roles("deployer", target="staging")).directory
    )
    require(directory, "service:ci", "deploy", at(2), target="staging")
    with pytest.raises(NotPermitted, match="for this system and target"):
        require(directory, "service:ci", "deploy", at(2), target="production")


def test_an_unknown_operation_is_a_mistake_of_the_program() -> None:
    with pytest.raises(ValueError, match="no operation 'fly'"):
        require(Story().created().directory, "user:root", "fly", at(1))


def test_unknown_roles_and_unreadable_limits_are_refused_when_given() -> None:
    check_roles([{"role": "approver", "until": "2027-01-01T00:00:00Z"}])
    for wrong in ([{"role": "king"}], [{"role": "approver", "until": "soon"}], ["approver"]):
        with pytest.raises(InvalidInput):
            check_roles(wrong)


class TestSeparationOfDuties:
    """The numbered rules of governance.identity.separation, one by one."""

    @pytest.fixture
    def story(self, key: Callable[[str], str]) -> Story:
        story = Story().created().tell("user.registered", "user:alice", roles("approver", "compliance"))
        story.tell("user.registered", "user:tom", roles("approver", "trainer"))
        story.tell("user.registered", "service:bot", roles("approver"))
        for actor in ("user:alice", "user:tom", "service:bot"):
            story.tell("key.bound", key_subject(key(actor[-3:])), {"user": actor, "ssh_key": key(actor[-3:])})
        return story

    def rule(
        self, story: Story, key: Callable[[str], str], actor: str, *writers: str, signed_by: str = ""
    ) -> int | None:
        subject = key_subject(key((signed_by or actor)[-3:]))
        found = objection(
            story.directory,
            actor,
            key=subject,
            at=at(9),
            run_writers=writers,
            system="credit",
            target="production",
        )
        if found is not None:
            assert found.message.endswith(".")
            assert found.remedy
        return None if found is None else found.rule

    def test_an_independent_approver_may_approve(self, story: Story, key: Callable[[str], str]) -> None:
        assert self.rule(story, key, "user:alice", "service:pipeline") is None

    def test_a_service_may_not_approve(self, story: Story, key: Callable[[str], str]) -> None:
        assert self.rule(story, key, "service:bot") == 1

    def test_another_persons_key_does_not_sign_for_me(self, story: Story, key: Callable[[str], str]) -> None:
        assert self.rule(story, key, "user:alice", signed_by="user:tom") == 2
        assert self.rule(story, key, "user:alice", signed_by="unbound") == 2

    def test_whoever_recorded_the_run_may_not_approve_its_model(
        self, story: Story, key: Callable[[str], str]
    ) -> None:
        assert self.rule(story, key, "user:alice", "user:alice") == 3

    def test_a_trainer_may_not_approve_what_a_pipeline_recorded(
        self, story: Story, key: Callable[[str], str]
    ) -> None:
        assert self.rule(story, key, "user:tom", "service:pipeline") == 4

    def test_without_the_role_approver_nobody_approves(self, story: Story, key: Callable[[str], str]) -> None:
        story.tell("user.roles-set", "user:alice", roles("compliance"))
        assert self.rule(story, key, "user:alice") == 5

    def test_everybody_who_counts_as_a_trainer_is_named(self, story: Story) -> None:
        found = trainers(story.directory, ["service:pipeline"], at=at(9), system="credit")
        assert found == {"service:pipeline", "user:tom"}


def test_a_revoked_token_does_not_live_again_when_the_clock_goes_back() -> None:
    _, digest = tokens.new_secret()
    body = {"actor": "service:ci", "scopes": ["append"], "expires": at(9), "sha256": digest}
    story = (
        Story().created().tell("token.issued", TOKEN, body).tell("token.revoked", TOKEN, {"reason": "lost"})
    )
    assert [story.directory.token(digest, at(hour)) for hour in range(10)] == [None] * 10
    assert story.directory.tokens(at(1))[0].state == "revoked"
