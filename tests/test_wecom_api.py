"""Calling the server API: tokens, refusals, and what is known when no answer comes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from typing import Any, Final

import aiohttp
import pytest
from pydantic import SecretStr

from bot.channels.wecom.api import Api, ApiError, TooLarge, Unanswered, calling
from bot.channels.wecom.token import Credential
from tests.platforms.wecom_api import CORP, LIFE, SECRET, Call, Raw, Silence, Wall, WecomApi

SEND: Final = "/cgi-bin/message/send"
GET: Final = "/cgi-bin/media/get"
TOKEN: Final = "/cgi-bin/gettoken"


@pytest.fixture
def wall() -> Wall:
    return Wall()


@pytest.fixture
async def server() -> AsyncIterator[WecomApi]:
    async with WecomApi() as server:
        server.methods[SEND] = lambda call: {"msgid": "m1", "said": call.body}
        server.methods[GET] = lambda _: b"picture"
        yield server


def client(
    server: WecomApi, wall: Wall, *, corp: str = CORP, secret: str = SECRET, patience: float = 5
) -> AbstractAsyncContextManager[Api]:
    return calling(server.base_url + "/", Credential.of_app(corp, SecretStr(secret)), wall, patience)


@pytest.fixture
async def api(server: WecomApi, wall: Wall) -> AsyncIterator[Api]:
    async with client(server, wall) as api:
        yield api


async def test_a_call_carries_the_token_and_words_as_they_are(server: WecomApi, api: Api) -> None:
    answer = await api.post(SEND, {"text": {"content": "3栋漏水"}, "id": 2**60})
    assert answer["said"] == {"text": {"content": "3栋漏水"}, "id": 2**60}
    assert server.calls[-1].query == {"access_token": "token-1-never-to-be-seen-in-a-log"}


async def test_many_at_once_ask_for_one_token(server: WecomApi, api: Api) -> None:
    await asyncio.gather(*(api.post(SEND, {}) for _ in range(20)))
    assert (server.times(TOKEN), server.times(SEND)) == (1, 20)


async def test_a_token_is_kept_for_most_of_its_life(server: WecomApi, api: Api, wall: Wall) -> None:
    await api.post(SEND, {})
    wall.now += timedelta(seconds=LIFE * 0.8)
    await api.post(SEND, {})
    assert server.times(TOKEN) == 1
    wall.now += timedelta(seconds=LIFE * 0.15)
    await api.post(SEND, {})
    assert server.times(TOKEN) == 2


async def test_many_at_once_notice_that_it_is_over_and_ask_for_one_more(server: WecomApi, api: Api) -> None:
    await api.post(SEND, {})
    server.end_tokens()
    await asyncio.gather(*(api.post(SEND, {"number": number}) for number in range(20)))
    assert server.times(TOKEN) == 2
    assert server.tokens == 2


@pytest.mark.parametrize("code", [40014, 42001, 41001])
async def test_a_token_that_is_over_is_renewed_once(server: WecomApi, api: Api, code: int) -> None:
    server.fails(SEND, code)
    assert (await api.post(SEND, {}))["msgid"] == "m1"
    server.fails(SEND, code, code)
    with pytest.raises(ApiError) as refused:
        await api.post(SEND, {})
    assert refused.value.code == code
    assert server.times(SEND) == 4


async def test_a_file_is_fetched_with_a_renewed_token_too(server: WecomApi, api: Api) -> None:
    server.fails(GET, 42001)
    assert await api.download(GET, 100, media_id="M1") == b"picture"
    assert server.calls[-1].query["media_id"] == "M1"


async def test_a_file_that_is_none_says_why(server: WecomApi, api: Api) -> None:
    server.fails(GET, 40007)
    with pytest.raises(ApiError) as refused:
        await api.download(GET, 100, media_id="M1")
    assert refused.value.code == 40007


async def test_a_file_that_is_too_large_is_left(api: Api) -> None:
    with pytest.raises(TooLarge):
        await api.download(GET, 6, media_id="M1")


async def test_a_file_is_handed_over_under_its_name(server: WecomApi, api: Api) -> None:
    server.methods["/cgi-bin/media/upload"] = lambda call: {"media_id": f"{call.filename}:{len(call.file or b'')}"}
    server.fails("/cgi-bin/media/upload", 42001)
    answer = await api.upload("/cgi-bin/media/upload", b"picture", "a.jpg", type="image")
    assert answer["media_id"] == "a.jpg:7"
    assert server.calls[-1].query["type"] == "image"


async def test_a_refusal_has_its_number_and_hides_its_words(server: WecomApi, api: Api) -> None:
    server.trusted = False
    with pytest.raises(ApiError) as refused:
        await api.post(SEND, {})
    assert refused.value.code == 60020
    assert "203.0.113.7" in refused.value.hint
    assert str(refused.value) == "errcode 60020"


@pytest.mark.parametrize(("wrong", "code"), [({"corp": "wwOTHER"}, 40013), ({"secret": "wrong"}, 40001)])
async def test_wrong_credentials_are_refused_for_all_at_once(
    server: WecomApi, wall: Wall, wrong: dict[str, Any], code: int
) -> None:
    async with client(server, wall, **wrong) as api:
        outcomes = await asyncio.gather(*(api.post(SEND, {}) for _ in range(5)), return_exceptions=True)
    assert [isinstance(one, ApiError) and one.code for one in outcomes] == [code] * 5
    assert (server.times(TOKEN), server.times(SEND)) == (1, 0)


@pytest.mark.parametrize(
    "silence", [Silence(cut=True), Raw(), Raw(b"[]"), Raw(b"", status=502), Raw(b"[" * 100_000), Raw(b" " * 5_000_000)]
)
async def test_what_had_left_may_have_been_obeyed(server: WecomApi, api: Api, silence: Silence | Raw) -> None:
    server.fails(SEND, silence)
    with pytest.raises(Unanswered) as silent:
        await api.post(SEND, {})
    assert silent.value.unsure


async def test_no_answer_in_time_is_unsure(server: WecomApi, wall: Wall) -> None:
    async with client(server, wall, patience=0.2) as api:
        await api.token.get()
        server.fails(SEND, Silence())
        with pytest.raises(Unanswered) as silent:
            await api.post(SEND, {})
    assert silent.value.unsure
    assert str(silent.value) == "TimeoutError"


@pytest.mark.parametrize("silence", [Silence(cut=True), Raw(), Raw(b'{"errcode":0}'), Raw(b"", status=502)])
async def test_without_a_token_nothing_has_left(server: WecomApi, api: Api, silence: Silence | Raw) -> None:
    server.fails(TOKEN, silence)
    if silence == Silence(cut=True):  # asking for a token is repeated by the library itself where the line was cut
        server.fails(TOKEN, silence)
    with pytest.raises(Unanswered) as silent:
        await api.post(SEND, {})
    assert not silent.value.unsure
    assert server.times(SEND) == 0


async def test_out_of_reach_nothing_has_left(server: WecomApi, wall: Wall) -> None:
    async with client(server, wall) as api:
        await api.token.get()
        await server.__aexit__(None, None, None)
        with pytest.raises(Unanswered) as silent:
            await api.get(SEND)
    assert not silent.value.unsure
    assert str(silent.value) == "ClientConnectorError"


async def test_who_gives_up_does_not_spoil_it_for_others(server: WecomApi, api: Api) -> None:
    """The first caller, who began to ask for the token, is cancelled while it is on its way."""
    first = asyncio.create_task(api.post(SEND, {}))
    second = asyncio.create_task(api.post(SEND, {}))
    while not server.times(TOKEN):
        await asyncio.sleep(0)
    first.cancel()
    assert (await second)["msgid"] == "m1"
    assert server.times(TOKEN) == 1
    assert first.cancelled()


async def test_a_redirect_is_not_followed(server: WecomApi, api: Api) -> None:
    """It would carry the token to somebody else."""
    server.fails(SEND, Raw(status=302))
    with pytest.raises(Unanswered, match="HTTP 302"):
        await api.post(SEND, {})


def test_a_credential_does_not_show_its_secret() -> None:
    assert SECRET not in repr(Credential.of_app(CORP, SecretStr(SECRET)))
    assert SECRET not in str(ApiError(40001, SECRET))


async def test_the_server_is_not_kinder_than_the_real_one(server: WecomApi) -> None:
    async with aiohttp.ClientSession(server.base_url) as session:

        async def code(path: str, **query: str) -> Any:
            async with session.get(path, params=query) as answer:
                return (await answer.json())["errcode"]

        assert await code(SEND) == 41001
        assert await code(SEND, access_token="guessed") == 40014
        assert await code(TOKEN, corpid=CORP, corpsecret=SECRET) == 0
        assert await code("/cgi-bin/no/such", access_token="token-1-never-to-be-seen-in-a-log") == 40066
    assert isinstance(server.calls[0], Call)
