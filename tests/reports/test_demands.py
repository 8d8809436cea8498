"""What a rule asked and found is said with its direction and unit, and results with their reason."""

from __future__ import annotations

from importlib.metadata import entry_points

import pytest

from governance.gate.verdict import Result, RuleResult
from governance.workspace.views import Edge
from reports import demands
from reports.demands import features_of, finding_value, plain_words, value_and_threshold, why_it_counts_so
from reports.relations import sentence
from reports.wording import groups, short, short_subject, span

DIGEST = "f6e45e0e" + "0" * 52 + "5024"


@pytest.mark.parametrize(
    ("check", "value", "threshold", "found", "asked"),
    [
        ("fairness.equalized_odds", 0.419, 0.2, "0.419", "at most 0.2"),
        ("fairness.impact_ratio", 0.927, 0.8, "0.927", "at least 0.8"),
        ("approvals.quorum", 1.0, 2.0, "1 approval", "at least 2 approvals"),
        ("lineage.complete", 1.0, 0.0, "1 gap", "none"),
        ("data.freshness", 12.5, 30.0, "12.5 days", "at most 30 days"),
        ("security.artifact_format", "skops", "skops, onnx", "skops", "one of skops, onnx"),
        ("data.quality", None, None, "–", "–"),
        ("somebody.else", 3.0, 4.0, "3", "4"),
        ("somebody.else", 0.25, 4.0, "0.250", "4.000"),
        ("cel", "true", "true", "true", "true"),
    ],
)
def test_a_demand_has_its_direction_and_unit(
    check: str, value: float | str | None, threshold: float | str | None, found: str, asked: str
) -> None:
    assert value_and_threshold(check, value, threshold) == (found, asked)


def test_every_check_of_this_distribution_that_has_a_number_has_its_words() -> None:
    names = {one.name for one in entry_points(group="governance.checks") if one.value.startswith("policies.")}
    without_number = {"cel", "data.quality"}
    assert names - without_number <= set(demands._DEMANDS)


def test_counts_of_findings_are_whole() -> None:
    assert finding_value("approvals.quorum", 1.0) == "1"
    assert finding_value("fairness.impact_ratio", 1.0) == "1.000"


def _rule(result: Result, finding: Result, severity: str = "deny") -> RuleResult:
    return RuleResult(
        pack="p", rule="r", check="c", result=result, finding=finding, severity=severity, message="m"
    )


def test_a_result_milder_than_the_severity_says_why() -> None:
    assert "when_unclear: warn" in why_it_counts_so(_rule(Result.WARN, Result.UNCLEAR))
    assert "severity: warn" in why_it_counts_so(_rule(Result.WARN, Result.FAIL, "warn"))
    assert "waiver" in why_it_counts_so(_rule(Result.WAIVED, Result.FAIL))
    assert why_it_counts_so(_rule(Result.FAIL, Result.FAIL)) == ""


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2 dataset(s) behind the model", "2 datasets behind the model"),
        ("1 gap(s): a", "1 gap: a"),
        ("at least 2 reason(s).", "at least 2 reasons."),
        ("sex=unknown (1 rows), sex=male (21 rows)", "sex unknown (1 row); male (21 rows)"),
        ("race=black, sex=female, race=white, sex=male.", "black, female; white, male."),
        ("rate: race=hispanic against race=black", "rate: hispanic against black"),
        ("12 CFR 1002.4(a), x >= 2", "12 CFR 1002.4(a), x >= 2"),
    ],
)
def test_messages_read_as_people_write(written: str, read: str) -> None:
    assert plain_words(written) == read


def test_features_are_named_once_for_the_heading() -> None:
    assert features_of(["race=black, sex=female", "sex=unknown", "purpose"]) == ["race", "sex"]
    assert groups({"race": "black", "sex": None, "married": "1"}) == "black, sex unknown, married 1"


@pytest.mark.parametrize(
    ("source", "relation", "target", "read"),
    [
        ("dataset:d@1", "trained-on", "run:r", "run:r was trained on dataset:d@1"),
        ("deployment:m/p@1", "scored-by", "batch:b", "batch:b was scored by deployment:m/p@1"),
        ("batch:b", "evaluated-on", "evidence:e", "evidence:e was computed on batch:b"),
        ("dataset:d@1", "derived-from", "dataset:d-test@1", "dataset:d-test@1 was cut from dataset:d@1"),
        ("model:m@1", "deploys", "deployment:m/p@1", "deployment:m/p@1 deploys model:m@1"),
        (
            "deployment:m/p@1",
            "replaces",
            "deployment:m/p@2",
            "deployment:m/p@2 replaces deployment:m/p@1",
        ),
        ("run:r", "produced", "model:m@1", "run:r produced model:m@1"),
        ("evidence:e", "evidence-about", "model:m@1", "evidence:e is about model:m@1"),
        ("evidence:e", "alerts", "alert:a", "evidence:e raised alert:a"),
        ("deployment:m/p@1", "alerts", "alert:a", "alert:a is about deployment:m/p@1"),
        ("a:1", "is-new-here", "b:1", "a:1 is new here b:1"),
    ],
)
def test_a_relation_reads_as_a_sentence(source: str, relation: str, target: str, read: str) -> None:
    assert " ".join(sentence(Edge(source=source, target=target, relation=relation, seq=1))) == read


def test_digests_are_shortened_one_way_whatever_form_they_come_in() -> None:
    forms = (DIGEST, f"sha256:{DIGEST}", f"key:{DIGEST}")
    assert {short(one) for one in forms} == {"sha256:f6e45e0e…5024"}
    assert short_subject(f"key:{DIGEST}") == "sha256:f6e45e0e…5024"


def test_a_span_within_one_second_is_no_span() -> None:
    assert (
        span("2026-01-01T20:02:09.1Z", "2026-01-01T20:02:09.8Z") == "2026-01-01 20:02:09 UTC, within a second"
    )
    assert span("2026-01-01T20:02:09.1Z", "2026-01-01T20:02:11Z") == "2026-01-01 20:02:09 to 20:02:11 UTC"
