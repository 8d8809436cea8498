"""An export is complete or says that it is not, and never takes over somebody else's folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from governance.ledger.errors import ExportInvalid
from governance.ledger.export import write_export
from governance.ledger.folder import FolderReader
from governance.ledger.verification import verify
from tests.ledger.double import LedgerInLists


@pytest.mark.parametrize("bodies", [True, False])
def test_an_export_proves_by_itself(tmp_path: Path, bodies: bool) -> None:
    ledger = LedgerInLists.of(300, 10)
    assert write_export(ledger, tmp_path / "out", bodies=bodies) == 300
    report = verify(
        FolderReader(tmp_path / "out"), keys=[ledger.key.vkey], trusted_checkpoints=[ledger.checkpoints[300]]
    )
    assert report.failures == ()
    assert report.withheld == (0 if bodies else 299)
    assert not list((tmp_path / "out").rglob("*.new"))


def test_an_older_export_grows_and_loses_bodies_that_are_withheld_now(tmp_path: Path) -> None:
    ledger = LedgerInLists.of(300, 10)
    write_export(ledger, tmp_path, bodies=True)
    for _ in range(300):
        ledger.append("x.noted", "model:m@1", {})
    ledger.sign()
    write_export(ledger, tmp_path, bodies=False)
    report = verify(FolderReader(tmp_path), keys=[ledger.key.vkey])
    assert (report.ok, report.size, report.withheld) == (True, 600, 599)
    assert [path.name for path in (tmp_path / "bodies").iterdir()] == ["0.json"]


def test_an_interrupted_export_never_looks_complete_and_can_be_taken_up(tmp_path: Path) -> None:
    ledger = LedgerInLists.of(300, 10)

    class Interrupted(LedgerInLists):
        def read_body(self, seq: int) -> tuple[bytes, bytes] | None:
            if seq == 290:
                raise KeyboardInterrupt
            return super().read_body(seq)

    broken = Interrupted(**vars(ledger))
    with pytest.raises(KeyboardInterrupt):
        write_export(broken, tmp_path, bodies=True)
    with pytest.raises(ExportInvalid, match="no complete export"):
        FolderReader(tmp_path)
    write_export(ledger, tmp_path, bodies=True)
    assert verify(FolderReader(tmp_path), keys=[ledger.key.vkey]).ok


def test_folders_that_hold_something_else_are_refused_untouched(tmp_path: Path) -> None:
    ledger = LedgerInLists.of(10)
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "a.txt").write_text("dear")
    (tmp_path / "file").write_text("x")
    write_export(LedgerInLists.of(5, origin="other.example/log"), tmp_path / "other")
    write_export(LedgerInLists.of(10), tmp_path / "forked")
    write_export(LedgerInLists.of(20, key=ledger.key), tmp_path / "longer")
    for name in ("letters", "file", "other", "forked", "longer"):
        before = sorted(path.name for path in tmp_path.rglob("*"))
        with pytest.raises(ExportInvalid) as raised:
            write_export(ledger, tmp_path / name)
        assert raised.value.remedy
        assert sorted(path.name for path in tmp_path.rglob("*")) == before


def test_a_ledger_that_does_not_prove_is_not_exported(tmp_path: Path) -> None:
    ledger = LedgerInLists.of(10)
    ledger.table.pop()
    with pytest.raises(ExportInvalid, match="can't be exported"):
        write_export(ledger, tmp_path)
    with pytest.raises(ExportInvalid):
        FolderReader(tmp_path)
