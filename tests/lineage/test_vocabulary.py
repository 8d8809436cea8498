"""What entries may say, and how a refusal reads."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.errors import InvalidInput
from governance.lineage.edges import SPEAKING, Link, edges
from governance.lineage.records import KINDS, RESERVED_PREFIXES, ModelRegistered, SystemRegistered
from governance.lineage.subjects import SUBJECT_KINDS, Subject
from governance.lineage.vocabulary import parse_body, refuse_reserved, validate

UUID = "01910000-0000-7000-8000-000000000001"
DIGEST = "sha256:" + "ab" * 32
MODEL: dict[str, Any] = {
    "artifact": {"digest": DIGEST, "format": "skops"},
    "run": f"run:{UUID}",
    "system": "system:c",
}


def evidence(**members: Any) -> dict[str, Any]:
    return {
        "about": "model:m@1", "family": "performance", "inputs": [], "method": {"name": "m", "source": "s"},
        "parameters": {}, "result": {}, "how": {}, "producer": "user:alice",
    } | members  # fmt: skip


def test_a_body_of_the_vocabulary_comes_back_typed_with_its_own_members_kept() -> None:
    typed = validate("model.registered", "model:m@1", MODEL | {"ours": [1]})
    assert isinstance(typed, ModelRegistered)
    assert typed.model_dump(exclude_none=True)["ours"] == [1]


def test_kinds_of_ones_own_carry_anything_about_anything() -> None:
    assert validate("x.anything", "whatever you like", {"a": 1}) is None


@pytest.mark.parametrize(
    ("kind", "subject", "body", "said"),
    [
        ("model.registred", "model:m@1", MODEL, "is no kind of this ledger"),
        ("model.registered", "dataset:m@1", MODEL, "is about a model, not about 'dataset:m@1'"),
        ("model.registered", "model:M@1", MODEL, "is not a model subject"),
        (
            "model.registered",
            "model:m@1",
            MODEL | {"artifact": {"digest": DIGEST}},
            "'artifact.format' is missing",
        ),
        ("model.registered", "model:m@1", MODEL | {"run": 3}, "'run' is 3: input should be a valid string"),
        ("evidence.recorded", f"evidence:{UUID}", evidence(inputs=[{}]), "'inputs[0].digest' is missing"),
        ("evidence.recorded", f"evidence:{UUID}", evidence(), "performance result"),
        ("evidence.recorded", f"evidence:{UUID}", evidence(result={"rows": "9"}), "'rows' is '9'"),
        ("evidence.recorded", f"evidence:{UUID}", evidence(producer="alice"), "'producer' is 'alice'"),
    ],
)
def test_a_refusal_names_the_member_and_the_value(kind: str, subject: str, body: Any, said: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        validate(kind, subject, body)
    assert said in caught.value.message
    assert caught.value.message.endswith(".")
    assert caught.value.remedy


def test_an_unknown_kind_is_answered_with_near_ones() -> None:
    with pytest.raises(InvalidInput) as caught:
        validate("dataset.registred", "dataset:d@1", {})
    assert "dataset.registered" in caught.value.remedy


def test_many_wrong_members_are_counted_not_listed() -> None:
    with pytest.raises(InvalidInput, match=r"and \d+ more\.$"):
        validate("run.recorded", f"run:{UUID}", {})


def test_evidence_of_an_unknown_family_is_kept_as_given() -> None:
    assert (
        validate("evidence.recorded", f"evidence:{UUID}", evidence(family="ours", result={"a": 1}))
        is not None
    )


def test_a_raw_append_can_not_write_what_an_operation_writes() -> None:
    for kind in KINDS:
        if kind.startswith(RESERVED_PREFIXES):
            with pytest.raises(InvalidInput, match="written by their own operations only"):
                refuse_reserved(kind)
        else:
            refuse_reserved(kind)
    refuse_reserved("x.gate.decided")


def test_a_long_value_is_cut_in_the_sentence() -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_body(SystemRegistered, {"purpose": ["x" * 5000]})
    assert len(caught.value.message) < 500


@given(st.text(max_size=80))
def test_a_text_is_a_subject_that_writes_itself_again_or_is_refused(text: str) -> None:
    try:
        subject = Subject.parse(text)
    except InvalidInput:
        return
    assert str(subject) == text


@given(st.sampled_from(SUBJECT_KINDS), st.text(alphabet="abc/@#.-019:\n", max_size=60))
def test_near_subjects_are_read_strictly(kind: str, rest: str) -> None:
    try:
        subject = Subject.parse(f"{kind}:{rest}")
    except InvalidInput:
        return
    assert str(subject) == f"{kind}:{rest}"
    assert "\n" not in rest


_json = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=8) | st.just("model:m@1"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(
        ["subject", "about", "run", "system", "inputs", "outputs", "statement", "model", "decision",
         "replaces", "deployment", "evidence", "derived_from"]), inner, max_size=5),
    max_leaves=12,
)  # fmt: skip


@given(
    kind=st.sampled_from(sorted(SPEAKING)),
    body=st.dictionaries(
        st.sampled_from(["about", "run", "system", "inputs", "statement", "model", "derived_from"]),
        _json,
        max_size=5,
    ),
)
@settings(max_examples=200)  # fmt: skip
def test_whatever_a_body_says_only_subjects_are_linked(kind: str, body: dict[str, Any]) -> None:
    subject = {"dataset.registered": "dataset:d@1", "model.registered": "model:m@2"}.get(kind, f"run:{UUID}")
    for link in edges(kind, subject, body):
        assert isinstance(link, Link)
        assert link.source != link.target
        assert str(Subject.parse(link.source)) == link.source
        assert str(Subject.parse(link.target)) == link.target
    assert edges(kind, "no subject", body) == []
    assert edges(kind, subject, None) == []
