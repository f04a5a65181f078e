"""A ticket's life by words, numbers, quotes and buttons."""

import asyncio
from datetime import timedelta

import pytest

from tests.world import World


async def broken(world: World) -> str:
    """李姐 reports, and everybody has read it."""
    message = await world.says("李姐", "2单元3楼的灯坏了，麻烦来修一下")
    world.forget()
    return message


@pytest.mark.parametrize(
    "words", ["接单", "接单 1", "接单１号", "接单 一", "/接单 1", "／接单1", "我接", "接单：1", "接单#1"]
)
async def test_accepting_is_said_in_many_ways(world: World, words: str) -> None:
    await broken(world)
    await world.says("王芳", words)
    world.hears("3栋群", "王芳接单了")


async def test_accepting_by_button(world: World) -> None:
    await broken(world)
    await world.presses("王芳", "接单")
    world.hears("王芳", "归您了")
    world.hears("3栋群", "王芳接单了")


async def test_accepting_by_quoting_what_was_said(world: World) -> None:
    message = await broken(world)
    await world.says("冉幺妹", "报修 楼下垃圾桶满了，臭得很，没人来清")
    world.forget()
    await world.says("王芳", "接单", reply_to=message)
    world.hears("3栋群", "照明", "王芳接单了")


async def test_without_a_number_it_asks_which_one(world: World) -> None:
    await broken(world)
    await world.says("冉幺妹", "报修 楼下垃圾桶满了，臭得很，没人来清")
    world.forget()
    await world.says("王芳", "接单")
    world.hears("3栋群", "有 2 张", "接单 1")


async def test_two_reach_for_it_at_once_and_one_gets_it(world: World) -> None:
    await broken(world)
    both = [world.message(name, "接单 1", alone=True) for name in ("王芳", "赵强")]
    await asyncio.gather(*map(world.receiver.receive, both))
    await world.send_all()
    heard = [words.text for name in ("王芳", "赵强") for words in world.new(name)]
    assert sum("归您了" in text for text in heard) == 1
    assert sum("已经接了" in text for text in heard) >= 1
    world.hears("3栋群", "接单了")


async def test_a_resident_cannot_accept(world: World) -> None:
    await broken(world)
    await world.says("冉幺妹", "接单 1")
    world.hears("3栋群", "红管家")


async def test_a_steward_of_another_place_cannot_accept(world: World) -> None:
    await world.says("小邓", "1单元门禁刷不开了，进不去")
    world.forget()
    await world.says("王芳", "接单 1", alone=True)
    world.hears("王芳", "没有 1 号")


async def test_who_cannot_go_hands_it_to_the_next(world: World) -> None:
    await broken(world)
    await world.presses("王芳", "去不了")
    world.hears("王芳", "转出去了")
    world.hears("周网格", "照明")


async def test_an_accepted_ticket_is_handed_to_somebody_by_name(world: World) -> None:
    await broken(world)
    await world.says("王芳", "接单", alone=True)
    world.forget()
    await world.says("王芳", "转单 1 赵强", alone=True)
    world.hears("王芳", "已经问赵强")
    world.hears("赵强", "照明")
    await world.says("赵强", "接单", alone=True)
    world.hears("赵强", "归您了")


async def test_handing_it_to_nobody_known_changes_nothing(world: World) -> None:
    await broken(world)
    await world.says("王芳", "接单", alone=True)
    world.forget()
    await world.says("王芳", "转单 1 张三丰", alone=True)
    world.hears("王芳", "没找到")
    await world.says("王芳", "待办", alone=True)
    world.hears("王芳", "有人接单了")


async def test_giving_it_back_calls_somebody_else(world: World) -> None:
    await broken(world)
    await world.says("赵强", "接单 1", alone=True)
    world.forget()
    await world.says("赵强", "退单 要找电工", alone=True)
    world.hears("赵强", "转出去了")
    world.hears("王芳", "要找电工")


