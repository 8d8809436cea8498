"""Right-to-left names are drawn in the order in which they are read."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from reports.scripts import in_reading_order


def test_hebrew_is_drawn_from_the_right() -> None:
    assert in_reading_order("שלום") == "םולש"


def test_numbers_within_hebrew_keep_their_order() -> None:
    assert in_reading_order("שלום 2026") == "2026 םולש"


def test_latin_with_a_hebrew_name_keeps_its_order() -> None:
    assert in_reading_order("model דנה approved") == "model הנד approved"


def test_arabic_letters_join() -> None:
    shown = in_reading_order("سلام")
    assert shown != "سلام"[::-1]
    assert "\ufee1" in shown or "\u0645" in shown
    assert "\ufebc" not in shown
    assert any("\ufe70" <= letter <= "\ufeff" for letter in shown)


def test_long_text_keeps_its_words_in_order_so_that_lines_run_downwards() -> None:
    shown = in_reading_order("שלום " * 20)
    assert shown == "םולש " * 20


@given(st.text(st.characters(max_codepoint=0x58F), max_size=60))
def test_left_to_right_text_is_unchanged(text: str) -> None:
    assert in_reading_order(text) == text


@given(st.text(st.characters(min_codepoint=0x5D0, max_codepoint=0x5EA), max_size=40))
def test_no_letter_is_lost(text: str) -> None:
    assert sorted(in_reading_order(text)) == sorted(text)
