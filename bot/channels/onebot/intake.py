"""From an event to `receive`: one chat's in order, chats side by side, and nothing dropped while the database is away.

OneBot has no acknowledgement: what a bridge has told it never tells again. So an event stays here until it is on disk,
and while too many wait, the sockets are not read.
"""

import asyncio
import logging
from collections import defaultdict, deque
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from bot.channels.base import Now, Receive
from bot.channels.onebot.bots import Bot, Bots
from bot.channels.onebot.calling import People
from bot.channels.onebot.events import Event, Kind, Membership, Recalled, Renamed, Said
from bot.channels.onebot.ids import MESSAGE, is_group, key
from bot.channels.onebot.pictures import Pictures
from bot.channels.onebot.reading import Scene, moved, quote_in, recalled, said, told
from bot.channels.onebot.recent import Recent
from bot.channels.onebot.roll import Roll, asked
from handlers.messages import Attachment, Inbound, Quoted

log = logging.getLogger(__name__)

MOST_WAITING: Final = 2000  #: events
MEET_WITHIN: Final = 1.0  #: seconds that the first words wait until the bot knows its own name
LONGEST_PAUSE: Final = timedelta(minutes=1)


@dataclass(slots=True)
class Intake:
    """Hands events over.

    Args:
        names: What the bot goes by, besides what its bridge says.
        first_pause: How long to wait after a first failure to store something; then twice as long, up to a minute.
    """

    account: str
    bots: Bots
    roll: Roll
    recent: Recent
    pictures: Pictures
    receive: Receive
    clock: Now
    names: frozenset[str]
    first_pause: timedelta
    _waiting: defaultdict[str, deque[tuple[Bot, Event]]] = field(default_factory=lambda: defaultdict(deque))
    _workers: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    _room: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(MOST_WAITING))
    _stopping: asyncio.Event = field(default_factory=asyncio.Event)

    async def take(self, bot: Bot, event: Event) -> None:
        """Put an event in its line; waits while too many are there."""
        if isinstance(event, Said | Recalled | Membership | Renamed) and self._concerns_us(bot, event):
            await self._room.acquire()
            self._waiting[event.chat].append((bot, event))
            if event.chat not in self._workers:
                self._workers[event.chat] = asyncio.create_task(self._work(event.chat), name=f"onebot {event.chat}")

    async def finish(self) -> None:
        """Store what waits. What cannot be stored even now is lost, and the log says how much."""
        self._stopping.set()
        while self._workers:
            await asyncio.wait(list(self._workers.values()))

    def _concerns_us(self, bot: Bot, event: Said | Recalled | Membership | Renamed) -> bool:
        """Not what a bot of ours said itself, and not what another one hears as well."""
        if isinstance(event, Membership) and event.who == bot.id and not event.inside:
            return self.bots.leaves(bot, event.chat)
        speaker = event.sender if isinstance(event, Said) else ""
        if self.bots.is_own(speaker):
            return False
        return self.bots.hears(bot, event.chat, alone=not is_group(event.chat))

    async def _work(self, chat: str) -> None:
        try:
            while self._waiting[chat]:
                await self._insist(*self._waiting[chat].popleft())
                self._room.release()
        finally:
            del self._workers[chat], self._waiting[chat]

    async def _insist(self, bot: Bot, event: Event) -> None:
        """Hand an event over, again and again until it is on disk."""
        pause, failures = self.first_pause, 0
        while True:
            try:
                return await self._hand_over(bot, event)
            except Exception as error:  # noqa: BLE001 -- the edge: whatever it is, nobody will tell this again
                failures += 1
                if self._stopping.is_set():
                    return self._note("onebot_event_lost", error)
                if failures == 1:
                    self._note("onebot_event_waits", error)
                await self._rest(pause)
                pause = min(2 * pause, LONGEST_PAUSE)

    async def _rest(self, pause: timedelta) -> None:
        try:
            async with asyncio.timeout(pause.total_seconds()):
                await self._stopping.wait()
        except TimeoutError:
            return

    def _note(self, what: str, error: Exception) -> None:
        log.warning(what, extra={"channel": "onebot", "account": self.account, "error": type(error).__name__})

    async def _hand_over(self, bot: Bot, event: Event) -> None:
        try:
            inbound = await self._inbound(bot, event)
        except OSError:  # the disk for pictures is full: nothing is wrong with the event
            raise
        except Exception:  # a bug of ours, and no reason to hold up the chat for ever
            log.exception("onebot_event_unreadable", extra={"channel": "onebot", "account": self.account})
            return
        if inbound is not None:
            await self.receive(inbound)

    async def _inbound(self, bot: Bot, event: Event) -> Inbound | None:
        match event:
            case Said():
                return await self._said(bot, event)
            case Recalled():
                return recalled(event, self.account, self.clock())
            case Membership() if event.who == bot.id:
                return moved(event, self.account, self.clock())
            case Membership() if not event.inside:
                self.roll.forget(event.chat, event.who)
            case Renamed():
                self.roll.note(event.chat, event.who, event.name)
        return None

    async def _said(self, bot: Bot, event: Said) -> Inbound | None:
        await self._met(bot)
        self.roll.note(event.chat, event.sender, event.name)
        name = event.name or await self.roll.name_of(bot, event.chat, event.sender)
        people = await self._people(bot, event)
        quote = quote_in(event)
        by_us = quote is not None and key(event.chat, quote.value) in self.recent
        scene = Scene(
            self.account,
            self.clock(),
            people,
            quoted=await self._quoted(bot, event, people),
            said_by_us=by_us,
            pictures=await self._pictures(bot, event),
        )
        return said(event, name, scene)

    async def _met(self, bot: Bot) -> None:
        """Wait until the bot has said what it is called; a bridge that does not answer holds up only the first words."""
        if bot.met.is_set():
            return
        try:
            async with asyncio.timeout(MEET_WITHIN):
                await bot.met.wait()
        except TimeoutError:
            bot.met.set()

    async def _people(self, bot: Bot, event: Said) -> People:
        calls = any(part.kind is Kind.MENTION or "@" in part.value or "＠" in part.value for part in event.parts)
        names = await self.roll.read(bot, event.chat) if calls else self.roll.names(event.chat)
        me = frozenset({bot.id} | {other.id for other in self.bots} | self.bots.allowed)
        mine = self.names.union(*(other.names for other in self.bots), (names[id] for id in me & names.keys()))
        return People(me, mine, names)

    async def _quoted(self, bot: Bot, event: Said, people: People) -> Quoted | None:
        quote = quote_in(event)
        if quote is None:
            return None
        answer = await asked(bot, "get_msg", {"message_id": bot.bridge.ids.back(MESSAGE, quote.value)})
        found = bot.bridge.version.quoted(answer.frame) if answer else None
        return told(found, people) if found else None

    async def _pictures(self, bot: Bot, event: Said) -> tuple[Attachment, ...]:
        images = [part for part in event.parts if part.kind is Kind.IMAGE]
        return tuple([await self.pictures.fetch(bot, part) for part in images])
