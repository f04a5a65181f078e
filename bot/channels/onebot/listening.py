"""One socket of a bridge, frame by frame: events go to the intake, answers to whoever asked."""

import asyncio
import logging
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any, Final

from aiohttp import WSMsgType, web

from bot.channels.onebot.bots import Bot, Bots
from bot.channels.onebot.bridge import Bridge, Role
from bot.channels.onebot.events import Beat
from bot.channels.onebot.ids import in_group, is_group
from bot.channels.onebot.intake import Intake
from bot.channels.onebot.roll import asked
from bot.channels.onebot.values import Frame, frame_in, id_of
from bot.channels.onebot.versions import Version
from bot.channels.onebot.wire import Wire

log = logging.getLogger(__name__)

#: So many heartbeats may be missing; more, and the line is dead though nobody has hung up.
MISSED: Final = 3
SHORTEST_BEAT: Final = 0.02  #: seconds
LONGEST_BEAT: Final = 300.0


@dataclass(slots=True)
class Socket:
    """A socket as it is listened to. `bot` is whom it speaks for in v11, where it may say so only with its first event."""

    bridge: Bridge
    role: Role
    wire: Wire
    bot: str | None
    patience: float | None = None  #: seconds without a word after which it counts as dead


@dataclass(slots=True)
class Listener:
    """Listens to the sockets of one account.

    Args:
        within: Seconds that a bridge may take to answer.
    """

    account: str
    bots: Bots
    intake: Intake
    within: float
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def listen(self, response: web.WebSocketResponse, version: Version, role: Role, bot: str | None) -> None:
        """Hear one socket until it ends."""
        socket = Socket(self._bridge(version, bot), role, Wire(response), bot)
        replaced = socket.bridge.wires.pop(role, None)
        socket.bridge.wires[role] = socket.wire
        if bot is not None:
            self._meet(self.bots.comes(bot, socket.bridge), socket)
        if replaced is not None:  # the bridge has come again before we noticed that it had gone
            self._beside(replaced.hang_up("replaced"))
        try:
            await self._hear(socket)
        finally:
            self._lose(socket)

    def _bridge(self, version: Version, bot: str | None) -> Bridge:
        """The bridge that a socket belongs to: one that names a bot of v11 joins the other sockets of that bot."""
        known = self.bots.known(bot) if bot else None
        return known.bridge if known and known.bridge.version is version else Bridge(version, self.within)

    async def finish(self) -> None:
        """Nobody is asked for a name any more."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _hear(self, socket: Socket) -> None:
        while True:
            try:
                message = await socket.wire.socket.receive(socket.patience)
            except TimeoutError:
                self._note("onebot_silent")
                await socket.wire.hang_up("no heartbeat")
                return
            if message.type not in (WSMsgType.TEXT, WSMsgType.BINARY):
                return
            frame = frame_in(message.data, self.account)
            if frame is not None:
                await self._take(socket, frame)

    async def _take(self, socket: Socket, frame: Frame) -> None:
        version = socket.bridge.version
        if not version.is_event(frame):
            if not socket.wire.answered(frame):
                self._note("onebot_answer_unexpected")
            return
        try:
            await self._event(socket, frame)
        except Exception:  # a bug of ours, and no reason to hang up
            log.exception("onebot_event_unreadable", extra={"channel": "onebot", "account": self.account})

    async def _event(self, socket: Socket, frame: Frame) -> None:
        bot, event = self._whose(socket, frame), socket.bridge.version.read(frame)
        socket.bridge.ids.learn(frame)
        if isinstance(event, Beat):
            self._beat(socket, event)
        elif bot is not None and event is not None:
            await self.intake.take(bot, event)

    def _whose(self, socket: Socket, frame: Frame) -> Bot | None:
        """The bot that an event is for; None for the bridge's own events, and for whom it has no right to speak."""
        version = socket.bridge.version
        for told, platform in version.bots(frame).items():
            self._introduce(socket, told, platform)
        id = version.whose(frame)
        if id is None:
            return None
        known = self.bots.known(id)
        if known is not None and known.bridge is socket.bridge:
            return known
        others = known is not None and known.is_there  # two bridges cannot both be its telephone
        if others or (socket.bot is not None and socket.bot != id):
            self._note("onebot_wrong_bot")
            return None
        return self._introduce(socket, id, version.platform(frame))

    def _introduce(self, socket: Socket, id: str, platform: str) -> Bot | None:
        """A bot speaks through this bridge from now on."""
        if not self.bots.may_come(id):
            self._note("onebot_wrong_bot")
            return None
        known, socket.bridge.platforms[id] = self.bots.known(id), platform
        if known is not None and known.bridge is socket.bridge:
            return known
        if not socket.bridge.version.NAMES_ITSELF:
            socket.bot = id
        bot = self.bots.comes(id, socket.bridge)
        self._meet(bot, socket)
        return bot

    def _beat(self, socket: Socket, beat: Beat) -> None:
        if beat.interval is not None:
            socket.patience = MISSED * min(max(beat.interval, SHORTEST_BEAT), LONGEST_BEAT)
        for id, online in beat.online.items():
            bot = self.bots.known(id)
            if bot is not None and bot.bridge is socket.bridge and bot.logged_in is not online:
                bot.logged_in = online
                self._note("onebot_logged_in" if online else "onebot_logged_out")
        self.bots.looked()

    def _lose(self, socket: Socket) -> None:
        socket.wire.lost()
        if socket.bridge.wires.get(socket.role) is socket.wire:
            del socket.bridge.wires[socket.role]
        self.bots.looked()

    def _meet(self, bot: Bot, socket: Socket) -> None:
        """Ask a bot who it is and where, unless this socket only tells."""
        if socket.role is not Role.EVENT:
            self._beside(_meet(bot))

    def _beside(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _note(self, what: str) -> None:
        log.warning(what, extra={"channel": "onebot", "account": self.account})


async def _meet(bot: Bot) -> None:
    """Learn what a bot is called, and in which groups it is."""
    version, ids = bot.bridge.version, bot.bridge.ids
    answer = await asked(bot, version.WHO_AM_I, {})
    me = version.person(answer.frame) if answer else None
    if me is not None and me.name:
        bot.names.add(me.name)
    bot.met.set()
    groups = await asked(bot, "get_group_list", {})
    for entry in groups.entries if groups else ():
        ids.learn(entry)
    listed = {in_group(group) for entry in (groups.entries if groups else ()) if (group := id_of(entry, "group_id"))}
    if listed:  # it may have been removed from others while nobody was there to tell
        bot.chats = listed | {chat for chat in bot.chats if not is_group(chat)}
