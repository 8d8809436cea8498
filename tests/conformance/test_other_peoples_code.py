"""Our exports, checkpoints and proofs read by code that we did not write, and theirs by ours."""

from __future__ import annotations

import base64
import os
import shutil
import subprocess
from pathlib import Path

import pymerkle
import pytest
from tlog_scales import signing as scales_signing
from tlog_scales import tlog as scales
from tlog_scales.backend import LocalBackend
from tlog_scales.reader import TilesReader

from governance.ledger import checkpoint as checkpoints
from governance.ledger.folder import FolderReader
from governance.ledger.note import ML_DSA_44, SigningKey
from governance.ledger.tree import root_at, verify_consistency, verify_inclusion
from governance.ledger.verification import verify
from tests.ledger.double import LedgerInLists

HERE = Path(__file__).parent


def test_tlog_scales_reads_an_export(exported: tuple[LedgerInLists, Path]) -> None:
    ledger, folder = exported
    reader = TilesReader(LocalBackend(folder))
    checkpoint = reader.get_checkpoint()
    checkpoint.verify(scales_signing.Vkey.from_string(ledger.key.vkey))
    assert reader.calculate_root_hash() == checkpoint.root_hash
    size = checkpoint.size
    for seq in sorted({0, 1, size // 2, 255, 256, size - 1} & set(range(size))):
        assert reader.get_entry(seq) == ledger.entries[seq].header_bytes
        proof = reader.get_inclusion_proof(seq, size)
        proof.check(ledger.entries[seq].hash, checkpoint.root_hash)
        assert proof.node_hashes == ledger.inclusion(seq, size)
        older = root_at(seq + 1, ledger.hashes())
        consistency = reader.get_consistency_proof(seq + 1, size)
        consistency.check(older, checkpoint.root_hash)
        assert consistency.node_hashes == ledger.consistency(seq + 1, size)


def test_tlog_scales_accepts_our_ml_dsa_cosignature_and_we_theirs() -> None:
    key, second = SigningKey.generate("acme.example/log"), SigningKey.generate("acme.example/log", ML_DSA_44)
    head = checkpoints.Checkpoint("acme.example/log", 7, bytes(range(32)))
    text = checkpoints.sign(head, [key, second])
    theirs = scales.Checkpoint.from_text(text)
    for one in (key, second):
        theirs.verify(scales_signing.Vkey.from_string(one.vkey))
    signer = scales_signing.MLDSA44CosignatureSigner("acme.example/log", second.private)
    made = scales.Checkpoint.make_signed("acme.example/log", 7, bytes(range(32)), [signer])
    assert checkpoints.open_checkpoint(made.serialize(), "acme.example/log", [second.verifier]) == head


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 9, 100])
def test_pymerkle_makes_the_same_tree_and_accepts_our_proofs(size: int) -> None:
    ledger = LedgerInLists.of(size)
    tree = pymerkle.InmemoryTree(algorithm="sha256")
    for entry in ledger.entries:
        tree.append_entry(entry.header_bytes)
    assert tree.get_root() == ledger.frontier.root()
    for old in range(1, size + 1):
        assert tree.get_root(old) == root_at(old, ledger.hashes())
        verify_consistency(old, size, tree.get_root(old), tree.get_root(), ledger.consistency(old, size))
        verify_inclusion(
            ledger.entries[old - 1].hash, old - 1, size, ledger.inclusion(old - 1, size), tree.get_root()
        )
        theirs = tree.prove_inclusion(old, size)  # counts from one
        pymerkle.verify_inclusion(ledger.entries[old - 1].hash, tree.get_root(), theirs)


def _go(folder: Path, key: str, cache: Path) -> subprocess.CompletedProcess[str]:
    go = shutil.which("go")
    if go is None:
        pytest.skip("needs go: Debian packages golang-go and golang-golang-x-mod-dev")
    if not Path("/usr/share/gocode/src/golang.org/x/mod/sumdb").is_dir():
        pytest.skip("needs go's x/mod: Debian package golang-golang-x-mod-dev")
    environment = {**os.environ, "GO111MODULE": "off", "GOPATH": "/usr/share/gocode", "GOFLAGS": "",
                   "GOCACHE": str(cache / "cache")}  # fmt: skip
    program = cache / "verifyexport"
    if not program.exists():
        subprocess.run([go, "build", "-o", program, HERE / "verifyexport.go"], env=environment, check=True)
    return subprocess.run([program, folder, key], capture_output=True, text=True, check=False)


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("go")


def test_go_sumdb_verifies_the_note_every_tile_and_every_entry_of_an_export(exported, cache: Path) -> None:
    ledger, folder = exported
    size = len(ledger.entries)
    outcome = _go(folder, ledger.key.vkey, cache)
    assert outcome.stdout == f"verified {size} {size}\n", outcome.stderr


def test_go_sumdb_refuses_an_altered_export_as_we_do(exported, cache: Path, tmp_path: Path) -> None:
    ledger, folder = exported
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    bundle = next((copy / "tile" / "entries").rglob("000*"))
    bundle = next(bundle.rglob("[0-9]*")) if bundle.is_dir() else bundle
    data = bundle.read_bytes()
    bundle.write_bytes(data.replace(b"user:anna", b"user:emma", 1))
    assert _go(copy, ledger.key.vkey, cache).returncode == 1
    assert [one.class_ for one in verify(FolderReader(copy), keys=[ledger.key.vkey]).failures] == [
        "header-altered"
    ]


def test_a_proof_file_is_a_tlog_proof_of_the_specification() -> None:
    from governance.ledger import proof

    ledger = LedgerInLists.of(100)
    entry = ledger.entries[41]
    extra = proof.encode_extra(entry.header_bytes, entry.body_bytes, entry.salt)
    text = proof.encode(41, extra, ledger.inclusion(41, 100), ledger.checkpoints[100])
    lines = text.split("\n")
    assert lines[0] == "c2sp.org/tlog-proof@v1"
    assert lines[2] == "index 41"
    gap = lines.index("")
    theirs = scales.InclusionProof(41, 100, [base64.b64decode(one) for one in lines[3:gap]])
    checkpoint = scales.Checkpoint.from_text("\n".join(lines[gap + 1 :]))
    theirs.check(entry.hash, checkpoint.root_hash)
    checkpoint.verify(scales_signing.Vkey.from_string(ledger.key.vkey))
