"""Who is known, in which roles, with which keys and tokens, at an instant: read from entries, without I/O.

Rules:
1. An actor is known from the entry that registers them; the administrators of `ledger.created` from
   entry 0.
2. Roles are those of the newest `user.registered` or `user.roles-set` not after the instant; a new set
   takes the place of the whole old one. A role with `until` ends then; a limited one counts only where
   it is limited to.
3. A key speaks for whom it was bound to first, under the name that is its digest; any other binding is
   none.
4. A revoked key is silent from the instant that the revocation names, for ever: it can't be bound again.
5. A token is valid from its entry until it expires; once revoked never again, wherever the clock stands.
6. What can't be read (a malformed role, an unreadable date) grants nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from governance.errors import InvalidInput
from governance.identity.sshsig import key_subject
from governance.identity.views import TokenView, UserView
from governance.instants import normal

if TYPE_CHECKING:
    from governance.ledger.entry import Entry

ADMINISTRATOR = "administrator"


@dataclass(frozen=True, slots=True)
class Grant:
    """One role, with its limits."""

    role: str
    system: str | None = None
    target: str | None = None
    until: str | None = None

    @classmethod
    def read(cls, members: object) -> Grant | None:
        """Return the grant that a body's member says; None where it can't be read (rule 6)."""
        if not isinstance(members, Mapping):
            return None
        values = [members.get(name) for name in ("role", "system", "target", "until")]
        if not isinstance(values[0], str) or not all(v is None or isinstance(v, str) for v in values):
            return None
        _role, system, target, until = values
        try:
            return cls(values[0], _system(system), target, None if until is None else normal(until))
        except InvalidInput:
            return None

    def holds(self, at: str) -> bool:
        """Say whether it has not ended at `at`."""
        return self.until is None or at < self.until

    def reaches(self, system: str | None, target: str | None) -> bool:
        """Say whether its limits allow this system and target; a limited role needs them named."""
        return self.system in {None, _system(system)} and self.target in {None, target}

    def members(self) -> dict[str, Any]:
        """Return it as recorded, limits that are None left out."""
        named = {"role": self.role, "system": self.system, "target": self.target, "until": self.until}
        return {name: value for name, value in named.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Token:
    """An API token that is valid."""

    token: str
    actor: str
    scopes: frozenset[str]
    expires: str


@dataclass(slots=True)
class _Actor:
    seq: int
    since: str
    name: str | None = None
    roles: list[tuple[str, tuple[Grant, ...]]] = field(default_factory=list)


@dataclass(slots=True)
class _Key:
    actor: str
    since: str
    line: str
    revoked: str | None = None


@dataclass(slots=True)
class _Token:
    token: Token
    sha256: str
    since: str
    revoked: str | None = None


class Directory:
    """The people, services, keys and tokens of a ledger; made by `Directory.of`, unchanged after."""

    def __init__(self) -> None:
        self._actors: dict[str, _Actor] = {}
        self._keys: dict[str, _Key] = {}
        self._tokens: dict[str, _Token] = {}

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> Directory:
        """Return the directory that `entries` make, oldest first; entries of other kinds are passed over."""
        directory = cls()
        for entry in entries:
            directory._read(entry)
        return directory

    def registered(self, actor: str) -> bool:
        """Say whether the actor is known."""
        return actor in self._actors

    def actors(self) -> tuple[str, ...]:
        """Return everybody known, in the order of registration."""
        return tuple(self._actors)

    def grants(self, actor: str, at: str) -> tuple[Grant, ...]:
        """Return the roles in force, limited ones too."""
        known = self._actors.get(actor)
        at = normal(at)
        current: tuple[Grant, ...] = ()
        for since, grants in known.roles if known else ():
            if since <= at:
                current = grants
        return tuple(grant for grant in current if grant.holds(at))

    def roles(
        self, actor: str, at: str, system: str | None = None, target: str | None = None
    ) -> frozenset[str]:
        """Return the roles that count at an instant, for a system and target (rule 2)."""
        return frozenset(grant.role for grant in self.grants(actor, at) if grant.reaches(system, target))

    def holders(
        self, role: str, at: str, system: str | None = None, target: str | None = None
    ) -> tuple[str, ...]:
        """Return everybody whose `role` counts there and then."""
        return tuple(actor for actor in self._actors if role in self.roles(actor, at, system, target))

    def name(self, actor: str) -> str | None:
        """Return the name behind an opaque id, where it was given and not erased."""
        known = self._actors.get(actor)
        return known.name if known else None

    def keys(self, actor: str, at: str) -> tuple[str, ...]:
        """Return the subjects of the keys that speak for `actor`."""
        return tuple(subject for subject in self._keys if self.owner(subject, at) == actor)

    def owner(self, key: str, at: str) -> str | None:
        """Return whom a `key:…` speaks for at an instant."""
        known, at = self._keys.get(key), normal(at)
        if known is None or at < known.since or (known.revoked is not None and at >= known.revoked):
            return None
        return known.actor

    def ssh_key(self, key: str) -> str | None:
        """Return the public key line behind a `key:…`, revoked or not."""
        known = self._keys.get(key)
        return known.line if known else None

    def revoked_from(self, key: str) -> str | None:
        """Return from when a key is silent, if it was revoked."""
        known = self._keys.get(key)
        return known.revoked if known else None

    def token(self, sha256: str, at: str) -> Token | None:
        """Return the token whose secret has this SHA-256 (hex), if it is valid at `at` (rule 5)."""
        known = self._tokens.get(sha256)
        return known.token if known and self._state(known, normal(at)) == "valid" else None

    def users(self, at: str) -> list[UserView]:
        """Return everybody known, in the order of registration."""
        return [self.user(actor, at) for actor in self._actors]

    def user(self, actor: str, at: str) -> UserView:
        """Return one person or service as listed; the actor must be known."""
        known = self._actors[actor]
        roles = [grant.members() for grant in self.grants(actor, at)]
        return UserView(
            actor=actor, name=known.name, roles=roles, keys=list(self.keys(actor, at)), seq=known.seq
        )

    def tokens(self, at: str) -> list[TokenView]:
        """Return all tokens ever issued, oldest first; no secret is among them."""
        return [
            TokenView(
                token=known.token.token,
                actor=known.token.actor,
                scopes=sorted(known.token.scopes),
                expires=known.token.expires,
                state=self._state(known, normal(at)),
            )
            for known in self._tokens.values()
        ]

    def _state(self, token: _Token, at: str) -> Literal["valid", "expired", "revoked"]:
        if token.revoked is not None:
            return "revoked"
        return "valid" if token.since <= at < token.token.expires else "expired"

    def _read(self, entry: Entry) -> None:
        body, subject, time = entry.body or {}, entry.header.subject, entry.header.time
        match entry.header.kind:
            case "ledger.created":
                self._created(body, entry.header.seq, time)
            case "user.registered" | "user.roles-set":
                self._roles(subject, body.get("roles"), entry.header.seq, time)
            case "user.profile" if subject in self._actors:
                name = body.get("name")
                self._actors[subject].name = name if isinstance(name, str) else None
            case "key.bound":
                self._bind(subject, body.get("user"), body.get("ssh_key"), time)
            case "key.revoked" if subject in self._keys:
                key = self._keys[subject]
                since = _instant(body.get("from")) or time
                key.revoked = since if key.revoked is None else min(key.revoked, since)
            case "token.issued":
                self._issue(subject, body, time)
            case "token.revoked":
                for token in self._tokens.values():
                    if token.token.token == subject and token.revoked is None:
                        token.revoked = time

    def _created(self, body: Mapping[str, Any], seq: int, time: str) -> None:
        admins = body.get("admins")
        for admin in admins if isinstance(admins, list) else ():
            if isinstance(admin, Mapping) and isinstance(actor := admin.get("actor"), str):
                self._roles(actor, [{"role": ADMINISTRATOR}], seq, time)
                line = admin.get("ssh_key")
                if isinstance(line, str):
                    self._bind(_key(line), actor, line, time)

    def _roles(self, actor: str, given: object, seq: int, time: str) -> None:
        grants = [Grant.read(members) for members in given] if isinstance(given, list) else []
        known = self._actors.setdefault(actor, _Actor(seq, time))
        known.roles.append((time, tuple(grant for grant in grants if grant is not None)))

    def _bind(self, subject: str | None, actor: object, line: object, time: str) -> None:
        if not isinstance(actor, str) or not isinstance(line, str) or subject is None:
            return
        if _key(line) == subject:
            self._keys.setdefault(subject, _Key(actor, time, line))

    def _issue(self, subject: str, body: Mapping[str, Any], time: str) -> None:
        actor, digest, expires = body.get("actor"), body.get("sha256"), _instant(body.get("expires"))
        scopes = body.get("scopes")
        if isinstance(actor, str) and isinstance(digest, str) and expires and isinstance(scopes, list):
            token = Token(subject, actor, frozenset(s for s in scopes if isinstance(s, str)), expires)
            self._tokens.setdefault(digest, _Token(token, digest, time))


def _system(system: str | None) -> str | None:
    """Return a system's name, as limits write it, from its name or subject."""
    return None if system is None else system.removeprefix("system:")


def _key(line: str) -> str | None:
    try:
        return key_subject(line)
    except InvalidInput:
        return None


def _instant(value: object) -> str | None:
    try:
        return normal(value) if isinstance(value, str) else None
    except InvalidInput:
        return None
