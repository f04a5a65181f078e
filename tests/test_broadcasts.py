"""Notices: written, shown back, confirmed, sent once to every group, and told what became of it."""

import asyncio
from datetime import timedelta

import pytest
import sqlalchemy as sa
from typing_extensions import override

from bot.channels.base import SendError
from bot.sender import Sender
from handlers.context import Attachment, Words
from storage import chats, outbox
from storage.broadcasts import Broadcast
from storage.database import Sessions
from storage.members import Member, RoleGrant
from storage.outbox import OutboxMessage
from storage.types import BroadcastStatus, MessageKind, OutboxStatus, Role
from tests.world import ACCOUNT, CHANNEL, FakeChannel, World

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
GROUPS = ("3栋群", "4栋群", "小区群")
SIGNED = "明天停水，请提前接水\n\n—— 石龙社区 陈书记发布"
RECEIVED = "明天停水，请提前接水"


class Fussy(FakeChannel):
    """A channel that fails in some chats, each time the way that was set."""

    def __init__(self, **broken: SendError) -> None:
        super().__init__()
        self.broken = broken

    @override
    async def send(self, chat: str, words: Words) -> str:
        """See `Channel.send`."""
        if chat in self.broken:
            raise self.broken[chat]
        return await super().send(chat, words)


async def writes(world: World, text: str, **more: object) -> str:
    """陈书记 writes to the bot alone and reads what it answers."""
    await world.says("陈书记", text, alone=True, **more)
    return world.hears("陈书记")


async def notices(world: World) -> list[Broadcast]:
    async with world.sessions() as session:
        return list(await session.scalars(sa.select(Broadcast).order_by(Broadcast.id)))


async def status(world: World) -> BroadcastStatus:
    return (await notices(world))[-1].status


def received(world: World, group: str) -> list[str]:
    """The notices in a group, ever."""
    return [words.text for words in world.channel.said[group] if "发布" in words.text]


async def ring(world: World) -> None:
    await world.clock.ring()
    await world.send_all()


def speak_through(world: World, channel: FakeChannel) -> None:
    """Let a restarted sender speak through another channel."""
    world.channel = channel
    world.heard.clear()
    world.sender = Sender(
        sessions=world.sessions,
        channels={(CHANNEL, ACCOUNT): channel},
        clock=lambda: world.now,
        jitter=lambda: 0.0,
    )


# -- written and shown back --------------------------------------------------------------------------------------------


async def test_a_notice_is_shown_back_before_it_goes(world: World) -> None:
    shown = await writes(world, "通知 明天上午9点 全体：明天停水，请提前接水")
    for part in ("1 号通知", "石龙社区，3 个群", "明天（5月12日 周二）9:00", SIGNED, "确认 1", "取消通知 1"):
        assert part in shown
    await world.wait(26 * HOUR)
    world.silent(*GROUPS)


async def test_places_and_times_are_read_as_people_write_them(world: World) -> None:
    for said, parts in [
        ("通知 3栋：明天停水", ("锦绣小区3栋，1 个群", "您确认后马上")),
        (
            "通知 每周一9点 3栋、4栋：交水费",
            ("锦绣小区3栋、锦绣小区4栋，2 个群", "每周一 9:00，第一次是5月18日 周一 9:00"),
        ),
        ("通知 3栋 明天上午9点：停水", ("锦绣小区3栋，1 个群", "明天（5月12日 周二）9:00")),
        ("通知 第一网格：停水", ("第一网格，2 个群",)),
        ("通知 锦绣小区全体居民：停水", ("锦绣小区，3 个群",)),
        ("通知 3、4栋\n停水\n停电", ("2 个群", "停水\n停电\n\n—— ")),
        ("通知 每月1号9点 全体：交物业费", ("每月 1 号 9:00，第一次是6月1日 周一 9:00",)),
        ("通知 3栋、石龙社区：停水", ("3 个群",)),
        ("定时通知 明天9:30 3栋: 停水", ("明天（5月12日 周二）9:30",)),
        ("预警 全体：暴雨", ("号预警", "【预警】暴雨")),
    ]:
        shown = await writes(world, said)
        for part in parts:
            assert part in shown


async def test_what_cannot_go_is_one_clear_sentence(world: World) -> None:
    for said, answer in [
        ("通知 9栋：停水", "没有找到“9栋”"),
        ("通知 金秀小区：停水", "没看出来发给谁"),
        ("通知 停水", "没看出来发给谁"),
        ("通知 今天上午8点 3栋：停水", "这个时间已经过了"),
        ("通知 3栋：", "通知还没有内容"),
        ("通知 3栋 停水", "请这样发：“通知 明天上午9点 3栋"),
        ("通知", "没看出来发给谁"),
        ("通知 老城街道：停水", "老城街道不归您管"),
        ("确认", "没有等您确认的通知"),
        ("确认 7", "没有 7 号通知"),
        ("取消通知 7", "没有 7 号通知"),
        ("通知列表", "没有排着的通知"),
    ]:
        assert answer in await writes(world, said)
        assert not await notices(world)


