"""Working time: the tables of comparable systems over the real rules, and what holds for any hours."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from handlers.rules.calendar import (
    Hours,
    NeverOpen,
    Together,
    add,
    elapsed,
    next_opening,
    open_on,
    to_the_minute,
)
from handlers.rules.intervals import Interval, instant, interval, merged
from tests.drawn import QUICK, SHANGHAI

UTC_ZONE = ZoneInfo("UTC")
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
NAMES = {"Mon": 1, "Tue": 2, "Wed": 3, "Thu": 4, "Fri": 5, "Sat": 6, "Sun": 7}


def span(written: str) -> Interval:
    """“09-17”, “09:30-12”, “22-04”."""
    starts, ends = (_minutes(clock) for clock in written.split("-"))
    return interval(starts, ends)


def _minutes(clock: str) -> int:
    hours, _, minutes = clock.partition(":")
    return int(hours) * 60 + int(minutes or 0)


def hours(written: str, zone: str = "UTC", *, holidays: bool = False, off: str = "") -> Hours:
    """“Mon,Tue 09-17 18-20; Sat 10-14”; without a day every day."""
    week: dict[int, tuple[Interval, ...]] = {}
    for part in written.split(";"):
        words = part.split()
        days = [NAMES[name] for name in words[0].split(",")] if words[0][0].isalpha() else range(1, 8)
        spans = tuple(span(word) for word in words if word[0].isdigit())
        week |= dict.fromkeys(days, spans)
    own: dict[date, tuple[Interval, ...]] = {date.fromisoformat(day): () for day in off.split()}
    return Hours(ZoneInfo(zone), week, own, holidays)


def at(written: str, zone: str = "UTC") -> datetime:
    """“2023-10-10 09:00”."""
    return datetime.fromisoformat(written).replace(tzinfo=ZoneInfo(zone))


def minutes(number: int) -> timedelta:
    return timedelta(minutes=number)


SCHOOL = "Mon,Wed,Fri 09-17; Tue,Thu 10-16; Sat 11-14:30"
OFFICE = "Mon,Tue,Wed,Thu,Fri 09-12 14-18"
INDIA = "Mon,Tue,Wed,Thu,Fri 10-18; Sat 10-14"
DESK = "Mon,Tue,Wed,Thu,Fri 10-18"


@pytest.mark.parametrize(
    ("open_hours", "start", "amount", "deadline"),
    [
        pytest.param(SCHOOL, "2006-01-03 00:00", 0, "2006-01-03 10:00", id="WH2"),
        pytest.param("00-24", "2023-10-10 09:00", 60, "2023-10-10 10:00", id="WH60"),
        pytest.param("Tue 09-17", "2023-10-10 18:00", 60, "2023-10-17 10:00", id="WH64"),
        pytest.param("Wed 09-17", "2023-10-10 10:00", 60, "2023-10-11 10:00", id="WH66"),
        pytest.param("Mon 09-17", "2023-10-14 10:00", 60, "2023-10-16 10:00", id="WH68"),
        pytest.param("Tue,Wed 09-17", "2023-10-10 17:00", 30, "2023-10-11 09:30", id="WH72"),
        pytest.param("Tue,Wed 00:01-23:59", "2023-10-10 23:30", 29, "2023-10-10 23:59", id="WH73 stays at closing"),
        pytest.param("Tue,Wed 00:01-23:59", "2023-10-10 23:30", 30, "2023-10-11 00:02", id="WH73 and a minute"),
        pytest.param("Tue,Wed 00:01-23:59", "2023-10-10 23:59", 1, "2023-10-11 00:02", id="WH74"),
        pytest.param("Tue 09-09:30; Wed 09-17", "2023-10-10 09:00", 90, "2023-10-11 10:00", id="WH76"),
        pytest.param(DESK, "2023-10-09 08:00", 60, "2023-10-09 11:00", id="WH80 first response"),
        pytest.param(DESK, "2023-10-09 08:00", 240, "2023-10-09 14:00", id="WH80 resolution"),
        pytest.param(DESK, "2023-10-14 15:00", 24 * 60, "2023-10-18 18:00", id="WH82 first response"),
        pytest.param(DESK, "2023-10-14 15:00", 72 * 60, "2023-10-26 18:00", id="WH82 resolution"),
        pytest.param(DESK, "2023-10-13 19:00", 60, "2023-10-16 11:00", id="WH84 first response"),
        pytest.param(DESK, "2023-10-13 19:00", 240, "2023-10-16 14:00", id="WH84 resolution"),
        pytest.param("Mon,Tue,Wed,Thu,Fri 09-17", "2023-10-13 16:30", 60, "2023-10-16 09:30", id="Friday afternoon"),
    ],
)
def test_so_many_minutes_of_open_time(open_hours: str, start: str, amount: int, deadline: str) -> None:
    assert to_the_minute(add(hours(open_hours), at(start), minutes(amount))) == at(deadline)


@pytest.mark.parametrize(
    ("amount", "deadline"),
    [(1430, "03-26 17:50"), (1439, "03-26 17:59"), (1440, "03-26 18:00"), (1450, "03-27 10:10")],
)
def test_what_ends_exactly_at_closing_ends_there(amount: int, deadline: str) -> None:
    """WH78."""
    zone = "Asia/Kolkata"
    found = add(hours(INDIA, zone), at("2025-03-22 18:01", zone), minutes(amount))
    assert found == at(f"2025-{deadline}", zone)


def test_the_seconds_of_a_deadline_are_cut_and_those_of_held_time_are_not() -> None:
    """WH114 and WH86, WH87."""
    berlin = hours("09-18", "Europe/Berlin")
    start = at("2016-11-07 13:26:36")
    assert to_the_minute(add(berlin, start, minutes(840))) == at("2016-11-09 09:26")
    desk = hours(DESK)
    held = elapsed(desk, at("2023-10-10 11:00:10"), at("2023-10-10 12:00:10"))
    assert held == timedelta(seconds=3600)
    assert add(desk, at("2023-10-10 17:00"), held) == at("2023-10-10 18:00")


def test_a_day_off_is_no_day_of_work_and_one_that_is_not_listed_is() -> None:
    """WH62, WH116."""
    assert add(hours("Tue 09-17", off="2023-10-10"), at("2023-10-10 10:00"), minutes(60)) == at("2023-10-17 10:00")
    berlin = hours("09-18", "Europe/Berlin", off="2015-09-22")
    assert add(berlin, at("2015-09-21 14:30"), minutes(180)) == at("2015-09-23 08:30")
    assert add(berlin, at("2015-09-21 14:30"), minutes(300)) == at("2015-09-23 10:30")


def test_the_hours_of_one_day_win_over_those_of_its_weekday_and_over_a_holiday() -> None:
    """WH8; WH10 is decided otherwise: the community's own word wins."""
    national_day = date(2026, 10, 1)
    week = {day: (span("09-17"),) for day in range(1, 6)}
    own = Hours(SHANGHAI, week, {national_day: (span("10-11"),)})
    assert own.on(national_day) == (span("10-11"),)
    assert Hours(SHANGHAI, week).on(national_day) == ()


