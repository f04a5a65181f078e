"""The whole service between the small community and one platform."""

import asyncio
import itertools
import re
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa

from bot.channels.base import Can, Channel, Groups, Link
from bot.clock import Clock
from bot.confirming import Confirmer
from bot.confirming.ground import Ground as Confirming
from bot.joining import Reaches
from bot.media import MediaStore
from bot.pulse import Pulses
from bot.receive import Receiver
from bot.sender import Sender
from handlers.features import TICKS
from handlers.house import HouseRules
from handlers.messages import Inbound
from handlers.rules.escalations import Policy
from handlers.understanding.decide import Reader
from storage.chats import GroupChat
from storage.database import Sessions
from storage.identities import Identity
from storage.tickets import Ticket
from tests.kit.platform import Ground, Platform, Said, Saying
from tests.world import CAST, CHANNEL, MONDAY_9, SHANGHAI, FakeChannel

GROUPS: Final = ("3栋群", "4栋群", "小区群")
DESK: Final = "desk"  #: the channel at which the staff speak where the platform hears nothing
PICTURE_LIMIT: Final = 2**20  #: bytes


@dataclass
class Time:
    """What time it is."""

    now: datetime = field(default_factory=lambda: MONDAY_9.astimezone(UTC))

    def __call__(self) -> datetime:
        return self.now


@dataclass(kw_only=True, repr=False)
class Stage:
    """The community with its bot on one platform."""

    platform: Platform
    sessions: Sessions
    channel: Channel
    receiver: Receiver
    sender: Sender
    confirmer: Confirmer
    clock: Clock
    time: Time
    desk: FakeChannel
    read: dict[tuple[str, str], int] = field(default_factory=dict)  #: by who reads and where: how many messages
    numbers: Iterator[int] = field(default_factory=itertools.count)

    @property
    def can(self) -> Can:
        return self.channel.can

    # What people do

    def where(self, person: str) -> str | None:
        """The group in which a resident says what everybody may hear; None where he can only say it alone."""
        return CAST[person][0] if self.can.hears and self.can.groups is not Groups.NEVER else None

    def open(self, person: str, text: str, *, quote: str | None = None) -> Saying:
        """What a resident says where the others are, in the way in which the bot hears it there."""
        group = self.where(person)
        return Saying(person, text, group, quote, calls_bot=group is not None and not self.can.hears_all)

    async def says(self, saying: Saying) -> str:
        """Somebody writes; returns the message's id when everything that follows is said."""
        said = await self.platform.says(saying)
        await self.settle()
        return said

    async def tells(self, person: str, text: str) -> None:
        """One of the staff writes to the bot: alone, or in his group where there is no other way."""
        if not self.can.hears:
            await self.receiver.receive(self._at_desk(person, text))
            await self.settle()
        elif self.can.one_to_one:
            await self.says(Saying(person, text))
        else:
            await self.says(Saying(person, text, CAST[person][0], calls_bot=True))

    async def choose(self, person: str, label: str) -> None:
        """Somebody does what the newest message offers him under that label; nothing has followed yet."""
        where, said = await self._offer(person, label)
        group = None if where == person else where
        if label in said.buttons:
            await self.platform.presses(person, said, label, group=group)
            return
        words = _typed(said.text, label)
        assert words, f"{person} is offered no {label}: {said.text}"
        if self.can.hears:
            await self.platform.says(Saying(person, words, group, calls_bot=group is not None))
        else:
            await self.receiver.receive(self._at_desk(person, words))

    async def chooses(self, person: str, label: str) -> None:
        await self.choose(person, label)
        await self.settle()

    async def settle(self) -> None:
        """Let the bot hear what happened, and say what it has to say."""
        await self.platform.settle()
        await self.confirmer.round()
        while await self.sender.round() or self.sender._flying:
            await asyncio.sleep(0)
        await self.platform.settle()

    async def wait(self, time: timedelta) -> None:
        """Let time pass; the ticks ring at its end, and what is due is said."""
        self.time.now += time
        await self.clock.ring()
        await self.settle()

    # What people hear

    async def new(self, where: str, reader: str = "") -> list[Said]:
        """What was said in a group, or to a person alone, since `reader` last looked."""
        said = await self._all(where)
        fresh = list(said[self.read.get((reader, where), 0) :])
        self.read[reader, where] = len(said)
        return fresh

    async def knows(self, person: str, *fragments: str, times: int = 1) -> str:
        """The person has newly read exactly so many messages with all `fragments`, alone or in his groups."""
        fresh = [said for where in self._ears(person) for said in await self.new(where, person)]
        found = [said.text for said in fresh if all(fragment in said.text for fragment in fragments)]
        assert len(found) == times, f"{person} has read {[said.text for said in fresh]}, not {fragments}"
        return found[-1] if found else ""

    async def forget(self) -> None:
        """Take everything said so far as read."""
        for where in (*CAST, *GROUPS):
            said = len(await self._all(where))
            self.read |= dict.fromkeys(((reader, where) for reader in ("", *CAST)), said)

    async def tickets(self) -> Sequence[Ticket]:
        async with self.sessions() as session:
            return (await session.scalars(sa.select(Ticket).order_by(Ticket.id))).all()

    async def count(self, table: type[Any], *where: Any) -> int:
        async with self.sessions() as session:
            return await session.scalar(sa.select(sa.func.count()).select_from(table).where(*where)) or 0

    def _ears(self, person: str) -> list[str]:
        return list(dict.fromkeys((person, CAST[person][0], "小区群")))

    async def _all(self, where: str) -> Sequence[Said]:
        if where in GROUPS:
            return await self.platform.heard(where) if self.can.groups is not Groups.NEVER else ()
        if not self.can.hears:
            said = self.desk.said[f"alone:{where}"]
            return [Said(f"{n}", words.text, tuple(b.label for b in words.buttons)) for n, words in enumerate(said)]
        return await self.platform.heard(where) if self.platform.alone(where) else ()

    async def _offer(self, person: str, label: str) -> tuple[str, Said]:
        for where in self._ears(person):
            for said in reversed(await self._all(where)):
                if label in said.buttons or _typed(said.text, label):
                    return where, said
        raise AssertionError(f"{person} is not offered {label}")

    def _at_desk(self, person: str, text: str) -> Inbound:
        return Inbound(
            channel=DESK,
            account=self.desk.account,
            chat=f"alone:{person}",
            message_id=f"desk{next(self.numbers)}",
            sender=person,
            sender_name=person,
            text=text,
            at=self.time.now,
            is_group=False,
            to_bot=True,
            one_to_one=f"alone:{person}",
        )


