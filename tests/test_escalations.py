"""Up the ladder: each step once, nobody at night without need, and never too much said in a group."""

import logging
from datetime import timedelta
from random import Random

import pytest
import sqlalchemy as sa

from storage.duty import DutyShift
from storage.members import Member, RoleGrant
from storage.tickets import TicketEvent
from storage.types import TicketAction, Urgency
from tests.wandering import Wanderers, assert_groups_are_spared
from tests.world import World

HOUR = timedelta(hours=1)
LAMP = "2单元3楼的灯坏了好几天了，麻烦来修一下"
SMOKE = "1单元楼道里冒烟了，有明火，快来人！"
WIDOW = "1单元独居的刘奶奶好几天没见出门了，敲门没人应，麻烦来个人看看"


async def later(world: World, time: timedelta, rings: int = 5) -> None:
    """Time passes; the bell is rung now and then only, as on a busy machine."""
    for _ in range(rings):
        world.now += time / rings
        await world.clock.ring()
        await world.send_all()


async def on_duty(world: World, name: str | None) -> None:
    """Only `name` is on duty for building 3; None: there is neither a roster nor anybody with an office."""
    async with world.sessions.begin() as session:
        if name is None:
            await session.execute(sa.delete(DutyShift))
            await session.execute(sa.delete(RoleGrant))
            return
        member = await session.scalar(sa.select(Member.id).where(Member.name == name))
        await session.execute(sa.update(DutyShift).values(member_id=member))


async def climbs(world: World) -> list[int | None]:
    async with world.sessions() as session:
        query = sa.select(TicketEvent.value).where(TicketEvent.action == TicketAction.ESCALATE)
        return list(await session.scalars(query.order_by(TicketEvent.id)))


async def test_each_step_is_called_once(world: World) -> None:
    await world.says("李姐", LAMP)
    world.forget()
    for who in ("周网格", "陈书记"):
        await later(world, 4 * HOUR)
        world.hears(who, "还没接")
    world.forget()
    await later(world, timedelta(days=3))
    assert await climbs(world) == [1, 2, 3]
    world.silent("王芳", "周网格", "3栋群")


async def test_nobody_is_called_at_night_about_what_can_wait(world: World) -> None:
    await later(world, 13.5 * HOUR)  # it is half past ten
    await world.says("李姐", LAMP)
    world.hears("3栋群", "记下了", "7:00就叫值班的王芳")
    await later(world, 8.4 * HOUR, rings=20)
    world.silent("王芳", "周网格", "陈书记")
    await later(world, 0.2 * HOUR)
    world.hears("王芳", "照明")
    world.silent("周网格", "陈书记")


async def test_an_emergency_is_called_out_at_night(world: World) -> None:
    await later(world, 17 * HOUR)
    world.forget()
    await world.says("李姐", SMOKE)
    for who in ("王芳", "周网格", "陈书记"):
        world.hears(who, "紧急")


async def test_where_nobody_is_on_duty_at_all_the_ticket_waits_and_nothing_is_promised(world: World) -> None:
    await on_duty(world, None)
    await world.says("李姐", LAMP)
    assert "已经叫了" not in world.hears("3栋群", "没人值班")
    await later(world, timedelta(days=2))
    world.silent("王芳", "3栋群")
    await world.says("李姐", "工单 1", alone=True)
    world.hears("李姐", "等人接单")


async def test_who_cannot_be_written_to_is_called_in_the_group(world: World) -> None:
    await on_duty(world, "老夏")
    await world.says("李姐", LAMP)
    assert "老夏" in world.hears("3栋群", "接单 1")


async def test_what_is_private_goes_to_the_next_who_can_be_told(world: World) -> None:
    await on_duty(world, "老夏")
    await world.says("李姐", LAMP, alone=True)
    assert "老夏" not in world.hears("李姐", "周网格")
    world.hears("周网格", "照明")
    world.silent("3栋群", "小区群")