@pytest.mark.parametrize("written", ["09:00-09:00", "25:00-26:00", "10:00-24:30", "17-17"])
def test_what_is_no_interval_is_refused(written: str) -> None:
    """WH12, WH70."""
    with pytest.raises(ValueError, match="no interval"):
        span(written)


@pytest.mark.parametrize(
    ("open_hours", "clock", "inside"),
    [
        pytest.param("00-00", "09:00", True, id="WH14"),
        *(pytest.param("17-09", clock, True, id=f"WH16 {clock}") for clock in ("20:00", "08:00", "17:00")),
        *(pytest.param("17-09", clock, False, id=f"WH16 {clock}") for clock in ("09:00", "16:59")),
        pytest.param("09-17", "15:00", True, id="WH18"),
    ],
)
def test_whether_it_is_open(open_hours: str, clock: str, inside: bool) -> None:
    moment = at(f"2023-10-10 {clock}")
    assert (next_opening(hours(open_hours), moment) == moment) is inside


@pytest.mark.parametrize(
    ("open_hours", "zone", "now", "opens"),
    [
        pytest.param("09-17", "UTC", "2020-01-23 18:00", "2020-01-24 09:00", id="WH20"),
        pytest.param("09-17", "America/Los_Angeles", "2020-01-24 01:00", "2020-01-24 17:00", id="WH22"),
        pytest.param("19-06", "UTC", "2020-01-23 07:00", "2020-01-23 19:00", id="WH24 morning"),
        pytest.param("19-06", "UTC", "2020-01-23 18:00", "2020-01-23 19:00", id="WH24 evening"),
    ],
)
def test_the_next_opening(open_hours: str, zone: str, now: str, opens: str) -> None:
    assert next_opening(hours(open_hours, zone), at(now)) == at(opens)


