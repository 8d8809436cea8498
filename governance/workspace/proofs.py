"""Proofs, tiles and checkpoints of a local ledger."""

from __future__ import annotations

import re

from governance.errors import InvalidInput, NotFound
from governance.ledger import canonical
from governance.ledger.checkpoint import read_unverified
from governance.ledger.entry import Entry
from governance.ledger.errors import ExportInvalid, InvalidEntry
from governance.ledger.log import Ledger
from governance.ledger.tiles import TILE_WIDTH, encode_entry_bundle, parse_entries_path, parse_tile_path
from governance.workspace.views import CheckpointView

_HASH = re.compile(r"[0-9a-f]{64}")


def checkpoint_view(text: str) -> CheckpointView:
    """Return what a checkpoint's signed text says; its signature is not checked here."""
    checkpoint = read_unverified(text)
    return CheckpointView(
        origin=checkpoint.origin, size=checkpoint.size, root=checkpoint.root.hex(), text=text
    )


class Proofs:
    """What the log hands out for others to verify."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def checkpoint(self) -> CheckpointView:
        """Return the newest checkpoint."""
        text = self._ledger.checkpoint()
        if text is None:
            raise NotFound("This ledger has no checkpoint.", remedy="Verify it: govern verify.")
        return checkpoint_view(text)

    def find(self, reference: str | int, *, body: bool = True) -> Entry:
        """Return an entry by seq, id or entry hash (`entry:SEQ` and `#SEQ` are taken too).

        Raises:
            NotFound: there is no such entry.
            InvalidInput: it is none of the three.
        """
        text = str(reference).removeprefix("entry:").removeprefix("#")
        if text.isascii() and text.isdecimal() and len(text) <= 16:
            return self._ledger.entry(int(text), body=body)
        found = self._ledger.entry_by_hash(bytes.fromhex(text)) if _HASH.fullmatch(text) else None
        if found is None and not _HASH.fullmatch(text):
            if re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", text) is None:
                raise InvalidInput(
                    f"'{reference}' names no entry.",
                    remedy="Give its number, its id (a UUID), or its hash (64 hex digits).",
                )
            found = self._ledger.entry_by_id(text)
        if found is None:
            raise NotFound(f"There is no entry {reference} in this ledger.", remedy="List them: govern log.")
        return found

    def prove(self, reference: str | int, *, withhold_body: bool = False) -> str:
        """Return the tlog-proof document of one entry."""
        return self._ledger.prove(self.find(reference, body=False).seq, withhold_body=withhold_body)

    def consistency_proof(self, old: int, new: int) -> list[str]:
        """Return the consistency proof between two sizes, hashes in hex.

        Raises:
            InvalidInput: not 1 ≤ old ≤ new ≤ size.
        """
        size = self._ledger.size()
        if not 1 <= old <= new <= size:
            raise InvalidInput(
                f"There is no consistency proof from {old} to {new}.",
                remedy=f"Give sizes 1 ≤ OLD ≤ NEW ≤ {size}.",
            )
        return [node.hex() for node in self._ledger.consistency_path(old, new)]

    def tile(self, level: int, index: int, width: int = TILE_WIDTH) -> bytes:
        """Return the hashes of a tile."""
        return self._ledger.tile(level, index, width)

    def tile_file(self, path: str) -> bytes:
        """Return the file at a tlog-tiles path: `tile/<L>/<N>[.p/<W>]` or `tile/entries/<N>[.p/<W>]`.

        Raises:
            NotFound: no such path, or the tree is not that large yet.
        """
        try:
            if path.startswith("tile/entries/"):
                index, width = parse_entries_path(path)
                return self._bundle(index, width)
            level, index, width = parse_tile_path(path)
        except ExportInvalid:
            raise NotFound(f"There is no {path}.", remedy="See C2SP tlog-tiles for the paths.") from None
        return self.tile(level, index, width)

    def body_files(self, start: int, stop: int) -> dict[int, bytes]:
        """Return `bodies/<seq>.json` of entries `start` to `stop` (exclusive), erased ones left out.

        Each is the RFC 8785 object of body and salt, handed over as stored, altered or not: whoever
        verifies must see what is there. A stored body that is no JSON becomes `null`, which commits to
        nothing.
        """
        found: dict[int, bytes] = {}
        with self._ledger.reader() as reader:
            for seq in range(start, min(stop, self._ledger.size())):
                stored = reader.read_body(seq)
                if stored is not None:
                    found[seq] = b'{"body":%b,"salt":"%b"}' % (_json(stored[1]), _hex(stored[0]))
        return found

    def _bundle(self, index: int, width: int) -> bytes:
        start, size = index * TILE_WIDTH, self._ledger.size()
        if start + width > size:
            raise NotFound(
                f"There are no entries {start} to {start + width - 1} yet.", remedy=f"The size is {size}."
            )
        with self._ledger.reader() as reader:
            headers = [bytes(header) for header in reader.read_entries(start, start + width)]
        return encode_entry_bundle(headers)


def _json(body: object) -> bytes:
    try:
        return canonical.encode(canonical.decode(body)) if isinstance(body, bytes) else b"null"
    except InvalidEntry:
        return b"null"


def _hex(salt: object) -> bytes:
    return salt.hex().encode() if isinstance(salt, bytes) else b""
