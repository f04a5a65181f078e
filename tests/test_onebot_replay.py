"""A transcript of real talk gives the same tickets through a OneBot bridge as through the web chat."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, Protocol

import sqlalchemy as sa
from aiohttp import ClientSession
from sqlalchemy.ext.asyncio import AsyncSession

from bot.channels.base import Channel, Receive
from bot.channels.webchat import Webchat, WebchatConfig, alone_with
from bot.clock import Clock
from bot.door import CommunityDoor
from bot.joining import Reaches
from bot.media import MediaStore
from bot.receive import Receiver
from bot.replay.community import set_up
from bot.replay.transcript import BOT, Line, Transcript, read
from bot.sender import Sender
from bot.transact import transact
from handlers.house import HouseRules
from handlers.phrases.tickets import where
from handlers.rules.escalations import Policy
from handlers.understanding.decide import Reader
from storage import places, words
from storage.chats import Address
from storage.database import Sessions, open_database
from storage.identities import Identity
from storage.members import Member
from storage.migrations import upgrade
from storage.tickets import Ticket
from storage.types import PlaceKind
from tests.platforms.onebot_side import served
from tests.platforms.onebot_town import Call, Picture, Piece, Quote, WeChat
from tests.platforms.onebot_v11 import Bridge11
from tests.platforms.telegram_side import photo
from tests.webchat_harness import serving
from tests.webchat_visitor import Visitor
from tests.world import SHANGHAI

TALK: Final = Path(__file__).with_name("eval") / "dev" / "d03.jsonl"
LINES: Final = 45
STEP: Final = timedelta(minutes=30)
BOT_NAME: Final = "翠小管"
GROUP: Final = "20011@chatroom"


class Way(Protocol):
    """How a line gets to the bot."""

    address: Address

    def alone(self, sender: str) -> str:
        """Where somebody is written to alone."""

    def connected(self, sessions: Sessions, receive: Receive, media: MediaStore, time: "Time", talk: Transcript) -> Any:
        """The channel, for as long as the block lasts."""

    async def says(self, line: Line) -> None:
        """Say a line, and wait until it was taken."""


@dataclass
class Time:
    """What time it is."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now


@dataclass
class ByBridge:
    """Through a bridge of OneBot v11."""

    address: Address = ("onebot", "main", f"group:{GROUP}")
    ids: dict[str, str] = field(default_factory=dict)

    def alone(self, sender: str) -> str:
        return f"user:{sender}"

    @asynccontextmanager
    async def connected(
        self, sessions: Sessions, receive: Receive, media: MediaStore, time: Time, talk: Transcript
    ) -> AsyncIterator[Channel]:
        wechat = WeChat(nickname=BOT_NAME, now=lambda: int(time.now.timestamp()))
        for sender in people(talk):
            wechat.person(sender, f"昵称{sender}")
        wechat.group(GROUP, *people(talk).items())
        async with served(receive, media, time) as post, Bridge11(wechat, post.address) as self.bridge:
            await self.bridge.settled()
            yield post.channel

    async def says(self, line: Line) -> None:
        self.ids[line.id] = self.bridge.says(GROUP, line.sender, *self._pieces(line))
        await self.bridge.settled()

    def _pieces(self, line: Line) -> list[Piece | str]:
        """The line as WeChat carries it: a name that is called is a call, by segment and by name in turn."""
        quote: list[Piece | str] = [Quote(self.ids[line.reply_to].rpartition(":")[2])] if line.reply_to else []
        names = {who: BOT_NAME if who == BOT else self.bridge.wechat.groups[GROUP].cards[who] for who in line.mentions}
        rest, calls = line.text, list[Piece | str]()
        for who, name in names.items():
            before, found, rest = rest.partition(f"@{name}")
            assert found
            id = self.bridge.wechat.bot if who == BOT else who
            calls += [before, Call(id, plain=len(self.ids) % 2 == 0)]
        return [*quote, *calls, rest, *(Picture(photo()) for kind in line.attachments if kind == "image")]


