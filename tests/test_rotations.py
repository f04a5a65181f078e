"""Whose turn it is where people take turns: the cases of other rotas, over the change of the clock."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.rules.duty import DAY, Span, number_now
from handlers.rules.rota import final_rota, joined
from handlers.rules.rotations import Rotation
from handlers.rules.wall import moment_of, wall_of
from storage.turns import Cadence, Days
from storage.types import DayKind, MemberId
from tests.drawn import QUICK

CHICAGO, LORD_HOWE = ZoneInfo("America/Chicago"), ZoneInfo("Australia/Lord_Howe")
SHANGHAI, NEW_YORK, PACIFIC = (ZoneInfo(z) for z in ("Asia/Shanghai", "America/New_York", "America/Los_Angeles"))
HOURLY, DAILY, WEEKLY, MONTHLY = Cadence.HOUR, Cadence.DAY, Cadence.WEEK, Cadence.MONTH
HOUR = timedelta(hours=1)

zones = st.sampled_from([CHICAGO, LORD_HOWE, SHANGHAI])
walls = st.datetimes(datetime(2020, 1, 1), datetime(2021, 12, 31)).map(lambda at: at.replace(second=0, microsecond=0))
grids = st.builds(
    Rotation, st.sampled_from([HOURLY, DAILY, WEEKLY, MONTHLY]), walls, st.integers(1, 4), st.integers(1, 30)
)


def at(text: str, zone: ZoneInfo) -> datetime:
    """ "2020-03-08 03:00" on that clock; with -05:00 behind it, that moment."""
    found = datetime.fromisoformat(text)
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=zone).astimezone(UTC)


def shown(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%m-%d %H:%M %z}"[:-2]


def handoffs(rotation: Rotation, zone: ZoneInfo, starts: str, ends: str) -> list[str]:
    """Every hand-off from the one that is in force at the start to the one after the end."""
    turns = list(rotation.between(at(starts, zone), at(ends, zone), zone))
    return [shown(begins, zone) for _, begins, _ in turns] + [shown(turns[-1][2], zone)]


def alone(cadence: Cadence, starts: str, every: int = 1) -> Rotation:
    return Rotation(cadence, datetime.fromisoformat(starts), 1, every)


@pytest.mark.parametrize(
    ("rotation", "zone", "starts", "ends", "expected"),
    [
        pytest.param(
            alone(HOURLY, "2020-03-01 00:30"), CHICAGO, "2020-03-08 01:00", "2020-03-08 04:00",
            ["03-08 00:30 -06", "03-08 01:30 -06", "03-08 03:00 -05", "03-08 03:30 -05", "03-08 04:30 -05"], id="RO4",
        ),
        pytest.param(
            alone(HOURLY, "2020-10-01 00:30"), CHICAGO, "2020-11-01 00:00", "2020-11-01 04:00",
            ["10-31 23:30 -05", "11-01 00:30 -05", "11-01 01:30 -05", "11-01 02:30 -06", "11-01 03:30 -06", "11-01 04:30 -06"],
            id="RO6",
        ),
        pytest.param(
            alone(MONTHLY, "2020-01-02 01:30"), CHICAGO, "2020-04-05 00:00", "2020-06-12 00:00",
            ["04-02 01:30 -05", "05-02 01:30 -05", "06-02 01:30 -05", "07-02 01:30 -05"], id="RO8",
        ),
        pytest.param(
            alone(HOURLY, "2021-04-01 00:30"), LORD_HOWE, "2021-04-04 01:00", "2021-04-04 04:00",
            ["04-04 00:30 +11", "04-04 01:30 +11", "04-04 02:30 +10", "04-04 03:30 +10", "04-04 04:30 +10"], id="RO10",
        ),
        pytest.param(
            alone(DAILY, "2020-10-02 02:15"), LORD_HOWE, "2020-10-03 03:00", "2020-10-05 02:00",
            ["10-03 02:15 +10", "10-04 02:30 +11", "10-05 02:15 +11"], id="RO14",
        ),
    ],
)  # fmt: skip
def test_turns_are_counted_on_the_wall(
    rotation: Rotation, zone: ZoneInfo, starts: str, ends: str, expected: list[str]
) -> None:
    assert handoffs(rotation, zone, starts, ends) == expected


@pytest.mark.parametrize("zone", [CHICAGO, LORD_HOWE])
def test_a_day_is_24_hours_on_the_wall(zone: ZoneInfo) -> None:
    """RO2."""
    days, hours = alone(DAILY, "2020-01-01 02:15"), alone(HOURLY, "2020-01-01 02:15", 24)
    asked = (at("2020-01-01", zone), at("2021-12-31", zone), zone)
    assert list(days.between(*asked)) == list(hours.between(*asked))


def test_the_turn_over_a_half_hours_change_is_longer() -> None:
    """RO12."""
    turns = list(
        alone(DAILY, "2021-04-01 02:00").between(at("2021-04-02", LORD_HOWE), at("2021-04-06", LORD_HOWE), LORD_HOWE)
    )
    assert all(f"{begins.astimezone(LORD_HOWE):%H:%M}" == "02:00" for _, begins, _ in turns)
    assert {f"{begins.astimezone(LORD_HOWE):%d}": over - begins for _, begins, over in turns}["03"] == 24.5 * HOUR


@pytest.mark.parametrize(
    ("rotation", "length"),
    [
        pytest.param(alone(MONTHLY, "2017-03-01 00:00"), 31 * DAY - HOUR, id="RO20"),
        pytest.param(alone(WEEKLY, "2017-03-10 00:00"), 7 * DAY - HOUR, id="RO22 spring"),
        pytest.param(alone(WEEKLY, "2017-11-04 00:00"), 7 * DAY + HOUR, id="RO22 autumn"),
        pytest.param(alone(HOURLY, "2017-03-12 00:00", 3), 2 * HOUR, id="RO24 spring"),
        pytest.param(alone(HOURLY, "2017-11-05 00:00", 3), 4 * HOUR, id="RO24 autumn"),
    ],
)
def test_the_first_turn_over_a_change_has_its_length(rotation: Rotation, length: timedelta) -> None:
    assert rotation.begins(1, CHICAGO) - rotation.begins(0, CHICAGO) == length


def test_the_grid_stands_and_a_boundary_belongs_to_what_begins() -> None:
    """RO30, RO32."""
    half_days = alone(HOURLY, "2026-05-11 00:00", 12)
    assert handoffs(half_days, SHANGHAI, "2026-05-11 06:00", "2026-05-11 06:01")[-1] == "05-11 12:00 +08"
    noon = at("2026-05-11 12:00", SHANGHAI)
    assert half_days.begins(half_days.number_at(noon, SHANGHAI), SHANGHAI) == noon
    assert half_days.begins(half_days.number_at(noon - timedelta(microseconds=1), SHANGHAI), SHANGHAI) < noon


def test_two_people_take_turns() -> None:
    """RO34."""
    rotation = Rotation(HOURLY, datetime(2026, 5, 11), 2, every=2)
    asked = at("2026-05-11 03:50", SHANGHAI)
    seats = [rotation.seat(rotation.number_at(asked + wait * HOUR, SHANGHAI)) for wait in (0, 1 / 3)]
    assert seats == [1, 0]


def test_an_hour_that_is_shown_twice_is_the_first_of_them() -> None:
    """RO40 as decided: the first."""
    assert moment_of(datetime(2018, 11, 4, 1, 30), CHICAGO) == at("2018-11-04 01:30-05:00", CHICAGO)


@QUICK
@given(grids, walls, zones)
def test_turns_touch_and_no_moment_is_left_out(rotation: Rotation, wall: datetime, zone: ZoneInfo) -> None:
    starts = moment_of(wall, zone)
    turns = list(rotation.between(starts, starts + 3 * DAY, zone))
    assert turns[0][1] <= starts
    assert turns[-1][2] >= starts + 3 * DAY
    assert all(before[2] == after[1] and before[0] + 1 == after[0] for before, after in pairwise(turns))


@QUICK
@given(grids, walls, zones, st.integers(0, 3))
def test_whoever_is_on_stays_on_when_others_come_and_go(
    rotation: Rotation, wall: datetime, zone: ZoneInfo, gone: int
) -> None:
    """RO36."""
    number = rotation.number_at(moment_of(wall, zone), zone)
    active = rotation.seat(number)
    more = replace(rotation, seats=rotation.seats + 1).with_active(active, number)
    assert more.seat(number) == active
    assert [more.seat(number + i) for i in range(more.seats)].index(rotation.seats) == rotation.seats - active
    if rotation.seats == 1:
        with pytest.raises(ValueError, match="nobody"):
            rotation.without(0, number)
        return
    gone %= rotation.seats
    left = [seat for seat in range(rotation.seats) if seat != gone]
    fewer = rotation.without(gone, number)
    expected = active if gone != active else rotation.seat(number + 1)
    assert left[fewer.seat(number)] == expected


# -- lines in a rotation -------------------------------------------------------------------------------------------


def lines(rotation: Rotation, **more: object) -> list[Span]:
    """A line for every seat: member 1 has the first."""
    first = rotation.starts.date()
    return [Span(MemberId(s + 1), first, rotation=rotation, seat=s, **more) for s in range(rotation.seats)]  # type: ignore[arg-type]


def test_a_weekly_turn_of_monday_half_past_ten_fills_three_weeks() -> None:
    """RO50, RO54: 7 days each, touching; a turn that runs is shown from its beginning."""
    half_past = time(10, 30)
    rota = lines(Rotation(WEEKLY, datetime(2017, 1, 30, 10, 30), 2), starts=half_past, ends=half_past)
    found = joined(final_rota(rota, (), (), at("2017-02-07", PACIFIC), at("2017-02-28", PACIFIC), PACIFIC))
    assert [shown(turn.starts, PACIFIC) for turn in found[1:]] == [f"02-{day} 10:30 -08" for day in ("13", "20", "27")]
    assert all(before.ends == after.starts for before, after in pairwise(found))
    assert {turn.ends - turn.starts for turn in found[1:-1]} == {7 * DAY}


def test_nights_pass_on_each_time_that_they_come() -> None:
    """RO52: turns of twelve hours, each day from noon; the second week has them on the same days again."""
    rota = lines(Rotation(Cadence.TURN, datetime(2016, 9, 7), 7), starts=time(12), ends=time(0))
    found = final_rota(rota, (), (), at("2016-09-14", NEW_YORK), at("2016-09-21", NEW_YORK), NEW_YORK)
    assert [shown(turn.starts, NEW_YORK)[:11] for turn in found] == [f"09-{day} 12:00" for day in range(14, 21)]
    assert [turn.member for turn in found] == [1, 2, 3, 4, 5, 6, 7]


def test_working_days_are_counted_and_not_the_days_between_them() -> None:
    """The Saturday that makes up for a holiday is one of them; the days of May are off."""
    rota = lines(Rotation(Cadence.TURN, datetime(2026, 4, 27), 3), days=Days.WORKDAYS, starts=time(8), ends=time(18))
    found = final_rota(rota, (), (), at("2026-04-27", SHANGHAI), at("2026-05-12", SHANGHAI), SHANGHAI)
    days = [f"{turn.starts.astimezone(SHANGHAI):%m%d}:{turn.member}" for turn in found]
    assert days == ["0427:1", "0428:2", "0429:3", "0430:1", "0506:2", "0507:3", "0508:1", "0509:2", "0511:3"]


@pytest.mark.parametrize(
    ("days", "day", "own", "expected"),
    [
        (Days.WORKDAYS, date(2026, 5, 9), (), True),  # a Saturday that makes up
        (Days.DAYS_OFF, date(2026, 5, 9), (), False),
        (Days.DAYS_OFF, date(2026, 5, 16), (), True),
        (Days.HOLIDAYS, date(2026, 5, 16), (), False),
        (Days.HOLIDAYS, date(2026, 5, 1), (), True),
        (Days.DAYS_OFF, date(2026, 5, 1), (), True),
        (Days.WORKDAYS, date(2026, 5, 12), ((date(2026, 5, 12), DayKind.DAY_OFF),), False),
        (Days.WORKDAYS, date(2035, 10, 1), (), True),  # a Monday of a year that nobody knows yet
    ],
)
def test_a_kind_of_day_is_what_the_notice_says_and_the_community_more(
    days: Days, day: date, own: tuple[tuple[date, DayKind], ...], *, expected: bool
) -> None:
    assert Span(MemberId(1), date(2026, 1, 1), days=days, own_days=frozenset(own)).begins_on(day) is expected


@QUICK
@given(
    st.sampled_from([DAILY, WEEKLY, MONTHLY, Cadence.TURN]), st.sampled_from(Days), st.frozensets(st.integers(1, 7), min_size=1),
    st.integers(1, 4), walls, st.times(),
)  # fmt: skip
def test_the_number_of_the_turn_that_runs_is_that_of_its_day(
    cadence: Cadence, days: Days, weekdays: frozenset[int], seats: int, now: datetime, begins: time
) -> None:
    rotation = Rotation(cadence, datetime.combine(date(2020, 6, 1), begins), seats)
    line = Span(MemberId(1), date(2020, 6, 1), None, weekdays, begins, begins, days, rotation=rotation)
    number = number_now(line, rotation, moment_of(now, SHANGHAI), SHANGHAI)
    for member in lines(rotation, weekdays=weekdays, starts=begins, ends=begins, days=days):
        if member.covers(moment_of(now, SHANGHAI).astimezone(SHANGHAI)):
            assert rotation.seat(number) == member.seat


def test_the_wall_is_read_back() -> None:
    wall = datetime(2026, 5, 11, 8)
    assert wall_of(moment_of(wall, SHANGHAI), SHANGHAI) == wall
    assert wall_of(moment_of(wall, None), None) == wall
