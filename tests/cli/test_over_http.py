"""The same commands on a ledger behind HTTP, and what they say when the service or the token is not as it should be."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from governance.workspace import Workspace, open_workspace
from tests.cli.driving import Shell
from tests.cli.story import ADA, TESS, Told, a_line
from tests.workspace.world import served


@pytest.fixture(scope="module")
def behind(told: Told, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Workspace, str]]:
    folder = tmp_path_factory.mktemp("served")
    shutil.copytree(told.folder, folder, dirs_exist_ok=True)
    with (
        open_workspace(str(folder / "governance.db"), actor=ADA) as ada,
        served(str(folder / "governance.db")) as address,
    ):
        yield ada, address


@pytest.fixture
def remote(reader: Shell, behind: tuple[Workspace, str]) -> Shell:
    reader.ledger = behind[1]
    return reader


def token(behind: tuple[Workspace, str], *scopes: str) -> str:
    return behind[0].issue_token(TESS, list(scopes)).secret or ""


def test_lines_are_appended_over_http_as_they_are_locally(
    remote: Shell, behind: tuple[Workspace, str]
) -> None:
    remote.options = ["--token", token(behind, "read", "append")]
    done = remote("append", stdin=a_line() * 2 + b"rubbish\n")
    assert done.code == 2
    assert "Line 3: It is not JSON" in done.err
    first, second = (json.loads(line) for line in done.out.splitlines())
    assert second["seq"] == first["seq"] + 1
    assert remote("show", first["entry"], "--json").json["actor"] == TESS
    assert "nobody forges" in remote.refuses("append", stdin=a_line(kind="gate.decided"))
    assert "round trip" in remote.refuses("append", stdin=a_line(body={"a": 2**60}))
    assert "1,048,576" in remote.refuses("append", stdin=a_line(body={"a": "z" * 1_100_000}))


def test_reading_and_verifying_work_as_locally(
    remote: Shell, behind: tuple[Workspace, str], told: Told
) -> None:
    remote.options = ["--token", token(behind, "read")]
    for words in (["log"], ["show", "model:scorer@1"], ["as-of"], ["lineage", "model:scorer@1"], ["verify"]):
        done = remote(*words)
        assert done.code == 0, done
        assert done.out
    assert "Did you mean model:scorer@1?" in remote.refuses("show", "model:scoer@1")
    assert "names no entry" in remote.refuses("show", "²")


def test_a_token_that_is_unknown_revoked_or_too_narrow_is_refused(
    remote: Shell, behind: tuple[Workspace, str]
) -> None:
    remote.options = ["--token", "nonsense"]
    remote.refuses("log")
    issued = behind[0].issue_token(TESS, ["read"])
    remote.options = ["--token", issued.secret or ""]
    assert "scope" in remote.refuses("append", stdin=a_line())
    behind[0].revoke_token(issued.token, reason="lost")
    remote.refuses("log")


def test_without_a_token_the_way_to_give_one_is_said(remote: Shell) -> None:
    assert "--token or GOVERN_TOKEN" in remote.refuses("log")


def test_nobody_acts_under_another_name_than_the_tokens(remote: Shell, behind: tuple[Workspace, str]) -> None:
    remote.options = ["--token", token(behind, "read", "append")]
    said = remote.refuses("append", stdin=a_line(), actor=ADA)
    assert "the token's actor acts (user:tess), not user:ada" in said
    assert remote("append", stdin=a_line(), actor=TESS).code == 0


def test_a_token_no_header_can_carry_is_refused(remote: Shell) -> None:
    for secret in ("schlüssel", "a b", "line\nfeed"):
        remote.options = ["--token", secret]
        remote.refuses("log")


def test_an_address_where_nothing_or_something_else_answers_is_named(remote: Shell) -> None:
    for address in (
        "http://127.0.0.1:1",
        f"{remote.ledger}/nowhere",
        "http://",
        "http://[::1",
        "http://a b/",
    ):
        remote.ledger = address
        remote.refuses("log")


def test_a_service_that_hangs_up_in_the_middle_is_no_answer(reader: Shell, tmp_path: Path) -> None:
    import socket
    import threading

    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]

        def hang_up() -> None:
            for _ in range(3):
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                connection.recv(100)
                connection.close()

        thread = threading.Thread(target=hang_up, daemon=True)
        thread.start()
        reader.ledger = f"http://127.0.0.1:{port}"
        began = time.monotonic()
        assert "no answer" in reader.refuses("log")
        assert time.monotonic() - began < 20