async def test_what_an_admin_cannot_send_from_a_group_is_answered(world: World) -> None:
    for said, where in (("通知 9栋：停水", "3栋群"), ("通知 老城街道：停水", "陈书记"), ("/通知 停水", "3栋群")):
        await world.says("陈书记", said)
        world.hears(where)


async def test_a_place_without_a_group_is_refused(world: World, sessions: Sessions) -> None:
    async with sessions.begin() as session:
        await chats.lose(session, (CHANNEL, ACCOUNT, "4栋群"), world.now)
    assert "还没有我在的群" in await writes(world, "通知 4栋：停水")


async def test_too_long_a_notice_is_refused_and_a_long_one_goes_whole(world: World) -> None:
    assert "最多 2000 字" in await writes(world, "通知 3栋：" + "停" * 10_000)
    text = "停" * 1990
    await writes(world, f"通知 3栋：{text}")
    await writes(world, "确认")
    assert text in world.hears("3栋群")


async def test_words_are_said_as_they_were_written(world: World) -> None:
    for text in [
        "<b>停水</b><script>alert(1)</script>",
        "😀😀",
        "مرحبا بالعالم",
        "& < > \" ' \\n %s {x} {{x}}",
        "停水：明天9点：全体",
    ]:
        await writes(world, f"通知 3栋：{text}")
        await writes(world, "确认")
        assert world.hears("3栋群").startswith(text + "\n\n——")


async def test_absurd_notices_are_answered_and_go_nowhere(world: World) -> None:
    for text in ["", "\u202e\u200b", "：：：", "3栋：\x00\x07", "9" * 5000, "3栋、" * 600, "全体" * 900]:
        for word in ("通知", "预警", "确认", "取消通知", "通知列表"):
            await world.says("陈书记", f"{word} {text}", alone=True)
            assert len(world.new("陈书记")) == 1
        assert not await notices(world)


async def test_ordinary_notes_of_an_admin_in_the_group_are_let_pass(world: World) -> None:
    for talk in [
        "通知：各位邻居，明天停水",
        "通知 大家晚上好",
        "通知\n各位居民：明天停水",
        "确认",
        "确认 收到了",
        "通知 昨天上午9点的会改期了",
    ]:
        await world.says("陈书记", talk)
        world.silent("陈书记")
        assert not await notices(world)


async def test_only_an_admin_writes_notices(world: World) -> None:
    await world.says("李姐", "通知 3栋：停水", alone=True)
    world.hears("李姐", "社区管理员")
    await world.says("李姐", "通知 3栋：停水")
    await world.says("王芳", "预警 3栋：停水")
    world.silent("3栋群", "王芳")
    assert not await notices(world)


async def test_a_notice_written_in_a_group_is_shown_to_its_author_alone(world: World) -> None:
    await world.says("陈书记", "通知 4栋：明天停水，请提前接水")
    world.silent("3栋群")
    world.hears("陈书记", "锦绣小区4栋，1 个群")
    await world.says("陈书记", "确认")
    world.silent("3栋群")
    world.hears("4栋群", SIGNED)


async def test_a_word_said_in_the_group_later_confirms_nothing(world: World) -> None:
    await world.says("陈书记", "通知 4栋：停水")
    await world.wait(11 * MINUTE)
    world.forget()
    await world.says("陈书记", "确认")
    await world.says("陈书记", "确认", group="4栋群")
    world.silent(*GROUPS)
    assert await status(world) is BroadcastStatus.DRAFT


async def test_pictures_go_along_and_those_that_failed_are_named(world: World) -> None:
    refused = Attachment("image", None, 0, "这张图片超过 10 MB，请发小一点的。")
    shown = await writes(world, "通知 3栋：停水", pictures=("a" * 64, "b" * 64), attachments=(refused,))
    assert "图片：2 张" in shown
    assert "超过 10 MB" in shown
    await writes(world, "确认")
    (said,) = world.new("3栋群")
    assert said.pictures == ("a" * 64, "b" * 64)


# -- confirmed ---------------------------------------------------------------------------------------------------------


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


# -- day and night -----------------------------------------------------------------------------------------------------


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


# -- late, again, after a crash ----------------------------------------------------------------------------------------


async def scheduled(world: World, text: str = "通知 今天上午10点 全体：明天停水，请提前接水") -> None:
    await writes(world, text)
    await writes(world, "确认")


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


async def test_after_a_crash_half_way_no_group_gets_it_twice(world: World, sessions: Sessions) -> None:
    await scheduled(world)
    world.now += HOUR
    await world.clock.ring()
    async with sessions.begin() as session:  # said, and then killed before it was settled
        claimed = await outbox.claim(session, now=world.now, lease=MINUTE, limit=1, by="main")
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
    await world.wait(HOUR + 2 * MINUTE)
    reports = [words.text for words in world.new("陈书记")]
    assert any("2 个群收到，1 个群没发成：锦绣小区4栋（我已经不在群里" in text for text in reports)
    assert len(received(world, "3栋群")) == 1


async def test_an_unsure_outcome_is_never_repeated(world: World) -> None:
    await scheduled(world)
    speak_through(world, Fussy(**{"4栋群": SendError("no answer", unsure=True)}))
    await world.wait(HOUR + 2 * MINUTE)
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
