"""The server that stands for WeCom keeps the platform's rules: each line of what a fake of it must do, by raw frames."""

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import pytest
from aiohttp import ClientSession, ClientWebSocketResponse, WSMsgType

from tests.platforms.wecom_bot import WecomBotServer
from tests.platforms.wecom_bot_rules import (
    BAD_ARGUMENT,
    BAD_TYPE,
    EMPTY,
    NEVER_SPOKE,
    NO_SUCH_BOT,
    NO_SUCH_CHAT,
    NO_SUCH_REQUEST,
    STREAM_OVER,
    TOO_FAST,
    TOO_LONG,
    WRONG_SECRET,
)
from tests.platforms.wecom_bot_wire import BOT_ID, SECRET

GROUP: Final = "wrDUTYGROUP1"
ME: Final = {"bot_id": BOT_ID, "secret": SECRET}
CARD: Final[dict[str, Any]] = {
    "card_type": "button_interaction",
    "main_title": {"title": "工单 12"},
    "button_list": [{"text": "接单", "key": "1|接单 12"}],
    "task_id": "tk_1",
}


@dataclass
class Client:
    """Somebody who speaks the frames and knows nothing else."""

    ws: ClientWebSocketResponse
    heard: list[dict[str, Any]] = field(default_factory=list)
    numbers: "itertools.count[int]" = field(default_factory=itertools.count)

    async def ask(self, cmd: str, body: Any = None, request: str | None = None) -> int:
        """The code with which a frame is acknowledged; the id comes back as it was sent."""
        name = request or f"{cmd}_{next(self.numbers)}"
        frame: dict[str, Any] = {"cmd": cmd, "headers": {"req_id": name}}
        await self.ws.send_json(frame if body is None else frame | {"body": body})
        while (told := await self.ws.receive_json(timeout=5)).get("cmd"):
            self.heard.append(told)
        assert told["headers"]["req_id"] == name
        return int(told["errcode"])

    async def push(self, body: dict[str, Any], chat: str = GROUP, kind: int = 2) -> int:
        return await self.ask("aibot_send_msg", {"chatid": chat, "chat_type": kind, **body})

    async def answer(self, request: str, body: dict[str, Any]) -> int:
        return await self.ask("aibot_respond_msg", body, request)


@pytest.fixture
async def server() -> AsyncIterator[WecomBotServer]:
    async with WecomBotServer() as server:
        yield server


@asynccontextmanager
async def calling(server: WecomBotServer) -> AsyncIterator[Client]:
    async with ClientSession() as session, session.ws_connect(server.url) as ws:
        yield Client(ws)


@pytest.fixture
async def client(server: WecomBotServer) -> AsyncIterator[Client]:
    async with calling(server) as client:
        assert await client.ask("aibot_subscribe", ME) == 0
        yield client


def text(content: str) -> dict[str, Any]:
    return {"msgtype": "markdown", "markdown": {"content": content}}


def stream(content: str, *, finish: bool = False) -> dict[str, Any]:
    return {"msgtype": "stream", "stream": {"id": "st", "finish": finish, "content": content}}


async def request_of(server: WecomBotServer) -> str:
    frame = await server.says(GROUP, "lihua", "@楼栋助手 在吗")
    assert frame is not None
    return str(frame["headers"]["req_id"])


async def test_nothing_is_obeyed_before_the_subscription(server: WecomBotServer) -> None:
    async with calling(server) as client:
        assert await client.ask("ping") == BAD_ARGUMENT
        assert await client.push(text("在吗")) == BAD_ARGUMENT


@pytest.mark.parametrize(
    ("who", "code"), [({"secret": "guessed"}, WRONG_SECRET), ({"bot_id": "aibOTHER"}, NO_SUCH_BOT)]
)
async def test_who_is_unknown_is_told_so_and_shown_out(server: WecomBotServer, who: dict[str, str], code: int) -> None:
    async with calling(server) as client:
        assert await client.ask("aibot_subscribe", ME | who) == code
        assert (await client.ws.receive(timeout=5)).type is WSMsgType.CLOSE


async def test_a_second_subscription_puts_the_first_out(server: WecomBotServer, client: Client) -> None:
    async with calling(server) as second:
        assert await second.ask("aibot_subscribe", ME) == 0
        told = await client.ws.receive_json(timeout=5)
        assert told["body"]["event"]["eventtype"] == "disconnected_event"
        assert (await client.ws.receive(timeout=5)).type is WSMsgType.CLOSE
        assert await second.ask("ping") == 0


