"""`govern approve --revoke`: an approval taken back, with a key here or signed elsewhere."""

from __future__ import annotations

import json

from governance.ledger.entry import new_id
from tests.cli.driving import Shell
from tests.cli.story import CORA, MO, MODEL

REASON = ("--reason", "the data were wrong")


def approval_of(shell: Shell, actor: str) -> str:
    lines = shell("log", "--kind", "approval.given", "--json").out.splitlines()
    entries = [json.loads(line) for line in lines]
    return next(str(one["subject"]) for one in entries if one["actor"] == actor)


def test_who_approved_takes_it_back_and_the_gate_denies(shell: Shell) -> None:
    given = approval_of(shell, MO)
    said = shell("approve", "--revoke", given, *REASON, "--key", "mo", actor=MO)
    assert said.code == 0, said
    assert "the data were wrong" in said.out
    assert shell("gate", MODEL, "--target", "production", actor=MO).code == 1


def test_a_revocation_is_signed_elsewhere_like_an_approval(shell: Shell) -> None:
    given = approval_of(shell, MO).partition(":")[2]
    written = shell("approve", "--revoke", given, *REASON, "--statement", "s.json", actor=MO)
    assert (written.code, (shell.folder / "s.json").exists()) == (0, True)
    assert "approval@acme.example" in written.out + written.err


def test_nobody_else_takes_it_back_and_nothing_without_a_reason(shell: Shell) -> None:
    given = approval_of(shell, MO)
    assert MO in shell.refuses("approve", "--revoke", given, *REASON, "--key", "cora", actor=CORA)
    assert "reason" in shell.refuses("approve", "--revoke", given, "--key", "mo", actor=MO)
    absent = f"approval:{new_id()}"
    assert absent in shell.refuses("approve", "--revoke", absent, *REASON, "--key", "mo", actor=MO)
    assert "--target" in shell.refuses("approve", MODEL, "--meaning", "x", "--key", "mo", actor=MO)
