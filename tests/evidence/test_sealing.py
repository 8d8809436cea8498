"""Sealed batches: encodings by hand, any row provable, nothing to be forged."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd
import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.errors import IntegrityError, InvalidInput
from governance.evidence import rowproof
from governance.evidence.encoding import encode_value, from_json, to_json
from governance.evidence.sealing import Layout, commit, open_row, salts, seal
from governance.ledger.tree import leaf_hash, node_hash, verify_inclusion

COLUMNS = [
    {"name": "score", "type": "float64"},
    {"name": "approved", "type": "bool"},
    {"name": "income", "type": "int64"},
    {"name": "race", "type": "text"},
]
GROUPS = [["score", "approved"], ["income"], ["race"]]
ROWS = [[0.5 + i / 100, i % 2 == 0, 1000 * i, "black" if i % 3 == 0 else "white"] for i in range(7)]
SECRET = bytes(range(32))
BATCH = "batch:01890a5d-ac96-774b-bcce-b302099a8057"


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("text", None, "00"),
        ("bool", True, "0101"),
        ("bool", False, "0100"),
        ("int64", 1, "020000000000000001"),
        ("int64", -2, "02fffffffffffffffe"),
        ("int64", 2**63 - 1, "027fffffffffffffff"),
        ("int64", 3.0, "020000000000000003"),
        ("int64", float("nan"), "00"),
        ("float64", 1.0, "033ff0000000000000"),
        ("float64", 1, "033ff0000000000000"),
        ("float64", -0.0, "030000000000000000"),
        ("float64", float("nan"), "037ff8000000000000"),
        ("float64", float("-inf"), "03fff0000000000000"),
        ("text", "Zoë", "04000000045a6fc3ab"),
        ("text", "", "0400000000"),
        ("timestamp", datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC), "0500000000000f4240"),
        ("timestamp", "1969-12-31T23:59:59.999999Z", "05ffffffffffffffff"),
        ("bytes", b"\x00\xff", "060000000200ff"),
        ("int64", np.int32(1), "020000000000000001"),
        ("float64", np.float32(0.5), "033fe0000000000000"),
        ("bool", np.bool_(True), "0101"),
        ("timestamp", pd.Timestamp("1970-01-01T00:00:01Z"), "0500000000000f4240"),
        ("timestamp", pd.NaT, "00"),
    ],
)
def test_values_are_encoded_as_the_format_page_says(kind: str, value: Any, expected: str) -> None:
    assert encode_value(kind, value).hex() == expected


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("int64", 2**63), ("int64", 1.5), ("int64", "1"), ("float64", "1"), ("float64", 2**53 + 1),
        ("bool", 2), ("bytes", "x"),
        ("text", 1), ("text", "\ud800"), ("timestamp", datetime(2024, 1, 1)), ("timestamp", "yesterday"),  # noqa: DTZ001
    ],
)  # fmt: skip
def test_a_value_of_another_type_is_refused_with_its_place(kind: str, value: Any) -> None:
    with pytest.raises(InvalidInput, match="Column 'c', row 2"):
        seal([{"name": "c", "type": kind}], [[None], [value]])


def test_salts_are_the_keystream_of_aes_ctr_from_zero() -> None:
    stream = Cipher(algorithms.AES(SECRET), modes.CTR(bytes(16))).encryptor().update(bytes(16 * 40))
    assert b"".join(salts(SECRET, 0, 40)) == stream
    assert salts(SECRET, 17, 2) == [stream[272:288], stream[288:304]]
    ecb = Cipher(algorithms.AES(SECRET), modes.ECB()).encryptor()
    assert salts(SECRET, 0, 1)[0] == ecb.update(bytes(16))


def test_the_root_of_two_rows_is_what_one_computes_by_hand() -> None:
    sealed = seal(
        [{"name": "n", "type": "int64"}, {"name": "t", "type": "text"}],
        [[1, "a"], [2, None]],
        [["n"], ["t"]],
        SECRET,
    )
    salt = salts(SECRET, 0, 4)
    encoded = [
        b"\x02" + (1).to_bytes(8, "big"),
        b"\x04\x00\x00\x00\x01a",
        b"\x02" + (2).to_bytes(8, "big"),
        b"\x00",
    ]
    c = [hashlib.sha256(b"\x03" + one + data).digest() for one, data in zip(salt, encoded, strict=True)]
    leaves = [hashlib.sha256(b"\x00" + c[0] + c[1]).digest(), hashlib.sha256(b"\x00" + c[2] + c[3]).digest()]
    assert sealed.root == hashlib.sha256(b"\x01" + leaves[0] + leaves[1]).hexdigest()
    assert sealed.count == 2
    assert leaf_hash(c[0] + c[1]) == leaves[0]
    assert node_hash(*leaves).hex() == sealed.root


cells = {
    "bool": st.booleans(),
    "int64": st.integers(-(2**63), 2**63 - 1),
    "float64": st.floats(allow_nan=True),
    "text": st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    "timestamp": st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    "bytes": st.binary(max_size=8),
}


@given(st.data())
def test_a_value_survives_its_json_form(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(sorted(cells)))
    value = data.draw(st.none() | cells[kind])
    travelled = from_json(kind, json.loads(json.dumps(to_json(kind, value))))
    assert encode_value(kind, travelled) == encode_value(kind, value)


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_any_row_of_any_batch_can_be_proved(data: st.DataObject) -> None:
    kinds = data.draw(st.lists(st.sampled_from(sorted(cells)), min_size=1, max_size=5))
    columns = [{"name": f"c{i}", "type": kind} for i, kind in enumerate(kinds)]
    names = [column["name"] for column in columns]
    cut = data.draw(st.integers(0, len(names) - 1))
    groups = [part for part in (names[:cut], names[cut:]) if part]
    rows = data.draw(
        st.lists(st.tuples(*(st.none() | cells[kind] for kind in kinds)), min_size=1, max_size=20)
    )
    number = data.draw(st.integers(0, len(rows) - 1))
    sealed = seal(columns, iter(rows), groups, SECRET)
    opened = open_row(sealed.layout, iter(rows), SECRET, number)
    assert (opened.root, opened.count) == (sealed.root, len(rows))
    rebuilt = [
        commit(opened.salts[group], sealed.layout.group_bytes(opened.values, group, number))
        for group in range(len(groups))
    ]
    assert tuple(rebuilt) == opened.commitments
    leaf = leaf_hash(b"".join(opened.commitments))
    verify_inclusion(leaf, number, len(rows), list(opened.path), bytes.fromhex(sealed.root))


def test_changing_any_value_changes_the_root() -> None:
    root = seal(COLUMNS, ROWS, GROUPS, SECRET).root
    assert seal(COLUMNS, ROWS, GROUPS, SECRET).root == root
    for row in range(len(ROWS)):
        for column in range(4):
            altered = [list(one) for one in ROWS]
            altered[row][column] = None
            assert seal(COLUMNS, altered, GROUPS, SECRET).root != root
    assert seal(COLUMNS, ROWS[::-1], GROUPS, SECRET).root != root
    assert seal(COLUMNS, ROWS, GROUPS).root != root, "a fresh secret gives other commitments"


@pytest.mark.parametrize(
    ("columns", "groups", "said"),
    [
        ([], None, "needs columns"),
        ([{"name": "a", "type": "int64"}] * 2, None, "a name of its own"),
        ([{"name": "a", "type": "object"}], None, "has the type 'object'"),
        ([{"name": "a", "type": "int64"}], [["a"], ["a"]], "exactly one disclosure group"),
        ([{"name": "a", "type": "int64"}], [["b"]], "exactly one disclosure group"),
        ([{"name": "a", "type": "int64"}], [["a"], []], "none of them empty"),
        ([{"name": f"a{i}", "type": "int64"} for i in range(9)], [[f"a{i}"] for i in range(9)], "1 to 8"),
    ],
)
def test_a_layout_that_makes_no_sense_is_refused(columns: list, groups: list | None, said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        Layout.of(columns, groups)


def test_an_empty_batch_a_short_row_and_a_row_that_is_not_there_are_refused() -> None:
    with pytest.raises(InvalidInput, match="no rows"):
        seal(COLUMNS, [], GROUPS)
    with pytest.raises(InvalidInput, match="Row 1 has 1 values"):
        seal(COLUMNS, [[1.0]], GROUPS)
    with pytest.raises(InvalidInput, match="There is no row 7") as refused:
        open_row(Layout.of(COLUMNS, GROUPS), ROWS, SECRET, 7)
    assert refused.value.remedy == "Rows are numbered 0 to 6."
    with pytest.raises(InvalidInput, match="There is no row -1"):
        open_row(Layout.of(COLUMNS, GROUPS), ROWS, SECRET, -1)


@dataclass(frozen=True)
class Header:
    kind: str = "batch.sealed"
    subject: str = BATCH
    seq: int = 3
    time: str = "2026-01-01T00:00:00.000000Z"
    origin: str = "example.org/ledger"


@dataclass(frozen=True)
class Proved:
    header: Header
    body: dict[str, Any] | None


@pytest.fixture
def entered(monkeypatch: pytest.MonkeyPatch) -> Proved:
    """A ledger entry that proves, so that these tests look at the row alone."""
    sealed = seal(COLUMNS, ROWS, GROUPS, SECRET)
    body = {
        "root": sealed.root,
        "count": sealed.count,
        "schema": sealed.layout.schema,
        "groups": sealed.layout.group_names,
        "deployment": "deployment:credit/production@1",
        "model": "model:credit@1",
    }
    proved = Proved(Header(), body)
    monkeypatch.setattr(rowproof, "verify", lambda _text, _keys: proved)
    return proved


def proof_of(row: int, disclose: list[int] | None = None) -> dict[str, Any]:
    layout = Layout.of(COLUMNS, GROUPS)
    opened = open_row(layout, ROWS, SECRET, row)
    text = rowproof.build(layout, opened, batch=BATCH, entry_proof="proof", disclose=disclose)
    return json.loads(text)


def test_a_row_is_checked_in_full_and_in_part(entered: Proved) -> None:
    whole = rowproof.check(json.dumps(proof_of(4)), ["key"])
    assert whole.values == {"score": 0.54, "approved": True, "income": 4000, "race": "white"}
    assert (whole.withheld, whole.row, whole.seq) == ([], 4, 3)
    part = rowproof.check(json.dumps(proof_of(4, disclose=[0])), ["key"])
    assert part.values == {"score": 0.54, "approved": True}
    assert part.withheld == ["income", "race"]
    assert "race" not in proof_of(4, disclose=[0])["groups"][2]


def test_a_proof_holds_at_most_a_kilobyte_and_a_half_beyond_the_values_at_a_billion_rows() -> None:
    columns = [{"name": f"c{i}", "type": "int64"} for i in range(8)]
    layout = Layout.of(columns, [[f"c{i}"] for i in range(8)])
    opened = replace(open_row(layout, [list(range(8))], SECRET, 0), path=tuple([bytes(32)] * 30))
    proof = json.loads(rowproof.build(layout, opened, batch=BATCH, entry_proof="", disclose=[0]))
    hexes = [*proof["path"], *(group.get("commitment", group.get("salt")) for group in proof["groups"])]
    assert sum(len(bytes.fromhex(one)) for one in hexes) <= 1536


def forge_value(proof: dict) -> None:
    proof["groups"][0]["values"]["approved"] = False


def forge_salt(proof: dict) -> None:
    proof["groups"][1]["salt"] = "00" * 16


def forge_commitment(proof: dict) -> None:
    proof["groups"][2] = {"commitment": "11" * 32}


def forge_row(proof: dict) -> None:
    proof["row"] = 3


def forge_path(proof: dict) -> None:
    proof["path"][0] = "00" * 32


def forge_count(proof: dict) -> None:
    proof["count"] = 8


def forge_batch(proof: dict) -> None:
    proof["batch"] = "01890a5d-ac96-774b-bcce-b302099a8058"


def forge_groups(proof: dict) -> None:
    proof["groups"] = proof["groups"][:2]


def forge_extra_column(proof: dict) -> None:
    proof["groups"][0]["values"]["income"] = 9


def forge_type(proof: dict) -> None:
    proof["groups"][0]["values"]["approved"] = "yes"


def show_and_withhold(proof: dict) -> None:
    proof["groups"][2] = {
        "commitment": commitment_of(proof, 2),
        "values": {"race": "invented"},
        "salt": "00" * 16,
    }


def commitment_of(proof: dict, group: int) -> str:
    return str(proof_of(proof["row"], disclose=[])["groups"][group]["commitment"])


def spell_path_in_capitals(proof: dict) -> None:
    proof["path"] = [node.upper() for node in proof["path"]]


def spell_path_with_spaces(proof: dict) -> None:
    proof["path"] = [f"{node[:2]} {node[2:]}" for node in proof["path"]]


def spell_salt_in_capitals(proof: dict) -> None:
    proof["groups"][0]["salt"] = proof["groups"][0]["salt"].upper()


def add_a_member(proof: dict) -> None:
    proof["verdict"] = "allow"


def add_a_member_to_a_group(proof: dict) -> None:
    proof["groups"][0]["note"] = "approved by hand"


def say_nan(proof: dict) -> None:
    proof["groups"][0]["values"]["score"] = float("nan")


@pytest.mark.parametrize(
    "spell",
    [
        show_and_withhold, spell_path_in_capitals, spell_path_with_spaces, spell_salt_in_capitals, add_a_member,
        add_a_member_to_a_group, say_nan,
    ],
)  # fmt: skip
def test_a_row_proof_that_says_more_than_was_sealed_or_spells_it_otherwise_is_refused(
    entered: Proved, spell: Any
) -> None:
    proof = proof_of(4)
    assert rowproof.check(json.dumps(proof), ["key"]).values["race"] == "white"
    spell(proof)
    with pytest.raises((IntegrityError, InvalidInput)):
        rowproof.check(json.dumps(proof), ["key"])


@pytest.mark.parametrize(
    "forge",
    [
        forge_value, forge_salt, forge_commitment, forge_row, forge_path, forge_count, forge_batch,
        forge_groups, forge_extra_column, forge_type,
    ],
)  # fmt: skip
def test_a_tampered_row_proof_is_refused(entered: Proved, forge: Any) -> None:
    proof = proof_of(4)
    forge(proof)
    with pytest.raises((IntegrityError, InvalidInput)):
        rowproof.check(json.dumps(proof), ["key"])


def test_an_entry_of_another_kind_or_without_its_body_proves_no_row(
    entered: Proved, monkeypatch: Any
) -> None:
    text = json.dumps(proof_of(0))
    monkeypatch.setattr(rowproof, "verify", lambda *_: replace(entered, header=Header(kind="x.batch")))
    with pytest.raises(IntegrityError, match=r"is a x\.batch"):
        rowproof.check(text, ["key"])
    monkeypatch.setattr(rowproof, "verify", lambda *_: replace(entered, body=None))
    with pytest.raises(IntegrityError, match="withheld"):
        rowproof.check(text, ["key"])


@pytest.mark.parametrize(
    "text",
    [
        "", "[]", "{}", '{"batch":1}', '{"batch":"a","batch":"b"}', "[" * 100000,
        '{"batch":"a","row":true,"count":1,"groups":[],"path":[],"entry":""}',
        '{"batch":"a","row":0,"count":1,"groups":[1],"path":[],"entry":""}',
        '{"batch":"a","row":0,"count":1,"groups":[],"path":["zz"],"entry":""}',
    ],
)  # fmt: skip
def test_what_is_no_row_proof_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="no row proof"):
        rowproof.check(text, ["key"])
