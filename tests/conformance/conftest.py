"""Vectors from public specifications, and exports to show to other people's code."""

from __future__ import annotations

from pathlib import Path

import pytest

from governance.ledger.export import write_export
from tests.ledger.double import LedgerInLists

VECTORS = Path(__file__).resolve().parents[2].parent / "shared" / "vectors" / "testdata"


@pytest.fixture(scope="session")
def vectors() -> Path:
    if not VECTORS.is_dir():
        pytest.skip("the RFC 6962 vectors do not lie beside this checkout")
    return VECTORS


@pytest.fixture(scope="session", params=[1, 2, 255, 256, 257, 1000])
def exported(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[LedgerInLists, Path]:
    ledger = LedgerInLists.of(request.param, 100)
    folder = tmp_path_factory.mktemp("export") / "log"
    write_export(ledger, folder, bodies=True)
    return ledger, folder
