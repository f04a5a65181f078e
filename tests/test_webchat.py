"""The web chat, spoken to as the page speaks to it: saying, pressing, taking back, being answered."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.channels.base import Channel, SendError
from bot.channels.webchat import Said, Webchat, WebchatConfig, alone_with
from bot.media import MediaStore
from handlers.messages import Button, Happening, Mention, Quoted, Words
from tests.webchat_harness import BOT_NAME, CHEN, GROUP, LI, LIMIT, OTHER, STRANGER, Ear, MovableClock, PaperDoor
from tests.webchat_street import LAMP, PRIVATE, Street, opened
from tests.webchat_visitor import refusal


@pytest.fixture
async def street(tmp_path: Path) -> AsyncIterator[Street]:
    async with opened(tmp_path) as street:
        yield street


async def test_what_one_says_is_heard_by_the_bot_and_seen_by_the_neighbours(street: Street) -> None:
    assert (await street.li.says(LAMP)).status == 200
    heard = street.ear.last
    assert (heard.channel, heard.account, heard.chat, heard.sender) == ("webchat", "web", GROUP, LI.id)
    assert (heard.text, heard.sender_name, heard.is_group, heard.to_bot) == (LAMP, LI.name, True, False)
    assert heard.one_to_one == PRIVATE
    assert heard.at == street.clock.now
    assert [line["text"] for line in await street.xia.sees()] == [LAMP]


async def test_nothing_is_shown_or_acknowledged_before_it_is_on_disk(street: Street) -> None:
    street.ear.ready.clear()
    saying = asyncio.create_task(street.li.says(LAMP))
    while not street.ear.calls:
        await asyncio.sleep(0)
    assert await street.xia.sees() == []
    assert not saying.done()
    street.ear.ready.set()
    assert (await saying).status == 200
    assert len(await street.xia.sees()) == 1


async def test_a_message_sent_again_after_a_lost_answer_is_not_a_second_one(street: Street) -> None:
    for _ in range(3):
        assert (await street.li.says(LAMP, key="12345678")).status == 200
    assert [heard.message_id for heard in street.ear.heard.values()] == ["p1.12345678"]
    assert len(await street.xia.sees()) == 1


async def test_the_same_message_sent_twice_at_once_is_one(street: Street) -> None:
    await asyncio.gather(*(street.li.says(LAMP, key="12345678") for _ in range(5)))
    assert len(street.ear.heard) == 1
    assert len(await street.xia.sees()) == 1


async def test_what_could_not_be_kept_is_not_shown_and_can_be_sent_again(
    street: Street, caplog: pytest.LogCaptureFixture
) -> None:
    street.ear.failures = 1
    assert (await street.li.says(LAMP, key="12345678")).status == 500
    assert await street.xia.sees() == []
    assert (await street.li.says(LAMP, key="12345678")).status == 200
    assert len(await street.xia.sees()) == 1
    assert LAMP not in caplog.text


async def test_nobody_can_use_up_the_message_ids_of_another(street: Street) -> None:
    await street.xia.says("早", key="12345678")
    await street.li.says(LAMP, key="12345678")
    assert len(street.ear.heard) == 2


async def test_an_answer_that_overtakes_the_message_stands_below_it(street: Street) -> None:
    street.ear.ready.clear()
    saying = asyncio.create_task(street.li.says(LAMP))
    while not street.ear.calls:
        await asyncio.sleep(0)
    await street.webchat.send(GROUP, Words("记下了"))
    street.ear.ready.set()
    await saying
    assert [line["text"] for line in await street.xia.sees()] == [LAMP, "记下了"]


@pytest.mark.parametrize(
    ("typed", "heard", "to_bot"),
    [
        ("@红管家 帮助", "帮助", True),
        ("＠红管家，帮助", "帮助", True),
        ("@红管家\u2005帮助", "帮助", True),
        ("  @红管家", "", True),
        ("这个归@红管家 管吗", "这个归@红管家 管吗", True),
        ("@红管家 陈素芬 在吗", "@红管家 陈素芬 在吗", False),
        ("@红管家 陈素芬 @红管家 谁去", "@红管家 陈素芬 @红管家 谁去", True),
        ("红管家好", "红管家好", False),
        ("a@红管家.cn", "a@红管家.cn", True),
    ],
)
async def test_calling_the_bot_is_heard_and_left_out_of_the_text(
    street: Street, typed: str, heard: str, to_bot: bool
) -> None:
    await street.li.says(typed)
    assert (street.ear.last.text, street.ear.last.to_bot) == (heard, to_bot)
    assert [line["text"] for line in await street.xia.sees()] == [typed]


async def test_a_mention_chosen_from_the_list_is_an_id(street: Street) -> None:
    await street.li.says("@红管家 陈素芬 @红管家 灯", mentions=[CHEN.id, "bot", STRANGER.id, "nobody"])
    assert street.ear.last.mentions == (CHEN.id,)
    assert street.ear.last.to_bot
    (line,) = await street.xia.sees()
    assert line["mentions"] == [{"id": CHEN.id, "name": CHEN.name}]


async def test_quoting_the_bot_speaks_to_it_and_quoting_a_neighbour_does_not(street: Street) -> None:
    said = (await street.webchat.send(GROUP, Words("12 号工单"))).id
    await street.li.says("接单", quote=said)
    assert (street.ear.last.reply_to, street.ear.last.to_bot) == (said, True)
    mine = street.ear.last.message_id
    await street.xia.says("好", quote=mine)
    assert (street.ear.last.reply_to, street.ear.last.to_bot) == (mine, False)
    await street.xia.says("好", quote="long gone")
    assert (street.ear.last.reply_to, street.ear.last.to_bot) == ("long gone", False)


async def test_what_is_quoted_comes_along_unless_it_was_taken_back(street: Street) -> None:
    said = (await street.webchat.send(GROUP, Words("12 号工单"))).id
    await street.li.says("接单", quote=said)
    assert street.ear.last.quoted == Quoted("12 号工单", "bot", BOT_NAME, from_bot=True)
    await street.li.says("楼道灯不亮")
    mine = street.ear.last.message_id
    await street.xia.says("好", quote=mine)
    assert street.ear.last.quoted == Quoted("楼道灯不亮", LI.id, LI.name)
    await street.li.post("/chat/recalls", {"chat": GROUP, "message": mine})
    await street.xia.says("好", quote=mine)
    assert street.ear.last.quoted is None


async def test_a_chat_with_the_bot_alone_is_seen_by_nobody_else(street: Street) -> None:
    await street.li.says("我家漏水", PRIVATE)
    heard = street.ear.last
    assert (heard.chat, heard.is_group, heard.to_bot, heard.one_to_one) == (PRIVATE, False, True, PRIVATE)
    await street.webchat.send(PRIVATE, Words("记下了"))
    assert len(await street.li.sees(PRIVATE)) == 2
    assert (await street.xia.starts())["lines"] == []
    assert (await street.xia.says("偷看", PRIVATE)).status == 403
    assert (await street.xia.get("/chat/members", chat=PRIVATE)).status == 403


async def test_a_group_is_closed_to_everybody_else(street: Street) -> None:
    await street.li.says(LAMP)
    stranger = street.visitor(STRANGER)
    status, say = await refusal(await stranger.says("让我进去"))
    assert (status, say) == (403, "您不在这个群里，消息没有发出。要进群请找楼栋红管家。")
    assert [chat["address"] for chat in (await stranger.starts())["chats"]] == [OTHER, alone_with(STRANGER.id)]
    assert await stranger.sees() == []
    assert (await stranger.says("?", "no such group")).status == 403
    assert len(street.ear.heard) == 1


def test_the_web_chat_is_a_channel(tmp_path: Path) -> None:
    media = MediaStore(tmp_path, LIMIT)
    channel: Channel = Webchat(
        WebchatConfig(), PaperDoor(), media, Ear().receive, MovableClock(), bot_name=BOT_NAME, demo=True
    )
    assert (channel.name, channel.account) == ("webchat", "web")
    assert channel.can.hears_all
    assert channel.can.first_word


async def test_the_bots_words_are_shown_with_all_that_belongs_to_them(street: Street) -> None:
    words = Words("有人接了", (Button("接单", "接单 12"),), (Mention(LI.id, LI.name),), quote="q")
    said = (await street.webchat.send(GROUP, words)).id
    (line,) = await street.xia.sees()
    assert line["id"] == said
    assert (line["bot"], line["name"], line["role"], line["text"]) == (True, "红管家", "机器人", "有人接了")
    assert line["buttons"] == [{"label": "接单", "payload": "1|接单 12"}]
    assert line["mentions"] == [{"id": LI.id, "name": LI.name}]
    assert line["quote"] == "q"


@pytest.mark.parametrize("chat", ["no such group", "person:nobody", ""])
async def test_an_unknown_chat_is_lost_for_good(street: Street, chat: str) -> None:
    with pytest.raises(SendError) as error:
        await street.webchat.send(chat, Words("有人吗"))
    assert error.value.permanent


async def test_after_a_restart_only_what_the_bot_said_is_shown_again(street: Street) -> None:
    street.door.before[GROUP] = [
        Said("bot.1", street.clock.now - timedelta(hours=1), Words("12 号工单")),
        Said("bot.0", street.clock.now - timedelta(days=2), Words("前天的")),
    ]
    await street.webchat.send(GROUP, Words("13 号工单"))
    assert [line["text"] for line in await street.xia.sees()] == ["12 号工单", "13 号工单"]
    await street.li.says("接单", quote="bot.1")
    assert street.ear.last.to_bot


async def test_a_pressed_button_is_heard(street: Street) -> None:
    said = (await street.webchat.send(GROUP, Words("12 号工单", (Button("接单", "接单 12"),)))).id
    press = {"id": "12345678", "chat": GROUP, "message": said, "payload": "1|接单 12"}
    for _ in range(2):
        assert (await street.li.post("/chat/presses", press)).status == 200
    (heard,) = street.ear.heard.values()
    assert (heard.happening, heard.text, heard.reply_to, heard.to_bot) == (Happening.PRESSED, "1|接单 12", said, True)
    assert len(await street.xia.sees()) == 1


async def test_a_stale_button_is_heard_too(street: Street) -> None:
    press = {"id": "12345678", "chat": GROUP, "message": "long gone", "payload": "0|接单 1"}
    assert (await street.li.post("/chat/presses", press)).status == 200
    assert street.ear.last.text == "0|接单 1"


async def test_an_own_message_can_be_taken_back_within_two_minutes(street: Street) -> None:
    await street.li.says(LAMP)
    id = street.ear.last.message_id
    street.clock.wait(timedelta(minutes=2))
    for _ in range(2):
        assert (await street.li.post("/chat/recalls", {"chat": GROUP, "message": id})).status == 200
    assert (street.ear.last.happening, street.ear.last.about, street.ear.last.text) == (Happening.RECALLED, id, "")
    assert street.ear.calls == 2
    (line,) = await street.xia.sees()
    assert (line["recalled"], line["text"]) == (True, "")


async def test_an_old_message_stays_said(street: Street) -> None:
    await street.li.says(LAMP)
    street.clock.wait(timedelta(minutes=2, seconds=1))
    answer = await street.li.post("/chat/recalls", {"chat": GROUP, "message": street.ear.last.message_id})
    assert await refusal(answer) == (409, "超过 2 分钟的消息不能撤回。如果是报修，请直接说“撤销”。")


async def test_nobody_takes_back_what_another_said(street: Street) -> None:
    said = (await street.webchat.send(GROUP, Words("12 号工单"))).id
    await street.li.says(LAMP)
    for id in (said, street.ear.last.message_id, "none"):
        assert (await street.xia.post("/chat/recalls", {"chat": GROUP, "message": id})).status == 404
    assert street.ear.calls == 1
