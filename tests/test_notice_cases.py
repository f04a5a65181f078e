"""What comparable systems are known to answer (outgoing messages, broadcasts), over the real rules."""

import asyncio
from datetime import timedelta

import sqlalchemy as sa

from bot.channels.base import SendError
from bot.sender import Sender
from storage import outbox
from storage.claims import claim
from storage.outbox import OutboxMessage
from storage.types import BroadcastStatus, OutboxStatus
from tests.noticing import (
    GROUPS,
    HOUR,
    MINUTE,
    Fussy,
    notices,
    received,
    ring,
    scheduled,
    speak_through,
    status,
    writes,
)
from tests.world import ACCOUNT, CHANNEL, World


async def test_mq4_many_for_one_group_are_one_bundle_and_later_ones_join_it(world: World) -> None:
    """MQ4: of notices, those beyond the number of a day."""
    await writes(world, "通知规矩 锦绣小区 每天最多 1 条")
    for number in range(4):
        await writes(world, f"通知 3栋：第{number}件")
        await writes(world, "确认")
        await world.wait(10 * MINUTE)
        world.forget()
    await world.wait(9 * HOUR)
    assert len(world.channel.said["3栋群"]) == 2
    assert all(f"第{number}件" in world.channel.said["3栋群"][1].text for number in (1, 2, 3))


async def test_mq22_what_was_being_said_when_the_sender_died_is_not_repeated(world: World) -> None:
    """MQ22: elsewhere it counts as failed; here it is unsure, and somebody looks."""
    await scheduled(world, "通知 今天10点 3栋：停水")
    world.now += HOUR
    await world.clock.ring()
    async with world.sessions.begin() as session:
        await claim(session, now=world.now, lease=MINUTE, limit=1, by="main")
    await world.sender.recover(starting=True)
    await ring(world)
    assert not received(world, "3栋群")
    world.hears("陈书记", "说不准发没发出去：锦绣小区3栋")


async def test_mq50_two_workers_say_each_of_many_once(world: World) -> None:
    """MQ50: of a notice."""
    await scheduled(world, "通知 今天10点 全体：停水")
    world.now += HOUR
    await world.clock.ring()
    other = Sender(
        sessions=world.sessions,
        channels={(CHANNEL, ACCOUNT): world.channel},
        clock=lambda: world.now,
        instance="other",
        jitter=lambda: 0.0,
    )
    for _ in range(4):
        await asyncio.gather(world.sender.round(), other.round())
    assert [len(received(world, group)) for group in GROUPS] == [1, 1, 1]


async def test_sc30_of_several_missed_times_none_is_made_up_for(world: World) -> None:
    """SC30: beyond the grace, decided; elsewhere all of them, or one."""
    await scheduled(world, "通知 每天10点 3栋：量体温")
    world.now += timedelta(days=5)
    await ring(world)
    assert not received(world, "3栋群")
    world.hears("陈书记", "那次没赶上")


async def test_sc50_a_monthly_one_that_is_due_goes_once_and_its_date_moves_even_if_it_fails(world: World) -> None:
    """SC50: one round; the date is moved though sending fails."""
    await scheduled(world, "通知 每月11号10点 3栋：交物业费")
    speak_through(world, Fussy(**{"3栋群": SendError("malformed", permanent=True)}))
    world.now += HOUR + 30 * MINUTE
    for _ in range(3):
        await ring(world)
    (kept,) = await notices(world)
    assert (kept.rounds, kept.status) == (1, BroadcastStatus.SCHEDULED)
    assert kept.due_at.astimezone(world.house.zone).strftime("%m-%d %H:%M") == "06-11 10:00"


async def test_sc54_when_nobody_is_left_it_counts_as_done(world: World) -> None:
    """SC54: handled, and nothing sent."""
    await scheduled(world, "通知 今天10点 全体红管家：开会")
    async with world.sessions.begin() as session:
        await session.execute(sa.text("UPDATE identity SET one_to_one = NULL WHERE sender IN ('王芳', '赵强')"))
    await world.wait(2 * HOUR)
    assert await status(world) is BroadcastStatus.SENT


async def test_sc64_a_second_pass_finds_no_work(world: World) -> None:
    """SC64: what was dealt with is left alone."""
    await scheduled(world, "通知 今天10点 3栋：停水")
    await world.wait(2 * HOUR)
    world.forget()
    async with world.sessions() as session:
        before = await session.scalar(sa.select(sa.func.count()).select_from(OutboxMessage))
    for _ in range(3):
        await ring(world)
    async with world.sessions() as session:
        assert await session.scalar(sa.select(sa.func.count()).select_from(OutboxMessage)) == before
    world.silent(*GROUPS, "陈书记")


async def test_sc70_without_words_it_asks_for_them_and_sends_nothing(world: World) -> None:
    """SC70: asks for the text."""
    assert "通知还没有内容" in await writes(world, "通知 3栋：")
    assert not await notices(world)


async def test_sc74_who_may_not_is_refused(world: World) -> None:
    """SC74: without authority."""
    await world.says("王芳", "通知 3栋：停水", alone=True)
    world.hears("王芳", "社区管理员")
    assert not await notices(world)


async def test_sc76_what_failed_is_shown_as_failed(world: World) -> None:
    """SC76: the receipt says that it failed."""
    await writes(world, "通知 3栋：停水")
    speak_through(world, Fussy(**{"3栋群": SendError("refused", permanent=True)}))
    await world.says("陈书记", "确认", alone=True)
    async with world.sessions() as session:
        rows = await session.scalars(sa.select(OutboxMessage.status).where(OutboxMessage.kind.in_(outbox.NOTICES)))
        assert rows.all() == [OutboxStatus.DEAD]
