"""RFC 8785's own examples, and the ways to its bytes compared with each other."""

from __future__ import annotations

import json
import struct

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from governance.ledger.canonical import check_body, encode
from governance.ledger.errors import InvalidEntry

SAFE = 2**53
# RFC 8785, appendix B: IEEE 754 bits and the text they are written as.
APPENDIX_B = """
0000000000000000 0
8000000000000000 0
0000000000000001 5e-324
8000000000000001 -5e-324
7fefffffffffffff 1.7976931348623157e+308
ffefffffffffffff -1.7976931348623157e+308
4340000000000000 9007199254740992
c340000000000000 -9007199254740992
4430000000000000 295147905179352830000
44b52d02c7e14af5 9.999999999999997e+22
44b52d02c7e14af6 1e+23
44b52d02c7e14af7 1.0000000000000001e+23
444b1ae4d6e2ef4e 999999999999999700000
444b1ae4d6e2ef4f 999999999999999900000
444b1ae4d6e2ef50 1e+21
3eb0c6f7a0b5ed8c 9.999999999999997e-7
3eb0c6f7a0b5ed8d 0.000001
41b3de4355555553 333333333.3333332
41b3de4355555554 333333333.33333325
41b3de4355555555 333333333.3333333
41b3de4355555556 333333333.3333334
41b3de4355555557 333333333.33333343
becbf647612f3696 -0.0000033333333333333333
43143ff3c1cb0959 1424953923781206.2
"""
NUMBERS = APPENDIX_B.split()


@pytest.mark.parametrize(("bits", "text"), list(zip(NUMBERS[::2], NUMBERS[1::2], strict=True)))
def test_numbers_are_written_as_in_appendix_b_or_refused(bits: str, text: str) -> None:
    (value,) = struct.unpack(">d", bytes.fromhex(bits))
    if SAFE <= abs(value) < 1e21:
        with pytest.raises(InvalidEntry, match="round trip"):
            encode({"x": value})
    else:
        assert encode({"x": value, "y": 0.5}) == f'{{"x":{text},"y":0.5}}'.encode()


def test_the_example_of_section_3_2_2() -> None:
    text = (
        r'{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],'
        r'"string":"\u20ac$\u000F\u000aA\u0027\u0042\u0022\u005c\\\"\/","literals":[null,true,false]}'
    )
    assert encode(json.loads(text)).decode() == (
        '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
        '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    )


def test_every_character_of_the_basic_plane_and_some_beyond_is_written_alike() -> None:
    for first in range(0, 0x10000, 256):
        text = "".join(chr(code) for code in range(first, first + 256) if not 0xD800 <= code < 0xE000)
        assert encode({"x": text}) == rfc8785.dumps({"x": text})
    for code in (0x10000, 0x1F600, 0x10FFFF):
        assert encode({"x": chr(code), chr(code): 1}) == rfc8785.dumps({"x": chr(code), chr(code): 1})


ordinary = (
    st.floats(min_value=1e-6, max_value=SAFE - 1)
    | st.floats(min_value=-SAFE + 1, max_value=-1e-6)
    | st.floats(min_value=1e-5, max_value=1e-3)
    | st.integers(0, 10**17).map(lambda n: n / 10**12)
)


@given(st.lists(ordinary, min_size=1, max_size=30))
def test_ordinary_numbers_are_written_as_the_rfc8785_package_writes_them(numbers: list[float]) -> None:
    for number in numbers:
        assert encode({"x": number}) == rfc8785.dumps({"x": number})
    assert encode({"x": numbers}) == rfc8785.dumps({"x": numbers})


names = st.text(
    st.sampled_from("aé\x7f\u0080€\ud7ff\ue000\ufb33\uffff\U00010000\U0001f600\U0010ffff"), max_size=3
)


@given(
    st.dictionaries(names, st.dictionaries(names, st.sampled_from([1, 0.0, 1e-9, "\U0001f600"]), max_size=4))
)
def test_names_on_both_sides_of_the_surrogates_sort_as_the_rfc8785_package_sorts_them(value: dict) -> None:
    assert encode(value) == rfc8785.dumps(value)


class Named(str):
    """A text with a class of its own, as enumerations of texts have."""

    __slots__ = ()


class Numbered(int):
    """An integer with a class of its own."""


@pytest.mark.parametrize(
    "body", [{"a": Named("b")}, {Named("a"): "b"}, {"a": (1, "x", None)}, {"a": {"b": [True, (False,)]}}]
)
def test_texts_and_lists_of_any_class_are_written_by_what_they_hold(body: dict) -> None:
    assert check_body(body) == rfc8785.dumps(json.loads(json.dumps(body)))


@pytest.mark.parametrize("value", [Numbered(1), {1: 2}, {None: 1}, {1.5: 1}, {"a": {2: 1}}])
def test_what_orjson_would_take_and_we_do_not_is_refused(value: object) -> None:
    with pytest.raises(InvalidEntry):
        encode({"a": value})


def test_uuids_times_enumerations_and_dataclasses_have_no_canonical_form() -> None:
    import dataclasses
    import datetime
    import enum
    import uuid

    one = dataclasses.make_dataclass("One", [("x", int)])(1)
    kind = enum.Enum("Kind", {"A": "a"})
    for value in (uuid.uuid4(), datetime.datetime.now(datetime.UTC), datetime.date(2026, 1, 1), kind.A, one):
        with pytest.raises(InvalidEntry, match="no place in JSON"):
            encode({"a": [value]})


def test_a_list_that_holds_itself_is_refused() -> None:
    loop: list[object] = []
    loop.append(loop)
    with pytest.raises(InvalidEntry, match="deep"):
        encode({"a": loop})
