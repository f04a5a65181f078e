"""What places ask of notices: quiet hours, a second person, how many a day; and what is done about one later."""

import asyncio
from dataclasses import replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.rules.broadcasts import next_digest
from handlers.rules.quiet import QuietHours
from storage.types import BroadcastStatus
from tests.noticing import GROUPS, HOUR, MINUTE, another_admin, asks, notices, received, ring, status, writes
from tests.world import World

ZONES = [ZoneInfo(name) for name in ("Asia/Shanghai", "Europe/Berlin", "America/New_York", "Pacific/Auckland")]


# -- quiet hours ---------------------------------------------------------------------------------------------------


async def test_each_place_has_its_own_quiet_hours(world: World) -> None:
    assert "夜里：12:00 到 14:00不发" in await writes(world, "通知规矩 锦绣小区3栋 夜里 12:00-14:00")
    await writes(world, "通知 今天12点半 3栋、4栋：明天停水")
    await writes(world, "确认")
    await world.wait(3 * HOUR + 40 * MINUTE)
    world.silent("3栋群")
    world.hears("4栋群", "明天停水")
    await world.wait(2 * HOUR)
    world.hears("3栋群", "明天停水")


async def test_rules_are_shown_set_and_taken_back(world: World) -> None:
    assert "22:00 到次日 7:00不发" in await writes(world, "通知规矩")
    assert "什么时候都发" in await writes(world, "通知规矩 锦绣小区 不设夜里")
    assert "要第二个人看过" in await writes(world, "通知规矩 锦绣小区 两人审")
    assert "一天最多 3 条" in await writes(world, "通知规矩 锦绣小区 每天最多三条")
    assert "一天最多 3 条" in await writes(world, "通知规矩 3栋")
    assert "不用第二个人审" in await writes(world, "通知规矩 3栋 不用审")
    assert "要第二个人看过" in await writes(world, "通知规矩 4栋")
    assert "22:00 到次日 7:00不发" in await writes(world, "通知规矩 锦绣小区 照旧")
    for said in ("通知规矩 锦绣小区 随便", "通知规矩 锦绣小区 夜里 哈哈", "通知规矩 3栋、4栋 两人审"):
        assert "改好了" not in await writes(world, said)
    assert "不归您管" in await writes(world, "通知规矩 老城街道 两人审")


# -- expiry --------------------------------------------------------------------------------------------------------


async def test_what_holds_today_only_is_never_sent_tomorrow(world: World) -> None:
    shown = await writes(world, "通知 今天晚上11点 3栋：今晚停水\n只在今天有效")
    assert "只在当天" in shown
    assert "今晚停水\n\n——" in shown
    await writes(world, "确认")
    await world.wait(11 * HOUR)
    world.now += 10 * HOUR
    await ring(world)
    world.silent("3栋群")


async def test_a_notice_not_out_in_time_is_dead_and_its_author_told(world: World) -> None:
    await writes(world, "通知 今天10点 3栋：上午停水\n有效到 今天10点半")
    await writes(world, "确认")
    world.now += 95 * MINUTE
    await ring(world)
    await ring(world)
    world.silent("3栋群")
    world.hears("陈书记", "没赶上，已经过了有效的时间")
    assert await status(world) is BroadcastStatus.CANCELLED
    assert "已经过了" in await writes(world, "通知 3栋：x\n有效到 今天上午8点")
    assert "比发的时间还早" in await writes(world, "通知 明天9点 3栋：x\n有效到 今天18点")


async def test_what_lies_in_the_outbox_when_it_expires_is_dropped_with_that_reason(world: World) -> None:
    await writes(world, "通知 今天10点 3栋：上午停水\n有效到 今天10点半")
    await writes(world, "确认")
    world.now += HOUR
    await world.clock.ring()  # expanded, and then the machine stood still
    world.now += HOUR
    await world.send_all()
    world.silent("3栋群")
    await ring(world)
    world.hears("陈书记", "0 个群收到", "过了有效的时间，没再发")


async def test_a_clock_that_jumps_over_the_time_asks_and_never_sends_late(world: World) -> None:
    await writes(world, "通知 今天10点 3栋：停水")
    await writes(world, "确认")
    world.now += timedelta(days=40)
    await ring(world)
    world.silent("3栋群")
    world.hears("陈书记", "时间已经过了")
    world.now -= timedelta(days=40)
    await ring(world)
    world.silent("3栋群", "陈书记")


# -- a second person -----------------------------------------------------------------------------------------------


