"""What comparable systems do with schedules, what was missed, and reports about them, over the real rules.

The test's id is the case's. Where the row has another answer here, docs/decisions.md says why.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from bot.posters import poster
from handlers.moment import Moment
from handlers.notices.figures import figures_of, month_in
from handlers.readbacks.posters import Poster
from handlers.reading.times import Past
from handlers.reading.values import Unclear
from handlers.rules.outbox import LONGEST_WAIT, retry_after
from handlers.rules.repeats import Repeat
from handlers.rules.rhythms import Days, EveryDays, Monthly, NthWeekday, Weekly
from handlers.when.read import when
from handlers.when.understood import Doubt, Why
from storage import codes, members, places
from storage.codes import Purpose
from storage.database import Sessions
from storage.members import Member
from storage.types import BroadcastId, BroadcastStatus, PlaceId, PlaceKind, Role
from tests.drawn import QUICK, SHANGHAI
from tests.noticing import GROUPS, HOUR, MINUTE, notices, received, ring, scheduled, writes
from tests.world import World

BERLIN = ZoneInfo("Europe/Berlin")
EASTERN = ZoneInfo("US/Eastern")
TEN = (time(10),)
WEEKEND, TUESDAY_TO_SATURDAY = (5, 6, 7), (date(2009, 1, 6), datetime(2009, 1, 10, 23, 59))
CLOCKS_GO_BACK = (time(2), time(2, 1), time(3), time(3, 1))
WEDNESDAY = datetime(2026, 11, 18, 9, 30, tzinfo=SHANGHAI)
MONDAY = datetime(2020, 1, 13, 2, tzinfo=UTC)  #: ten in the morning by the community's clock


# When it comes


@pytest.mark.parametrize(
    ("repeat", "after", "zone", "fires"),
    [
        pytest.param(
            Repeat(Monthly((30,)), TEN),
            "2016-02-01",
            BERLIN,
            ["02-29 10:00+0100", "03-30 10:00+0200", "04-30 10:00+0200"],  # decided: February is served
            id="SC2",
        ),
        pytest.param(
            Repeat(NthWeekday(-1, 7), TEN),
            "2020-01-01",
            BERLIN,
            ["01-26 10:00+0100", "02-23 10:00+0100", "03-29 10:00+0200"],
            id="SC4",
        ),
        pytest.param(  # decided: no numbers of weeks; the days are named
            Repeat(Weekly(WEEKEND), TEN, date(2019, 12, 30), datetime(2020, 1, 5, 23, 59)),
            "2019-12-01",
            BERLIN,
            ["01-03 10:00+0100", "01-04 10:00+0100", "01-05 10:00+0100", None],
            id="SC6",
        ),
        pytest.param(
            Repeat(Weekly((3,)), TEN, date(2009, 4, 6), datetime(2009, 4, 12, 23, 59)),
            "2009-01-01",
            BERLIN,
            ["04-08 10:00+0200", None],
            id="SC8",
        ),
        pytest.param(Repeat(Weekly((1, 7)), TEN, *TUESDAY_TO_SATURDAY), "2009-01-01", BERLIN, [None], id="SC10"),
        pytest.param(Repeat(NthWeekday(5, 1, (2,)), TEN), "2021-01-01", BERLIN, [None], id="SC10 without an end"),
        pytest.param(
            Repeat(Weekly(), (time(5), time(6))),
            "2009-09-25T07:00",
            BERLIN,
            ["09-26 05:00+0200", "09-26 06:00+0200"],
            id="SC12",
        ),
        pytest.param(
            Repeat(Weekly(), (time(8),)), "2013-03-09T12:00", EASTERN, ["03-10 08:00-0400"], id="SC14 put forward"
        ),
        pytest.param(
            Repeat(Weekly(), (time(8),)), "2013-11-02T12:00", EASTERN, ["11-03 08:00-0500"], id="SC14 put back"
        ),
        pytest.param(
            Repeat(Weekly(), CLOCKS_GO_BACK),
            "2024-10-27T01:59",
            BERLIN,  # decided: of the two hours the first
            ["10-27 02:00+0200", "10-27 02:01+0200", "10-27 03:00+0100", "10-27 03:01+0100"],
            id="SC16",
        ),
        pytest.param(
            Repeat(EveryDays(2), (time(2, 30),), date(2016, 10, 28)),
            "2016-10-29",
            BERLIN,
            ["10-30 02:30+0200", "11-01 02:30+0100"],
            id="SC18",
        ),
    ],
)
def test_it_comes_when_it_is_to(repeat: Repeat, after: str, zone: ZoneInfo, fires: Sequence[str | None]) -> None:
    times = repeat.all_times(datetime.fromisoformat(after).replace(tzinfo=zone), zone)
    found = [f"{at.astimezone(zone):%m-%d %H:%M%z}" for at in islice(times, len(fires))]
    assert found == [one for one in fires if one is not None]


@pytest.mark.parametrize(
    ("days", "first", "until"),
    [
        pytest.param(Weekly(), date(2026, 1, 2), datetime(2026, 1, 1, 9), id="SC20 ends before it begins"),
        pytest.param(EveryDays(0), date(2026, 1, 1), None, id="SC20 every no days"),
        pytest.param(EveryDays(-1), date(2026, 1, 1), None, id="SC20 backwards"),
        pytest.param(Weekly(weeks=0), date(2026, 1, 1), None, id="SC20 every no weeks"),
        pytest.param(Weekly(()), None, None, id="SC20 on no weekday"),
        pytest.param(Monthly(()), None, None, id="SC20 on no day"),
    ],
)
def test_what_cannot_be_is_refused(days: Days, first: date | None, until: datetime | None) -> None:
    with pytest.raises(ValueError, match=r"before it begins|on no day at all"):
        Repeat(days, TEN, first, until)


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        pytest.param("第1周周五到周日上午9点", Unclear, id="SC6"),
        pytest.param("2027年第15周周三9点", Unclear, id="SC8"),
        pytest.param("12月7日到11日每周六9点", Past, id="SC10"),
        pytest.param("每小时", Why.TOO_OFTEN, id="SC16"),
        pytest.param("每0天9点", Why.HOW_MANY, id="SC20 every no days"),
        pytest.param("每0周周一9点", Why.HOW_MANY, id="SC20 every no weeks"),
        pytest.param("从12月10日起到12月1日为止每天9点", Unclear, id="SC20 ends before it begins"),
    ],
)
def test_of_what_cannot_be_said_nothing_is_made(said: str, answer: type[Unclear] | type[Past] | Why) -> None:
    with pytest.raises(answer if isinstance(answer, type) else Doubt) as refused:
        when(f"{said} 全体：停水", WEDNESDAY, SHANGHAI)
    if isinstance(refused.value, Doubt):
        assert refused.value.why is answer


# What was missed, what comes late, and what is read once


async def test_sc30_of_what_was_missed_the_earliest_goes_once_and_then_what_is_next(world: World) -> None:
    """SC30: several times were due within the grace; one run, as other systems' `earliest` has it."""
    await scheduled(world, "通知 每天10点、10点1分、10点2分、10点3分 3栋：量体温")
    world.now += HOUR + 3 * MINUTE + timedelta(seconds=5)
    for _ in range(3):
        await ring(world)
    assert len(received(world, "3栋群")) == 1
    (kept,) = await notices(world)
    assert (kept.rounds, kept.due_at.astimezone(SHANGHAI).strftime("%d %H:%M:%S")) == (1, "12 10:00:00")


