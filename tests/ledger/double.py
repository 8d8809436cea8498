"""A ledger in lists: what the verifier reads, with every stored thing open to be altered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from governance.ledger import checkpoint as checkpoints
from governance.ledger.entry import Draft, Entry, check_draft, make_entry, new_id
from governance.ledger.errors import EntryAbsent
from governance.ledger.note import SigningKey
from governance.ledger.reader import Row
from governance.ledger.tiles import TileHashes, full_tiles
from governance.ledger.tree import Frontier, consistency_path, inclusion_path

ORIGIN = "acme.example/credit"
BEGAN = "2026-01-01T00:00:00.000000Z"


@dataclass
class LedgerInLists:
    """Implements `StoredReader` over plain lists and dicts."""

    key: SigningKey = field(default_factory=lambda: SigningKey.generate(ORIGIN))
    origin: str = ORIGIN
    withholds_bodies: bool = False
    entries: list[Entry] = field(default_factory=list)
    table: list[Row] = field(default_factory=list)
    bodies: dict[int, tuple[bytes, bytes]] = field(default_factory=dict)
    tiles: dict[tuple[int, int], bytes] = field(default_factory=dict)
    checkpoints: dict[int, str] = field(default_factory=dict)
    frontier: Frontier = field(default_factory=Frontier)

    @classmethod
    def of(cls, size: int, group: int = 1, **more: object) -> LedgerInLists:
        ledger = cls(**more)  # type: ignore[arg-type]
        ledger.append(
            "ledger.created", "ledger:" + ledger.origin, {"keys": [ledger.key.vkey], "origin": ledger.origin}
        )
        ledger.sign()
        for place in range(1, size):
            ledger.append("x.noted", f"model:m@{place}", {"place": place})
            if place % group == group - 1 or place == size - 1:
                ledger.sign()
        return ledger

    def append(
        self,
        kind: str,
        subject: str,
        body: dict[str, object],
        *,
        time: str | None = None,
        prev: bytes | None = None,
    ) -> Entry:
        seq = len(self.entries)
        draft = Draft("user:anna", kind, subject, body)
        stamp = (
            time
            or f"2026-01-{1 + seq // 86400:02d}T{seq // 3600 % 24:02d}:{seq // 60 % 60:02d}:{seq % 60:02d}.000000Z"
        )
        entry = make_entry(
            draft,
            check_draft(draft),
            entry_id=new_id(),
            origin=self.origin,
            seq=seq,
            prev=prev or (self.entries[-1].hash if self.entries else None),
            time=stamp,
        )
        self.enter(entry)
        return entry

    def enter(self, entry: Entry) -> None:
        self.entries.append(entry)
        self.table.append(row_of(entry))
        assert entry.salt is not None
        assert entry.body_bytes is not None
        self.bodies[entry.seq] = (entry.salt, entry.body_bytes)
        self.frontier.append(entry.hash)
        size = len(self.entries)
        start = (size - 1) - (size - 1) % 256
        leaves = [one.hash for one in self.entries[start:]]
        for tile in full_tiles(size - 1, size, leaves, lambda level, index, _width: self.tiles[level, index]):
            self.tiles[tile.level, tile.index] = tile.hashes

    def sign(self, *keys: SigningKey) -> str:
        head = checkpoints.Checkpoint(self.origin, len(self.entries), self.frontier.root())
        text = checkpoints.sign(head, keys or [self.key])
        self.checkpoints[head.size] = text
        return text

    def hashes(self, size: int | None = None) -> TileHashes:
        return TileHashes(self.read_tile, len(self.entries) if size is None else size)

    def inclusion(self, seq: int, size: int) -> list[bytes]:
        return inclusion_path(seq, size, self.hashes(size))

    def consistency(self, old: int, new: int) -> list[bytes]:
        return consistency_path(old, new, self.hashes(new))

    # Reader
    def read_checkpoint(self) -> str:
        if not self.checkpoints:
            raise EntryAbsent("There is no checkpoint.")
        return self.checkpoints[max(self.checkpoints)]

    def read_tile(self, level: int, index: int, width: int) -> bytes:
        if (level, index) in self.tiles:
            return self.tiles[level, index][: width * 32]
        if level == 0:
            return b"".join(one.hash for one in self.entries[index * 256 : index * 256 + width])
        below = TileHashes(self.read_tile, len(self.entries))
        return b"".join(_row_hash(below, level, index * 256 + at) for at in range(width))

    def read_entries(self, start: int, stop: int) -> Iterator[bytes]:
        return iter([row.header for row in self.table[start:stop]])

    def read_body(self, seq: int) -> tuple[bytes, bytes] | None:
        return self.bodies.get(seq)

    # StoredReader
    def rows(self, start: int, stop: int | None) -> Iterator[Row]:
        found = [row for row in self.table if row.seq >= start and (stop is None or row.seq < stop)]
        return iter(sorted(found, key=lambda row: row.seq))

    def stored_bodies(self) -> Iterator[tuple[int, bytes, bytes]]:
        return iter([(seq, *self.bodies[seq]) for seq in sorted(self.bodies)])

    def stored_tiles(self) -> Iterator[tuple[int, int, bytes]]:
        return iter([(*place, self.tiles[place]) for place in sorted(self.tiles)])

    def stored_checkpoints(self) -> Iterator[tuple[int, str]]:
        return iter(sorted(self.checkpoints.items()))


def _row_hash(below: TileHashes, level: int, index: int) -> bytes:
    from governance.ledger.tiles import tile_hash

    return tile_hash(b"".join(below((level - 1) * 8, index * 256 + at) for at in range(256)))


def row_of(entry: Entry) -> Row:
    head = entry.header
    return Row(
        head.seq, head.id, head.time, head.actor, head.kind, head.subject, entry.hash, entry.header_bytes
    )
