"""The demo's data are Wooldridge's, cleaned in the open, and split the same way every time."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from governance.demo import data, models
from governance.demo.attack import Lie, alter_one_byte
from governance.errors import IntegrityError
from governance.evidence import quality
from governance.evidence.tables import read_table


@pytest.fixture(scope="module")
def applications() -> data.Applications:
    return data.load()


def test_approval_rates_are_the_published_ones(applications: data.Applications) -> None:
    rate = applications.cleaned.groupby("race")["approved"].mean()
    assert len(applications.cleaned) == 1989
    assert (round(rate["white"], 3), round(rate["black"], 3)) == (0.908, 0.675)


def test_codes_for_not_known_become_missing_and_validation_then_passes(
    applications: data.Applications,
) -> None:
    before = quality.validate(applications.delivered, data.schema(applications.delivered))
    after = quality.validate(applications.cleaned, data.schema(applications.cleaned))
    assert (before.status, after.status) == ("fail", "pass")
    for column, code in data.CODES.items():
        assert (applications.delivered[column] == code).any()
        assert not (applications.cleaned[column] == code).any()


def test_halves_share_no_row_and_have_the_same_groups(applications: data.Applications) -> None:
    assert not set(applications.train.application) & set(applications.test.application)
    counts = [half.groupby(["race", "sex"]).size() for half in (applications.train, applications.test)]
    assert (abs(counts[0] - counts[1]) <= 1).all()
    assert counts[1]["black", "female"] in range(20, 27)
    pd.testing.assert_frame_equal(data.load().test, applications.test)


def test_no_protected_trait_is_among_the_corrected_models_inputs(applications: data.Applications) -> None:
    model = models.corrected(applications.train)
    assert list(model.feature_names_in_) == data.FEATURES
    assert not {"race", "sex", "married"} & set(data.FEATURES)
    again = models.corrected(applications.train)
    rows = applications.test[data.FEATURES]
    assert np.array_equal(model.predict_proba(rows), again.predict_proba(rows))


def test_what_is_written_reads_back_as_the_same_rows(applications: data.Applications, tmp_path: Path) -> None:
    table = read_table(data.write(applications.test, tmp_path / "test.csv"))
    pd.testing.assert_frame_equal(table.frame, applications.test, check_dtype=False)


def test_the_attack_changes_exactly_one_byte(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b'xx"selected":71,yy')
    absent, lie = Lie('"selected":44,', '"selected":54,'), Lie('"selected":71,', '"selected":81,')
    altered = alter_one_byte(path, [absent, lie])
    assert path.read_bytes() == b'xx"selected":81,yy'
    assert altered.offset == 13
    with pytest.raises(IntegrityError, match="None of what"):
        alter_one_byte(path, [absent, lie])
    with pytest.raises(ValueError, match="exactly one byte"):
        alter_one_byte(path, [Lie("ab", "cd")])