@QUICK
@given(st.integers(1, 40), st.floats(0, 1), st.floats(0, 1))
def test_sc32_chance_only_makes_a_wait_shorter_and_never_longer_than_the_next(attempt: int, a: float, b: float) -> None:
    """SC32: what failed together comes back apart, and nobody waits past the time that comes without chance."""
    longest = retry_after(attempt, 0)
    assert longest / 2 <= retry_after(attempt, a) <= longest <= LONGEST_WAIT
    assert retry_after(attempt, a) <= 2 * retry_after(attempt + 1, b)


async def test_sc32_what_is_late_moves_no_later_time(world: World) -> None:
    """SC32: the planned time is kept, so that lateness does not add up."""
    await scheduled(world, "通知 每天10点 3栋：量体温")
    world.now += HOUR + timedelta(seconds=1.57)
    for _ in range(3):
        await ring(world)
    (kept,) = await notices(world)
    assert len(received(world, "3栋群")) == 1
    assert kept.due_at.astimezone(SHANGHAI) == datetime(2026, 5, 12, 10, tzinfo=SHANGHAI)


@pytest.mark.parametrize("purpose", [Purpose.EXPORT, Purpose.PAPER, Purpose.ENTER])
async def test_sc38_what_is_there_for_a_minute_is_had_once(sessions: Sessions, purpose: Purpose) -> None:
    """SC38: the second who reads finds nothing, and nobody does when the minute is over."""
    async with sessions.begin() as session:
        for code in ("7F3K", "9QQX"):
            await codes.issue(session, code, purpose, MONDAY + MINUTE)
    found = []
    for code, at in (("7F3K", MONDAY), ("7F3K", MONDAY), ("9QQX", MONDAY + MINUTE)):
        async with sessions.begin() as session:
            found.append(await codes.redeem(session, code, purpose, at) is not None)
    assert found == [True, False, False]


