"""换班 顶班: turns change hands, by agreement of both."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from storage.identities import Identity
from storage.members import Member, RoleGrant
from storage.overrides import DutyOverride
from storage.places import Place
from storage.swaps import DutySwap
from storage.types import Role
from tests.drawn import ABSURD
from tests.nights import nights, shown
from tests.world import World

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WEDNESDAY = "锦绣小区3栋 后天（5月13日 周三）20:00 到次日 8:00"


async def rows(world: World, table: type[Any]) -> list[Any]:
    async with world.sessions() as session:
        return list(await session.scalars(sa.select(table)))


async def test_a_turn_is_given_by_agreement_and_the_building_head_is_told(world: World) -> None:
    await nights(world)
    async with world.sessions.begin() as session:
        place = await session.scalar(sa.select(Place.id).where(Place.name == "3"))
        qian = await session.scalar(sa.select(Member.id).where(Member.name == "钱物业"))
        assert place
        assert qian
        session.add(RoleGrant(member_id=qian, place_id=place, role=Role.BUILDING_HEAD))
    await world.says("王芳", "换班 周三 赵强", alone=True)
    world.hears("王芳", "已经单独问赵强了", WEDNESDAY)
    world.hears("赵强", "王芳想请您顶一个班", WEDNESDAY, "方便吗")
    world.silent("3栋群", "钱物业", "陈书记")
    await world.presses("赵强", "同意")
    for who in ("王芳", "赵强", "钱物业"):
        world.hears(who, "换好了", WEDNESDAY, "王芳的班由赵强来值")
    world.silent("3栋群", "陈书记")
    assert "后天（5月13日 周三）：赵强（替王芳）20:00 到次日 8:00" in await shown(world)
    await world.wait(2 * DAY + 13 * HOUR)
    await world.says("李姐", "今天谁值班")
    world.hears("3栋群", "赵强（红管家，替王芳）")


@pytest.mark.parametrize(
    "text",
    [
        "换班 周三 赵强 周四",
        "换班 周三 赵强周四",
        "换班 我周三的班换赵强周四的班",
        "换班 用周三和赵强的周四换一下",
        "换班 5月13日 赵强 5月14日",
        "换班：后天和赵强 周四 换",
    ],
)
async def test_two_turns_are_exchanged(world: World, text: str) -> None:
    await nights(world)
    await world.says("王芳", text, alone=True)
    world.hears("赵强", "王芳想和您换班", "周三", "周四")
    await world.says("赵强", "同意换班", alone=True)
    table = await shown(world)
    assert "后天（5月13日 周三）：赵强（替王芳）20:00 到次日 8:00" in table
    assert "5月14日 周四：王芳（替赵强）20:00 到次日 8:00" in table


async def test_who_says_no_changes_nothing(world: World) -> None:
    await nights(world)
    before = await shown(world)
    await world.says("王芳", "换班 周三 赵强", alone=True)
    world.forget()
    await world.presses("赵强", "不方便")
    world.hears("王芳", "赵强这次不方便", "照原来的排班")
    world.hears("赵强", "好的，不换")
    await world.presses("赵强", "同意")
    world.hears("赵强", "已经有结果了")
    assert await shown(world) == before


async def test_what_was_asked_can_be_taken_back(world: World) -> None:
    await nights(world)
    await world.says("王芳", "换班 周三 赵强", alone=True)
    world.forget()
    await world.says("王芳", "换班 周三 赵强", alone=True)
    world.hears("王芳", "已经问过赵强了")
    world.silent("赵强")
    await world.says("王芳", "不换班", alone=True)
    world.hears("王芳", "不换了")
    world.hears("赵强", "王芳不换了", "不用回了")
    await world.says("赵强", "同意换班", alone=True)
    world.hears("赵强", "没有等您答复的换班")
    await world.says("王芳", "换班 周三 赵强", alone=True)
    world.hears("赵强", "方便吗")


async def test_what_cannot_be_swapped_is_said(world: World) -> None:
    """OV34."""
    await nights(world)
    for said, answer in [
        ("换班 周四 赵强", "5月14日 周四没有您的班。您接下来的班：锦绣小区3栋 今天（5月11日 周一）20:00"),
        ("换班 周三 王芳", "这是您自己"),
        ("换班 昨天 赵强", "没有您的班"),
        ("换班 周三 张三丰", "还不认识“张三丰”"),
        ("换班 周三 老夏", "还没有任命"),
        ("换班 周三 赵强 周五", "5月15日 周五不是赵强的班"),
        ("换班 周三", "请这样发"),
        ("换班", "请这样发"),
        ("同意换班", "没有等您答复"),
        ("同意换班 99", "没有等您答复"),
        ("顶班 王芳", "这是您自己"),
        ("顶班 周三 赵强", "不是赵强的班"),
    ]:
        await world.says("王芳", said, alone=True)
        world.hears("王芳", answer)
    assert not await rows(world, DutySwap)


async def test_a_turn_that_is_taken_or_over_is_not_agreed_to_any_more(world: World) -> None:
    """OV34."""
    await nights(world)
    await world.says("王芳", "换班 周三 赵强", alone=True)
    await world.says("王芳", "换班 周三 周网格", alone=True)
    await world.presses("赵强", "同意")
    world.forget()
    await world.presses("周网格", "同意")
    world.hears("周网格", "没换成")
    await world.says("王芳", "换班 周五 周网格", alone=True)
    world.forget()
    await world.wait(5 * DAY)
    world.forget()
    await world.presses("周网格", "同意")
    world.hears("周网格", "已经过去了")


async def test_two_who_agree_at_once_do_not_both_get_the_turn(world: World) -> None:
    await nights(world)
    await world.says("王芳", "换班 周三 赵强", alone=True)
    await world.says("王芳", "换班 周三 周网格", alone=True)
    answers = [world.message(who, "同意换班", alone=True) for who in ("赵强", "周网格", "赵强")]
    await asyncio.gather(*(world.receive(one) for one in answers))
    await world.send_all()
    assert len([o for o in await rows(world, DutyOverride) if o.comes_id]) == 1


async def test_a_request_delivered_twice_is_asked_once(world: World) -> None:
    await nights(world)
    for _ in range(2):
        await world.says("王芳", "换班 周三 赵强", alone=True, message_id="same")
    world.hears("赵强", "方便吗")
    assert len(await rows(world, DutySwap)) == 1


async def test_who_gets_no_answer_hears_of_it_half_a_day_before(world: World) -> None:
    await nights(world)
    await world.says("王芳", "换班 周三 赵强", alone=True)
    world.forget()
    await world.wait(46 * HOUR)
    assert not [words for words in world.new("王芳") if "还没回话" in words.text]
    await world.wait(2 * HOUR)
    assert [w.text for w in world.new("王芳")] == [
        "赵强还没回话：锦绣小区3栋 今天（5月13日 周三）20:00 到次日 8:00。这个班现在还是您的，可以再问问别人，或者请社区管理员安排。"
    ]
    await world.wait(4 * HOUR)
    world.silent("王芳")


async def test_who_asks_late_hears_an_hour_later_and_two_clocks_say_it_once(world: World) -> None:
    await nights(world)
    await world.says("王芳", "换班 今晚 赵强", alone=True)
    world.forget()
    await world.wait(30 * HOUR / 60)
    world.silent("王芳")
    world.now += HOUR
    await asyncio.gather(*(world.clock.ring() for _ in range(3)))
    await world.send_all()
    world.hears("王芳", "赵强还没回话")


async def test_several_requests_are_told_apart_by_their_number(world: World) -> None:
    await nights(world)
    await world.says("王芳", "换班 周三 赵强", alone=True)
    await world.says("王芳", "换班 周五 赵强", alone=True)
    world.forget()
    await world.says("赵强", "同意换班", alone=True)
    world.hears("赵强", "有几个换班在等您", "1：", "2：")
    await world.says("赵强", "同意换班 2", alone=True)
    world.hears("王芳", "换好了", "5月15日 周五")


async def test_in_a_group_it_is_answered_alone(world: World) -> None:
    await nights(world)
    await world.says("王芳", "换班 周三 赵强")
    world.silent("3栋群")
    world.hears("王芳", "已经单独问赵强了")
    await world.says("李姐", "换班 的事情我们厂里也这样")
    world.silent("3栋群")


async def test_who_cannot_be_written_to_is_not_asked(world: World) -> None:
    await nights(world)
    async with world.sessions.begin() as session:
        await session.execute(sa.update(Identity).where(Identity.sender == "赵强").values(one_to_one=None))
    await world.says("王芳", "换班 周三 赵强", alone=True)
    world.hears("王芳", "我还不能单独给赵强发消息")
    assert not await rows(world, DutySwap)


async def test_somebody_steps_in_with_agreement_or_at_once_for_who_is_on_leave(world: World) -> None:
    await nights(world)
    await world.says("周网格", "顶班 周三 王芳", alone=True)
    world.hears("王芳", "周网格想替您顶班", WEDNESDAY)
    await world.presses("王芳", "同意")
    assert "后天（5月13日 周三）：周网格（替王芳）20:00 到次日 8:00" in await shown(world)
    await world.says("赵强", "请假 周四", alone=True)
    world.forget()
    await world.says("周网格", "顶班 赵强 周四", alone=True)
    for who in ("周网格", "赵强", "陈书记"):
        world.hears(who, "顶上了", "5月14日 周四 20:00 到次日 8:00", "周网格替赵强值班")
    await world.says("王芳", "顶班 周四 赵强", alone=True)
    world.hears("王芳", "没换成")


async def test_an_admin_says_who_steps_in_for_whom(world: World) -> None:
    await nights(world)
    await world.says("陈书记", "顶班 周三 王芳 赵强", alone=True)
    for who in ("陈书记", "王芳", "赵强"):
        world.hears(who, "顶上了", WEDNESDAY, "赵强替王芳值班")
    assert "后天（5月13日 周三）：赵强（替王芳）20:00 到次日 8:00" in await shown(world)
    await world.says("赵强", "顶班 周五 王芳 周网格", alone=True)
    world.hears("赵强", "要那里的社区管理员")


async def test_somebody_steps_in_where_nobody_is_on_duty(world: World) -> None:
    await nights(world)
    await world.says("赵强", "顶班", alone=True)
    world.hears("赵强", "9:00 到 20:00，赵强值班（原来没人）")
    await world.says("赵强", "顶班", alone=True)
    world.hears("赵强", "现在就是您在值班")
    await world.says("李姐", "今天谁值班")
    world.hears("3栋群", "3栋现在值班：赵强（红管家），到今天 20:00")
    await world.wait(HOUR)
    world.silent("赵强")  # he knows that he is on


async def test_who_is_on_now_is_asked_by_who_names_nobody(world: World) -> None:
    await nights(world)
    await world.wait(12 * HOUR)
    world.forget()
    await world.says("赵强", "顶班", alone=True)
    world.hears("王芳", "赵强想替您顶班", "今天（5月11日 周一）20:00 到次日 8:00")
    await world.presses("王芳", "同意")
    assert (await shown(world))[0] == "今天（5月11日 周一）：王芳 20:00 到 21:00；赵强（替王芳）21:00 到次日 8:00"


async def test_ones_own_turns_are_listed_over_all_places(world: World) -> None:
    await nights(world)
    await world.says("陈书记", "排班 4栋 赵强 5月16日 9:00-12:00", alone=True)
    await world.says("王芳", "换班 周三 赵强", alone=True)
    await world.presses("赵强", "同意")
    world.forget()
    await world.says("赵强", "我的值班", alone=True)
    text = world.hears("赵强", "您接下来的班：", "锦绣小区4栋 5月16日 周六 9:00 到 12:00", "（替王芳）", "后面还有")
    assert "锦绣小区3栋 明天（5月12日 周二）20:00 到 5月15日 周五 8:00" not in text
    await world.says("钱物业", "我的值班", alone=True)
    world.hears("钱物业", "都没有排班")


async def test_who_has_his_data_removed_takes_his_swaps_along(world: World) -> None:
    await nights(world)
    await world.says("王芳", "换班 周三 赵强", alone=True)
    await world.presses("赵强", "同意")
    world.forget()
    await world.says("赵强", "我的数据", alone=True)
    world.hears("赵强", "换班、请假这些 2 条")
    await world.says("赵强", "删除我的数据", alone=True)
    await world.says("赵强", "确认删除", alone=True)
    assert not await rows(world, DutySwap)
    assert not await rows(world, DutyOverride)
    world.hears("王芳", "又归您了", WEDNESDAY)
    assert await shown(world) == ["今天（5月11日 周一） 到 5月17日 周日：王芳 20:00 到次日 8:00"]


async def test_absurd_swaps_are_answered(world: World) -> None:
    await nights(world)
    for word in ("换班", "顶班", "同意换班", "不换班", "我的值班"):
        for text in (*ABSURD[:12], "周三 " + "啊" * 4000, "周三 赵强 " * 300):
            await world.says("王芳", f"{word} {text}", alone=True)
            assert len(world.new("王芳")) == 1, (word, text[:20])


async def test_taking_somebody_off_the_roster_calls_off_what_was_agreed_about_his_turns(world: World) -> None:
    await nights(world)
    await world.says("王芳", "换班 今天 赵强", alone=True)
    await world.presses("赵强", "同意")
    await world.says("王芳", "换班 后天 赵强", alone=True)
    world.forget()
    await world.says("陈书记", "撤班 3栋 王芳", alone=True)
    for who in ("王芳", "赵强"):
        heard = [words.text for words in world.new(who)]
        assert len(heard) == 2, who
        assert all("说好的换班、顶班不算了" in text for text in heard)
    world.silent("3栋群")
    await world.presses("赵强", "同意")
    world.hears("赵强", "已经有结果了")
    assert not await rows(world, DutyOverride)


async def test_who_stands_in_and_is_taken_off_gives_the_turn_back(world: World) -> None:
    await nights(world)
    await world.says("陈书记", "顶班 今天 王芳 钱物业", alone=True)
    world.forget()
    await world.says("陈书记", "撤班 3栋 钱物业", alone=True)
    world.hears("王芳", "今天", "不算了")
    world.hears("陈书记", "钱物业")
    assert "王芳" in (await shown(world))[0]