async def test_handing_on_goes_past_who_hands_on(world: World) -> None:
    await world.says("李姐", LAMP)
    for who, next_one in (("王芳", "周网格"), ("周网格", "陈书记")):
        world.forget()
        await world.says(who, "转单 1", alone=True)
        world.hears(who, "转出去了")
        world.hears(next_one, "照明")
    await world.says("陈书记", "转单 1", alone=True)
    world.hears("陈书记", "没有别人能叫")


async def test_handing_it_to_who_was_called_already_calls_him_again(world: World) -> None:
    await world.says("李姐", LAMP)
    for _ in range(2):
        world.forget()
        await world.says("赵强", "转单 1 王芳", alone=True)
        world.hears("赵强", "转给王芳")
        world.hears("王芳", "照明")


async def test_residents_are_handed_no_tickets(world: World) -> None:
    await world.says("李姐", LAMP)
    world.forget()
    await world.says("赵强", "转单 1 冉幺妹", alone=True)
    world.hears("赵强", "没找到")
    world.silent("冉幺妹")


async def test_what_is_handed_on_to_somebody_out_of_reach_is_said_in_the_group(world: World) -> None:
    await world.says("李姐", LAMP)
    await world.says("王芳", "接单 1", alone=True)
    async with world.sessions.begin() as session:
        member = (await session.scalars(sa.select(Member.id).where(Member.name == "老夏"))).one()
        shift = (await session.scalars(sa.select(DutyShift))).one()
        session.add(DutyShift(place_id=shift.place_id, member_id=member, first_day=shift.first_day))
    world.forget()
    await world.says("王芳", "退单 1", alone=True)
    world.hears("3栋群", "老夏", "接单 1")


@pytest.mark.parametrize("seed", range(3))
async def test_whatever_people_do_groups_are_spared_and_nothing_breaks(
    world: World, seed: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    await Wanderers(world, Random(seed)).wander(60)  # noqa: S311 -- no secret
    await assert_groups_are_spared(world)
    assert not [record.message for record in caplog.records]


async def test_an_emergency_is_repeated_until_somebody_accepts_and_no_longer(world: World) -> None:
    await world.says("李姐", SMOKE)
    world.forget()
    await world.wait(timedelta(minutes=20))
    assert len(world.new("王芳")) == 10
    await world.says("王芳", "接单 1", alone=True)
    world.forget()
    await world.wait(timedelta(minutes=20))
    world.silent("王芳", "周网格", "陈书记", "3栋群")


@pytest.mark.parametrize("back", [timedelta(minutes=1), timedelta(days=3)])
async def test_a_clock_that_is_set_back_stops_no_calls(world: World, back: timedelta) -> None:
    await world.says("李姐", SMOKE)
    await world.says("冉幺妹", LAMP)
    world.now -= back
    world.forget()
    await world.wait(timedelta(minutes=3))
    assert 1 <= len(world.new("王芳")) <= 3
    world.forget()
    await later(world, 4 * HOUR)
    assert [words for words in world.new("周网格") if "照明" in words.text and "还没接" in words.text]


async def test_a_clock_that_jumps_ahead_calls_the_top_once(world: World) -> None:
    await world.says("李姐", LAMP)
    world.forget()
    world.now += timedelta(days=9)
    for _ in range(3):
        await world.clock.ring()
        await world.send_all()
    world.hears("陈书记", "还没接")
    assert await climbs(world) == [3]


def test_every_urgency_has_its_time(world: World) -> None:
    assert set(world.house.escalation.accept_within) == set(Urgency)


async def test_what_turns_out_to_be_an_emergency_is_called_out_at_once_to_who_was_called_before(world: World) -> None:
    first = await world.says("李姐", LAMP)
    world.forget()
    await world.says("李姐", "现在冒烟起火了，快来人！", reply_to=first)
    for who in ("王芳", "周网格", "陈书记"):
        world.hears(who, "紧急")
