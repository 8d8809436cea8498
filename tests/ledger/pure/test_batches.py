"""Comparing rows by the batch changes no finding: whatever is altered, the walk one by one says the same."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable
from typing import Any

import pytest

from governance.ledger.entry import Draft, check_draft, make_entry, new_id
from governance.ledger.tree import Frontier, inclusion_path, root_of
from governance.ledger.verification import Report, verify
from governance.ledger.verification_batch import Expected, Stream, compare
from governance.ledger.verification_growth import Growth
from governance.ledger.verification_walk import Walk
from tests.ledger.double import LedgerInLists, row_of

SIZE = 900
# Around the batches' ends (1…254, 256…510, 512…766), their one row between, and the rest that is walked.
PLACES = (0, 1, 2, 100, 253, 254, 255, 256, 257, 300, 509, 510, 511, 512, 767, 768, SIZE - 1)
COLUMNS = ("seq", "id", "time", "actor", "kind", "subject", "hash", "header")


class Kept(LedgerInLists):
    """With the checkpoints that somebody kept before any attack."""

    kept: dict[int, str]


@pytest.fixture(scope="module")
def made() -> Kept:
    ledger = Kept.of(1)
    assert isinstance(ledger, Kept)
    for place in range(1, SIZE):
        kind, subject, body = "x.noted", f"model:m@{place}", {"place": place}
        if place in (320, 600):
            kind, subject, body = "body.erased", f"entry:{place - 20}", {"seq": place - 20}
            del ledger.bodies[place - 20]
        if place == 700:
            subject = 'model:"quoted"\\m'
        ledger.append(kind, subject, body)
        if place % 60 == 0 or place in (254, 255, 510, 511, SIZE - 1):
            ledger.sign()
    ledger.kept = dict(ledger.checkpoints)
    return ledger


def reports(ledger: Kept, monkeypatch: pytest.MonkeyPatch) -> tuple[Report, Report]:
    trusted = tuple(ledger.kept[size] for size in (61, 511))
    quick = verify(ledger, keys=[ledger.key.vkey], trusted_checkpoints=trusted)
    with monkeypatch.context() as patched:
        patched.setattr(Walk, "_leap", lambda _self, held: held)
        slow = verify(ledger, keys=[ledger.key.vkey], trusted_checkpoints=trusted)
    return quick, slow


def same(quick: Report, slow: Report) -> None:
    names = ("ok", "origin", "size", "root", "failures", "warnings", "checked", "erased", "withheld")
    for name in names:
        assert getattr(quick, name) == getattr(slow, name), name


def thief(ledger: Kept) -> Kept:
    taken = copy.copy(ledger)
    for name in ("table", "bodies", "tiles", "checkpoints"):
        setattr(taken, name, copy.copy(getattr(ledger, name)))
    return taken


def test_an_honest_ledger_is_settled_by_the_batch(made: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    counted: list[int] = []
    settle = Walk._settle_batch
    monkeypatch.setattr(Walk, "_settle_batch", lambda *all_: (counted.append(all_[1]), settle(*all_))[1])
    quick, slow = reports(made, monkeypatch)
    same(quick, slow)
    assert quick.ok
    assert quick.erased == 2
    assert counted == [1, 256]  # a quoted subject among those from 512 on is left to the walk


OTHERS: tuple[Callable[[Any], Any], ...] = (
    lambda _: None,
    lambda _: "",
    lambda _: b"",
    lambda _: 7,
    lambda _: 1.5,
    lambda value: value.encode() if isinstance(value, str) else value,
    lambda value: value.upper() if isinstance(value, str) else value,
    lambda value: value + " " if isinstance(value, str) else value,
    lambda value: value + "é" if isinstance(value, str) else value,
    lambda value: value.replace("-", "", 1) + "0" if isinstance(value, str) else value,
    lambda value: bytes([value[0] ^ 1]) + value[1:] if isinstance(value, bytes) else value,
    lambda value: value[:-1] if isinstance(value, (bytes, str)) else value,
    lambda value: value.decode("latin-1") if isinstance(value, bytes) else value,
)


@pytest.mark.parametrize("column", COLUMNS)
def test_any_value_in_any_column_is_found_as_before(
    made: Kept, column: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for at, other in enumerate(OTHERS):
        for place in PLACES if at == 10 else random.Random(f"{column} {at}").sample(PLACES, 2):
            taken = thief(made)
            value = other(getattr(taken.table[place], column))
            if column == "seq":
                value = (-1, place + 1, 5000, place - 256, 10**9)[at % 5]
            taken.table[place] = taken.table[place]._replace(**{column: value})
            same(*reports(taken, monkeypatch))


def _rehashed(ledger: LedgerInLists, place: int, **members: Any) -> None:
    """Alter a header's member, its hash and its columns together: only its neighbours can tell."""
    old = ledger.entries[place]
    head = old.header
    draft = Draft(
        members.get("actor", head.actor), members.get("kind", head.kind), head.subject, {"place": place}
    )
    prev = members.get("prev", ledger.entries[place - 1].hash if place else None)
    entry = make_entry(
        draft, check_draft(draft), entry_id=new_id(), origin=members.get("origin", head.origin),
        seq=members.get("seq", place), prev=prev, time=members.get("time", head.time),
    )  # fmt: skip
    ledger.table[place] = row_of(entry)
    assert entry.salt is not None
    assert entry.body_bytes is not None
    ledger.bodies[place] = (entry.salt, entry.body_bytes)