async def test_a_second_admin_approves_and_only_then_it_goes(world: World) -> None:
    other = await another_admin(world)
    await writes(world, "通知规矩 石龙社区 两人审")
    await writes(world, "通知 3栋：明天停水")
    assert "已经请刘主任看了" in await writes(world, "确认")
    world.silent("3栋群")
    asked = world.hears(other, "陈书记写了 1 号通知", "锦绣小区3栋，1 个群", "明天停水")
    assert "同意通知 1" in asked
    assert "另一位管理员" in await writes(world, "同意通知 1")
    await world.presses(other, "同意发送")
    world.hears("3栋群", "明天停水")
    world.hears("陈书记", "刘主任看过了，同意发")
    (kept,) = await notices(world)
    assert kept.approved_by is not None
    assert kept.approved_by != kept.author_id


async def test_two_approve_at_once_and_it_goes_once(world: World) -> None:
    first, second = await another_admin(world), await another_admin(world, "杨主任")
    await writes(world, "通知规矩 石龙社区 两人审")
    await writes(world, "通知 3栋：明天停水")
    await writes(world, "确认")
    world.forget()
    both = [world.message(who, "同意通知 1", alone=True) for who in (first, second)]
    await asyncio.gather(*(world.receiver.receive(one) for one in both))
    await ring(world)
    assert len(received(world, "3栋群")) == 1
    answers = [words.text for who in (first, second) for words in world.new(who)]
    assert sum("您同意了" in text for text in answers) == 1
    assert sum("已经同意了" in text for text in answers) == 1


async def test_an_edit_voids_the_approval_and_its_editor_cannot_approve(world: World) -> None:
    other = await another_admin(world)
    await writes(world, "通知规矩 石龙社区 两人审")
    await writes(world, "通知 明天9点 3栋：明天停水")
    await writes(world, "确认")
    await asks(world, other, "同意通知 1")
    world.forget()
    assert "原来定好了的不算了" in await asks(world, other, "改通知 1 内容 后天停水")
    world.hears("陈书记", "刘主任改了您写的 1 号", "后天停水")
    (kept,) = await notices(world)
    assert (kept.approved_by, kept.status) == (None, BroadcastStatus.DRAFT)
    assert "没有别的管理员" in await writes(world, "确认 1")
    third = await another_admin(world, "杨主任")
    await writes(world, "确认 1")
    assert "改过的" in await asks(world, other, "同意通知 1")
    assert "您同意了" in await asks(world, third, "同意通知 1")
    await world.wait(25 * HOUR)
    world.hears("3栋群", "后天停水")


async def test_it_is_given_back_with_a_reason(world: World) -> None:
    other = await another_admin(world)
    await writes(world, "通知规矩 石龙社区 两人审")
    await writes(world, "通知 3栋：明天停水")
    await writes(world, "确认")
    await asks(world, other, "不同意通知 1 没写几点")
    world.hears("陈书记", "没有同意发 1 号：没写几点")
    world.silent("3栋群")
    assert "等确认" in await asks(world, other, "同意通知 1")


async def test_without_a_second_admin_it_does_not_go_and_a_warning_does(world: World) -> None:
    await writes(world, "通知规矩 石龙社区 两人审")
    await writes(world, "通知 3栋：明天停水")
    assert "没有别的管理员" in await writes(world, "确认")
    assert await status(world) is BroadcastStatus.DRAFT
    await writes(world, "预警 3栋：暴雨")
    await writes(world, "确认 2")
    world.hears("3栋群", "【预警】暴雨")


async def test_approved_far_too_late_its_author_is_asked(world: World) -> None:
    other = await another_admin(world)
    await writes(world, "通知规矩 石龙社区 两人审")
    await writes(world, "通知 今天10点 3栋：停水")
    await writes(world, "确认")
    world.now += 5 * HOUR
    assert "时间已经过了" in await asks(world, other, "同意通知 1")
    world.hears("陈书记", "时间已经过了，还没发")
    world.silent("3栋群")


async def test_nobody_approves_for_a_day_and_it_lapses(world: World) -> None:
    await another_admin(world)
    await writes(world, "通知规矩 石龙社区 两人审")
    await writes(world, "通知 3栋：停水")
    await writes(world, "确认")
    await world.wait(25 * HOUR)
    assert await status(world) is BroadcastStatus.CANCELLED
    world.hears("陈书记", "已经作废")
    world.silent("3栋群")


# -- how many a day ------------------------------------------------------------------------------------------------


async def test_what_is_beyond_the_limit_goes_as_one_readable_message(world: World) -> None:
    await writes(world, "通知规矩 锦绣小区 每天最多 1 条")
    for number in range(1, 5):
        shown = await writes(world, f"通知 3栋：第{number}件事")
        await writes(world, "确认")
        assert ("并到今天（5月11日 周一）18:00" in shown) is (number > 1)
    assert len(received(world, "3栋群")) == 1
    assert "1 个等着和别的通知一起发" in await writes(world, "通知 3")
    await world.wait(9 * HOUR)
    world.forget()
    await world.wait(HOUR)
    digest = world.channel.said["3栋群"][-1].text
    assert digest.startswith("【今天还有 3 条通知")
    assert [f"{n}. 第{n + 1}件事" in digest for n in (1, 2, 3)] == [True] * 3
    assert len(world.channel.said["3栋群"]) == 2
    world.forget()
    assert "1 个收到" in await writes(world, "通知 3")
    assert {one.status for one in await notices(world)} == {BroadcastStatus.SENT}


