"""Canonical JSON: equal to the rfc8785 package where that accepts, refused where the format page refuses."""

from __future__ import annotations

import json
import math

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from governance.ledger.canonical import check_body, decode, decode_canonical, encode
from governance.ledger.errors import InvalidEntry

SAFE = 2**53
texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)
doubles = st.floats(allow_nan=False, allow_infinity=False).filter(lambda x: not SAFE <= abs(x) < 1e21)
tiny = st.floats(min_value=-1e-3, max_value=1e-3)
integers = st.integers(-SAFE + 1, SAFE - 1)
scalars = st.none() | st.booleans() | integers | doubles | tiny | texts
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(texts, inner, max_size=5),
    max_leaves=20,
)
objects = st.dictionaries(texts, values, max_size=6)


@given(objects)
def test_it_is_the_encoding_of_the_rfc8785_package(value: dict) -> None:
    assert encode(value) == rfc8785.dumps(value)


@given(objects)
def test_what_is_encoded_reads_back_and_encodes_the_same(value: dict) -> None:
    data = encode(value)
    assert decode_canonical(data) == decode(data) == value
    assert encode(decode(data)) == data
    assert encode(json.loads(data)) == data


@given(st.floats())
def test_every_double_is_written_as_rfc8785_or_refused(value: float) -> None:
    refused = not math.isfinite(value) or SAFE <= abs(value) < 1e21
    if refused:
        with pytest.raises(InvalidEntry, match=r"\$\.x"):
            encode({"x": value})
    else:
        assert encode({"x": value}) == rfc8785.dumps({"x": value})


@given(st.integers(-(10**30), 10**30))
def test_an_integer_survives_exactly_or_is_refused(value: int) -> None:
    try:
        data = encode({"x": value})
    except InvalidEntry:
        assert abs(value) >= SAFE
    else:
        assert abs(value) < SAFE or float(value) == value
        assert float(decode(data)["x"]) == value


@pytest.mark.parametrize(
    "value", [SAFE, -SAFE, float(SAFE), 10**20, 1e20, 10**21 + 1, 10**400, math.nan, math.inf]
)
def test_numbers_that_would_not_survive_a_round_trip_are_refused(value: float) -> None:
    with pytest.raises(InvalidEntry, match=r"\$\.a\[1\]\.b"):
        encode({"a": [0, {"b": value}]})


def test_numbers_at_the_edges() -> None:
    assert encode([SAFE - 1, 10**21, 1e21, 1.0, -0.0, 1e-7, 0.000001, 1e-6, 5e-324, 123456789.5]) == (
        b"[9007199254740991,1e+21,1e+21,1,0,1e-7,0.000001,0.000001,5e-324,123456789.5]"
    )


def test_names_sort_by_utf16_code_units_as_in_the_rfc() -> None:
    # RFC 8785 §3.2.3
    names = ["€", "\r", "\ufb33", "1", "\U0001f600", "\x80", "ö"]
    assert list(json.loads(encode(dict.fromkeys(names, 0)))) == [
        "\r",
        "1",
        "\x80",
        "ö",
        "€",
        "\U0001f600",
        "\ufb33",
    ]


@pytest.mark.parametrize("text", ['{"a":1,"a":1}', '{"a":{"b":1,"b":2}}', '{"a":NaN}', '{"a":Infinity}', '{"a":1e400}',
                                  "[1]", "1", "", "{", '{"a":1}x', "{'a':1}", '\ufeff{"a":1}', '{"a":' + "9" * 5000 + "}",
                                  '{"a":' + "[" * 100_000])  # fmt: skip
def test_what_is_no_strict_json_object_is_refused(text: str) -> None:
    with pytest.raises(InvalidEntry):
        decode(text.encode())


@pytest.mark.parametrize("data", [b'{"a":"\xff"}', b'{"a":"\xed\xa0\x80"}', b"\x00"])
def test_what_is_not_utf8_is_refused(data: bytes) -> None:
    with pytest.raises(InvalidEntry):
        decode(data)


@pytest.mark.parametrize(
    "value", [{"a": "\ud800"}, {"\udc00": 1}, {"a": {1: 2}}, {"a": {1, 2}}, {"a": b"x"}, {"a": object()}]
)
def test_values_without_a_canonical_form_are_refused(value: dict) -> None:
    with pytest.raises(InvalidEntry):
        encode(value)


def test_a_lone_surrogate_in_json_text_is_refused_when_it_is_encoded() -> None:
    with pytest.raises(InvalidEntry, match="surrogate"):
        encode(decode(b'{"a":"\\ud800"}'))


@pytest.mark.parametrize(
    "data", [b'{"a": 1}', b'{"b":1,"a":2}', b'{"a":1.0}', b'{"a":"\\u0041"}', b'{"a":1}\n', b'{"a":1E2}']
)
def test_another_spelling_is_not_canonical(data: bytes) -> None:
    with pytest.raises(InvalidEntry, match="canonical"):
        decode_canonical(data)


def _deep(levels: int) -> dict:
    value: dict = {}
    for _ in range(levels - 1):
        value = {"a": value}
    return value


def test_bodies_are_at_most_64_deep_and_a_mebibyte_long() -> None:
    assert check_body(_deep(64)).count(b"{") == 64
    with pytest.raises(InvalidEntry, match="deep"):
        check_body(_deep(65))
    with pytest.raises(InvalidEntry, match="deep"):
        check_body({"a": _deep_list(64)})
    assert len(check_body({"a": "x" * ((1 << 20) - 8)})) == 1 << 20
    with pytest.raises(InvalidEntry, match="1,048,577"):
        check_body({"a": "x" * ((1 << 20) - 7)})


def _deep_list(levels: int) -> list:
    value: list = []
    for _ in range(levels - 1):
        value = [value]
    return value
