"""The rota of the coming weeks is looked at: asked for by an admin, and once a week by itself."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from handlers.duty.checkup import tell_new_flaws
from handlers.house import RosterRules
from handlers.moment import Moment
from storage import overrides
from storage.checkups import ToldFlaw
from storage.duty import DutyShift
from storage.identities import Identity
from storage.members import Member, RoleGrant
from storage.overrides import DutyOverride
from storage.places import Place
from storage.turns import TurnSource
from storage.types import PlaceKind, Role
from tests.world import SHANGHAI, World

DAY = timedelta(days=1)
FIRST = datetime(2026, 7, 6, 9, 0, tzinfo=SHANGHAI).astimezone(UTC)  # a Monday, and no holiday until autumn
THURSDAY = FIRST + 28 * DAY + 3 * DAY + timedelta(hours=1)


async def rosters(world: World, *lines: str, now: datetime = FIRST) -> None:
    """These lines alone are the roster, entered four weeks before it is looked at."""
    async with world.sessions.begin() as session:
        await session.execute(sa.delete(DutyShift))
    world.now = now
    for line in lines:
        await world.says("陈书记", f"排班 {line}", alone=True)
    world.now = FIRST + 28 * DAY
    world.forget()


async def leave(world: World, name: str, first: date, days: int) -> None:
    """Somebody is away for so many days."""
    starts = datetime.combine(first, datetime.min.time(), SHANGHAI).astimezone(UTC)
    async with world.sessions.begin() as session:
        member = (await session.scalars(sa.select(Member.id).where(Member.name == name))).one()
        await overrides.enter(
            session, f"leave:{name}:{first}", TurnSource.LEAVE, None, starts, starts + days * DAY, goes=member
        )


async def rings(world: World, at: datetime) -> None:
    world.now = at
    await world.clock.ring()
    await world.send_all()


@pytest.fixture
def watched(world: World) -> World:
    """The small community, in which the rota is looked at on Thursdays."""
    world.house = replace(world.house, roster=RosterRules())
    world.receiver.house = world.clock.house = world.house
    return world


@pytest.fixture
async def shared(watched: World) -> World:
    """Two people share the nights of building 3: nothing is wrong."""
    await rosters(watched, "3栋 王芳 周一三五 20:00-8:00", "3栋 赵强 周二四六 20:00-8:00")
    return watched


async def test_a_good_rota_has_all_points(shared: World) -> None:
    await shared.says("陈书记", "排班体检", alone=True)
    shared.hears("陈书记", "今后 3 周", "打 100 分", "排得很好")


async def test_what_is_wrong_is_said_with_its_points_and_what_to_do(shared: World) -> None:
    await leave(shared, "王芳", date(2026, 8, 5), 4)
    await shared.says("陈书记", "排班 4栋 老夏 每天 8:00-20:00", alone=True)
    shared.forget()
    await shared.says("陈书记", "排班体检", alone=True)
    text = shared.hears(
        "陈书记", "有空班", "锦绣小区3栋 8月5日 周三到8月8日 周六，有 2 次（20:00-08:00）没人值班", "排班"
    )
    assert "老夏从8月2日" not in text
    assert "我没法单独给他发消息" in text
    assert "老夏连着 22 天" not in text
    assert "老夏连着 21 天都有班（锦绣小区4栋）" in text


async def test_only_an_admin_may_ask_and_only_about_his_own_places(shared: World) -> None:
    await shared.says("王芳", "排班体检", alone=True)
    shared.hears("王芳", "社区管理员")
    async with shared.sessions.begin() as session:
        member = (await session.scalars(sa.select(Member.id).where(Member.name == "小邓"))).one()
        building = (await session.scalars(sa.select(Place.id).where(Place.name == "4"))).one()
        session.add(RoleGrant(member_id=member, place_id=building, role=Role.ADMIN))
    await shared.says("小邓", "排班体检", alone=True)
    shared.hears("小邓", "您管的地方今后几周都没有排班")


async def test_in_a_group_the_answer_is_given_alone(shared: World) -> None:
    await shared.says("陈书记", "排班体检")
    shared.silent("3栋群")
    shared.hears("陈书记", "打 100 分")


async def test_what_follows_the_word_is_not_guessed_at(shared: World) -> None:
    for text in ("排班体检 " + "啊" * 3000, "排班体检 \u200b\u202e😀", "排班体检 3"):
        await shared.says("陈书记", text, alone=True)
        shared.hears("陈书记")


async def test_an_empty_rota_has_nothing_to_look_at(watched: World) -> None:
    await rosters(watched)
    await watched.says("陈书记", "排班体检", alone=True)
    watched.hears("陈书记", "都没有排班")
    await rings(watched, THURSDAY)
    watched.silent("陈书记")


async def test_a_good_rota_is_not_mentioned(shared: World) -> None:
    for week in range(3):
        await rings(shared, THURSDAY + week * 7 * DAY)
    shared.silent("陈书记", "王芳", "3栋群")


async def test_what_is_wrong_is_told_weeks_ahead_and_once(shared: World) -> None:
    await leave(shared, "王芳", date(2026, 8, 19), 4)
    await rings(shared, THURSDAY)
    shared.hears("陈书记", "今后 3 周", "锦绣小区3栋 8月19日 周三到8月22日 周六，有 2 次", "排班体检")
    await rings(shared, THURSDAY + timedelta(minutes=1))
    await rings(shared, THURSDAY + 7 * DAY)
    shared.silent("陈书记")
    await leave(shared, "赵强", date(2026, 8, 29), 1)
    await rings(shared, THURSDAY + 14 * DAY)
    text = shared.hears("陈书记", "8月29日 周六 20:00 到 24:00")
    assert "8月19日" not in text


async def test_a_gap_that_goes_on_is_not_told_again(shared: World) -> None:
    """The line ends, and nobody enters another one."""
    async with shared.sessions.begin() as session:
        await session.execute(sa.update(DutyShift).values(last_day=date(2026, 8, 15)))
    await rings(shared, THURSDAY)
    shared.hears("陈书记", "锦绣小区3栋 8月17日 周一")
    for week in (1, 2, 3):
        await rings(shared, THURSDAY + week * 7 * DAY)
    shared.silent("陈书记")


async def test_it_is_late_after_an_outage_and_not_told_in_the_night(shared: World) -> None:
    await leave(shared, "王芳", date(2026, 8, 19), 4)
    await rings(shared, THURSDAY - timedelta(minutes=1))
    await rings(shared, THURSDAY + timedelta(hours=13))
    shared.silent("陈书记")
    await rings(shared, THURSDAY + 2 * DAY)
    shared.hears("陈书记", "锦绣小区3栋")


async def test_a_week_that_was_slept_through_is_left_out(shared: World) -> None:
    await leave(shared, "王芳", date(2026, 8, 19), 4)
    await rings(shared, THURSDAY + 3 * DAY)
    shared.silent("陈书记")
    await rings(shared, THURSDAY + 7 * DAY)
    shared.hears("陈书记", "锦绣小区3栋")


async def test_two_clocks_at_once_tell_once(shared: World) -> None:
    await leave(shared, "王芳", date(2026, 8, 19), 4)
    shared.now = THURSDAY
    await asyncio.gather(*(shared.clock.ring() for _ in range(3)))
    await shared.send_all()
    shared.hears("陈书记", "锦绣小区3栋")


async def test_what_was_undone_is_told_the_next_time(shared: World) -> None:
    await leave(shared, "王芳", date(2026, 8, 19), 4)
    async with shared.sessions() as session:  # it ends without a commit, as in a crash
        moment = Moment(session=session, now=THURSDAY, house=shared.house, reach=shared.reach)
        await tell_new_flaws(moment)
        await session.flush()
    await rings(shared, THURSDAY)
    shared.hears("陈书记", "锦绣小区3栋")


async def test_what_is_mended_and_broken_again_is_told_again(shared: World) -> None:
    await leave(shared, "王芳", date(2026, 8, 24), 1)
    await rings(shared, THURSDAY)
    shared.hears("陈书记", "8月24日")
    async with shared.sessions.begin() as session:
        await session.execute(sa.delete(DutyOverride))
    await rings(shared, THURSDAY + 7 * DAY)
    shared.silent("陈书记")
    await leave(shared, "王芳", date(2026, 8, 24), 1)
    await rings(shared, THURSDAY + 14 * DAY)
    shared.hears("陈书记", "8月24日")


async def test_what_nobody_could_be_told_is_told_when_somebody_can(shared: World) -> None:
    await leave(shared, "王芳", date(2026, 8, 24), 1)
    async with shared.sessions.begin() as session:
        mine = sa.update(Identity).where(Identity.sender == "陈书记")
        await session.execute(mine.values(one_to_one=None))
    await rings(shared, THURSDAY)
    async with shared.sessions.begin() as session:
        await session.execute(mine.values(one_to_one="alone:陈书记"))
    await rings(shared, THURSDAY + timedelta(hours=1))
    shared.silent("陈书记")
    await rings(shared, THURSDAY + 7 * DAY)
    shared.hears("陈书记", "8月24日")


async def test_a_community_may_want_it_otherwise(shared: World) -> None:
    await leave(shared, "王芳", date(2026, 8, 19), 4)
    shared.clock.house = replace(shared.house, roster=RosterRules(weekday=0))
    await rings(shared, THURSDAY)
    shared.silent("陈书记")
    shared.clock.house = replace(shared.house, roster=RosterRules(weekday=5, ahead=timedelta(weeks=1)))
    await rings(shared, THURSDAY + DAY)
    shared.silent("陈书记")
    shared.clock.house = shared.receiver.house = replace(shared.house, roster=RosterRules(always=True))
    await shared.says("陈书记", "排班体检", alone=True)
    shared.hears("陈书记", "有空班", "（08:00-20:00）")


async def test_many_findings_are_one_short_message(shared: World) -> None:
    """Forty people, one a building, who are always on duty, have no office and have never written to the bot."""
    async with shared.sessions.begin() as session:
        compound = (await session.scalars(sa.select(Place).where(Place.kind == PlaceKind.COMPOUND))).one()
        for number in range(40):
            place = Place(kind=PlaceKind.BUILDING, name=str(100 + number), parent_id=compound.id)
            member = Member(name=f"王{number}", created_at=shared.now)
            session.add_all([place, member])
            await session.flush()
            place.path = f"{compound.path}{place.id}/"
            session.add(DutyShift(place_id=place.id, member_id=member.id, first_day=FIRST.date()))
    await rings(shared, THURSDAY)
    text = shared.hears("陈书记", "王0、王1、王2、王3、王4等 40 人有班，可是我没法单独给他们发消息")
    assert "40 人连着 14 天以上都有班" in text
    assert len(text) < 300


async def test_what_was_told_of_somebody_goes_with_him(shared: World) -> None:
    await shared.says("陈书记", "排班 4栋 小邓 每天 8:00-20:00", alone=True)
    await rings(shared, THURSDAY)
    async with shared.sessions() as session:
        assert await session.scalar(sa.select(sa.func.count()).where(ToldFlaw.member_id.is_not(None)))
    await shared.says("小邓", "删除我的数据", alone=True)
    await shared.says("小邓", "确认删除", alone=True)
    async with shared.sessions() as session:
        assert not await session.scalar(sa.select(sa.func.count()).where(ToldFlaw.member_id.is_not(None)))
