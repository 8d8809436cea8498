"""Family `fairness`: selection and error rates by group, and how far groups lie apart.

Rates, the demographic parity ratio and the equalized odds difference are fairlearn's; the intervals around
them are computed from counts, which stand in the result, so that the gate can judge at a confidence of its
own. A missing sensitive value is no group: those rows are counted in `left_out` with the reason `unknown`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from fairlearn.metrics import (
    MetricFrame,
    demographic_parity_ratio,
    equalized_odds_difference,
    false_positive_rate,
    selection_rate,
    true_positive_rate,
)

from governance.errors import InvalidInput
from governance.evidence.cells import Cells, as_text, as_texts
from governance.evidence.intervals import DEFAULT_CONFIDENCE, log_ratio, newcombe, nothing, wilson
from governance.evidence.performance import Flags, flags
from governance.lineage.results import Estimate, Fairness, FairnessAnalysis, Group, LeftOut, Scalar

MINIMUM_ROWS = 30
"""Below this a group stands in the result but can neither be the reference nor settle a rule (house rule,
after
29 CFR 1607.4(D): differences in selection rates of small numbers may not be statistically significant)."""


MOST_GROUPS = 300
"""So that a result fits an entry; a feature with more values is hardly one that people are grouped by."""


@dataclass(frozen=True, slots=True)
class _Settings:
    confidence: float
    minimum_rows: int
    seed: int
    replicates: int


def evaluate(
    y_true: npt.ArrayLike,
    selected: npt.ArrayLike,
    sensitive: pd.DataFrame,
    *,
    analyses: Sequence[Sequence[str]] | None = None,
    favourable: Scalar = 1,
    threshold: float = 0.5,
    confidence: float = DEFAULT_CONFIDENCE,
    minimum_rows: int = MINIMUM_ROWS,
    seed: int = 0,
    replicates: int = 2000,
) -> Fairness:
    """Return fairness by each analysis.

    Args:
        y_true: 1 where the favourable outcome was right, one a row.
        selected: 1 where the decision was favourable.
        sensitive: one column a sensitive feature, one row a decision.
        analyses: which features together: `[["race"], ["sex"], ["race", "sex"]]`; each alone by default.
        favourable: what the favourable outcome is called in the data; kept for readers.
        threshold: the score from which a row was selected; kept for readers.
        confidence: of every interval, two-sided.
        minimum_rows: a reference group has at least this many rows.
        seed: of the bootstrap behind the equalized odds difference.
        replicates: of that bootstrap.

    Raises:
        InvalidInput: lengths differ, no rows, an unknown feature, or fewer than one group to look at.
    """
    truth, decided = flags(y_true, "y_true"), flags(selected, "selected")
    if not len(truth) == len(decided) == len(sensitive):
        raise InvalidInput(
            f"There are {len(truth)} outcomes, {len(decided)} decisions and "
            f"{len(sensitive)} rows of sensitive values."
        )
    wanted = (
        [list(one) for one in analyses] if analyses is not None else [[str(c)] for c in sensitive.columns]
    )
    if not wanted:
        raise InvalidInput("No sensitive feature was named.", remedy="Name at least one column.")
    for name in {name for one in wanted for name in one}:
        if name not in sensitive.columns:
            raise InvalidInput(
                f"There is no sensitive column '{name}'.",
                remedy=f"There are: {', '.join(str(column) for column in sensitive.columns)}.",
            )
    settings = _Settings(confidence, minimum_rows, seed, replicates)
    return Fairness(
        rows=len(truth),
        favourable=favourable,
        threshold=threshold,
        confidence=confidence,
        minimum_rows=minimum_rows,
        analyses=[_analyse(truth, decided, sensitive[one], settings) for one in wanted],
    )


def _analyse(truth: Flags, decided: Flags, sensitive: pd.DataFrame, settings: _Settings) -> FairnessAnalysis:
    names = [str(name) for name in sensitive.columns]
    unknown = sensitive.isna().any(axis=1).to_numpy()
    if unknown.all():
        raise InvalidInput(
            f"No row has a known value of {' and '.join(names)}.", remedy="Fairness needs groups to compare."
        )
    known = sensitive[~unknown].apply(as_texts).reset_index(drop=True)
    if (found := len(known.drop_duplicates())) > MOST_GROUPS:
        raise InvalidInput(
            f"{' and '.join(names)} make {found} groups; at most {MOST_GROUPS} can be compared.",
            remedy="Put values into fewer classes first, for example ages into bands.",
        )
    cells = Cells.of(known, truth[~unknown], decided[~unknown])
    groups = [_counted(values, cells, settings.confidence) for values in _values(cells)]
    groups = _with_fairlearn_rates(groups, cells)
    reference = _reference(groups, settings.minimum_rows)
    groups = [
        group if group is reference else _against(group, reference, settings.confidence) for group in groups
    ]
    return FairnessAnalysis(
        sensitive=names,
        reference=reference.values,
        groups=groups,
        left_out=_left_out(names, sensitive[unknown]),
        impact_ratio=_overall_ratio(cells, groups, settings.confidence),
        demographic_parity_difference=_parity_difference(groups, settings.confidence),
        equalized_odds_difference=_odds_difference(cells, groups, settings),
    )


def _values(cells: Cells) -> list[dict[str, str]]:
    return [
        {str(name): str(value) for name, value in row.items()}
        for row in cells.groups.drop_duplicates().to_dict(orient="records")
    ]


def _counted(values: dict[str, str], cells: Cells, confidence: float) -> Group:
    inside = np.logical_and.reduce(
        [(cells.groups[name] == value).to_numpy() for name, value in values.items()]
    )
    y, d = cells.truth, cells.decided
    rows, positives, chosen = cells.count(inside), cells.count(inside & y), cells.count(inside & d)
    tp, fp = cells.count(inside & y & d), cells.count(inside & ~y & d)
    return Group(
        values=values,
        rows=rows,
        positives=positives,
        selected=chosen,
        true_positives=tp,
        false_positives=fp,
        selection_rate=wilson(chosen, rows, confidence),
        true_positive_rate=wilson(tp, positives, confidence),
        false_positive_rate=wilson(fp, rows - positives, confidence),
        accuracy=wilson(cells.count(inside & (y == d)), rows, confidence),
    )


_RATES = {
    "selection_rate": selection_rate,
    "true_positive_rate": true_positive_rate,
    "false_positive_rate": false_positive_rate,
}


def _with_fairlearn_rates(groups: list[Group], cells: Cells) -> list[Group]:
    """Take fairlearn's rates; where a rate has no denominator ours stays None (fairlearn says 0)."""
    by_group = MetricFrame(
        metrics=_RATES,
        y_true=cells.truth,
        y_pred=cells.decided,
        sensitive_features=cells.groups,
        sample_params={name: {"sample_weight": cells.weight} for name in _RATES},
    ).by_group
    made = []
    for group in groups:
        key = tuple(group.values.values())
        rates = by_group.loc[key if len(key) > 1 else key[0]]
        estimates: dict[str, Estimate] = {name: getattr(group, name) for name in _RATES}
        update = {
            name: one.model_copy(update={"value": float(rates[name])})
            for name, one in estimates.items()
            if one.value is not None
        }
        made.append(group.model_copy(update=update))
    return made


