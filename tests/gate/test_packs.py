"""Policy packs: their form, their lines, their digests, and what lint, test and explain say."""

from __future__ import annotations

import time

import pytest

from governance.errors import PolicyInvalid
from governance.gate import explaining, linting, pack_tests, packs
from governance.gate.registry import installed

SMALL = """\
pack: small
version: 1.0.0
title: A small pack
applies:
  targets: [production]
controls:
  house-1:
    title: A house rule
    jurisdiction: house rule
    applies_to: everything
    in_force_from: 2024-01-01
    text_date: 2024-01-01
    source: nowhere
rules:
  - id: safe
    check: security.artifact_format
    controls: [house-1]
tests:
  - name: a sound one passes
    target: production
    verdict: allow
"""


def test_a_sound_pack_has_nothing_to_lint() -> None:
    assert linting.lint(SMALL, "2026-11-23") == []


def test_a_pack_is_named_by_the_digest_of_its_very_text() -> None:
    assert packs.parse(SMALL).digest != packs.parse(SMALL + "# a remark\n").digest


@pytest.mark.parametrize(
    ("change", "line", "words"),
    [
        (("version: 1.0.0\n", ""), 1, "version"),
        (("targets: [production]", "targets: []"), 5, "targets"),
        (("    check: security", "    chek: security"), 16, "chek"),
        (("title: A small", "title: [A small"), 4, ""),
        (("pack: small\n", "pack: small\npack: other\n"), 2, "twice"),
        (("version: 1.0.0", "version: &v 1.0.0"), 2, "anchors"),
        (("    in_force_from: 2024-01-01", "    in_force_from: someday"), 11, "in_force_from"),
        (("title: A small pack", "title: !!python/object:os.system x"), 3, ""),
        (("  targets: [production]", "  targets: [production]\n  when: system.risk = 1"), 6, "when"),
        (("  targets: [production]", "  targets: [production]\n  when: size(target)"), 6, "true or false"),
    ],
)
def test_every_error_names_its_line(change: tuple[str, str], line: int, words: str) -> None:
    with pytest.raises(PolicyInvalid) as caught:
        packs.parse(SMALL.replace(*change))
    assert caught.value.message.startswith(f"Line {line}:")
    assert words in caught.value.message


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[" * 100_000, "nested"),
        ("{a: " * 60_000, "nested"),
        ("- " * 100_000, "nested"),
        ("? " * 100_000, "nested"),
        ("\n".join(" " * depth + "a:" for depth in range(600)), "nested"),
        ("a: &a [x]\nb: &b [*a, *a]\nc: [*b, *b]", "anchors"),
        ("a: *a", "anchors"),
        ("a: !!timestamp x", "tags"),
        ("a: !!bool x", "tags"),
        ("a: !!float ", "tags"),
        ("a: !!binary x", "tags"),
        ("a: ! x", "tags"),
        ("a: !!python/object:os.system x", "tags"),
        ("!!map {a: b}", "tags"),
        ("a: " + "9" * 5000, "a number of 5000 characters"),
        ("a: " + "59:" * 80_000 + "59", "a number of"),
        ("a: 0x_", "int"),
        ("a: 2026-99-99", "month"),
        ("a: 2001-12-14t21:59:43.10-99:00", "offset"),
        ("a: b\x07", "U+0007"),
        ("a: \ud800", "UTF-8"),
        ('a: "\\ud800"', "surrogate"),
        ('a: "\\UFFFFFFFF"', "YAML"),
        ("<<: {a: b}", "tag"),
        ("? [x]\n: c", "not text"),
        ("x" * (256 * 1024 + 1), "256 KiB"),
    ],
)
def test_a_hostile_file_is_refused_in_words_and_at_once(text: str, words: str) -> None:
    start = time.monotonic()
    with pytest.raises(PolicyInvalid) as caught:
        packs.parse(text)
    assert words in caught.value.message
    assert time.monotonic() - start < 5


def test_an_empty_file_is_refused_in_words() -> None:
    with pytest.raises(PolicyInvalid, match="empty"):
        packs.parse("")


