"""The demo's prediction batches: which columns are sealed, in which disclosure groups, and their rows."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from governance.lineage.records import Reference

COLUMNS = [
    {"name": "application", "type": "int64"},
    {"name": "score", "type": "float64"},
    {"name": "approved", "type": "bool"},
    {"name": "race", "type": "text"},
    {"name": "sex", "type": "text"},
]
GROUPS = [["application", "score", "approved"], ["race", "sex"]]
"""What an applicant is shown, and what can be withheld from everybody else."""
Row = tuple[int, float, bool, str | None, str | None]


@dataclass(frozen=True, slots=True)
class Batch:
    """A sealed batch and its rows, which never are in the ledger."""

    name: str
    subject: str
    rows: list[Row]

    @property
    def reference(self) -> Reference:
        """Name the batch as an input, by the digest of its rows."""
        text = json.dumps(self.rows, separators=(",", ":"))
        digest = "sha256:" + hashlib.sha256(text.encode()).hexdigest()
        return Reference(subject=self.subject, digest=digest, role="current")


def score_batch(rows: pd.DataFrame, score: npt.NDArray[np.float64], threshold: float) -> list[Row]:
    """Return one row a prediction, in the order of `COLUMNS`."""

    def plain(value: Any) -> str | None:
        return None if pd.isna(value) else str(value)

    return [
        (int(application), float(one), bool(one >= threshold), plain(race), plain(sex))
        for application, one, race, sex in zip(
            rows["application"], score, rows["race"], rows["sex"], strict=True
        )
    ]
