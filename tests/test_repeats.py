"""What comes again and again: the calendar's corners, clocks that are put forward and back, and another hand's reckoning."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from apscheduler.triggers.cron import CronTrigger
from hypothesis import given
from hypothesis import strategies as st

from handlers.rules.moon import FEASTS, NoSuchDay, day_of_moon, feast_day, free_by_law
from handlers.rules.repeats import Repeat
from handlers.rules.rhythms import (
    BeforeDaysOff,
    Days,
    EveryDays,
    Feast,
    Monthly,
    Moon,
    NthWeekday,
    NthWorkday,
    OfKind,
    Weekly,
)
from storage.types import DayKind
from tests.drawn import QUICK, SHANGHAI, clocks, moments

BERLIN = ZoneInfo("Europe/Berlin")
NEW_YORK = ZoneInfo("US/Eastern")
NINE = (time(9),)


def dates(days: Days, after: str, count: int = 3) -> list[str]:
    """The next dates of a rhythm, at nine in the morning."""
    start = datetime.fromisoformat(after).replace(tzinfo=SHANGHAI)
    return [f"{at.astimezone(SHANGHAI):%m-%d}" for at in islice(Repeat(days, NINE).all_times(start, SHANGHAI), count)]


def fires(repeat: Repeat, after: str, zone: ZoneInfo, count: int = 2) -> list[str]:
    """The next moments on the wall's clock."""
    found = repeat.all_times(datetime.fromisoformat(after).replace(tzinfo=zone), zone)
    return [f"{at.astimezone(zone):%m-%d %H:%M}" for at in islice(found, count)]


@pytest.mark.parametrize(
    ("days", "after", "expected"),
    [
        (Monthly((30,)), "2016-02-01", ["02-29", "03-30", "04-30"]),  # decided: served, where others leave it out
        (Monthly((31,)), "2025-12-31T12:00", ["01-31", "02-28", "03-31"]),
        (Monthly((-1,)), "2024-01-31T12:00", ["02-29", "03-31", "04-30"]),
        (NthWeekday(-1, 7), "2020-01-01", ["01-26", "02-23", "03-29"]),
        (NthWeekday(1, 1, (1, 4, 7, 10)), "2026-11-18", ["01-04", "04-05", "07-05"]),
        (NthWorkday(-1), "2026-02-01", ["02-28", "03-31", "04-30"]),  # a Saturday that is worked
        (NthWorkday(1), "2026-09-30", ["10-08", "11-02", "12-01"]),
        (OfKind((DayKind.WORKDAY,)), "2026-02-13T12:00", ["02-14", "02-24", "02-25"]),
        (OfKind((DayKind.DAY_OFF, DayKind.HOLIDAY)), "2026-10-09", ["10-11", "10-17", "10-18"]),
        (BeforeDaysOff(1), "2026-03-01", ["04-03", "04-30", "06-18"]),
        (Feast("除夕"), "2026-01-01", ["02-16", "02-05", "01-25"]),
        (Feast("清明", -1), "2026-01-01", ["04-04", "04-04", "04-03"]),
        (Moon((1, 15)), "2025-07-20", ["07-25", "08-08", "08-23"]),  # the leap month counts as a month
        (Moon((6,), 6), "2025-01-01", ["06-30", "07-19", "07-09"]),  # … and as no year
    ],
)
def test_the_calendars_corners(days: Days, after: str, expected: list[str]) -> None:
    assert dates(days, after) == expected


def test_what_never_comes_ends_the_search() -> None:
    assert dates(Moon((30,), 13), "2026-01-01") == []
    assert dates(NthWeekday(5, 1, (2,)), "2026-01-01") == []
    over = Repeat(Weekly(), NINE, until=datetime(2026, 1, 1, 9))
    assert over.next_time(datetime(2026, 1, 1, 9, tzinfo=SHANGHAI), SHANGHAI) is None
    assert over.next_time(datetime(2026, 1, 1, 8, tzinfo=SHANGHAI), SHANGHAI) is not None


