"""`govern approve | waive`: statements that people sign with the SSH keys they already have, and taking them back."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from governance.cli.context import JsonFlag, workspace_of
from governance.cli.examples import examples
from governance.cli.output import print_facts, print_json, print_text, short
from governance.cli.values import moment, read_text, with_kind, write_atomically
from governance.errors import InvalidInput

if TYPE_CHECKING:
    from governance.workspace import Workspace
    from governance.workspace.views import ApprovalView

KeyOption = Annotated[
    Path | None, typer.Option("--key", help="SSH private key; for an agent or FIDO key its .pub file.")
]
StatementOption = Annotated[
    Path | None, typer.Option(help="Without --key: write the statement here to be signed elsewhere.")
]
SignatureOption = Annotated[
    Path | None, typer.Option(help="Signature that `ssh-keygen -Y sign` made of --statement.")
]


def add_to(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.command(
        epilog=examples(
            "govern --actor user:bob approve scorer@3 --target production --key ~/.ssh/id_ed25519 "
            "--meaning 'I reviewed the fairness evaluation'",
            "govern approve scorer@3 --target production --meaning 'I reviewed it' --statement s.json",
            "ssh-keygen -Y sign -f ~/.ssh/id_ed25519 -n approval@acme.example s.json",
            "govern --actor user:bob approve scorer@3 --target production --statement s.json --signature s.json.sig",
            "govern --actor user:bob approve --revoke approval:UUID --reason 'the data were wrong' --key ~/.ssh/id_ed25519",
        )
    )(approve)
    app.command(
        epilog=examples(
            "govern --actor user:carol waive scorer@3 --target production --rule four-fifths-joint --days 14 "
            "--reason 'too few rows' --compensating-control 'manual review of each refusal' --key ~/.ssh/id_ed25519",
        )
    )(waive)


def approve(
    context: typer.Context,
    model: Annotated[str | None, typer.Argument(help="The model: NAME@VERSION.")] = None,
    target: Annotated[str | None, typer.Option(help="For which target.")] = None,
    meaning: Annotated[str | None, typer.Option(help="What your approval means, in your words.")] = None,
    days: Annotated[int, typer.Option(min=1, max=366, help="For how long.")] = 30,
    key: KeyOption = None,
    statement: StatementOption = None,
    signature: SignatureOption = None,
    revoke: Annotated[
        str | None, typer.Option(help="Take this approval or waiver back instead: approval:UUID.")
    ] = None,
    reason: Annotated[str | None, typer.Option(help="With --revoke: why.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Approve one model, by its artifact's digest, for one target, with your SSH key; or take an approval back."""
    if revoke is None and (model is None or target is None):
        raise InvalidInput(
            "An approval is of one model for one target.",
            remedy="Write: govern approve NAME@VERSION --target TARGET.",
        )
    with workspace_of(context) as workspace:
        if revoke is not None:
            taken_back = _revoke(workspace, revoke, reason, key, statement, signature)
            if taken_back is None:
                return
            done = taken_back
        elif signature is not None:
            text = _unsigned(statement, str(model), str(target))
            done = workspace.approve(text, read_text(signature))
        else:
            if meaning is None:
                raise InvalidInput("An approval says what it means.", remedy="Add --meaning 'I reviewed …'.")
            text = workspace.approval_statement(
                with_kind("model", str(model)), str(target), meaning=meaning, days=days
            )
            armored = _sign(text, key, statement, "approval")
            if armored is None:
                return
            done = workspace.approve(text, armored)
    _print(done, as_json=as_json)