@dataclass
class ByPage:
    """Through the web chat."""

    address: Address = (Webchat.name, Webchat.account, "g1")
    ids: dict[str, str] = field(default_factory=dict)

    def alone(self, sender: str) -> str:
        return alone_with(sender)

    @asynccontextmanager
    async def connected(
        self, sessions: Sessions, receive: Receive, media: MediaStore, time: Time, talk: Transcript
    ) -> AsyncIterator[Channel]:
        door = CommunityDoor(sessions, time)
        webchat = Webchat(WebchatConfig(), door, media, receive, time, bot_name=BOT_NAME, demo=True)
        async with ClientSession() as self.http, serving(webchat) as self.page:
            yield webchat

    async def says(self, line: Line) -> None:
        visitor, body = Visitor(self.http, self.page, line.sender), dict[str, Any](mentions=list(line.mentions))
        if line.reply_to:
            body["quote"] = self.ids[line.reply_to]
        pictures = [await visitor.brings(photo()) for kind in line.attachments if kind == "image"]
        body["pictures"] = [(await answer.json())["digest"] for answer in pictures]
        answer = await visitor.says(line.text, self.address[2], key=f"line{line.id:0>8}", **body)
        assert answer.status == 200, await answer.text()
        self.ids[line.id] = f"{line.sender}.line{line.id:0>8}"


def people(talk: Transcript) -> dict[str, str]:
    return {line.sender: line.name for line in talk.lines}


async def tickets(talk: Transcript, way: Way, folder: Path, reader: Reader) -> list[tuple[Any, ...]]:
    """What becomes of the talk."""
    folder.mkdir()
    url, time = f"sqlite+aiosqlite:///{folder / 'talk.db'}", Time(talk.begins)
    await upgrade(url)
    async with open_database(url) as sessions:
        await transact(sessions, lambda session: move_in(session, talk, way, time.now))
        channels: dict[tuple[str, str], Channel] = {}
        house = HouseRules(Policy(SHANGHAI), bot_name=BOT_NAME)
        common: dict[str, Any] = dict(sessions=sessions, clock=time, house=house, reach=Reaches(channels))
        receiver = Receiver(reader=reader, **common)
        sender, clock = Sender(sessions=sessions, channels=channels, clock=time, jitter=lambda: 0.0), Clock(**common)
        media = MediaStore(folder / "pictures", 2**20)
        async with way.connected(sessions, receiver.receive, media, time, talk) as channel:
            channels[channel.name, channel.account] = channel
            for line in talk.lines:
                while time.now + STEP <= line.at:
                    time.now += STEP
                    await clock.ring()
                    await say_all(sender)
                time.now = line.at
                await way.says(line)
                await say_all(sender)
        await receiver.close()
        async with sessions() as session:
            return await listed(session)


async def say_all(sender: Sender) -> None:
    while await sender.round() or sender._flying:
        await asyncio.sleep(0)


async def listed(session: AsyncSession) -> list[tuple[Any, ...]]:
    found = (await session.scalars(sa.select(Ticket).order_by(Ticket.number))).all()
    said = await words.said_about(session, [ticket.id for ticket in found])
    return [
        (
            ticket.number,
            where(ticket, rooms=True),
            ticket.category,
            ticket.urgency,
            ticket.status,
            [one.text for one in said if one.ticket_id == ticket.id],
        )
        for ticket in found
    ]


async def move_in(session: AsyncSession, talk: Transcript, way: Way, now: datetime) -> None:
    """Everybody who speaks is known, as the web chat lets nobody else in."""
    await set_up(session, talk, way.address, now)
    channel, account, _ = way.address
    known = set(await session.scalars(sa.select(Identity.sender)))
    (home,) = await places.all_of(session, PlaceKind.BUILDING)
    for sender, name in people(talk).items():
        if sender not in known:
            member = Member(name=name, created_at=now, home_id=home.id)
            session.add(member)
            await session.flush()
            session.add(Identity(channel=channel, account=account, sender=sender, member_id=member.id, seen_at=now))
    await session.flush()
    for sender in people(talk):
        mine = sa.update(Identity).where(Identity.sender == sender)
        await session.execute(mine.values(one_to_one=way.alone(sender)))


def talk_of(lines: int) -> Transcript:
    """The beginning of the talk, without another bot, whom the page does not let in."""
    (talk,) = read(TALK)
    talk.lines = [line for line in talk.lines[:lines] if line.role is not None]
    return talk


async def test_the_same_talk_gives_the_same_tickets(tmp_path: Path, reader: Reader) -> None:
    through_bridge = await tickets(talk_of(LINES), ByBridge(), tmp_path / "bridge", reader)
    through_page = await tickets(talk_of(LINES), ByPage(), tmp_path / "page", reader)
    assert through_bridge == through_page
    assert len(through_bridge) > 4
