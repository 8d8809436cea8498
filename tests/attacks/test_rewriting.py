"""History rewritten by somebody who can write everything, without the ledger's key and with it."""

from __future__ import annotations

import pytest

from governance.ledger import checkpoint as checkpoints
from governance.ledger.database import Database
from governance.ledger.database_reader import DatabaseReader
from governance.ledger.entry import Header, commit_body, entry_hash
from governance.ledger.export import write_export
from governance.ledger.folder import FolderReader
from governance.ledger.keys import KeyFolder
from governance.ledger.log import Ledger
from governance.ledger.note import SigningKey
from governance.ledger.tiles import entries_path, full_tiles, tile_path
from governance.ledger.tree import root_of
from governance.ledger.verification import verify

ALTERED = 300


def _recompute(attacked, *, signer: SigningKey | None, since: int = ALTERED) -> None:
    """Alter one body and recompute salt commitment, headers, hashes, tiles, and with a key the checkpoints."""
    rows = attacked.query("SELECT seq, header FROM entry ORDER BY seq")
    hashes, statements, before = [], [], "0" * 64
    for seq, stored in rows:
        data, header = stored, Header.from_bytes(stored)
        commitment = header.body
        if seq == since:
            salt, body = b"s" * 32, b'{"place":"nowhere"}'
            commitment = commit_body(salt, body).hex()
            statements.append(("UPDATE body SET salt = ?, body = ? WHERE seq = ?", (salt, body, seq)))
        if seq >= since:
            data = Header(
                header.actor,
                commitment,
                header.id,
                header.kind,
                header.origin,
                before,
                seq,
                header.subject,
                header.time,
            ).to_bytes()
            statements.append(
                ("UPDATE entry SET header = ?, hash = ? WHERE seq = ?", (data, entry_hash(data), seq))
            )
        hashes.append(entry_hash(data))
        before = hashes[-1].hex()
    statements += [
        ("UPDATE tile SET hashes = ? WHERE level = ? AND idx = ?", (tile.hashes, tile.level, tile.index))
        for tile in full_tiles(0, len(hashes), hashes, lambda *_: b"")
    ]
    if signer is not None:
        for (size,) in attacked.query("SELECT size FROM checkpoint"):
            head = checkpoints.Checkpoint(signer.name, size, root_of(hashes[:size]))
            text = checkpoints.sign(head, [signer])
            statements.append(("UPDATE checkpoint SET text = ? WHERE size = ?", (text, size)))
    attacked.sql(*statements)


def test_a_chain_recomputed_without_the_key(attacked, found) -> None:
    _recompute(attacked, signer=None)
    assert found() == [("checkpoint-invalid", "checkpoint 521", 2)]


def test_a_chain_recomputed_and_signed_with_a_key_of_the_attackers_own(attacked, found) -> None:
    forged = SigningKey.generate("acme.example/attacked")
    _recompute(attacked, signer=forged)
    assert found() == [("checkpoint-invalid", "checkpoint 1", 7)]


def test_a_chain_recomputed_with_the_key_against_a_pinned_checkpoint(attacked, found) -> None:
    key = KeyFolder(attacked.path.with_name(attacked.path.name + ".keys")).ledger_key()
    _recompute(attacked, signer=key)
    assert found() == []  # a thief of the key can do this unseen by those who kept nothing
    assert found(trusted=(attacked.kept[600],)) == [("history-rewritten", "checkpoint 600", 1)]
    assert found(trusted=(attacked.kept[264 + 1],)) == []  # what lies before the rewriting was not rewritten
    assert found(trusted=tuple(attacked.kept.values())) == [("history-rewritten", "checkpoint 521", 2)]


def test_a_whole_ledger_forged_under_the_same_name(attacked, tmp_path) -> None:
    forged = tmp_path / "forged.db"
    with (
        Ledger.create(
            str(forged), actor="user:anna", origin="acme.example/attacked", created={"admins": []}
        ) as other,
        other.reader() as reader,
    ):
        report = verify(reader, keys=[attacked.vkey])
        assert [(one.class_, one.place) for one in report.failures] == [
            ("checkpoint-invalid", "checkpoint 1")
        ]
        unpinned = verify(reader)
    assert unpinned.ok
    assert any("key not pinned" in warning for warning in unpinned.warnings)


def test_a_checkpoint_replayed_from_another_ledger(attacked, found, tmp_path) -> None:
    with Ledger.create(str(tmp_path / "other.db"), actor="user:anna", created={"admins": []}) as other:
        text = other.checkpoint()
    attacked.sql(("UPDATE checkpoint SET text = ? WHERE size = 600", (text,)))
    assert found() == [("checkpoint-invalid", "checkpoint 600", 1)]


def test_an_older_checkpoint_of_the_same_ledger_filed_under_a_newer_size(attacked, found) -> None:
    attacked.sql(("UPDATE checkpoint SET text = ? WHERE size = 600", (attacked.kept[521],)))
    assert found() == [("checkpoint-invalid", "checkpoint 600", 1)]


