"""Append, verify and prove at any size; no altered proof, header, bundle or note passes."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.ledger import proof
from governance.ledger.entry import Draft, Header, check_draft, entry_hash, header_fields, make_entry, new_id
from governance.ledger.errors import ExportInvalid, InvalidEntry, LedgerError, ProofInvalid
from governance.ledger.tiles import TileHashes, decode_entry_bundle, encode_entry_bundle, full_tiles, tiles_of
from governance.ledger.tree import (
    Frontier,
    consistency_path,
    inclusion_path,
    leaf_hash,
    node_hash,
    root_at,
    root_of,
    verify_consistency,
    verify_inclusion,
)
from governance.ledger.verification import verify
from tests.ledger.double import LedgerInLists

words = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=60)


def _naive_root(leaves: list[bytes]) -> bytes:
    """RFC 6962 §2.1, word for word."""
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return node_hash(_naive_root(leaves[:k]), _naive_root(leaves[k:]))


def _reader(leaves: list[bytes]):
    return lambda level, index: _naive_root(leaves[index << level : (index + 1) << level])


@given(st.data())
@settings(max_examples=60)
def test_proofs_hold_between_any_sizes_and_nothing_else_does(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 70))
    leaves = [leaf_hash(bytes([place])) for place in range(size)]
    old = data.draw(st.integers(1, size))
    index = data.draw(st.integers(0, size - 1))
    root, before, read = _naive_root(leaves), _naive_root(leaves[:old]), _reader(leaves)
    assert root_of(leaves) == root_at(size, read) == root
    assert Frontier.at(old, read).root() == before
    path = inclusion_path(index, size, read)
    verify_inclusion(leaves[index], index, size, path, root)
    links = consistency_path(old, size, read)
    verify_consistency(old, size, before, root, links)
    other = data.draw(
        st.integers(0, size - 1).filter(lambda one: one != index) if size > 1 else st.just(size)
    )
    with pytest.raises(ProofInvalid):
        verify_inclusion(leaves[index], other, size, path, root)
    for wrong in ([*path, root], path[:-1] if path else [root], [bytes(32), *path[1:]] if path else [root]):
        with pytest.raises(ProofInvalid):
            verify_inclusion(leaves[index], index, size, wrong, root)
    for wrong in ([*links, root], [bytes(32), *links[1:]] if links else [root]):
        with pytest.raises(ProofInvalid):
            verify_consistency(old, size, before, root, wrong)


@given(st.lists(st.integers(1, 700), min_size=1, max_size=6))
@settings(max_examples=20, deadline=None)
def test_tiles_kept_as_the_tree_grows_give_every_root(steps: list[int]) -> None:
    leaves = [leaf_hash(place.to_bytes(4, "big")) for place in range(sum(steps))]
    kept: dict[tuple[int, int], bytes] = {}
    size = 0
    for step in steps:
        start = size - size % 256
        for tile in full_tiles(
            size, size + step, leaves[start : size + step], lambda lv, ix, _w: kept[lv, ix]
        ):
            kept[tile.level, tile.index] = tile.hashes
        size += step
    assert set(kept) == {(level, index) for level, index, width in tiles_of(size) if width == 256}

    def read(level: int, index: int, width: int) -> bytes:
        if (level, index) in kept:
            return kept[level, index]
        span = 256**level
        return b"".join(
            _naive_root(leaves[(index * 256 + at) * span : (index * 256 + at + 1) * span])
            for at in range(width)
        )

    for at in {1, 255, 256, 257, size // 2, size} & set(range(1, size + 1)):
        assert root_at(at, TileHashes(read, size)) == root_of(leaves[:at])


@given(words, words, words, words)
def test_headers_read_back_and_have_one_spelling(actor: str, kind: str, subject: str, origin: str) -> None:
    draft = Draft(actor, kind, subject, {})
    origin = origin.replace("+", "-")
    entry = make_entry(draft, check_draft(draft), entry_id=new_id(), origin=origin, seq=3, prev=bytes(32),
                       time="2026-02-28T23:59:59.999999Z")  # fmt: skip
    assert Header.from_bytes(entry.header_bytes) == entry.header
    assert entry.hash == leaf_hash(entry.header_bytes) == entry_hash(entry.header_bytes)


@given(st.data())
def test_a_header_with_any_byte_altered_is_another_header_or_none(data: st.DataObject) -> None:
    draft = Draft('user:a"\\b', "x.kind", "model:m@1", {})
    entry = make_entry(draft, check_draft(draft), entry_id=new_id(), origin="o/x", seq=12, prev=bytes(32),
                       time="2026-02-28T23:59:59.999999Z")  # fmt: skip
    at = data.draw(st.integers(0, len(entry.header_bytes) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda one: one != entry.header_bytes[at]))
    altered = entry.header_bytes[:at] + bytes([byte]) + entry.header_bytes[at + 1 :]
    fields = header_fields(altered)
    assert fields is None or (Header(*fields) != entry.header and Header(*fields).to_bytes() == altered)


@given(st.binary(max_size=400))
def test_arbitrary_bytes_are_no_header(data: bytes) -> None:
    with pytest.raises(InvalidEntry):
        Header.from_bytes(data)


@pytest.mark.parametrize(("old", "new"), [
    (b'"v":1', b'"v":1.0'), (b'"v":1', b'"v":true'), (b'"seq":5', b'"seq":05'), (b'"seq":5', b'"seq":-5'),
    (b"2026-01-01T", b"2026-02-30T"), (b"T00:", b"T24:"), (b":00.000000Z", b":60.000000Z"), (b".000000Z", b".000000z"),
    (b'{"actor"', b'{ "actor"'), (b'"v":1}', b'"v":1,"w":1}'), (b"acme", b"ac+me"), (b"user:", b"us\\u0065r:"),
])  # fmt: skip
def test_second_spellings_of_a_header_are_refused(old: bytes, new: bytes) -> None:
    data = LedgerInLists.of(6).entries[5].header_bytes.replace(b"T00:00:05", b"T00:00:00")
    assert old in data
    assert header_fields(data) is not None
    assert header_fields(data.replace(old, new, 1)) is None


@given(st.lists(st.binary(max_size=300), max_size=20))
def test_entry_bundles_read_back(headers: list[bytes]) -> None:
    assert decode_entry_bundle(encode_entry_bundle(headers)) == headers


@given(st.lists(st.binary(min_size=1, max_size=50), min_size=1, max_size=5), st.integers(1, 40))
def test_a_bundle_cut_short_is_refused_or_ends_at_an_entry(headers: list[bytes], cut: int) -> None:
    data = encode_entry_bundle(headers)[:-cut]
    with suppress(ExportInvalid):
        assert headers[: len(found := decode_entry_bundle(data))] == found


LEDGER = LedgerInLists.of(40, 5)
ENTRY = LEDGER.entries[17]
PROOF = proof.encode(
    17,
    proof.encode_extra(ENTRY.header_bytes, ENTRY.body_bytes, ENTRY.salt),
    LEDGER.inclusion(17, 40),
    LEDGER.checkpoints[40],
)
BARE = proof.encode(
    17, proof.encode_extra(ENTRY.header_bytes, None, None), LEDGER.inclusion(17, 40), LEDGER.checkpoints[40]
)


def test_a_proof_proves_with_and_without_its_body() -> None:
    assert proof.verify(PROOF, [LEDGER.key.vkey]).body == {"place": 17}
    assert proof.verify(BARE, [LEDGER.key.vkey]).body is None
    assert proof.verify(PROOF, [LEDGER.key.vkey]).header_bytes == ENTRY.header_bytes


@given(st.sampled_from([PROOF, BARE]), st.data())
@settings(max_examples=300)
def test_no_altered_proof_is_accepted(text: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(text) - 1))
    character = data.draw(st.sampled_from("aZ09+/=\n —\t{").filter(lambda one: one != text[at]))
    how = data.draw(st.sampled_from(["replace", "insert", "delete"]))
    altered = (
        text[:at]
        + {"replace": character, "insert": character, "delete": ""}[how]
        + text[at + (how != "insert") :]
    )
    if altered == text:
        return
    with pytest.raises(LedgerError):
        proof.verify(altered, [LEDGER.key.vkey])


def test_a_proof_for_another_ledgers_key_is_refused() -> None:
    with pytest.raises(ProofInvalid):
        proof.verify(PROOF, [LedgerInLists().key.vkey])


@pytest.mark.parametrize("size", [1, 2, 3, 255, 256, 257, 511, 512, 513, 700])
@pytest.mark.parametrize("group", [1, 64])
def test_an_honest_ledger_of_any_size_verifies(size: int, group: int) -> None:
    ledger = LedgerInLists.of(size, group)
    report = verify(ledger, keys=[ledger.key.vkey], trusted_checkpoints=list(ledger.checkpoints.values()))
    assert report.failures == ()
    assert report.warnings == ()
    assert (report.size, report.root) == (size, ledger.frontier.root().hex())


@given(st.data())
@settings(max_examples=80, deadline=None)
def test_any_altered_byte_anywhere_is_found_and_named_by_its_table(data: st.DataObject) -> None:
    ledger = LedgerInLists.of(30, 4, key=LEDGER.key)
    seq = data.draw(st.integers(0, 29))
    what = data.draw(st.sampled_from(["header", "hash", "salt", "body"]))
    row, (salt, body) = ledger.table[seq], ledger.bodies[seq]

    def flipped(value: bytes) -> bytes:
        at = data.draw(st.integers(0, len(value) - 1))
        return value[:at] + bytes([value[at] ^ data.draw(st.integers(1, 255))]) + value[at + 1 :]

    if what in ("header", "hash"):
        ledger.table[seq] = row._replace(**{what: flipped(getattr(row, what))})
    else:
        ledger.bodies[seq] = (flipped(salt), body) if what == "salt" else (salt, flipped(body))
    failures = verify(ledger, keys=[LEDGER.key.vkey]).failures
    expected = {
        "header": "header-altered",
        "hash": "index-altered",
        "salt": "body-altered",
        "body": "body-altered",
    }
    assert [(one.class_, one.place, one.count) for one in failures] == [(expected[what], f"entry {seq}", 1)]
