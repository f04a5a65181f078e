"""The whole service, started as it is started in earnest: served, looked at, stopped."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, CookieJar

from bot.app import run
from bot.config import Config
from bot.demo import settle
from bot.invitation import NEWCOMER, invited
from bot.joining import prepare
from bot.section import Misconfigured
from bot.transact import transact
from bot.wall import utc_now
from storage import members
from storage.database import open_database
from tests.webchat_visitor import Visitor

SOON = 20  #: seconds; far more than anything here takes


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """The clock is the machine's here, so no hour may be quiet."""
    always = {"quiet_start": "00:00", "quiet_end": "00:00"}
    community = {"name": "石龙社区"}
    return Config.model_validate({"data_dir": tmp_path / "data", "port": 0, "community": community, "rules": always})


@asynccontextmanager
async def running(config: Config, *, demo: bool = False) -> AsyncIterator[str]:
    """The service; yields the address of its page. Its stop is part of the block."""
    stop, opened = asyncio.Event(), asyncio.get_running_loop().create_future()
    task = asyncio.create_task(run(config, stop, demo=demo, opened=opened.set_result))
    await asyncio.wait({task, opened}, timeout=SOON, return_when=asyncio.FIRST_COMPLETED)
    if task.done():
        await task
    try:
        yield (await opened).rstrip("/")
    finally:
        stop.set()
        async with asyncio.timeout(SOON):
            await task


async def populate(config: Config) -> None:
    await prepare(config)
    async with open_database(config.database_url) as sessions:
        await transact(sessions, lambda session: settle(session, config.house(), utc_now()))


async def test_a_fresh_service_opens_its_page_and_says_how_it_is(config: Config) -> None:
    async with running(config) as address, ClientSession() as http:
        async with http.get(f"{address}/") as page:
            assert page.status == 200
            assert "红管家" in await page.text()
        async with http.get(f"{address}/healthz") as answer:
            assert answer.status == 200
            told = await answer.json()
            assert told["channels"][0].pop("since")
            assert told == {
                "database": True,
                "channels": [{"name": "webchat:web", "up": True, "reason": None}],
                "outbox": {"waiting": 0, "oldest_seconds": 0.0, "unsure": 0, "dead": 0, "confirming": 0},
            }
    assert (config.data_dir / "guanjia.db").is_file()


async def test_calendars_and_rosters_can_be_fetched_where_pages_can_be_opened_from_outside(config: Config) -> None:
    public = config.model_validate({**config.model_dump(), "public_url": "https://guanjia.example.org"})
    for served, status in ((config, 404), (public, 200)):
        async with running(served) as address, ClientSession() as http:
            async with http.get(f"{address}/roster/{'A' * 20}") as button:
                assert button.status == status
            async with (
                http.get(f"{address}/calendar/{'A' * 43}.ics") as calendar,
                http.get(f"{address}/nothing") as other,
            ):
                assert (calendar.status, await calendar.text()) == (404, await other.text())


async def test_nobody_gets_in_without_a_link_of_his_own(config: Config) -> None:
    await populate(config)
    async with running(config) as address, ClientSession() as http:
        visitor = Visitor(http, address, "m1")
        assert (await visitor.get("/chat/start")).status == 401
        assert (await visitor.get("/chat/people")).status == 404


async def test_a_neighbour_is_heard_on_the_page_and_the_one_on_duty_is_called(config: Config) -> None:
    await populate(config)
    async with running(config, demo=True) as address, ClientSession() as http:
        people = await (await Visitor(http, address).get("/chat/people")).json()
        ids = {person["name"]: person["id"] for person in people}
        neighbour, steward = (Visitor(http, address, ids[name]) for name in ("1-101 老夏", "陈素芬"))
        before = await steward.starts()
        group = next(chat["address"] for chat in before["chats"] if "5栋" in chat["title"])
        async with asyncio.timeout(SOON), steward.listening(before["seq"]) as stream:
            said = await neighbour.says("1单元楼道的灯全灭了，黑得看不见路", group)
            assert said.status == 200
            heard = await everything_until(stream, "接单 1", "记下了")
        assert any(line["chat"] == f"person:{steward.who}" and "接单" in labels(line) for line in heard)


