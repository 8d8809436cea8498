"""The walk over a ledger from its first place to its last (see `verification` for the steps)."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from governance.ledger.canonical import decode
from governance.ledger.checkpoint import read_unverified
from governance.ledger.entry import NO_PREVIOUS, HeaderFields, header_fields, is_origin
from governance.ledger.errors import InvalidEntry, LedgerError
from governance.ledger.reader import Reader, Row, StoredReader
from governance.ledger.tiles import TILE_WIDTH
from governance.ledger.tree import EMPTY_ROOT, HASH_BYTES
from governance.ledger.verification_batch import ERASED, Batch, Expected, compare, follows, tile_part
from governance.ledger.verification_bodies import BodyAudit
from governance.ledger.verification_checkpoints import CheckpointAudit
from governance.ledger.verification_growth import Growth
from governance.ledger.verification_leaves import Doubt, candidates, decide
from governance.ledger.verification_order import Order, Slot, item_of
from governance.ledger.verification_report import PROGRESS_EVERY, Findings, Progress
from governance.ledger.verification_tiles import ReaderTiles, StoredTiles, TileAudit, read_tile
from governance.ledger.verification_trust import REPLACED, ROTATED, Trust

_MAX_DOUBTS = 16_384
_MAX_ABSENT_BUNDLES = 4096  # more than the widest gap that rows are put to their places across
_FIRST_SEQ = -(1 << 63)  # the least that the column holds
_COLUMN = "The column `{}` does not agree with the header, which proves."


class Walk:
    """One verification; afterwards `origin`, `size` and `root` say what it covered."""

    def __init__(
        self,
        reader: Reader,
        findings: Findings,
        *,
        keys: Sequence[str] | None,
        trusted: Sequence[str],
        progress: Progress | None,
    ) -> None:
        self._reader = reader
        self._findings = findings
        self._progress = progress
        self._stored = isinstance(reader, StoredReader)
        self._newest = _newest(reader)
        self._trust = Trust(keys, findings)
        self.origin = self._find_origin()
        self._plain_origin = self._stored and is_origin(self.origin)
        self._checkpoints = CheckpointAudit(
            self._checkpoint_rows(), trusted, self.origin, self._trust, findings
        )
        self._tiles: TileAudit = (
            StoredTiles(reader.stored_tiles(), findings)
            if isinstance(reader, StoredReader)
            else ReaderTiles(reader, findings)
        )
        self._bodies = BodyAudit(reader, findings)
        self._growth = Growth(self._tiles.compare)
        self._order = Order(self._rows())
        self._doubts: list[Doubt] = []
        self._leaf_tiles: dict[int, bytes | None] = {}
        self._absent: dict[int, bytes | None] = {}
        self._altered: set[int] = set()
        self._misfiled: list[tuple[int, int]] = []
        self._lost = False
        self._before: bytes | None = None  # genuine leaf of the place before; None when unknown
        self._time = ""
        self.size = 0

    @property
    def root(self) -> bytes:
        """Root recomputed so far."""
        return self._growth.root() if self._growth.size else EMPTY_ROOT

    def run(self) -> None:
        """Walk through all places, then settle what only the end can tell."""
        held: Slot | None = None
        for slot in self._order.slots():
            if held is not None:
                fields = slot.item.fields if slot.item is not None else None
                self._consider(held, fields[5] if fields is not None else None)
            held = slot
            while held is not None and (held.place == 0 or held.place % TILE_WIDTH == TILE_WIDTH - 1):
                ahead = self._leap(held)
                if ahead is held:
                    break
                held = ahead
        if held is not None:
            self._consider(held, None)
        if self._doubts:
            self._resolve()
        if self.size == 0:
            self._trust.begin(None)
        self._settle_strays()
        covered = self._checkpoints.finish(self.size)
        # Past a lost entry or the last one, a signed checkpoint may call for tiles that can't be recomputed.
        self._tiles.finish(self._growth, lost=self._lost or covered > self.size)
        self._bodies.finish((*self._absent, *self._altered), covered=range(self.size, covered))
        self._tell("entries", self.size)

    def _leap(self, held: Slot) -> Slot | None:
        """Settle a batch of rows at once where all is as it should be (see `verification_batch`).

        Args:
            held: the slot before, not yet considered, of which the first row has to be the next.

        Returns:
            The last row's slot, not yet considered; `held` itself where nothing was done; None where only `held`
            was considered.
        """
        first, item = held.place + 1, held.item
        count = TILE_WIDTH - 1 - first % TILE_WIDTH
        if not self._plain_origin or self._doubts or self._lost or item is None:
            return held
        rows = self._order.take(count + 1)
        if not rows or not follows(Row._make(rows[0]), first, item.hash):
            self._order.give_back(rows)
            return held
        self._consider(held, item.hash.hex())
        if not self._is_settled(item.hash):
            self._order.give_back(rows)
            return None
        bodies = self._bodies.take(first, first + count)
        if bodies is None:
            self._order.give_back(rows)
            return None
        tile = tile_part(self._leaf_tile(first // TILE_WIDTH), first % TILE_WIDTH, count)
        batch = compare(rows[:-1], bodies, tile, Expected(first, self.origin, item.hash, self._time))
        if batch is None or not follows(Row._make(rows[-1]), first + count, batch.leaves[-1]):
            self._bodies.give_back(bodies)
            self._order.give_back(rows)
            return None
        self._settle_batch(first, batch, bodies)
        self._order.passed(count + 1)
        return Slot(first + count, item_of(rows[-1]), 0)

    def _is_settled(self, leaf: bytes) -> bool:
        return not self._doubts and not self._lost and self._before == leaf

    def _settle_batch(self, first: int, batch: Batch, bodies: Sequence[tuple[Any, Any, Any]]) -> None:
        leaves, count = batch.leaves, len(batch.leaves)
        self._bodies.passed(len(bodies), batch.absent)
        for seq, _, body in bodies:
            if batch.kinds[seq - first] == ERASED:
                self._obey(seq, ERASED, body)
        done = 0
        while done < count:
            ahead = self._checkpoints.next_size - self.size
            step = min(ahead, count - done) if ahead > 0 else count - done
            self._growth.extend(leaves[done : done + step])
            done, self.size = done + step, self.size + step
            if self.size == self._checkpoints.next_size:
                self._checkpoints.reached(self.size, self._growth.root())
        self._before, self._time = leaves[-1], batch.time
        self._findings.checked["entries"] += count
        self._findings.checked["chain"] += count
        if not first % PROGRESS_EVERY:
            self._tell("entries", first)

    def _consider(self, slot: Slot, link: str | None) -> None:
        place, item, _ = slot
        tile = self._leaf_in_tile(place)
        if (
            not self._doubts
            and item is not None
            and item.fields is not None
            and item.row[6] == item.hash
            and (link is None or link == item.hash.hex())
            and (tile is None or tile == item.hash)
        ):
            self._settle(slot, item.hash, proven=True)
            return
        own = item.hash if item is not None and item.hash else None
        kept = item.row[6] if item is not None else self._order.strays_by_seq.get(place)
        said = candidates(own, _hash(kept), bytes.fromhex(link) if link else None, tile)
        self._doubts.append(Doubt(slot, said))
        if len(self._doubts) >= _MAX_DOUBTS or (
            place + 1 == self._checkpoints.next_size and self._checkpoints.signed_root(place + 1) is not None
        ):
            self._resolve()

    def _resolve(self) -> None:
        doubts, self._doubts = self._doubts, []
        size = doubts[-1].slot.place + 1
        root = None if self._lost else self._checkpoints.signed_root(size)
        leaves, proven = decide(self._growth, doubts, root)
        for doubt, leaf in zip(doubts, leaves, strict=True):
            self._settle(doubt.slot, leaf, proven=proven)

    def _settle(self, slot: Slot, leaf: bytes | None, *, proven: bool) -> None:
        place, item, _ = slot
        if leaf is None:
            self._lost = True
        elif not self._lost:
            self._growth.append(leaf)
        self.size = place + 1
        self._findings.checked["entries"] += 1
        if item is None:
            self._absent[place] = leaf
            if place == 0:
                self._trust.begin(None)
        elif item.hash != leaf or item.fields is None:
            self._note_altered(slot, proven=proven)
        else:
            self._check_genuine(slot)
        self._before = leaf
        if self.size == self._checkpoints.next_size:
            self._checkpoints.reached(self.size, None if self._lost else self._growth.root())
        if not place % PROGRESS_EVERY:
            self._tell("entries", place)

    def _note_altered(self, slot: Slot, *, proven: bool) -> None:
        place, item, _ = slot
        if item is None:
            return
        words = "The header is not the one that the ledger signed." if proven else (
            "The header is not the one that its neighbours and stored hash vouch for."
        )  # fmt: skip
        if item.fields is None and item.hash and item.row[6] == item.hash:
            words = "The header that was signed is not in the form that headers have."
        self._findings.add("header-altered", place, words)
        self._altered.add(place)
        self._bodies.skip(item.row)
        if place == 0:
            self._trust.begin(None)

    def _check_genuine(self, slot: Slot) -> None:
        place, item, _ = slot
        if item is None or item.fields is None:
            return
        row, fields = item.row, item.fields
        findings = self._findings
        if self._stored:
            self._check_columns(slot, item.row, fields)
        if self._before is not None or place == 0:
            findings.checked["chain"] += 1
            if fields[5] != (NO_PREVIOUS if place == 0 or self._before is None else self._before.hex()):
                findings.add(
                    "chain-broken", place, "The header's `prev` is not the hash of the entry before."
                )
        if fields[4] != self.origin:
            words = f"The entry is of another ledger, {fields[4]!r}."
            findings.add("entry-inserted", place, words)
        if fields[8] < self._time:
            findings.add(
                "time-reversed", place, f"Its time {fields[8]} is before {self._time}, the entry's before."
            )
        self._time = fields[8]
        body = self._bodies.check(place, row, fields)
        if place == 0 or fields[3] in (ERASED, ROTATED, REPLACED):
            self._obey(place, fields[3], body)

    def _check_columns(self, slot: Slot, row: Row, fields: HeaderFields) -> None:
        if row[0] != slot.place + slot.shift:
            self._misfiled.append((slot.place, row[0]))
        own = (fields[2], fields[8], fields[0], fields[3], fields[7])
        if row[1:6] == own and slot.item is not None and row[6] == slot.item.hash:
            return
        name = next((Row._fields[at] for at, value in enumerate(own, 1) if row[at] != value), "hash")
        self._findings.add("index-altered", slot.place, _COLUMN.format(name))

    def _obey(self, place: int, kind: str, body: bytes | None) -> None:
        """Follow the entries that say something about verification itself."""
        try:
            members = None if body is None else decode(body)
        except InvalidEntry:
            members = None
        if place == 0:
            self._trust.begin(members)
        elif members is not None and kind == ERASED:
            self._bodies.erased(members.get("seq"), place)
        elif members is not None:
            self._trust.rotate(place, kind, members)

    def _settle_strays(self) -> None:
        for place, column in self._misfiled:
            self._note_moved(place, column)
        for item, place in self._order.strays:
            seq = item.fields[6] if item.fields is not None else -1
            if seq in self._absent and self._absent[seq] in (None, item.hash):
                del self._absent[seq]
                self._note_moved(seq, item.row.seq if self._stored else place)
                if item.fields is not None:
                    self._bodies.check_moved(seq, item.row, item.fields)
            else:
                words = "A row stands here that is not an entry of this ledger at this place."
                self._findings.add("entry-inserted", place, words)
        for place in sorted(self._absent):
            self._findings.add(
                "entry-missing", place, "There is no such entry, but the entries around it are."
            )

    def _note_moved(self, place: int, column: int) -> None:
        """Tell a row that took another's place from one whose `seq` alone points to nowhere."""
        if 0 <= column < self.size:
            words = f"Entry {place} stands at place {column}."
            self._findings.add("order-changed", min(place, column), words)
        else:
            self._findings.add("index-altered", place, _COLUMN.format("seq"))

    def _leaf_in_tile(self, place: int) -> bytes | None:
        if not self._stored:
            return None
        index, at = divmod(place, TILE_WIDTH)
        return tile_part(self._leaf_tile(index), at, 1)

    def _leaf_tile(self, index: int) -> bytes | None:
        if index not in self._leaf_tiles:
            self._leaf_tiles = {index: self._tiles.leaf_tile(index)}
        hashes = self._leaf_tiles[index]
        return None if hashes is None or len(hashes) != TILE_WIDTH * HASH_BYTES else hashes

    def _rows(self) -> Iterator[tuple[Any, ...]]:
        reader = self._reader
        if isinstance(reader, StoredReader):
            yield from reader.rows(_FIRST_SEQ, None)
            return
        # Nobody vouches yet for the size: bundles that are not there end the walk, not the size that is claimed.
        size, absent = _claimed_size(self._newest), 0
        for first in range(0, size, TILE_WIDTH):
            width = min(TILE_WIDTH, size - first)
            try:
                headers = list(reader.read_entries(first, first + width))
            except LedgerError:
                headers = []
            if not headers:
                absent += 1
                if absent > _MAX_ABSENT_BUNDLES:
                    return
                continue
            hashes = read_tile(reader, 0, first // TILE_WIDTH, width) or b""
            for at, header in enumerate(headers):
                kept = hashes[32 * at : 32 * at + 32] or hashlib.sha256(b"\x00" + header).digest()
                yield Row(first + at, "", "", "", "", "", kept, header)

    def _checkpoint_rows(self) -> Iterator[tuple[Any, Any]]:
        reader = self._reader
        if isinstance(reader, StoredReader):
            yield from reader.stored_checkpoints()
        elif self._newest is not None:
            yield max(1, _claimed_size(self._newest)), self._newest

    def _find_origin(self) -> str:
        """Take the name that most of the given key, newest checkpoint and entry 0 agree on."""
        votes = Counter(self._trust.names[:1])
        if self._newest is not None:
            try:
                votes[read_unverified(self._newest).origin] += 1
            except LedgerError:
                votes[""] += 0
        try:
            first = next(iter(self._reader.read_entries(0, 1)), b"")
        except LedgerError:
            first = b""
        fields = header_fields(first)
        if fields is not None:
            votes[fields[4]] += 1
        return votes.most_common(1)[0][0] if votes else ""

    def _tell(self, layer: str, done: int) -> None:
        if self._progress is not None:
            self._progress(layer, done, max(done, _claimed_size(self._newest)))


def _newest(reader: Reader) -> str | None:
    try:
        return reader.read_checkpoint()
    except LedgerError:
        return None


def _claimed_size(text: str | None) -> int:
    try:
        return 0 if text is None else read_unverified(text).size
    except LedgerError:
        return 0


def _hash(value: object) -> bytes | None:
    return value if isinstance(value, bytes) and len(value) == 32 else None
