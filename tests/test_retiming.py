"""The time of a notice in conversation: shown with its next dates, asked back, answered, changed, and come to its end."""

from asyncio import gather
from dataclasses import replace
from datetime import date, datetime, time, timedelta

import sqlalchemy as sa

from handlers.messages import Words
from handlers.moment import Moment
from handlers.notices.dates import still_meant
from handlers.rules.repeats import Repeat
from handlers.rules.rhythms import OfKind
from storage import calendars
from storage.broadcasts import Broadcast
from storage.places import Place
from storage.types import BroadcastStatus, DayKind
from tests.noticing import HOUR, notices, received, status, writes
from tests.world import CHANNEL, SHANGHAI, World

DAY = timedelta(days=1)


def last(world: World, chat: str = "alone:陈书记") -> Words:
    return world.channel.said[chat][-1]


def with_buttons(world: World) -> None:
    """There a number is what somebody says, not a button's stand-in."""
    world.reach[CHANNEL] = replace(world.reach[CHANNEL], buttons=True)


async def due(world: World) -> str:
    return f"{(await notices(world))[-1].due_at.astimezone(SHANGHAI):%m-%d %H:%M}"


# What is shown before anything is stored for good


async def test_the_next_three_dates_are_shown(world: World) -> None:
    for said, at in [
        (
            "每周一和周四18:30",
            "每周一、四 18:30，接下来：今天（5月11日 周一）18:30、5月14日 周四 18:30、5月18日 周一 18:30",
        ),
        (
            "每月最后一个工作日",
            "每月最后一个工作日 9:00，接下来：5月29日 周五 9:00、6月30日 周二 9:00、7月31日 周五 9:00",
        ),
        ("每两周周五", "从2026年5月15日起，每2周周五 9:00，接下来：5月15日"),
        ("每年重阳节", "每年重阳节 9:00，接下来：10月18日 周日 9:00、2027年10月8日 周五 9:00、2028年10月26日"),
        ("每天早上8点共2次", "到2026年5月13日 8:00为止，就是：明天（5月12日 周二）8:00、后天（5月13日 周三）8:00\n"),
        ("每月30号", "（没有这一天的月份放在最后一天）"),
        ("每天晚上11点", "（夜里不打扰大家，早上再发；急事请用“预警”）"),
        ("节前一天下午", "6月18日 周四 15:00"),
    ]:
        assert at in await writes(world, f"通知 {said} 3栋：交水费"), said


async def test_days_that_nobody_has_published_yet_are_said(world: World) -> None:
    assert "2027 年的放假安排还没公布" in await writes(world, "通知 每季度第一个工作日 3栋：交水费")
    assert "放假安排" not in await writes(world, "通知 每季度第一个周一 3栋：交水费")
    assert "2027 年的放假安排还没公布" in await writes(world, "通知 250个工作日后 3栋：交水费")


async def test_the_communitys_own_days_count(world: World) -> None:
    async with world.sessions.begin() as session:
        place = (await session.scalars(sa.select(Place).where(Place.name == "石龙社区"))).one()
        await calendars.set_day(session, place.id, date(2026, 5, 12), worked=False)
        await calendars.set_day(session, place.id, date(2026, 5, 16), worked=True)
    shown = await writes(world, "通知 工作日早上8点 3栋：交水费")
    assert "接下来：后天（5月13日 周三）8:00、5月14日 周四 8:00、5月15日 周五 8:00" in shown
    assert "5月16日 周六 9:00" in await writes(world, "通知 四个工作日后 3栋：交水费")


# What is asked back


async def test_an_unclear_time_is_asked_back_and_a_button_answers(world: World) -> None:
    asked = await writes(world, "通知 明天3点 3栋：停水")
    assert "可能是上午，也可能是下午" in asked
    assert "是明天（5月12日 周二）凌晨3:00，还是明天（5月12日 周二）15:00？" in asked
    await world.presses("陈书记", "明天（5月12日 周二）15:00")
    shown = world.hears("陈书记")
    assert "时间：明天（5月12日 周二）15:00" in shown
    assert await due(world) == "05-12 15:00"
    await writes(world, "确认")
    await world.wait(31 * HOUR)
    world.hears("3栋群", "停水")


