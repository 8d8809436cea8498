"""Performance equals scikit-learn's numbers, and says nothing where nothing can be said."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics
from sklearn.calibration import calibration_curve

from governance.errors import InvalidInput
from governance.evidence import performance


def test_every_value_equals_scikit_learn(case) -> None:
    found = performance.evaluate(case.truth, case.score)
    chosen = case.score >= 0.5
    expected = {
        "roc_auc": metrics.roc_auc_score(case.truth, case.score),
        "accuracy": metrics.accuracy_score(case.truth, chosen),
        "balanced_accuracy": metrics.balanced_accuracy_score(case.truth, chosen),
        "precision": metrics.precision_score(case.truth, chosen),
        "recall": metrics.recall_score(case.truth, chosen),
        "f1": metrics.f1_score(case.truth, chosen),
        "brier": metrics.brier_score_loss(case.truth, case.score),
        "log_loss": metrics.log_loss(case.truth, case.score),
        "selection_rate": chosen.mean(),
    }
    assert {name: one.value for name, one in found.metrics.items()} == pytest.approx(expected)
    assert all(one.low <= one.value <= one.high for one in found.metrics.values())
    tn, fp, fn, tp = metrics.confusion_matrix(case.truth, chosen).ravel()
    counts = found.confusion
    assert (counts.true_negative, counts.false_positive, counts.false_negative, counts.true_positive) == (
        tn,
        fp,
        fn,
        tp,
    )


def test_the_delong_interval_equals_the_definition_by_pairs() -> None:
    random = np.random.default_rng(3)
    truth = random.random(60) < 0.6
    score = np.round(random.random(60) + 0.4 * truth, 1)  # with ties
    above, below = score[truth], score[~truth]
    kernel = (above[:, None] > below[None, :]) + 0.5 * (above[:, None] == below[None, :])
    variance = kernel.mean(axis=1).var(ddof=1) / len(above) + kernel.mean(axis=0).var(ddof=1) / len(below)
    found = performance.delong(truth, score)
    assert found.value == pytest.approx(kernel.mean())
    assert found.value - found.low == pytest.approx(1.959963985 * variance**0.5)


def test_the_bootstrap_is_repeatable_and_moves_with_its_seed(case) -> None:
    first = performance.evaluate(case.truth, case.score, seed=1)
    assert first == performance.evaluate(case.truth, case.score, seed=1)
    assert first.metrics["f1"].low != performance.evaluate(case.truth, case.score, seed=2).metrics["f1"].low


def test_calibration_equals_scikit_learn(case) -> None:
    bins = performance.evaluate(case.truth, case.score, bins=5).calibration
    observed, predicted = calibration_curve(case.truth, case.score, n_bins=5, strategy="quantile")
    assert [one.predicted for one in bins] == pytest.approx(predicted)
    assert [one.observed for one in bins] == pytest.approx(observed)
    assert sum(one.rows for one in bins) == len(case.truth)


@pytest.mark.parametrize("truth", [[1, 1, 1], [0, 0, 0]])
def test_one_class_gives_none_and_never_nan(truth: list[int]) -> None:
    found = performance.evaluate(truth, [0.2, 0.6, 0.9])
    assert found.metrics["roc_auc"].value is None
    assert found.metrics["balanced_accuracy"].value is None
    assert "NaN" not in found.model_dump_json()


def test_nothing_selected_has_no_precision() -> None:
    found = performance.evaluate([1, 0, 1], [0.1, 0.2, 0.3])
    assert found.metrics["precision"].value is None
    assert found.metrics["recall"].value == 0


def test_decisions_alone_have_no_score_metrics() -> None:
    found = performance.evaluate([1, 0, 1, 0], None, selected=[1, 0, 0, 0])
    assert found.metrics["roc_auc"].value is None
    assert found.metrics["brier"].value is None
    assert found.metrics["accuracy"].value == 0.75
    assert found.calibration == []


def test_scores_that_are_no_probabilities_are_ranked_only() -> None:
    found = performance.evaluate([1, 0, 1, 0], [3.0, -2.0, 1.0, 0.5], threshold=0)
    assert found.metrics["roc_auc"].value == 1
    assert found.metrics["log_loss"].value is None


@pytest.mark.parametrize(
    ("truth", "score", "said"),
    [
        ([], [], "no rows"),
        ([1, 2], [0.1, 0.2], "row 2 is 2"),
        ([1, float("nan")], [0.1, 0.2], "row 2 is missing"),
        ([1, 0], [0.1], "2 outcomes but 1 scores"),
        ([1, 0], [0.1, float("inf")], "row 2 is missing or infinite"),
        (["a", "b"], [0.1, 0.2], "neither 0 nor 1"),
    ],
)
def test_bad_input_is_refused_with_its_row(truth: list, score: list, said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        performance.evaluate(truth, score)
