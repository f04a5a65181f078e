"""Duty: who is on duty, and who is told that his turn begins."""

import asyncio
from datetime import timedelta

import pytest
import sqlalchemy as sa

from handlers.duty.handover import tell_whose_turn
from handlers.duty.lines import span_of
from handlers.duty.rota import on_duty_at, until
from handlers.moment import Moment
from handlers.rules.rota import final_rota, joined
from storage import places
from storage.database import Sessions
from storage.duty import DutyShift
from storage.members import RoleGrant
from storage.types import MemberId, PlaceId, PlaceKind
from tests.world import MONDAY_9, SHANGHAI, World

HOUR = timedelta(hours=1)


async def test_a_neighbour_asks_who_is_on_duty(world: World) -> None:
    for asked in [
        "今天谁值班",
        "谁值班",
        "值班",
        "/值班",
        "今天谁值班啊？",
        "请问现在是谁在值班呢?",
        "3栋今天谁值班",
        "谁值班？",
    ]:
        await world.says("李姐", asked)
        world.hears("3栋群", "3栋现在值班：王芳（红管家）", "第一网格 周网格（网格员）", "石龙社区 陈书记")


async def test_ordinary_talk_about_duty_asks_for_nothing(world: World) -> None:
    for talk in [
        "谁值班室里的快递",
        "值班室在哪",
        "值班 辛苦了",
        "谁值班都行，先把灯修了吧别磨蹭",
        "昨天保安谁值班啊",
        "值班啊",
    ]:
        await world.says("李姐", talk)
        assert not [words.text for words in world.new("3栋群") if "值班：" in words.text]


async def test_a_place_without_roster_is_answered_for_by_its_office(world: World) -> None:
    await world.says("小邓", "今天谁值班")
    world.hears("4栋群", "4栋现在没人值班，有事先找第一网格：周网格（网格员）")


async def test_somebody_alone_asks_for_his_home_or_any_place(world: World) -> None:
    await world.says("李姐", "今天谁值班", alone=True)
    world.hears("李姐", "锦绣小区3栋现在值班：王芳")
    await world.says("李姐", "4栋今天谁值班？", alone=True)
    world.hears("李姐", "锦绣小区4栋现在没人值班")


async def test_an_unknown_building_is_named(world: World) -> None:
    await world.says("李姐", "9栋今天谁值班？", alone=True)
    world.hears("李姐", "没有找到“9栋”", "3栋、4栋")


async def test_the_end_of_a_turn_is_told_and_tonight_is_somebody_else(world: World) -> None:
    await world.says("陈书记", "排班 4栋 赵强 每天 8:00-20:00", alone=True)
    await world.says("陈书记", "排班 4栋 王芳 每天 20:00-8:00", alone=True)
    world.forget()
    await world.says("小邓", "谁值班")
    world.hears("4栋群", "4栋现在值班：赵强（红管家），到今天 20:00。")
    await world.says("小邓", "4栋今晚谁值班？")
    world.hears("4栋群", "今天（5月11日 周一）21:00 值班：王芳（红管家），到明天 8:00。")
    await world.says("小邓", "明天谁值班")
    world.hears("4栋群", "明天（5月12日 周二）9:00 值班：赵强")


async def test_with_nobody_anywhere_the_operator_is_named(world: World, sessions: Sessions) -> None:
    async with sessions.begin() as session:
        for table in (DutyShift, RoleGrant):
            await session.execute(sa.delete(table))
    await world.says("李姐", "今天谁值班")
    world.hears("3栋群", "没有人值班", "石龙社区居委会")


async def test_a_turn_is_told_to_begin_once(world: World) -> None:
    await world.says("陈书记", "排班 4栋 赵强 每天 20:00-8:00", alone=True)
    world.forget()
    await world.wait(10 * HOUR + timedelta(minutes=59))
    world.silent("赵强")
    await world.wait(timedelta(minutes=1))
    world.hears("赵强", "您的班开始了：锦绣小区4栋，到明天 8:00", "没有等人接单")
    for _ in range(3):
        await world.clock.ring()
    await world.wait(13 * HOUR)
    world.silent("赵强")
    await world.wait(11 * HOUR)
    world.hears("赵强", "您的班开始了")


