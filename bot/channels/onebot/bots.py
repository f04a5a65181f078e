"""The accounts of WeChat's through which the bot speaks: which are there, and which of them hears and serves which chat.

Several may stand for one configured account. In a group where two of them are, one hears and the other keeps silent,
so that nothing is heard twice; when it goes away, the other takes over and the group is none the wiser.
"""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from bot.channels.base import Link
from bot.channels.onebot.bridge import Bridge, Role


@dataclass(slots=True, eq=False)
class Bot:
    """One account of WeChat's. `names`: what it goes by. `chats`: where it is known to be, groups and people."""

    id: str
    bridge: Bridge
    logged_in: bool = True
    names: set[str] = field(default_factory=set)
    chats: set[str] = field(default_factory=set)
    met: asyncio.Event = field(default_factory=asyncio.Event)  #: it has said what it is called, or will not
    gone_at: datetime | None = None  #: it was there before, and is not now

    @property
    def is_there(self) -> bool:
        """Whether it hears."""
        return self.logged_in and bool(self.bridge.wires.keys() & {Role.UNIVERSAL, Role.EVENT})


@dataclass(slots=True)
class Bots:
    """All of one configured account.

    Args:
        link: Told whether anybody is there.
        allowed: The only ids that may come; empty for any.
    """

    link: Link
    allowed: frozenset[str] = frozenset()
    _known: dict[str, Bot] = field(default_factory=dict)
    _serving: dict[str, Bot] = field(default_factory=dict)  #: by chat

    def __iter__(self) -> Iterator[Bot]:
        return iter(list(self._known.values()))

    def may_come(self, id: str) -> bool:
        """Whether it is one of ours."""
        return not self.allowed or id in self.allowed

    def is_own(self, id: str) -> bool:
        """Whether a message of that sender is our own: a bot that answers itself never ends."""
        return id in self._known or id in self.allowed

    def known(self, id: str) -> Bot | None:
        """The bot of that id, there or not."""
        return self._known.get(id)

    def comes(self, id: str, bridge: Bridge) -> Bot:
        """A bot has connected through `bridge`, in place of any other."""
        bot = self._known.get(id)
        if bot is None:
            bot = self._known[id] = Bot(id, bridge)
        bot.bridge, bot.logged_in = bridge, True
        self.looked()
        return bot

    def looked(self) -> None:
        """Something may have changed: say whether anybody is there."""
        for bot in self:
            self._watch(bot)
        if any(bot.is_there for bot in self):
            self.link.opened()
            self.link.mute = not any(bot.is_there and bot.bridge.mouth for bot in self)
        elif self._known:  # before the first has come, nothing was lost
            self.link.lost("logged_out" if any(bot.bridge.wires for bot in self) else "no_bridge", mute=True)

    def _watch(self, bot: Bot) -> None:
        """Note when a bot goes; what it alone would have heard is a gap though the others went on hearing."""
        if not bot.is_there:
            bot.gone_at = bot.gone_at or self.link.clock()
        elif bot.gone_at is not None:
            others = {chat for other in self if other is not bot and other.is_there for chat in other.chats}
            if self.link.up and bot.chats - others:
                self.link.gaps.append((bot.gone_at, self.link.clock()))
            bot.gone_at = None

    def hears(self, bot: Bot, chat: str, *, alone: bool) -> bool:
        """Whether what `bot` heard in `chat` counts; in a group only what the one heard that serves it."""
        bot.chats.add(chat)
        serving = self._serving.get(chat)
        if serving is None or alone or not serving.is_there or chat not in serving.chats:
            serving = self._serving[chat] = bot
        return serving is bot

    def leaves(self, bot: Bot, chat: str) -> bool:
        """`bot` is no longer in `chat`; whether nobody of ours is any more."""
        bot.chats.discard(chat)
        if self._serving.get(chat) is bot:
            del self._serving[chat]
        return not any(chat in other.chats for other in self)

    def speaker(self, chat: str) -> Bot | None:
        """Who says something in `chat`: who serves it, else who is in it, else the only one there is."""
        there = [bot for bot in self if bot.is_there]
        inside = [bot for bot in there if chat in bot.chats]
        serving = self._serving.get(chat)
        if serving in inside:
            return serving
        is_anothers = any(chat in bot.chats for bot in self)  # who is away just now
        return inside[0] if inside else there[0] if len(there) == 1 and not is_anothers else None
