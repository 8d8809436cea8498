"""How numbers, hashes, subjects and results are written on screen: the same everywhere, never by colour alone."""

from __future__ import annotations

from typing import Any

RESULT_MARKS = {
    "allow": "✓",
    "pass": "✓",
    "valid": "✓",
    "deny": "✗",
    "fail": "✗",
    "void": "✗",
    "revoked": "✗",
    "unclear": "?",
    "missing": "∅",
    "error": "‼",
    "warn": "!",
    "expired": "!",
    "waived": "~",
}
"""One sign a word, shown beside the word."""

RESULT_STYLES = {
    "allow": "good",
    "pass": "good",
    "valid": "good",
    "deny": "bad",
    "fail": "bad",
    "void": "bad",
    "revoked": "bad",
    "unclear": "warn",
    "missing": "bad",
    "error": "bad",
    "warn": "warn",
    "expired": "warn",
    "waived": "warn",
    "critical": "bad",
    "warning": "warn",
    "info": "muted",
}

_UUID_LENGTH = 36


def count(number: int) -> str:
    """Return a whole number with thousands separators."""
    return f"{number:,}"


def counted(number: int, one: str, many: str | None = None) -> str:
    """Return a number with its noun: `1 entry`, `1,204 entries`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def place(seq: int) -> str:
    """Return how an entry is named on screen: `#48,213`."""
    return f"#{seq:,}"


def number(value: Any) -> str:
    """Return a measured value: three significant decimals for fractions, separators for whole numbers."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        if value == int(value):
            return f"{int(value):,}"
        return f"{value:,.3f}" if abs(value) < 1000 else f"{value:,.1f}"
    return str(value)


def interval(value: Any, low: Any, high: Any) -> str:
    """Return an estimate with its interval: `0.742 (0.691–0.797)`."""
    if value is None:
        return "–"
    return number(value) if low is None or high is None else f"{number(value)} ({number(low)}–{number(high)})"


def short_hash(digest: str) -> str:
    """Return a digest that can still be told apart: `3f9c…a1` for hex, with or without `sha256:`."""
    bare = digest.rpartition(":")[2]
    return bare if len(bare) <= 8 else f"{bare[:4]}…{bare[-2:]}"


def _short_rest(rest: str) -> str:
    head, hash_mark, row = rest.partition("#")
    if len(head) == _UUID_LENGTH and head.count("-") == 4:
        # The end is random, the beginning of a version 7 is a time that neighbours share.
        head = f"{head[:4]}…{head[-4:]}"
    elif len(head) == 64:
        head = short_hash(head)
    return f"{head}{hash_mark}{row}"


def short_subject(subject: str) -> str:
    """Return a subject with UUIDs and digests shortened: `run:0191…7c2a`."""
    kind, colon, rest = subject.partition(":")
    return f"{kind}:{_short_rest(rest)}" if colon else subject


def subject_name(subject: str) -> str:
    """Return a subject as people say it: `hmda@1990`, `run 0191…7c2a`, `alice`."""
    kind, colon, rest = subject.partition(":")
    if not colon:
        return subject
    short = _short_rest(rest)
    return (
        short
        if kind in {"model", "dataset", "deployment", "system", "user", "service", "policy"}
        else f"{kind} {short}"
    )


def mark(result: str) -> str:
    """Return a result with its sign: `✓ pass`."""
    return f"{RESULT_MARKS.get(result, '·')} {result}"


def style_of(result: str) -> str:
    """Return the style name of a result, verdict, state or severity."""
    return RESULT_STYLES.get(result, "")


def ended(text: str) -> str:
    """Return a sentence with one full stop at its end, whether or not it had one."""
    return text.rstrip(". ") + "."


def cut(text: str, width: int) -> str:
    """Return `text` in at most `width` characters, with `…` where something was left out."""
    if len(text) <= width:
        return text
    return text[: max(width - 1, 0)] + "…" if width > 0 else ""


def cut_middle(text: str, width: int) -> str:
    """Return `text` in at most `width` characters, keeping its beginning and its end (a version, a number)."""
    if len(text) <= width:
        return text
    if width < 4:
        return cut(text, width)
    tail = (width - 1) // 2
    return f"{text[: width - 1 - tail]}…{text[-tail:]}"


def cut_apart(text: str, width: int) -> str:
    """Return `text` in at most `width` characters, mostly its end: `bos…train@1990`.

    Names that stand together begin alike and differ at their end (a part, a version).
    """
    if len(text) <= width:
        return text
    if width < 6:
        return cut_middle(text, width)
    head = width // 4
    return f"{text[:head]}…{text[len(text) - (width - 1 - head) :]}"
