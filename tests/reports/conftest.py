"""One story and its dossier, made once: rendering is pure, so tests may share it."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import pytest

from tests.reports.story import RecordedLedger, mortgage

MODEL = "model:mortgage-approval@2"


@pytest.fixture(scope="session")
def ledger() -> RecordedLedger:
    return mortgage()


@pytest.fixture(scope="session")
def pdf(ledger: RecordedLedger) -> bytes:
    from reports.dossier import dossier_pdf
    from reports.gather import gather

    return dossier_pdf(gather(ledger.as_workspace(), MODEL))


@pytest.fixture(scope="session")
def pages_of() -> Callable[[bytes], list[str]]:
    """Return the text of each page, one space between words."""

    def read(pdf: bytes) -> list[str]:
        from pypdf import PdfReader

        return [" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(pdf)).pages]

    return read


@pytest.fixture(scope="session")
def pages(pdf: bytes, pages_of: Callable[[bytes], list[str]]) -> list[str]:
    return pages_of(pdf)
