"""CEL in packs: typed, bounded, deterministic, with errors for people."""

from __future__ import annotations

import pytest

from governance.errors import PolicyInvalid
from governance.gate import examples
from governance.gate.expressions import ExpressionFailed, compile_check, compile_when
from governance.gate.values import for_check, for_when

FACTS = examples.facts("production")


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ('system.risk == "high"', True),
        ('target == "staging"', False),
        ('model.artifact.format == "skops" && system.name == "example"', True),
        ("has(system.title) && system.title != null", False),
    ],
)
def test_when_speaks_of_system_model_and_target(text: str, answer: bool) -> None:
    assert compile_when(text).evaluate(for_when(FACTS)) is answer


@pytest.mark.parametrize(
    "text",
    [
        "evidence.performance.roc_auc >= 0.75 && size(lineage.upstream.datasets) > 0",
        "evidence.performance.rows > 100",
        'evidence.fairness.producer == "service:evaluator"',
        'approvals.exists(a, "compliance" in a.roles)',
        "size(alerts) == 0 && size(lineage.gaps) == 0",
        'time.startsWith("2026-")',
        "run.seed == 0",
    ],
)
def test_a_cel_rule_speaks_of_all_facts(text: str) -> None:
    assert compile_check(text).evaluate(for_check(FACTS))


@pytest.mark.parametrize(
    "text",
    [
        "system.risk = 1",
        "sistem.risk",
        "1 + 1",
        "target + 1 == 2",
        "evidence.performance.rows > 1",
        "x" * 2001,
    ],
)
def test_what_is_no_condition_over_system_and_model_is_refused(text: str) -> None:
    with pytest.raises(PolicyInvalid):
        compile_when(text)


def test_an_expression_that_walks_lists_within_lists_is_refused() -> None:
    with pytest.raises(PolicyInvalid, match="walks lists"):
        compile_check("[1].all(a, [1].all(b, [1].all(c, [1].all(d, [1].all(e, true)))))")


@pytest.mark.parametrize("between", [" ", "\n", "//\n", " // all\n\f"])
def test_a_comment_before_the_bracket_hides_no_walk_over_a_list(between: str) -> None:
    walk = f"[1].all{between}(x, "
    with pytest.raises(PolicyInvalid, match="walks lists"):
        compile_check(walk * 5 + "true" + ")" * 5)


def test_an_expression_that_would_walk_for_minutes_is_stopped() -> None:
    numbers = f"[{','.join('1' * 60)}]"
    walk = "".join(f"{numbers}.all({name}, " for name in "abcd") + "true))))"
    with pytest.raises(ExpressionFailed, match="budget") as stopped:
        compile_check(walk).evaluate(for_check(FACTS))
    assert not stopped.value.absent


def test_what_the_facts_lack_is_told_from_what_can_not_be_computed() -> None:
    with pytest.raises(ExpressionFailed) as absent:
        compile_check("evidence.drift.rows > 1").evaluate(for_check(FACTS))
    assert absent.value.absent
    with pytest.raises(ExpressionFailed) as broken:
        compile_check("1 / size(alerts) == 1").evaluate(for_check(FACTS))
    assert not broken.value.absent
