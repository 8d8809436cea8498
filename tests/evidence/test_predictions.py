"""Somebody else's predictions become the same records as one's own."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from governance.errors import InvalidInput
from governance.evidence import fairness, performance, predictions
from governance.evidence.records import evidence
from governance.evidence.tables import read_table
from governance.lineage.records import Reference
from governance.lineage.results import FAMILIES


@pytest.fixture
def path(case, tmp_path: Path) -> Path:
    frame = case.sensitive.assign(approved=case.truth, score=case.score)
    frame["decision"] = ["yes" if one >= 0.5 else "no" for one in case.score]
    frame["happened"] = ["yes" if one else "no" for one in case.truth]
    frame.to_csv(tmp_path / "predictions.csv", index=False)
    return tmp_path / "predictions.csv"


def test_a_table_of_scores_gives_what_the_functions_give(case, path: Path) -> None:
    found = predictions.evaluate(read_table(path), truth="approved", score="score", sensitive=["race", "sex"])
    assert (
        found.performance.metrics["roc_auc"]
        == performance.evaluate(case.truth, case.score).metrics["roc_auc"]
    )
    assert found.fairness == fairness.evaluate(case.truth, case.score >= 0.5, case.sensitive)


def test_decisions_in_words_are_understood(path: Path) -> None:
    table = read_table(path)
    words = predictions.evaluate(
        table, truth="happened", decision="decision", favourable="yes", sensitive=["race"]
    )
    numbers = predictions.evaluate(table, truth="approved", score="score", sensitive=["race"])
    assert words.performance.confusion == numbers.performance.confusion
    assert words.fairness.analyses == numbers.fairness.analyses


@pytest.mark.parametrize(
    ("named", "said"),
    [
        ({"truth": "approvd", "score": "score"}, "no column 'approvd'"),
        ({"truth": "approved"}, "Neither a score column nor a decision"),
        ({"truth": "score", "score": "score"}, "different values"),
        ({"truth": "happened", "score": "score"}, "never holds the favourable value 1"),
        ({"truth": "approved", "score": "decision"}, "row 1: '(yes|no)' is no finite number"),
        ({"truth": "approved", "score": "score", "sensitive": ["age"]}, "no column 'age'"),
    ],
)
def test_a_table_that_does_not_fit_is_refused(path: Path, named: dict, said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        predictions.evaluate(read_table(path), **named)


def test_a_missing_outcome_is_refused_with_its_row(tmp_path: Path) -> None:
    pd.DataFrame({"y": [1, None, 0], "s": [0.1, 0.2, 0.3]}).to_csv(tmp_path / "p.csv", index=False)
    with pytest.raises(InvalidInput, match="column 'y', row 2"):
        predictions.evaluate(read_table(tmp_path / "p.csv"), truth="y", score="s")


def test_a_result_is_wrapped_with_producer_method_and_software(case) -> None:
    result = performance.evaluate(case.truth, case.score)
    digest = "sha256:" + "0" * 64
    body = evidence(
        result,
        about="model:mortgage@1",
        inputs=[Reference(subject="dataset:test@1", digest=digest, role="test")],
        producer="service:evaluator",
        parameters={"threshold": 0.5},
    )
    assert body.family == "performance"
    assert FAMILIES[body.family].model_validate(body.result) == result
    assert "scikit-learn" in body.how["software"]
    assert body.method.source