async def test_only_what_mentions_the_bot_is_delivered_from_a_group(server: WecomBotServer, client: Client) -> None:
    await server.says(GROUP, "lihua", "今天真热")
    frame = await server.says(GROUP, "lihua", "@楼栋助手 今天谁值班")
    assert frame is not None
    await server.again(frame)
    assert await client.ask("ping") == 0
    assert [told["body"]["msgid"] for told in client.heard] == [frame["body"]["msgid"]] * 2


async def test_a_stream_grows_until_it_is_finished_or_too_old(server: WecomBotServer, client: Client) -> None:
    first, second = await request_of(server), await request_of(server)
    assert [await client.answer(first, stream(content)) for content in ("正", "正在", "正在查")] == [0, 0, 0]
    assert await client.answer(first, stream("查到了", finish=True)) == 0
    assert await client.answer(first, stream("又来")) == STREAM_OVER
    assert await client.answer(second, stream("正在查")) == 0
    server.passes(601)
    assert await client.answer(second, stream("查到了", finish=True)) == STREAM_OVER
    assert [said.text for said in server.heard(GROUP)] == ["查到了", "正在查"]


async def test_a_callback_is_answered_by_its_own_id_and_in_its_own_way(server: WecomBotServer, client: Client) -> None:
    request = await request_of(server)
    assert await client.answer("nobody-asked", text("在")) == NO_SUCH_REQUEST
    assert await client.ask("aibot_respond_welcome_msg", text("您好"), request) == NO_SUCH_REQUEST
    assert await client.answer(request, {"msgtype": "text", "text": {"content": "在"}}) == BAD_TYPE
    server.passes(24 * 3600 + 1)
    assert await client.answer(request, text("在")) == NO_SUCH_REQUEST


async def test_an_event_is_answered_within_five_seconds(server: WecomBotServer, client: Client) -> None:
    hello = {"msgtype": "text", "text": {"content": "您好"}}
    for seconds, code in ((5, 0), (6, NO_SUCH_REQUEST)):
        request = (await server.enters("wangwei"))["headers"]["req_id"]
        server.passes(seconds)
        assert await client.ask("aibot_respond_welcome_msg", hello, request) == code


@pytest.mark.parametrize(
    ("body", "chat", "code"),
    [
        (text("停水"), GROUP, 0),
        (text("停水"), "wrNOWHERE", NO_SUCH_CHAT),
        (text("停水"), GROUP.lower(), NO_SUCH_CHAT),
        (text("停水"), "wrSILENT", NEVER_SPOKE),
        (text(" "), GROUP, EMPTY),
        (text("水" * 6827), GROUP, TOO_LONG),
        ({"msgtype": "text", "text": {"content": "停水"}}, GROUP, BAD_TYPE),
        (stream("停水"), GROUP, BAD_TYPE),
        ({"msgtype": "image", "image": {"media_id": "nobody-uploaded-it"}}, GROUP, BAD_ARGUMENT),
        ({"msgtype": "template_card", "template_card": CARD}, GROUP, 0),
        ({"msgtype": "template_card", "template_card": CARD | {"task_id": "号"}}, GROUP, BAD_ARGUMENT),
        ({"msgtype": "template_card", "template_card": CARD | {"button_list": []}}, GROUP, BAD_ARGUMENT),
        ({"msgtype": "template_card", "template_card": CARD | {"card_type": "text_notice"}}, GROUP, BAD_ARGUMENT),
    ],
)
async def test_a_push_is_taken_or_refused_by_the_platform_s_rules(
    server: WecomBotServer, client: Client, body: dict[str, Any], chat: str, code: int
) -> None:
    await request_of(server)
    server.town.conversation("wrSILENT", group=True)
    assert await client.push(body, chat) == code


async def test_thirty_a_minute_and_a_thousand_an_hour_and_each_chat_for_itself(
    server: WecomBotServer, client: Client
) -> None:
    await request_of(server)
    await server.writes("wangwei", "在")
    codes = []
    for _ in range(34):
        codes += [await client.push(text("停水")) for _ in range(30)]
        assert await client.push(text("停水")) == TOO_FAST
        server.passes(60)
    assert codes.count(0) == 1000
    assert await client.push(text("停水"), "wangwei", 1) == 0
    server.passes(3600)
    assert await client.push(text("停水")) == 0