async def test_the_first_admin_comes_in_by_his_letter(config: Config) -> None:
    letter = await invited(config, "石龙社区", utc_now)
    token, code = re.findall(r"/enter/(\w+)", letter)[0], re.findall(r"我是管理员 (\w+)", letter)[0]
    jar = CookieJar(unsafe=True)  # which is aiohttp's word for an address without a name
    async with running(config) as address, ClientSession(cookie_jar=jar) as http, asyncio.timeout(SOON):
        visitor = Visitor(http, address)
        assert (await visitor.post(f"/enter/{token}", {})).status == 303
        start = await visitor.starts()
        assert start["me"]["role"] == "居民"
        async with visitor.listening(start["seq"]) as stream:
            await visitor.says(f"我是管理员 {code}", f"person:{start['me']['id']}")
            await everything_until(stream, "管理员了")
        assert (await visitor.starts())["me"]["role"] == "社区管理员"
        assert (await visitor.post(f"/enter/{token}", {})).headers["Location"] == "/?link=used"


async def test_whoever_is_invited_twice_is_one_newcomer(config: Config) -> None:
    for _ in range(2):
        await invited(config, "石龙社区", utc_now)
    with pytest.raises(Misconfigured, match="--community"):
        await invited(config, " ", utc_now)
    async with open_database(config.database_url) as sessions, sessions() as session:
        assert len(await members.called(session, NEWCOMER)) == 1


async def everything_until(stream: Any, *fragments: str) -> list[dict[str, Any]]:
    """The lines that come in until all `fragments` have been seen, in text or under a button."""
    heard: list[dict[str, Any]] = []
    while not all(fragment in str(heard) for fragment in fragments):
        event = await stream.next()
        heard += json.loads(event["data"]).get("lines", [])
    return heard


def labels(line: dict[str, Any]) -> list[str]:
    return [button["label"] for button in line["buttons"]]


async def test_a_stop_waits_for_nobody_who_only_listens(config: Config) -> None:
    await populate(config)
    async with ClientSession() as http:
        async with running(config, demo=True) as address:
            events = http.get(f"{address}/chat/events", params={"as": "m1"})
            stream = await events.__aenter__()
        assert stream.status == 200
        assert (await stream.content.read()).startswith(b"retry")
        stream.close()


async def test_what_was_said_is_there_after_a_start(config: Config) -> None:
    await populate(config)
    greeting = None
    for _ in range(2):
        async with running(config, demo=True) as address, ClientSession() as http, asyncio.timeout(SOON):
            visitor = Visitor(http, address, "m1")
            async with visitor.listening() as stream:
                lines = await everything_until(stream, "3栋的群里")
            line = next(line for line in lines if "3栋的群里" in line["text"])
            assert greeting in (None, (line["id"], line["text"]))
            greeting = (line["id"], line["text"])


async def test_a_taken_port_is_told_in_a_sentence(config: Config) -> None:
    async with running(config) as address:
        port = int(address.rsplit(":", 1)[1])
        with pytest.raises(Misconfigured, match="端口"):
            async with running(config.model_copy(update={"port": port})):
                pass


async def test_learned_words_that_are_damaged_do_not_stop_the_start(config: Config) -> None:
    config.learned_dir.mkdir(parents=True)
    (config.learned_dir / "0001.npz").write_bytes(b"damaged")
    async with running(config) as address:
        assert address.startswith("http")


async def test_a_folder_that_is_a_file_is_told_in_a_sentence(config: Config) -> None:
    config.data_dir.write_text("a file")
    with pytest.raises(Misconfigured, match="data_dir"):
        async with running(config):
            pass


async def test_a_database_out_of_reach_is_told_in_a_sentence(config: Config) -> None:
    away = config.model_copy(update={"database_url": "postgresql+asyncpg://postgres@127.0.0.1:1/nothing"})
    with pytest.raises(Misconfigured, match="database_url"):
        async with running(away):
            pass


@pytest.mark.parametrize(
    "path",
    ["/roster/{}", "/papers/visits/1/{}", "/papers/reach/1-202605/{}", "/papers/poster/1-5/{}", "/read/1/{}"],
)
async def test_what_the_bot_gives_links_to_is_there(config: Config, path: str) -> None:
    outside = Config.model_validate({**config.model_dump(), "public_url": "https://guanjia.example.org"})
    async with running(outside) as address, ClientSession() as http, http.get(address + path.format("A" * 20)) as page:
        assert page.status == 200
        assert "<button" in await page.text()  # the same for every link, so that it tells nothing of it
