"""Approvals signed here, and approvals signed elsewhere with stock tools."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from tests.cli.driving import Shell
from tests.cli.story import CORA, MO, TESS

STAGING = ("approve", "scorer@1", "--target", "staging")


def test_an_approval_is_signed_and_entered(shell: Shell) -> None:
    done = shell(*STAGING, "--meaning", "I reviewed it", "--key", "mo", actor=MO)
    assert done.code == 0
    assert "model:scorer@1 for staging" in done.out
    assert "signed by    user:mo with key:" in done.out


def test_a_statement_is_signed_elsewhere_by_stock_ssh(shell: Shell) -> None:
    if shutil.which("ssh-keygen") is None:
        pytest.skip("needs ssh-keygen: it signs the statement")
    written = shell(*STAGING, "--meaning", "I reviewed it", "--statement", "s.json", actor=CORA)
    assert written.code == 0
    command = written.out.split("Sign it: ", 1)[1].splitlines()[0].replace("KEY", "cora")
    subprocess.run(command.split(), cwd=shell.folder, check=True, capture_output=True)
    signed = ("--statement", "s.json", "--signature", "s.json.sig")
    assert "not model:scorer@1 for production" in shell.refuses(
        "approve", "scorer@1", "--target", "production", *signed, actor=CORA
    )
    assert shell(*STAGING, *signed, actor=CORA).code == 0


def test_a_signature_that_is_missing_or_none_is_refused(shell: Shell) -> None:
    shell(*STAGING, "--meaning", "x", "--statement", "s.json", actor=MO)
    for signature, said in (("nosuch", "There is no file"), ("mo", "no SSH signature"), ("test.csv", "")):
        assert said in shell.refuses(
            *STAGING,
            "--statement",
            "s.json",
            "--signature",
            signature,
            actor=MO,
            code=2 if signature == "nosuch" else 1,
        )
    assert "is not JSON" in shell.refuses(*STAGING, "--statement", "test.csv", "--signature", "mo", actor=MO)


def test_the_trainer_may_not_approve_the_own_model(shell: Shell) -> None:
    assert "approver" in shell.refuses(*STAGING, "--meaning", "x", "--key", "mo", actor=TESS)


def test_a_waiver_names_the_rules_there_are(shell: Shell) -> None:
    words = ("waive", "scorer@1", "--target", "production", "--reason", "r", "--compensating-control", "c")
    assert "Rules are: two-people" in shell.refuses(*words, "--rule", "nosuch", "--key", "mo", actor=MO)
