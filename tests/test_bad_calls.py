"""Buttons that are stale, forged or somebody else's, groups that nobody knows, people who have gone: no effect, no crash."""

import logging
from dataclasses import replace
from typing import Final

import pytest
import sqlalchemy as sa

from handlers.messages import Attachment, Happening
from storage.identities import Identity
from storage.members import RoleGrant
from storage.tickets import Ticket, TicketEvent
from storage.types import TicketAction
from storage.words import Picture
from tests.world import World

REPORT: Final = "2单元3楼的灯坏了，麻烦来修一下"
FORGED: Final = (
    *("", "1", "1|", "0|接单 1", "2|接单 1", "接单 1", "|", "||||", "1|1|接单 1", "9" * 10_000, "1|\0", "1|\ud800"),
    *("1|今天天气真好", "1|2单元电梯停在5楼不动", "1|接单 " + "9" * 60, "1|评价 1 满意", "1|确认删除", "1|<b>", "1|%"),
)


async def deeds(world: World) -> list[TicketAction]:
    async with world.sessions() as session:
        return list(await session.scalars(sa.select(TicketEvent.action).order_by(TicketEvent.id)))


async def press(world: World, person: str, payload: str, *, group: str | None = None) -> None:
    pressed = world.message(person, payload, alone=group is None, group=group, to_bot=True)
    await world.hand_over(replace(pressed, happening=Happening.PRESSED))


async def test_a_button_of_an_earlier_version_says_so(world: World) -> None:
    await press(world, "王芳", "0|接单 1")
    world.hears("王芳", "过期")


@pytest.mark.parametrize("person", ["王芳", "李姐", "路人"])
async def test_forged_buttons_do_nothing(world: World, caplog: pytest.LogCaptureFixture, person: str) -> None:
    caplog.set_level(logging.ERROR)
    await world.says("冉幺妹", REPORT)
    before = await deeds(world)
    for payload in FORGED:
        await press(world, person, payload)
        await press(world, person, payload, group="3栋群")
    assert await deeds(world) == before
    assert not caplog.records


async def test_the_button_of_somebody_who_lost_his_office_is_refused(world: World) -> None:
    await world.says("李姐", REPORT)
    async with world.sessions.begin() as session:
        who = sa.select(Identity.member_id).where(Identity.sender == "王芳").scalar_subquery()
        await session.execute(sa.delete(RoleGrant).where(RoleGrant.member_id == who))
    world.forget()
    await world.presses("王芳", "接单")
    world.hears("王芳", "红管家才能用")
    assert TicketAction.ACCEPT not in await deeds(world)


async def test_the_button_of_somebody_who_had_himself_removed_is_refused(world: World) -> None:
    await world.says("李姐", REPORT)
    for words in ("删除我的数据", "确认删除"):
        await world.says("王芳", words, alone=True)
    world.forget()
    await world.presses("王芳", "接单")
    world.hears("王芳", "才能用")
    assert TicketAction.ACCEPT not in await deeds(world)


async def test_somebody_elses_button_is_judged_by_who_presses_it(world: World) -> None:
    await world.says("李姐", REPORT)
    world.forget()
    await press(world, "冉幺妹", "1|接单 1")
    world.hears("冉幺妹", "才能用")
    await press(world, "冉幺妹", "1|撤销 1")
    world.hears("冉幺妹", "不是您报的")


async def test_a_button_pressed_twice_is_answered_and_does_nothing_more(world: World) -> None:
    await world.says("李姐", REPORT)
    await world.presses("王芳", "接单")
    world.forget()
    await world.presses("王芳", "接单")
    world.hears("王芳", "已经在您手上")
    assert (await deeds(world)).count(TicketAction.ACCEPT) == 1


async def test_a_group_that_nobody_bound_hears_nothing_and_its_words_go_nowhere(world: World) -> None:
    for text in (REPORT, "接单 1", "报修 灯坏了", "待办", "通知 明天上午9点 全体：停水", "帮助"):
        await world.says("陈书记", text, group="别处群")
    world.silent("别处群", "陈书记", "王芳")
    assert not await deeds(world)


async def test_before_anything_is_set_up_everybody_is_answered(world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.ERROR)
    async with world.sessions.begin() as session:
        for table in ("role_grant", "identity", "duty_shift", "group_chat", "member", "place"):
            await session.execute(sa.text(f"DELETE FROM {table}"))  # noqa: S608 -- our own names
    for text in (REPORT, "报修 灯坏了", "接单 1", "工单 1", "待办", "今天谁值班", "帮助", "我的数据"):
        await world.says("路人", text, alone=True)
        assert "没处理好" not in world.hears("路人")
    assert not caplog.records


async def test_a_picture_that_was_refused_is_told_and_the_words_are_taken(world: World) -> None:
    refused = Attachment("image", None, 200_000_000, "这张图片超过 10 MB，请发小一点的。")
    await world.says("李姐", REPORT, attachments=(refused,), to_bot=True)
    assert "10 MB" in " ".join(words.text for words in world.new("李姐"))
    assert await deeds(world)


async def test_a_picture_stays_with_its_ticket_once(world: World) -> None:
    first = await world.says("李姐", REPORT, pictures=("a" * 64, "a" * 64))
    await world.says("李姐", "再拍一张，还是黑的", reply_to=first, pictures=("a" * 64, "b" * 64))
    async with world.sessions() as session:
        assert sorted(await session.scalars(sa.select(Picture.digest))) == ["a" * 64, "b" * 64]
        assert len(list(await session.scalars(sa.select(Ticket)))) == 1


@pytest.mark.parametrize("kind", ["voice", "video", "file", "location", "sticker", ""])
async def test_things_without_words_are_silence_in_a_group(world: World, kind: str) -> None:
    await world.says("李姐", "", attachments=(Attachment(kind),))
    world.silent("3栋群", "李姐")
    await world.says("李姐", "", alone=True, attachments=(Attachment(kind),))
    assert world.hears("李姐")


async def test_what_happens_in_groups_that_nobody_knows_is_survived(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR)
    for happening in Happening:
        for about in (None, "", "3栋群", "x" * 5000, "m1"):
            await world.happens(happening, "别处群", about)
            await world.happens(happening, "3栋群", about)
    assert not caplog.records
