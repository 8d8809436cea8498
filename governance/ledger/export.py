"""Writes a static export: files that any web server or object store can serve, and anybody can verify.

Order, so that an interrupted export never looks complete and an older one stays whole until it is replaced:
1. the mark `.incomplete`, which names the ledger and lets the same export be taken up again;
2. entry bundles, tiles, bodies;
3. `bodies.json`;
4. everything to the disk, then the checkpoint by an atomic rename;
5. what the new checkpoint does not need: bodies that were erased or are withheld now; then the mark.
"""

from __future__ import annotations

import os
from pathlib import Path

from governance.ledger.canonical import encode
from governance.ledger.checkpoint import Checkpoint, read_unverified
from governance.ledger.entry import can_be_erased, entry_hash, header_fields
from governance.ledger.errors import ExportInvalid, LedgerError
from governance.ledger.folder import BODIES, CHECKPOINT, MARK, body_path
from governance.ledger.reader import Reader
from governance.ledger.tiles import TILE_WIDTH, TileHashes, encode_entry_bundle, entries_path, tile_path
from governance.ledger.tree import EMPTY_ROOT, HASH_BYTES, root_at
from governance.ledger.verification_growth import Growth


def write_export(reader: Reader, folder: Path, *, bodies: bool = False) -> int:
    """Write what a reader gives as a static export.

    Args:
        reader: the ledger.
        folder: new, empty, or an older export of the same ledger.
        bodies: whether bodies that can be erased go along; the others always do.

    Returns:
        The number of entries.

    Raises:
        ExportInvalid: the folder holds something else, or the ledger does not prove itself.
    """
    text = reader.read_checkpoint()
    checkpoint = read_unverified(text)
    older = _look_at(folder, checkpoint)
    if older is not None and _root_at(reader, older.size, checkpoint.size) != older.root:
        raise _foreign(folder, "an export of another history under the same name")
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / MARK, checkpoint.origin.encode())
    growth = Growth(lambda level, index, hashes: _write_tile(folder, level, index, hashes))
    kept: set[int] = set()
    for first in range(0, checkpoint.size, TILE_WIDTH):
        headers = _headers(reader, first, min(TILE_WIDTH, checkpoint.size - first), checkpoint.size)
        for seq, header in enumerate(headers, first):
            growth.append(entry_hash(header))
            if _write_body(reader, folder, seq, header, bodies=bodies):
                kept.add(seq)
        _write(folder / entries_path(first // TILE_WIDTH, len(headers)), encode_entry_bundle(headers))
    if (growth.root() if growth.size else EMPTY_ROOT) != checkpoint.root:
        raise _unproved("its entries do not have the root that its checkpoint signs")
    for level, index, hashes in growth.partial_tiles():
        _write_tile(folder, level, index, hashes)
    (folder / "bodies").mkdir(exist_ok=True)
    _write(folder / BODIES, encode({"bodies": "all" if bodies else "withheld"}))
    os.sync()
    _write(folder / CHECKPOINT, text.encode(), durable=True)
    for path in (folder / "bodies").glob("*.json"):
        if not path.stem.isdecimal() or int(path.stem) not in kept:
            path.unlink()
    (folder / MARK).unlink()
    return checkpoint.size


def _look_at(folder: Path, checkpoint: Checkpoint) -> Checkpoint | None:
    """Refuse a folder that holds something else; return the checkpoint of an older export."""
    if not folder.exists():
        return None
    if not folder.is_dir():
        raise _foreign(folder, "a file")
    names = {path.name for path in folder.iterdir()}
    if not names:
        return None
    if CHECKPOINT in names and BODIES in names:
        try:
            older = read_unverified((folder / CHECKPOINT).read_text(encoding="utf-8"))
        except (LedgerError, UnicodeDecodeError) as error:
            raise _foreign(folder, "a checkpoint that does not read") from error
        if older.origin != checkpoint.origin:
            raise _foreign(folder, f"an export of {older.origin}")
        if older.size > checkpoint.size:
            raise _foreign(folder, f"an export of {older.size} entries, but the ledger has {checkpoint.size}")
        return older
    if MARK in names and (folder / MARK).read_bytes() == checkpoint.origin.encode():
        return None
    raise _foreign(folder, "other files")


def _headers(reader: Reader, first: int, width: int, size: int) -> list[bytes]:
    headers = list(reader.read_entries(first, first + width))
    if len(headers) != width:
        raise _unproved(f"only {first + len(headers)} of its {size} entries are there")
    for seq, header in enumerate(headers, first):
        if header_fields(header) is None:
            raise _unproved(f"entry {seq} has no canonical header")
    return headers


def _root_at(reader: Reader, size: int, newest: int) -> bytes:
    try:
        return root_at(size, TileHashes(reader.read_tile, newest)) if size else EMPTY_ROOT
    except LedgerError as error:
        raise _unproved(f"its tree can't be read: {error.message}") from error


def _write_body(reader: Reader, folder: Path, seq: int, header: bytes, *, bodies: bool) -> bool:
    fields = header_fields(header)
    if fields is None or (not bodies and can_be_erased(fields[3])):
        return False
    found = reader.read_body(seq)
    if found is None:
        return False
    salt, body = found
    _write(folder / body_path(seq), b'{"body":%b,"salt":"%b"}' % (body, salt.hex().encode()))
    return True


def _write_tile(folder: Path, level: int, index: int, hashes: bytes) -> None:
    _write(folder / tile_path(level, index, len(hashes) // HASH_BYTES), hashes)


def _write(path: Path, data: bytes, *, durable: bool = False) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(path.name + ".new")
    with fresh.open("wb") as file:
        file.write(data)
        if durable:
            file.flush()
            os.fsync(file.fileno())
    fresh.replace(path)
    if durable:
        opened = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)


def _foreign(folder: Path, what: str) -> ExportInvalid:
    return ExportInvalid(
        f"{folder} holds {what}.", remedy="Name an empty folder, or an older export of this ledger."
    )


def _unproved(why: str) -> ExportInvalid:
    return ExportInvalid(
        f"The ledger can't be exported: {why}.", remedy="Run `govern verify` to see what is wrong."
    )
