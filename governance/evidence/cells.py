"""Rows collapsed to counts: how often each combination of group, outcome and decision occurs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Cells:
    """Rows collapsed to how often each (group, outcome, decision) occurs.

    fairlearn takes the counts as weights and gives the same rates; it is slow row by row.
    """

    groups: pd.DataFrame
    truth: Flags
    decided: Flags
    weight: npt.NDArray[np.float64]

    @classmethod
    def of(cls, known: pd.DataFrame, truth: Flags, decided: Flags) -> Cells:
        """Return the cells of rows whose group, outcome and decision are given side by side."""
        keys = [known[name] for name in known.columns]
        sizes = known.groupby([*keys, truth, decided], sort=True, observed=True).size()
        index = sizes.index.to_frame(index=False)
        width = len(known.columns)
        groups = index.iloc[:, :width].set_axis(list(known.columns), axis=1)
        flags_ = index.iloc[:, width:].to_numpy(dtype=bool)
        return cls(groups, flags_[:, 0], flags_[:, 1], sizes.to_numpy().astype(np.float64))

    @property
    def rows(self) -> int:
        """How many rows the cells stand for."""
        return int(self.weight.sum())

    def count(self, chosen: Flags) -> int:
        """Return how many rows these cells stand for."""
        return int(self.weight[chosen].sum())


def as_texts(column: pd.Series) -> pd.Series:
    """Return a column of values as text, one conversion a distinct value."""
    return column.map({value: as_text(value) for value in column.unique()}).astype(object)


def as_text(value: Any) -> str:
    """Return a value as a group's name: 1.0 is `1`."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