@pytest.mark.parametrize(
    ("repeat", "after", "zone", "expected"),
    [
        # Eight o'clock stays eight o'clock.
        (Repeat(Weekly(), (time(8),)), "2013-03-09T12:00", NEW_YORK, ["03-10 08:00", "03-11 08:00"]),
        (Repeat(Weekly(), (time(8),)), "2013-11-02T12:00", NEW_YORK, ["11-03 08:00", "11-04 08:00"]),
        (Repeat(Weekly(), (time(5),)), "2009-09-25T07:00", BERLIN, ["09-26 05:00", "09-27 05:00"]),
        # What the clock leaves out is the first moment after the gap, once for both hours in it.
        (Repeat(Weekly(), (time(2, 30),)), "2016-03-26T12:00", BERLIN, ["03-27 03:00", "03-28 02:30"]),
        (Repeat(Weekly(), (time(2), time(2, 30))), "2016-03-26T12:00", BERLIN, ["03-27 03:00", "03-28 02:00"]),
        # What it shows twice comes the first time, once.
        (Repeat(Weekly(), (time(2, 30),)), "2016-10-29T12:00", BERLIN, ["10-30 02:30", "10-31 02:30"]),
        (
            Repeat(EveryDays(2), (time(2, 30),), date(2016, 10, 28)),
            "2016-10-29",
            BERLIN,
            ["10-30 02:30", "11-01 02:30"],
        ),
    ],
)
def test_the_wall_clock_is_kept_where_it_is_put_forward_and_back(
    repeat: Repeat, after: str, zone: ZoneInfo, expected: list[str]
) -> None:
    assert fires(repeat, after, zone) == expected


def test_of_an_hour_that_comes_twice_the_first_is_meant() -> None:
    first = Repeat(Weekly(), (time(2, 30),)).next_time(datetime(2016, 10, 29, 12, tzinfo=BERLIN), BERLIN)
    assert first == datetime(2016, 10, 30, 0, 30, tzinfo=UTC)


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="ends before it begins"):
        Repeat(Weekly(), NINE, date(2026, 1, 2), datetime(2026, 1, 1, 9))
    with pytest.raises(ValueError, match="counted from a day"):
        Repeat(EveryDays(3), NINE)
    with pytest.raises(ValueError, match="hours"):
        Repeat(Weekly(), ())


# Beside another reckoning, where it has the same rules

plain = st.one_of(
    st.frozensets(st.integers(1, 7), min_size=1).map(lambda found: Weekly(tuple(sorted(found)))),
    st.integers(1, 28).map(lambda day: Monthly((day,))),
    st.just(Monthly((-1,))),
    st.builds(NthWeekday, st.sampled_from((1, 2, 3, 4, -1)), st.integers(1, 7)),
)


def cron(days: Days, at: time) -> CronTrigger:
    hour = {"hour": at.hour, "minute": at.minute, "timezone": SHANGHAI}
    match days:
        case Weekly(weekdays):
            return CronTrigger(day_of_week=",".join(str(day - 1) for day in weekdays), **hour)
        case Monthly((day, *_)):
            return CronTrigger(day="last" if day < 0 else day, **hour)
        case NthWeekday(nth, weekday):
            names = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
            return CronTrigger(
                day=f"{('1st', '2nd', '3rd', '4th', 'last')[nth - 1 if nth > 0 else 4]} {names[weekday - 1]}", **hour
            )
    raise AssertionError(days)


@QUICK
@given(plain, clocks, moments)
def test_a_scheduler_of_other_hands_finds_the_same_moments(days: Days, at: time, after: datetime) -> None:
    trigger, fired, seen = cron(days, at), after + timedelta(microseconds=1), []
    for _ in range(3):
        found = trigger.get_next_fire_time(None, fired)
        assert found is not None
        seen.append(found.astimezone(UTC))
        fired = found + timedelta(microseconds=1)
    assert list(islice(Repeat(days, (at,)).all_times(after, SHANGHAI), 3)) == seen


# The moon


def test_festivals_fall_where_the_calendar_has_them() -> None:
    for name, days in {
        "春节": ("2025-01-29", "2026-02-17", "2027-02-06"),
        "除夕": ("2025-01-28", "2026-02-16", "2027-02-05"),
        "清明": ("2025-04-04", "2026-04-05", "2028-04-04"),
        "端午节": ("2025-05-31", "2026-06-19", "2027-06-09"),
        "中秋节": ("2025-10-06", "2026-09-25", "2027-09-15"),
        "重阳节": ("2025-10-29", "2026-10-18", "2029-10-16"),
        "腊八": ("2025-01-07", "2026-01-26", "2027-01-15"),
        "冬至": ("2025-12-21", "2026-12-22", "2028-12-21"),
    }.items():
        assert [feast_day(name, int(day[:4])).isoformat() for day in days] == list(days), name


def test_the_days_that_the_law_keeps_free_are_thirteen_a_year() -> None:
    for year in range(2025, 2040):
        first = date(year, 1, 1)
        free = sum(free_by_law(first + timedelta(days=n)) for n in range(365))
        together = (1, 2, 3) if feast_day("中秋节", year).month == 10 else ()
        assert free == 13 - (feast_day("中秋节", year).day in together), year


def test_beyond_the_tables_there_is_no_moon() -> None:
    for year in (1800, 2200):
        with pytest.raises(NoSuchDay):
            day_of_moon(year, 1, 1)
        for name in FEASTS:
            with pytest.raises(NoSuchDay):
                feast_day(name, year)
