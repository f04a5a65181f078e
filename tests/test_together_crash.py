"""Killed in the middle of handing over, calling in, handing out and signing up: done once, and told once."""

from datetime import timedelta

import pytest

from storage.types import TicketAction
from tests.test_crash import Killed, before_or_after, doomed, restarted, rows, said, taken
from tests.world import World

LAMP = "2单元3楼的灯坏了，麻烦来修一下"
BEFORE = {
    "接手 1": (("王芳", "接单 1"), ("王芳", "转单 1 赵强")),
    "会办 1 物业、业委会": (("陈书记", "任命 冉幺妹 业委会 锦绣小区"),),
    "移交 1 供电局": (("陈书记", "部门 供电局 95598"),),
    "报名 1": (("王芳", "招募 1 1人 周六上午9点"),),
    "不去 1": (("王芳", "招募 1 1人 周六上午9点"), ("赵强", "报名 1"), ("周网格", "报名 1")),
}
LAST = {
    "接手 1": ("赵强", TicketAction.TAKE_OVER),
    "会办 1 物业、业委会": ("陈书记", TicketAction.CONFER),
    "移交 1 供电局": ("陈书记", TicketAction.HAND_OUT),
    "报名 1": ("赵强", TicketAction.SIGN_UP),
    "不去 1": ("赵强", TicketAction.SIGN_OFF),
}


async def begun(world: World, words: str) -> None:
    """Everything that comes before these words."""
    await world.says("李姐", LAMP)
    for who, text in BEFORE[words]:
        await world.says(who, text, alone=True)


@before_or_after
@pytest.mark.parametrize("words", LAST)
async def test_killed_while_it_takes_the_message(world: World, words: str, after: bool) -> None:
    await begun(world, words)
    who, action = LAST[words]
    last = world.message(who, words, alone=True)
    world.receiver.sessions = doomed(world.sessions, 1, after=after)
    assert not await taken(world, last)

    world = restarted(world)
    await world.receiver.receive(last)  # it is delivered again
    await world.send_all()

    end = await rows(world.sessions)
    assert end.history.count(action) == 1
    assert max(said(world).values()) == 1


@before_or_after
async def test_killed_while_an_unanswered_question_is_given_up(world: World, after: bool) -> None:
    await begun(world, "接手 1")
    world.now += timedelta(hours=3)
    await rung_twice(world, after=after)
    assert (await rows(world.sessions)).history.count(TicketAction.DECLINE) == 1


@before_or_after
async def test_killed_while_the_community_is_reminded_of_a_department(world: World, after: bool) -> None:
    await begun(world, "移交 1 供电局")
    await world.says("陈书记", "移交 1 供电局", alone=True)
    world.now += timedelta(days=3)
    await rung_twice(world, after=after)
    told = [text for chat, text in said(world) if chat == "alone:陈书记" and "3 天了" in text]
    assert len(told) == 1


@before_or_after
async def test_killed_while_those_who_come_are_reminded(world: World, after: bool) -> None:
    await begun(world, "不去 1")
    world.now += timedelta(days=4, hours=11)
    await rung_twice(world, after=after)
    told = [text for chat, text in said(world) if chat == "alone:赵强" and "提醒您" in text]
    assert len(told) == 1


async def is_killed(world: World, at: int, *, after: bool) -> bool:
    """Whether the ring had a transaction of that number, at which it was killed."""
    world.clock.sessions = doomed(world.sessions, at, after=after)
    try:
        await world.clock.ring()
    except Killed:
        return True
    return False


async def rung_twice(world: World, *, after: bool) -> None:
    """The clock rings, is killed at each of its transactions in turn, and rings undisturbed in the end."""
    at = 1
    while await is_killed(world, at, after=after):
        at += 1
    assert at > 2
    world = restarted(world)
    for _ in range(2):
        await world.clock.ring()
        await world.send_all()
    assert max(said(world).values()) == 1