def _reference(groups: list[Group], minimum_rows: int) -> Group:
    """Take the highest selection rate among groups large enough; when none is, the largest group."""
    large = [group for group in groups if group.rows >= minimum_rows]
    if not large:
        return max(groups, key=lambda group: group.rows)
    return max(large, key=lambda group: (group.selected / group.rows, group.rows))


def _against(group: Group, reference: Group, confidence: float) -> Group:
    ratio = log_ratio(group.selected, group.rows, reference.selected, reference.rows, confidence)
    return group.model_copy(update={"impact_ratio": ratio})


def _left_out(names: list[str], unknown: pd.DataFrame) -> list[LeftOut]:
    if unknown.empty:
        return []
    tally: dict[tuple[str | None, ...], int] = {}
    missing = unknown.isna().to_numpy()
    for row, gaps in zip(unknown.itertuples(index=False, name=None), missing, strict=True):
        values = tuple(None if gap else as_text(value) for value, gap in zip(row, gaps, strict=True))
        tally[values] = tally.get(values, 0) + 1
    ordered = sorted(tally.items(), key=lambda item: tuple(value or "" for value in item[0]))
    return [
        LeftOut(values=dict(zip(names, values, strict=True)), rows=rows, reason="unknown")
        for values, rows in ordered
    ]