@pytest.mark.parametrize(
    ("several", "one"),
    [
        pytest.param([], [], id="WH26"),
        pytest.param(["01-02", "02-03", "03-04:30"], ["01-04:30"], id="WH28"),
        pytest.param(["09-17", "16:30-18", "18-24", "00-02"], ["00-02", "09-24"], id="WH30"),
    ],
)
def test_intervals_are_merged(several: list[str], one: list[str]) -> None:
    assert merged(span(written) for written in several) == [span(written) for written in one]


TEAM = Together(
    [
        hours("13-22:30", "America/New_York"),
        hours("08-14", "Europe/Amsterdam"),
        hours("10-17", "America/Vancouver"),
        hours("16:30-19", "America/Vancouver"),
    ]
)
APRIL = date(2022, 4, 19)


def test_the_hours_of_several_people_seen_from_where_one_is() -> None:
    """WH32, WH34."""
    vancouver = ZoneInfo("America/Vancouver")
    wanted = [span("00-05"), span("10-19:30"), span("23-24")]
    assert open_on(TEAM, APRIL, vancouver) == wanted
    assert open_on(hours("09-17", "America/Vancouver"), APRIL, UTC_ZONE) == [span("16-24")]


def test_the_time_that_one_of_several_people_is_there() -> None:
    """WH56."""
    assert elapsed(TEAM, at("2022-04-19 11:00"), at("2022-04-19 18:00")) == timedelta(hours=2)
    assert elapsed(Together([]), at("2022-04-19 11:00"), at("2022-04-20 11:00")) == timedelta(0)


@pytest.mark.parametrize(
    ("open_hours", "start", "end", "time"),
    [
        *(
            pytest.param("09-17", "01 09:01", f"01 {end}", time, id=f"WH36 {end}")
            for end, time in (("17:00", "7:59"), ("16:59", "7:58"), ("23:00", "7:59"), ("17:01", "7:59"))
        ),
        pytest.param("09-17", "01 00:00", "02 00:00", "8:00", id="WH38"),
        pytest.param("09-17", "01 18:00", "02 09:00", "0:00", id="WH40"),
        pytest.param("09-17", "01 18:00", "04 10:30", "17:30", id="WH42"),
        pytest.param("00-05", "01 00:00", "02 00:00", "5:00", id="WH44 a day"),
        pytest.param("00-05", "01 00:00", "02 01:00", "6:00", id="WH44 and an hour"),
        pytest.param("00-05", "01 01:00", "04 03:00", "17:00", id="WH46"),
        pytest.param("20-24", "01 21:00", "01 23:59", "2:59", id="WH48 an evening"),
        pytest.param("20-24", "01 21:00", "02 23:59", "6:59", id="WH48 two"),
        pytest.param("20-24", "01 21:00", "03 05:00", "7:00", id="WH48 to the morning"),
        pytest.param("22-04", "01 23:49", "01 23:59", "0:10", id="WH50"),
        pytest.param("22-04", "01 05:00", "04 23:00", "19:00", id="WH52 evening"),
        pytest.param("22-04", "01 05:00", "04 03:00", "17:00", id="WH52 night"),
        pytest.param("22-04", "01 03:00", "04 05:00", "19:00", id="WH54"),
    ],
)
def test_the_time_between(open_hours: str, start: str, end: str, time: str) -> None:
    found = elapsed(hours(open_hours), at(f"2020-01-{start}"), at(f"2020-01-{end}"))
    assert found == minutes(_minutes(time))


