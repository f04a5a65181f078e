"""The published SDK against the app's server and the app's door: whoever is faithful to it is faithful to the platform."""

import asyncio
import io
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import pytest
from wechatpy.exceptions import APILimitedException, WeChatClientException
from wechatpy.work import WeChatClient, parse_message
from wechatpy.work.crypto import WeChatCrypto

from bot.channels.wecom import xml
from handlers.messages import Button, Words
from tests.platforms.telegram_side import Ears, photo
from tests.platforms.wecom_api import CORP, NOON, SECRET
from tests.platforms.wecom_app import AGENT, WecomAppServer
from tests.platforms.wecom_app_side import connected
from tests.platforms.wecom_crypt import AES_KEY, TOKEN

SEND: Final = "/cgi-bin/message/send"


@pytest.fixture
async def server() -> AsyncIterator[WecomAppServer]:
    async with WecomAppServer() as server:
        server.member("wangwei", "王伟")
        yield server


@pytest.fixture
def sdk(server: WecomAppServer) -> Any:
    """It knows the platform under one address only, so it is told another."""
    client = WeChatClient(CORP, SECRET, timeout=5)
    client.API_BASE_URL = f"{server.base_url}/cgi-bin/"
    params = {"corpid": CORP, "corpsecret": SECRET}
    client.fetch_access_token = lambda: client._fetch_access_token(f"{server.base_url}/cgi-bin/gettoken", params)
    return client


async def test_it_sends_a_text(server: WecomAppServer, sdk: Any) -> None:
    answer = await asyncio.to_thread(sdk.message.send_text, AGENT, ["wangwei"], "12 号办好了。")
    assert [said.text for said in server.heard("wangwei")] == ["12 号办好了。"]
    assert (answer["errcode"], answer["invaliduser"]) == (0, "")


async def test_it_knows_a_token_that_is_over(server: WecomAppServer, sdk: Any) -> None:
    await asyncio.to_thread(sdk.message.send_text, AGENT, ["wangwei"], "一")
    server.end_tokens()
    await asyncio.to_thread(sdk.message.send_text, AGENT, ["wangwei"], "二")
    assert server.tokens == 2
    assert len(server.heard("wangwei")) == 2


async def test_it_knows_a_refusal_and_a_limit(server: WecomAppServer, sdk: Any) -> None:
    with pytest.raises(WeChatClientException) as refused:
        await asyncio.to_thread(sdk.message.send_text, AGENT, ["nobody"], "一")
    assert refused.value.errcode == 81013
    server.fails(SEND, 45009)
    with pytest.raises(APILimitedException):
        await asyncio.to_thread(sdk.message.send_text, AGENT, ["wangwei"], "一")


async def test_it_asks_for_members_the_app_and_files(server: WecomAppServer, sdk: Any) -> None:
    assert (await asyncio.to_thread(sdk.user.get, "wangwei"))["name"] == "王伟"
    assert (await asyncio.to_thread(sdk.agent.get, AGENT))["name"] == "红管家"
    file = io.BytesIO(photo())
    file.name = "a.jpg"
    media = (await asyncio.to_thread(sdk.media.upload, "image", file))["media_id"]
    await asyncio.to_thread(sdk.message.send_image, AGENT, ["wangwei"], media)
    assert server.heard("wangwei")[0].picture == photo()
    asked = urlsplit(await asyncio.to_thread(sdk.media.get_url, media))
    assert (asked.path, parse_qs(asked.query)["media_id"]) == ("/cgi-bin/media/get", [media])


@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        ({"MsgType": "text", "Content": "3栋<漏水> & ]]>"}, {"type": "text", "content": "3栋<漏水> & ]]>"}),
        ({"MsgType": "image", "PicUrl": "http://x/0", "MediaId": "M1"}, {"type": "image", "media_id": "M1"}),
        ({"MsgType": "voice", "MediaId": "M2", "Format": "amr"}, {"type": "voice", "format": "amr"}),
        ({"MsgType": "location", "Label": "3栋"}, {"type": "location", "label": "3栋"}),
    ],
)
def test_it_reads_what_members_write(fields: dict[str, Any], shown: dict[str, Any]) -> None:
    message = parse_message(WecomAppServer().written("wangwei", **fields))
    assert (message.source, message.target, message.agent, message.time) == (
        "wangwei", CORP, AGENT, int(NOON.timestamp()),
    )  # fmt: skip
    assert {key: getattr(message, key) for key in shown} == shown


def test_it_reads_what_happens() -> None:
    event = parse_message(WecomAppServer().happens("wangwei", "click", "待办"))
    assert (event.event, event.key, event.source) == ("click", "待办", "wangwei")


async def test_a_callback_that_it_encrypts_is_heard(server: WecomAppServer, tmp_path: Path) -> None:
    ears = Ears()
    async with connected(server, ears, tmp_path):
        assert server.caller is not None
        at = str(int(NOON.timestamp()))
        message = server.written("wangwei", MsgType="text", Content="漏水")
        body = WeChatCrypto(TOKEN, AES_KEY, CORP).encrypt_message(message, "n1", at)
        signature = xml.read(body.encode()).findtext("MsgSignature", "")
        query = {"msg_signature": signature, "timestamp": at, "nonce": "n1"}
        assert await server.caller.post(body.encode(), query) == 200
    assert ears.texts == ["漏水"]


async def test_a_callback_of_the_servers_is_one_that_it_opens(server: WecomAppServer, tmp_path: Path) -> None:
    async with connected(server, Ears(), tmp_path) as channel:
        await channel.send("wangwei", Words("12 号", (Button("接单", "接单 12"),)))
        assert server.caller is not None
        body, query = server.caller.sealed(server.press("wangwei", server.heard("wangwei")[0].id, "接单"))
    given = query["msg_signature"], query["timestamp"], query["nonce"]
    opened = WeChatCrypto(TOKEN, AES_KEY, CORP).decrypt_message(body, *given)
    assert xml.read(opened.encode()).findtext("EventKey") == "1|接单 12"