async def test_an_answer_by_number_or_in_words_is_as_good(world: World) -> None:
    with_buttons(world)
    for answer, at in [
        ("2", "05-12 15:00"),
        ("下午", "05-12 15:00"),
        ("凌晨3点", "05-12 03:00"),
        ("后天上午10点", "05-13 10:00"),
    ]:
        await writes(world, "通知 明天3点 3栋：停水")
        shown = await writes(world, answer)
        assert "还没发，请您确认" in shown, answer
        found = (await notices(world))[-1]
        planned = "07:00" if at.endswith("03:00") else at[6:]  # the night is quiet
        assert await due(world) == f"{at[:5]} {planned}"
        assert found.doubt is None


async def test_without_buttons_the_number_beside_the_reading_answers(world: World) -> None:
    world.channel.can = replace(world.channel.can, buttons=False)
    await writes(world, "通知 明天3点 3栋：停水")
    assert "回复 1 明天（5月12日 周二）凌晨3:00，2 明天（5月12日 周二）15:00" in last(world).text
    assert "时间：明天（5月12日 周二）15:00" in await writes(world, "2")


async def test_what_is_no_answer_leaves_the_question_open(world: World) -> None:
    with_buttons(world)
    await writes(world, "通知 周末上午9点 3栋：停水")
    for talk in ("好的", "7", "3栋2单元灯坏了", "谢谢"):
        await world.says("陈书记", talk, alone=True)
        assert (await notices(world))[-1].doubt is not None, talk
    world.forget()
    assert "时间还没定" in await writes(world, "确认 1")
    assert "时间还没定" in await writes(world, "通知列表")
    assert await status(world) is BroadcastStatus.DRAFT


async def test_a_time_without_any_reading_waits_for_another(world: World) -> None:
    asked = await writes(world, "通知 2月30日 3栋：停水")
    assert "没有这一天" in asked
    assert "改时间 1 明天上午9点" in asked
    assert "时间：明天（5月12日 周二）9:00" in await writes(world, "改时间 1 明天上午9点")


async def test_an_unclear_answer_is_asked_back_again(world: World) -> None:
    with_buttons(world)
    await writes(world, "通知 2月30日 3栋：停水")
    assert "是5月16日 周六 9:00，还是5月17日 周日 9:00？" in await writes(world, "周末")
    assert "5月17日 周日 9:00" in await writes(world, "2")


async def test_who_is_asked_in_a_group_answers_where_he_hears_it(world: World) -> None:
    await world.says("陈书记", "通知 明天3点 4栋：停水")
    world.silent("3栋群")
    world.hears("陈书记", "可能是上午，也可能是下午")
    await world.says("李姐", "2")
    assert (await notices(world))[-1].doubt is not None
    await world.presses("陈书记", "明天（5月12日 周二）15:00")
    world.hears("陈书记", "还没发，请您确认")


async def test_a_reading_that_has_gone_by_meanwhile_is_refused(world: World) -> None:
    await writes(world, "通知 今天8点 3栋：停水")
    await world.wait(12 * HOUR)
    world.forget()
    assert "已经过了" in await writes(world, "改时间 1 1")
    assert "明天（5月12日 周二）8:00" in await writes(world, "改时间 1 明天8点")


async def test_the_answer_delivered_twice_changes_nothing_more(world: World) -> None:
    with_buttons(world)
    await writes(world, "通知 明天3点 3栋：停水")
    again = world.message("陈书记", "2", alone=True)
    await world.hand_over(again, again)
    assert len(world.new("陈书记")) == 1
    assert await due(world) == "05-12 15:00"


async def test_of_two_answers_at_once_both_are_shown_and_the_last_stands(world: World) -> None:
    with_buttons(world)
    await writes(world, "通知 明天3点 3栋：停水")
    await gather(*(world.receive(world.message("陈书记", f"改时间 1 {n}", alone=True)) for n in (1, 2)))
    await world.send_all()
    shown = [words.text for words in world.new("陈书记")]
    assert len(shown) == 2
    assert sum("凌晨3:00" in text or "早上再发" in text for text in shown) == 1
    (found,) = await notices(world)
    assert found.doubt is None
    assert f"{found.due_at.astimezone(SHANGHAI):%H:%M}" in ("07:00", "15:00")


# Another time


