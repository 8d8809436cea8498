"""Model files: skops only, foreign ones in a child with limits, never a pickle."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest
import skops.io
from sklearn.base import BaseEstimator, ClassifierMixin

from governance.errors import InvalidInput, NotFound
from governance.evidence import artifacts


class Homemade(ClassifierMixin, BaseEstimator):
    """A type that nobody has reason to trust."""

    def predict(self, rows: np.ndarray) -> np.ndarray:
        return np.ones(len(rows))


@pytest.fixture
def saved(case, tmp_path: Path) -> Path:
    artifacts.save(case.model, tmp_path / "m.skops")
    return tmp_path / "m.skops"


def test_a_model_is_saved_named_and_opened_again(case, saved: Path) -> None:
    record = artifacts.describe(saved)
    assert record.format == "skops"
    again = artifacts.load(saved, digest=record.digest)
    assert np.array_equal(again.predict_proba(case.test[case.features])[:, 1], case.score)
    assert sorted(path.name for path in saved.parent.iterdir()) == ["m.skops"]


def test_another_file_than_the_registered_one_is_refused(saved: Path) -> None:
    with pytest.raises(InvalidInput, match="not sha256:00"):
        artifacts.load(saved, digest="sha256:" + "0" * 64)


def test_a_foreign_model_is_scored_in_a_child_process(case, saved: Path) -> None:
    scores = artifacts.score_foreign(saved, case.test[case.features])
    assert scores == pytest.approx(case.score.tolist())


def test_a_pickle_is_never_opened(tmp_path: Path) -> None:
    class Trap:
        def __reduce__(self):
            return (Path.touch, (tmp_path / "sprung",))

    path = tmp_path / "m.pkl"
    path.write_bytes(pickle.dumps(Trap()))
    for attempt in (artifacts.load, artifacts.inspect_foreign):
        with pytest.raises(InvalidInput, match="is a pickle"):
            attempt(path)
    assert not (tmp_path / "sprung").exists()


def test_types_that_nobody_trusted_are_refused_by_name(tmp_path: Path) -> None:
    skops.io.dump(Homemade(), tmp_path / "m.skops")
    with pytest.raises(InvalidInput, match=r"not trusted: .*Homemade"):
        artifacts.load(tmp_path / "m.skops")
    inspected = artifacts.inspect_foreign(tmp_path / "m.skops")
    assert any("Homemade" in name for name in inspected.untrusted)


def test_a_child_that_needs_too_much_is_stopped(saved: Path) -> None:
    limits = artifacts.Limits(memory_bytes=64 << 20)
    with pytest.raises(InvalidInput, match=r"m\.skops"):
        artifacts.inspect_foreign(saved, limits=limits)


@pytest.mark.parametrize("data", [b"", b"hello", b"PK\x03\x04 but no archive"])
def test_what_is_no_model_file_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "m.skops").write_bytes(data)
    with pytest.raises(InvalidInput, match=r"m\.skops is no skops file"):
        artifacts.load(tmp_path / "m.skops")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="There is no file"):
        artifacts.describe(tmp_path / "none.skops")
