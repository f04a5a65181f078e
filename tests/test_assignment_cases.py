"""How comparable systems assign and accept, over the real rules; what is decided otherwise is in docs/decisions.md.

The numbers are those of the collection of cases: AS for assignment, ES30 to ES38 for accepting by a short code.
"""

import asyncio
from datetime import timedelta

import pytest
import sqlalchemy as sa

from handlers.rules.dispatch import Limits, Skip, order
from storage.tickets import Ticket
from storage.types import TicketAction, TicketStatus
from tests.test_choices import BIN, LAMP, all_at_once, events
from tests.test_dispatch_rules import TICKET, somebody
from tests.test_modes import asked_first, rule
from tests.test_skills import on_duty_too
from tests.world import World


def test_as2_who_is_offline_is_skipped_and_keeps_his_place() -> None:
    three = [somebody(1, days_ago=3), somebody(2, days_ago=2), somebody(3, days_ago=1)]
    away = [three[0], somebody(2, days_ago=2, out=Skip.OFF_HOURS), three[2]]
    assert order(away, TICKET).asked == (1, 3)
    assert order(three, TICKET).asked == (1, 2, 3)


def test_as4_who_is_removed_disappears_and_who_is_added_is_in() -> None:
    two = [somebody(1, days_ago=3), somebody(2, days_ago=2)]
    assert order([*two, somebody(3, days_ago=1)], TICKET).asked == (1, 2, 3)
    assert order(two[1:], TICKET).asked == (2,)


def test_as6_a_limit_of_nought_is_invalid() -> None:
    with pytest.raises(ValueError, match="nobody"):
        Limits(most_open=0)


async def test_as10_two_clocks_over_the_same_tickets_assign_each_once(world: World) -> None:
    await rule(world, "石龙社区 轮流")
    await on_duty_too(world, "赵强")
    for what in ("灯坏了", "扶手松了", "门坏了"):
        await world.says("李姐", f"报修 2单元{what}", alone=True)
    world.forget()
    world.now += timedelta(minutes=11)
    await asyncio.gather(*(world.clock.ring() for _ in range(3)))
    await world.send_all()
    assert sum(len(world.new(name)) for name in ("王芳", "赵强")) == 3


@pytest.mark.parametrize("words", ["请假 今天到明天", "请假 5月11日到12日"])
async def test_as12_who_is_away_gets_nothing_new(world: World, words: str) -> None:
    await on_duty_too(world, "赵强")
    await world.says("王芳", words, alone=True)
    world.forget()
    await world.says("李姐", LAMP)
    world.silent("王芳")
    world.hears("赵强", "照明")


async def test_as14_not_able_and_not_there_are_told_apart(world: World) -> None:
    await rule(world, "石龙社区 轮流")
    await on_duty_too(world, "赵强")
    await world.says("赵强", "我会 电工", alone=True)
    await world.says("李姐", LAMP)
    world.forget()
    await world.says("王芳", "为什么派给我 1", alone=True)
    assert "请假" not in world.hears("王芳", "没有叫您")


async def test_as16_what_came_out_of_the_pool_goes_back_into_it(world: World) -> None:
    await rule(world, "3栋 卫生 需求清单")
    await world.says("冉幺妹", BIN)
    await world.says("王芳", "认领 1", alone=True)
    await world.says("王芳", "退单 1 有事", alone=True)
    world.forget()
    await world.says("赵强", "需求清单", alone=True)
    world.hears("赵强", "1 号")


async def test_as18_after_a_quiet_day_the_next_one_is_still_the_next(world: World) -> None:
    await rule(world, "石龙社区 轮流")
    await on_duty_too(world, "赵强")
    await world.says("李姐", LAMP)
    first, second = await asked_first(world)
    await world.says(first, "办结 1", alone=True)
    world.forget()
    await world.wait(timedelta(hours=26))
    world.forget()
    await world.says("冉幺妹", BIN)
    world.hears(second, "卫生")
    world.silent(first)


async def test_as20_accepting_and_letting_go_at_once_ends_in_one_of_the_two(world: World) -> None:
    await world.says("李姐", LAMP)
    await world.says("王芳", "接单 1", alone=True)
    both = [world.message("王芳", words, alone=True) for words in ("退单 1 有事", "接单 1")]
    await asyncio.gather(*map(world.receiver.receive, both))
    async with world.sessions() as session:
        ticket = await session.get_one(Ticket, 1)
    assert (ticket.status is TicketStatus.ACCEPTED) == (ticket.assignee_id is not None)


async def test_as22_who_said_no_is_not_asked_again(world: World) -> None:
    await world.says("李姐", LAMP)
    await world.says("王芳", "去不了 1", alone=True)
    world.forget()
    await world.wait(timedelta(days=3))
    world.silent("王芳")


@pytest.mark.parametrize(
    "words", ["接单1", "“接单 1”", "'接单 1'", "接单 １", "  接单 1  ", "接单　1", "接单 1。", "/接单 1"]
)
async def test_es30_to_es32_a_short_code_is_understood_however_it_is_typed(world: World, words: str) -> None:
    await world.says("李姐", LAMP)
    await world.says("王芳", words, alone=True)
    assert await events(world, TicketAction.ACCEPT) == ["王芳"]


async def test_es34_a_bare_word_is_about_what_he_is_asked_just_now(world: World) -> None:
    await rule(world, "石龙社区 轮流")
    await on_duty_too(world, "赵强")
    await world.says("李姐", LAMP)
    await world.says("冉幺妹", BIN)
    await world.says("王芳", "接单", alone=True)
    await world.says("赵强", "去不了", alone=True)
    assert await events(world, TicketAction.ACCEPT) == ["王芳"]
    assert await events(world, TicketAction.REFUSE) == ["赵强"]


async def test_es34_where_it_may_be_about_several_it_is_asked(world: World) -> None:
    await all_at_once(world)
    await world.says("李姐", LAMP)
    await world.says("冉幺妹", BIN)
    world.forget()
    await world.says("王芳", "接单", alone=True)
    world.hears("王芳", "有 2 张")
    assert await events(world, TicketAction.ACCEPT) == []


@pytest.mark.parametrize("who", ["路人", "冉幺妹", "小邓"])
async def test_es36_and_es38_nothing_is_done_for_who_may_not(world: World, who: str) -> None:
    await world.says("李姐", LAMP)
    for words in ("接单 1", "认领 1", "去不了 1"):
        await world.says(who, words, alone=True)
    for action in (TicketAction.ACCEPT, TicketAction.REFUSE):
        assert await events(world, action) == []
    async with world.sessions() as session:
        assert await session.scalar(sa.select(Ticket.assignee_id)) is None
