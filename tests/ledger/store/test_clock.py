"""Time never runs back, and one jump ahead does not poison a ledger."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from store_builders import SetClock, note

from governance.ledger.clock import as_microseconds, as_text
from governance.ledger.errors import ClockRefused
from governance.ledger.log import Ledger


@pytest.fixture
def timed(make: Callable[..., Ledger], set_clock: SetClock) -> Ledger:
    return make(clock=set_clock.clock())


def test_times_have_six_decimals_and_are_read_back() -> None:
    assert as_text(1_800_000_000_000_001) == "2027-01-15T08:00:00.000001Z"
    assert as_text(0) == "1970-01-01T00:00:00.000000Z"
    assert as_microseconds("2027-01-15T08:00:00.000001Z") == 1_800_000_000_000_001


def test_a_clock_a_little_behind_takes_the_time_of_the_entry_before(
    timed: Ledger, set_clock: SetClock
) -> None:
    first = timed.append(note())
    set_clock.passes(1, wall=-5)
    assert timed.append(note()).time == first.time


def test_a_clock_further_behind_is_refused(timed: Ledger, set_clock: SetClock) -> None:
    timed.append(note())
    set_clock.passes(1, wall=-6)
    with pytest.raises(ClockRefused, match="6 s before the ledger's last entry"):
        timed.append(note())
    assert timed.size() == 2
    set_clock.passes(7)
    timed.append(note())


def test_a_jump_ahead_is_refused_until_it_is_confirmed(timed: Ledger, set_clock: SetClock) -> None:
    timed.append(note())
    set_clock.passes(10, wall=10 + 61)
    for _ in range(2):
        with pytest.raises(ClockRefused, match="61 s ahead") as refused:
            timed.append(note())
    assert "--confirm-clock" in refused.value.remedy
    timed.confirm_clock()
    assert timed.append(note()).seq == 2


def test_a_jump_ahead_is_accepted_where_an_operator_confirmed_the_clock(
    make: Callable[..., Ledger], set_clock: SetClock
) -> None:
    ledger = make(clock=set_clock.clock(confirmed=True))
    first = ledger.append(note())
    set_clock.passes(10, wall=10 + 3600)
    second = ledger.append(note())
    assert as_microseconds(second.time) - as_microseconds(first.time) == 3_610_000_000
    set_clock.passes(1, wall=-6)
    with pytest.raises(ClockRefused, match="before the ledger's last entry"):
        ledger.append(note())


def test_time_that_passes_is_no_jump(timed: Ledger, set_clock: SetClock) -> None:
    first = timed.append(note())
    set_clock.passes(86_400, wall=86_400 + 59)
    assert timed.append(note()).time > first.time


def test_entries_of_one_group_share_their_time(timed: Ledger) -> None:
    assert len({done.time for done in timed.append_many([note(), note()])}) == 1
