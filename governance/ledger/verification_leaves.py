"""Which leaf hash is genuine, where header, stored hash, next `prev` and stored tile disagree.

The signed root decides: the choice of leaves that leads to it is the genuine one. Without such a choice the most
vouched-for one counts, the header's own first among equals, and nothing is called proved.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from governance.ledger.tree import Frontier
from governance.ledger.verification_order import Slot

_MAX_HASHES = 200_000


class Doubt(NamedTuple):
    """A place whose leaf is not decided: the candidates, most vouched-for first."""

    slot: Slot
    candidates: tuple[bytes, ...]


def candidates(*vouchers: bytes | None) -> tuple[bytes, ...]:
    """Order what vouchers say by how many say it; earlier vouchers win ties."""
    said = [one for one in vouchers if one is not None]
    return tuple(sorted(dict.fromkeys(said), key=lambda one: -said.count(one)))


def decide(edge: Frontier, doubts: Sequence[Doubt], root: bytes | None) -> tuple[list[bytes | None], bool]:
    """Choose a leaf for each doubtful place.

    Args:
        edge: the tree before the first of them.
        doubts: every place since then.
        root: signed root after the last of them; None when there is none whose signature holds.

    Returns:
        The leaves (None where nothing vouches for one), and whether the signed root proves them.
    """
    likely = [one.candidates[0] if one.candidates else None for one in doubts]
    if root is None or None in likely:
        return likely, False
    width = max(len(one.candidates) for one in doubts)
    open_places = [place for place, one in enumerate(doubts) if len(one.candidates) > 1]
    combinations = 1
    for place in open_places:
        combinations *= len(doubts[place].candidates)
    if combinations * len(doubts) <= _MAX_HASHES:
        choices: Iterable[tuple[bytes, ...]] = itertools.product(*(one.candidates for one in doubts))
    else:
        choices = (
            tuple(one.candidates[min(rank, len(one.candidates) - 1)] for one in doubts)
            for rank in range(width)
        )
    for choice in choices:
        if _root_after(edge, choice) == root:
            return list(choice), True
    return likely, False


def _root_after(edge: Frontier, leaves: Sequence[bytes]) -> bytes:
    grown = Frontier.from_hashes(edge.size, edge.hashes)
    for leaf in leaves:
        grown.append(leaf)
    return grown.root()
