"""The demo's folder never trips the next run and never touches somebody's own files."""

from __future__ import annotations

from pathlib import Path

import pytest

from governance.demo.folder import DemoFolder
from governance.errors import Conflict, InvalidInput


def test_a_second_telling_says_what_to_do(tmp_path: Path) -> None:
    DemoFolder.begin(tmp_path / "d", force=False).finish()
    with pytest.raises(Conflict, match="told in") as refused:
        DemoFolder.begin(tmp_path / "d", force=False)
    assert "--force" in refused.value.remedy
    assert "--dir" in refused.value.remedy


def test_force_starts_afresh(tmp_path: Path) -> None:
    folder = DemoFolder.begin(tmp_path / "d", force=False)
    (folder.room("data") / "old.csv").write_text("old")
    folder.finish()
    again = DemoFolder.begin(tmp_path / "d", force=True)
    assert not (again.path / "data").exists()
    assert not again.cut_short_before


def test_a_telling_that_was_cut_short_is_no_trap(tmp_path: Path) -> None:
    DemoFolder.begin(tmp_path / "d", force=False).ledger.write_text("half")
    again = DemoFolder.begin(tmp_path / "d", force=False)
    assert again.cut_short_before
    assert not again.ledger.exists()


@pytest.mark.parametrize("force", [False, True])
def test_a_folder_of_somebody_else_is_left_alone(tmp_path: Path, force: bool) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(InvalidInput, match="left alone"):
        DemoFolder.begin(tmp_path, force=force)
    assert (tmp_path / "mine.txt").read_text() == "mine"
    with pytest.raises(InvalidInput, match="is a file"):
        DemoFolder.begin(tmp_path / "mine.txt", force=force)
