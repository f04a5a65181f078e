"""The scenario, in parts that are played one by one on every channel.

Each part says what it needs of a channel; what a channel cannot do by its nature has a reason, which the table shows.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from bot.channels.base import Can, Groups
from storage.chats import GroupChat
from storage.followers import Follower
from storage.types import TicketStatus
from tests.kit.platform import Saying
from tests.kit.stage import GROUPS, Stage

LAMP: Final = "2单元3楼的灯坏了，麻烦来修一下"
DOOR: Final = "1单元门禁坏了，刷不开门进不去"
SMOKE: Final = "1单元楼道里冒烟了，有明火，快来人！"
NOTICE: Final = "明天停水，请提前接水"
AWAY: Final = timedelta(hours=2)
MINUTE: Final = timedelta(minutes=1)


async def report(stage: Stage) -> None:
    """李姐 says that a lamp is broken: there is a ticket, she knows its number, and who is on duty is called."""
    await stage.says(stage.open("李姐", LAMP))
    await stage.knows("李姐", "1 号", "照明")
    await stage.knows("王芳", "灯坏了" if stage.can.one_to_one else "王芳请看一下")
    assert [ticket.category for ticket in await stage.tickets()] == ["lighting"]


async def me_too(stage: Stage) -> None:
    """冉幺妹 has the same trouble: it is one ticket, and both are told what becomes of it."""
    first = await stage.says(stage.open("李姐", LAMP))
    if stage.where("冉幺妹"):
        await stage.says(stage.open("冉幺妹", "我家也是", quote=first if stage.can.quotes else None))
    else:
        await stage.says(Saying("冉幺妹", "2单元3楼的灯也坏了"))
    assert len(await stage.tickets()) == 1
    assert await stage.count(Follower) == 2


async def race(stage: Stage) -> None:
    """Two of those who were called accept at once: one gets it, the other learns who has it."""
    await stage.says(stage.open("李姐", SMOKE))
    assert [ticket.urgency for ticket in await stage.tickets()] == ["emergency"]
    await asyncio.gather(stage.choose("王芳", "接单"), stage.choose("周网格", "接单"))
    await stage.settle()
    heard = [said.text for where in ("王芳", "周网格", "3栋群") for said in await stage.new(where)]
    won = "归您了" if stage.can.one_to_one else "接单了"
    assert sum(won in text for text in heard) == 1, heard
    assert any("已经接了" in text for text in heard), heard
    assert [ticket.status for ticket in await stage.tickets()] == [TicketStatus.ACCEPTED]


async def done(stage: Stage) -> None:
    """It is accepted and done: who reported it is told both."""
    await _reported(stage)
    await stage.chooses("王芳", "接单")
    await stage.knows("李姐", "王芳接单了")
    await stage.tells("王芳", "办结 1 换了灯管")
    texts = [said.text for where in ("李姐", stage.where("李姐") or "李姐") for said in await stage.new(where)]
    assert any("办好了" in text for text in texts), texts
    assert [ticket.status for ticket in await stage.tickets()] == [TicketStatus.DONE]


async def rate(stage: Stage) -> None:
    """Who reported it is asked how it was, and says so."""
    await _reported(stage)
    await stage.chooses("王芳", "接单")
    await stage.tells("王芳", "办结 1 换了灯管")
    if stage.can.one_to_one:
        await stage.chooses("李姐", "满意")
    else:
        await stage.says(stage.open("李姐", "评价 1 满意"))
    assert await stage.count(Follower, Follower.rating == 5) == 1


async def broadcast(stage: Stage) -> None:
    """陈书记 lets every group know something: each reads it once, and he learns how many did."""
    await stage.tells("陈书记", f"通知 全体：{NOTICE}")
    await stage.chooses("陈书记", "确认发送")
    for _ in range(2):
        await stage.wait(MINUTE)
    for group in GROUPS:
        texts = [said.text for said in await stage.new(group) if NOTICE in said.text]
        wanted = (
            2 if not stage.can.one_to_one and stage.can.hears and group == "3栋群" else 1
        )  # the draft was shown there
        assert len(texts) == wanted, (group, texts)
    await stage.knows("陈书记", "3 个群收到")


async def removed(stage: Stage) -> None:
    """The bot is thrown out of a group: those who answer for the place learn it once, and the others go on."""
    await stage.platform.removes_bot("3栋群")
    await stage.settle()
    if not await stage.count(GroupChat, GroupChat.lost_at.is_not(None)):  # nobody has told the bot: it finds out
        await stage.tells("陈书记", f"通知 全体：{NOTICE}")
        await stage.chooses("陈书记", "确认发送")
    await stage.settle()
    await stage.forget()
    for _ in range(2):
        await stage.wait(MINUTE)
    await stage.knows("陈书记", "3栋", "进不去")


async def slowed(stage: Stage) -> None:
    """The platform wants to be left alone for a while: what was to be said is said later, and once."""
    await stage.platform.slows_down(MINUTE)
    if stage.can.hears:
        await stage.says(Saying("李姐", "帮助", None if stage.can.one_to_one else "3栋群", calls_bot=True))
    else:
        await stage.tells("陈书记", f"通知 3栋：{NOTICE}")
        await stage.chooses("陈书记", "确认发送")
        await stage.wait(timedelta(seconds=1))
    said = "我的工单" if stage.can.hears else NOTICE
    where = "李姐" if stage.can.one_to_one else "3栋群"
    assert not [one for one in await stage.new(where) if said in one.text]
    await stage.wait(MINUTE + timedelta(seconds=1))
    await stage.wait(MINUTE)
    assert len([one for one in await stage.new(where) if said in one.text]) == 1


async def cut_off(stage: Stage) -> None:
    """The line is cut for two hours: what was said meanwhile is taken up, or the staff know what may be missing."""
    await stage.wait(MINUTE)
    await stage.platform.disconnects()
    await stage.platform.says(stage.open("李姐", LAMP))
    for _ in range(2):
        await stage.platform.says(_asking(stage))
    stage.time.now += AWAY
    await stage.platform.reconnects()
    await stage.settle()
    await stage.wait(MINUTE)
    if stage.can.keeps >= AWAY:
        assert len(await stage.tickets()) == 1
        await stage.knows("王芳", "灯坏了")
        await stage.knows("李姐", "1 号")
        await stage.knows("陈书记", "漏", times=0)
        await stage.knows("冉幺妹", "掉线", "再问一遍")
        await stage.knows("冉幺妹", "我的工单", times=0)
    else:
        groups = 1 if stage.can.one_to_one else 2  # where nobody can be told alone, each group is, and he reads two
        await stage.knows("陈书记", "09:01", "11:01", "漏", times=groups)
    await stage.says(stage.open("冉幺妹", DOOR))
    assert [ticket.category for ticket in await stage.tickets()][-1] == "access", "life goes on"


async def twice(stage: Stage) -> None:
    """The platform delivers a message twice: it is one ticket, and one answer."""
    await stage.platform.says_twice(stage.open("李姐", LAMP))
    await stage.settle()
    await stage.knows("李姐", "1 号")
    assert len(await stage.tickets()) == 1


async def jumbled(stage: Stage) -> None:
    """Two messages arrive last first: both are what they are, and each is answered once."""
    await stage.platform.says_jumbled([stage.open("李姐", LAMP), stage.open("冉幺妹", DOOR)])
    await stage.settle()
    assert sorted(ticket.category for ticket in await stage.tickets()) == ["access", "lighting"]
    texts = [said.text for where in ("李姐", "冉幺妹", "3栋群") for said in await stage.new(where)]
    for number in ("1 号", "2 号"):
        assert sum(number in text for text in texts) == 1, texts


def _asking(stage: Stage) -> Saying:
    """冉幺妹 asks the bot what nobody needs to know two hours later."""
    return Saying("冉幺妹", "帮助", None if stage.can.one_to_one else "3栋群", calls_bot=True)


async def _reported(stage: Stage) -> None:
    await stage.says(stage.open("李姐", LAMP))
    await stage.forget()


def always(_: Can) -> str | None:
    """Every channel can."""
    return None


def hearing(can: Can) -> str | None:
    """Why nobody can say anything there."""
    return None if can.hears else "it only speaks: nothing is heard there"


def groups(can: Can) -> str | None:
    """Why there is no group."""
    return None if can.groups is not Groups.NEVER else "one to one only: there is no group"


def away(can: Can) -> str | None:
    """Why it makes no difference to be away."""
    if can.keeps == timedelta.max:
        return "the page is ours: while the bot is away nobody can say anything"
    return hearing(can)


@dataclass(frozen=True, slots=True)
class Scenario:
    """A part. `needs` gives the reason why a channel that `Can` so little cannot play it, or None."""

    title: str
    play: Callable[[Stage], Awaitable[None]]
    needs: Callable[[Can], str | None] = always


SCENARIOS: Final = (
    Scenario("report", report, hearing),
    Scenario("me too", me_too, hearing),
    Scenario("race", race, hearing),
    Scenario("done", done, hearing),
    Scenario("rate", rate, hearing),
    Scenario("broadcast", broadcast, groups),
    Scenario("removed", removed, groups),
    Scenario("slowed", slowed),
    Scenario("cut off", cut_off, away),
    Scenario("twice", twice, hearing),
    Scenario("jumbled", jumbled, hearing),
)