# Reports


@pytest.mark.parametrize(
    ("said", "due"),
    [
        pytest.param("每月1号9点", "2020-02-01 09:00", id="SC52 monthly"),
        pytest.param("每周一9点", "2020-01-20 09:00", id="SC52 weekly"),
        pytest.param("每周一10点05分", "2020-01-20 10:05", id="SC52 confirmed when its time had gone by"),
    ],
)
async def test_a_repetition_without_a_time_is_given_the_next_and_nothing_goes(
    world: World, said: str, due: str
) -> None:
    world.now = MONDAY
    await writes(world, f"通知 {said} 3栋：交物业费")
    world.now += 10 * MINUTE
    await writes(world, "确认")
    for _ in range(3):
        await ring(world)
    (kept,) = await notices(world)
    assert f"{kept.due_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" == due
    assert (kept.rounds, kept.status, received(world, "3栋群")) == (0, BroadcastStatus.SCHEDULED, [])


@pytest.mark.parametrize(
    ("said", "month"),
    [
        pytest.param("上月", date(2019, 12, 1), id="SC56 the month before"),
        pytest.param("12月", date(2019, 12, 1), id="SC56 named"),
        pytest.param("本月", date(2020, 1, 1), id="SC56 this month"),
        pytest.param("上周", None, id="SC56 weeks are not counted"),
        pytest.param("昨天", None, id="SC58 nor days"),
    ],
)
def test_figures_are_those_of_a_month(said: str, month: date | None) -> None:
    if month is None:
        with pytest.raises(Unclear):
            month_in(said, MONDAY.date())
    else:
        assert month_in(said, MONDAY.date()) == month


async def test_sc58_a_day_ends_by_the_communitys_clock(world: World) -> None:
    """SC56, SC58: what went out at half past seven on the first is the new month's, though it was the last in London."""
    world.now = datetime(2020, 1, 31, 12, tzinfo=SHANGHAI)
    await scheduled(world, "通知 明天7点30分 3栋：停水")
    world.now = datetime(2020, 2, 1, 7, 30, tzinfo=SHANGHAI)
    for _ in range(2):
        await ring(world)
    async with world.sessions() as session:
        (community,) = await places.all_of(session, PlaceKind.COMMUNITY)
        moment = Moment(session=session, now=world.now, house=world.house, reach=world.reach)
        found = [await figures_of(moment, community.id, month) for month in (date(2020, 1, 1), date(2020, 2, 1))]
    counted = [[one.groups for one in figures.notices] for figures in found]
    assert counted == [[], [1]]


async def test_sc60_what_is_written_stays_as_it_is_in_a_chat_and_harms_no_page(world: World) -> None:
    """SC60: plain text unescaped, HTML escaped."""
    text = "3栋 A&B 组 <script>alert(1)</script> “停水”"
    await writes(world, f"通知 3栋：{text}")
    await writes(world, "确认")
    assert text in received(world, "3栋群")[0]
    page = poster(
        Poster(BroadcastId(1), PlaceId(3), "A&B <3栋>", text, warning=False, asks_back=False, day="2026年5月11日"),
        "https://guanjia.example.org",
        "红管家",
    )
    assert "A&amp;B 组 &lt;script&gt;" in page
    assert "<script" not in page


async def test_sc62_what_is_told_late_has_the_time_at_which_it_was_to_be(world: World) -> None:
    """SC62: the moment that was stored, not the one at which it was looked for."""
    await scheduled(world, "通知 今天10点 3栋：停水")
    world.now += 4 * HOUR + 7 * MINUTE
    await ring(world)
    told = world.hears("陈书记")
    assert "10:00" in told
    assert "13:07" not in told


async def test_sc72_who_answers_for_one_building_reaches_that_one_and_no_other(world: World) -> None:
    """SC72: elsewhere "all" is made smaller in silence; here it is said whose they are."""
    async with world.sessions.begin() as session:
        third = next(place for place in await places.all_of(session, PlaceKind.BUILDING) if place.name == "3")
        wang = (await session.scalars(sa.select(Member).where(Member.name == "王芳"))).one()
        await members.grant(session, wang.id, third.id, Role.ADMIN)
    await world.says("王芳", "通知 全体：停水", alone=True)
    world.hears("王芳", "石龙社区不归您管")
    for text in ("通知 3栋：停水", "确认"):
        await world.says("王芳", text, alone=True)
    await ring(world)
    assert [len(received(world, group)) for group in GROUPS] == [1, 0, 0]
