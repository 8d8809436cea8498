"""Text that runs from right to left, put in the order in which it is drawn.

The PDF library draws characters from left to right. Hebrew and Arabic runs are therefore reversed here, and
Arabic letters take their joined forms where Unicode has them as characters (Unicode 17, Arabic Presentation
Forms-B). This covers names and short phrases, which is what records hold, not the whole of UAX #9.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

LINE = 60
"""Longer text breaks into lines, and lines are not known here: its words are put in order one by one, so that
each can be read and lines run downwards."""
_RIGHT_TO_LEFT = {"R", "AL"}
_NEUTRAL = {"WS", "ON", "CS", "ES", "ET", "NSM", "BN"}
_MIRRORED = str.maketrans("()[]{}<>«»", ")(][}{><»«")


def in_reading_order(text: str) -> str:
    """Return `text` with its right-to-left runs reversed and joined; anything else unchanged.

    Example:
        >>> in_reading_order("שלום 2026")
        '2026 םולש'
        >>> in_reading_order("model ג1")
        'model 1ג'
    """
    if text.isascii() or not any(unicodedata.bidirectional(c) in _RIGHT_TO_LEFT for c in text):
        return text
    if len(text) > LINE:
        return re.sub(r"\S+", lambda word: in_reading_order(word.group()), text)
    runs = _runs(_joined(text))
    base_is_right = next((right for right, run in runs if run.strip()), False)
    shown = [_reversed(run) if right else run for right, run in runs]
    return "".join(reversed(shown)) if base_is_right else "".join(shown)


def _runs(text: str) -> list[tuple[bool, str]]:
    """Return maximal runs (is right-to-left, characters); neutral characters go with what surrounds them."""
    strong = [unicodedata.bidirectional(character) for character in text]
    sides = [True if kind in _RIGHT_TO_LEFT else None if kind in _NEUTRAL else False for kind in strong]
    first = next((side for side in sides if side is not None), False)
    before = first
    for at, side in enumerate(sides):
        if side is None:
            after = next((later for later in sides[at:] if later is not None), first)
            sides[at] = before if before == after else first
        else:
            before = side
    runs: list[tuple[bool, str]] = []
    for side, character in zip(sides, text, strict=True):
        if runs and runs[-1][0] == bool(side):
            runs[-1] = (bool(side), runs[-1][1] + character)
        else:
            runs.append((bool(side), character))
    return runs


def _reversed(run: str) -> str:
    """Return a right-to-left run as it is drawn: reversed, brackets mirrored, marks kept after their letter."""
    clusters: list[str] = []
    for character in run:
        if clusters and unicodedata.combining(character):
            clusters[-1] += character
        else:
            clusters.append(character)
    return "".join(reversed(clusters)).translate(_MIRRORED)


@cache
def _forms() -> dict[str, dict[str, str]]:
    """Return the presentation forms of each Arabic letter: `isolated`, `initial`, `medial`, `final`."""
    forms: dict[str, dict[str, str]] = {}
    for code in (*range(0xFB50, 0xFE00), *range(0xFE70, 0xFEFF)):
        parts = unicodedata.decomposition(chr(code)).split()
        if len(parts) == 2 and parts[0].startswith("<"):
            forms.setdefault(chr(int(parts[1], 16)), {}).setdefault(parts[0][1:-1], chr(code))
    return forms


def _joined(text: str) -> str:
    """Return `text` with each Arabic letter in the form that its neighbours ask for."""
    forms = _forms()
    letters = list(text)
    shown = list(letters)
    bases = [at for at, character in enumerate(letters) if not unicodedata.combining(character)]
    for place, at in enumerate(bases):
        of = forms.get(letters[at])
        if of is None:
            continue
        previous = letters[bases[place - 1]] if place else ""
        following = letters[bases[place + 1]] if place + 1 < len(bases) else ""
        # The isolated form is the letter itself, and fonts need not have it twice.
        joins_before = "final" in of and ("initial" in forms.get(previous, {}) or previous == "ـ")
        joins_after = "initial" in of and ("final" in forms.get(following, {}) or following == "ـ")
        if joins_before or joins_after:
            form = "medial" if joins_before and joins_after else "final" if joins_before else "initial"
            shown[at] = of.get(form, letters[at])
    return "".join(shown)
