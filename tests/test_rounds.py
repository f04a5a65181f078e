"""Notices on their way: once to every group, whatever rings twice, comes late, crashes or fails."""

import asyncio
from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.channels.base import SendError
from storage import chats, claims
from storage.database import Sessions
from storage.members import Member
from storage.outbox import OutboxMessage
from storage.types import BroadcastStatus, MessageKind, OutboxStatus
from tests.noticing import (
    GROUPS,
    HOUR,
    MINUTE,
    RECEIVED,
    Fussy,
    notices,
    received,
    ring,
    scheduled,
    speak_through,
    status,
)
from tests.world import ACCOUNT, CHANNEL, FakeChannel, World


async def test_a_clock_that_rings_twice_changes_nothing(world: World) -> None:
    await scheduled(world)
    world.now += HOUR
    for _ in range(3):
        await ring(world)
    assert [len(received(world, group)) for group in GROUPS] == [1, 1, 1]


async def test_two_clocks_at_once_start_a_notice_once(world: World, caplog: pytest.LogCaptureFixture) -> None:
    await scheduled(world)
    world.now += HOUR
    await asyncio.gather(*(world.clock.ring() for _ in range(4)))
    await world.send_all()
    assert [len(received(world, group)) for group in GROUPS] == [1, 1, 1]
    assert (await notices(world))[0].rounds == 1
    assert "tick_failed" not in caplog.messages


async def test_a_little_late_it_still_goes(world: World) -> None:
    await scheduled(world)
    world.now += 2 * HOUR + 59 * MINUTE
    await ring(world)
    world.hears("3栋群", RECEIVED)


@pytest.mark.parametrize("late", [timedelta(hours=4), timedelta(days=1), timedelta(days=30)])
async def test_far_too_late_its_author_is_asked(world: World, late: timedelta) -> None:
    await scheduled(world)
    world.now += late
    await ring(world)
    await ring(world)
    world.silent(*GROUPS)
    world.hears("陈书记", "时间已经过了，还没发")
    await world.presses("陈书记", "确认发送")
    await ring(world)
    assert [len(received(world, group)) for group in GROUPS] == [1, 1, 1]


async def test_a_repeated_notice_that_missed_its_time_waits_for_the_next(world: World) -> None:
    await scheduled(world, "通知 每天10点 3栋：量体温")
    world.now += timedelta(days=3, hours=6)
    await ring(world)
    world.silent("3栋群")
    world.hears("陈书记", "那次没赶上", "下一次是明天（5月15日 周五）10:00")
    await world.wait(20 * HOUR)
    world.hears("3栋群", "量体温")


async def test_a_weekly_notice_comes_every_week(world: World) -> None:
    await scheduled(world, "通知 每周一10点 3栋、4栋：交水费")
    for _ in range(3):
        world.now += HOUR
        await ring(world)
        await ring(world)
        world.hears("3栋群", "交水费")
        world.hears("4栋群", "交水费")
        world.now += timedelta(days=7) - HOUR
    reports = [words.text for words in world.new("陈书记")]
    assert reports == ["1 号通知发完了：2 个群收到。"]
    assert (await notices(world))[0].rounds == 3


async def test_after_a_crash_before_sending_it_goes_on(world: World) -> None:
    await scheduled(world)
    world.now += HOUR
    await world.clock.ring()
    speak_through(world, FakeChannel())
    await world.sender.recover(starting=True)
    await ring(world)
    assert [len(received(world, group)) for group in GROUPS] == [1, 1, 1]


async def test_what_a_long_absence_left_unsaid_is_not_said_days_later(world: World) -> None:
    await scheduled(world)
    world.now += HOUR
    await world.clock.ring()
    world.now += timedelta(days=3)
    await ring(world)
    world.silent(*GROUPS)
    world.hears("陈书记", "0 个群收到，3 个群没发成", "过了时间就没再发")
    assert await status(world) is BroadcastStatus.SENT


async def test_after_a_crash_half_way_no_group_gets_it_twice(world: World, sessions: Sessions) -> None:
    await scheduled(world)
    world.now += HOUR
    await world.clock.ring()
    async with sessions.begin() as session:  # said, and then killed before it was settled
        claimed = await claims.claim(session, now=world.now, lease=MINUTE, limit=1, by="main")
        said_in = claimed[0].chat
    speak_through(world, FakeChannel())
    await world.sender.recover(starting=True)
    await ring(world)
    await world.wait(2 * HOUR)
    assert [len(received(world, group)) for group in GROUPS] == [int(group != said_in) for group in GROUPS]
    world.hears("陈书记", "2 个群收到", "1 个群说不准", "锦绣小区", "请到群里看一眼")
    assert await status(world) is BroadcastStatus.SENT


