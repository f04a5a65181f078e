"""Which groups there are: looked up from time to time, and at once where WeCom says that something changed.

An event only says where to look. Who counts members by events has to start anew after every lost one; the state is told
whole, and telling it again changes nothing.
"""

import asyncio
import itertools
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final
from xml.etree.ElementTree import Element

from bot.channels.base import Link, Now, Receive
from bot.channels.wecom.api import Api, ApiError, Unanswered
from bot.channels.wecom.errors import GONE
from bot.channels.wecom_groups.asking import EXTERNAL, pages
from bot.channels.wecom_groups.reading import change, listing
from handlers.messages import Happening, Inbound
from storage.listings import Listing

log = logging.getLogger(__name__)

NEEDS_OWNERS: Final = 81017  #: so many people that a list has to name whose groups are meant
OWNERS_AT_ONCE: Final = 100
LIST: Final = "groupchat/list"
SOON: Final = timedelta(seconds=30)  #: after which all groups are looked at again when that failed


class Roster:
    """Tells the bot of groups: new ones, changed ones, and those that are gone."""

    def __init__(self, api: Api, link: Link, receive: Receive, clock: Now) -> None:
        self._api = api
        self._link = link
        self._receive = receive
        self._clock = clock
        self._told: dict[str, Listing] = {}
        self._wanted: dict[str, None] = {}  #: chats to look at soon, in the order in which they changed
        self._tellings = itertools.count()
        self._wake = asyncio.Event()
        self.idle = asyncio.Event()  #: there is nothing to look at just now

    async def take(self, message: Element) -> None:
        """A callback. What is gone is on disk when this returns; what changed is looked at next, or at the next start."""
        told = change(message, self._clock())
        if told is None:
            return
        if told.dissolved:
            await self._gone(told.chat, told.at, told.name)
        else:
            self._wanted[told.chat] = None
            self.idle.clear()
            self._wake.set()

    def doubt(self, reason: str) -> None:
        """Nothing could be reached: nothing is to be asked before all groups were looked at again."""
        self._link.lost(reason, mute=True)
        self.idle.clear()
        self._wake.set()

    async def run(self, every: timedelta) -> None:
        """Look for as long as it is let: at all groups again and again, and in between at those that changed."""
        while True:
            self._wanted.clear()
            went_well = await self._tried(self.look)
            with suppress(TimeoutError):
                async with asyncio.timeout((every if went_well else min(every, SOON)).total_seconds()):
                    while await self._tried(self._look_at_changed):
                        await self._wake.wait()
                        if went_well and self._link.mute:
                            break  # somebody else found out that nothing can be reached

    async def look(self) -> None:
        """See to every group.

        Raises:
            ApiError, Unanswered: WeCom does not tell.
        """
        there = await self._chats()
        self._link.opened()
        for chat in there:
            await self._look_at(chat)
        for chat in [chat for chat in self._told if chat not in there]:
            await self._gone(chat, self._clock(), f"missing:{chat}:{self._clock().timestamp():.0f}")

    async def _look_at_changed(self) -> None:
        """See to those that changed, and to what changes meanwhile."""
        self._wake.clear()
        while self._wanted:
            chat = next(iter(self._wanted))
            await self._look_at(chat)
            self._wanted.pop(chat, None)
        self.idle.set()

    async def _tried(self, looking: Callable[[], Awaitable[None]]) -> bool:
        """Whether it went well; else what was not told is told again when all groups are looked at."""
        try:
            await looking()
        except (ApiError, Unanswered) as error:
            self._link.lost(str(error).replace(" ", "_"), mute=True)
        except Exception:  # the database is away, or a bug
            log.exception("roster_failed", extra={"channel": self._link.channel})
        else:
            return True
        return False

    async def _chats(self) -> dict[str, None]:
        try:
            return await self._listed({})
        except ApiError as error:
            if error.code != NEEDS_OWNERS:
                raise
        owners, found = await owners_of(self._api), dict[str, None]()
        for start in range(0, len(owners), OWNERS_AT_ONCE):
            found |= await self._listed({"owner_filter": {"userid_list": owners[start : start + OWNERS_AT_ONCE]}})
        return found

    async def _listed(self, whose: dict[str, Any]) -> dict[str, None]:
        body = {"status_filter": 0, "limit": 1000, **whose}
        found = [one.get("chat_id") async for one in pages(self._api, LIST, body, "group_chat_list")]
        return {chat: None for chat in found if isinstance(chat, str) and chat}

    async def _look_at(self, chat: str) -> None:
        try:
            answer = await self._api.post(EXTERNAL + "groupchat/get", {"chat_id": chat, "need_name": 1})
        except ApiError as error:
            if error.code not in GONE:
                raise
            await self._gone(chat, self._clock(), f"unknown:{chat}:{self._clock().timestamp():.0f}")
            return
        told = listing(answer.get("group_chat"))
        if told is not None and self._told.get(chat) != told:
            await self._receive(self._inbound(chat, Happening.LISTED, self._clock(), self._name(chat, told), told))
            self._told[chat] = told

    async def _gone(self, chat: str, at: datetime, name: str) -> None:
        await self._receive(self._inbound(chat, Happening.REMOVED, at, name))
        self._told.pop(chat, None)

    def _name(self, chat: str, told: Listing) -> str:
        """What names a telling: the same state may come back, so when it was told is a part of it."""
        digest = sha256(repr(told).encode("utf-8", "surrogatepass")).hexdigest()[:16]
        return f"listed:{chat}:{self._clock().timestamp():.3f}:{next(self._tellings)}:{digest}"

    def _inbound(
        self, chat: str, happening: Happening, at: datetime, name: str, told: Listing | None = None
    ) -> Inbound:
        return Inbound(
            channel=self._link.channel,
            account=self._link.account,
            chat=chat,
            message_id=name,
            sender=told.owner if told else "",
            sender_name=told.owner_name if told else "",
            text="",
            at=at,
            happening=happening,
            listing=told,
        )


async def owners_of(api: Api) -> list[str]:
    """The members who may have customers and their groups; raises as `Api.get` does."""
    found = (await api.get(EXTERNAL + "get_follow_user_list")).get("follow_user")
    return [who for who in found if isinstance(who, str)] if isinstance(found, list) else []
