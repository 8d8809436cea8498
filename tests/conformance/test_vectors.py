"""Known answers: RFC 6962 roots and proofs, the signed-note and cosignature examples, tlog-tiles shapes."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path

import pytest

from governance.ledger.errors import NoteInvalid, ProofInvalid
from governance.ledger.note import VerifierKey, open_note
from governance.ledger.tiles import entries_path, parse_entries_path, parse_tile_path, tile_path, tiles_of
from governance.ledger.tree import leaf_hash, root_of, verify_consistency, verify_inclusion

# Certificate Transparency's reference tree (RFC 6962 reference implementation, testdata).
LEAVES = [bytes.fromhex(one) for one in (
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")]  # fmt: skip
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


@pytest.mark.parametrize("size", range(9))
def test_roots_of_rfc_6962(size: int) -> None:
    assert root_of(map(leaf_hash, LEAVES[:size])).hex() == ROOTS[size]


def _refuses(check) -> bool:
    try:
        check()
    except ProofInvalid:
        return True
    return False


def test_every_inclusion_and_consistency_vector(vectors: Path) -> None:
    count = 0
    for path in sorted(vectors.rglob("*.json")):
        case = json.loads(path.read_text())
        proof = [base64.b64decode(one) for one in case["proof"] or []]
        if "leafHash" in case:
            leaf, root = base64.b64decode(case["leafHash"]), base64.b64decode(case["root"])
            refused = _refuses(
                lambda c=case, p=proof, a=leaf, b=root: verify_inclusion(a, c["leafIdx"], c["treeSize"], p, b)
            )
            short = len(root) != 32
        else:
            first, second = base64.b64decode(case["root1"]), base64.b64decode(case["root2"])
            refused = _refuses(
                lambda c=case, p=proof, a=first, b=second: verify_consistency(c["size1"], c["size2"], a, b, p)
            )
            # Roots that are no SHA-256, and proofs from the empty tree, are refused here whatever the vector says.
            short = len(first) != 32 or len(second) != 32 or case["size1"] == 0
        assert refused or not case["wantErr"], path
        assert not refused or case["wantErr"] or short, path
        count += 1
    assert count == 196


NOTE_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
NOTE = (
    "This is an example message.\n\n— example.com/foo "
    "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
)
MIRROR_KEY = "mirror.example.org+3fb148ef+BAAjjch9GyYz0sJsJx7ALhbdAtz2ov0unbzSl1vMp94O"
COSIGNED = (
    "rome2026h1.example.org\n300\ngw31yQrqZZCcEOPrzX+bpy3nJ6QgngTKn8G1m0i62uU=\n\n— mirror.example.org "
    "P7FI7wAAAABpVGeAjA1S4pJm6MbcXjX7UUImu4azZtrfcVW2uyr/LXIYlwEJzXC0N0EiZkbqfLdXt/4gVEEuGmxJjAfXKMCISpsJAg==\n"
)


def test_the_example_of_signed_note() -> None:
    opened = open_note(NOTE, [VerifierKey.parse(NOTE_KEY)])
    assert opened.text == "This is an example message.\n"
    assert [one.name for one in opened.verified] == ["example.com/foo"]


def test_the_example_of_cosignature_v1_and_the_tree_it_covers() -> None:
    opened = open_note(COSIGNED, [VerifierKey.parse(MIRROR_KEY)])
    assert opened.verified[0].time == 1767139200
    root = root_of(leaf_hash(f"record {place}".encode()) for place in range(300))
    assert base64.b64encode(root).decode() in opened.text
    paths = [tile_path(*one) for one in tiles_of(300)]
    assert paths == ["tile/0/000", "tile/0/001.p/44", "tile/1/000.p/1"]


@pytest.mark.parametrize(("note", "key"), [(NOTE, NOTE_KEY), (COSIGNED, MIRROR_KEY)])
def test_no_single_altered_byte_of_a_signed_note_is_accepted(note: str, key: str) -> None:
    data, verifier = note.encode(), VerifierKey.parse(key)
    for place in range(len(data)):
        altered = data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
        try:
            text = altered.decode()
        except UnicodeDecodeError:
            continue
        with pytest.raises(NoteInvalid):
            open_note(text, [verifier])


def test_tile_shapes_of_seventy_thousand_leaves() -> None:
    tiles = tiles_of(70_000)
    assert [sum(one[0] == level for one in tiles) for level in range(3)] == [274, 2, 1]
    assert [one for one in tiles if one[2] != 256] == [(0, 273, 112), (1, 1, 17), (2, 0, 1)]
    assert tile_path(0, 1234067) == "tile/0/x001/x234/067"


@pytest.mark.parametrize(
    "path",
    [
        "tile/0/000/",
        "tile/00/000",
        "tile/0/x000/001",
        "tile/0/1",
        "tile/0/001.p/0",
        "tile/0/001.p/256",
        "tile/64/000",
        "tile/0/001.p/01",
        "/tile/0/001",
        "tile/0/x1/000",
    ],
)
def test_second_spellings_of_tile_paths_are_refused(path: str) -> None:
    with pytest.raises(Exception, match="is not a tile's path"):
        parse_tile_path(path)


def test_tile_paths_read_back() -> None:
    for index in (0, 1, 999, 1000, 1_234_067):
        for width in (1, 255, 256):
            assert parse_tile_path(tile_path(3, index, width)) == (3, index, width)
            assert parse_entries_path(entries_path(index, width)) == (index, width)


def test_the_empty_root_is_the_hash_of_nothing() -> None:
    assert root_of([]) == hashlib.sha256(b"").digest()
