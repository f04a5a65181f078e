"""Taking back what was said, on the channels that can: all parts of it, within the time that the platform gives."""

from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import pytest

from bot.channels.base import Recaller, SendError, Sent
from bot.channels.wecom_app import WecomApp
from handlers.messages import Button, Words
from tests.platforms.onebot import Bridge
from tests.platforms.onebot_side import Ears, Post, connected
from tests.platforms.onebot_v11 import Bridge11
from tests.platforms.onebot_v12 import Bridge12
from tests.platforms.telegram import TelegramServer
from tests.platforms.telegram_side import Ears as TelegramEars
from tests.platforms.telegram_side import connected as telegram_connected
from tests.platforms.telegram_side import stored
from tests.platforms.wecom_app import RECALL_LIFE, WecomAppServer
from tests.platforms.wecom_app_side import connected as app_connected
from tests.test_channel_files import words
from tests.test_onebot_sending import CHAT, read, town

Make = Callable[..., Bridge]
BOTH: Final = pytest.mark.parametrize("make", [Bridge11, Bridge12], ids=["v11", "v12"])
LONG: Final = "".join(f"{number} 号楼明天上午九点停水，请提前储水。\n" for number in range(300))
GROUP: Final = "-1001987654321"


@pytest.fixture
async def post(tmp_path: Path) -> AsyncIterator[Post]:
    async with connected(Ears(), tmp_path, timeout_seconds=0.5) as post:
        yield post


async def _refusal(channel: Recaller, chat: str, message: str) -> SendError:
    with pytest.raises(SendError) as refused:
        await channel.take_back(chat, message)
    return refused.value


async def _all_back(channel: Recaller, chat: str, sent: Sent) -> None:
    """Take back every part, by what is on the receipt alone."""
    for part in sent.parts or (sent.id,):
        await channel.take_back(chat, part)


# Bridges


@BOTH
async def test_a_bridge_takes_back_every_part(post: Post, make: Make) -> None:
    async with make(town(), post.address) as bridge:
        await bridge.settled()
        kept = (await post.channel.send(CHAT, Words("别的通知"))).id
        sent = await post.channel.send(CHAT, Words(LONG))
        assert (len(read(bridge)), sent.parts[-1]) == (len(sent.parts) + 1, sent.id)
        assert len(sent.parts) > 2
        await _all_back(post.channel, CHAT, sent)
        assert [one.id for one in read(bridge)] == [kept]


@BOTH
async def test_what_is_too_old_for_wechat_stays_for_good(post: Post, make: Make) -> None:
    wechat = town()
    async with make(wechat, post.address) as bridge:
        await bridge.settled()
        said = (await post.channel.send(CHAT, Words("停水"))).id
        later = wechat.now() + 1000
        wechat.now = lambda: later
        assert (await _refusal(post.channel, CHAT, said)).permanent
        assert [one.id for one in read(bridge)] == [said]


@BOTH
async def test_a_bridge_that_cannot_says_so(post: Post, make: Make) -> None:
    async with make(town(), post.address) as bridge:
        bridge.without.update({"delete_msg", "delete_message"})
        await bridge.settled()
        said = (await post.channel.send(CHAT, Words("停水"))).id
        assert (await _refusal(post.channel, CHAT, said)).permanent


async def test_what_no_bridge_is_there_for_is_tried_again(post: Post) -> None:
    assert not (await _refusal(post.channel, CHAT, f"{CHAT}:7712003")).permanent


async def test_what_has_no_number_or_is_another_chats_stays(post: Post) -> None:
    async with Bridge11(town(), post.address) as bridge:
        await bridge.settled()
        for message in (f"{CHAT}:unnumbered-00", "group:1@chatroom:7712003", ""):
            assert (await _refusal(post.channel, CHAT, message)).permanent


# The app


class Wall:
    def __init__(self) -> None:
        self.now = datetime.fromisoformat("2026-05-11T12:00:00+08:00")

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def wall() -> Wall:
    return Wall()


@pytest.fixture
async def server(wall: Wall) -> AsyncIterator[WecomAppServer]:
    async with WecomAppServer(wall) as server:
        server.member("wangwei", "王伟")
        yield server


@pytest.fixture
async def app(server: WecomAppServer, tmp_path: Path) -> AsyncIterator[WecomApp]:
    async with app_connected(server, TelegramEars(), tmp_path) as channel:
        yield channel


async def test_the_app_takes_back_words_card_and_file(server: WecomAppServer, app: WecomApp, tmp_path: Path) -> None:
    kept = (await app.send("wangwei", Words("别的通知"))).id
    given = await words(tmp_path)
    await _all_back(
        app, "wangwei", await app.send("wangwei", Words(LONG, (Button("收到", "收到 5"),), files=given.files))
    )
    assert [one.id for one in server.heard("wangwei") if not one.recalled] == [kept]


async def test_after_a_day_the_apps_message_stays(server: WecomAppServer, app: WecomApp, wall: Wall) -> None:
    said = (await app.send("wangwei", Words("停水"))).id
    wall.now += RECALL_LIFE + timedelta(minutes=1)
    assert (await _refusal(app, "wangwei", said)).permanent


async def test_after_a_restart_words_and_cards_can_go(server: WecomAppServer, app: WecomApp, tmp_path: Path) -> None:
    text = await app.send("wangwei", Words("停水"))
    card = await app.send("wangwei", Words("停水", (Button("收到", "收到 5"),)))
    async with app_connected(server, TelegramEars(), tmp_path) as anew:
        for sent in (text, card):
            await _all_back(anew, "wangwei", sent)
        assert (await _refusal(anew, "wangwei", card.id)).permanent  # by which it is pressed, and not taken back
    assert [one.recalled for one in server.heard("wangwei")] == [True, True]


async def test_an_app_that_is_told_to_wait_is_asked_again(server: WecomAppServer, app: WecomApp) -> None:
    said = (await app.send("wangwei", Words("停水"))).id
    server.fails("/cgi-bin/message/recall", 45009)
    assert not (await _refusal(app, "wangwei", said)).permanent


# Telegram


async def test_telegram_takes_back_words_pictures_and_files(tmp_path: Path) -> None:
    async with TelegramServer() as server:
        server.group(GROUP)
        pictures = await stored(tmp_path, "red", "blue")
        given = await words(tmp_path)
        async with telegram_connected(server, TelegramEars(), tmp_path) as channel:
            sent = await channel.send(GROUP, Words(LONG, pictures=pictures, files=given.files))
            assert len(server.heard(GROUP)) == 5
            for _ in range(2):
                await _all_back(channel, GROUP, sent)
        assert not server.heard(GROUP)