def waive(
    context: typer.Context,
    model: Annotated[str, typer.Argument(help="The model: NAME@VERSION.")],
    target: Annotated[str, typer.Option(help="For which target.")],
    rule: Annotated[str, typer.Option(help="The rule's id.")],
    reason: Annotated[str, typer.Option(help="Why it may be waived.")],
    compensating_control: Annotated[str, typer.Option(help="What is done instead.")],
    days: Annotated[int, typer.Option(min=1, max=366, help="For how long.")] = 30,
    key: KeyOption = None,
    statement: StatementOption = None,
    signature: SignatureOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Waive one rule for one model and target for a time, in a role that the rule names."""
    with workspace_of(context) as workspace:
        if signature is not None:
            done = workspace.waive(_unsigned(statement, model, target), read_text(signature))
        else:
            text = workspace.waiver_statement(
                with_kind("model", model),
                target,
                rule=rule,
                reason=reason,
                compensating_control=compensating_control,
                days=days,
            )
            armored = _sign(text, key, statement, "waiver")
            if armored is None:
                return
            done = workspace.waive(text, armored)
    _print(done, as_json=as_json)


def _revoke(
    workspace: Workspace,
    revoke: str,
    reason: str | None,
    key: Path | None,
    statement: Path | None,
    signature: Path | None,
) -> ApprovalView | None:
    """Take an approval or waiver back; None where the statement was only written."""
    named = revoke if ":" in revoke else with_kind("approval", revoke)
    if signature is not None:
        given = _read_statement(statement)
        if given.get("revokes") != named:
            raise InvalidInput(
                f"{statement} takes back {given.get('revokes')}, not {named}.",
                remedy="Name what was signed, or sign another statement.",
            )
        return workspace.revoke_approval(given, read_text(signature))
    if reason is None:
        raise InvalidInput("What is taken back is taken back for a reason.", remedy="Add --reason TEXT.")
    text = workspace.revocation_statement(named, reason=reason)
    armored = _sign(text, key, statement, str(text["revokes"]).partition(":")[0])
    return workspace.revoke_approval(text, armored) if armored is not None else None


def _unsigned(statement: Path | None, model: str, target: str) -> dict[str, Any]:
    """Return the statement that was signed elsewhere, if it is about this model and target."""
    value = _read_statement(statement)
    subject = with_kind("model", model)
    if (value.get("subject"), value.get("target")) != (subject, target):
        raise InvalidInput(
            f"{statement} is about {value.get('subject')} for {value.get('target')}, not {subject} for {target}.",
            remedy="Name the model and target that were signed, or sign another statement.",
        )
    return value


def _read_statement(statement: Path | None) -> dict[str, Any]:
    if statement is None:
        raise InvalidInput("--signature needs --statement.", remedy="Name the file that was signed.")
    try:
        value = json.loads(read_text(statement))
    except ValueError as error:
        raise InvalidInput(
            f"{statement} is not JSON: {error}.", remedy="Sign the file as it was written."
        ) from None
    if not isinstance(value, dict):
        raise InvalidInput(f"{statement} is no statement.", remedy="Sign the file as it was written.")
    return value


def _sign(text: dict[str, Any], key: Path | None, statement: Path | None, word: str) -> str | None:
    """Sign with `key`, or write the statement and say how to sign it."""
    from governance.identity import sshsig
    from governance.ledger.canonical import encode

    namespace = f"{word}@{str(text['origin']).split('/', 1)[0]}"
    message = encode(text)
    if key is not None:
        try:
            return sshsig.sign(key.expanduser(), namespace, message)
        except sshsig.PassphraseNeeded:
            if not sys.stdin.isatty():
                raise
            passphrase = str(typer.prompt("Passphrase of the key", hide_input=True, err=True))
            return sshsig.sign(key.expanduser(), namespace, message, passphrase=passphrase)
    if statement is None:
        raise InvalidInput(
            "Nothing signs this.", remedy="Add --key FILE, or --statement FILE to have it signed elsewhere."
        )
    write_atomically(statement, message)
    print_text(f"Written to {statement}. Sign it: ssh-keygen -Y sign -f KEY -n {namespace} {statement}")
    print_text(f"Then repeat with --statement {statement} --signature {statement}.sig")
    return None


def _print(done: ApprovalView, *, as_json: bool) -> None:
    if as_json:
        print_json(done)
        return
    print_facts(
        [
            (done.kind, done.approval),
            ("about", f"{done.about} for {done.target}"),
            ("artifact", short(done.artifact)),
            ("signed by", f"{done.actor} with {short(done.key)}"),
            ("valid until", moment(done.expires))
            if done.state != "revoked"
            else ("taken back", done.why_not),
        ]
    )
