"""Pages as pictures: they can be drawn, nothing leaves the paper, and the README shows them."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

DOTS = 60
SHOWN = (1, 3, 10, 12)
"""Cover, verdict, fairness, explanations."""


@pytest.fixture(scope="module")
def pictures(pdf: bytes, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    tool = shutil.which("pdftoppm")
    if tool is None:
        pytest.skip("needs pdftoppm: draws pages as pictures (Debian: poppler-utils)")
    folder = tmp_path_factory.mktemp("pages")
    (folder / "dossier.pdf").write_bytes(pdf)
    subprocess.run([tool, "-r", str(DOTS), "-png", folder / "dossier.pdf", folder / "page"], check=True)
    return sorted(folder.glob("page-*.png"))


def test_no_page_prints_into_its_margins(pictures: list[Path]) -> None:
    from PIL import Image, ImageChops

    for picture in pictures:
        with Image.open(picture) as page:
            grey = page.convert("L")
        inked = ImageChops.invert(grey).point(lambda shade: 255 if shade > 40 else 0).getbbox()
        assert inked is not None
        left, top, right, bottom = inked
        assert left >= 60 / 72 * DOTS, picture.name
        assert right <= grey.width - 52 / 72 * DOTS, picture.name
        assert top >= 30 / 72 * DOTS, picture.name
        assert bottom <= grey.height - 30 / 72 * DOTS, picture.name


def test_no_page_is_nearly_empty(pictures: list[Path]) -> None:
    from PIL import Image

    for picture in pictures[:-1]:
        with Image.open(picture) as page:
            body = page.convert("L").crop((0, 60, page.width, page.height - 60))
        dark = sum(body.histogram()[:128])
        assert dark > 150, picture.name


def test_the_readme_shows_the_dossier(pdf: bytes, tmp_path: Path) -> None:
    if os.environ.get("GOVERN_WRITE_SCREENSHOTS") != "1":
        pytest.skip("needs GOVERN_WRITE_SCREENSHOTS=1: it writes docs/images/dossier.png")
    from PIL import Image

    (tmp_path / "dossier.pdf").write_bytes(pdf)
    subprocess.run(["pdftoppm", "-r", "72", "-png", tmp_path / "dossier.pdf", tmp_path / "page"], check=True)
    drawn = sorted(tmp_path.glob("page-*.png"))
    chosen = [Image.open(drawn[number - 1]) for number in SHOWN]
    gap, edge = 22, 22
    wide, tall = chosen[0].size
    sheet = Image.new(
        "RGB", (2 * edge + len(chosen) * wide + (len(chosen) - 1) * gap, tall + 2 * edge), "#dfe3e8"
    )
    for at, page in enumerate(chosen):
        sheet.paste(page, (edge + at * (wide + gap), edge))
    target = Path(__file__).parents[2] / "docs" / "images" / "dossier.png"
    target.parent.mkdir(parents=True, exist_ok=True)
    sheet.save(target, optimize=True)
