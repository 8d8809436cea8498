"""Checking files without a ledger: what can't be read is said in a sentence."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from governance import instants
from governance.errors import GovernanceError, InvalidInput, NotFound
from governance.files import digest_of_file
from governance.workspace.offline import check_file

RECEIPT = '{"envelope": {}, "proof": ""}'


@pytest.mark.parametrize("path", ["a\0b", "no/such/file", ".", "x" * 5000])
def test_an_artifact_that_can_not_be_read_is_refused_in_words(path: str) -> None:
    with pytest.raises(GovernanceError) as refused:
        check_file(RECEIPT, key="k", artifact=Path(path), target="production", receipt_key="k")
    assert refused.value.remedy


def test_an_artifact_that_others_may_not_read_is_refused_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    artifact = tmp_path / "model.skops"
    artifact.write_bytes(b"model")
    artifact.chmod(0)
    if os.access(artifact, os.R_OK):  # root reads everything

        def refuse(*_args: object) -> None:
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(InvalidInput, match="Permission denied"):
        digest_of_file(artifact)


def test_a_directory_is_no_artifact(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        digest_of_file(tmp_path)


@pytest.mark.parametrize(
    "text", ["\ud800", '{"batch":"\ud800","row":0,"path":[]}', "[" * 100_000, "9" * 5000]
)
def test_a_text_that_is_nothing_is_refused_in_words(text: str) -> None:
    with pytest.raises(InvalidInput):
        check_file(text, key="k")


@pytest.mark.parametrize(
    "text",
    [
        "9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59", "2026-01-01", "2026-01-01T00:00:00", "",
        "٢٠٢٦-01-01T00:00:00Z", "now", "2026-13-45T00:00:00Z",
    ],
)  # fmt: skip
def test_what_is_no_instant_in_utc_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="not an instant"):
        instants.normal(text)


def test_instants_compare_as_text_in_every_year() -> None:
    assert instants.normal("0001-01-01T00:00:00Z") == "0001-01-01T00:00:00.000000Z"
    assert instants.normal("2026-01-01T01:00:00+01:00") == "2026-01-01T00:00:00.000000Z"
    with pytest.raises(InvalidInput, match="calendar"):
        instants.days_later("9999-12-31T00:00:00Z", 30)