@pytest.mark.parametrize(
    ("start", "deadline"),
    [
        pytest.param("2026-01-05 12:30", "2026-01-05 15:00", id="CN2"),
        pytest.param("2026-01-05 11:00", "2026-01-05 12:00", id="CN3 stays at closing"),
        pytest.param("2025-12-31 17:30", "2026-01-04 09:30", id="CN4"),
        pytest.param("2026-02-13 17:30", "2026-02-14 09:30", id="CN6"),
        pytest.param("2026-02-16 10:00", "2026-02-24 10:00", id="CN8"),
        pytest.param("2026-02-28 17:30", "2026-03-02 09:30", id="CN10"),
        pytest.param("2026-05-08 17:30", "2026-05-09 09:30", id="CN12"),
        pytest.param("2026-09-18 17:30", "2026-09-20 09:30", id="CN14"),
        pytest.param("2026-10-09 17:30", "2026-10-10 09:30", id="CN16"),
        pytest.param("2025-09-26 17:30", "2025-09-28 09:30", id="CN18"),
    ],
)
def test_an_hour_of_work_in_china(start: str, deadline: str) -> None:
    office = hours(OFFICE, "Asia/Shanghai", holidays=True)
    assert add(office, at(start, "Asia/Shanghai"), minutes(60)) == at(deadline, "Asia/Shanghai")


@pytest.mark.parametrize(
    ("start", "end", "time"),
    [
        pytest.param("2026-01-05 11:00", "2026-01-05 15:00", 2, id="CN20"),
        pytest.param("2026-10-01 00:00", "2026-10-08 00:00", 0, id="CN22"),
        pytest.param("2026-09-19 00:00", "2026-09-21 00:00", 7, id="CN24"),
    ],
)
def test_working_time_in_china(start: str, end: str, time: int) -> None:
    office = hours(OFFICE, "Asia/Shanghai", holidays=True)
    assert elapsed(office, at(start, "Asia/Shanghai"), at(end, "Asia/Shanghai")) == timedelta(hours=time)


def test_old_summer_time_shifts_no_day() -> None:
    """CN28: a date of 1986 or 1991 begins at its own midnight."""
    for day, before, after in (("1986-05-04", 8, 9), ("1991-09-15", 9, 8)):
        found = date.fromisoformat(day)
        assert instant(found, 0, SHANGHAI).astimezone(SHANGHAI).date() == found
        assert instant(found, 0, SHANGHAI).astimezone(SHANGHAI).utcoffset() == timedelta(hours=before)
        assert instant(found, 3 * 60, SHANGHAI).astimezone(SHANGHAI).utcoffset() == timedelta(hours=after)


WORKDAYS = "Mon,Tue,Wed,Thu,Fri 00-24"


@pytest.mark.parametrize(
    ("open_hours", "start", "days", "deadline"),
    [
        pytest.param(SCHOOL, "2006-01-06 12:00", 2, "2006-01-09 12:00", id="WH4"),
        pytest.param(SCHOOL, "2006-01-03 18:00", 2, "2006-01-06 09:00", id="WH6"),
        pytest.param(WORKDAYS, "2021-02-15 12:00", 1, "2021-02-16 12:00", id="WH130"),
        pytest.param(WORKDAYS, "2021-02-15 12:00", 3, "2021-02-18 12:00", id="WH130 three times"),
        pytest.param(WORKDAYS, "2021-02-19 12:00", 1, "2021-02-22 12:00", id="WH132"),
        pytest.param(WORKDAYS, "2021-02-19 12:00", 3, "2021-02-24 12:00", id="WH132 three times"),
        pytest.param(WORKDAYS, "2021-02-18 12:00", 2, "2021-02-22 12:00", id="WH134 Thursday"),
        pytest.param(WORKDAYS, "2021-02-19 12:00", 2, "2021-02-23 12:00", id="WH134 Friday"),
        pytest.param(WORKDAYS, "2021-02-20 12:00", 2, "2021-02-24 00:00", id="WH134 Saturday"),
        pytest.param(WORKDAYS, "2021-02-15 12:00", 10, "2021-03-01 12:00", id="WH136 Monday"),
        pytest.param(WORKDAYS, "2021-02-19 12:00", 10, "2021-03-05 12:00", id="WH136 Friday"),
        pytest.param("00-24", "2021-02-19 12:00", 10, "2021-03-01 12:00", id="WH138"),
        pytest.param(DESK, "2023-10-13 17:30", 1, "2023-10-16 17:30", id="the same time of day"),
        pytest.param("Mon 09-17; Tue 10-16", "2023-10-09 16:30", 1, "2023-10-10 16:00", id="closed by then"),
        pytest.param("Mon 09-17; Tue 10-16", "2023-10-09 09:30", 1, "2023-10-10 10:00", id="not open yet"),
        pytest.param(OFFICE, "2023-10-09 12:30", 1, "2023-10-10 14:00", id="from the end of the break"),
        pytest.param("Mon,Tue 22-04", "2023-10-10 01:00", 1, "2023-10-11 01:00", id="from night to night"),
        pytest.param("Mon 22-04; Wed 09-17", "2023-10-10 01:00", 1, "2023-10-11 17:00", id="from a night to a day"),
        pytest.param("Mon 22-10; Tue 09-17", "2023-10-10 09:30", 1, "2023-10-10 17:00", id="a night into a day"),
        pytest.param("Mon 22-20; Tue,Wed 09-17", "2023-10-09 23:00", 1, "2023-10-11 17:00", id="a night over a day"),
    ],
)
def test_so_many_days_of_work(open_hours: str, start: str, days: int, deadline: str) -> None:
    assert hours(open_hours).after(at(start), days * DAY) == at(deadline)


