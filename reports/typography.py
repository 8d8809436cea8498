"""Type and colour: one family, two sizes of text, tabular figures, one accent.

The family is FiraGO (SIL Open Font License 1.1): TrueType outlines, and Latin, Greek, Cyrillic, Hebrew, Arabic,
Devanagari, Georgian and Thai in one design. It comes from the distribution `pymupdf-fonts`, which holds fonts
and nothing else. Its tabular figures are alternates that the PDF library can't ask for, so digits are mapped
to them in the character map; text copied out of the PDF is unchanged.
"""

from __future__ import annotations

import struct
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib.colors import Color, HexColor
from reportlab.lib.enums import TA_LEFT
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from governance.errors import MissingExtra
from reports.scripts import in_reading_order

REGULAR = "FiraGO"
BOLD = "FiraGO-Bold"
ITALIC = "FiraGO-Italic"
_SOURCES = {REGULAR: "figo", BOLD: "figbo", ITALIC: "figit"}

TEXT = 9.2
SMALL = 7.4
"""The two sizes of running text, in points; headings alone are larger."""

INK: Color = HexColor("#1b2330")
MUTED: Color = HexColor("#667080")
FAINT: Color = HexColor("#a9b1bc")
HAIRLINE: Color = HexColor("#d8dde4")
WASH: Color = HexColor("#f4f6f8")
PAPER: Color = HexColor("#ffffff")
ACCENT: Color = HexColor("#0f5c78")
ACCENT_SOFT: Color = HexColor("#9fc3d1")
ALARM: Color = HexColor("#a5301c")
CAUTION: Color = HexColor("#96690a")
"""Alarm and caution mark a result, always beside its word; nothing else is coloured."""

_DIGIT_GLYPHS = dict(
    zip(
        "0123456789",
        ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
        strict=True,
    )
)


def register_fonts() -> None:
    """Make the family known to the PDF library; a second call does nothing.

    Raises:
        MissingExtra: the fonts are not installed.
    """
    if REGULAR in pdfmetrics.getRegisteredFontNames():
        return
    try:
        from pymupdf_fonts import myfont  # type: ignore[import-untyped] # publishes no types
    except ImportError as error:
        raise MissingExtra(
            "Reports need their fonts, which are not installed.",
            remedy="Install them: python -m pip install 'ml-governance[reports]'.",
        ) from error
    for name, source in _SOURCES.items():
        data = myfont(source)
        font = TTFont(name, BytesIO(data), shapable=False)
        _use_tabular_figures(font, data)
        pdfmetrics.registerFont(font)
    pdfmetrics.registerFontFamily(REGULAR, normal=REGULAR, bold=BOLD, italic=ITALIC, boldItalic=BOLD)


def _face(name: str) -> Any:
    """Return the face of a registered font: the library's stubs know fonts without one."""
    font: Any = pdfmetrics.getFont(name)
    return font.face


def _use_tabular_figures(font: TTFont, data: bytes) -> None:
    glyphs = _glyph_ids(data)
    advances = _advances(data)
    face: Any = font.face
    units = face.unitsPerEm
    for digit, glyph in _DIGIT_GLYPHS.items():
        number = glyphs.get(f"{glyph}.tf")
        if number is not None:
            face.charToGlyph[ord(digit)] = number
            face.charWidths[ord(digit)] = round(advances(number) * 1000 / units)


def _table(data: bytes, tag: bytes) -> bytes:
    """Return one table of a TrueType file (OpenType 1.9, "Organization of an OpenType Font")."""
    (count,) = struct.unpack_from(">H", data, 4)
    for index in range(count):
        name, _, offset, length = struct.unpack_from(">4sIII", data, 12 + 16 * index)
        if name == tag:
            return data[offset : offset + length]
    return b""


def _glyph_ids(data: bytes) -> dict[str, int]:
    """Return glyph numbers by name from a `post` table of version 2.0 (OpenType 1.9, "post")."""
    post = _table(data, b"post")
    if post[:4] != b"\x00\x02\x00\x00":
        return {}
    (count,) = struct.unpack_from(">H", post, 32)
    indices = struct.unpack_from(f">{count}H", post, 34)
    names: list[str] = []
    at = 34 + 2 * count
    while at < len(post):
        length = post[at]
        names.append(post[at + 1 : at + 1 + length].decode("latin-1"))
        at += 1 + length
    standard = 258  # names that every Macintosh font has come first and are not stored
    return {
        names[index - standard]: glyph
        for glyph, index in enumerate(indices)
        if standard <= index < standard + len(names)
    }


