"""The small community on Telegram: the real library between a server that speaks the Bot API and the whole service."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from typing_extensions import override

from bot.channels.base import Channel
from bot.clock import Clock
from bot.joining import Reaches
from bot.receive import Receiver
from bot.sender import Sender
from handlers.house import HouseRules, RosterRules
from handlers.messages import Inbound
from handlers.rules.escalations import Policy
from handlers.understanding.decide import Reader
from storage.chats import GroupChat
from storage.database import Sessions
from storage.identities import Identity
from storage.outbox import OutboxMessage
from storage.tickets import Ticket
from tests.platforms.telegram import TelegramServer
from tests.platforms.telegram_side import Ears, connected, settled
from tests.platforms.telegram_town import Said
from tests.world import CAST, CHANNEL, SHANGHAI, UNREACHABLE, settle_in

MORNING: Final = datetime(
    2025, 3, 1, 1, 0, tzinfo=UTC
)  # nine o'clock in Shanghai, where the server's clock begins at eight
PEOPLE: Final = {name: str(500100200 + place) for place, name in enumerate(CAST)}
GROUPS: Final = {name: f"-100{place}" for place, name in enumerate(("3栋群", "4栋群", "小区群"), 3)}


@dataclass
class Time:
    """What time it is."""

    now: datetime = MORNING


@dataclass
class Handed(Ears):
    """Hands everything on to the service."""

    receiver: Receiver | None = None

    @override
    async def receive(self, inbound: Inbound) -> None:
        """See `Receive`."""
        assert self.receiver is not None
        await self.receiver.receive(inbound)


@dataclass(repr=False)
class Town:
    """The community, and what is between it and the bot."""

    sessions: Sessions
    server: TelegramServer
    receiver: Receiver
    sender: Sender
    clock: Clock
    time: Time
    hooked: bool
    read: dict[str, int] = field(default_factory=dict)

    async def says(self, person: str, text: str = "", *, group: str | None = None, **more: Any) -> str:
        """`person` writes to the bot alone, or into a group; returns when everything that follows is said."""
        said = self.server.says(self.chat(group or person), PEOPLE[person], text, **more)
        await self.settle()
        return said

    async def presses(self, person: str, label: str) -> None:
        self.push(person, label)
        await self.settle()

    def push(self, person: str, label: str) -> None:
        """The newest button of that label in the person's own chat; nothing has followed yet."""
        chat = PEOPLE[person]
        for said in reversed(self.server.heard(chat)):
            for shown, payload in said.buttons:
                if shown == label:
                    self.server.presses(chat, chat, said.id, payload)
                    return
        raise AssertionError(f"{person} has no button {label}")

    async def settle(self) -> None:
        """Let the bot hear what happened, and say what it has to say."""
        if self.hooked:
            assert set(await self.server.updates.deliver()) <= {200}
        else:
            await settled(self.server)
        while await self.sender.round() or self.sender._flying:
            await asyncio.sleep(0)

    async def wait(self, time: timedelta) -> None:
        self.time.now += time
        await self.clock.ring()
        await self.settle()

    def new(self, where: str) -> list[Said]:
        """What was said there since it was last looked at."""
        said = self.server.heard(self.chat(where))
        fresh = said[self.read.get(where, 0) :]
        self.read[where] = len(said)
        return fresh

    def hears(self, where: str, *fragments: str) -> Said:
        (heard,) = self.new(where)
        assert not [fragment for fragment in fragments if fragment not in heard.text], heard.text
        return heard

    def silent(self, *places: str) -> None:
        for where in places:
            assert not (heard := self.new(where)), f"{where} heard {heard}"

    def forget(self) -> None:
        for where in (*PEOPLE, *GROUPS):
            self.new(where)

    def chat(self, where: str) -> str:
        return PEOPLE.get(where) or GROUPS[where]

    async def states(self) -> list[str]:
        async with self.sessions() as session:
            found = await session.scalars(sa.select(OutboxMessage.status).order_by(OutboxMessage.id))
            return [status.value for status in found]

    async def tickets(self) -> Sequence[Ticket]:
        async with self.sessions() as session:
            return (await session.scalars(sa.select(Ticket).order_by(Ticket.id))).all()


@asynccontextmanager
async def town(sessions: Sessions, reader: Reader, folder: Path, **changes: Any) -> AsyncIterator[Town]:
    """The community with its bot, as long as the block lasts."""
    await settle_in(sessions, MORNING)
    await _move_to_telegram(sessions)
    channels: dict[tuple[str, str], Channel] = {}
    time = Time()
    common: dict[str, Any] = {
        "sessions": sessions,
        "clock": lambda: time.now,
        "house": HouseRules(Policy(SHANGHAI), roster=RosterRules(weekday=0)),
        "reach": Reaches(channels),
    }
    async with TelegramServer(clock=lambda: time.now) as server:
        ears = Handed(receiver=Receiver(reader=reader, **common))
        sender = Sender(sessions=sessions, channels=channels, clock=common["clock"], jitter=lambda: 0.0)
        assert ears.receiver is not None
        here = Town(sessions, server, ears.receiver, sender, Clock(**common), time, bool(changes.get("hook")))
        _fill(server)
        quick = {"chat_pause_seconds": 0, "account_pause_seconds": 0, "hears_all": True}
        async with connected(server, ears, folder, **(quick | changes)) as channel:
            channels[channel.name, channel.account] = channel
            if here.hooked:
                await server.updates.hooked.wait()
            yield here
            await ears.receiver.close()
            await sender.finish()


def _fill(server: TelegramServer) -> None:
    for name, group in GROUPS.items():
        server.group(group, name)
    for name, who in PEOPLE.items():
        server.person(who, CAST[name][1])
        server.town.chats[int(who)].blocked = name == UNREACHABLE


async def _move_to_telegram(sessions: Sessions) -> None:
    async with sessions.begin() as session:
        here = {"channel": "telegram", "account": "main"}
        for name, who in PEOPLE.items():
            way = None if name == UNREACHABLE else who
            mine = sa.update(Identity).where(Identity.channel == CHANNEL, Identity.sender == name)
            await session.execute(mine.values(sender=who, one_to_one=way, **here))
        for name, group in GROUPS.items():
            await session.execute(sa.update(GroupChat).where(GroupChat.chat == name).values(chat=group, **here))
