"""Published clients against the same server: what they take for the platform is what our adapter is tested with."""

import asyncio
import ssl
import warnings
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import pytest

from tests.platforms.certificates import server_side
from tests.platforms.telegram_side import photo
from tests.platforms.wecom_bot import WecomBotServer
from tests.platforms.wecom_bot_rules import NEVER_SPOKE, TOO_FAST
from tests.platforms.wecom_bot_side import Ears, connected
from tests.platforms.wecom_bot_wire import BOT_ID, PATIENT, SECRET

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it still knows older versions of its own libraries
    import aibot
    import wecom_aibot_sdk
    from aibot import api, ws

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

GROUP: Final = "wrDUTYGROUP1"
WANG: Final = "wangwei"
CARD: Final = {
    "card_type": "button_interaction",
    "main_title": {"title": "工单 12"},
    "button_list": [{"text": "接单", "style": 1, "key": "1|接单 12"}],
    "task_id": "tk_12_v1",
}


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    """What the server needs, and the library trusts; it speaks nothing but TLS."""
    context, trusted = server_side(tmp_path_factory.mktemp("tls"))
    for known in (ws, api):
        known._SSL_CONTEXT.load_verify_locations(trusted)
    return context


@asynccontextmanager
async def speaking(
    tls: ssl.SSLContext, **options: Any
) -> AsyncIterator[tuple[WecomBotServer, Any, Callable[[str], Any]]]:
    """The server, the official client that will connect to it, and a way to wait for what it emits."""
    async with WecomBotServer(tls) as server:
        given = {"bot_id": BOT_ID, "secret": SECRET, "ws_url": server.url, "reconnect_interval": 10}
        client = aibot.WSClient(aibot.WSClientOptions(**given | options))

        async def emits(event: str) -> Any:
            told = asyncio.get_running_loop().create_future()
            client.once(event, lambda *given: told.set_result(given[0] if given else None))
            async with asyncio.timeout(PATIENT):
                return await told

        try:
            yield server, client, lambda event: asyncio.ensure_future(emits(event))
        finally:
            client.disconnect()
            await client._ws_manager._async_disconnect()


async def test_the_official_client_speaks_with_our_server(tls: ssl.SSLContext) -> None:
    async with speaking(tls, heartbeat_interval=10) as (server, client, emits):
        ready = emits("authenticated")
        await client.connect()
        await ready
        await server.until(lambda: len(server.sent("ping")) > 3)

        heard = emits("message.text")
        await server.says(GROUP, "lihua", "@楼栋助手 今天谁值班")
        frame = await heard
        assert frame["body"]["text"]["content"] == "@楼栋助手 今天谁值班"
        await client.reply_stream(frame, "st-1", "正在查……", finish=False)
        await client.reply_stream(frame, "st-1", "今天王伟值班。", finish=True)
        await client.send_message(GROUP, {"msgtype": "markdown", "markdown": {"content": "**停水通知**"}})
        assert [(said.kind, said.text) for said in server.heard(GROUP)] == [
            ("stream", "今天王伟值班。"),
            ("markdown", "**停水通知**"),
        ]


async def test_its_cards_are_pressed_and_changed(tls: ssl.SSLContext) -> None:
    async with speaking(tls) as (server, client, emits):
        ready = emits("authenticated")
        await client.connect()
        await ready
        looked_in = emits("event.enter_chat")
        await server.enters(WANG)
        await client.reply_welcome(await looked_in, {"msgtype": "text", "text": {"content": "您好"}})
        heard = emits("message")
        await server.writes(WANG, "待办")
        await client.reply_template_card(await heard, dict(CARD))
        pressed = emits("event.template_card_event")
        await server.presses(WANG, WANG, "接单")
        changed = {**CARD, "main_title": {"title": "工单 12 归您了"}}
        await client.update_template_card(await pressed, changed)
        assert [said.text for said in server.heard(WANG)] == ["您好", "工单 12 归您了"]


async def test_what_the_server_refuses_the_client_reports_with_the_same_code(tls: ssl.SSLContext) -> None:
    async with speaking(tls) as (server, client, emits):
        ready = emits("authenticated")
        await client.connect()
        await ready
        server.town.conversation(GROUP, group=True)
        push = {"msgtype": "markdown", "markdown": {"content": "在吗"}}
        with pytest.raises(RuntimeError, match=str(NEVER_SPOKE)):
            await client.send_message(GROUP, push)
        server.town.conversation(GROUP, group=True).spoken = True
        for _ in range(30):
            await client.send_message(GROUP, push)
        with pytest.raises(RuntimeError, match=str(TOO_FAST)):
            await client.send_message(GROUP, push)


async def test_a_wrong_secret_is_an_error_to_it(tls: ssl.SSLContext) -> None:
    async with speaking(tls, secret="guessed", max_reconnect_attempts=0) as (_, client, emits):
        error = emits("error")
        await client.connect()
        assert "Authentication failed" in str(await error)


async def test_it_decrypts_the_pictures_that_our_server_encrypts(tls: ssl.SSLContext) -> None:
    async with speaking(tls) as (server, client, emits):
        ready = emits("authenticated")
        await client.connect()
        await ready
        heard = emits("message.image")
        await server.writes(WANG, msgtype="image", image=server.media.sent(photo()))
        image = (await heard)["body"]["image"]
        content, _ = await client.download_file(image["url"], image["aeskey"])
        assert content == photo()


async def test_it_comes_back_when_the_line_is_cut(tls: ssl.SSLContext) -> None:
    async with speaking(tls) as (server, client, emits):
        ready = emits("authenticated")
        await client.connect()
        await ready
        again = emits("authenticated")
        server.drop()
        await again
        assert server.connections == 2


@asynccontextmanager
async def community(server: WecomBotServer) -> AsyncIterator[Any]:
    """The community's client, subscribed: it can do what the official one cannot yet."""
    client = wecom_aibot_sdk.WSClient(BOT_ID, SECRET, ws_url=server.url, reconnect_interval=10)
    await client.connect()
    await server.until(lambda: server.live)
    try:
        yield client
    finally:
        await client.disconnect()


async def test_the_community_s_client_uploads_and_shows_a_picture() -> None:
    async with WecomBotServer() as server, community(server) as client:
        await server.writes(WANG, "在")
        content = photo() + bytes(1_200_000)
        sent = await client.upload_media(content, type="image", filename="picture.jpg")
        await client.send_media_message(WANG, "image", sent["media_id"])
        (said,) = server.heard(WANG)
        assert server.media.uploaded[said.media_id or ""] == content
        assert len(server.sent("aibot_upload_media_chunk")) == 3


async def test_our_adapter_and_another_client_never_evict_each_other_for_ever(tmp_path: Path) -> None:
    async with WecomBotServer() as server, community(server) as client:
        async with connected(server, Ears(), tmp_path) as channel:
            await server.until(lambda: server.displaced == 1)
            assert channel.link.up
        assert (server.connections, client.is_connected) == (2, False)
