"""Data validation names what is wrong, how often, and where."""

from __future__ import annotations

import pandas as pd
import pytest

from governance.errors import InvalidInput
from governance.evidence.quality import validate
from governance.evidence.tables import infer_schema
from governance.lineage.records import Column

GOOD = pd.DataFrame({"age": [20, 30, 40, 50], "income": [1.5, 2.5, 3.5, 4.5], "sex": ["m", "f", "m", "f"]})


def status(found, name: str):
    return next(check for check in found.checks if check.name == name)


def test_clean_rows_pass_every_check() -> None:
    found = validate(GOOD, infer_schema(GOOD), other=GOOD.iloc[:0])
    assert found.status == "pass"
    assert {check.status for check in found.checks} == {"pass"}
    assert [(one.name, one.type) for one in found.columns] == [
        ("age", "int64"),
        ("income", "float64"),
        ("sex", "text"),
    ]
    assert found.columns[0].mean == 35


def test_a_row_in_train_and_test_fails() -> None:
    found = validate(GOOD, infer_schema(GOOD), other=GOOD.iloc[[3, 1]])
    assert (found.status, found.overlap_rows) == ("fail", 2)


def test_a_value_outside_its_range_fails_and_names_its_row() -> None:
    found = validate(
        GOOD.assign(age=[20, 30, 200, 50]), [Column(name="age", type="int64", minimum=18, maximum=120)]
    )
    assert status(found, "ranges").status == "fail"
    assert status(found, "ranges").where == ["age: row 3 has 200"]


def test_missing_values_warn_above_the_limit_and_fail_where_forbidden() -> None:
    gaps = GOOD.assign(income=[1.5, None, 3.5, 4.5])
    schema = [Column(name="income", type="float64")]
    assert status(validate(gaps, schema, missing_limit=0.5), "missing-values").status == "pass"
    assert status(validate(gaps, schema, missing_limit=0.1), "missing-values").status == "warn"
    assert status(validate(gaps, schema, label="income"), "missing-values").status == "fail"
    forbidden = [Column(name="income", type="float64", nullable=False)]
    assert status(validate(gaps, forbidden), "missing-values").status == "fail"


def test_a_column_of_another_type_fails() -> None:
    found = validate(GOOD.assign(age=["x", "y", "z", "w"]), [Column(name="age", type="int64")])
    assert status(found, "types").where == ["age: declared int64, found text"]


def test_whole_numbers_stored_as_floats_are_whole_numbers() -> None:
    schema = [Column(name="n", type="int64")]
    assert status(validate(pd.DataFrame({"n": [1.0, 2.0]}), schema), "types").status == "pass"
    assert status(validate(pd.DataFrame({"n": [1.0, 2.5]}), schema), "types").status == "fail"


def test_repeated_rows_and_constant_columns_warn() -> None:
    twice = pd.concat([GOOD, GOOD.iloc[[0]]]).assign(country="us")
    found = validate(twice, infer_schema(twice))
    assert found.duplicates == 1
    assert status(found, "duplicate-rows").status == "warn"
    assert status(found, "constant-columns").where == ["country"]


def test_infinity_is_out_of_range() -> None:
    found = validate(pd.DataFrame({"x": [1.0, float("inf")]}), [Column(name="x", type="float64")])
    assert status(found, "ranges").found == 1
    assert "inf" not in found.columns[0].model_dump_json()


def test_no_rows_and_missing_columns_are_refused() -> None:
    with pytest.raises(InvalidInput, match="no rows"):
        validate(GOOD.iloc[:0], infer_schema(GOOD))
    with pytest.raises(InvalidInput, match="no column 'height'"):
        validate(GOOD, [Column(name="height", type="float64")])