async def test_who_cannot_be_written_to_alone_reads_in_the_group_that_his_turn_begins(world: World) -> None:
    await world.says("陈书记", "排班 4栋 老夏 每天 10:00-12:00", alone=True)
    world.forget()
    await world.wait(HOUR)
    world.hears("4栋群", "老夏", "4栋", "班")
    world.silent("3栋群", "小区群")


async def test_two_clocks_at_once_tell_a_turn_once(world: World, caplog: pytest.LogCaptureFixture) -> None:
    await world.says("陈书记", "排班 4栋 赵强 每天 10:00-12:00", alone=True)
    world.forget()
    world.now += HOUR
    await asyncio.gather(*(world.clock.ring() for _ in range(4)))
    await world.send_all()
    world.hears("赵强", "您的班开始了")
    assert "tick_failed" not in caplog.messages


async def test_the_tickets_that_wait_are_counted(world: World) -> None:
    await world.says("小邓", "4栋2单元电梯停在5楼不动了，麻烦来修一下")
    await world.says("陈书记", "排班 4栋 赵强 每天 9:30-20:00", alone=True)
    world.forget()
    await world.wait(timedelta(minutes=30))
    assert any("1 件等人接单" in words.text for words in world.new("赵强"))


async def test_whoever_is_always_on_duty_is_not_told_every_midnight(world: World) -> None:
    await world.wait(49 * HOUR)
    world.silent("王芳")


async def test_a_turn_that_begins_at_night_is_told_in_the_morning(world: World) -> None:
    await world.says("陈书记", "排班 4栋 赵强 周二", alone=True)
    world.forget()
    await world.wait(21 * HOUR + timedelta(minutes=30))
    world.silent("赵强")
    await world.wait(timedelta(minutes=30))
    world.hears("赵强", "您的班开始了")


async def test_a_clock_that_was_down_tells_late_or_not_at_all(world: World) -> None:
    await world.says("陈书记", "排班 4栋 赵强 每天 10:00-12:00", alone=True)
    await world.says("陈书记", "排班 4栋 王芳 每天 10:00-20:00", alone=True)
    world.forget()
    world.now += 1 * HOUR + timedelta(minutes=59)
    await world.clock.ring()
    await world.send_all()
    world.hears("赵强", "您的班开始了")
    world.hears("王芳", "您的班开始了")
    world.now += 26 * HOUR
    await world.clock.ring()
    await world.send_all()
    world.silent("赵强", "王芳")


async def test_who_cannot_be_written_to_is_no_hindrance(world: World) -> None:
    await world.says("陈书记", "排班 4栋 老夏、赵强 每天 10:00-12:00", alone=True)
    world.forget()
    await world.wait(HOUR)
    world.hears("赵强", "您的班开始了")


async def test_places_without_a_line_in_force_are_left_out(world: World, sessions: Sessions) -> None:
    async with sessions.begin() as session:
        three = await session.scalar(sa.select(DutyShift.place_id)) or PlaceId(0)
        four = (await places.all_of(session, PlaceKind.BUILDING))[1].id
        moment = Moment(session=session, now=world.now, house=world.house, reach={})
        assert [m.name for m in (await on_duty_at(moment, [three, four]))[three]] == ["王芳"]
        assert four not in await on_duty_at(moment, [three, four])
        assert await on_duty_at(moment, []) == {}
        await tell_whose_turn(moment)


def test_turns_back_to_back_are_one() -> None:
    day, one = MONDAY_9.date(), MemberId(1)
    two = DutyShift(place_id=PlaceId(1), member_id=one, first_day=day, last_day=day + timedelta(days=1))
    turns = final_rota([span_of(two)], (), (), MONDAY_9 - 24 * HOUR, MONDAY_9 + 72 * HOUR, SHANGHAI)
    assert [turn.starts for turn in joined(turns)] == [MONDAY_9.replace(hour=0)]
    assert until(turns, one, MONDAY_9) == (MONDAY_9 + timedelta(days=2)).replace(hour=0)
    assert until(turns, one, MONDAY_9 - timedelta(days=1)) is None
