"""Verdicts as continuous integration reads them: sound SARIF, XML that parses, commands that nobody can smuggle in."""

from __future__ import annotations

import json
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.gate.verdict import Result, RuleResult, Verdict
from governance.integrations import ci
from governance.workspace.views import DecisionView

HOSTILE = "a\x00b\x1b[31m <&>\"' ]]> \ud800 \ufffe 100 % done\r\n::error::forged, title=x: \u202e名 🦆"
UUID = "0198c1de-7c3a-7d2e-9f10-3a5b6c7d8e9f"


def rule(result: Result, *, text: str = "It is so.", name: str = "some-rule") -> RuleResult:
    return RuleResult(
        pack="house",
        rule=name,
        check="performance.minimum",
        result=result,
        finding=result,
        severity="deny",
        message=text,
        would_change=text,
    )


def decision(*results: RuleResult, text: str = "It may not go.") -> DecisionView:
    return DecisionView(
        decision=f"decision:{UUID}",
        seq=7,
        entry="0" * 64,
        time="2026-01-31T14:00:00.000000Z",
        about="model:scorer@1",
        artifact="sha256:" + "0" * 64,
        target="production",
        verdict=Verdict.DENY,
        sentence=text,
        results=list(results),
        policies=[],
        checks=[],
        checkpoint={},
        expires="2026-02-28T14:00:00.000000Z",
    )


ALL = decision(*(rule(result, name=f"rule-{result.value}") for result in Result))


def test_sarif_keeps_the_rules_of_the_standard() -> None:
    log = ci.sarif(ALL)
    assert json.loads(json.dumps(log)) == log
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    known = [one["id"] for one in run["tool"]["driver"]["rules"]]
    assert len(known) == len(set(known))
    assert len(run["results"]) == len(Result)
    for result in run["results"]:
        assert result["ruleId"] in known
        assert known[result["ruleIndex"]] == result["ruleId"]
        assert result["kind"] in {"pass", "open", "informational", "notApplicable", "review", "fail"}
        assert result["level"] in {"none", "note", "warning", "error"}
        # OASIS SARIF 2.1.0, 3.27.10: level is "none" exactly where kind is not "fail".
        assert (result["level"] == "none") == (result["kind"] != "fail")
        assert result["message"]["text"]
        assert result["locations"][0]["logicalLocations"][0]["fullyQualifiedName"] == "model:scorer@1"


@pytest.mark.parametrize(
    ("result", "kind", "level"),
    [
        (Result.PASS, "pass", "none"),
        (Result.FAIL, "fail", "error"),
        (Result.ERROR, "fail", "error"),
        (Result.WARN, "fail", "warning"),
        (Result.WAIVED, "fail", "note"),
        (Result.UNCLEAR, "open", "none"),
        (Result.MISSING, "open", "none"),
    ],
)
def test_each_result_has_its_kind_and_level(result: Result, kind: str, level: str) -> None:
    (found,) = ci.sarif(decision(rule(result)))["runs"][0]["results"]
    assert (found["kind"], found["level"]) == (kind, level)


def test_a_waived_rule_is_suppressed_in_sarif() -> None:
    (found,) = ci.sarif(decision(rule(Result.WAIVED)))["runs"][0]["results"]
    assert found["suppressions"] == [{"kind": "external", "status": "accepted", "justification": "It is so."}]


def test_junit_counts_what_stops_the_promotion() -> None:
    suite = ET.fromstring(ci.junit(ALL))
    stopping = {"fail", "unclear", "missing", "error"} & {result.value for result in Result}
    assert suite.get("tests") == str(len(Result))
    assert suite.get("failures") == str(len(stopping))
    assert len(suite.findall("testcase/failure")) == len(stopping)
    assert {case.get("name") for case in suite} == {f"rule-{result.value}" for result in Result}
    assert suite.get("timestamp") == "2026-01-31T14:00:00"


@pytest.mark.parametrize("result", list(Result))
def test_hostile_characters_leave_the_xml_sound(result: Result) -> None:
    text = ci.junit(decision(rule(result, text=HOSTILE, name=HOSTILE), text=HOSTILE))
    suite = ET.fromstring(text.encode("utf-8"))
    assert "名 🦆" in (suite[0].get("name") or "")
    assert "<&>\"' ]]>" in (suite[0].get("name") or "")


@given(st.text(alphabet=st.characters(), max_size=40))
def test_any_text_makes_xml_that_parses_and_commands_of_one_line(text: str) -> None:
    given_decision = decision(rule(Result.FAIL, text=text, name=text), text=text)
    ET.fromstring(ci.junit(given_decision).encode("utf-8"))
    lines = ci.github(given_decision).splitlines()
    assert len(lines) == 2
    assert lines[0].startswith("::error title=")
    assert lines[1].startswith("::notice title=deny::")


def test_github_gets_an_error_for_what_stops_and_a_warning_for_what_does_not() -> None:
    lines = ci.github(ALL).splitlines()
    levels = [line.split(" ", 1)[0] for line in lines]
    assert levels.count("::error") == len({"fail", "unclear", "missing", "error"} & {r.value for r in Result})
    assert levels.count("::warning") == 1
    assert levels[-1] == "::notice"


def test_nobody_smuggles_a_command_into_the_log() -> None:
    (error, notice) = ci.github(
        decision(rule(Result.FAIL, text=HOSTILE, name=HOSTILE), text=HOSTILE)
    ).splitlines()
    assert "100 %25 done%0D%0A::error::forged" in error
    head = error.split("::", 2)[1]
    assert head.count("=") == 1 + HOSTILE.count("=")
    assert "," not in head
    assert ":" not in head.removeprefix("error title=")
    assert notice.startswith("::notice title=deny::")
