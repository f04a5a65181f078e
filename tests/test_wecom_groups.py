"""Which customer groups there are: told whole, again when something changed, and gone when they are gone."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from xml.etree.ElementTree import fromstring

import pytest

from bot.channels.base import Groups
from bot.channels.wecom_groups import CAN, WecomGroups
from bot.channels.wecom_groups.reading import change, listing, moment
from bot.media import MediaStore
from bot.section import Misconfigured
from handlers.messages import Happening
from storage.listings import Listing
from tests.platforms.telegram_side import Ears
from tests.platforms.wecom_api import Raw, Silence
from tests.platforms.wecom_groups import EXTERNAL, NOON, WecomGroupsServer
from tests.platforms.wecom_groups_side import config, linked, told

GOLDEN: Final = Path(__file__).parent / "golden" / "wecom_groups"
LIST, GET = f"{EXTERNAL}groupchat/list", f"{EXTERNAL}groupchat/get"
B3: Final = Listing("锦绣小区3栋居民群", "lihua", "李华", 1)


def now() -> datetime:
    return NOON


@pytest.fixture
async def server() -> AsyncIterator[WecomGroupsServer]:
    async with WecomGroupsServer() as server:
        server.owner("lihua", "李华")
        server.group("wrB3", "锦绣小区3栋居民群", "lihua")
        yield server


@pytest.fixture
def ears() -> Ears:
    return Ears()


@pytest.fixture
def media(tmp_path: Path) -> MediaStore:
    return MediaStore(tmp_path, limit_bytes=1_000_000)


@pytest.fixture
async def channel(server: WecomGroupsServer, ears: Ears, media: MediaStore) -> AsyncIterator[WecomGroups]:
    async with linked(server, ears.receive, media, now) as channel:
        yield channel


def heard(ears: Ears) -> list[tuple[str, str, Listing | None]]:
    return [(one.happening.value, one.chat, one.listing) for one in ears.heard]


# What payloads mean


@pytest.mark.parametrize(
    ("name", "dissolved"), [("create", False), ("join", False), ("leave", False), ("dismiss", True), ("customer", None)]
)
def test_what_a_captured_event_means(name: str, dissolved: bool | None) -> None:
    found = change(fromstring((GOLDEN / f"{name}.xml").read_text(encoding="utf-8")), NOON)  # noqa: S314 -- ours
    assert (found and found.dissolved) is dissolved
    if found is not None:
        assert found.chat == "wrB3"
        assert 1790000400 <= found.at.timestamp() <= 1790000404


def test_events_of_one_group_have_names_of_their_own() -> None:
    events = [(GOLDEN / f"{name}.xml").read_text(encoding="utf-8") for name in ("create", "join", "leave", "dismiss")]
    found = [change(fromstring(event), NOON) for event in (*events, *events)]  # noqa: S314 -- ours
    assert len({one.name for one in found if one}) == 4


def test_what_a_captured_group_is() -> None:
    answer = json.loads((GOLDEN / "group.json").read_text(encoding="utf-8"))
    assert listing(answer["group_chat"]) == Listing("锦绣小区3栋居民群", "lihua", "李华", 3, ("gj-place-7",))


@pytest.mark.parametrize(
    "broken", [None, [], {}, {"owner": 5}, {"owner": ""}, {"name": "没有群主"}, {"owner": "a", "member_list": "many"}]
)
def test_what_is_no_group_is_none_or_little(broken: Any) -> None:
    found = listing(broken)
    assert found is None or found == Listing("", "a", "a", 0)


@pytest.mark.parametrize("wrong", ["", "0", 0, None, "noon", [], 10**30])
def test_what_is_no_time_is_none(wrong: Any) -> None:
    assert moment(wrong) is None


# What is told


async def test_every_group_is_told_at_the_start(channel: WecomGroups, ears: Ears) -> None:
    assert heard(ears) == [("listed", "wrB3", B3)]
    assert channel.link.up


async def test_it_says_that_nothing_is_heard_and_everything_must_be_confirmed(channel: WecomGroups) -> None:
    assert (channel.can.hears, channel.can.groups, channel.can.one_to_one) == (False, Groups.CONFIRMED, False)
    assert channel.can == CAN


async def test_what_changes_is_told_anew(server: WecomGroupsServer, channel: WecomGroups, ears: Ears) -> None:
    server.owner("wangfang", "王芳")
    assert await server.renames("wrB3", "3栋") == [200]
    await told(channel)
    assert await server.hands_over("wrB3", "wangfang") == [200]
    await told(channel)
    assert await server.joins("wrB3", "wmA", "gj-place-7") == [200]
    await told(channel)
    assert await server.leaves("wrB3", "wmA") == [200]
    await told(channel)
    assert [one.listing for one in ears.heard[1:]] == [
        Listing("3栋", "lihua", "李华", 1),
        Listing("3栋", "wangfang", "王芳", 1),
        Listing("3栋", "wangfang", "王芳", 2, ("gj-place-7",)),
        Listing("3栋", "wangfang", "王芳", 1),
    ]
    assert len({one.key for one in ears.heard}) == 5


async def test_a_new_group_is_told(server: WecomGroupsServer, channel: WecomGroups, ears: Ears) -> None:
    assert await server.creates("wrB4", "4栋", "lihua") == [200]
    await told(channel)
    assert heard(ears)[1:] == [("listed", "wrB4", Listing("4栋", "lihua", "李华", 1))]


async def test_a_dissolved_group_is_on_disk_when_the_call_is_answered(
    server: WecomGroupsServer, channel: WecomGroups, ears: Ears
) -> None:
    ears.failures.append(RuntimeError("the database is away"))
    assert await server.dissolves("wrB3") == [503, 200]
    assert heard(ears)[1:] == [("removed", "wrB3", None)]


async def test_delivered_twice_it_has_one_name(server: WecomGroupsServer, channel: WecomGroups, ears: Ears) -> None:
    assert server.caller is not None
    body, query = server.caller.sealed(server.event("wrB3", "dismiss"))
    assert [await server.caller.post(body, query), await server.caller.post(body, query)] == [200, 200]
    gone = [one for one in ears.heard if one.happening is Happening.REMOVED]
    assert len({one.key for one in gone}) == 1


async def test_changes_that_come_in_a_crowd_are_looked_at_together(
    server: WecomGroupsServer, channel: WecomGroups, ears: Ears
) -> None:
    before = server.times(GET)
    for number in range(20):
        await server.joins("wrB3", f"wm{number}")
    await told(channel)
    assert ears.heard[-1].listing is not None
    assert ears.heard[-1].listing.members == 21
    assert server.times(GET) - before <= 20


@pytest.mark.parametrize(
    "message",
    [
        "",
        "<xml>",
        "<xml><Event>change_external_chat</Event></xml>",
        "<xml><Event>change_external_chat</Event><ChatId>wrB3</ChatId><ChangeType>of_tomorrow</ChangeType></xml>",
        "<xml><Event>change_external_contact</Event><ChangeType>add_external_contact</ChangeType></xml>",
        '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><xml><ChatId>&a;</ChatId></xml>',
    ],
)
async def test_what_is_genuine_and_no_change_does_not_come_back(
    server: WecomGroupsServer, channel: WecomGroups, ears: Ears, message: str
) -> None:
    assert await server.tells(message) == [200]
    await told(channel)
    assert len(ears.heard) == 1


async def test_a_forged_dissolution_is_refused(server: WecomGroupsServer, channel: WecomGroups, ears: Ears) -> None:
    assert server.caller is not None
    body, query = server.caller.sealed(server.event("wrB3", "dismiss"), receiveid="wwOTHER")
    assert await server.caller.post(body, query) == 403
    body, query = server.caller.sealed(server.event("wrB3", "dismiss"))
    assert await server.caller.post(body, query | {"msg_signature": "0" * 40}) == 403
    assert len(ears.heard) == 1


# Without being called, and out of reach


async def test_without_an_address_groups_are_looked_at_again_and_again(
    server: WecomGroupsServer, ears: Ears, media: MediaStore
) -> None:
    async with linked(server, ears.receive, media, now, hook=False, look_minutes=0.0005):
        await ears.hear(1)
        await server.creates("wrB4", "4栋", "lihua")
        await ears.hear(2)
        await server.dissolves("wrB3")
        await ears.hear(3)
    assert heard(ears)[1:] == [("listed", "wrB4", Listing("4栋", "lihua", "李华", 1)), ("removed", "wrB3", None)]


async def test_what_did_not_change_is_not_told_again(server: WecomGroupsServer, ears: Ears, media: MediaStore) -> None:
    async with linked(server, ears.receive, media, now, hook=False, look_minutes=0.0005):
        await ears.hear(1)
        while server.times(LIST) < 4:
            await asyncio.sleep(0)
    assert len(ears.heard) == 1


async def test_a_company_too_large_to_be_listed_is_asked_owner_by_owner(ears: Ears, media: MediaStore) -> None:
    async with WecomGroupsServer(large=True) as server:
        for number in range(150):
            server.owner(f"owner{number}", f"{number}")
        server.group("wrA", "a", "owner3")
        server.group("wrB", "b", "owner140")
        async with linked(server, ears.receive, media, now):
            assert sorted(one.chat for one in ears.heard) == ["wrA", "wrB"]


async def test_a_list_of_many_pages_is_read_to_its_end(ears: Ears, media: MediaStore) -> None:
    async with WecomGroupsServer() as server:
        server.owner("lihua", "李华")
        server.page = 3
        for number in range(10):
            server.group(f"wr{number}", f"{number}", "lihua")
        async with linked(server, ears.receive, media, now):
            assert len(ears.heard) == 10


@pytest.mark.parametrize("trouble", [Silence(cut=True), Raw(), 45009, 60020])
async def test_out_of_reach_it_says_so_and_is_told_when_it_comes_back(
    server: WecomGroupsServer, ears: Ears, media: MediaStore, trouble: Silence | Raw | int
) -> None:
    server.fails(LIST, trouble)
    async with linked(server, ears.receive, media, now, look_minutes=0.0005) as channel:
        assert await ears.hear(1)
        assert channel.link.up


async def test_a_group_that_is_none_for_us_is_gone(server: WecomGroupsServer, ears: Ears, media: MediaStore) -> None:
    server.group("wrX", "内部群", "lihua")
    server.fails(GET, None, 90501)
    async with linked(server, ears.receive, media, now):
        assert [(one.happening.value, one.chat) for one in ears.heard] == [("listed", "wrB3"), ("removed", "wrX")]


async def test_what_could_not_be_stored_is_told_again(server: WecomGroupsServer, ears: Ears, media: MediaStore) -> None:
    ears.failures.append(RuntimeError("the database is away"))
    async with linked(server, ears.receive, media, now, look_minutes=0.0005):
        assert await ears.hear(1)


async def test_a_token_that_is_over_is_asked_for_anew(
    server: WecomGroupsServer, channel: WecomGroups, ears: Ears
) -> None:
    server.end_tokens()
    await server.renames("wrB3", "3栋")
    await told(channel)
    assert ears.heard[-1].listing is not None
    assert ears.heard[-1].listing.name == "3栋"
    assert server.tokens == 2


@pytest.mark.parametrize(("wrong", "word"), [({"corp_id": "wwOTHER"}, "corp_id"), ({"secret": "wrong"}, "secret")])
async def test_what_was_typed_wrongly_stops_the_start(
    server: WecomGroupsServer, ears: Ears, media: MediaStore, wrong: dict[str, str], word: str
) -> None:
    with pytest.raises(Misconfigured, match=word):
        async with linked(server, ears.receive, media, now, **wrong):
            pass


# What `guanjia check` finds


async def test_a_company_that_is_ready_is_found_ready(server: WecomGroupsServer) -> None:
    finding = await config(server).examine()
    assert finding.ready, finding
    assert "/hook/wecom_groups/main" in finding.sentence
    assert "没有填" in (await config(server, hook=False).examine()).sentence


@pytest.mark.parametrize(
    ("code", "word"), [(48002, "可调用接口的应用"), (60020, "企业可信IP"), (40001, "secret"), (99999, "99999")]
)
async def test_what_is_missing_is_said_with_what_to_do(server: WecomGroupsServer, code: int, word: str) -> None:
    server.fails(f"{EXTERNAL}get_follow_user_list", code)
    finding = await config(server).examine()
    assert not finding.ready
    assert word in finding.sentence


async def test_without_owners_or_groups_it_says_how_to_get_them() -> None:
    async with WecomGroupsServer() as server:
        assert "客户联系" in (await config(server).examine()).sentence
        server.owner("lihua", "李华")
        assert "还没有客户群" in (await config(server).examine()).sentence
        server.group("wrB3", "3栋", "lihua")
        server.large = True
        assert (await config(server).examine()).ready


async def test_out_of_reach_is_a_finding(server: WecomGroupsServer) -> None:
    assert "连不上企业微信" in (await config(server, base_url="http://127.0.0.1:1").examine()).sentence


@pytest.mark.parametrize("wrong", [{"token": "x"}, {"encoding_aes_key": "j" * 43}])
async def test_half_an_address_is_refused(server: WecomGroupsServer, wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="要么都填"):
        config(server, hook=False, **wrong)
