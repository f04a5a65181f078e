"""Working time in chat: hours, days off and days that are worked; what runs is counted anew."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from bot.readiness import holidays
from handlers.clocks.recounting import BATCH
from handlers.moment import Moment
from storage.calendars import Recount
from tests.test_chains import CLOCKS, many, ring, tickets_of
from tests.test_escalations import LAMP
from tests.test_limits import admin, done_by
from tests.world import SHANGHAI, World

HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _clocks_of_tickets_alone(world: World) -> None:
    world.clock.ticks = CLOCKS


async def test_the_usual_hours_are_shown(world: World) -> None:
    text = await admin(world, "工作时间")
    assert "石龙社区的工作时间：每周一到周五 9:00-12:00、14:00-18:00。" in text
    assert "放假 10月8日" in text


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("工作时间 周一到周五 9:00-12:00 14:00-18:00", "每周一到周五 9:00-12:00、14:00-18:00。"),
        ("工作时间 8:30-12:00、14:30-17:30", "每周一到周五 8:30-12:00、14:30-17:30。"),
        ("工作时间 周一到周五 8:30到17:30；周六 9:00-12:00", "每周一到周五 8:30-17:30；每周六 9:00-12:00。"),
        ("工作时间 每天 8点到12点，下午2点到6点", "每天 8:00-12:00、14:00-18:00。"),
        ("工作时间 每天 22:00-6:00", "每天 22:00-次日 6:00。"),
        ("工作时间 每天 全天", "每天 全天。"),
        ("工作时间 3栋 周二、周四 9:00-11:00", "锦绣小区3栋的工作时间：每周二、四 9:00-11:00。"),
    ],
)
async def test_hours_are_set_as_people_write_them(world: World, said: str, shown: str) -> None:
    assert shown in await admin(world, said)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("工作时间 周一到周五", "请这样发"),
        ("工作时间 周一到周五 上班", "请这样发"),
        ("工作时间 周一 9:00-12:00 11:00-15:00", "重叠"),
        ("工作时间 周一 9:00-9:00", "重叠"),
        ("工作时间 周一 25:00-26:00", "请这样发"),
        ("放假", "请这样发"),
        ("放假 2月30日", "请这样发"),
        ("放假 5月1日", "已经过去了"),
        ("放假 2026年5月20日到2027年5月20日", "最多登记"),
        ("取消放假 10月8日", "没有单独登记过"),
        ("放假 10月8日 9:00-12:00", "请这样发"),
    ],
)
async def test_what_cannot_be_is_refused_in_words_and_changes_nothing(world: World, said: str, why: str) -> None:
    before = await admin(world, "工作时间")
    assert why in await admin(world, said)
    assert await admin(world, "工作时间") == before


async def test_days_of_the_communitys_own(world: World) -> None:
    text = await admin(world, "放假 10月8日、10月12日到13日")
    for day in ("10月8日 周四 放假", "10月12日 周一 放假", "10月13日 周二 放假"):
        assert day in text
    assert "10月17日 周六 上班（9:00-12:00、14:00-18:00）" in await admin(world, "补班 10月17日")
    assert "10月18日 周日 上班（10:00-12:00）" in await admin(world, "补班 10月18日 10:00-12:00")
    assert "10月12日" not in await admin(world, "取消放假 10月12日")


async def test_no_day_is_both_off_and_worked(world: World) -> None:
    """CN26."""
    await admin(world, "补班 10月17日")
    assert "不能又放假又上班" in await admin(world, "放假 10月16日到18日")
    assert "10月16日" not in await admin(world, "工作时间")


async def test_a_deadline_follows_the_calendar_when_that_changes(world: World) -> None:
    await admin(world, "时限 照明 办结 2个工作日")
    world.now = datetime(2026, 5, 14, 10, 0, tzinfo=SHANGHAI)  # a Thursday
    await world.says("李姐", LAMP)
    await world.says("冉幺妹", "2单元电梯坏了，停在3楼不动，麻烦来修")
    before = await done_by(world, 2)
    assert await done_by(world) == "05-18 10:00"
    await admin(world, "放假 5月18日")
    await ring(world)
    assert await done_by(world) == "05-19 10:00"
    await admin(world, "补班 5月16日")
    await ring(world)
    assert await done_by(world) == "05-16 10:00"
    await admin(world, "工作时间 每天 13:00-17:00")
    await ring(world)
    assert await done_by(world) == "05-16 13:00"
    assert await done_by(world, 2) == before


async def test_many_running_deadlines_are_counted_anew_in_batches(world: World) -> None:
    await admin(world, "时限 照明 办结 2个工作日")
    world.now = datetime(2026, 5, 11, 14, 0, tzinfo=SHANGHAI)
    await many(world, 2 * BATCH + 7)
    await admin(world, "放假 5月12日")
    world.forget()
    await ring(world)
    world.hears("陈书记", f"没办完的 {2 * BATCH + 7} 张单时限跟着变了")
    async with world.sessions() as session:
        assert not (await session.scalars(sa.select(Recount))).all()
    found = [ticket.done_by for ticket in await tickets_of(world)]
    assert len(found) == 2 * BATCH + 7
    assert {at.astimezone(SHANGHAI).date() for at in found if at} <= {date(2026, 5, 14)}


async def test_a_year_nobody_knows_is_said(world: World) -> None:
    world.now = datetime(2026, 11, 20, 9, 0, tzinfo=SHANGHAI)
    assert "2027 年的放假安排我这里还没有" in await admin(world, "工作时间")


async def test_the_community_is_told_once_in_november_of_a_year_that_nobody_knows(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    for day in (18, 20, 21, 22):
        world.forget()
        world.now = datetime(2026, 11, day, 8, 59, 50, tzinfo=SHANGHAI)
        for _ in range(3):
            await ring(world, timedelta(seconds=15))
        if day == 20:
            world.hears("陈书记", "2027 年", "升级", "放假")
        else:
            world.silent("陈书记")
        world.silent("王芳", "周网格")
    assert not caplog.records


async def test_nobody_is_told_of_a_year_that_the_community_has_entered(world: World) -> None:
    world.now = datetime(2026, 11, 19, 10, 0, tzinfo=SHANGHAI)
    await admin(world, "放假 2027年1月1日、2027年5月1日、2027年10月1日")
    world.forget()
    world.now = datetime(2026, 11, 20, 9, 0, tzinfo=SHANGHAI)
    await ring(world)
    world.silent("陈书记")


async def test_the_check_names_a_year_that_nobody_knows(world: World) -> None:
    for month, found in ((10, 0), (11, 1)):
        async with world.sessions() as session:
            now = datetime(2026, month, 25, 12, 0, tzinfo=SHANGHAI)
            findings = await holidays(Moment(session=session, now=now, house=world.house, reach={}))
        assert [finding.ready for finding in findings] == [False] * found


async def test_only_the_community_sets_its_hours(world: World) -> None:
    await world.says("王芳", "放假 10月8日", alone=True)
    world.hears("王芳", "社区管理员")
    world.forget()
    await world.says("李姐", "放假 10月8日我们出去玩", group="3栋群")
    world.silent("3栋群")


async def test_another_time_zone_moves_what_is_running_and_the_community_hears_how_much(world: World) -> None:
    await admin(world, "时限 照明 办结 2个工作日")
    world.now = datetime(2026, 5, 11, 14, 0, tzinfo=SHANGHAI)
    await many(world, 3)
    await ring(world)
    world.forget()
    await ring(world)
    world.silent("陈书记")
    before = [ticket.done_by for ticket in await tickets_of(world)]
    world.clock.house = replace(world.house, escalation=replace(world.house.escalation, zone=ZoneInfo("Asia/Urumqi")))
    await ring(world)
    world.hears("陈书记", "石龙社区", "3 张")
    after = [ticket.done_by for ticket in await tickets_of(world)]
    assert [late != early for early, late in zip(before, after, strict=True)] == [True] * 3
    await ring(world)
    world.silent("陈书记", "王芳", "周网格")
