"""What a person types wrong is answered by a sentence and a remedy, exit code 2, and nothing is written."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest

from governance.workspace import open_workspace
from tests.cli.driving import Shell
from tests.cli.story import ADA, EVE, MO, TESS, Told

UUID = "01a209e6-c60e-7cc1-a1b4-86d2189ab8aa"
GATE = ("gate", "scorer@1", "--target", "production")
APPROVE = ("approve", "scorer@1", "--target", "production", "--meaning", "x")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["show", "model:scoer@1"], "Did you mean model:scorer@1?"),
        (["show", "999"], "There is no entry 999"),
        (["show", "²"], "names no entry"),
        (["show", ""], "names no entry"),
        (["show", "model:"], "is not a model subject"),
        (["show", UUID], "There is no entry"),
        (["lineage", "model:scorer"], "An example: model:credit-scorer@3"),
        (["lineage", "dataset:laons@1"], "Did you mean dataset:loans@1?"),
        (["trace", "x#y"], "An example: prediction:"),
        (["trace", f"prediction:{UUID}#1"], "There is no batch:"),
        (["as-of", "yesterday"], "'yesterday' is no date or time"),
        (["log", "--since", "2026-13-01"], "is no date or time"),
        (["replay", "nosuch"], "is not a decision subject"),
        (["gate", "scorer@1", "--target", "production"], "Nobody acts"),
        (["prove", "999"], "There is no entry 999"),
        (["prove", "1", "-o", "nofolder/x"], "There is no folder nofolder"),
        (["prove", "1", "-o", "."], "is a folder"),
        (["export", "test.csv"], "test.csv is a file, not a folder"),
        (["verify", "--key", "rubbish"], "no verifier key and no file"),
        (["verify", "--key", "test.csv"], "holds no verifier key"),
        (["verify", "--key", "a.example/b+00000000+AAAA"], "That is no verifier key"),
        (["verify", "--checkpoint", "test.csv"], "That is no checkpoint"),
        (["verify", "--checkpoint", "nosuch"], "There is no file nosuch"),
        (["verify", "--folder", "nosuch"], "There is no folder nosuch"),
        (["check", "nosuch"], "There is no file nosuch"),
        (["check", "test.csv"], "no proof of an entry, no proof of a row and no receipt"),
        (["check", "receipt.json"], "Add --artifact"),
        (["check", "receipt.json", "--artifact", "model.skops", "--target", "production"], "Add --key"),
        (["check", "receipt.json", "--key", "rubbish"], "no verifier key and no file"),
        (["--actor", "bob", "log"], "Write user:bob"),
        (["--actor", "user:ghost", "log"], "govern user add user:ghost"),
    ],
    ids=lambda value: " ".join(value)[:60] if isinstance(value, list) else "",
)
def test_a_reader_is_told_what_was_wrong(reader: Shell, words: list[str], said: str) -> None:
    assert said in reader.refuses(*words)


@pytest.mark.parametrize(
    ("actor", "words", "said"),
    [
        (None, GATE, "Say who you are"),
        (TESS, ("gate", "scorer@7", "--target", "production"), "Did you mean model:scorer@1?"),
        (TESS, ("gate", "sc orer@1", "--target", "production"), "is not a model subject"),
        (TESS, (*GATE, "--receipt", "nofolder/r.json"), "There is no folder nofolder"),
        (TESS, ("deploy", "scorer@1", "--target", "staging"), "govern gate model:scorer@1 --target staging"),
        (TESS, ("rollback", "scorer", "--target", "production", "--reason", "x"), "nothing before"),
        (TESS, (*APPROVE, "--key", "mo"), "govern user roles user:tess --role approver"),
        (MO, (*APPROVE, "--key", "nosuch"), "nosuch can't be read"),
        (MO, (*APPROVE, "--key", "test.csv"), "no private key"),
        (MO, (*APPROVE, "--key", "cora"), "user:cora"),
        (MO, APPROVE, "Add --key FILE, or --statement FILE"),
        (MO, APPROVE[:-2], "Add --meaning"),
        (MO, ("approve", "scorer@1", "--target", "production", "--signature", "x"), "--statement"),
        (TESS, ("system", "register", "x"), "needs its purpose, owner, risk"),
        (TESS, ("system", "register", "x", "--from", "test.csv"), "holds no object"),
        (
            TESS,
            ("system", "register", "x", "--purpose", "p", "--owner", MO, "--risk", "huge"),
            "'minimal', 'limited', 'high' or 'unacceptable'",
        ),
        (TESS, ("system", "register", "b ad", "--purpose", "p", "--owner", MO, "--risk", "high"), "b ad"),
        (
            TESS,
            ("run", "record", "--data", "nosuch@1", "--code", "test.csv", "--output", "model.skops"),
            "There is no dataset:nosuch@1",
        ),
        (
            TESS,
            ("run", "record", "--data", "loans@1", "--code", "nosuch", "--output", "model.skops"),
            "There is no file nosuch",
        ),
        (
            TESS,
            (
                "run",
                "record",
                "--data",
                "loans@1",
                "--code",
                "test.csv",
                "--output",
                "model.skops",
                "--param",
                "x",
            ),
            "is not NAME=VALUE",
        ),
        (
            TESS,
            (
                "run",
                "record",
                "--data",
                "loans@1",
                "--code",
                "test.csv",
                "--output",
                "model.skops",
                "--metric",
                "a=b",
            ),
            "not a finite number",
        ),
        (
            TESS,
            (
                "model",
                "register",
                "scorer@2",
                "--artifact",
                "model.skops",
                "--run",
                UUID,
                "--system",
                "credit",
            ),
            "which is not in this ledger",
        ),
        (
            TESS,
            ("model", "register", "scorer@1", "--artifact", "test.csv", "--run", UUID, "--system", "credit"),
            "Register a new version",
        ),
        (TESS, ("batch", "seal", "test.csv", "--deployment", "scorer/production@9"), "scorer/production@1"),
        (TESS, ("batch", "prove", UUID, "1", "--rows", "test.csv", "-o", "nofolder/x"), "There is no folder"),
        (EVE, ("alert", "close", "nosuch", "--reason", "x"), "is not an alert subject"),
        (TESS, ("token", "issue", TESS, "--scope", "read"), "takes the role administrator"),
        (ADA, ("token", "issue", TESS, "--scope", "bogus"), "Scopes: read"),
        (ADA, ("token", "issue", "user:nobody", "--scope", "read"), "is not registered"),
        (ADA, ("user", "add", "bob"), "Write user:bob"),
        (ADA, ("user", "add", "user:bob", "--role", "king"), "There is no role 'king'"),
        (ADA, ("user", "add", "user:bob", "--role", "recorder,until=never"), "is no date or time"),
        (ADA, ("user", "add", "user:bob", "--role", "recorder,foo=bar"), "Limits are"),
        (ADA, ("user", "add", TESS, "--role", "recorder"), "registered already"),
        (ADA, ("user", "add", "user:bob", "--ssh-key", "test.csv"), "no SSH public key"),
        (ADA, ("user", "add", "user:bob", "--ssh-key", "mo"), "is a private key"),
        (ADA, ("user", "add", "user:bob", "--ssh-key", "mo.pub"), "speaks for user:mo already"),
        (ADA, ("user", "bind-key", "user:tess", "nosuch"), "There is no file"),
        (ADA, ("user", "revoke-key", "foo", "--reason", "x"), "is not a key subject"),
        (ADA, ("token", "revoke", "foo", "--reason", "x"), "is not a token subject"),
        (ADA, ("init",), "something at"),
        (ADA, ("policy", "add", "nosuch"), "credit-high-risk"),
    ],
    ids=lambda value: " ".join(map(str, value))[:60] if isinstance(value, tuple) else "",
)
def test_a_writer_is_refused_and_nothing_is_entered(
    shell: Shell, told: Told, actor: str | None, words: tuple[str, ...], said: str
) -> None:
    assert said in shell.refuses(*words, actor=actor)
    with open_workspace(shell.ledger) as workspace:
        assert workspace.checkpoint().size == told.size


def test_a_place_without_a_ledger_is_named(reader: Shell, tmp_path: Path) -> None:
    (tmp_path / "text.db").write_text("hello")
    (tmp_path / "empty.db").touch()
    sqlite3.connect(tmp_path / "foreign.db").execute("create table t (a)").connection.close()
    for name, said in {
        "nosuch.db": "There is no ledger at",
        "nofolder/x.db": "There is no ledger at",
        "text.db": "is no SQLite database",
        "empty.db": "empty.db",
        "foreign.db": "is a database, but no ledger",
        ".": "a folder",
    }.items():
        before = {path: path.read_bytes() for path in tmp_path.glob("*.db")}
        reader.ledger = str(tmp_path / name)
        assert said in reader.refuses("log")
        assert {path: path.read_bytes() for path in tmp_path.glob("*.db")} == before
    for address, said in {
        "ftp://x/y": "not kept in",
        "http://127.0.0.1:1": "no answer",
    }.items():
        reader.ledger = address
        assert said in reader.refuses("log")


def test_a_ledger_of_a_newer_version_asks_for_that_version(shell: Shell) -> None:
    base = sqlite3.connect(shell.ledger)
    base.execute("update alembic_version set version_num = '9999'")
    base.commit()
    base.close()
    assert "newer version" in shell.refuses("log")


def test_a_ledger_that_another_program_locks_says_so(shell: Shell) -> None:
    other = sqlite3.connect(shell.ledger, isolation_level=None)
    other.execute("begin exclusive")
    line = b'{"kind":"x.a","subject":"system:credit","body":{}}\n'
    assert "in use by another program" in shell.refuses("append", stdin=line, actor=TESS)
    other.close()


def test_a_failed_start_leaves_no_file(reader: Shell, tmp_path: Path) -> None:
    for ledger, words in (
        (tmp_path / "nofolder/x.db", ["init", "--actor", "user:a"]),
        (tmp_path / "x.db", ["init", "--actor", "bob"]),
        (tmp_path / "x.db", ["init"]),
        (tmp_path / "x.db", ["init", "--actor", "user:a", "--origin", "not an origin"]),
        (tmp_path / "x.db", ["init", "--actor", "user:a", "--ssh-key", str(tmp_path / "nosuch")]),
    ):
        reader.ledger = str(ledger)
        reader.refuses(*words)
        assert list(tmp_path.iterdir()) == []


def test_wrong_words_show_the_usage(reader: Shell) -> None:
    assert "No such command 'nosuch'" in reader.misused("nosuch")
    assert "Did you mean 'gate'" in reader.misused("gat")
    assert "Missing argument" in reader.misused("gate")
    assert "--target" in reader.misused("gate", "scorer@1")
    assert "'sarif'" in reader.misused("gate", "scorer@1", "--target", "x", "--format", "xml")
    assert "--days" in reader.misused(*APPROVE, "--days", "0")
    assert "--limit" in reader.misused("log", "--limit", "0")
    assert "--nosuch" in reader.misused("--nosuch")
    assert "unexpected extra argument" in reader.misused("tui", "nosuch")


def test_govern_alone_and_a_group_alone_print_their_help(reader: Shell) -> None:
    reader.ledger = ""
    for words in ((), ("policy",), ("batch",)):
        done = reader(*words)
        assert done.code == 2
        assert "Usage: govern" in done.out + done.err
        assert "Commands" in done.out + done.err


def test_the_version_is_one_line(reader: Shell) -> None:
    done = reader("--version")
    assert (done.code, done.out.count("\n")) == (0, 1)
    assert done.out.startswith("ml-governance ")


def test_names_in_any_script_are_printed_and_nothing_in_them_steers_the_terminal(shell: Shell) -> None:
    purpose = "Größe 名 🦆 \x1b[31mred \u202eevil"
    done = shell(
        "system", "register", "odd", "--purpose", purpose, "--owner", MO, "--risk", "high", actor=TESS
    )
    assert done.code == 0
    shown = shell("show", "system:odd").out
    assert "Größe 名 🦆 " in shown
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert shell("show", "system:odd", "--json").json["current"]["purpose"] == purpose


def test_a_ledger_without_its_secrets_can_be_read_but_not_written(shell: Shell) -> None:
    shutil.rmtree(f"{shell.ledger}.keys")
    assert shell("log").code == 0
    said = shell.refuses("gate", "scorer@1", "--target", "production", actor=TESS)
    assert "can only be read" in said
