"""A verdict as continuous integration reads it: SARIF 2.1.0, JUnit XML, GitHub workflow commands."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree as ET

from governance import __version__
from governance.gate.verdict import Result, RuleResult
from governance.workspace.views import DecisionView

_PASSING = {Result.PASS, Result.WAIVED}
_LEVELS = {Result.WARN: "warning", Result.PASS: "none", Result.WAIVED: "note"}
_STANDING = {Result.PASS, Result.WAIVED, Result.WARN}
_NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 forbids even escaped (section 2.2)."""
_ENDS_A_LINE = re.compile(r"[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_UNPRINTED = re.compile(r"[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_KINDS = {Result.PASS: "pass", Result.UNCLEAR: "open", Result.MISSING: "open"}


def sarif(decision: DecisionView) -> dict[str, Any]:
    """Return a SARIF 2.1.0 log (OASIS, sections 3.27.9 `kind` and 3.27.10 `level`): a result for each rule."""
    rules = {_rule_id(result): result for result in decision.results}
    places = {name: place for place, name in enumerate(sorted(rules))}
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
                "results": [_sarif_result(decision, result, places) for result in decision.results],
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


def _sarif_result(decision: DecisionView, result: RuleResult, places: Mapping[str, int]) -> dict[str, Any]:
    kind = _KINDS.get(result.result, "fail")
    # SARIF demands level "none" wherever kind is not "fail" (3.27.9).
    level = _LEVELS.get(result.result, "error") if kind == "fail" else "none"
    found: dict[str, Any] = {
        "ruleId": _rule_id(result),
        "ruleIndex": places[_rule_id(result)],
        "kind": kind,
        "level": level,
        "message": {"text": " ".join(part for part in (result.message, result.would_change) if part)},
        "locations": [
            {"logicalLocations": [{"fullyQualifiedName": decision.about, "kind": "resource"}]},
        ],
    }
    if result.result is Result.WAIVED:
        found["suppressions"] = [{"kind": "external", "status": "accepted", "justification": result.message}]
    return found


def junit(decision: DecisionView) -> str:
    """Return JUnit XML: a test case for each rule; a rule that stops the promotion is a failure."""
    stopping = [result for result in decision.results if result.result not in _STANDING]
    suite = ET.Element(
        "testsuite",
        name=_xml(f"{decision.about} to {decision.target}: {decision.verdict.value}"),
        tests=str(len(decision.results)),
        failures=str(len(stopping)),
        errors="0",
        timestamp=decision.time[:19],
    )
    for result in decision.results:
        case = ET.SubElement(suite, "testcase", classname=_xml(result.pack), name=_xml(result.rule))
        if result in stopping:
            failure = ET.SubElement(case, "failure", type=result.result.value, message=_xml(result.message))
            failure.text = _xml(result.would_change)
        elif result.result is not Result.PASS:
            ET.SubElement(case, "system-out").text = _xml(f"{result.result.value}: {result.message}")
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


_LINE_ENDS = {"\r": "%0D", "\n": "%0A"}


def _xml(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)


def _data(text: str) -> str:
    """Escape as GitHub's toolkit does, and whatever else ends a line or steers a terminal."""
    visible = _UNPRINTED.sub(lambda found: f"\\u{ord(found[0]):04x}", text.replace("%", "%25"))
    return _ENDS_A_LINE.sub(lambda found: _LINE_ENDS.get(found[0], "%0A"), visible)


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