async def test_progress_reaches_those_who_reported_alone(world: World) -> None:
    await broken(world)
    await world.says("王芳", "接单", alone=True)
    world.forget()
    await world.says("王芳", "进展 配件明天到", alone=True)
    world.hears("李姐", "配件明天到")
    world.silent("3栋群")


async def test_progress_in_everyday_talk_is_no_command(world: World) -> None:
    await broken(world)
    await world.says("冉幺妹", "进展 神速啊你们")
    world.silent("3栋群")


async def test_urging_calls_again_but_not_at_once(world: World) -> None:
    await broken(world)
    await world.says("李姐", "催办", alone=True)
    world.hears("李姐", "刚刚才催过")
    await world.wait(timedelta(minutes=11))
    await world.says("李姐", "催办 1", alone=True)
    world.hears("李姐", "再叫了一遍")
    world.hears("王芳", "还没人接")


async def test_a_stranger_can_neither_urge_nor_rate_nor_cancel(world: World) -> None:
    await broken(world)
    for words in ("催办 1", "评价 1 满意", "撤销 1"):
        await world.says("冉幺妹", words, alone=True)
        world.new("冉幺妹")
    await world.says("李姐", "工单 1", alone=True)
    world.hears("李姐", "等人接单")


async def test_withdrawing_tells_who_was_called(world: World) -> None:
    await broken(world)
    await world.says("李姐", "撤销", alone=True)
    world.hears("李姐", "撤销了")
    world.hears("王芳", "撤回")


async def test_what_neighbours_joined_stays_when_the_first_withdraws(world: World) -> None:
    message = await broken(world)
    await world.says("冉幺妹", "我家门口也是黑的", reply_to=message)
    await world.says("李姐", "撤销 1", alone=True)
    world.hears("李姐", "单子留着")


async def test_a_bad_rating_is_told_to_the_community(world: World) -> None:
    await broken(world)
    await world.says("王芳", "办结 1", alone=True)
    world.forget()
    await world.says("李姐", "不满意", alone=True)
    world.hears("李姐", "对不住")
    world.hears("陈书记", "1 星")


async def test_rating_too_early_says_when(world: World) -> None:
    await broken(world)
    await world.says("李姐", "评价 1 满意", alone=True)
    world.hears("李姐", "还没办完")


async def test_not_solved_is_called_out_again(world: World) -> None:
    await broken(world)
    await world.says("王芳", "办结 1", alone=True)
    world.forget()
    await world.presses("李姐", "没好")
    world.hears("李姐", "重新派")
    world.hears("王芳", "照明")


async def test_a_stale_button_says_how_it_stands(world: World) -> None:
    await broken(world)
    await world.says("李姐", "撤销", alone=True)
    world.forget()
    await world.presses("王芳", "接单")
    world.hears("王芳", "撤销了")


async def test_a_report_by_word_and_for_somebody_else(world: World) -> None:
    await world.says("李姐", "报修 1单元的对讲机没声音", alone=True)
    world.hears("李姐", "1 号")
    await world.says("王芳", "代报 2单元301王奶奶家下水道堵了", alone=True)
    assert any("2 号" in words.text for words in world.new("王芳"))


async def test_numbers_that_lead_nowhere(world: World) -> None:
    await broken(world)
    for words in ("接单 99", "接单 999999999999999999999", "接单 0"):
        await world.says("王芳", words, alone=True)
        assert world.new("王芳"), words
    world.silent("3栋群")


async def test_delivered_twice_is_done_once(world: World) -> None:
    message = world.message("李姐", "2单元3楼的灯坏了，麻烦来修一下")
    await world.hand_over(message, message)
    world.hears("3栋群", "1 号")
    world.hears("王芳", "1 号")


async def test_everyday_words_that_fit_nothing_are_left_alone(world: World) -> None:
    for words in ("没修好", "没好", "办好了", "催一下", "接了", "评价", "撤销"):
        await world.says("冉幺妹", words)
        await world.says("王芳", words)
    world.silent("3栋群", "冉幺妹", "王芳")
