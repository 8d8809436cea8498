"""Bad files get a sentence that names file, column and row."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from governance.errors import GovernanceError, InvalidInput, NotFound
from governance.evidence.tables import (
    infer_schema,
    read_table,
    require_columns,
    require_numbers,
    require_present,
)


def written(folder: Path, data: bytes, name: str = "a.csv") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def test_a_csv_file_is_read_and_named_by_its_bytes(tmp_path: Path) -> None:
    data = b"age,sex,income\n30,m,1.5\n40,f,\n"
    table = read_table(written(tmp_path, data))
    assert table.digest == "sha256:" + hashlib.sha256(data).hexdigest()
    assert (table.rows, table.file.bytes) == (2, len(data))
    kinds = [(one.name, one.type, one.nullable, one.minimum) for one in infer_schema(table.frame)]
    assert kinds == [
        ("age", "int64", False, 30),
        ("sex", "text", False, None),
        ("income", "float64", True, 1.5),
    ]


def test_a_parquet_file_is_read(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {"a": [1, 2], "t": pd.to_datetime(["2024-01-01", "2024-01-02"], utc=True), "b": [True, False]}
    )
    frame.to_parquet(tmp_path / "a.parquet")
    table = read_table(tmp_path / "a.parquet")
    assert [one.type for one in infer_schema(table.frame)] == ["int64", "timestamp", "bool"]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "a.csv is empty"),
        (b"age,sex\n", "no rows"),
        (b"age,sex\n1,m\n2\n", r"row 2 \(line 3\) has 1 fields; the header names 2"),
        (b"age,sex\n1,m,x\n", r"row 1 \(line 2\) has 3 fields"),
        (b"age,sex\n1,m\n2,\xff\n", "line 3: byte 0xff is not UTF-8"),
        (b"age,age\n1,2\n", "two columns are named 'age'"),
        (b"age,\n1,2\n", "column 2 has no name"),
        (b'age,sex\n1,"m"x\n', "line 2 is not CSV"),
        (b'age,sex\n1,"m\n', "is not CSV"),
        (b"a\x00b\n1\n", "zero byte"),
        (b"\n\n", "no header"),
    ],
)
def test_a_broken_csv_file_is_refused(tmp_path: Path, data: bytes, said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        read_table(written(tmp_path, data))


def test_other_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="There is no file"):
        read_table(tmp_path / "none.csv")
    with pytest.raises(InvalidInput, match="is a folder"):
        read_table(tmp_path)
    with pytest.raises(InvalidInput, match="neither CSV nor Parquet"):
        read_table(written(tmp_path, b"x", "a.xlsx"))
    with pytest.raises(InvalidInput, match="not a Parquet file"):
        read_table(written(tmp_path, b"PAR1 nonsense", "a.parquet"))


def test_a_missing_column_is_named_with_near_names(tmp_path: Path) -> None:
    table = read_table(written(tmp_path, b"income,sex\n1,m\n"))
    with pytest.raises(InvalidInput, match=r"a\.csv has no column 'incme'") as refused:
        require_columns(table, ["incme"])
    assert "income" in refused.value.remedy


def test_a_mistyped_value_is_named_with_its_row(tmp_path: Path) -> None:
    table = read_table(written(tmp_path, b"income,sex\n1,m\nmany,f\n"))
    with pytest.raises(InvalidInput, match="column 'income', row 2: 'many' is no finite number"):
        require_numbers(table, ["income"])


def test_a_missing_value_is_named_with_its_row(tmp_path: Path) -> None:
    table = read_table(written(tmp_path, b"income,sex\n1,m\n,f\n,f\n"))
    with pytest.raises(
        InvalidInput, match=r"column 'income', row 2: a value is missing \(NaN\); 2 rows in all"
    ):
        require_numbers(table, ["income"])
    require_numbers(table, ["income"], nullable=True)
    with pytest.raises(InvalidInput, match="row 2"):
        require_present(table, ["income"])


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.binary(max_size=80)
    | st.text("ab,\"\r\n 1.é'#;\t-", max_size=60).map(str.encode)
    | st.text('a,"\r\n', max_size=30).map(lambda text: b"x,y\n1,2\n" + text.encode())
)
def test_whatever_a_csv_file_holds_it_is_read_or_refused_with_a_sentence(tmp_path: Path, data: bytes) -> None:
    try:
        table = read_table(written(tmp_path, data))
    except GovernanceError as refusal:
        said = refusal.message
    else:
        said = f"a.csv has {table.rows} rows in {len(infer_schema(table.frame))} columns"
    assert said.startswith("a.csv")


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_damaged_parquet_file_is_read_or_refused_with_a_sentence(
    tmp_path: Path, data: st.DataObject
) -> None:
    pd.DataFrame({"a": [1, 2, 3], "b": ["x", None, "y"]}).to_parquet(tmp_path / "whole.parquet")
    whole = bytearray((tmp_path / "whole.parquet").read_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(1, len(whole)))
    try:
        table = read_table(written(tmp_path, bytes(whole[:cut]), "a.parquet"))
    except GovernanceError as refusal:
        said = refusal.message
    else:
        said = f"a.parquet has {table.rows} rows in {len(infer_schema(table.frame))} columns"
    assert said.startswith("a.parquet")