@pytest.mark.parametrize(
    ("start", "days", "last", "off", "week"),
    [
        pytest.param("2020-09-19", 1, "2020-09-22", "2020-09-15 2020-09-21", WORKDAYS, id="WH140"),
        pytest.param("2020-09-20", 1, "2020-09-21", "", "Mon,Tue,Wed,Thu,Fri,Sat 00-24", id="WH142"),
        pytest.param("2020-09-20", 6, "2020-09-26", "", "Mon,Tue,Wed,Thu,Fri,Sat 00-24", id="WH142 a week"),
    ],
)
def test_within_so_many_days_of_work(start: str, days: int, last: str, off: str, week: str) -> None:
    """From a day that is none the last of them is the one at whose end the time is over."""
    open_hours = hours(week, off=off)
    deadline = open_hours.after(at(f"{start} 12:00"), days * DAY)
    evening = at(f"{last} 00:00") + DAY
    assert elapsed(open_hours, evening, deadline) == timedelta(0)
    assert elapsed(open_hours, evening - MINUTE, deadline) == MINUTE


def test_two_pauses_move_a_deadline_by_as_much_open_time() -> None:
    """WH108: 09:30 to 09:45 and 10:00 to 10:30 do not count."""
    berlin = hours("09-18", "Europe/Berlin")
    held = elapsed(berlin, at("2013-06-04 09:30"), at("2013-06-04 09:45"))
    held += elapsed(berlin, at("2013-06-04 10:00"), at("2013-06-04 10:30"))
    due = add(berlin, at("2013-06-04 09:00"), minutes(120))
    assert add(berlin, due, held) == at("2013-06-04 11:45")
    assert add(berlin, at("2013-06-04 14:00"), minutes(120)) == at("2013-06-04 16:00")  # WH109: local closing


def test_a_pause_over_midnight_is_as_long_as_its_parts() -> None:
    """WH118."""
    always = hours("00-24")
    parts = ("2020-01-01 23:45", "2020-01-02 00:00", "2020-01-02 00:45")
    first, second = (elapsed(always, at(a), at(b)) for a, b in pairwise(parts))
    assert first + second == elapsed(always, at(parts[0]), at(parts[2])) == timedelta(hours=1)


def test_where_nobody_is_ever_there_nothing_is_promised() -> None:
    nobody = Hours(SHANGHAI, {})
    with pytest.raises(NeverOpen):
        next_opening(nobody, at("2026-01-01 00:00"))
    assert elapsed(nobody, at("2026-01-01 00:00"), at("2026-02-01 00:00")) == timedelta(0)


def test_hours_come_back_as_they_were_kept() -> None:
    office = hours(OFFICE + "; Sat 22-04", "Asia/Shanghai", holidays=True, off="2026-10-08")
    assert Hours.of(office.kept(), SHANGHAI) == office


