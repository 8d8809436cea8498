"""`govern append`: acknowledged line by line; it stops at the first bad line, names it, and keeps what came before."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from governance.cli.append import parse_line
from governance.errors import InvalidInput
from governance.workspace import open_workspace
from tests.cli.driving import Shell
from tests.cli.story import EVE, TESS, Told, a_line

ID = "0198c1de-7c3a-7d2e-9f10-3a5b6c7d8e9f"
DEEP = b'{"kind":"x.a","subject":"system:credit","body":{"a":' + b"[" * 200 + b"]" * 200 + b"}}\n"


def test_each_line_is_acknowledged_with_one_line(shell: Shell, told: Told) -> None:
    done = shell("append", stdin=a_line() + b"\n" + a_line(kind="x.other", body={}), actor=TESS)
    answers = [json.loads(line) for line in done.out.splitlines()]
    assert [answer["seq"] for answer in answers] == [told.size, told.size + 1]
    assert all(set(answer) == {"seq", "id", "entry"} for answer in answers)
    shown = shell("show", answers[0]["entry"], "--json").json
    assert (shown["body"], shown["kind"], shown["id"]) == ({"a": 1}, "x.note", answers[0]["id"])


def test_it_stops_at_the_first_bad_line_and_keeps_what_was_acknowledged(shell: Shell, told: Told) -> None:
    done = shell("append", stdin=a_line() + b"\nrubbish\n" + a_line(), actor=TESS)
    assert done.code == 2
    assert len(done.out.splitlines()) == 1
    assert "Line 3: It is not JSON" in done.err
    with open_workspace(shell.ledger) as workspace:
        assert workspace.checkpoint().size == told.size + 1
    assert shell("verify").code == 0


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b"[]\n", "not a JSON object"),
        (b"\xff\xfe\n", "not UTF-8"),
        (bytes(range(11, 256)), "not UTF-8"),
        (b'{"kind":"x.a","kind":"x.b"}\n', "'kind' stands twice"),
        (b'{"kind":"x.a","subject":"system:credit","body":{"a":1,"a":2}}\n', "'a' stands twice"),
        (a_line(extra=1), "Unknown member 'extra'"),
        (b'{"kind":"x.a","subject":"system:credit"}\n', "'body' is missing"),
        (a_line(body=[]), "'body' is not an object"),
        (a_line(kind=1), "'kind' is not a text"),
        (a_line(id=7), "'id' is not a text"),
        (a_line(id="zz"), "is not a UUID"),
        (b'{"kind":"x.a","subject":"system:credit","body":{"a":NaN}}\n', "not a finite number"),
        (b'{"kind":"x.a","subject":"system:credit","body":{"a":1e999}}\n', "not a finite number"),
        (a_line(body={"a": 2**60}), "round trip"),
        (b'{"kind":"x.a","subject":"system:credit","body":{"a":' + b"9" * 5000 + b"}}\n", "too many digits"),
        (b'{"kind":"x.a","subject":"system:credit","body":{"a":"\\ud800"}}\n', "surrogate"),
        (a_line(body={"a": "z" * 1_100_000}), "1,048,576"),
        (b"z" * (9 * 2**20), "longer than"),
        (DEEP, "deep"),
        (b"[" * 100_000, "deep"),
        (a_line(kind="note"), "begin with 'x.'"),
        (a_line(kind="evidense.recorded"), "Did you mean evidence.recorded"),
        (a_line(kind="gate.decided"), "nobody forges"),
        (a_line(kind="approval.given"), "nobody forges"),
        (a_line(kind="deployment.made"), "nobody forges"),
        (a_line(kind="user.registered", subject="user:zed"), "nobody forges"),
        (a_line(kind="token.issued"), "nobody forges"),
        (a_line(kind="policy.registered"), "nobody forges"),
        (a_line(kind="ledger.created"), "nobody forges"),
        (a_line(kind="body.erased"), "nobody forges"),
        (a_line(kind="model.registered", subject="model:a@1"), "'artifact' is missing"),
        (a_line(kind="model.registered"), "is about a model"),
        (a_line(subject=""), "subject"),
    ],
    ids=lambda value: value.decode("ascii", "replace")[:40] if isinstance(value, bytes) else "",
)
def test_a_bad_line_is_named_with_its_remedy(shell: Shell, line: bytes, said: str) -> None:
    error = shell.refuses("append", stdin=line, actor=TESS)
    assert "error: Line 1: " in error
    assert said in error
    assert len(error) < 1500


def test_a_repeated_id_with_the_same_content_is_answered_again(shell: Shell) -> None:
    first = shell("append", stdin=a_line(id=ID), actor=TESS)
    again = shell("append", stdin=a_line(id=ID) * 2, actor=TESS)
    assert again.out == first.out * 2
    assert "other content" in shell.refuses("append", stdin=a_line(id=ID, body={"b": 2}), actor=TESS)


def test_without_lines_there_is_nothing_to_do(shell: Shell) -> None:
    assert shell("append", stdin=b"", actor=TESS).code == 0
    assert shell("append", stdin=b"\n  \n", actor=TESS).out == ""


def test_who_may_not_record_is_told_which_role_it_takes(shell: Shell) -> None:
    assert "administrator or recorder" in shell.refuses("append", stdin=a_line(), actor=EVE)
    assert "Nobody acts" in shell.refuses("append", stdin=a_line())


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass"))
)
def test_any_rubbish_is_refused_by_a_sentence(line: bytes) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_line(line)
    assert refused.value.message.endswith(".")
    assert refused.value.remedy


@settings(max_examples=200, deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**50), 2**50) | st.text(max_size=8),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    )
)
def test_any_body_is_taken_as_it_was_written(body: object) -> None:
    given_line = json.dumps({"kind": "x.a", "subject": "system:a", "body": {"value": body}}).encode()
    assert parse_line(given_line).body == {"value": body}


def test_a_full_disk_ends_the_pipe_with_a_sentence_and_the_ledger_stays_whole(
    shell: Shell, tmp_path: Path
) -> None:
    """The limit on file sizes stands for the full disk: the same refusal by the operating system."""
    from tests.cli.processes import limited

    lines = a_line(body={"a": "z" * 60_000}) * 40
    done = limited(["append"], ledger=shell.ledger, actor=TESS, stdin=lines, largest_file=900_000)
    assert done.returncode == 2
    assert b"no room left" in done.stderr, done.stderr
    assert b"Traceback" not in done.stderr
    acknowledged = done.stdout.splitlines()
    assert 0 < len(acknowledged) < 40
    report = shell("verify", "--json")
    assert report.code == 0
    assert report.json["size"] > json.loads(acknowledged[-1])["seq"]