def _typed(text: str, label: str) -> str | None:
    """What one has to type for `label`, as the message says it: a number, or the words."""
    number = re.search(rf"(?:回复 ?|，)(\d+) {re.escape(label)}(?=$|，|。|\n)", text)
    words = re.search(rf"回复“([^”]+)”{re.escape(label)}(?=$|，|。|\n)", text)
    found = number or words or re.search(rf"回“({re.escape(label)}[^”]*)”", text)
    return found[1] if found else None


@asynccontextmanager
async def staged(platform: Platform, sessions: Sessions, reader: Reader, folder: Path) -> AsyncIterator[Stage]:
    """The community, which is there already, on that platform, as long as the block lasts."""
    time, channels = Time(), dict[tuple[str, str], Channel]()
    house = HouseRules(Policy(SHANGHAI))
    common: dict[str, Any] = {"sessions": sessions, "clock": time, "house": house, "reach": Reaches(channels)}
    receiver = Receiver(reader=reader, **common)
    sender = Sender(sessions=sessions, channels=channels, clock=time, jitter=lambda: 0.0)
    ground = Ground(receiver.receive, MediaStore(folder, PICTURE_LIMIT), time, sessions)
    desk = FakeChannel(name=DESK, can=Can(one_to_one=True), link=Link(DESK, "bot", time))
    async with platform.connected(ground) as channel:
        channels[channel.name, channel.account] = channel
        if not channel.can.hears:
            channels[desk.name, desk.account] = desk
        await move_in(sessions, platform, channel.can)
        stage = Stage(
            platform=platform,
            sessions=sessions,
            channel=channel,
            receiver=receiver,
            sender=sender,
            confirmer=Confirmer(Confirming(sessions=sessions, channels=channels, clock=time, house=house)),
            clock=Clock(ticks=(*TICKS, Pulses(channels).feel), **common),
            time=time,
            desk=desk,
        )
        await stage.settle()
        yield stage
        await receiver.close()
        await sender.finish()


async def move_in(sessions: Sessions, platform: Platform, can: Can) -> None:
    """Let everybody and every group be where the platform knows them."""
    here: dict[str, Any] = {"channel": platform.kind, "account": platform.account}
    desk: dict[str, Any] = {"channel": DESK, "account": "bot"}
    async with sessions.begin() as session:
        for name in CAST:
            mine = sa.update(Identity).where(Identity.channel == CHANNEL, Identity.sender == name)
            way = platform.alone(name) if can.one_to_one else None
            known = {**here, "sender": platform.sender(name), "one_to_one": way}
            beside = {**desk, "sender": name, "one_to_one": f"alone:{name}"}
            await session.execute(mine.values(known if can.hears else beside))
        if can.groups is Groups.NEVER:
            await session.execute(sa.delete(GroupChat))
            return
        for group in GROUPS:
            chat = sa.update(GroupChat).where(GroupChat.chat == group)
            await session.execute(chat.values(chat=platform.chat(group), greeted_at=MONDAY_9, **here))
