"""Appending: what waits is committed together, in one transaction, in one order.

The commit order. Crash safety rests on it; `tests/faults` kills the process at each step.

 1. lock: the turn among this process's threads, the lock file among processes, BEGIN IMMEDIATE.
 2. read the ledger's end; a longer ledger than we remember is caught up with from stored hashes.
 3. ask the signer: it goes on only from what its last committed checkpoint is consistent with.
 4. check each request: ids entered before, expected size, clock. A refused request leaves the group, alone.
 5. headers: salt, commitment, chain.
 6. tree: leaf hashes, completed tiles, root.
 7. sign the checkpoint. It has not left the process yet.
 8. insert entries, bodies, tiles, checkpoint.
 9. COMMIT, with synchronous=FULL: durable. Before this nothing stands; from here on everything does.
10. write signer.checkpoint beside the database, still under the lock, so that it never goes back. A crash before
    leaves the database ahead of the signer, which step 3 of the next commit makes good.
11. unlock and acknowledge.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Dialect, Table, insert

from governance.ledger import tables
from governance.ledger.acknowledged import Acknowledged
from governance.ledger.checkpoint import Checkpoint, sign
from governance.ledger.clock import Clock
from governance.ledger.database import Database
from governance.ledger.edge import Edge, check_signer, last_row, read_edge
from governance.ledger.entry import Draft, Entry, check_draft
from governance.ledger.errors import LedgerError, LedgerUnreachable
from governance.ledger.keys import KeyFolder
from governance.ledger.note import SigningKey
from governance.ledger.open_tiles import keep_new, remember
from governance.ledger.placing import Placing
from governance.ledger.stored import StoredTree, TileRoots
from governance.ledger.tiles import TILE_WIDTH, Tile, full_tiles

LARGEST_GROUP = 4096
"""Entries after which a group takes no further request; one request may be larger."""

AtStep = Callable[[str], None]
"""Called with the name of each step as it is done; tests break the commit there."""

STEPS = ("locked", "read", "checked", "signed", "inserted", "committed", "remembered")


@dataclass(slots=True)
class Request:
    """What one caller wants entered, all or nothing, and what became of it."""

    drafts: Sequence[Draft]
    bodies: list[bytes]
    expect_size: int | None
    result: list[Acknowledged] = field(default_factory=list)
    error: LedgerError | None = None
    done: bool = False


class Writer:
    """The one appender of a ledger in this process.

    Owned by a `Ledger`, used from any thread. `_gate` guards `_waiting`; `_turn` guards `_edge` and `_key`, and
    whoever holds it commits for all who wait.
    """

    def __init__(
        self,
        database: Database,
        keys: KeyFolder,
        origin: str,
        clock: Clock,
        roots: TileRoots,
        at_step: AtStep | None = None,
    ) -> None:
        self._database = database
        self._keys = keys
        self._origin = origin
        self._clock = clock
        self._roots = roots
        self._at: AtStep = at_step or (lambda _: None)
        self._gate = threading.Lock()
        self._waiting: deque[Request] = deque()
        self._turn = threading.Lock()
        self._edge: Edge | None = None
        self._key: SigningKey | None = None

    def append(self, drafts: Sequence[Draft], expect_size: int | None) -> list[Acknowledged]:
        """Enter drafts, all or none; returns when they are durable under a signed checkpoint.

        Raises:
            LedgerError: whatever refused them; nothing of them was entered.
        """
        if not drafts:
            return []
        request = Request(drafts, [check_draft(draft) for draft in drafts], expect_size)
        with self._gate:
            self._waiting.append(request)
        with self._turn:
            if not request.done:
                self._commit(self._next_group())
        if request.error is not None:
            raise request.error
        return request.result

    def _next_group(self) -> list[Request]:
        group: list[Request] = []
        entries = 0
        with self._gate:
            while self._waiting and (not group or entries + len(self._waiting[0].drafts) <= LARGEST_GROUP):
                group.append(self._waiting.popleft())
                entries += len(group[-1].drafts)
        return group

    def _commit(self, group: list[Request]) -> None:
        try:
            self._commit_in_order(group)
        except LedgerError as error:
            self._edge = None
            for request in group:
                request.error = error
        except BaseException:
            self._edge = None
            for request in group:
                request.error = LedgerUnreachable(
                    "The commit was interrupted; whether it stands is not known.",
                    remedy="Repeat with the same ids: what stands already is not entered twice.",
                )
            raise
        finally:
            for request in group:
                request.done = True

    def _commit_in_order(self, group: list[Request]) -> None:
        if self._key is None:
            self._key = self._keys.ledger_key()
        key = self._key
        with self._database.lock.held():  # 1
            with self._database.write() as connection:
                self._at("locked")
                edge = self._current_edge(connection, key)  # 2, 3
                self._at("read")
                placing = Placing(connection, self._origin, edge, self._clock, group)
                for request in group:  # 4, 5
                    try:
                        request.result = placing.place(request.drafts, request.bodies, request.expect_size)
                    except LedgerError as error:
                        request.error = error
                self._at("checked")
                grown, tiles, made = self._grow(connection, key, edge, placing.entries)  # 6, 7
                self._at("signed")
                if placing.entries:
                    _insert(connection, placing.entries, tiles, grown)  # 8
                self._at("inserted")
            # 9: the transaction is committed
            self._edge = grown
            self._at("committed")
            if placing.entries:
                self._remember(grown, keep_new(self._roots, edge.size, made))  # 10
            self._at("remembered")
        # 11

    def _current_edge(self, connection: Connection, key: SigningKey) -> Edge:
        edge, last = self._edge, last_row(connection)
        if edge is None or last is None or (edge.size - 1, edge.prev) != last[:2]:
            self._edge = None
            self._roots.forget()
            edge = read_edge(connection, self._roots, self._origin, key.verifier, self._keys)
        if edge.size:
            check_signer(connection, self._roots, edge, self._keys, key.verifier)
        return edge

    def _grow(
        self, connection: Connection, key: SigningKey, edge: Edge, entries: list[Entry]
    ) -> tuple[Edge, list[Tile], list[list[bytes]]]:
        if not entries:
            return edge, [], []
        size = edge.size + len(entries)
        frontier = edge.frontier()
        made = frontier.extend([entry.hash for entry in entries])
        leaves = [*edge.leaves, *made[0]]
        tiles = full_tiles(edge.size, size, leaves, StoredTree(connection, self._roots).read_tile)
        text = sign(Checkpoint(self._origin, size, frontier.root()), [key])
        rest = tuple(leaves[len(leaves) - size % TILE_WIDTH :])
        last = entries[-1]
        return Edge(size, last.hash, last.time, tuple(frontier.hashes), rest, text), tiles, made

    def _remember(self, edge: Edge, tile_became_full: bool) -> None:  # noqa: FBT001 - said by its name
        try:
            self._keys.save_signer_checkpoint(edge.checkpoint)
            if tile_became_full:
                remember(edge.size, self._roots, self._keys)
        except LedgerError:
            # The commit stands and is acknowledged. The signer's memory lags now; step 3 of the next commit writes
            # it first and refuses to go on where that fails again.
            self._edge = None


def _insert(connection: Connection, entries: list[Entry], tiles: list[Tile], grown: Edge) -> None:
    rows = [
        (one.header.seq, one.header.id, one.header.time, one.header.actor, one.header.kind, one.header.subject, one.hash,
         one.header_bytes)
        for one in entries
    ]  # fmt: skip
    _fill(connection, tables.entry, rows)
    _fill(connection, tables.body, [(one.header.seq, one.salt, one.body_bytes) for one in entries])
    _fill(connection, tables.tile, [(tile.level, tile.index, tile.hashes) for tile in tiles])
    _fill(connection, tables.checkpoint, [(grown.size, grown.checkpoint)])


def _fill(connection: Connection, table: Table, rows: list[tuple[Any, ...]]) -> None:
    """Insert rows, whose values stand in the order of the table's columns, in one call of the driver."""
    if not rows:
        return
    statement = _insert_statement(table, connection.dialect)
    if connection.dialect.positional:
        connection.exec_driver_sql(statement, rows)
    else:
        names = table.columns.keys()
        connection.exec_driver_sql(statement, [dict(zip(names, row, strict=True)) for row in rows])


@lru_cache(maxsize=64)
def _insert_statement(table: Table, dialect: Dialect) -> str:
    return str(insert(table).compile(dialect=dialect, column_keys=list(table.columns.keys())))
