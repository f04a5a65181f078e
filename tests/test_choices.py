"""Whom a ticket is given to: who cannot go says so at no cost, and why he was asked can be told."""

import asyncio
from datetime import timedelta

import pytest
import sqlalchemy as sa

from handlers.house import HouseRules
from handlers.rules.dispatch import Limits
from handlers.rules.escalations import Policy
from storage.choices import Choice
from storage.duty import DutyShift
from storage.members import Member
from storage.tickets import Ticket, TicketEvent
from storage.types import TicketAction
from tests.test_skills import on_duty_too
from tests.world import SHANGHAI, World

LAMP = "2单元3楼的灯坏了好几天了，麻烦来修一下"
BIN = "报修 楼下垃圾桶满了，臭得很，没人来清"
SMOKE = "1单元楼道里冒烟了，有明火，快来人！"


async def events(world: World, action: TicketAction) -> list[str]:
    """The names of those who did `action`, in order."""
    async with world.sessions() as session:
        query = sa.select(Member.name).join(TicketEvent, TicketEvent.member_id == Member.id)
        return list(await session.scalars(query.where(TicketEvent.action == action).order_by(TicketEvent.id)))


async def all_at_once(world: World) -> None:
    """Everybody on duty is called at once, whatever it is about."""
    await world.says("陈书记", "派单规则 石龙社区 一起叫", alone=True)
    world.hears("陈书记", "定下了")


async def test_of_two_who_are_called_one_cannot_go_and_the_other_is_still_asked(world: World) -> None:
    await all_at_once(world)
    await on_duty_too(world, "赵强")
    await world.says("李姐", LAMP)
    world.forget()
    await world.presses("王芳", "去不了")
    world.hears("王芳", "不用您去了", "别人")
    world.silent("赵强", "周网格", "3栋群")
    await world.says("赵强", "去不了 1", alone=True)
    world.hears("周网格", "照明")
    assert await events(world, TicketAction.REFUSE) == ["王芳", "赵强"]


@pytest.mark.parametrize("words", ["去不了", "我去不了 1", "来不了", "去不了 1号", "转单 1"])
async def test_who_cannot_go_says_so_in_his_words(world: World, words: str) -> None:
    await world.says("李姐", LAMP)
    world.forget()
    await world.says("王芳", words, alone=True)
    world.hears("王芳", "另叫人")
    world.hears("周网格", "照明")


async def test_in_the_group_it_may_be_about_anything(world: World) -> None:
    await world.says("李姐", LAMP)
    world.forget()
    await world.says("冉幺妹", "去不了，今天要上班")
    world.silent("3栋群", "周网格")
    assert await events(world, TicketAction.REFUSE) == []


async def test_who_cannot_go_is_not_asked_again_about_it_but_about_the_next(world: World) -> None:
    await world.says("李姐", SMOKE)
    await world.presses("王芳", "去不了")
    world.forget()
    await world.wait(timedelta(minutes=5))
    world.silent("王芳")
    assert world.new("周网格")
    await world.says("李姐", LAMP)
    assert any("照明" in words.text for words in world.new("王芳"))


async def test_opened_again_it_is_his_again(world: World) -> None:
    await world.says("李姐", LAMP)
    await world.says("王芳", "去不了 1", alone=True)
    await world.says("周网格", "办结 1", alone=True)
    world.forget()
    await world.says("李姐", "重办 1", alone=True)
    world.hears("王芳", "照明")


async def test_who_has_accepted_gives_it_back_instead(world: World) -> None:
    await world.says("李姐", LAMP)
    await world.says("王芳", "接单 1", alone=True)
    world.forget()
    await world.says("王芳", "去不了 1", alone=True)
    world.hears("王芳", "退单 1")
    await world.says("赵强", "去不了 1", alone=True)
    world.hears("赵强", "王芳已经接了")
    assert await events(world, TicketAction.REFUSE) == []


async def test_said_twice_it_counts_once(world: World) -> None:
    await world.says("李姐", LAMP)
    world.forget()
    inbound = world.message("王芳", "去不了 1", alone=True)
    await world.hand_over(inbound, inbound)
    assert await events(world, TicketAction.REFUSE) == ["王芳"]
    world.hears("周网格", "照明")


async def test_where_nobody_is_left_it_is_said(world: World) -> None:
    await world.says("李姐", LAMP)
    for who in ("王芳", "周网格"):
        await world.says(who, "去不了 1", alone=True)
    world.forget()
    await world.says("陈书记", "去不了 1", alone=True)
    world.hears("陈书记", "没有别人能叫")


async def test_accepting_and_refusing_at_once_ends_as_it_came(world: World) -> None:
    await world.says("李姐", LAMP)
    both = [world.message("王芳", words, alone=True) for words in ("接单 1", "去不了 1")]
    await asyncio.gather(*map(world.receiver.receive, both))
    async with world.sessions() as session:
        ticket = await session.get_one(Ticket, 1)
        accepted = ticket.assignee_id is not None
    assert accepted or await events(world, TicketAction.REFUSE) == ["王芳"]
    assert await events(world, TicketAction.ACCEPT) == (["王芳"] if accepted else [])