class _advances:  # noqa: N801 - reads as a function of the glyph
    """Advance widths from `hhea` and `hmtx` (OpenType 1.9)."""

    def __init__(self, data: bytes) -> None:
        (self.count,) = struct.unpack_from(">H", _table(data, b"hhea"), 34)
        self.hmtx = _table(data, b"hmtx")

    def __call__(self, glyph: int) -> int:
        (advance,) = struct.unpack_from(">H", self.hmtx, 4 * min(glyph, self.count - 1))
        return int(advance)


@cache
def _known() -> frozenset[int]:
    register_fonts()
    shared: frozenset[int] = frozenset(_face(REGULAR).charToGlyph)
    for name in (BOLD, ITALIC):
        shared &= frozenset(_face(name).charToGlyph)
    return shared


NO_BREAK = "\u00a0"


def plain(text: object) -> str:
    """Return text as it can be drawn: in reading order, and what the family lacks as `[U+4E2D]`.

    A character that the family has no shape for is named, never dropped or boxed.
    """
    known = _known()
    shown = []
    for character in in_reading_order(str(text)):
        if character.isspace():
            shown.append(character if character == NO_BREAK else " ")
        elif unicodedata.category(character) in {"Cc", "Cf"}:
            continue  # control and format characters have no shape, and could hide or reorder what others read
        elif ord(character) in known:
            shown.append(character)
        elif (
            "\ufb50" <= character <= "\ufeff"
            and ord(letter := unicodedata.normalize("NFKC", character)[0]) in known
        ):
            shown.append(letter)  # the joined form of an Arabic letter that the family has only on its own
        else:
            shown.append(f"[U+{ord(character):04X}]")
    return "".join(shown)


def markup(text: object) -> str:
    """Return text for a paragraph: drawable, and with nothing in it that would be read as markup."""
    return escape(plain(text))


def width(text: str, font: str, size: float) -> float:
    """Return the width of drawable text in points."""
    register_fonts()
    return float(pdfmetrics.stringWidth(text, font, size))


@lru_cache(maxsize=65536)  # a document is laid out a few times, with the same texts
def fit(text: str, font: str, size: float, room: float) -> str:
    """Return text cut in the middle by `…` to at most `room` points; ends of long names tell them apart."""
    whole = plain(text)
    if width(whole, font, size) <= room:
        return whole
    keep = len(whole) - 1
    while keep > 1:
        shortened = f"{whole[: (keep + 1) // 2]}…{whole[len(whole) - keep // 2 :]}"
        excess = width(shortened, font, size) - room
        if excess <= 0:
            return shortened
        keep -= max(1, int(excess / size))
    return "…"


@dataclass(frozen=True, slots=True)
class Styles:
    """The paragraph styles of all reports."""

    title: ParagraphStyle
    statement: ParagraphStyle
    section: ParagraphStyle
    part: ParagraphStyle
    text: ParagraphStyle
    strong: ParagraphStyle
    small: ParagraphStyle
    label: ParagraphStyle
    cell: ParagraphStyle
    cell_small: ParagraphStyle
    caption: ParagraphStyle


@cache
def styles() -> Styles:
    """Return the styles, with the fonts registered."""
    register_fonts()
    text = ParagraphStyle(
        "text", fontName=REGULAR, fontSize=TEXT, leading=13.4, textColor=INK, alignment=TA_LEFT, spaceAfter=6,
        splitLongWords=1, allowWidows=0, allowOrphans=0, linkUnderline=0,
    )  # fmt: skip
    small = ParagraphStyle("small", parent=text, fontSize=SMALL, leading=10.2, textColor=MUTED, spaceAfter=4)
    return Styles(
        title=ParagraphStyle("title", parent=text, fontName=BOLD, fontSize=27, leading=32, spaceAfter=4),
        statement=ParagraphStyle("statement", parent=text, fontSize=15, leading=21.5, spaceAfter=0),
        section=ParagraphStyle(
            "section", parent=text, fontName=BOLD, fontSize=16, leading=20, spaceBefore=26, spaceAfter=10
        ),
        part=ParagraphStyle("part", parent=text, fontName=BOLD, leading=13.4, spaceBefore=12, spaceAfter=4),
        text=text,
        strong=ParagraphStyle("strong", parent=text, fontName=BOLD),
        small=small,
        label=ParagraphStyle("label", parent=small, spaceAfter=0),
        cell=ParagraphStyle("cell", parent=text, spaceAfter=0, leading=12.6),
        cell_small=ParagraphStyle("cell-small", parent=small, textColor=INK, spaceAfter=0),
        caption=ParagraphStyle("caption", parent=small, spaceBefore=3, spaceAfter=10),
    )
