"""Killed while a ticket's clocks or the rota speak: whoever is called by a chain is called once, and nobody is forgotten."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import pytest

from bot.clock import Tick
from handlers.clocks.escalations import escalate_waiting
from handlers.dispatch.leaving import hand_back_of_absent
from handlers.duty.exchange import warn_unanswered
from handlers.duty.handover import tell_whose_turn
from tests.test_crash import Killed, before_or_after, doomed, restarted, rows, said
from tests.world import World

LAMP: Final = "2单元3楼的灯坏了，麻烦来修一下"
SMOKE: Final = "1单元楼道里冒烟了，有明火，快来人！"
HOUR: Final = timedelta(hours=1)
Deeds = Sequence[tuple[str, str]]

#: What comes before, how long nothing happens, which tick then rings, and who hears which words exactly once.
CHAINS: Final[dict[str, tuple[Deeds, timedelta, Tick, Sequence[tuple[str, str]]]]] = {
    "one step up": ((("李姐", LAMP),), 4 * HOUR, escalate_waiting, (("周网格", "前面的人还没接"),)),
    "an emergency again": (
        (("李姐", SMOKE),),
        HOUR / 30,
        escalate_waiting,
        (("王芳", "还没人接"), ("周网格", "还没人接")),
    ),
    "all once more": ((("李姐", LAMP),), 2 * HOUR, escalate_waiting, (("王芳", "还没人接，这会儿能去吗"),)),
    "a nudge": ((("李姐", LAMP), ("王芳", "接单 1")), 81 * HOUR, escalate_waiting, (("王芳", "1 号"),)),
    "nearly late": (
        (("李姐", LAMP), ("王芳", "接单 1"), ("王芳", "进展 1 等配件")),
        100 * HOUR,
        escalate_waiting,
        (("王芳", "1 号"),),
    ),
    "somebody on leave": (
        (("李姐", LAMP), ("王芳", "接单 1"), ("陈书记", "请假 王芳 明天到后天")),
        27 * HOUR,
        hand_back_of_absent,
        (("王芳", "1 号"), ("周网格", "1 号")),
    ),
    "a turn begins": (
        (("陈书记", "撤班 3栋 王芳"), ("陈书记", "排班 3栋 赵强 每天 18:00-22:00")),
        9 * HOUR,
        tell_whose_turn,
        (("赵强", "您的班"),),
    ),
    "nobody answers a swap": (
        (("王芳", "换班 明天 赵强"),),
        4 * HOUR,
        warn_unanswered,
        (("王芳", "赵强"),),
    ),
}


@before_or_after
@pytest.mark.parametrize("chain", CHAINS)
async def test_killed_between_the_change_and_the_call(world: World, chain: str, after: bool) -> None:
    deeds, wait, tick, heard = CHAINS[chain]
    for who, text in deeds:
        await world.says(who, text, alone=who != "李姐")
    world.forget()
    world.now += wait
    world.clock.ticks = (tick,)
    world.clock.sessions = doomed(world.sessions, 1, after=after)
    with pytest.raises(Killed):
        await world.clock.ring()

    heard_before = world.heard
    world = restarted(world)
    world.heard, world.clock.ticks = heard_before, (tick,)
    for _ in range(3):
        await world.clock.ring()
        await world.send_all()

    for who, words in heard:
        assert len([news for news in world.new(who) if words in news.text]) == 1, who
    assert max(said(world).values()) == 1
    assert len({row.key for row in (await rows(world.sessions)).outbox}) == sum(said(world).values())


@before_or_after
@pytest.mark.parametrize("at", [1, 2], ids=["lease", "receipt"])
async def test_killed_between_the_call_and_its_receipt(world: World, at: int, after: bool) -> None:
    """A call to one person may be said twice after a power cut; it is never lost, and the chain goes no further for it."""
    await world.says("李姐", LAMP)
    world.now += 4 * HOUR
    await world.clock.ring()
    world.sender.sessions = doomed(world.sessions, at, after=after)
    with pytest.raises(Killed):
        await world.send_all()

    world = restarted(world)
    await world.sender.recover(starting=True)
    world.now += timedelta(seconds=5)
    await world.clock.ring()
    await world.send_all()
    calls = [row for row in (await rows(world.sessions)).outbox if "前面的人还没接" in row.body["text"]]
    assert len(calls) == 1
    assert said(world)[calls[0].chat, calls[0].body["text"]] in (1, 2)