async def test_one_alone_beyond_the_limit_goes_as_itself_and_a_warning_at_once(world: World) -> None:
    await writes(world, "通知规矩 锦绣小区 每天最多 1 条")
    for text in ("通知 3栋：第一件", "通知 3栋：第二件", "预警 3栋：暴雨"):
        await writes(world, text)
        await writes(world, "确认")
    assert [text.split("\n")[0] for text in received(world, "3栋群")] == ["第一件", "【预警】暴雨"]
    await world.wait(10 * HOUR)
    assert received(world, "3栋群")[-1].startswith("第二件\n")


async def test_what_would_be_of_no_use_by_then_goes_alone_after_all(world: World) -> None:
    await writes(world, "通知规矩 锦绣小区 每天最多 1 条")
    await writes(world, "通知 3栋：第一件")
    await writes(world, "确认")
    shown = await writes(world, "通知 3栋：下午停水\n有效到 今天15点")
    assert "一起发" not in shown
    await writes(world, "确认")
    assert len(received(world, "3栋群")) == 2


async def test_two_clocks_gather_once(world: World) -> None:
    await writes(world, "通知规矩 锦绣小区 每天最多 1 条")
    for number in range(3):
        await writes(world, f"通知 3栋：第{number}件事")
        await writes(world, "确认")
    world.now += 9 * HOUR + MINUTE
    await asyncio.gather(*(world.clock.ring() for _ in range(3)))
    await world.send_all()
    assert len(world.channel.said["3栋群"]) == 2


@given(
    st.datetimes(datetime(1990, 1, 1), datetime(2060, 1, 1), timezones=st.sampled_from(ZONES)),
    st.times(),
    st.times(),
    st.times(),
)
def test_a_digest_is_ahead_within_two_days_and_never_at_night(now: datetime, at: time, start: time, end: time) -> None:
    quiet = QuietHours(start.replace(second=0, microsecond=0), end.replace(second=0, microsecond=0))
    zone = now.tzinfo
    assert isinstance(zone, ZoneInfo)
    due = next_digest(now, at, quiet, zone)
    assert now < due <= now + timedelta(days=2, hours=2)
    assert not quiet.covers(due.astimezone(zone).time()) or not quiet.length


# -- what is done about one later ----------------------------------------------------------------------------------


async def test_a_scheduled_notice_is_changed_and_confirmed_anew(world: World) -> None:
    await writes(world, "通知 明天9点 3栋：停水")
    await writes(world, "确认")
    assert "明天（5月12日 周二）15:00" in await writes(world, "改通知 1 时间 明天下午3点")
    assert "锦绣小区4栋，1 个群" in await writes(world, "改通知 1 发给 4栋")
    assert "明天下午停电" in await writes(world, "改通知 1 内容 明天下午停电")
    await world.wait(24 * HOUR + 59 * MINUTE - HOUR)
    world.forget()
    await writes(world, "确认 1")
    await world.wait(7 * HOUR)
    assert received(world, "4栋群") == ["明天下午停电\n\n—— 石龙社区 陈书记发布"]
    assert not received(world, "3栋群")
    world.forget()
    assert "更正 1：" in await writes(world, "改通知 1 内容 又改")
    for said, answer in (
        ("改通知 9 内容 x", "没有 9 号通知"),
        ("改通知", "请这样发"),
    ):
        assert answer in await writes(world, said)


async def test_of_two_who_edit_the_second_is_told_what_changed(world: World) -> None:
    other = await another_admin(world)
    await writes(world, "通知 明天9点 3栋：停水")
    await asks(world, other, "改通知 1")
    await writes(world, "改通知 1 内容 停电")
    world.forget()
    told = await asks(world, other, "改通知 1 内容 停气")
    assert "陈书记刚改过" in told
    assert "停电" in told
    assert (await notices(world))[0].text == "停电"
    await asks(world, other, "改通知 1 内容 停气")
    assert (await notices(world))[0].text == "停气"


async def test_two_who_edit_at_the_same_moment_do_not_overwrite_each_other(world: World) -> None:
    other = await another_admin(world)
    await writes(world, "通知 明天9点 3栋：停水")
    both = [
        world.message("陈书记", "改通知 1 内容 停电", alone=True),
        world.message(other, "改通知 1 内容 停气", alone=True),
    ]
    await asyncio.gather(*(world.receiver.receive(one) for one in both))
    await world.send_all()
    (kept,) = await notices(world)
    assert kept.edits == 1
    answers = [words.text for who in ("陈书记", other) for words in world.new(who)]
    assert sum("刚改过" in text for text in answers) == 1


