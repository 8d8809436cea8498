"""Opening takes up the tree from a few stored hashes; what is kept to spare work is never trusted."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from store_builders import ANN, note

from governance.ledger.checkpoint import read_unverified
from governance.ledger.errors import NotALedger, ReadOnly
from governance.ledger.log import Ledger
from governance.ledger.tree import leaf_hash, verify_consistency, verify_inclusion

ENTRIES = 20 * 256 + 77


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger with twenty full tiles and an open one."""
    path = tmp_path_factory.mktemp("grown") / "governance.db"
    with Ledger.create(str(path), actor=ANN, created={"admins": []}) as ledger:
        ledger.append_many([note(place) for place in range(ENTRIES - 1)])
    return path


@pytest.fixture
def copied(grown: Path, tmp_path: Path) -> Path:
    path = tmp_path / grown.name
    path.write_bytes(grown.read_bytes())
    keys = tmp_path / f"{grown.name}.keys"
    keys.mkdir(mode=0o700)
    for one in grown.with_name(keys.name).iterdir():
        (keys / one.name).write_bytes(one.read_bytes())
        (keys / one.name).chmod(0o600)
    return path


def tiles_file(path: Path) -> Path:
    return path.with_name(f"{path.name}.keys") / "open.tiles"


@contextmanager
def tile_reads(ledger: Ledger) -> Iterator[list[str]]:
    """Collect the reads of stored tiles and of leaf hashes."""
    seen: list[str] = []

    def note_it(_c: Any, _cursor: Any, statement: str, parameters: Any, *_more: Any) -> None:
        if "FROM tile" in statement or "entry.hash" in statement:
            seen.append(f"{statement} {parameters}")

    event.listen(ledger.database.engine, "before_cursor_execute", note_it)
    try:
        yield seen
    finally:
        event.remove(ledger.database.engine, "before_cursor_execute", note_it)


def check_proofs(ledger: Ledger, seq: int, old: int) -> None:
    size = ledger.size()
    root = read_unverified(ledger.checkpoint() or "").root
    verify_inclusion(
        leaf_hash(ledger.entry(seq).header_bytes), seq, size, ledger.inclusion_path(seq, size), root
    )
    before = ledger.inclusion_path(0, old)
    assert before
    first = leaf_hash(ledger.entry(0).header_bytes)
    old_root = _root_of(first, before)
    verify_consistency(old, size, old_root, root, ledger.consistency_path(old, size))


def _root_of(first: bytes, path: list[bytes]) -> bytes:
    from governance.ledger.tree import node_hash

    for sibling in path:
        first = node_hash(first, sibling)
    return first


def test_the_first_append_after_opening_reads_no_full_tile(copied: Path) -> None:
    with Ledger.open(str(copied)) as ledger, tile_reads(ledger) as reads:
        ledger.append(note("next"))
        assert not [one for one in reads if "FROM tile" in one]
        check_proofs(ledger, ENTRIES // 3, ENTRIES // 2)


@pytest.mark.parametrize("seq", [0, 255, 256, 1000, 2600, 20 * 256 - 1, 20 * 256, ENTRIES - 1])
def test_a_proof_after_opening_reads_a_few_tiles(copied: Path, seq: int) -> None:
    with Ledger.open(str(copied)) as ledger, tile_reads(ledger) as reads:
        path = ledger.inclusion_path(seq)
        # The open leaf tile twice (once to check the kept hashes), and the leaf's own tile: none of the other nineteen.
        assert len(reads) <= 3
        root = read_unverified(ledger.checkpoint() or "").root
        verify_inclusion(leaf_hash(ledger.entry(seq).header_bytes), seq, ENTRIES, path, root)


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: None,
        lambda text: "",
        lambda text: text[:-20],
        lambda text: text.replace(str(ENTRIES), "abc"),
        lambda text: text.replace(str(ENTRIES), str(ENTRIES + 256)),
        lambda text: text.replace(str(ENTRIES), str(1 << 40)),
        lambda text: "".join((*text.split("\n")[0], "\n", *("A" * len(text.split("\n")[1])), "\n")),
        lambda text: text + "AAAA\n",
    ],
)
def test_kept_hashes_that_are_wrong_or_missing_are_made_anew(copied: Path, damage: Any) -> None:
    file = tiles_file(copied)
    text = damage(file.read_text())
    if text is None:
        file.unlink()
    else:
        file.write_text(text)
    with Ledger.open(str(copied)) as ledger:
        check_proofs(ledger, ENTRIES // 3, ENTRIES // 2)
        ledger.append_many([note(place) for place in range(300)])
        check_proofs(ledger, ENTRIES // 3, ENTRIES + 3)
        assert file.read_text().startswith(f"open tiles of {ENTRIES + 300}\n")


def test_kept_hashes_from_a_longer_ledger_do_not_hide_that_it_was_cut(copied: Path) -> None:
    old = copied.read_bytes()
    with Ledger.open(str(copied)) as ledger:
        ledger.append_many([note(place) for place in range(600)])
    copied.write_bytes(old)
    with Ledger.open(str(copied)) as ledger:
        check_proofs(ledger, ENTRIES // 3, ENTRIES // 2)
        with pytest.raises(ReadOnly, match="already signed"):
            ledger.append(note("more"))


def test_the_last_hash_that_somebody_changed_is_not_built_upon(copied: Path) -> None:
    with Ledger.open(str(copied)) as ledger:
        ledger.append_many([note(place) for place in range(256 - ENTRIES % 256)])
        assert ledger.size() % 256 == 0
    with sqlite3.connect(copied) as raw:
        for (trigger,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            raw.execute(f"DROP TRIGGER {trigger}")
        raw.execute("UPDATE entry SET hash = ? WHERE seq = (SELECT max(seq) FROM entry)", (b"\1" * 32,))
    raw.close()
    with Ledger.open(str(copied)) as ledger, pytest.raises(ReadOnly, match="last entry's stored hash"):
        ledger.append(note("more"))


def test_tables_whose_revision_is_not_named_are_called_that(copied: Path) -> None:
    with sqlite3.connect(copied) as raw:
        raw.execute("DELETE FROM alembic_version")
    raw.close()
    with pytest.raises(NotALedger, match="the row that names their revision"):
        Ledger.open(str(copied))
