"""The whole service on channels where only answers are allowed, from the code at the door to the ticket that is done."""

from datetime import timedelta
from pathlib import Path
from typing import Final

import sqlalchemy as sa

from handlers.messages import Words
from handlers.moment import Moment
from handlers.understanding.decide import Reader
from storage.allowances import AllowanceRow
from storage.database import Sessions
from storage.identities import Identity
from storage.outbox import OutboxMessage
from storage.places import Place
from storage.types import MessageKind, OutboxStatus, PlaceKind
from tests.kit.official import PEOPLE as FOLLOWERS
from tests.kit.official import OfficialPlatform
from tests.kit.platform import Saying
from tests.kit.stage import Stage, staged
from tests.kit.wecom_service import PEOPLE as RESIDENTS
from tests.kit.wecom_service import WecomServicePlatform
from tests.platforms.official_side import NOTICES, TEMPLATE

LAMP: Final = "2单元3楼的灯坏了，麻烦来修一下"
DAYS: Final = timedelta(days=3)


async def building(stage: Stage, name: str) -> Place:
    async with stage.sessions() as session:
        query = sa.select(Place).where(Place.kind == PlaceKind.BUILDING, Place.name == name)
        return (await session.scalars(query)).one()


async def tell(stage: Stage, person: str, *texts: str) -> None:
    """The bot has something to say to somebody."""
    chat = stage.platform.alone(person)
    assert chat is not None
    async with stage.sessions.begin() as session:
        moment = Moment(session=session, now=stage.time.now, house=stage.receiver.house, reach={})
        for text in texts:
            to = (stage.platform.kind, stage.platform.account, chat)
            moment.say(to, Words(text), MessageKind.PERSONAL, key=text, is_group=False)
    await stage.settle()


async def held(stage: Stage) -> int:
    return await stage.count(OutboxMessage, OutboxMessage.status == OutboxStatus.HELD)


async def test_who_comes_by_the_code_at_the_door_is_welcomed_and_his_report_is_of_that_building(
    own_community: Sessions, reader: Reader, tmp_path: Path
) -> None:
    platform = WecomServicePlatform()
    async with staged(platform, own_community, reader, tmp_path) as stage:
        there, server = await building(stage, "4"), platform._server
        server.resident("wmNEW", "新邻居")
        await server.enters("wmNEW", code=f"place-{there.id}")
        await stage.settle()
        (welcome,) = server.heard("wmNEW")
        assert welcome.welcome
        assert "锦绣小区4栋" in welcome.text
        await server.says("wmNEW", "电梯坏了，门打不开")
        await stage.settle()
        assert [ticket.scope_id for ticket in await stage.tickets()] == [there.id]
        assert "1 号" in server.heard("wmNEW")[-1].text


async def test_the_sixth_message_waits_for_the_next_word(
    own_community: Sessions, reader: Reader, tmp_path: Path
) -> None:
    platform = WecomServicePlatform()
    async with staged(platform, own_community, reader, tmp_path) as stage:
        await tell(stage, "李姐", *(f"第{number}句" for number in range(7)))
        assert [said.text for said in await stage.new("李姐")] == [f"第{number}句" for number in range(5)]
        assert await held(stage) == 2
        await stage.says(Saying("李姐", "帮助"))
        waited, answer = await stage.new("李姐")
        assert "第5句" in waited.text
        assert "第6句" in waited.text
        assert "帮助" in answer.text
        assert await held(stage) == 0


async def test_what_happened_to_a_ticket_after_the_window_is_told_by_a_notice_or_at_the_next_word(
    own_community: Sessions, reader: Reader, tmp_path: Path
) -> None:
    platform = OfficialPlatform(**NOTICES)
    async with staged(platform, own_community, reader, tmp_path) as stage:
        server, who = platform._server, FOLLOWERS["李姐"]
        server.templates[TEMPLATE] = ("character_string1", "thing2", "time3")
        await stage.says(Saying("李姐", LAMP))
        stage.time.now += DAYS
        server.agrees(who, TEMPLATE)
        await stage.says(Saying("王芳", "接单 1"))
        assert server.heard(who)[-1].notice["character_string1"] == "1"
        before = len(server.heard(who))
        await stage.says(Saying("王芳", "办结 1 换了灯管"))
        assert len(server.heard(who)) == before, "she has agreed to one notice"
        assert await held(stage) == 1
        await stage.says(Saying("李姐", "满意"))
        assert any("办好了" in said.text for said in server.heard(who)[before:])


async def test_who_has_his_data_removed_leaves_no_allowance(
    own_community: Sessions, reader: Reader, tmp_path: Path
) -> None:
    platform = WecomServicePlatform()
    async with staged(platform, own_community, reader, tmp_path) as stage:
        chat = f"{platform.alone('李姐')}"
        for text in ("帮助", "删除我的数据", "确认删除"):
            await stage.says(Saying("李姐", text))
        assert "删" in platform._server.heard(RESIDENTS["李姐"])[-1].text
        assert await stage.count(Identity, Identity.one_to_one == chat) == 0
        assert await stage.count(AllowanceRow, AllowanceRow.chat == chat) == 0


async def test_who_is_on_duty_is_called_where_he_need_not_speak_first(
    own_community: Sessions, reader: Reader, tmp_path: Path
) -> None:
    """王芳 was last seen where only answers are allowed; a call goes to the desk, at which she can always be told."""
    platform = WecomServicePlatform()
    async with staged(platform, own_community, reader, tmp_path) as stage:
        async with stage.sessions.begin() as session:
            here = sa.select(Identity).where(Identity.sender == RESIDENTS["王芳"])
            known = (await session.scalars(here)).one()
            known.seen_at = stage.time.now
            away = dict(channel="desk", account="bot", sender="王芳", one_to_one="alone:王芳")
            session.add(Identity(**away, member_id=known.member_id, seen_at=stage.time.now - DAYS))
        stage.sender.channels["desk", "bot"] = stage.desk  # type: ignore[index]
        await stage.says(Saying("李姐", LAMP))
        assert [words.text for words in stage.desk.said["alone:王芳"] if "灯坏了" in words.text]
        assert not await stage.new("王芳")