async def test_a_draft_gets_another_time(world: World) -> None:
    await writes(world, "通知 明天上午9点 3栋：停水")
    assert "每周二 9:00，接下来：" in await writes(world, "改时间 1 每周二上午9点")
    assert "您确认后马上" in await writes(world, "改时间 1 现在")
    for said, answer in [
        ("改时间", "改时间 5 明天上午9点"),
        ("改时间 1", "改时间 5 明天上午9点"),
        ("改时间 1 停水", "没看懂什么时候发"),
        ("改时间 1 昨天", "已经过了"),
        ("改时间 9 明天", "没有 9 号通知"),
    ]:
        assert answer in await writes(world, said), said
    await writes(world, "确认 1")
    assert "不是草稿了" in await writes(world, "改时间 1 明天")


async def test_only_its_author_changes_the_time(world: World) -> None:
    await writes(world, "通知 明天3点 3栋：停水")
    await world.says("王芳", "改时间 1 明天", alone=True)
    await world.says("李姐", "改时间 1 2", alone=True)
    assert (await notices(world))[-1].doubt is not None


async def test_what_begins_like_a_time_that_nobody_can_read_is_said_so(world: World) -> None:
    for said in ("每隔一阵子", "下周第一天", "每月逢三"):
        assert "没看懂什么时候发" in await writes(world, f"通知 {said} 3栋：停水"), said
    assert not await notices(world)


# The end of a repetition


async def test_what_comes_so_often_comes_so_often_and_is_over(world: World) -> None:
    await writes(world, "通知 每天10点共2次 3栋：量体温")
    await writes(world, "确认")
    for _ in range(4):
        await world.wait(DAY)
    assert len(received(world, "3栋群")) == 2
    assert await status(world) is BroadcastStatus.SENT


async def test_the_last_time_missed_is_left_to_its_author(world: World) -> None:
    await writes(world, "通知 每天10点共2次 3栋：量体温")
    await writes(world, "确认")
    await world.wait(2 * HOUR)
    world.forget()
    world.now += 2 * DAY
    await world.clock.ring()
    await world.send_all()
    assert "时间已经过了" in world.hears("陈书记")
    assert await status(world) is BroadcastStatus.DRAFT


async def test_a_repetition_confirmed_when_it_is_over_is_asked_about(world: World) -> None:
    await writes(world, "通知 今天起每天10点到今天为止 3栋：量体温")
    await world.wait(4 * HOUR)
    world.forget()
    assert "时间已经过了" in await writes(world, "确认 1")
    assert received(world, "3栋群") == []


async def test_a_working_day_that_became_a_day_off_is_passed_over(world: World) -> None:
    """The row holds the time that was reckoned before the yearly notice came out."""
    await writes(world, "通知 工作日早上8点 3栋：交水费")
    await writes(world, "确认")
    async with world.sessions.begin() as session:
        kept = await session.get(Broadcast, 1)
        assert kept is not None
        kept.due_at = datetime(2026, 6, 19, 8, tzinfo=SHANGHAI)  # the Dragon Boat Festival
        moment = Moment(session=session, now=kept.due_at, house=world.house, reach=world.reach)
        assert not await still_meant(moment, kept)
        kept.due_at = datetime(2026, 6, 18, 8, tzinfo=SHANGHAI)
        assert await still_meant(moment, kept)
        kept.due_at = datetime(2026, 6, 19, 8, tzinfo=SHANGHAI)
    world.now = datetime(2026, 6, 19, 8, 0, 30, tzinfo=SHANGHAI)
    await world.clock.ring()
    await world.send_all()
    assert received(world, "3栋群") == []
    assert await due(world) == "06-22 08:00"


async def test_what_the_night_has_put_off_is_still_meant(world: World) -> None:
    await writes(world, "通知 工作日晚上11点 3栋：交水费")
    await writes(world, "确认")
    assert await due(world) == "05-12 07:00"
    await world.wait(23 * HOUR)
    assert len(received(world, "3栋群")) == 1


def test_the_stored_form_is_read_back() -> None:
    repeat = Repeat(OfKind((DayKind.WORKDAY,)), (time(8), time(20)), date(2026, 1, 1), datetime(2026, 12, 31, 23, 59))
    assert Repeat.of(repeat.kept()) == repeat


def test_buttons_fit_every_channel() -> None:
    assert len(f"1|改时间 {10**9} 4".encode()) <= 64
