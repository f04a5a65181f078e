"""Notices confirmed and cancelled, by day and by night."""

import asyncio

import sqlalchemy as sa

from bot.channels.base import SendError
from storage.broadcasts import Broadcast
from storage.database import Sessions
from storage.members import Member, RoleGrant
from storage.types import BroadcastStatus, Role
from tests.noticing import (
    GROUPS,
    HOUR,
    MINUTE,
    SIGNED,
    Fussy,
    received,
    ring,
    speak_through,
    status,
    writes,
)
from tests.world import FakeChannel, World


async def test_a_confirmed_notice_goes_out_on_time_once_to_every_group(world: World) -> None:
    await writes(world, "通知 明天上午9点 全体：明天停水，请提前接水")
    await world.presses("陈书记", "确认发送")
    world.hears("陈书记", "定好了", "明天（5月12日 周二）9:00")
    await world.wait(23 * HOUR + 59 * MINUTE)
    world.silent(*GROUPS)
    await world.wait(2 * MINUTE)
    for group in GROUPS:
        world.hears(group, SIGNED)
    world.hears("陈书记", "1 号通知发完了：3 个群收到。")
    await world.wait(48 * HOUR)
    world.silent(*GROUPS, "陈书记")
    assert await status(world) is BroadcastStatus.SENT


async def test_confirming_twice_is_harmless(world: World) -> None:
    await writes(world, "通知 3栋：明天停水")
    await world.presses("陈书记", "确认发送")
    await world.presses("陈书记", "确认发送")
    await world.says("陈书记", "确认", alone=True)
    first, *again = [words.text for words in world.new("陈书记")]
    assert "这就发，共 1 个群" in first
    assert all("不用再确认" in text for text in again)
    await ring(world)
    assert len(received(world, "3栋群")) == 1


async def test_two_confirmations_at_once_send_one_notice(world: World) -> None:
    await writes(world, "通知 3栋：明天停水")
    both = [world.message("陈书记", "确认 1", alone=True) for _ in range(2)]
    await asyncio.gather(*(world.receiver.receive(one) for one in both))
    await ring(world)
    assert len(received(world, "3栋群")) == 1


async def test_of_two_drafts_the_newest_goes_and_the_other_is_named(world: World) -> None:
    await writes(world, "通知 3栋：第一条")
    assert "您另有1 号还没确认" in await writes(world, "通知 4栋：第二条")
    assert "您另有1 号还没确认" in await writes(world, "确认")
    world.silent("3栋群")
    world.hears("4栋群", "第二条")
    assert "不用再确认" in await writes(world, "确认")
    assert "1 号这就发" in await writes(world, "确认 １")
    world.hears("3栋群", "第一条")


async def test_only_its_author_confirms_a_notice(world: World, sessions: Sessions) -> None:
    await writes(world, "通知 3栋：停水")
    async with sessions.begin() as session:
        place = await session.scalar(sa.select(Broadcast.community_id))
        other = await session.scalar(sa.select(Member.id).where(Member.name == "钱物业"))
        assert place is not None
        assert other is not None
        from_now = (await session.scalars(sa.select(RoleGrant).where(RoleGrant.member_id == other))).one()
        await session.delete(from_now)
        session.add(RoleGrant(member_id=other, place_id=place, role=Role.ADMIN))
    await world.says("钱物业", "确认 1", alone=True)
    world.hears("钱物业", "不是您写的")
    await world.says("钱物业", "取消通知 1", alone=True)
    world.hears("钱物业", "1 号取消了")


async def test_a_draft_that_nobody_confirms_lapses(world: World) -> None:
    await writes(world, "通知 3栋：停水")
    await world.wait(23 * HOUR)
    world.silent("陈书记")
    await world.wait(HOUR)
    world.hears("陈书记", "一直没有确认，已经作废")
    assert "已经取消了" in await writes(world, "确认 1")
    world.silent("3栋群")


async def test_a_draft_confirmed_far_too_late_is_asked_about_again(world: World) -> None:
    await writes(world, "通知 今天上午10点 3栋：停水")
    await world.wait(4 * HOUR)
    assert "原定今天（5月11日 周一）10:00发，时间已经过了" in await writes(world, "确认")
    world.silent("3栋群")
    await writes(world, "确认")
    world.hears("3栋群", "停水")


async def test_a_notice_can_be_cancelled_until_it_is_out(world: World) -> None:
    await writes(world, "通知 明天9点 3栋：停水")
    await writes(world, "确认")
    assert "1 号（定好了）明天（5月12日 周二）9:00，发到锦绣小区3栋：停水" in await writes(world, "通知列表")
    assert "1 号取消了，不会再发" in await writes(world, "取消通知 1")
    assert "已经取消了" in await writes(world, "取消通知 1")
    assert "没有排着的通知" in await writes(world, "通知列表")
    await world.wait(26 * HOUR)
    world.silent("3栋群")
    await writes(world, "通知 3栋：停水")
    await writes(world, "确认")
    await ring(world)
    world.forget()
    assert "收不回来" in await writes(world, "取消通知 2")


async def test_cancelling_half_way_stops_the_rest(world: World, sessions: Sessions) -> None:
    await writes(world, "通知 全体：停水")
    speak_through(world, Fussy(**{"4栋群": SendError("slow down", retry_after=HOUR)}))
    await world.says("陈书记", "确认", alone=True)
    assert len(received(world, "3栋群")) == 1
    await world.says("陈书记", "取消通知", alone=True)
    answers = [words.text for words in world.new("陈书记")]
    assert "还没发的 1 个群不发了，已经发出去的 2 个群收不回来" in answers[-1]
    speak_through(world, FakeChannel())
    await world.wait(3 * HOUR)
    assert not received(world, "4栋群")


async def test_an_ordinary_notice_waits_for_the_morning(world: World) -> None:
    await world.wait(14 * HOUR)
    world.forget()
    assert "明天（5月12日 周二）7:00（夜里不打扰大家" in await writes(world, "通知 3栋：停水")
    assert "定好了" in await writes(world, "确认")
    await world.wait(7 * HOUR + 58 * MINUTE)
    world.silent("3栋群")
    await world.wait(3 * MINUTE)
    world.hears("3栋群", "停水")


async def test_what_is_scheduled_for_the_night_is_moved_and_says_so(world: World) -> None:
    assert "明天（5月12日 周二）7:00（夜里不打扰大家" in await writes(world, "通知 今晚11点 3栋：停水")
    await writes(world, "确认")
    await world.wait(21 * HOUR + 59 * MINUTE)
    world.silent("3栋群")
    await world.wait(2 * MINUTE)
    world.hears("3栋群", "停水")


async def test_a_warning_goes_at_night(world: World) -> None:
    await world.wait(15 * HOUR)
    world.forget()
    assert "您确认后马上" in await writes(world, "预警 全体：暴雨红色预警，请不要外出")
    await writes(world, "确认")
    for group in GROUPS:
        world.hears(group, "【预警】暴雨红色预警")
