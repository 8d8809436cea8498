"""The ledger's reader protocol over HTTP, so that the verifier here need not believe the service there."""

from __future__ import annotations

import json
from collections.abc import Iterator

import httpx

from governance.errors import NotFound
from governance.ledger import canonical
from governance.ledger.checkpoint import read_unverified
from governance.ledger.errors import EntryAbsent, ExportInvalid, InvalidEntry
from governance.ledger.tiles import TILE_WIDTH, decode_entry_bundle, entries_path, tile_path
from governance.workspace.http_client import HttpClient

_BODIES = 256


class HttpReader:
    """Reads checkpoint, tiles, headers and bodies from a service (`governance.ledger.reader.Reader`).

    Everything is read for the checkpoint that was first seen, so that a ledger that grows meanwhile does
    not disturb.
    """

    withholds_bodies = False

    def __init__(self, http: HttpClient) -> None:
        self._http = http
        self._checkpoint: str | None = None
        self._bodies: dict[int, tuple[bytes, bytes]] = {}
        self._fetched = range(0)

    def read_checkpoint(self) -> str:
        """Return the newest checkpoint at the time of the first call."""
        if self._checkpoint is None:
            self._checkpoint = self._get("checkpoint").text
        return self._checkpoint

    def read_tile(self, level: int, index: int, width: int) -> bytes:
        """Return the hashes of a tile."""
        return self._get(tile_path(level, index, width)).content

    def read_entries(self, start: int, stop: int) -> Iterator[bytes]:
        """Yield the headers of entries `start` to `stop` (exclusive), as many as the service hands over."""
        size = self._size()
        place = start
        while place < min(stop, size):
            index, offset = divmod(place, TILE_WIDTH)
            first = index * TILE_WIDTH
            width = min(TILE_WIDTH, size - first)
            bundle = decode_entry_bundle(self._get(entries_path(index, width)).content)
            yield from bundle[offset : min(width, stop - first)]
            if len(bundle) < width:
                return
            place = first + TILE_WIDTH

    def read_body(self, seq: int) -> tuple[bytes, bytes] | None:
        """Return salt and body bytes of an entry, None where the service has none (any more)."""
        if seq not in self._fetched:
            self._fetch(seq)
        return self._bodies.get(seq)

    def _fetch(self, seq: int) -> None:
        self._fetched = range(seq, min(seq + _BODIES, self._size()))
        self._bodies = {}
        if not self._fetched:
            return
        answer = self._http.get("bodies", start=seq, stop=self._fetched.stop)
        for line in answer.content.split(b"\n"):
            if not line:
                continue
            try:
                found = json.loads(line)
                body, salt = found["file"]["body"], bytes.fromhex(found["file"]["salt"])
                self._bodies[int(found["seq"])] = (salt, canonical.encode(body))
            except (ValueError, KeyError, TypeError, InvalidEntry):
                raise ExportInvalid(
                    f"The service's bodies from entry {seq} on can't be read.",
                    remedy="It is broken, or no ledger service; ask its operator.",
                ) from None

    def _size(self) -> int:
        return read_unverified(self.read_checkpoint()).size

    def _get(self, path: str) -> httpx.Response:
        try:
            return self._http.get(path)
        except NotFound as error:
            raise EntryAbsent(error.message, remedy=error.remedy) from None
