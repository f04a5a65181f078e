"""A platform in memory that is able to do whatever it is told to: what remains of the service on a poor channel."""

import asyncio
import itertools
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta

from bot.channels.base import Can, Channel, Link, SendError, Sent
from handlers.messages import Happening, Inbound, Words
from tests.kit.platform import Ground, Said, Saying
from tests.world import CAST


@dataclass
class PlainChannel:
    """Remembers what was said where, and fails when told to."""

    can: Can
    link: Link
    name: str = "plain"
    account: str = "bot"
    said: defaultdict[str, list[Words]] = field(default_factory=lambda: defaultdict(list))
    failures: list[SendError] = field(default_factory=list)
    lost: set[str] = field(default_factory=set)

    async def send(self, chat: str, words: Words) -> Sent:
        """See `Channel.send`."""
        if self.failures:
            raise self.failures.pop(0)
        if chat in self.lost:
            raise SendError("removed", permanent=True, gone=True)
        assert self.can.buttons or not words.buttons
        assert self.can.mentions or not words.mentions
        assert self.can.pictures or not words.pictures
        assert self.can.quotes or words.quote is None
        self.said[chat].append(words)
        return Sent(f"out-{chat}-{len(self.said[chat])}")


class PlainPlatform:
    """See `Platform`."""

    kind = "plain"
    account = "bot"

    def __init__(self, can: Can) -> None:
        self._can = can
        self._numbers: Iterator[int] = itertools.count()
        self._missed: list[Inbound] = []
        self.lacks: Mapping[str, str] = {}

    @asynccontextmanager
    async def connected(self, ground: Ground) -> AsyncIterator[Channel]:
        self._receive, self._clock = ground.receive, ground.clock
        self._link = Link(self.kind, self.account, ground.clock)
        self._channel = PlainChannel(self._can, self._link)
        self._link.opened()
        yield self._channel

    def sender(self, person: str) -> str:
        return person

    def alone(self, person: str) -> str | None:
        return f"alone:{person}" if self._can.one_to_one else None

    def chat(self, group: str) -> str:
        return group

    async def says(self, saying: Saying) -> str:
        inbound = self.message(saying)
        if self._link.up:
            await self._hand_over(inbound)
        elif self._can.keeps:
            self._missed.append(inbound)
        return inbound.message_id

    async def says_twice(self, saying: Saying) -> None:
        inbound = self.message(saying)
        await asyncio.gather(self._hand_over(inbound), self._hand_over(inbound))

    async def says_jumbled(self, sayings: Sequence[Saying]) -> None:
        for inbound in reversed([self.message(saying) for saying in sayings]):
            await self._hand_over(inbound)

    async def presses(self, person: str, under: Said, label: str, *, group: str | None = None) -> None:
        said = self._channel.said[group or f"alone:{person}"][int(under.id)]
        payload = next(button.payload for button in said.buttons if button.label == label)
        pressed = self.message(Saying(person, payload, group))
        await self._hand_over(replace(pressed, happening=Happening.PRESSED, to_bot=True))

    async def heard(self, where: str) -> Sequence[Said]:
        said = self._channel.said[where if where.endswith("群") else f"alone:{where}"]
        return [
            Said(str(number), words.text, tuple(button.label for button in words.buttons))
            for number, words in enumerate(said)
        ]

    async def settle(self) -> None:
        """What is said is heard at once."""

    async def removes_bot(self, group: str) -> None:
        self._channel.lost.add(group)
        if self._can.hears:
            gone = self.message(Saying("陈书记", "", group))
            await self._receive(replace(gone, happening=Happening.REMOVED))

    async def slows_down(self, wait: timedelta) -> None:
        self._channel.failures.append(SendError("slow down", retry_after=wait))

    async def disconnects(self) -> None:
        self._link.lost("cut")

    async def reconnects(self) -> None:
        self._link.opened()
        missed, self._missed = self._missed, []
        for inbound in missed:
            await self._hand_over(inbound)

    async def _hand_over(self, inbound: Inbound) -> None:
        if self._can.hears_all or inbound.to_bot or not inbound.is_group:
            await self._receive(inbound)

    def message(self, saying: Saying) -> Inbound:
        """What somebody writes, as the bot would hear it now."""
        alone = saying.group is None
        return Inbound(
            channel=self.kind,
            account=self.account,
            chat=saying.group or f"alone:{saying.person}",
            message_id=f"m{next(self._numbers)}",
            sender=saying.person,
            sender_name=CAST[saying.person][1],
            text=saying.text,
            at=self._clock(),
            is_group=not alone,
            to_bot=alone or saying.calls_bot,
            reply_to=saying.quote,
            one_to_one=self.alone(saying.person) if alone else None,
        )