@pytest.mark.parametrize(
    ("zone", "day", "clock", "shown"),
    [
        ("America/Chicago", "2020-03-08", "02:30", "03:00-05:00"),  # there is no half past two
        ("America/Chicago", "2020-11-01", "01:30", "01:30-05:00"),  # the first of two
        ("Australia/Lord_Howe", "2020-10-04", "02:15", "02:30+11:00"),  # half an hour
    ],
)
def test_a_time_that_does_not_exist_or_comes_twice(zone: str, day: str, clock: str, shown: str) -> None:
    found = instant(date.fromisoformat(day), _minutes(clock), ZoneInfo(zone)).astimezone(ZoneInfo(zone))
    assert found.isoformat()[11:16] + found.isoformat()[19:] == shown


ZONES = ("Asia/Shanghai", "Europe/Berlin", "America/Chicago", "Australia/Lord_Howe", "UTC")
spans = st.tuples(st.integers(0, 1439), st.integers(1, 1440)).filter(lambda pair: pair[0] != pair[1])
days_open = st.lists(spans.map(lambda pair: interval(*pair)), max_size=3).map(tuple)


@st.composite
def any_hours(draw: st.DrawFn) -> Hours:
    zone = ZoneInfo(draw(st.sampled_from(ZONES)))
    week = {day: draw(days_open) for day in range(1, 8)}
    week[draw(st.integers(1, 7))] = (interval(*draw(spans)),)
    own = draw(st.dictionaries(st.dates(date(2025, 9, 1), date(2025, 12, 31)), days_open, max_size=5))
    return Hours(zone, week, own, draw(st.booleans()))


#: When the clocks of Berlin, Chicago and Lord Howe are put back, and when the first is put forward.
CHANGES = [at(f"{moment}:00") for moment in ("2025-10-26 01", "2025-11-02 07", "2026-04-04 15", "2026-03-29 01")]
amounts = st.integers(0, 20_000).map(minutes)
starts = st.one_of(
    st.datetimes(datetime(2025, 1, 1), datetime(2026, 6, 1), timezones=st.just(UTC)).map(to_the_minute),
    st.builds(
        lambda change, days, time: change - days * DAY + time, st.sampled_from(CHANGES), st.integers(0, 3), amounts
    ),
)


@QUICK
@given(any_hours(), starts, amounts)
def test_what_is_added_has_elapsed(open_hours: Hours, start: datetime, amount: timedelta) -> None:
    end = add(open_hours, start, amount)
    assert end >= start
    assert elapsed(open_hours, start, end) == amount


@QUICK
@given(any_hours(), starts, amounts, amounts)
def test_adding_twice_is_adding_once(open_hours: Hours, start: datetime, first: timedelta, second: timedelta) -> None:
    once = add(open_hours, start, first + second)
    twice = add(open_hours, add(open_hours, start, first), second)
    assert once == twice or (not second and next_opening(open_hours, once) == twice)


@example(hours("Mon 22-04; Wed 09-17"), at("2023-10-09 23:00"), DAY, minutes(120))
@example(hours("00-24", "Europe/Berlin"), at("2025-10-26 00:59"), DAY, MINUTE)  # from 2:59 back to 2:00
@example(hours("00-24", "Europe/Berlin"), at("2026-03-28 01:30:30"), DAY, minutes(30))  # there is no half past two
@QUICK
@given(any_hours(), starts, amounts, amounts)
def test_who_starts_later_or_needs_more_is_not_done_earlier(
    open_hours: Hours, start: datetime, amount: timedelta, more: timedelta
) -> None:
    assert add(open_hours, start, amount) <= add(open_hours, start + more, amount)
    assert add(open_hours, start, amount) <= add(open_hours, start, amount + more)
    assert open_hours.after(start, amount) <= open_hours.after(start + more, amount)


@QUICK
@given(any_hours(), starts, amounts)
def test_no_deadline_lies_in_closed_time(open_hours: Hours, start: datetime, amount: timedelta) -> None:
    for end in (add(open_hours, start, amount), open_hours.after(start, amount)):
        just_before = end - timedelta(microseconds=1)
        assert next_opening(open_hours, end) == end or next_opening(open_hours, just_before) == just_before


@QUICK
@given(st.lists(any_hours(), max_size=3), starts, amounts)
def test_several_people_are_there_as_long_as_one_is(people: list[Hours], start: datetime, span: timedelta) -> None:
    each = [elapsed(one, start, start + span) for one in people]
    together = elapsed(Together(people), start, start + span)
    assert max(each, default=timedelta(0)) <= together <= min(sum(each, timedelta(0)), span)
