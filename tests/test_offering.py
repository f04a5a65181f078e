"""Numbers instead of buttons, as people answer them."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.channels.base import Can
from handlers.understanding.decide import Reader
from storage.database import Sessions
from storage.offers import HIGHEST, Offer
from storage.types import TicketStatus
from tests.kit.plain import PlainPlatform
from tests.kit.platform import Saying
from tests.kit.scenarios import DOOR, LAMP
from tests.kit.stage import Stage, staged

MINUTE = timedelta(minutes=1)


@pytest.fixture(params=["alone", "in the group"])
def can(request: pytest.FixtureRequest) -> Can:
    return Can(mentions=True, quotes=True, one_to_one=request.param == "alone")


@pytest.fixture
async def stage(community: Sessions, tmp_path: Path, reader: Reader, can: Can) -> AsyncIterator[Stage]:
    async with staged(PlainPlatform(can), community, reader, tmp_path / "pictures") as stage:
        yield stage


alone = pytest.mark.parametrize("can", [Can(mentions=True, quotes=True, one_to_one=True)])
in_group = pytest.mark.parametrize("can", [Can(mentions=True, quotes=True)])


async def status(stage: Stage) -> list[TicketStatus]:
    return [ticket.status for ticket in await stage.tickets()]


@alone
@pytest.mark.parametrize(
    "answer", ["1", "１", "①", "1。", " 1 ", "回复1", "回复 1", "回复 1 接单", "1接单", "选1", "“1”"]
)
async def test_a_number_is_the_button(stage: Stage, answer: str) -> None:
    await stage.says(stage.open("李姐", LAMP))
    await stage.knows("王芳", "灯坏了", "回复 1 接单，2 去不了")
    await stage.says(Saying("王芳", answer))
    assert await status(stage) == [TicketStatus.ACCEPTED]


@alone
@pytest.mark.parametrize("answer", ["3", "1 去不了", "11", "回复 9"])
async def test_a_number_that_stands_for_nothing_is_answered(stage: Stage, answer: str) -> None:
    await stage.says(stage.open("李姐", LAMP))
    await stage.forget()
    await stage.says(Saying("王芳", answer))
    assert TicketStatus.ACCEPTED not in await status(stage)
    await stage.knows("王芳", "对不上")


@alone
@pytest.mark.parametrize("answer", ["1栋", "12345", "1单元门禁坏了，刷不开门进不去"])
async def test_what_only_begins_with_a_number_is_talk(stage: Stage, answer: str) -> None:
    await stage.says(stage.open("李姐", LAMP))
    await stage.forget()
    await stage.says(Saying("小邓", answer))
    await stage.knows("小邓", "对不上", times=0)


@alone
async def test_a_number_never_means_two_things(stage: Stage) -> None:
    await stage.says(stage.open("李姐", LAMP))
    await stage.says(stage.open("冉幺妹", DOOR))
    await stage.knows("王芳", "门禁", "回复 3 接单，4 去不了")
    await stage.says(Saying("王芳", "3"))
    assert await status(stage) == [TicketStatus.DISPATCHED, TicketStatus.ACCEPTED]
    await stage.says(Saying("王芳", "1"))
    assert await status(stage) == [TicketStatus.ACCEPTED] * 2


@alone
async def test_a_number_said_twice_does_not_take_the_next_one(stage: Stage) -> None:
    await stage.says(stage.open("李姐", LAMP))
    await stage.says(Saying("王芳", "1"))
    await stage.says(stage.open("冉幺妹", DOOR))
    await stage.says(Saying("王芳", "1"))
    assert await status(stage) == [TicketStatus.ACCEPTED, TicketStatus.DISPATCHED]


@alone
async def test_numbers_begin_again_when_nothing_stands_any_more(stage: Stage) -> None:
    await stage.says(stage.open("李姐", LAMP))
    stage.time.now += timedelta(days=1, minutes=1)
    await stage.forget()
    await stage.says(Saying("王芳", "1"))
    assert TicketStatus.ACCEPTED not in await status(stage)
    await stage.says(stage.open("冉幺妹", DOOR))
    await stage.knows("王芳", "门禁", "回复 1 接单，2 去不了")
    assert await stage.count(Offer) == 2


@alone
async def test_what_is_said_again_keeps_its_number(stage: Stage) -> None:
    for _ in range(2):
        await stage.platform.slows_down(MINUTE)
    await stage.says(stage.open("李姐", LAMP))
    await stage.wait(MINUTE * 2)
    await stage.knows("王芳", "回复 1 接单，2 去不了")


@alone
async def test_where_there_are_too_many_numbers_words_remain(stage: Stage) -> None:
    async with stage.sessions.begin() as session:
        until = stage.time.now + timedelta(hours=1)
        where: dict[str, Any] = {"channel": "plain", "account": "bot", "chat": "alone:王芳"}
        session.add(Offer(number=HIGHEST, label="接单", words="接单 99", until=until, said_at=stage.time.now, **where))
    await stage.says(stage.open("李姐", LAMP))
    await stage.knows("王芳", "回复“接单 1”接单，回复“去不了 1”去不了")


@alone
async def test_a_resident_rates_by_number(stage: Stage) -> None:
    await stage.says(stage.open("李姐", LAMP))
    await stage.says(Saying("王芳", "1"))
    await stage.says(Saying("王芳", "办结 1 换了灯管"))
    await stage.knows("李姐", "满意吗", "回复 1 满意，2 一般，3 不满意，4 没好")
    await stage.says(Saying("李姐", "4"))
    assert await status(stage) == [TicketStatus.DISPATCHED]


@in_group
async def test_in_a_group_the_one_who_was_asked_may_say_the_bare_number(stage: Stage) -> None:
    await stage.says(Saying("陈书记", "通知 全体：明天停水", "3栋群", calls_bot=True))
    await stage.knows("陈书记", "回复 1 确认发送，2 取消")
    await stage.says(Saying("李姐", "1", "3栋群"))
    await stage.wait(MINUTE)
    assert not await stage.new("4栋群"), "neighbours say numbers to each other all day"
    await stage.says(Saying("陈书记", "1", "3栋群"))
    await stage.wait(MINUTE)
    assert "明天停水" in (await stage.new("4栋群"))[0].text


@in_group
@pytest.mark.parametrize(("calls_bot", "sent"), [(False, 0), (True, 1)])
async def test_later_the_number_must_be_said_to_the_bot(stage: Stage, calls_bot: bool, sent: int) -> None:
    await stage.says(Saying("陈书记", "通知 全体：明天停水", "3栋群", calls_bot=True))
    await stage.wait(timedelta(hours=1))
    await stage.says(Saying("陈书记", "1", "3栋群", calls_bot=calls_bot))
    await stage.wait(MINUTE)
    assert len(await stage.new("4栋群")) == sent


@pytest.mark.parametrize("can", [Can(buttons=True, one_to_one=True)])
async def test_where_there_are_buttons_a_number_is_a_number(stage: Stage) -> None:
    await stage.says(stage.open("李姐", LAMP))
    await stage.says(Saying("李姐", "1"))
    assert await status(stage) == [TicketStatus.DISPATCHED]
    assert not await stage.count(Offer)
