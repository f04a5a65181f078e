"""What a member of staff sets right in one message: who hears of it, what is kept, and what stays as it was."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest
import sqlalchemy as sa

from handlers.corrections import examples
from handlers.understanding.model.data import Transcript, samples
from storage.audit import AuditEntry
from storage.corrections import Correction
from storage.types import Intent
from tests.test_privacy import everything
from tests.world import World

LAMP = "2单元3楼的灯坏了，麻烦来修一下"
RIGHT = ("不是工单 1", "改类别 1 电梯", "改地点 1 3栋1单元", "改紧急 1 加急")


async def reported(world: World, text: str = LAMP, **more: bool) -> str:
    """李姐 reported something, and everybody has read it."""
    message = await world.says("李姐", text, **more)
    world.forget()
    return message


async def kept(world: World) -> Sequence[Correction]:
    """The examples."""
    async with world.sessions() as session:
        return (await session.scalars(sa.select(Correction))).all()


async def lessons(world: World) -> Sequence[Transcript]:
    """The examples as they are learned from."""
    async with world.sessions() as session:
        return [example.transcript for example in await examples.lessons(session)]


async def shown(world: World, number: int = 1) -> str:
    """The ticket as the admin sees it."""
    world.forget()
    await world.says("陈书记", f"工单 {number}", alone=True)
    return world.hears("陈书记")


@pytest.mark.parametrize("words", ["不是工单 1", "不是工单", "不是工单：1 号", "不算工单 1"])
async def test_what_is_no_report_is_withdrawn(world: World, words: str) -> None:
    await reported(world)
    await world.says("王芳", words)
    world.hears("3栋群", "1 号撤下了")
    world.silent("李姐")  # he has read it in the group
    assert "撤销" in await shown(world)


async def test_by_quoting_it(world: World) -> None:
    message = await reported(world)
    await world.says("赵强", "不是工单", reply_to=message)
    world.hears("3栋群", "1 号撤下了")
    world.hears("王芳", "不用去了")


async def test_its_words_are_gone_but_for_the_example(world: World) -> None:
    message = await reported(world)
    await world.says("冉幺妹", "我家门口那盏灯也坏了好几天", reply_to=message)
    await world.says("王芳", "不是工单 1 闲聊", alone=True)
    assert "门口那盏" not in await everything(world)
    (example,) = await kept(world)
    assert example.text == LAMP
    assert example.right == {"intent": "chatter", "items": []}
    assert example.predicted["items"][0]["category"] == "lighting"


async def test_said_alone_the_group_hears_of_it_once(world: World) -> None:
    message = await reported(world)
    await world.says("冉幺妹", "我家也是", reply_to=message)
    world.forget()
    await world.says("赵强", "不是工单 1", alone=True)
    world.hears("赵强", "撤下了")
    world.hears("3栋群", "不用登记")
    world.hears("王芳", "不用去了")
    world.silent("李姐", "冉幺妹")


async def test_where_the_group_has_heard_enough_each_is_told_alone(world: World) -> None:
    await reported(world)
    for _ in range(3):
        await world.says("王芳", "接单 1", alone=True)
        await world.says("王芳", "办结 1", alone=True)
        await world.says("李姐", "重办 1", alone=True)
    world.forget()
    await world.says("赵强", "不是工单 1", alone=True)
    world.hears("李姐", "不用登记")
    world.silent("3栋群")


async def test_learned_from_in_the_shape_of_the_lessons(world: World) -> None:
    await reported(world)
    await world.says("王芳", "不是工单 1 通知", alone=True)
    await world.says("李姐", "1单元的门禁坏了，刷不开，进不去")
    await world.says("王芳", "改类别 2 电梯", alone=True)
    found = list(samples(await lessons(world)))
    assert [(one.act, one.category) for one in found] == [(Intent.NOTICE, None), ("open", "elevator")]
    assert all("李姐" not in str(group.lines) for group in await lessons(world))


async def test_the_last_correction_of_a_message_counts(world: World) -> None:
    await reported(world)
    await world.says("王芳", "改类别 1 电梯", alone=True)
    await world.says("王芳", "改类别 1 供电", alone=True)
    (example,) = await kept(world)
    assert example.predicted["items"][0]["category"] == "lighting"
    assert example.right["items"][0]["category"] == "power"


@pytest.mark.parametrize(
    ("said", "name"),
    [("电梯", "电梯"), ("elevator", "电梯"), ("下水", "下水道"), ("ELEVATOR", "电梯"), ("坠物", "高空坠物")],
)
async def test_a_category_by_name_part_or_code(world: World, said: str, name: str) -> None:
    await reported(world)
    await world.says("王芳", f"改类别 1 {said}")
    world.hears("3栋群", name)
    assert name in await shown(world)


@pytest.mark.parametrize("said", ["", "火箭", "设施设施", "水", "公"])
async def test_a_category_that_there_is_not(world: World, said: str) -> None:
    await reported(world)
    await world.says("王芳", f"改类别 1 {said}", alone=True)
    world.hears("王芳", "没有这个类别", "电梯、")
    assert "照明" in await shown(world)


async def test_who_was_called_learns_what_it_is(world: World) -> None:
    await reported(world)
    await world.says("赵强", "改类别 1 供电", alone=True)
    world.hears("王芳", "供电")
    world.silent("3栋群", "李姐")


async def test_what_is_private_from_now_on_is_no_longer_spoken_of(world: World) -> None:
    await reported(world)
    await world.says("王芳", "改类别 1 纠纷")
    world.silent("3栋群")
    world.hears("王芳", "群里不再提")
    world.hears("李姐", "群里不提了")
    await world.says("王芳", "接单 1", alone=True)
    await world.says("王芳", "办结 1", alone=True)
    world.silent("3栋群", "小区群")


async def test_another_unit_of_the_same_steward(world: World) -> None:
    await reported(world)
    await world.says("赵强", "改地点 1 1单元5楼", alone=True)
    world.hears("赵强", "3栋1单元5楼")
    world.hears("王芳", "1单元", "请去这里")
    world.hears("3栋群", "3栋1单元")
    assert "3栋1单元5楼" in await shown(world)


async def test_without_its_number_where_one_can_be_meant(world: World) -> None:
    await reported(world)
    await world.says("王芳", "改地点 3栋1单元")
    assert "1单元" in world.hears("3栋群", "改好了")


async def test_another_building_calls_those_who_answer_for_it(world: World) -> None:
    await reported(world)
    await world.says("陈书记", "改地点 1 4栋2单元", alone=True)
    world.hears("陈书记", "4栋2单元", "周网格")
    world.hears("王芳", "不用去了")
    world.hears("周网格", "4栋2单元", "灯坏了")
    world.hears("李姐", "4栋2单元")
    world.silent("3栋群", "4栋群")
    await world.says("周网格", "接单 1", alone=True)
    world.hears("李姐", "接单了")
    world.silent("3栋群", "4栋群")


async def test_when_somebody_has_accepted_nobody_else_is_called(world: World) -> None:
    await reported(world)
    await world.says("王芳", "接单 1", alone=True)
    world.forget()
    await world.says("陈书记", "改地点 1 4栋2单元", alone=True)
    world.hears("王芳", "请去这里")
    world.silent("周网格")


@pytest.mark.parametrize(
    ("said", "answer"),
    [("", "没看出"), ("那边", "没看出"), ("9栋", "没有登记"), ("3栋8单元", "没有 8 单元"), ("3栋30楼", "只有 18 层")],
)
async def test_a_place_that_there_is_not(world: World, said: str, answer: str) -> None:
    await reported(world)
    before = await shown(world)
    await world.says("王芳", f"改地点 1 {said}", alone=True)
    world.hears("王芳", answer)
    assert await shown(world) == before


async def test_what_becomes_an_emergency_is_called_out(world: World) -> None:
    await reported(world)
    await world.says("赵强", "改紧急 1 紧急", alone=True)
    world.hears("赵强", "按“紧急”办")
    world.hears("王芳", "【紧急】")
    world.hears("3栋群", "120")
    world.hears("陈书记", "紧急")


async def test_back_and_forth_it_is_called_out_each_time(world: World) -> None:
    await reported(world, "1单元楼道里冒烟了，有明火，快来人！")
    for word in ("一般", "紧急", "不急", "紧急"):
        await world.says("王芳", f"改紧急 1 {word}", alone=True)
        world.forget()
    await world.wait(timedelta(minutes=2))
    world.hears("陈书记", "还没人接")


@pytest.mark.parametrize("said", ["", "火速", "12"])
async def test_an_urgency_that_there_is_not(world: World, said: str) -> None:
    await reported(world)
    await world.says("王芳", f"改紧急 1 {said}", alone=True)
    world.hears("王芳", "紧急、加急、一般、不急")


@pytest.mark.parametrize("words", RIGHT)
async def test_delivered_twice_it_is_done_once(world: World, words: str) -> None:
    await reported(world)
    said = world.message("赵强", words)
    await world.hand_over(said, said)
    world.hears("3栋群")
    async with world.sessions() as session:
        entries = await session.scalars(sa.select(AuditEntry).where(AuditEntry.action == words.split(maxsplit=1)[0]))
        assert [entry.subject for entry in entries] == ["ticket:1"]
    assert len(await kept(world)) == 1


@pytest.mark.parametrize("words", RIGHT)
async def test_two_at_once_and_the_second_has_nothing_left_to_do(world: World, words: str) -> None:
    await reported(world)
    both = [world.message(name, words, alone=True) for name in ("王芳", "赵强")]
    await asyncio.gather(*map(world.receiver.receive, both))
    await world.send_all()
    heard = [said.text for name in ("王芳", "赵强") for said in world.new(name)]
    assert sum("改好了" in text or "1 号撤下了" in text for text in heard) == 1
    assert sum("没有改动" in text or "不能再这样" in text for text in heard) == 1


@pytest.mark.parametrize("words", RIGHT)
async def test_only_the_staff_of_the_place(world: World, words: str) -> None:
    await world.says("小邓", "1单元门禁刷不开了，进不去")
    world.forget()
    await world.says("李姐", words, alone=True)
    world.hears("李姐", "才能用")
    await world.says("王芳", words, alone=True)
    world.hears("王芳", "没有 1 号")
    world.silent("4栋群")


@pytest.mark.parametrize("words", RIGHT)
async def test_what_is_over_stays_as_it_is(world: World, words: str) -> None:
    await reported(world)
    await world.says("王芳", "接单 1", alone=True)
    await world.says("王芳", "办结 1", alone=True)
    world.forget()
    await world.says("王芳", words, alone=True)
    world.hears("王芳", "不能再这样操作")


@pytest.mark.parametrize("words", RIGHT)
async def test_what_was_said_alone_is_set_right_alone(world: World, words: str) -> None:
    await reported(world, "3栋2单元3楼的灯坏了，麻烦来修一下", alone=True)
    await world.says("王芳", words)
    world.hears("王芳", "不在群里说")
    world.silent("3栋群")
    await world.says("赵强", words, alone=True)
    world.hears("赵强")
    world.silent("3栋群")


async def test_an_example_goes_with_its_author(world: World) -> None:
    await world.says("孙姐", "2单元3楼的灯坏了，麻烦来修一下")
    await world.says("王芳", "改类别 1 供电", alone=True)
    await world.says("孙姐", "我的数据", alone=True)
    world.hears("孙姐", "当例子的话 1 条")
    await world.says("孙姐", "删除我的数据", alone=True)
    await world.says("孙姐", "确认删除", alone=True)
    assert not await kept(world)


async def test_an_example_goes_when_it_is_taken_back(world: World) -> None:
    message = await reported(world)
    await world.says("王芳", "改类别 1 供电", alone=True)
    await world.recalls("李姐", message)
    assert not await kept(world)


async def test_an_example_goes_in_time(world: World) -> None:
    await reported(world)
    await world.says("王芳", "改类别 1 供电", alone=True)
    world.now += timedelta(days=364)
    await world.clock.ring()
    assert await kept(world)
    world.now += timedelta(days=2)
    world.now = world.now.replace(minute=0)
    await world.clock.ring()
    assert not await kept(world)


async def test_the_audit_has_no_words(world: World) -> None:
    await reported(world)
    await world.says("王芳", "改地点 1 1单元", alone=True)
    async with world.sessions() as session:
        (entry,) = await session.scalars(sa.select(AuditEntry))
    assert (entry.action, entry.subject) == ("改地点", "ticket:1")
