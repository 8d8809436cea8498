"""People, services, their roles, keys and API tokens: entries that only an administrator makes.

Rules:
1. Who is registered stays registered; roles are set anew, never edited.
2. The ledger always keeps somebody who may administer it, without a limit in time.
3. An SSH key speaks for one person. A key that was revoked can be revoked from an earlier instant still, never
   from a later one: what is learned about a theft only ever moves it back.
4. A token's secret is shown once; the ledger holds its SHA-256. A token never says more than its actor's
   roles.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from governance import instants
from governance.errors import Conflict, InvalidInput, NotAuthenticated, NotFound
from governance.identity.directory import Directory, Grant, Token
from governance.identity.permissions import check_roles
from governance.identity.sshsig import key_subject
from governance.identity.tokens import digest, new_secret, scopes_of
from governance.ledger.entry import Draft, Entry, new_id
from governance.lineage.subjects import Subject
from governance.workspace.entry_views import appended, appended_before
from governance.workspace.session import Session
from governance.workspace.views import Appended, TokenView, UserView

_LIMITS = {"role", "system", "target", "until"}


class People:
    """Users, keys and tokens for one session."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def register_user(
        self, actor: str, roles: Sequence[dict[str, Any]], *, name: str | None = None
    ) -> UserView:
        """Register a person or service.

        Raises:
            InvalidInput: not `user:ID` or `service:ID`, an unknown role, or a name for a service.
            Conflict: registered already.
        """
        administrator = self._session.permitted("administer")
        kind = _actor(actor)
        if name is not None and kind != "user":
            raise InvalidInput(
                f"{actor} is a service; only people have a name.", remedy="Leave the name out."
            )
        checked = checked_roles(roles)

        def propose(_size: int) -> list[Draft]:
            if self._directory().registered(actor):
                raise Conflict(
                    f"{actor} is registered already.",
                    remedy=f"To change its roles: govern user roles {actor} …",
                )
            drafts = [_draft(administrator, "user.registered", actor, {"roles": checked})]
            if name:
                drafts.append(_draft(administrator, "user.profile", actor, {"name": name}))
            return drafts

        self._session.enter(propose)
        return self._user(actor)

    def set_roles(self, actor: str, roles: Sequence[dict[str, Any]]) -> UserView:
        """Set somebody's roles from here on.

        Raises:
            NotFound: not registered.
            Conflict: nobody would be left who may administer the ledger.
        """
        administrator = self._session.permitted("administer")
        _actor(actor)
        checked = checked_roles(roles)

        def propose(_size: int) -> list[Draft]:
            self._registered(actor)
            if not _administers(checked) and not any(
                _administers(user.roles) for user in self.users() if user.actor != actor
            ):
                raise Conflict(
                    f"{actor} is the last administrator.", remedy="Make somebody else administrator first."
                )
            return [_draft(administrator, "user.roles-set", actor, {"roles": checked})]

        self._session.enter(propose)
        return self._user(actor)

    def users(self) -> list[UserView]:
        """Return everybody registered, in the order of registration."""
        return self._directory().users(instants.now())

    def bind_key(self, actor: str, ssh_key: str) -> str:
        """Bind an SSH public key to a person; again for the same person changes nothing.

        Raises:
            InvalidInput: no SSH public key.
            Conflict: it speaks for somebody else, or was revoked.
        """
        administrator = self._session.permitted("administer")
        _actor(actor)
        line = " ".join(ssh_key.split()[:2])
        subject = key_subject(line)

        def propose(_size: int) -> list[Draft]:
            self._registered(actor)
            owner = self._directory().owner(subject, instants.now())
            if owner == actor:
                return []
            if owner is not None:
                raise Conflict(f"{subject} speaks for {owner} already.", remedy="Bind another key.")
            if any(e.header.subject == subject for e in self._session.people.entries()):
                raise Conflict(f"{subject} was revoked.", remedy="Bind a new key.")
            body = {"user": actor, "ssh_key": line}
            return [_draft(administrator, "key.bound", subject, body)]

        self._session.enter(propose)
        return subject

    def revoke_key(self, key: str, *, since: str, reason: str) -> Appended:
        """Revoke a key from an instant on.

        Raises:
            NotFound: no such key.
            Conflict: revoked already, from that instant or an earlier one.
        """
        administrator = self._session.permitted("administer")
        body = {"from": instants.normal(since), "reason": _reason(reason)}
        return self._ended("key", key, "key.revoked", body, administrator)

    def issue_token(self, actor: str, scopes: Sequence[str], *, days: int = 90) -> TokenView:
        """Issue an API token of 256 random bits; its secret stands in this answer only."""
        administrator = self._session.permitted("administer")
        self._registered(actor)
        wanted = scopes_of(scopes)
        secret, fingerprint = new_secret()
        body = {
            "actor": actor,
            "scopes": wanted,
            "expires": instants.days_later(instants.now(), days),
            "sha256": fingerprint,
        }
        token = f"token:{new_id()}"
        self._session.enter(lambda _size: [_draft(administrator, "token.issued", token, body)])
        return TokenView(
            token=token,
            actor=actor,
            scopes=wanted,
            expires=str(body["expires"]),
            state="valid",
            secret=secret,
        )

    def revoke_token(self, token: str, *, reason: str) -> Appended:
        """Revoke a token from now on."""
        administrator = self._session.permitted("administer")
        return self._ended("token", token, "token.revoked", {"reason": _reason(reason)}, administrator)

    def tokens(self) -> list[TokenView]:
        """Return every token ever issued, without its secret."""
        return self._directory().tokens(instants.now())

    def of_secret(self, secret: str) -> Token:
        """Return the valid token with this secret.

        Raises:
            NotAuthenticated: unknown, revoked or expired; a stranger is not told which.
        """
        token = self._directory().token(digest(secret), instants.now())
        if token is None:
            raise NotAuthenticated(
                "This API token is not valid: the ledger does not know it, or it was revoked or has expired.",
                remedy="An administrator issues a new one: govern token issue.",
            )
        return token

    def _ended(
        self, kind: str, subject: str, ending: str, body: dict[str, Any], administrator: str
    ) -> Appended:
        if Subject.parse(subject).kind != kind:
            raise InvalidInput(f"'{subject}' is no {kind}.", remedy=f"Name it {kind}:…")
        done: list[Entry] = []

        def propose(_size: int) -> list[Draft]:
            done.clear()
            about = [e for e in self._session.people.entries() if e.header.subject == subject]
            if not about:
                raise NotFound(
                    f"There is no {subject} in this ledger.", remedy=f"List them: govern {_LISTS[kind]} list."
                )
            ended = [entry for entry in about if entry.header.kind == ending]
            same = [entry for entry in ended if entry.body == body]
            if same:
                done.append(same[-1])
                return []
            if ended and not self._moves_back(subject, body):
                raise Conflict(f"{subject} was revoked already (entry {ended[-1].seq}).")
            return [_draft(administrator, ending, subject, body)]

        made = self._session.enter(propose)
        return appended(made[0]) if made else appended_before(done[0])

    def _moves_back(self, subject: str, body: dict[str, Any]) -> bool:
        since = self._directory().revoked_from(subject) if "from" in body else None
        return since is not None and str(body["from"]) < since

    def _directory(self) -> Directory:
        return self._session.people.directory()

    def _registered(self, actor: str) -> None:
        if not self._directory().registered(actor):
            raise NotFound(
                f"{actor} is not registered in this ledger.",
                remedy=f"Register it: govern user add {actor} --role ROLE.",
            )

    def _user(self, actor: str) -> UserView:
        return next(user for user in self.users() if user.actor == actor)


_LISTS = {"key": "user", "token": "token"}


def checked_roles(roles: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return roles as they are recorded, limits that are None left out.

    Raises:
        InvalidInput: an unknown role or member, or a limit that can't be read.
    """
    for role in roles:
        unknown = role.keys() - _LIMITS
        if unknown:
            raise InvalidInput(
                f"'{min(unknown)}' limits no role.", remedy="Limits are system, target and until."
            )
    check_roles(list(roles))
    return [grant.members() for role in roles if (grant := Grant.read(role)) is not None]


def _actor(actor: str) -> str:
    kind = Subject.parse(actor).kind
    if kind not in {"user", "service"}:
        raise InvalidInput(
            f"'{actor}' is neither a person nor a service.", remedy="Write user:ID or service:ID."
        )
    return kind


def _administers(roles: Iterable[dict[str, Any]]) -> bool:
    return any(role == {"role": "administrator"} for role in roles)


def _draft(actor: str, kind: str, subject: str, body: dict[str, Any]) -> Draft:
    return Draft(actor=actor, kind=kind, subject=subject, body=body, id=new_id())


def _reason(reason: str) -> str:
    if not reason.strip():
        raise InvalidInput("A reason is needed.", remedy="Say why: --reason TEXT.")
    return reason
