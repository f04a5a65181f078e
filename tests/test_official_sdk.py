"""The published SDK against the official account's server and door: whoever is faithful to it is faithful to the platform."""

import asyncio
import io
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from wechatpy import WeChatClient, parse_message
from wechatpy.crypto import WeChatCrypto
from wechatpy.exceptions import WeChatClientException
from wechatpy.utils import check_signature

from bot.channels.wecom import xml
from storage.database import Sessions
from tests.platforms.official import ACCOUNT, APP, NOON, OfficialServer
from tests.platforms.official_side import connected
from tests.platforms.telegram_side import Ears, photo
from tests.platforms.wecom_api import SECRET
from tests.platforms.wecom_crypt import AES_KEY, TOKEN


@pytest.fixture
async def server() -> AsyncIterator[OfficialServer]:
    async with OfficialServer() as server:
        yield server


@pytest.fixture
def sdk(server: OfficialServer) -> Any:
    """It knows the platform under one address only, so it is told another."""
    client = WeChatClient(APP, SECRET, timeout=5)
    client.API_BASE_URL = f"{server.base_url}/cgi-bin/"
    params = {"grant_type": "client_credential", "appid": APP, "secret": SECRET}
    client.fetch_access_token = lambda: client._fetch_access_token(f"{server.base_url}/cgi-bin/token", params)
    return client


async def test_it_answers_as_often_as_it_may(server: OfficialServer, sdk: Any) -> None:
    with pytest.raises(WeChatClientException) as too_early:
        await asyncio.to_thread(sdk.message.send_text, "oLI", "好")
    assert too_early.value.errcode == 45015
    server.written("oLI", MsgType="text", Content="漏水")
    for number in range(5):
        await asyncio.to_thread(sdk.message.send_text, "oLI", f"第{number}句")
    with pytest.raises(WeChatClientException) as too_often:
        await asyncio.to_thread(sdk.message.send_text, "oLI", "第六句")
    assert too_often.value.errcode == 45047
    assert len(server.heard("oLI")) == 5


async def test_it_hands_over_files_and_makes_codes(server: OfficialServer, sdk: Any) -> None:
    server.written("oLI", MsgType="text", Content="漏水")
    file = io.BytesIO(photo())
    file.name = "a.jpg"
    media = (await asyncio.to_thread(sdk.media.upload, "image", file))["media_id"]
    await asyncio.to_thread(sdk.message.send_image, "oLI", media)
    assert server.heard("oLI")[0].picture == photo()
    scene = {"action_name": "QR_LIMIT_STR_SCENE", "action_info": {"scene": {"scene_str": "place-12"}}}
    made = await asyncio.to_thread(sdk.qrcode.create, scene)
    assert "place-12" in sdk.qrcode.get_url(made["ticket"])


@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        ({"MsgType": "text", "Content": "3栋<漏水> & ]]>"}, {"type": "text", "content": "3栋<漏水> & ]]>"}),
        ({"MsgType": "image", "PicUrl": "http://x/0", "MediaId": "M1"}, {"type": "image", "media_id": "M1"}),
        (
            {"MsgType": "voice", "MediaId": "M2", "Format": "amr", "Recognition": "电梯坏了"},
            {"type": "voice", "recognition": "电梯坏了"},
        ),
    ],
)
def test_it_reads_what_followers_write(fields: dict[str, Any], shown: dict[str, Any]) -> None:
    message = parse_message(OfficialServer().written("oLI", **fields))
    assert (message.source, message.target, message._data["CreateTime"]) == (
        "oLI",
        ACCOUNT,
        str(int(NOON.timestamp())),
    )
    assert {key: getattr(message, key) for key in shown} == shown


def test_it_reads_by_which_code_they_came() -> None:
    server = OfficialServer()
    followed = parse_message(server.happens("oLI", "subscribe", "qrscene_place-12", Ticket="T1"))
    assert (followed.event, followed.scene_id) == ("subscribe_scan", "place-12")
    scanned = parse_message(server.happens("oLI", "SCAN", "place-12", Ticket="T1"))
    assert (scanned.event, scanned.scene_id) == ("scan", "place-12")
    assert parse_message(server.happens("oLI", "unsubscribe")).event == "unsubscribe"


async def test_a_callback_that_it_encrypts_is_heard(
    server: OfficialServer, tmp_path: Path, own_database: Sessions
) -> None:
    ears = Ears()
    async with connected(server, ears, tmp_path, own_database):
        assert server.caller is not None
        at = str(int(NOON.timestamp()))
        message = server.written("oLI", MsgType="text", Content="漏水")
        body = WeChatCrypto(TOKEN, AES_KEY, APP).encrypt_message(message, "n1", at)
        signature = xml.read(body.encode()).findtext("MsgSignature", "")
        query = {"msg_signature": signature, "timestamp": at, "nonce": "n1", "encrypt_type": "aes"}
        assert await server.caller.post(body.encode(), query) == 200
    assert ears.texts == ["漏水"]


async def test_a_callback_of_the_servers_is_one_that_it_opens(
    server: OfficialServer, tmp_path: Path, own_database: Sessions
) -> None:
    async with connected(server, Ears(), tmp_path, own_database):
        assert server.caller is not None
        body, query = server.caller.sealed(server.written("oLI", MsgType="text", Content="漏水"))
    check_signature(TOKEN, query["signature"], query["timestamp"], query["nonce"])
    given = query["msg_signature"], query["timestamp"], query["nonce"]
    opened = WeChatCrypto(TOKEN, AES_KEY, APP).decrypt_message(body, *given)
    assert xml.read(opened.encode()).findtext("Content") == "漏水"
