"""A verdict as continuous integration reads it: SARIF 2.1.0, JUnit XML, GitHub workflow commands."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree as ET

from governance import __version__
from governance.gate.verdict import Result, RuleResult
from governance.workspace.views import DecisionView

_PASSING = {Result.PASS, Result.WAIVED}
_LEVELS = {Result.WARN: "warning", Result.PASS: "none", Result.WAIVED: "note"}
_KINDS = {Result.PASS: "pass", Result.UNCLEAR: "open", Result.MISSING: "open"}


def sarif(decision: DecisionView) -> dict[str, Any]:
    """Return a SARIF 2.1.0 log (OASIS, sections 3.27.9 `kind` and 3.27.10 `level`): a result for each rule."""
    rules = {_rule_id(result): result for result in decision.results}
    return {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "ml-governance",
                        "version": __version__,
                        "rules": [
                            {"id": name, "shortDescription": {"text": f"{result.check} of {result.pack}"}}
                            for name, result in sorted(rules.items())
                        ],
                    }
                },
                "results": [_sarif_result(decision, result) for result in decision.results],
                "properties": {
                    "verdict": decision.verdict.value,
                    "decision": decision.decision,
                    "target": decision.target,
                },
            }
        ],
    }


def _rule_id(result: RuleResult) -> str:
    return f"{result.pack}/{result.rule}"


def _sarif_result(decision: DecisionView, result: RuleResult) -> dict[str, Any]:
    kind = _KINDS.get(result.result, "fail")
    # SARIF demands level "none" wherever kind is not "fail" (3.27.9).
    level = _LEVELS.get(result.result, "error") if kind == "fail" else "none"
    return {
        "ruleId": _rule_id(result),
        "kind": kind,
        "level": level,
        "message": {"text": " ".join(part for part in (result.message, result.would_change) if part)},
        "locations": [
            {"logicalLocations": [{"fullyQualifiedName": decision.about, "kind": "resource"}]},
        ],
    }


def junit(decision: DecisionView) -> str:
    """Return JUnit XML: a test case for each rule; a rule that stops the promotion is a failure."""
    stopping = [result for result in decision.results if result.result not in _PASSING | {Result.WARN}]
    suite = ET.Element(
        "testsuite",
        name=f"{decision.about} to {decision.target}: {decision.verdict.value}",
        tests=str(len(decision.results)),
        failures=str(len(stopping)),
        errors="0",
        timestamp=decision.time,
    )
    for result in decision.results:
        case = ET.SubElement(suite, "testcase", classname=result.pack, name=result.rule)
        if result in stopping:
            failure = ET.SubElement(case, "failure", type=result.result.value, message=result.message)
            failure.text = result.would_change
        elif result.result is not Result.PASS:
            ET.SubElement(case, "system-out").text = f"{result.result.value}: {result.message}"
    return ET.tostring(suite, encoding="unicode", xml_declaration=True)


def github(decision: DecisionView) -> str:
    """Return GitHub workflow commands: an error for each stopping rule, a warning for each `warn`, one notice."""
    lines = []
    for result in decision.results:
        if result.result in _PASSING:
            continue
        level = "warning" if result.result is Result.WARN else "error"
        lines.append(
            f"::{level} title={_property(f'{result.rule}: {result.result.value}')}::{_data(result.message)}"
        )
    lines.append(f"::notice title={_property(decision.verdict.value)}::{_data(decision.sentence)}")
    return "\n".join(lines)


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
