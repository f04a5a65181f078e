"""Where it is unclear whether something is a report, the group is asked once; without an answer nothing happens."""

from dataclasses import replace
from datetime import timedelta

import pytest

from handlers.house import MANNERS, Manner
from handlers.understanding.decide import QUIET
from tests.test_privacy import everything
from tests.world import World

LAMP = "2单元3楼的灯坏了，麻烦来修一下"


def hesitant(world: World, **more: float) -> None:
    """What is surely a report is no longer sure enough to be opened."""
    manner = Manner(**{"opens": 2.0, "asks": 0.4, **more})
    world.receiver.reader = replace(world.receiver.reader, quiet=manner.opens)
    world.house = replace(world.house, manner=manner)
    world.receiver.house = world.house


async def asked(world: World) -> str:
    """李姐 said something, and the group was asked."""
    hesitant(world)
    message = await world.says("李姐", LAMP)
    world.hears("3栋群", "照明", "要登记成工单吗", "回“是”")
    world.silent("王芳")
    return message


@pytest.mark.parametrize("word", ["是", "要", "好", "嗯", "登记", "是的！", "好的，", "要 👍"])
async def test_yes_opens_it_for_its_author(world: World, word: str) -> None:
    await asked(world)
    await world.says("李姐", word)
    world.hears("3栋群", "1 号", "照明")
    world.hears("王芳", "灯坏了")
    await world.says("李姐", "工单 1", alone=True)
    world.hears("李姐", "照明")


async def test_yes_by_the_staff_opens_it_for_its_author(world: World) -> None:
    await asked(world)
    await world.says("赵强", "是")
    world.hears("3栋群", "1 号")
    await world.says("李姐", "我的工单", alone=True)
    world.hears("李姐", "1 号")
    await world.says("王芳", "为什么 1", alone=True)
    assert any("有人说要登记" in words.text for words in world.new("王芳"))


async def test_yes_by_a_neighbour_is_only_talk(world: World) -> None:
    await asked(world)
    await world.says("冉幺妹", "是")
    await world.says("冉幺妹", "好")
    world.silent("3栋群", "王芳")


async def test_no_drops_it(world: World) -> None:
    await asked(world)
    await world.says("李姐", "不用了")
    await world.says("李姐", "是")
    world.silent("3栋群", "王芳")


async def test_without_an_answer_nothing_is_kept(world: World) -> None:
    await asked(world)
    await world.wait(timedelta(minutes=10))
    await world.says("李姐", "是")
    world.silent("3栋群", "王芳")
    assert "灯坏了" not in await everything(world)


async def test_after_a_restart_nothing_happens(world: World) -> None:
    await asked(world)
    world.receiver.memories.clear()
    await world.says("李姐", "是")
    world.silent("3栋群", "王芳")


async def test_what_is_taken_back_is_not_opened(world: World) -> None:
    message = await asked(world)
    await world.recalls("李姐", message)
    await world.says("李姐", "是")
    world.silent("3栋群", "王芳")


async def test_one_question_at_a_time_and_peace_where_nobody_answers(world: World) -> None:
    await asked(world)
    await world.says("冉幺妹", "楼下垃圾桶满了，臭得很，没人来清")
    await world.wait(timedelta(minutes=11))
    await world.says("冉幺妹", "1单元的门禁坏了，刷不开，进不去")
    world.silent("3栋群")
    await world.wait(timedelta(hours=1))
    await world.says("冉幺妹", "1单元的门禁坏了，刷不开，进不去")
    world.hears("3栋群", "要登记成工单吗")


async def test_an_answer_frees_the_group_for_the_next_question(world: World) -> None:
    await asked(world)
    await world.says("李姐", "不用")
    await world.says("冉幺妹", "1单元的门禁坏了，刷不开，进不去")
    world.hears("3栋群", "要登记成工单吗")


async def test_the_question_is_one_of_the_three_messages(world: World) -> None:
    await asked(world)
    await world.says("李姐", "是")
    await world.says("王芳", "接单 1", alone=True)
    await world.says("王芳", "办结 1", alone=True)
    assert len(world.new("3栋群")) == 2


async def test_delivered_twice_it_is_asked_and_opened_once(world: World) -> None:
    hesitant(world)
    said = world.message("李姐", LAMP)
    await world.hand_over(said, said)
    world.hears("3栋群", "要登记成工单吗")
    yes = world.message("李姐", "是")
    await world.hand_over(yes, yes)
    world.hears("3栋群", "1 号")


async def test_pictures_come_with_it(world: World) -> None:
    hesitant(world)
    await world.says("李姐", LAMP, pictures=["a" * 64])
    await world.says("李姐", "是")
    world.forget()
    await world.says("王芳", "工单 1", alone=True)
    world.hears("王芳", "1 张照片")


