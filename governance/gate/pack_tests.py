"""Running the test cases that a pack carries."""

from __future__ import annotations

from pydantic import ValidationError

from governance.errors import PolicyInvalid
from governance.gate import examples
from governance.gate.decision import decide
from governance.gate.packs import Example, Pack, parse
from governance.gate.registry import Registry, installed
from governance.view import View


class TestOutcome(View):
    """What came of one test case."""

    __test__ = False  # pytest must not collect it

    name: str
    passed: bool
    message: str = ""


def run_tests(text: str, checks: Registry | None = None) -> list[TestOutcome]:
    """Return the outcome of every test case in the pack's text.

    Raises:
        PolicyInvalid: the pack itself is not sound.
    """
    registry = checks or installed()
    pack = parse(text)
    registry.validate(pack)
    return [_run(pack, index, example, registry) for index, example in enumerate(pack.tests)]


def _run(pack: Pack, index: int, example: Example, registry: Registry) -> TestOutcome:
    line = pack.line("tests", index)
    try:
        facts = examples.facts(example.target, example.given)
    except PolicyInvalid as error:
        return TestOutcome(
            name=example.name, passed=False, message=f"Line {line}: {error.message} {error.remedy}"
        )
    except (ValidationError, ValueError, TypeError, KeyError, AttributeError) as error:
        said = str(error).splitlines()[0]
        return TestOutcome(
            name=example.name, passed=False, message=f"Line {line}: 'given' can't be read: {said}."
        )
    judgement = decide(facts, [pack], registry, facts.time)
    verdict = judgement.verdict.value if judgement.packs else "not applicable"
    found = {result.rule: result.result.value for result in judgement.results}
    wrong = [
        f"{rule} is {found.get(rule, 'no rule')}, expected {expected}"
        for rule, expected in example.results.items()
        if found.get(rule) != expected
    ]
    if verdict != example.verdict:
        stopping = ", ".join(f"{rule}: {result}" for rule, result in found.items() if result != "pass")
        wrong.insert(0, f"the verdict is {verdict}, expected {example.verdict} ({stopping or 'all pass'})")
    message = f"Line {line}: {'; '.join(wrong)}." if wrong else ""
    return TestOutcome(name=example.name, passed=not wrong, message=message)
