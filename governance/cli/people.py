"""`govern user | token`: people, services, their roles, keys and API tokens."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from governance.cli.context import JsonFlag, check_actor, workspace_of
from governance.cli.examples import examples
from governance.cli.output import print_facts, print_json, print_table, print_text, short
from governance.cli.values import instant, moment, read_text, with_kind
from governance.errors import Conflict, InvalidInput
from governance.instants import now

if TYPE_CHECKING:
    from governance.workspace import Workspace

RolesOption = Annotated[
    list[str] | None,
    typer.Option("--role", help="ROLE, or ROLE limited: ROLE,system=S,target=T,until=DATE. Repeatable."),
]


def add_to(app: typer.Typer) -> None:
    """Add this module's commands."""
    user = typer.Typer(help="People and services.", no_args_is_help=True)
    user.command(
        epilog=examples(
            "govern --actor user:alice user add user:bob --role approver --role compliance --name 'Bob Jones' "
            "--ssh-key ~/.ssh/bob.pub",
            "govern --actor user:alice user add service:pipeline --role recorder --role deployer",
        )
    )(add)
    user.command(
        epilog=examples("govern user roles user:bob --role approver --role validator,until=2027-01-01")
    )(roles)
    user.command("bind-key", epilog=examples("govern user bind-key user:bob ~/.ssh/bob.pub"))(bind_key)
    user.command(
        "revoke-key",
        epilog=examples("govern user revoke-key key:5f3a… --since 2026-03-01 --reason 'laptop lost'"),
    )(revoke_key)
    user.command("list", epilog=examples("govern user list"))(list_users)
    app.add_typer(user, name="user")

    token = typer.Typer(help="API tokens.", no_args_is_help=True)
    token.command(
        epilog=examples(
            "govern --actor user:alice token issue service:pipeline --scope write --scope gate --days 30"
        )
    )(issue)
    token.command(epilog=examples("govern token revoke token:0199… --reason 'no longer used'"))(revoke)
    token.command("list", epilog=examples("govern token list"))(list_tokens)
    app.add_typer(token, name="token")


def _roles(values: Sequence[str] | None) -> list[dict[str, Any]]:
    result = []
    for value in values or ():
        role, *limits = value.split(",")
        item: dict[str, Any] = {"role": role}
        for limit in limits:
            name, _, rest = limit.partition("=")
            item[name] = instant(rest) if name == "until" else rest
        result.append(item)
    return result