async def test_nobody_is_asked_who_spoke_to_the_bot_or_is_staff(world: World) -> None:
    hesitant(world)
    await world.says("李姐", LAMP, to_bot=True)
    world.hears("3栋群", "1 号")
    await world.says("王芳", "2单元3楼的灯坏了，麻烦物业来修一下")
    assert not any("要登记成工单吗" in words.text for words in world.new("3栋群"))


async def test_at_night_the_group_is_left_in_peace(world: World) -> None:
    hesitant(world)
    world.now += timedelta(hours=14)
    await world.says("李姐", LAMP)
    world.silent("3栋群")


async def test_of_what_a_group_never_hears_it_is_not_asked(world: World) -> None:
    hesitant(world)
    await world.says("李姐", "1单元独居的刘奶奶好几天没见出门了，敲门没人应，麻烦来个人看看")
    assert not any("帮扶" in words.text for words in world.new("3栋群"))


async def test_a_cautious_community_is_never_asked(world: World) -> None:
    hesitant(world, asks=MANNERS["cautious"].asks)
    await world.says("李姐", LAMP)
    world.silent("3栋群")


async def test_who_says_it_again_more_clearly_is_no_longer_asked(world: World) -> None:
    await asked(world)
    world.receiver.reader = replace(world.receiver.reader, quiet=QUIET)
    await world.says("李姐", LAMP)
    world.hears("3栋群", "1 号")
    await world.says("李姐", "好")
    await world.says("李姐", "我的工单", alone=True)
    assert "2 号" not in world.hears("李姐", "1 号")


@pytest.fixture
def frightened(world: World) -> World:
    """A group in which somebody may have meant danger to life."""
    hesitant(world, asks=1.0, fears=0.0)
    return world


async def test_what_may_be_danger_is_asked_and_somebody_looks(frightened: World) -> None:
    world = frightened
    await world.says("李姐", "大家有没有闻到煤气味")
    world.hears("3栋群", "真有危险吗", "别开关电器")
    world.hears("王芳", "燃气", "请马上看一眼")
    world.silent("周网格", "陈书记")
    await world.says("冉幺妹", "是")
    world.hears("3栋群", "1 号", "119")
    assert any("紧急" in words.text for words in world.new("王芳"))
    world.hears("陈书记", "紧急", "燃气")


async def test_false_alarm(frightened: World) -> None:
    world = frightened
    await world.says("李姐", "大家有没有闻到煤气味")
    world.forget()
    await world.says("冉幺妹", "不是")
    await world.says("李姐", "不是")
    await world.says("李姐", "是")
    world.silent("3栋群", "王芳", "陈书记")


async def test_while_it_is_asked_nobody_is_called_again(frightened: World) -> None:
    world = frightened
    await world.says("李姐", "大家有没有闻到煤气味")
    world.forget()
    await world.says("冉幺妹", "会不会是谁家煤气漏了")
    world.silent("3栋群", "王芳")


async def test_nothing_of_what_was_asked_about_is_on_disk(frightened: World) -> None:
    await frightened.says("李姐", "大家有没有闻到煤气味")
    assert "煤气味" not in await everything(frightened)


def worried(world: World) -> None:
    """Whatever is opened may be an emergency."""
    world.receiver.house = replace(world.house, manner=replace(world.house.manner, worries=0.0))


async def test_whether_what_was_opened_is_an_emergency_is_asked_after_it_was_opened(world: World) -> None:
    worried(world)
    await world.says("李姐", LAMP)
    question, opened = world.new("3栋群")  # what may be danger is said first
    assert "真有危险吗" in question.text
    assert "1 号" in opened.text
    world.hears("王芳", "灯坏了")  # called once, by the ticket
    await world.says("冉幺妹", "是")
    world.hears("3栋群", "120", "1 号")
    world.hears("陈书记", "【紧急】1 号")
    await world.says("李姐", "我的工单", alone=True)
    assert "2 号" not in world.hears("李姐", "1 号")


async def test_it_is_none(world: World) -> None:
    worried(world)
    await world.says("李姐", LAMP)
    world.forget()
    await world.says("李姐", "不是")
    await world.says("冉幺妹", "是")
    world.silent("3栋群", "王芳", "陈书记")


async def test_of_what_a_group_never_hears_it_is_not_asked_whether_it_is_one(world: World) -> None:
    worried(world)
    await world.says("李姐", "1单元独居的刘奶奶好几天没见出门了，敲门没人应，麻烦来个人看看")
    world.silent("3栋群")


async def test_short_words_after_others_have_talked_are_talk(world: World) -> None:
    await asked(world)
    await world.says("冉幺妹", "晚上一起去跳舞不")
    await world.says("李姐", "好")
    world.silent("3栋群", "王芳")
    await world.says("李姐", "是的")
    world.hears("3栋群", "1 号")


def test_what_nobody_has_set_is_as_understanding_was_measured() -> None:
    assert MANNERS["normal"].opens == QUIET
    assert all(manner.fears < manner.asks for manner in MANNERS.values())