async def test_a_group_that_fails_for_good_is_named_with_its_place_and_why(world: World) -> None:
    await scheduled(world)
    speak_through(world, Fussy(**{"4栋群": SendError("forbidden", permanent=True, gone=True)}))
    await world.wait(HOUR)
    await world.wait(2 * MINUTE)
    reports = [words.text for words in world.new("陈书记")]
    assert any("2 个群收到，1 个群没发成：锦绣小区4栋（我已经不在群里" in text for text in reports)
    assert len(received(world, "3栋群")) == 1


async def test_an_unsure_outcome_is_never_repeated(world: World) -> None:
    await scheduled(world)
    speak_through(world, Fussy(**{"4栋群": SendError("no answer", unsure=True)}))
    await world.wait(HOUR)
    await world.wait(2 * MINUTE)
    world.hears("陈书记", "1 个群说不准发没发出去：锦绣小区4栋")
    quiet = FakeChannel()
    speak_through(world, quiet)
    await world.wait(5 * HOUR)
    assert not quiet.said["4栋群"]


async def test_a_group_that_cannot_be_reached_just_now_is_waited_for(world: World) -> None:
    await scheduled(world)
    speak_through(world, Fussy(**{"4栋群": SendError("away", retry_after=HOUR)}))
    world.now += HOUR
    await ring(world)
    assert await status(world) is BroadcastStatus.SENDING
    world.silent("陈书记")
    world.channel.broken.clear()  # type: ignore[attr-defined]
    await world.wait(2 * HOUR)
    world.hears("陈书记", "3 个群收到")


async def test_when_every_group_is_gone_its_author_hears_so(world: World, sessions: Sessions) -> None:
    await scheduled(world)
    async with sessions.begin() as session:
        for group in GROUPS:
            await chats.lose(session, (CHANNEL, ACCOUNT, group), world.now)
    await world.wait(HOUR + MINUTE)
    assert any("没有发出去：现在一个群也没有了" in words.text for words in world.new("陈书记"))
    assert await status(world) is BroadcastStatus.SENT


async def test_a_group_bound_after_the_confirmation_gets_it_too(world: World, sessions: Sessions) -> None:
    await scheduled(world)
    async with sessions.begin() as session:
        bound = await chats.bound(session, [(CHANNEL, ACCOUNT, "3栋群")])
        ((_, place),) = bound.values()
        await chats.bind(session, (CHANNEL, ACCOUNT, "3栋二群"), place, world.now)
    await world.wait(HOUR + MINUTE)
    world.hears("3栋二群", RECEIVED)


async def test_the_name_of_who_has_left_is_not_signed_any_more(world: World, sessions: Sessions) -> None:
    await scheduled(world)
    async with sessions.begin() as session:
        author = (await session.scalars(sa.select(Member).where(Member.name == "陈书记"))).one()
        author.name, author.gone_at = "", world.now
    await world.wait(HOUR + MINUTE)
    assert world.hears("3栋群", RECEIVED).endswith("—— 石龙社区发布")


async def test_many_groups_are_one_row_each(world: World, sessions: Sessions) -> None:
    async with sessions.begin() as session:
        bound = await chats.bound(session, [(CHANNEL, ACCOUNT, "3栋群")])
        ((_, place),) = bound.values()
        for number in range(300):
            await chats.bind(session, (CHANNEL, ACCOUNT, f"{number}号群"), place, world.now)
    await scheduled(world)
    world.now += HOUR
    await world.clock.ring()
    await world.clock.ring()
    async with sessions() as session:
        of_notices = sa.select(OutboxMessage).where(OutboxMessage.kind == MessageKind.BROADCAST)
        rows = (await session.scalars(of_notices)).all()
    assert len(rows) == len({row.chat for row in rows}) == 303
    assert {row.status for row in rows} == {OutboxStatus.PENDING}


async def test_a_tick_that_finds_nothing_says_nothing(world: World) -> None:
    await ring(world)
    world.silent(*GROUPS, "陈书记")