def _tile(ledger: LedgerInLists) -> bytes:
    return ledger.tiles.get((0, 1), bytes(8192))


ATTACKS: dict[str, Callable[[LedgerInLists, int], Any]] = {
    "body taken": lambda one, at: one.bodies.pop(at, None),
    "body altered": lambda one, at: one.bodies.update({at: (b"\0" * 32, b"{}")}),
    "salt shifted": lambda one, at: one.bodies.update(
        {at: (one.bodies[at][0] + one.bodies[at][1][:1], one.bodies[at][1][1:])}
    ),
    "body of no bytes": lambda one, at: one.bodies.update({at: (None, "text")}),  # type: ignore[dict-item]
    "body moved": lambda one, at: one.bodies.update({at + 2000: one.bodies.pop(at)}),
    "row deleted": lambda one, at: one.table.pop(at),
    "row twice": lambda one, at: one.table.insert(at, one.table[at]),
    "rows exchanged": lambda one, at: one.table.__setitem__(
        slice(at, at + 2), [row._replace(seq=at + n) for n, row in enumerate(one.table[at : at + 2][::-1])]
    ),
    "row renumbered": lambda one, at: one.table.__setitem__(
        slice(at, None), [row._replace(seq=row.seq + 1) for row in one.table[at:]]
    ),
    "forged": lambda one, at: _rehashed(one, at, actor="user:mallory"),
    "forged time": lambda one, at: _rehashed(one, at, time="2020-01-01T00:00:00.000000Z"),
    "forged link": lambda one, at: _rehashed(one, at, prev=b"\1" * 32),
    "forged origin": lambda one, at: _rehashed(one, at, origin="other.example/log"),
    "forged place": lambda one, at: _rehashed(one, at, seq=at + 1),
    "forged kind": lambda one, at: _rehashed(one, at, kind="ledger.key-rotated"),
    "leaf tile altered": lambda one, at: one.tiles.update({(0, min(2, at // 256)): b"\1" * 8192}),
    "leaf tile short": lambda one, at: one.tiles.update({(0, min(2, at // 256)): b"\1" * 31}),
    "leaf tile gone": lambda one, at: one.tiles.pop((0, min(2, at // 256)), None),
    "one hash in a tile": lambda one, at: one.tiles.update(
        {(0, 1): _tile(one)[: at % 256 * 32] + b"\1" * 32 + _tile(one)[at % 256 * 32 + 32 :]}
    ),
    "tile added": lambda one, at: one.tiles.update({(1, at): b"\1" * 8192}),
    "checkpoint altered": lambda one, at: one.checkpoints.update({at + 1: "x\n\n— y AAAA\n"}),
    "checkpoint elsewhere": lambda one, at: one.checkpoints.update({at + 1: one.read_checkpoint()}),
    "cut off": lambda one, at: one.table.__delitem__(slice(max(1, at), None)),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_every_attack_is_found_as_before(made: Kept, attack: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for place in sorted(set(PLACES[::2]) & set(made.bodies)):
        taken = thief(made)
        ATTACKS[attack](taken, place)
        same(*reports(taken, monkeypatch))


def test_several_attacks_at_once_are_found_as_before(made: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    for seed in range(70):
        chance = random.Random(seed)
        taken = thief(made)
        for attack in chance.sample(sorted(ATTACKS), chance.randint(2, 4)):
            place = chance.randrange(1, len(taken.table) - 1)
            if place in taken.bodies:
                ATTACKS[attack](taken, place)
        same(*reports(taken, monkeypatch))


def test_a_stream_gives_back_what_was_taken_in_its_order() -> None:
    stream = Stream(range(10))
    assert next(stream) == 0
    assert stream.take(3) == [1, 2, 3]
    stream.give_back([2, 3])
    stream.give_back([1])
    assert stream.take(4) == [1, 2, 3, 4]
    assert list(stream) == [5, 6, 7, 8, 9]
    assert stream.take(1) == []


def test_a_batch_without_its_predecessors_hash_does_not_hold(made: Kept) -> None:
    bodies = [(seq, *made.bodies[seq]) for seq in range(1, 10)]
    on = Expected(1, made.origin, made.entries[0].hash, "")
    assert compare(made.table[1:10], bodies, None, on) is not None
    assert compare(made.table[1:10], bodies, None, on._replace(before=b"\0" * 32)) is None
    assert compare(made.table[1:10], bodies, None, on._replace(origin="another")) is None
    assert compare(made.table[1:10], bodies, None, on._replace(time="9999")) is None
    assert compare(made.table[1:10], bodies, b"\0" * 32 * 9, on) is None


def test_a_tree_grows_by_many_leaves_as_by_one() -> None:
    chance = random.Random(1)
    for _ in range(60):
        leaves = [chance.randbytes(32) for _ in range(chance.randint(0, 700))]
        one, many = Frontier(), Frontier()
        made: list[list[bytes]] = []
        at = 0
        while at < len(leaves):
            step = chance.choice((0, 1, 2, 63, 64, 255, 256, 257, 400))
            for level, hashes in enumerate(many.extend(leaves[at : at + step])):
                made.extend([] for _ in range(level + 1 - len(made)))
                made[level].extend(hashes)
            at += step
        for leaf in leaves:
            one.append(leaf)
        assert (one.size, one.hashes) == (many.size, many.hashes)
        assert one.root() == many.root() == root_of(leaves)
        whole = [root_of(leaves[start : start + 256]) for start in range(0, len(leaves) - 255, 256)]
        assert made[:1] == ([leaves] if leaves else [])
        assert made[1:2] == ([whole] if whole else [])


def test_leaves_that_make_a_tile_full_are_not_taken_by_the_batch() -> None:
    growth = Growth(lambda _level, _index, _hashes: None)
    growth.extend([bytes(32)] * 255)
    with pytest.raises(ValueError, match="one by one"):
        growth.extend([bytes(32)])


@pytest.mark.parametrize("size", [2, 1000, 10**6, 2**40 + 12345])
def test_a_proof_reads_in_proportion_to_the_logarithm(size: int) -> None:
    for index in (0, size // 3, size // 2, size - 2, size - 1):
        reads: list[tuple[int, int]] = []

        def read(level: int, at: int, reads: list[tuple[int, int]] = reads) -> bytes:
            reads.append((level, at))
            return bytes(32)

        inclusion_path(index, size, read)
        assert len(reads) <= 2 * size.bit_length()
        assert (
            len({(level // 8, (at << level % 8) // 256) for level, at in reads}) <= size.bit_length() // 4 + 2
        )
