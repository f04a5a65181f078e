"""What comparable systems are known to answer about assigning, accepting and handing over, said to our bot."""

import asyncio
from datetime import timedelta

import pytest

from storage.types import TicketAction, TicketStatus
from tests.test_handoffs import acts, holder, in_hand, on_leave
from tests.world import World

HOUR = timedelta(hours=1)
LAMP = "2单元3楼的灯坏了，麻烦来修一下"


@pytest.mark.parametrize(
    ("to", "answer"),
    [
        ("李姐", "没找到能接这张单的这个人"),  # she takes no tickets at all
        ("小邓", "没找到能接这张单的这个人"),  # he is of another building
        ("老夏", "没找到能接这张单的这个人"),
        ("赵强", "赵强请假了"),  # he takes such tickets, and is away
    ],
)
async def test_who_cannot_take_it_and_who_is_away_are_refused_with_different_reasons(
    world: World, to: str, answer: str
) -> None:
    await in_hand(world)
    await on_leave(world, "赵强", -HOUR, 24 * HOUR)
    await world.says("王芳", f"转单 1 {to}", alone=True)
    world.hears("王芳", answer)
    world.silent("赵强")
    assert (await holder(world, 1))[0] == "王芳"


async def test_who_is_away_is_not_handed_everything_either(world: World) -> None:
    await in_hand(world)
    await on_leave(world, "赵强", -HOUR, 24 * HOUR)
    await world.says("王芳", "交接 赵强", alone=True)
    world.hears("王芳", "赵强请假了", "5月12日")
    assert TicketAction.OFFER not in await acts(world)


async def test_what_was_given_to_somebody_in_particular_may_be_given_back_as_well(world: World) -> None:
    await world.says("李姐", LAMP)
    await world.says("陈书记", "转单 1 赵强", alone=True)
    await world.says("赵强", "接单 1", alone=True)
    await world.says("赵强", "退单 1 没有梯子", alone=True)
    assert await holder(world, 1) == ("", TicketStatus.DISPATCHED)


async def test_accepting_and_giving_back_in_the_same_second_ends_as_they_arrived(world: World) -> None:
    await world.says("李姐", LAMP)
    one, other = world.message("王芳", "接单 1", alone=True), world.message("王芳", "退单 1", alone=True)
    await asyncio.gather(world.receive(one), world.receive(other))
    done = [act for act in await acts(world) if act in (TicketAction.ACCEPT, TicketAction.RETURN)]
    in_order = {TicketStatus.DISPATCHED: [TicketAction.ACCEPT, TicketAction.RETURN]}
    assert done == in_order.get((await holder(world, 1))[1], [TicketAction.ACCEPT])


@pytest.mark.parametrize("who", ["冉幺妹", "小邓"])
async def test_only_who_reported_it_opens_it_again(world: World, who: str) -> None:
    await in_hand(world)
    await world.says("王芳", "办结 1", alone=True)
    world.forget()
    await world.says(who, "重办 1", alone=True)
    assert len(world.new(who)) == 1
    assert (await holder(world, 1))[1] is TicketStatus.DONE


async def test_nobody_holds_what_another_was_given_at_the_same_moment(world: World) -> None:
    await in_hand(world)
    await world.says("王芳", "转单 1 赵强", alone=True)
    said = [
        ("赵强", "接手 1"),
        ("陈书记", "收回 1"),
        ("王芳", "退单 1"),
        ("周网格", "接单 1"),
        ("陈书记", "移交 1 供电局"),
    ]
    await asyncio.gather(*(world.receive(world.message(who, text, alone=True)) for who, text in said))
    await world.send_all()
    name, status = await holder(world, 1)
    assert (name == "") is (status is TicketStatus.DISPATCHED)
    yours = [who for who in ("赵强", "陈书记", "周网格") if _last_word_is_yours(world, who)]
    assert len(yours) <= 1
    assert not yours or yours == [name]


def _last_word_is_yours(world: World, who: str) -> bool:
    """Whether the last that he read about the ticket says that it is his."""
    told = [words.text for words in world.new(who) if "1 号" in words.text]
    return bool(told) and any(part in told[-1] for part in ("到您手上了", "现在在您手上", "归您了"))
