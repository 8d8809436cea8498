"""Measuring ours against a peer: in one run, on one machine, in turns, so that only the ratio is claimed.

A benchmark is a module of this folder with `def run(rounds: int) -> Iterable[Row]`; its name is the module's.
"""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

ROUNDS = 5


@dataclass(frozen=True, slots=True)
class Figure:
    """A rate or a duration over several rounds."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: list[float]) -> Figure:
        return cls(statistics.median(values), min(values), max(values))

    def __str__(self) -> str:
        return f"{self.median:,.6g} ({self.low:,.4g} … {self.high:,.4g})"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table.

    Attributes:
        name: what was measured.
        ours: our figure.
        peer: the peer's figure; None where the target is absolute.
        ratio: median of ours / peer within each round; ours itself where there is no peer.
        target: what the ratio should reach.
        at_least: whether more is better.
        unit: of `ours` and `peer`.
        note: what the peer is.
    """

    name: str
    ours: Figure
    peer: Figure | None
    ratio: float
    target: float
    at_least: bool
    unit: str
    note: str = ""

    @property
    def holds(self) -> bool:
        return self.ratio >= self.target if self.at_least else self.ratio <= self.target

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "holds": self.holds}


def against(
    name: str,
    ours: Callable[[], float],
    peer: Callable[[], float],
    *,
    target: float,
    unit: str,
    note: str = "",
    rounds: int = ROUNDS,
    at_least: bool = True,
) -> Row:
    """Measure ours and the peer in turns, at least five rounds; who goes first changes each round.

    `ours` and `peer` do the work once and return its figure: a rate, or seconds.
    """
    mine: list[float] = []
    theirs: list[float] = []
    for turn in range(max(ROUNDS, rounds)):
        for measured, into in ((ours, mine), (peer, theirs))[:: 1 if turn % 2 == 0 else -1]:
            gc.collect()
            into.append(measured())
    ratio = statistics.median(one / other for one, other in zip(mine, theirs, strict=True))
    return Row(name, Figure.of(mine), Figure.of(theirs), ratio, target, at_least, unit, note)


def absolute(
    name: str, ours: Callable[[], float], *, target: float, unit: str, note: str = "", rounds: int = ROUNDS
) -> Row:
    """Measure a duration that has to stay below a target."""
    mine = [ours() for _ in range(max(ROUNDS, rounds))]
    figure = Figure.of(mine)
    return Row(name, figure, None, figure.median, target, at_least=False, unit=unit, note=note)


def rate(count: int, work: Callable[[], object]) -> float:
    """Return how many of `count` were done a second."""
    began = time.perf_counter()
    work()
    return count / (time.perf_counter() - began)