async def test_who_has_enough_in_hand_is_spared_until_everybody_has(world: World) -> None:
    world.house = HouseRules(Policy(SHANGHAI), operator="石龙社区居委会", limits=Limits(most_open=1))
    world.__post_init__()
    await on_duty_too(world, "赵强")
    await world.says("李姐", LAMP)
    await world.says("王芳", "接单 1", alone=True)
    world.forget()
    await world.says("冉幺妹", BIN)
    world.hears("赵强", "卫生")
    world.silent("王芳")
    await world.says("赵强", "接单 2", alone=True)
    world.forget()
    await world.says("冉幺妹", "报修 单元门禁坏了，刷卡没反应")
    world.hears("周网格", "门禁")  # nobody of the building is free, so it goes up at once
    await world.says("周网格", "接单 3", alone=True)
    await world.says("陈书记", "报修 3栋2单元的电子屏黑了", alone=True)
    await world.says("陈书记", "为什么派给他 4", alone=True)
    assert any("够多了" in words.text for words in world.new("陈书记"))


async def test_why_he_was_asked_is_told_to_staff_and_to_himself(world: World) -> None:
    await world.says("陈书记", "派单规则 石龙社区 轮流", alone=True)
    world.forget()
    await on_duty_too(world, "赵强")
    await world.says("赵强", "我会 电工", alone=True)
    await world.says("李姐", LAMP)
    world.forget()
    await world.says("周网格", "为什么派给他 1", alone=True)
    world.hears("周网格", "1 号是照明的事", "归锦绣小区3栋", "先找会电工的", "赵强")
    await world.says("赵强", "为什么派给我 1", alone=True)
    assert "王芳" not in world.hears("赵强", "又会电工")
    await world.says("王芳", "为什么派给我 1", alone=True)
    world.hears("王芳", "没有叫您")
    await world.says("周网格", "谁被叫了 1", alone=True)
    world.hears("周网格", "1 号叫过", "赵强")


async def test_it_is_nobody_elses_business(world: World) -> None:
    await world.says("李姐", LAMP)
    world.forget()
    for words in ("为什么派给他 1", "谁被叫了 1", "为什么派给我 1"):
        for who in ("李姐", "小邓"):
            await world.says(who, words, alone=True)
            world.hears(who, "没有 1 号")
    await world.says("王芳", "为什么派给他 99", alone=True)
    world.hears("王芳", "没有 99 号")


async def test_asked_in_the_group_it_is_answered_alone(world: World) -> None:
    await world.says("李姐", LAMP)
    world.forget()
    await world.says("王芳", "为什么派给他 1")
    world.hears("王芳", "1 号")
    world.silent("3栋群")


async def test_a_climb_tells_who_was_called_before(world: World) -> None:
    await world.says("李姐", LAMP)
    await world.wait(timedelta(hours=5))
    world.forget()
    await world.says("陈书记", "为什么派给他 1", alone=True)
    world.hears("陈书记", "归第一网格", "前面叫过王芳，没人接", "周网格")


async def test_an_emergency_calls_everybody_and_says_so(world: World) -> None:
    await world.says("李姐", SMOKE)
    world.forget()
    await world.says("陈书记", "为什么派给他 1", alone=True)
    world.hears("陈书记", "紧急的事从下到上值班的都叫", "王芳、周网格、陈书记")


async def test_what_is_kept_of_it_has_no_names(world: World) -> None:
    await world.says("李姐", LAMP)
    async with world.sessions() as session:
        (choice,) = await session.scalars(sa.select(Choice))
        (wang,) = await session.scalars(sa.select(Member.id).where(Member.name == "王芳"))
    assert choice.codes["called"] == [wang]
    assert "王芳" not in str(choice.codes)
    await world.says("王芳", "删除我的数据", alone=True)
    await world.says("王芳", "确认删除", alone=True)
    world.forget()
    await world.says("陈书记", "谁被叫了 1", alone=True)
    assert "王芳" not in world.hears("陈书记", "已注销")


async def test_the_reporter_is_not_called_about_what_he_knows(world: World) -> None:
    await world.says("王芳", "报修 2单元3楼的灯坏了")
    world.silent("王芳", "周网格")
    async with world.sessions.begin() as session:
        await session.execute(sa.delete(DutyShift))


async def test_what_waits_until_the_morning_is_for_who_has_time_in_the_morning(world: World) -> None:
    await on_duty_too(world, "赵强")
    await world.says("王芳", "我的时间 每天18点到24点", alone=True)
    await world.wait(timedelta(hours=14))
    world.forget()
    await world.says("冉幺妹", BIN)
    await world.wait(timedelta(hours=9))
    world.hears("赵强", "卫生")
    world.silent("王芳")
    await world.says("陈书记", "为什么派给他 1", alone=True)
    assert any("王芳（不在他给的时间里）" in words.text for words in world.new("陈书记"))