def test_a_header_rewritten_together_with_its_stored_hash(attacked, found) -> None:
    ((data,),) = attacked.query(f"SELECT header FROM entry WHERE seq = {ALTERED}")
    forged = data.replace(b"x.noted", b"x.nated")
    attacked.sql(("UPDATE entry SET header = ?, hash = ?, kind = 'x.nated' WHERE seq = ?",
                  (forged, entry_hash(forged), ALTERED)))  # fmt: skip
    assert found() == [("header-altered", f"entry {ALTERED}", 1)]


@pytest.mark.parametrize("place", range(0, 300, 23))
def test_one_byte_of_a_header_flipped_anywhere(attacked, found, place: int) -> None:
    ((data,),) = attacked.query(f"SELECT header FROM entry WHERE seq = {ALTERED}")
    at = place % len(data)
    forged = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
    attacked.sql(("UPDATE entry SET header = ? WHERE seq = ?", (forged, ALTERED)))
    assert found() == [("header-altered", f"entry {ALTERED}", 1)]


def test_several_attacks_at_once_are_all_named(attacked, found) -> None:
    attacked.sql(
        "UPDATE entry SET subject = 'model:other@1' WHERE seq = 10",
        "DELETE FROM body WHERE seq = 20",
        "UPDATE entry SET header = CAST(replace(CAST(header AS TEXT), 'noted', 'nated') AS BLOB) WHERE seq BETWEEN 100 AND 109",
        "DELETE FROM entry WHERE seq = 550",
        "UPDATE tile SET hashes = zeroblob(8192) WHERE idx = 1",
    )
    assert set(found()) == {
        ("index-altered", "entry 10", 1),
        ("body-missing", "entry 20", 1),
        ("header-altered", "entry 100", 10),
        ("entry-missing", "entry 550", 1),
        ("tile-altered", "tile/0/001", 1),
    }


@pytest.fixture
def exported(attacked, tmp_path):
    folder = tmp_path / "export"
    database = Database.open(attacked.path)
    with DatabaseReader(database) as reader:
        write_export(reader, folder, bodies=True)
    database.close()
    return folder


def _in_folder(attacked, folder, trusted=()) -> list[tuple[str, str, int]]:
    report = verify(FolderReader(folder), keys=[attacked.vkey], trusted_checkpoints=trusted)
    return [(one.class_, one.place, one.count) for one in report.failures]


def test_an_untouched_export_proves(attacked, exported) -> None:
    assert _in_folder(attacked, exported, (attacked.kept[265],)) == []


def test_a_header_in_an_export_altered(attacked, exported) -> None:
    bundle = exported / entries_path(1)
    data = bundle.read_bytes()
    bundle.write_bytes(data.replace(b"scorer@300", b"scorer@999", 1))
    assert _in_folder(attacked, exported) == [("header-altered", "entry 300", 1)]


def test_a_tile_in_an_export_altered_or_removed(attacked, exported) -> None:
    tile = exported / tile_path(0, 1)
    tile.write_bytes(tile.read_bytes()[:-1] + b"\0")
    (exported / tile_path(0, 2, 88)).unlink()
    assert _in_folder(attacked, exported) == [
        ("tile-altered", "tile/0/001", 1),
        ("tile-altered", "tile/0/002.p/88", 1),
    ]


def test_an_entry_cut_out_of_an_export(attacked, exported) -> None:
    bundle = exported / entries_path(0)
    data = bundle.read_bytes()
    length = int.from_bytes(data[:2], "big") + 2
    bundle.write_bytes(data[length:])
    failures = _in_folder(attacked, exported)
    assert ("entry-missing", "entry 0", 1) in failures
    assert {one[0] for one in failures} == {"entry-missing"}


def test_a_whole_bundle_of_an_export_removed(attacked, exported) -> None:
    (exported / entries_path(1)).unlink()
    assert ("entry-missing", "entry 256", 256) in _in_folder(attacked, exported)


def test_a_body_of_an_export_altered_removed_or_respelt(attacked, exported) -> None:
    body = exported / "bodies" / "300.json"
    body.write_bytes(body.read_bytes().replace(b'"place":300', b'"place":301'))
    (exported / "bodies" / "400.json").unlink()
    spaced = exported / "bodies" / "500.json"
    spaced.write_bytes(spaced.read_bytes() + b"\n")
    assert _in_folder(attacked, exported) == [
        ("body-altered", "entry 300", 1),
        ("body-altered", "entry 500", 1),
        ("body-missing", "entry 400", 1),
    ]


def test_an_older_export_shown_to_somebody_who_knows_a_newer_checkpoint(attacked, tmp_path) -> None:
    attacked.sql("DELETE FROM entry WHERE seq >= 265", "DELETE FROM body WHERE seq >= 265",
                 "DELETE FROM checkpoint WHERE size > 265", "DELETE FROM tile WHERE idx >= 1")  # fmt: skip
    database = Database.open(attacked.path)
    with DatabaseReader(database) as reader:
        write_export(reader, tmp_path / "older")
    database.close()
    assert _in_folder(attacked, tmp_path / "older", (attacked.kept[600],)) == [("truncated", "entry 265", 1)]
