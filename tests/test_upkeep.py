"""What keeps the service well: its health, old pictures, groups on the page, what channels can do."""

import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

from aiohttp import ClientSession
from PIL import Image
from sqlalchemy.ext.asyncio import AsyncSession

from bot.channels.base import Can, Channel
from bot.door import LINE
from bot.gathering import open_web_groups
from bot.health import Nurse
from bot.joining import Reaches
from bot.media import MediaStore
from bot.sweep import Sweep
from bot.wall import utc_now
from bot.web import make_web, serving
from handlers.house import HouseRules
from handlers.moment import Moment, Reach
from handlers.rules.escalations import Policy
from storage import circles, receipts
from storage.database import Sessions, open_database
from storage.types import OutboxStatus
from tests.world import MONDAY_9, SHANGHAI, FakeChannel, World, settle_in

NOW = MONDAY_9.astimezone(UTC)


async def test_without_its_database_it_says_that_it_is_not_well(tmp_path: Path) -> None:
    async with (
        open_database(f"sqlite+aiosqlite:///{tmp_path}/nowhere/guanjia.db") as sessions,
        serving(make_web(Nurse(sessions, {}, utc_now).look), "127.0.0.1", 0) as address,
        ClientSession() as http,
        http.get(f"{address}healthz") as answer,
    ):
        assert answer.status == 503
        assert await answer.json() == {"database": False, "channels": [], "outbox": None}


async def test_health_counts_what_waits_and_what_nobody_knows(world: World) -> None:
    await world.receiver.receive(world.message("李姐", "2单元电梯又坏了，停在8楼不动"))
    async with world.sessions.begin() as session:
        waiting = await receipts.with_status(session, OutboxStatus.PENDING)
        waiting[0].status = OutboxStatus.UNSURE
    world.now += timedelta(seconds=90)
    world.channel.link.lost("cut")
    health = (await Nurse(world.sessions, {("fake", "bot"): world.channel}, lambda: world.now).look()).as_json()
    since = MONDAY_9.isoformat(timespec="seconds")
    assert health["channels"] == [{"name": "fake:bot", "up": False, "since": since, "reason": "cut"}]
    known = {"waiting": len(waiting) - 1, "oldest_seconds": 90.0, "unsure": 1, "dead": 0, "confirming": 0}
    assert health["outbox"] == known


async def test_a_picture_that_belongs_to_nothing_goes_after_a_day(world: World, tmp_path: Path) -> None:
    media = MediaStore(tmp_path, 2**20)
    shown, orphan, young = [await brought(media, colour) for colour in ("red", "green", "blue")]
    for digest, age in ((shown, 90_000), (orphan, 90_000), (young, 60)):
        path = media.path(digest)
        assert path is not None
        os.utime(path, times=(world.now.timestamp() - age,) * 2)
    await world.says("李姐", "2单元电梯又坏了，停在8楼不动", pictures=[shown])
    async with world.sessions() as session:
        await Sweep(media).sweep_pictures(moment(session, world.now))
    assert [media.path(digest) is not None for digest in (shown, orphan, young)] == [True, False, True]


async def brought(media: MediaStore, colour: str) -> str:
    file = BytesIO()
    Image.new("RGB", (8, 8), colour).save(file, "PNG")

    async def chunks() -> AsyncIterator[bytes]:
        yield file.getvalue()

    digest = (await media.keep(chunks(), "image")).digest
    assert digest is not None
    return digest


async def test_groups_on_the_page_are_opened_once_for_each_building_and_compound(sessions: Sessions) -> None:
    await settle_in(sessions, NOW)
    for _ in range(2):
        async with sessions.begin() as session:
            await open_web_groups(moment(session))
    async with sessions() as session:
        groups = await circles.groups_on(session, LINE)
        greetings = await receipts.with_status(session, OutboxStatus.PENDING)
    assert sorted(place.name for _, place in groups) == ["3", "4", "锦绣小区"]
    assert len(greetings) == 3


def moment(session: AsyncSession, now: datetime = NOW) -> Moment:
    return Moment(session=session, now=now, house=HouseRules(Policy(SHANGHAI)), reach={})


def test_what_a_channel_can_do_is_asked_anew_each_time() -> None:
    channels: dict[tuple[str, str], Channel] = {}
    reach = Reaches(channels)
    assert (len(reach), reach.get("fake")) == (0, None)
    channel = FakeChannel(can=Can(hears_all=False))
    channels["fake", "bot"] = channel
    assert reach["fake"] == Reach(hears_all=False)
    channel.can = Can(hears_all=True, one_to_one=True)
    assert dict(reach) == {"fake": Reach(hears_all=True, one_to_one=True)}