def _extremes(groups: list[Group]) -> tuple[Group, Group]:
    lowest = min(groups, key=lambda group: (group.selected / group.rows, group.rows))
    highest = max(groups, key=lambda group: (group.selected / group.rows, group.rows))
    return lowest, highest


def _overall_ratio(cells: Cells, groups: list[Group], confidence: float) -> Estimate:
    lowest, highest = _extremes(groups)
    if len(groups) < 2 or highest.selected == 0:
        return nothing("log-ratio", confidence, cells.rows)
    interval = log_ratio(lowest.selected, lowest.rows, highest.selected, highest.rows, confidence)
    value = demographic_parity_ratio(
        cells.truth, cells.decided, sensitive_features=cells.groups, sample_weight=cells.weight
    )
    return interval.model_copy(update={"value": float(value), "rows": cells.rows})


def _parity_difference(groups: list[Group], confidence: float) -> Estimate:
    lowest, highest = _extremes(groups)
    if len(groups) < 2:
        return nothing("newcombe", confidence, lowest.rows)
    return newcombe(highest.selected, highest.rows, lowest.selected, lowest.rows, confidence)


def _odds_difference(counted: Cells, groups: list[Group], settings: _Settings) -> Estimate:
    """Give fairlearn's difference and the percentile interval of a bootstrap within groups.

    Resampling a group's rows is resampling its four counts, so the cost does not grow with rows. A group
    without positives has no true positive rate and is left out of that comparison (negatives: likewise).
    """
    cells = np.array(
        [
            [
                group.true_positives,
                group.positives - group.true_positives,
                group.false_positives,
                group.rows - group.positives - group.false_positives,
            ]
            for group in groups
        ],
        dtype=np.float64,
    )
    value = _spread(cells[np.newaxis])[0]
    if len(groups) < 2 or np.isnan(value):
        return nothing("bootstrap-percentile", settings.confidence, counted.rows)
    if all(0 < group.positives < group.rows for group in groups):
        value = equalized_odds_difference(
            counted.truth,
            counted.decided,
            sensitive_features=counted.groups,
            sample_weight=counted.weight,
        )
    random = np.random.default_rng(settings.seed)
    drawn = np.stack(
        [random.multinomial(int(row.sum()), row / row.sum(), settings.replicates) for row in cells], axis=1
    )
    tail = (1 - settings.confidence) / 2
    low, high = np.nanquantile(_spread(drawn.astype(np.float64)), [tail, 1 - tail])
    return Estimate(
        value=float(value),
        low=float(low),
        high=float(high),
        confidence=settings.confidence,
        method="bootstrap-percentile",
        rows=counted.rows,
    )


def _spread(cells: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the larger of the two rate gaps for each replicate; cells: (replicate, group, tp fn fp tn)."""
    tp, fn, fp, tn = np.moveaxis(cells, -1, 0)
    gaps = []
    for hit, missed in ((tp, fn), (fp, tn)):
        total = hit + missed
        rate = np.divide(hit, total, out=np.full_like(hit, np.nan), where=total > 0)
        comparable = np.sum(total > 0, axis=1) >= 2
        highest = np.max(np.where(total > 0, rate, -np.inf), axis=1)
        lowest = np.min(np.where(total > 0, rate, np.inf), axis=1)
        gaps.append(np.where(comparable, highest - lowest, np.nan))
    return np.fmax(gaps[0], gaps[1])
