"""Evaluating somebody else's predictions: a table with outcomes, scores or decisions, and sensitive columns.

This is how a model that never comes near this machine is evaluated: only its predictions do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from governance.errors import InvalidInput
from governance.evidence import fairness, performance
from governance.evidence.intervals import DEFAULT_CONFIDENCE
from governance.evidence.tables import Table, require_columns, require_numbers, require_present
from governance.lineage.results import Fairness, Performance, Scalar


@dataclass(frozen=True, slots=True)
class Evaluated:
    """What a table of predictions says."""

    performance: Performance
    fairness: Fairness | None
    """None where no sensitive column was named."""


def evaluate(
    table: Table,
    *,
    truth: str,
    score: str | None = None,
    decision: str | None = None,
    sensitive: Sequence[str] = (),
    analyses: Sequence[Sequence[str]] | None = None,
    favourable: Scalar = 1,
    threshold: float = 0.5,
    confidence: float = DEFAULT_CONFIDENCE,
    minimum_rows: int = fairness.MINIMUM_ROWS,
    seed: int = 0,
) -> Evaluated:
    """Return performance and fairness of the predictions in a table.

    Args:
        table: as read by `tables.read_table`.
        truth: column of what happened.
        score: column of scores; higher means more favourable.
        decision: column of decisions, in the same values as `truth`; without it the score decides.
        sensitive: columns of sensitive features; an empty field means unknown.
        analyses: which of them together; each alone by default.
        favourable: the value of `truth` and `decision` that is good for the person.
        threshold: score from which a row is selected, where no decision column is given.
        confidence: of every interval, two-sided.
        minimum_rows: a reference group has at least this many rows.
        seed: of the bootstraps.

    Raises:
        InvalidInput: a column is missing or mistyped, a value is missing, or neither score nor decision is
        named.
    """
    if score is None and decision is None:
        raise InvalidInput(
            "Neither a score column nor a decision column was named.", remedy="Name at least one of the two."
        )
    outcomes = outcome_column(table, truth, favourable)
    scores = None
    if score is not None:
        require_numbers(table, [score])
        scores = table.frame[score].to_numpy(dtype=np.float64)
    if decision is not None:
        selected = outcome_column(table, decision, favourable, may_lack=True)
    else:
        assert scores is not None  # noqa: S101 - refused above
        selected = scores >= threshold
    performed = performance.evaluate(
        outcomes, scores, threshold=threshold, selected=selected, confidence=confidence, seed=seed
    )
    named = list(dict.fromkeys([*sensitive, *(name for one in analyses or [] for name in one)]))
    if not named:
        return Evaluated(performed, None)
    require_columns(table, named)
    fair = fairness.evaluate(
        outcomes,
        selected,
        table.frame[named],
        analyses=analyses if analyses is not None else [[name] for name in sensitive],
        favourable=favourable,
        threshold=threshold,
        confidence=confidence,
        minimum_rows=minimum_rows,
        seed=seed,
    )
    return Evaluated(performed, fair)


def outcome_column(
    table: Table, column: str, favourable: Scalar, *, may_lack: bool = False
) -> npt.NDArray[np.bool_]:
    """Return which rows of a column hold the favourable value.

    Args:
        table: the table.
        column: a column of two values at most.
        favourable: one of them, or its text (`"1"` matches 1).
        may_lack: whether no row at all may hold it (a model that refuses everybody).

    Raises:
        InvalidInput: a value is missing, there are more than two, or the favourable one never occurs.
    """
    require_present(table, [column])
    shown = table.frame[column].map(_shown)
    values = sorted(set(shown))
    if len(values) > 2:
        listed = ", ".join(values[:5])
        raise InvalidInput(
            f"{table.name}, column '{column}' holds {len(values)} different values ({listed}, …).",
            remedy="Outcomes and decisions have two: the favourable one and the other.",
        )
    wanted = _shown(favourable)
    if wanted not in values and not (may_lack and len(values) == 1):
        raise InvalidInput(
            f"{table.name}, column '{column}' never holds the favourable value {wanted}.",
            remedy=f"It holds {' and '.join(values)}: say which of them is favourable.",
        )
    return (shown == wanted).to_numpy(dtype=bool)


def _shown(value: object) -> str:
    if isinstance(value, bool | np.bool_):
        return str(int(value))
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))
    text = str(value).strip()
    return {"True": "1", "true": "1", "False": "0", "false": "0"}.get(text, text)