async def test_what_is_unclear_about_an_edit_changes_nothing(world: World) -> None:
    await writes(world, "通知 明天9点 3栋：停水")
    for said in ("改通知 1 时间 昨天", "改通知 1 时间 随便", "改通知 1 发给 谁谁", "改通知 1 发给 老城街道"):
        await writes(world, said)
    assert "最多 2000 字" in await writes(world, "改通知 1 内容 " + "停" * 2001)
    (kept,) = await notices(world)
    assert (kept.text, kept.edits) == ("停水", 0)


async def test_a_notice_is_paused_and_goes_on(world: World) -> None:
    await writes(world, "通知 今天10点 3栋：停水")
    await writes(world, "确认")
    assert "停下了" in await writes(world, "暂停通知 1")
    assert "停着" in await writes(world, "通知列表")
    assert "已经停着了" in await writes(world, "暂停通知 1")
    await world.wait(90 * MINUTE)
    world.silent("3栋群")
    await writes(world, "继续通知 1")
    await ring(world)
    world.hears("3栋群", "停水")


async def test_half_way_out_it_is_paused_and_the_rest_goes_later_once(world: World) -> None:
    await writes(world, "通知 今天10点 全体：停水")
    await writes(world, "确认")
    world.now += HOUR
    await world.clock.ring()  # in the outbox, not said yet
    inbound = world.message("陈书记", "暂停通知 1", alone=True)
    await world.receiver.receive(inbound)
    await ring(world)
    world.silent(*GROUPS)
    world.hears("陈书记", "还没发的 3 处先不发")
    world.now += 5 * HOUR
    await ring(world)
    world.silent(*GROUPS)
    await world.says("陈书记", "继续通知 1", alone=True)
    await ring(world)
    assert [len(received(world, group)) for group in GROUPS] == [1, 1, 1]


async def test_a_correction_goes_to_exactly_those_who_got_the_first(world: World) -> None:
    await writes(world, "通知 全体除了4栋：明天上午停水")
    await writes(world, "确认")
    await ring(world)
    world.forget()
    shown = await writes(world, "更正 1：停水改到后天")
    assert "【更正】5月11日 周一发的“明天上午停水”有变化，以这条为准：\n停水改到后天" in shown
    await writes(world, "确认")
    world.hears("3栋群", "停水改到后天")
    world.hears("小区群", "停水改到后天")
    world.silent("4栋群")


async def test_what_cannot_be_corrected_is_said(world: World) -> None:
    await writes(world, "通知 明天9点 3栋：停水")
    assert "直接改就行" in await writes(world, "更正 1：x")
    assert "没有 7 号" in await writes(world, "更正 7：x")
    await writes(world, "通知 3栋：停水")
    await writes(world, "确认 2")
    assert "还在发" in await writes(world, "更正 2：x")
    await ring(world)
    world.forget()
    assert "请把更正的内容写在后面" in await writes(world, "更正 2")


@pytest.mark.parametrize("word", ["更正 大家注意", "补发 一下", "更正"])
async def test_everyday_words_in_a_group_are_let_pass(world: World, word: str) -> None:
    await world.says("陈书记", word)
    world.silent("3栋群", "陈书记")


async def test_only_an_admin_does_any_of_it(world: World) -> None:
    await writes(world, "通知 明天9点 3栋：停水")
    for word in ("改通知 1 内容 x", "暂停通知 1", "同意通知 1", "通知规矩 3栋 两人审", "模板", "通知 1"):
        await world.says("李姐", word, alone=True)
        world.hears("李姐", "社区管理员")


async def test_where_the_clocks_are_put_back_a_daily_notice_comes_once_that_night(world: World) -> None:
    berlin = replace(world.house.escalation, zone=ZoneInfo("Europe/Berlin"))
    world.house = world.clock.house = world.receiver.house = replace(world.house, escalation=berlin)
    world.now = datetime(2026, 10, 24, 12, tzinfo=ZoneInfo("Europe/Berlin"))
    await writes(world, "通知规矩 石龙社区 不设夜里")
    await writes(world, "通知 每天凌晨2点半 3栋：量体温")
    await writes(world, "确认")
    for _ in range(4 * 24):  # 2:30 is there twice in the first night
        world.now += 15 * MINUTE
        await ring(world)
    assert len(received(world, "3栋群")) == 1
    assert (await notices(world))[0].due_at.astimezone(ZoneInfo("Europe/Berlin")).strftime("%d %H:%M") == "26 02:30"
