"""Tasks before owners, codes and welcomes: what is asked of WeCom, and what its refusals mean."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from wechatpy.exceptions import WeChatClientException
from wechatpy.work import WeChatClient

from bot.channels.base import SendError
from bot.channels.confirmed import Confirmed, Progress
from bot.channels.wecom_groups import WecomGroups
from bot.media import MediaStore
from handlers.messages import Words
from storage.errands import ErrandKind
from tests.platforms.telegram_side import PATIENT, Ears, stored
from tests.platforms.wecom_api import CORP, SECRET, Raw, Silence
from tests.platforms.wecom_groups import EXTERNAL, NOON, WecomGroupsServer
from tests.platforms.wecom_groups_side import linked

ADD, LIST = f"{EXTERNAL}add_msg_template", f"{EXTERNAL}groupchat/list"
UPLOAD: Final = "/cgi-bin/media/upload"
WORDS: Final = Words("明天停水")
CODE: Final = {"chats": ["wrB3"], "state": "gj-place-7", "name": "锦绣小区3栋居民群"}


def now() -> datetime:
    return NOON


@pytest.fixture
async def server() -> AsyncIterator[WecomGroupsServer]:
    async with WecomGroupsServer() as server:
        server.owner("lihua", "李华")
        server.owner("wangfang", "王芳")
        server.group("wrB3", "3栋", "lihua")
        server.group("wrB4", "4栋", "lihua")
        yield server


@pytest.fixture
async def channel(server: WecomGroupsServer, tmp_path: Path) -> AsyncIterator[WecomGroups]:
    media = MediaStore(tmp_path, limit_bytes=1_000_000)
    async with linked(server, Ears().receive, media, now) as channel:
        yield channel


async def refusal(channel: WecomGroups, words: Words = WORDS) -> SendError:
    with pytest.raises(SendError) as refused:
        await channel.ask("lihua", ["wrB3"], words)
    return refused.value


def test_it_is_a_channel_whose_words_are_confirmed(channel: WecomGroups) -> None:
    assert isinstance(channel, Confirmed)


async def test_nothing_is_said_there_without_a_member(server: WecomGroupsServer, channel: WecomGroups) -> None:
    with pytest.raises(SendError) as refused:
        await channel.send("wrB3", WORDS)
    assert refused.value.permanent
    assert not server.times(ADD)


async def test_a_task_goes_out_when_it_is_confirmed(server: WecomGroupsServer, channel: WecomGroups) -> None:
    task = await channel.ask("lihua", ["wrB3", "wrB4"], WORDS)
    assert await channel.progress(task.id, "lihua") == Progress()
    server.confirms("lihua")
    at = dict.fromkeys(("wrB3", "wrB4"), NOON)
    assert await channel.progress(task.id, "lihua") == Progress(confirmed=True, got=at, over_quota=set())
    assert server.heard("wrB3") == ["明天停水"]


async def test_results_of_many_pages_are_read_to_their_end(server: WecomGroupsServer, channel: WecomGroups) -> None:
    for number in range(25):
        server.group(f"wr{number}", f"{number}", "lihua")
    task = await channel.ask("lihua", [f"wr{number}" for number in range(25)], WORDS)
    server.confirms("lihua")
    server.page = 4
    assert len((await channel.progress(task.id, "lihua")).got) == 25


async def test_a_group_that_is_not_the_owners_is_refused(server: WecomGroupsServer, channel: WecomGroups) -> None:
    server.group("wrX", "别人的", "wangfang")
    task = await channel.ask("lihua", ["wrB3", "wrX", "wrGONE"], WORDS)
    assert task.refused == ("wrX", "wrGONE")
    assert (await channel.ask("lihua", ["wrGONE"], WORDS)).refused == ("wrGONE",)


async def test_pictures_go_with_the_words(server: WecomGroupsServer, channel: WecomGroups, tmp_path: Path) -> None:
    digests = await stored(tmp_path, "red", "blue")
    await channel.ask("lihua", ["wrB3"], Words("看图", pictures=(*digests, "0" * 64)))
    server.confirms("lihua")
    kept = [MediaStore(tmp_path, limit_bytes=1_000_000).path(digest) for digest in digests]
    assert server.groups["wrB3"].pictures == [path.read_bytes() for path in kept if path]
    assert len(server.files) == 2


async def test_more_than_nine_pictures_are_cut(server: WecomGroupsServer, channel: WecomGroups, tmp_path: Path) -> None:
    (digest,) = await stored(tmp_path, "red")
    task = await channel.ask("lihua", ["wrB3"], Words("看图", pictures=(digest,) * 12))
    assert (len(server.files), task.unshown) == (9, True)


async def test_a_picture_that_is_refused_costs_no_words(
    server: WecomGroupsServer, channel: WecomGroups, tmp_path: Path
) -> None:
    pictures = await stored(tmp_path, "red", "blue")
    server.fails(UPLOAD, 40009)
    assert (await channel.ask("lihua", ["wrB3"], Words("看图", pictures=pictures))).unshown
    server.confirms("lihua")
    assert len(server.groups["wrB3"].pictures) == 1
    server.fails(UPLOAD, 40009)
    assert (await refusal(channel, Words("", pictures=pictures))).permanent  # then nothing is left to say
    server.fails(UPLOAD, -1)
    assert not (await refusal(channel, Words("看图", pictures=pictures))).permanent  # that may pass


@pytest.mark.parametrize(
    ("trouble", "permanent", "unsure", "waits"),
    [
        (45009, False, False, True),
        (60020, False, False, True),
        (40058, True, False, False),
        (84061, True, False, False),
        (-1, False, False, False),
        (Silence(cut=True), False, True, False),
        (Raw(status=502), False, True, False),
        (Raw(), False, True, False),
    ],
)
async def test_what_a_refusal_means(
    server: WecomGroupsServer, channel: WecomGroups, trouble: Any, permanent: bool, unsure: bool, waits: bool
) -> None:
    server.fails(ADD, trouble)
    error = await refusal(channel)
    assert (error.permanent, error.unsure, error.retry_after is not None) == (permanent, unsure, waits)
    assert "never-to-be-seen" not in str(error)


@pytest.mark.parametrize("words", [Words("水" * 1334), Words("a" * 4001)])
async def test_what_is_too_long_is_never_asked(server: WecomGroupsServer, channel: WecomGroups, words: Words) -> None:
    error = await refusal(channel, words)
    assert (error.permanent, str(error)) == (True, "too long")
    assert not server.times(ADD)


async def test_what_is_just_short_enough_is(server: WecomGroupsServer, channel: WecomGroups) -> None:
    assert (await channel.ask("lihua", ["wrB3"], Words("水" * 1333 + "a"))).id


async def test_half_characters_do_not_stop_it(server: WecomGroupsServer, channel: WecomGroups) -> None:
    await channel.ask("lihua", ["wrB3"], Words("停水\ud83d"))
    assert [job.text for job in server.jobs.values()] == ["停水?"]


async def test_out_of_reach_all_groups_are_looked_at_again_before_more_is_asked(
    server: WecomGroupsServer, channel: WecomGroups
) -> None:
    before = server.times(LIST)
    server.end_tokens()
    server.fails("/cgi-bin/gettoken", Raw(status=502))
    assert not (await refusal(channel)).unsure
    assert channel.link.mute
    async with asyncio.timeout(PATIENT):
        while channel.link.mute:
            await asyncio.sleep(0)
    assert channel.link.up
    assert server.times(LIST) > before


# Looking a task up


async def test_a_task_is_found_by_its_words_its_owner_and_its_time(
    server: WecomGroupsServer, channel: WecomGroups
) -> None:
    task = await channel.ask("lihua", ["wrB3"], WORDS)
    since = NOON - timedelta(minutes=5)
    assert await channel.asked_before("lihua", WORDS, since, ()) == task.id
    assert await channel.asked_before("lihua", WORDS, since, {task.id}) is None
    assert await channel.asked_before("wangfang", WORDS, since, ()) is None
    assert await channel.asked_before("lihua", Words("别的"), since, ()) is None
    server.jobs[task.id].at = datetime(2026, 5, 1, tzinfo=UTC)
    assert await channel.asked_before("lihua", WORDS, since, ()) is None


async def test_a_task_is_found_behind_many_others(server: WecomGroupsServer, channel: WecomGroups) -> None:
    for number in range(12):
        await channel.ask("lihua", ["wrB3"], Words(f"{number}"))
    server.page = 5
    assert await channel.asked_before("lihua", Words("11"), NOON - timedelta(hours=1), ()) is not None


# Reminding and taking away


async def test_the_platform_reminds_three_times_and_no_more(server: WecomGroupsServer, channel: WecomGroups) -> None:
    task = await channel.ask("lihua", ["wrB3"], WORDS)
    for _ in range(3):
        await channel.remind(task.id)
    with pytest.raises(SendError) as refused:
        await channel.remind(task.id)
    assert refused.value.permanent


async def test_what_is_taken_away_cannot_be_confirmed(server: WecomGroupsServer, channel: WecomGroups) -> None:
    task = await channel.ask("lihua", ["wrB3"], WORDS)
    await channel.cancel(task.id)
    assert server.confirms("lihua") == 0
    with pytest.raises(SendError):
        await channel.cancel(task.id)


# Codes and welcomes


async def test_a_code_is_made_once_and_then_changed(server: WecomGroupsServer, channel: WecomGroups) -> None:
    first = await channel.run(ErrandKind.JOIN_CODE, CODE, None)
    again = await channel.run(ErrandKind.JOIN_CODE, CODE | {"chats": ["wrB3", "wrB4"]}, first.reference)
    assert (first, first.result) == (again, "https://wework.qpic.cn/config0")
    assert server.ways["config0"]["chat_id_list"] == ["wrB3", "wrB4"]
    assert server.ways["config0"]["auto_create_room"] == 1


async def test_names_of_places_are_cut_to_what_fits(server: WecomGroupsServer, channel: WecomGroups) -> None:
    await channel.run(ErrandKind.JOIN_CODE, CODE | {"name": "很长的小区名" * 20}, None)
    assert len(server.ways["config0"]["room_base_name"]) == 40


async def test_a_code_without_a_picture_is_none(server: WecomGroupsServer, channel: WecomGroups) -> None:
    server.methods[f"{EXTERNAL}groupchat/get_join_way"] = lambda _: {"join_way": {"qr_code": 5}}
    with pytest.raises(SendError):
        await channel.run(ErrandKind.JOIN_CODE, CODE, None)


async def test_a_welcome_is_made_once_and_then_changed(server: WecomGroupsServer, channel: WecomGroups) -> None:
    first = await channel.run(ErrandKind.WELCOME, {"text": "欢迎"}, None)
    assert await channel.run(ErrandKind.WELCOME, {"text": "您好"}, first.reference) == first
    assert server.welcomes == {"template0": "您好"}
    other = await channel.run(ErrandKind.WELCOME, {"text": "新的"}, "deleted-by-hand")
    assert other.reference == "template1"


# The published SDK against the same server: whoever is faithful to it is faithful to the platform


@pytest.fixture
def sdk(server: WecomGroupsServer) -> Any:
    client = WeChatClient(CORP, SECRET, timeout=5)
    client.API_BASE_URL = f"{server.base_url}/cgi-bin/"
    params = {"corpid": CORP, "corpsecret": SECRET}
    client.fetch_access_token = lambda: client._fetch_access_token(f"{server.base_url}/cgi-bin/gettoken", params)
    return client


async def test_the_sdk_reads_groups_from_the_server(server: WecomGroupsServer, sdk: Any) -> None:
    asked = sdk.external_contact
    assert (await asyncio.to_thread(asked.get_follow_user_list))["follow_user"] == ["lihua", "wangfang"]
    listed = await asyncio.to_thread(asked.get_group_chat_list, limit=100)
    assert [group["chat_id"] for group in listed["group_chat_list"]] == ["wrB3", "wrB4"]
    group = (await asyncio.to_thread(asked.get_group_chat_info, "wrB3"))["group_chat"]
    assert (group["owner"], [member["type"] for member in group["member_list"]]) == ("lihua", [1])
    filtered = await asyncio.to_thread(asked.get_group_chat_list, 100, 0, {"userid_list": ["wangfang"]})
    assert filtered["group_chat_list"] == []
    server.large = True
    with pytest.raises(WeChatClientException, match="81017"):
        await asyncio.to_thread(asked.get_group_chat_list, limit=100)


async def test_the_sdk_puts_a_task_before_an_owner(server: WecomGroupsServer, sdk: Any) -> None:
    template = {"chat_type": "group", "sender": "lihua", "chat_id_list": ["wrB3"], "text": {"content": "停电"}}
    answer = await asyncio.to_thread(sdk.external_contact.add_msg_template, template)
    assert answer["fail_list"] == []
    assert list(server.jobs) == [answer["msgid"]]
    server.confirms("lihua")
    assert server.heard("wrB3") == ["停电"]


async def test_the_sdk_keeps_a_welcome(server: WecomGroupsServer, sdk: Any) -> None:
    answer = await asyncio.to_thread(sdk.external_contact.add_group_welcome_template, {"text": {"content": "欢迎"}})
    assert server.welcomes == {answer["template_id"]: "欢迎"}
