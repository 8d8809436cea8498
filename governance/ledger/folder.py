"""Reads a static export: a tlog-tiles tree of files, with bodies beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from governance.ledger.canonical import decode_canonical, encode
from governance.ledger.checkpoint import read_unverified
from governance.ledger.errors import EntryAbsent, ExportInvalid, LedgerError
from governance.ledger.tiles import TILE_WIDTH, decode_entry_bundle, entries_path, tile_path
from governance.ledger.tree import HASH_BYTES

CHECKPOINT, BODIES, MARK = "checkpoint", "bodies.json", ".incomplete"


def body_path(seq: int) -> str:
    """Return where an entry's body lies in an export."""
    return f"bodies/{seq}.json"


def _is_salt(salt: object) -> bool:
    return isinstance(salt, str) and re.fullmatch(r"[0-9a-f]{64}", salt) is not None


class FolderReader:
    """Reader of an exported folder (`governance.ledger.reader.Reader`).

    Args:
        folder: what `govern export` wrote.

    Raises:
        ExportInvalid: the folder is no export, or was not written to its end.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        try:
            self._checkpoint = self._text(CHECKPOINT)
        except EntryAbsent as error:
            raise ExportInvalid(
                f"{folder} is no complete export: it has no checkpoint, which is written last.",
                remedy="Export again; an interrupted export goes on in the same folder.",
            ) from error
        self.withholds_bodies = self._bodies_kept() == "withheld"

    def read_checkpoint(self) -> str:
        """Return the export's checkpoint."""
        return self._checkpoint

    def read_tile(self, level: int, index: int, width: int) -> bytes:
        """Return the first hashes of a tile; a full tile serves for a partial one."""
        try:
            data = self._bytes(tile_path(level, index, width))
        except EntryAbsent:
            return self._bytes(tile_path(level, index))[: width * HASH_BYTES]
        return data

    def read_entries(self, start: int, stop: int) -> Iterator[bytes]:
        """Yield headers in order, as many as the export holds."""
        size = read_unverified(self._checkpoint).size
        stop = min(stop, size)
        for index in range(start // TILE_WIDTH, -(-stop // TILE_WIDTH)):
            first = index * TILE_WIDTH
            headers = self._bundle(index, min(TILE_WIDTH, size - first))
            yield from headers[max(0, start - first) : stop - first]

    def read_body(self, seq: int) -> tuple[bytes, bytes] | None:
        """Return (salt, canonical body), or None where there is no such file.

        Raises:
            ExportInvalid: the file is no body in canonical form.
        """
        try:
            data = self._bytes(body_path(seq))
        except EntryAbsent:
            return None
        try:
            members = decode_canonical(data)
            salt, body = members["salt"], members["body"]
        except (LedgerError, KeyError) as error:
            raise ExportInvalid(f"{body_path(seq)} is no body in canonical form.") from error
        if set(members) == {"body", "salt"} and isinstance(body, dict) and _is_salt(salt):
            return bytes.fromhex(salt), encode(body)
        raise ExportInvalid(f"{body_path(seq)} is no body in canonical form.")

    def _bundle(self, index: int, width: int) -> list[bytes]:
        try:
            return decode_entry_bundle(self._bytes(entries_path(index, width)))
        except EntryAbsent:
            return decode_entry_bundle(self._bytes(entries_path(index)))[:width]

    def _bodies_kept(self) -> str:
        try:
            kept = decode_canonical(self._bytes(BODIES)).get("bodies")
        except LedgerError as error:
            raise ExportInvalid(f"{self.folder} is no export: {BODIES} does not read.") from error
        if kept not in ("all", "withheld"):
            raise ExportInvalid(
                f"{BODIES} says neither that bodies are all there nor that they are withheld."
            )
        return str(kept)

    def _bytes(self, path: str) -> bytes:
        try:
            return (self.folder / path).read_bytes()
        except (FileNotFoundError, NotADirectoryError) as error:
            raise EntryAbsent(f"{path} is not there.") from error
        except OSError as error:
            raise ExportInvalid(f"{path} can't be read: {error.strerror}.") from error

    def _text(self, path: str) -> str:
        try:
            return self._bytes(path).decode()
        except UnicodeDecodeError as error:
            raise ExportInvalid(f"{path} is not UTF-8.") from error
