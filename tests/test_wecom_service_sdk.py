"""The published SDK against the server of 微信客服: whoever is faithful to it is faithful to the platform."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from wechatpy.exceptions import WeChatClientException
from wechatpy.work import WeChatClient, parse_message

from tests.platforms.wecom_api import CORP, SECRET
from tests.platforms.wecom_service import BOT, SERVICE, WecomServiceServer


@pytest.fixture
async def server() -> AsyncIterator[WecomServiceServer]:
    async with WecomServiceServer() as server:
        server.resident("wmLI", "李姐")
        yield server


@pytest.fixture
def sdk(server: WecomServiceServer) -> Any:
    """It knows the platform under one address only, so it is told another."""
    client = WeChatClient(CORP, SECRET, timeout=5)
    client.API_BASE_URL = f"{server.base_url}/cgi-bin/"
    params = {"corpid": CORP, "corpsecret": SECRET}
    client.fetch_access_token = lambda: client._fetch_access_token(f"{server.base_url}/cgi-bin/gettoken", params)
    return client


async def test_it_pulls_page_after_page(server: WecomServiceServer, sdk: Any) -> None:
    token = parse_message(server.signalled())._data["Token"]
    server.writes("wmLI", "text", content="3栋漏水")
    first = await asyncio.to_thread(sdk.kf.sync_msg, token)
    assert [item["text"]["content"] for item in first["msg_list"]] == ["3栋漏水"]
    assert first["has_more"] == 0
    server.writes("wmLI", "text", content="还在漏")
    second = await asyncio.to_thread(sdk.kf.sync_msg, token, first["next_cursor"])
    assert [item["text"]["content"] for item in second["msg_list"]] == ["还在漏"]


async def test_it_answers_as_often_as_it_may(server: WecomServiceServer, sdk: Any) -> None:
    server.writes("wmLI", "text", content="3栋漏水")
    menu = [{"type": "click", "click": {"id": "1|催办 1", "content": "催办"}}]
    await asyncio.to_thread(sdk.kf_message.send_msgmenu, "wmLI", SERVICE, "登记了", menu, "", "m1")
    for number in range(4):
        await asyncio.to_thread(sdk.kf_message.send_text, "wmLI", SERVICE, f"第{number}句")
    assert server.heard("wmLI")[0].menu == (("催办", "1|催办 1"),)
    with pytest.raises(WeChatClientException) as refused:
        await asyncio.to_thread(sdk.kf_message.send_text, "wmLI", SERVICE, "第六句")
    assert refused.value.errcode == 95001


async def test_it_takes_a_conversation(server: WecomServiceServer, sdk: Any) -> None:
    await asyncio.to_thread(sdk.kf.trans_service_state, SERVICE, "wmLI", BOT)
    assert (await asyncio.to_thread(sdk.kf.get_service_state, SERVICE, "wmLI"))["service_state"] == BOT


async def test_it_asks_for_accounts_links_and_names(server: WecomServiceServer, sdk: Any) -> None:
    assert (await asyncio.to_thread(sdk.kf.get_account_list))["account_list"][0]["open_kfid"] == SERVICE
    assert (await asyncio.to_thread(sdk.kf.add_contact_way, SERVICE, "guanjia"))["url"].startswith(
        "https://work.weixin"
    )
    told = await asyncio.to_thread(sdk.kf.batchget_customer, ["wmLI", "wmNOBODY"])
    assert [one["nickname"] for one in told["customer_list"]] == ["李姐"]
    assert told["invalid_external_userid"] == ["wmNOBODY"]