def add(
    context: typer.Context,
    actor: Annotated[str, typer.Argument(help="user:ID or service:ID; an opaque id, never a name.")],
    role: RolesOption = None,
    name: Annotated[str | None, typer.Option(help="The person's name (erasable).")] = None,
    ssh_key: Annotated[Path | None, typer.Option(help="SSH public key file to bind.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Register a person or service with its roles."""
    check_actor(actor)
    line = _public_key(ssh_key) if ssh_key else None
    with workspace_of(context) as workspace:
        if line is not None:
            _require_unbound(workspace, line)
        done = workspace.register_user(actor, _roles(role), name=name)
        key = workspace.bind_key(actor, line) if line else None
    if as_json:
        print_json({"user": done, "key": key})
        return
    print_text(
        f"{done.actor} registered (#{done.seq}): {_words(done.roles) or 'no role yet'}."
        + (f" {short(key)} speaks for them." if key else "")
    )


def _public_key(path: Path) -> str:
    """Return the line of a public key file, before anything is entered.

    Raises:
        InvalidInput: it is none, or it is a private key.
    """
    from governance.identity.sshsig import key_subject

    text = read_text(path.expanduser()).strip()
    if "PRIVATE KEY" in text:
        raise InvalidInput(f"{path} is a private key.", remedy=f"Give the public one: {path}.pub.")
    try:
        key_subject(text)
    except InvalidInput as error:
        raise InvalidInput(f"{path}: {error.message}", remedy=error.remedy) from None
    return text


def _require_unbound(workspace: Workspace, line: str) -> None:
    from governance.identity.sshsig import key_subject

    key = key_subject(line)
    for user in workspace.users():
        if key in user.keys:
            raise Conflict(f"{short(key)} speaks for {user.actor} already.", remedy="Give another key.")


def roles(
    context: typer.Context,
    actor: Annotated[str, typer.Argument(help="user:ID or service:ID.")],
    role: RolesOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Set the roles from now on; those not named end."""
    with workspace_of(context) as workspace:
        done = workspace.set_roles(actor, _roles(role))
    if as_json:
        print_json(done)
        return
    print_text(f"{done.actor}: {_words(done.roles) or 'no role'}.")


def _words(given: Sequence[dict[str, Any]]) -> str:
    words = []
    for item in given:
        limits = ", ".join(f"{name} {value}" for name, value in item.items() if name != "role" and value)
        words.append(str(item["role"]) + (f" ({limits})" if limits else ""))
    return ", ".join(words)


def bind_key(
    context: typer.Context,
    actor: Annotated[str, typer.Argument(help="user:ID.")],
    public_key: Annotated[Path, typer.Argument(help="SSH public key file.")],
    as_json: JsonFlag = False,
) -> None:
    """Bind an SSH public key to a person: from now on its signatures are theirs."""
    check_actor(actor)
    line = _public_key(public_key)
    with workspace_of(context) as workspace:
        key = workspace.bind_key(actor, line)
    if as_json:
        print_json({"actor": actor, "key": key})
        return
    print_text(f"{key} speaks for {actor}.")


def revoke_key(
    context: typer.Context,
    key: Annotated[str, typer.Argument(help="key:SHA256.")],
    reason: Annotated[str, typer.Option(help="Why.")],
    since: Annotated[str | None, typer.Option(help="From when it no longer speaks (default: now).")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Revoke a key: signatures from then on no longer count."""
    with workspace_of(context) as workspace:
        done = workspace.revoke_key(
            with_kind("key", key), since=instant(since) if since else now(), reason=reason
        )
    if as_json:
        print_json(done)
        return
    print_text(f"{done.subject} revoked (#{done.seq}).")


def list_users(context: typer.Context, as_json: JsonFlag = False) -> None:
    """List people and services with roles and keys."""
    with workspace_of(context) as workspace:
        users = workspace.users()
    if as_json:
        print_json(users)
        return
    print_table(
        ["actor", "name", "roles", "keys"],
        ([u.actor, u.name or "", _words(u.roles), "\n".join(short(k) for k in u.keys)] for u in users),
        empty="Nobody is registered.",
    )


def issue(
    context: typer.Context,
    actor: Annotated[str, typer.Argument(help="For whom: user:ID or service:ID.")],
    scope: Annotated[
        list[str],
        typer.Option(help="read, append, evidence, gate, approve, deploy or administer; repeatable."),
    ],
    days: Annotated[int, typer.Option(min=1, max=366, help="For how long.")] = 90,
    as_json: JsonFlag = False,
) -> None:
    """Issue an API token; its secret is shown once and stored nowhere."""
    with workspace_of(context) as workspace:
        done = workspace.issue_token(actor, scope, days=days)
    if as_json:
        print_json(done)
        return
    print_facts(
        [
            ("token", done.token),
            ("for", done.actor),
            ("scopes", ", ".join(done.scopes)),
            ("expires", moment(done.expires)),
            ("secret", done.secret or ""),
        ]
    )
    print_text("Store the secret now; it can't be shown again.")


def revoke(
    context: typer.Context,
    token: Annotated[str, typer.Argument(help="token:UUID.")],
    reason: Annotated[str, typer.Option(help="Why.")],
    as_json: JsonFlag = False,
) -> None:
    """Revoke an API token."""
    with workspace_of(context) as workspace:
        done = workspace.revoke_token(with_kind("token", token), reason=reason)
    if as_json:
        print_json(done)
        return
    print_text(f"{done.subject} revoked (#{done.seq}).")


def list_tokens(context: typer.Context, as_json: JsonFlag = False) -> None:
    """List API tokens and their states."""
    with workspace_of(context) as workspace:
        tokens = workspace.tokens()
    if as_json:
        print_json(tokens)
        return
    print_table(
        ["token", "actor", "scopes", "expires", "state"],
        ([t.token, t.actor, ", ".join(t.scopes), t.expires[:10], t.state] for t in tokens),
        empty="No token was issued.",
    )
