"""The sender at work: one chat that hangs, a pace to keep, a database that goes away, a clock that jumps, a stop."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, cast

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from bot.channels.base import Can, Limit, SendError
from bot.turns import Pace
from storage.database import Sessions
from storage.types import MessageKind, OutboxStatus
from tests.post import PATIENT, Mouth, Post
from tests.world import ACCOUNT, CHANNEL

PAUSE = timedelta(milliseconds=40)


@dataclass
class Cable:
    """The way to the database, which can be cut."""

    sessions: Sessions
    cut: bool = False
    tried: int = 0

    def __call__(self) -> AsyncSession:
        return self._through()()

    def begin(self) -> Any:
        return self._through().begin()

    def _through(self) -> Sessions:
        self.tried += 1
        if self.cut:
            raise ConnectionRefusedError
        return self.sessions


@pytest.fixture
async def post(sessions: Sessions) -> Post:
    return Post(sessions)


@asynccontextmanager
async def running(post: Post) -> AsyncIterator[asyncio.Event]:
    """The sender runs for as long as the block lasts; then it is stopped, and has to end by itself."""
    stop = asyncio.Event()
    task = asyncio.create_task(post.sender.run(stop))
    async with asyncio.timeout(PATIENT):
        yield stop
        stop.set()
        await task


async def test_a_nudge_is_enough(post: Post) -> None:
    async with running(post):
        await post.put("李姐", "一")
        post.sender.mail.set()
        await post.until(OutboxStatus.SENT)


async def test_a_chat_that_hangs_holds_up_nobody_else(post: Post) -> None:
    hanging = asyncio.Event()
    post.mouth.answers["3栋群"].append(hanging)
    await post.put("3栋群", "一")
    await post.put("3栋群", "二")
    async with running(post):
        await post.mouth.speaking.wait()
        await post.put("王芳", "着火了", MessageKind.EMERGENCY)
        post.sender.mail.set()
        while post.mouth.texts != ["着火了"]:
            await asyncio.sleep(0.005)
        hanging.set()
        await post.until(OutboxStatus.SENT)
    assert post.mouth.texts == ["着火了", "一", "二"]


async def test_stopping_finishes_what_is_being_said(post: Post) -> None:
    slow = asyncio.Event()
    post.mouth.answers["3栋群"].append(slow)
    await post.put("3栋群", "一")
    async with running(post) as stop:
        await post.mouth.speaking.wait()
        stop.set()
        asyncio.get_running_loop().call_later(0.03, slow.set)
    assert await post.states() == ["sent"]


async def test_a_database_that_goes_away_stops_nobody_and_doubles_nothing(post: Post) -> None:
    cable, slow = Cable(post.sessions), asyncio.Event()
    post.mouth.answers["3栋群"].append(slow)
    post.sender = post.another(sessions=cast(Any, cable))
    await post.put("3栋群", "一")
    async with running(post):
        await post.mouth.speaking.wait()
        cable.cut, before = True, cable.tried
        slow.set()
        while cable.tried == before:
            await asyncio.sleep(0.005)
        cable.cut = False
        post.sender.mail.set()
        await post.until(OutboxStatus.SENT)
    assert post.mouth.texts == ["一"]


async def test_a_database_that_is_away_at_the_start_is_waited_for(post: Post) -> None:
    cable = Cable(post.sessions, cut=True)
    post.sender = post.another(sessions=cast(Any, cable))
    await post.put("李姐", "一")
    async with running(post):
        while not cable.tried:
            await asyncio.sleep(0.005)
        cable.cut = False
        post.sender.mail.set()
        await post.until(OutboxStatus.SENT)


async def test_a_chat_is_not_spoken_to_faster_than_it_may_be(post: Post) -> None:
    post.mouth.can = replace(post.mouth.can, chat_pause=PAUSE)
    for text in "一二":
        await post.put("3栋群", text)
    async with running(post):
        while not post.mouth.said:
            await asyncio.sleep(0.005)
        await post.put("3栋群", "三")  # comes while the chat rests, and must neither overtake nor hurry
        post.sender.mail.set()
        await post.until(OutboxStatus.SENT)
    assert post.mouth.texts == ["一", "二", "三"]
    assert all(later - sooner >= PAUSE.total_seconds() * 0.95 for sooner, later in gaps(post))


async def test_an_account_never_speaks_faster_than_it_may(post: Post) -> None:
    post.mouth.can = replace(post.mouth.can, account_pause=PAUSE)
    for number in range(4):
        await post.put(f"{number}栋群", "停水")
    async with running(post):
        await post.until(OutboxStatus.SENT)
    assert all(later - sooner >= PAUSE.total_seconds() * 0.8 for sooner, later in gaps(post))


async def test_a_clock_that_is_set_back_silences_nobody(post: Post) -> None:
    post.mouth.can = replace(post.mouth.can, chat_pause=PAUSE, account_pause=PAUSE)
    await post.put("3栋群", "一")
    async with running(post):
        await post.until(OutboxStatus.SENT)
        post.now -= timedelta(days=3)
        await post.put("3栋群", "二")
        await post.until(OutboxStatus.SENT)


async def test_a_clock_that_jumps_ahead_repeats_nothing_that_is_being_said(post: Post) -> None:
    slow = asyncio.Event()
    post.mouth.answers["王芳"].append(slow)
    await post.put("王芳", "请接单", MessageKind.CALL)
    async with running(post):
        await post.mouth.speaking.wait()
        post.now += timedelta(days=3)
        for _ in range(3):
            post.sender.mail.set()
            await asyncio.sleep(0.01)
        slow.set()
        await post.until(OutboxStatus.SENT)
    assert post.mouth.texts == ["请接单"]


async def test_waiting_for_one_that_failed_does_not_keep_the_database_busy(post: Post) -> None:
    cable = Cable(post.sessions)
    post.sender = post.another(sessions=cast(Any, cable))
    post.mouth.answers["3栋群"].append(SendError("later", retry_after=timedelta(minutes=10)))
    for text in "一二":
        await post.put("3栋群", text)
    async with running(post):
        while not post.mouth.speaking.is_set() or "sending" in await post.states():
            await asyncio.sleep(0.005)
        await asyncio.sleep(0.05)
        before = cable.tried
        await asyncio.sleep(0.09)
        assert cable.tried - before <= 1


async def test_an_account_that_pauses_holds_up_no_other(post: Post) -> None:
    slow = Mouth(name="slow", can=Can(account_pause=timedelta(minutes=1)))
    post.sender = post.another(channels={("slow", ACCOUNT): slow, (CHANNEL, ACCOUNT): post.mouth})
    for number in range(30):
        await post.put(f"{number}栋群", "停水", channel="slow")
        await post.put(f"{number}栋群", "停水")
    async with running(post):
        while len(post.mouth.said) < 30:
            await asyncio.sleep(0.005)
        states = Counter((row.channel, row.status) for row in await post.rows() if row.channel == "slow")
    assert len(slow.said) == 1
    assert states["slow", OutboxStatus.PENDING] == 29, "nothing is in hand that has no turn"


async def test_a_platform_that_hangs_has_only_so_much_in_hand(post: Post) -> None:
    hanging, over = Mouth(name="hanging"), asyncio.Event()
    lines = {("hanging", ACCOUNT): hanging, (CHANNEL, ACCOUNT): post.mouth}
    post.sender = post.another(channels=lines, pace=Pace(batch=4))
    for number in range(12):
        hanging.answers[f"{number}栋群"].append(over)
        await post.put(f"{number}栋群", "停水", channel="hanging")
    for number in range(12):
        await post.put(f"{number}栋群", "停水")
    async with running(post):
        while len(post.mouth.said) < 12:
            await asyncio.sleep(0.005)
        taken = [row.channel for row in await post.rows() if row.status is OutboxStatus.SENDING]
        assert taken.count("hanging") < 8
        over.set()
        await post.until(OutboxStatus.SENT)


def gaps(post: Post) -> list[tuple[float, float]]:
    return list(zip(post.mouth.at, post.mouth.at[1:], strict=False))


async def test_a_chat_is_told_no_more_than_its_limits_allow(post: Post) -> None:
    """Two in a while may follow each other at once; the third waits until the first is long enough ago."""
    span = 4 * PAUSE
    post.mouth.can = replace(post.mouth.can, limits=(Limit(2, span), Limit(100, timedelta(hours=1))))
    for text in "一二三":
        await post.put("3栋群", text)
    await post.put("4栋群", "另一个群")
    async with running(post):
        await post.until(OutboxStatus.SENT)
    at = {text: moment for (_, text), moment in zip(post.mouth.said, post.mouth.at, strict=True)}
    assert at["二"] - at["一"] < span.total_seconds()
    assert at["三"] - at["一"] >= span.total_seconds() * 0.95
    assert at["另一个群"] < at["三"]