def test_an_unknown_check_is_refused_with_near_names() -> None:
    pack = packs.parse(SMALL.replace("security.artifact_format", "security.artefact_format"))
    with pytest.raises(PolicyInvalid) as caught:
        installed().validate(pack)
    assert caught.value.message.startswith("Line 16: rule 'safe'")
    assert "security.artifact_format" in caught.value.remedy


def test_an_unknown_parameter_is_refused_and_the_known_ones_are_named() -> None:
    pack = packs.parse(SMALL.replace("    controls: [house-1]", "    with: {alowed: [onnx]}"))
    with pytest.raises(PolicyInvalid) as caught:
        installed().validate(pack)
    assert caught.value.message.startswith("Line 17")
    assert "allowed" in caught.value.remedy


def test_a_bad_cel_expression_in_a_rule_is_found_when_the_pack_is_read() -> None:
    text = SMALL.replace("check: security.artifact_format", "check: cel\n    with: {expr: evidnce.x > 1}")
    assert any("evidnce" in problem for problem in linting.lint(text, "2026-11-23"))


def test_lint_warns_of_a_control_that_is_not_in_force() -> None:
    ended = SMALL.replace("    text_date:", "    in_force_to: 2026-01-01\n    text_date:")
    assert any("not in force since 2026-01-01" in p for p in linting.lint(ended, "2026-11-23"))
    ahead = SMALL.replace("in_force_from: 2024-01-01", "in_force_from: 2027-12-02")
    assert any("not in force before 2027-12-02" in p for p in linting.lint(ahead, "2026-11-23"))
    assert linting.lint(ahead, "2027-12-02") == []


def test_lint_finds_unknown_and_unused_controls_missing_tests_and_rules_never_reached() -> None:
    text = SMALL.replace(
        "controls: [house-1]", "controls: [house-2]\n    severity: warn\n    waivable_by: [boss]"
    )
    problems = "\n".join(linting.lint(text.partition("tests:")[0], "2026-11-23"))
    for words in ("no control 'house-2'", "named by no rule", "no test cases", "never reached"):
        assert words in problems


def test_a_failing_test_case_says_what_it_got() -> None:
    outcomes = pack_tests.run_tests(SMALL.replace("verdict: allow", "verdict: deny"))
    assert [one.passed for one in outcomes] == [False]
    assert "the verdict is allow, expected deny" in outcomes[0].message


def test_a_test_case_that_gives_what_nobody_knows_fails_with_near_words() -> None:
    text = SMALL.replace("    verdict: allow", "    verdict: allow\n    given: {sistem: {}}")
    assert "sistem" in pack_tests.run_tests(text)[0].message


@pytest.mark.parametrize("name", sorted(packs.shipped()))
def test_every_shipped_pack_is_sound_and_passes_its_own_tests(name: str) -> None:
    text = packs.shipped()[name]
    outcomes = pack_tests.run_tests(text)
    assert outcomes
    assert [one.message for one in outcomes if not one.passed] == []
    assert "legal advice" in packs.parse(text).notice
    explained = explaining.explain(packs.parse(text))
    assert all(rule.id in explained for rule in packs.parse(text).rules)


def test_the_json_schema_names_what_editors_complete() -> None:
    schema = packs.json_schema()
    assert {"pack", "version", "rules", "applies"} <= set(schema["properties"])
    assert "with" in schema["$defs"]["Rule"]["properties"]


@pytest.mark.parametrize(
    ("lower", "higher"),
    [
        ("1.9.0", "1.10.0"),
        ("1.0.0-rc.1", "1.0.0"),
        ("1.0.0-rc.2", "1.0.0-rc.10"),
        ("draft", "1"),
        ("1", "1.0.1"),
    ],
)
def test_versions_are_ordered_as_people_read_them(lower: str, higher: str) -> None:
    assert packs.version_order(lower) < packs.version_order(higher)
    assert packs.version_order("1.0") == packs.version_order("1.0.0+build.7")
