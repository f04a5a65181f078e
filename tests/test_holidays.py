"""Which days are worked, by the notices of the State Council and by the community's own word."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.rules.holidays import LAST_YEAR, BothWays, UnknownYear, assumed_kind, day_kind, is_known, own_days
from storage.types import DayKind

DAY = timedelta(days=1)

#: The notices: from when to when it is off, and the weekend days that are worked for it.
OFF = {
    2025: ("01-01 01-01", "01-28 02-04", "04-04 04-06", "05-01 05-05", "05-31 06-02", "10-01 10-08"),
    2026: ("01-01 01-03", "02-15 02-23", "04-04 04-06", "05-01 05-05", "06-19 06-21", "09-25 09-27", "10-01 10-07"),
}
MADE_UP = {
    2025: "01-26 02-08 04-27 09-28 10-11",
    2026: "01-04 02-14 02-28 05-09 09-20 10-10",
}


def days(year: int, written: str) -> list[date]:
    return [date.fromisoformat(f"{year}-{day}") for day in written.split()]


def off(year: int) -> set[date]:
    found = set()
    for span in OFF[year]:
        first, last = days(year, span)
        found |= {first + ahead * DAY for ahead in range((last - first).days + 1)}
    return found


@pytest.mark.parametrize("year", OFF)
def test_every_day_of_a_year_is_what_its_notice_says(year: int) -> None:
    free, made_up = off(year), days(year, MADE_UP[year])
    day = date(year, 1, 1)
    while day.year == year:
        weekend = day.isoweekday() > 5
        usual = DayKind.DAY_OFF if weekend and day not in made_up else DayKind.WORKDAY
        assert day_kind(day) is (DayKind.HOLIDAY if day in free else usual), day
        day += DAY


def test_a_year_without_a_notice_is_not_guessed() -> None:
    day = date(LAST_YEAR + 1, 5, 1)
    with pytest.raises(UnknownYear):
        day_kind(day)
    assert assumed_kind(day) is (DayKind.WORKDAY if day.isoweekday() <= 5 else DayKind.DAY_OFF)
    assert not is_known(day.year)
    assert is_known(LAST_YEAR)
    assert not is_known(1999)


def test_a_community_may_enter_a_year_itself() -> None:
    year = LAST_YEAR + 1
    some = own_days([date(year, 1, 1)], [])
    assert day_kind(date(year, 1, 1), some) is DayKind.DAY_OFF
    with pytest.raises(UnknownYear):
        day_kind(date(year, 1, 2), some)
    whole = own_days([date(year, *day) for day in ((1, 1), (5, 1), (10, 1))], [])
    assert day_kind(date(year, 7, 1), whole) is assumed_kind(date(year, 7, 1))


@given(st.dates(date(2005, 1, 1), date(2040, 12, 31)), st.sampled_from(DayKind))
def test_the_communitys_own_word_wins(day: date, kind: DayKind) -> None:
    assert day_kind(day, {day: kind}) is kind


def test_a_day_is_not_both_off_and_worked() -> None:
    with pytest.raises(BothWays, match="2026-10-10"):
        own_days([date(2026, 10, 9), date(2026, 10, 10)], [date(2026, 10, 10)])
