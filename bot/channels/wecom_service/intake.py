"""Pulling what residents wrote, and handing it over: the position moves on only when everything before is on disk."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from bot.channels.base import Link, Media, Now, Receive
from bot.channels.ledger import Ledger
from bot.channels.wecom.api import JSON, Api, ApiError
from bot.channels.wecom.pictures import FETCHED_AT_ONCE, fetched
from bot.channels.wecom_service.names import Names
from bot.channels.wecom_service.reading import Heard, Returned, read
from handlers.messages import Inbound

log = logging.getLogger(__name__)

MOST: Final = 1000  #: items of one pull
PULL: Final = "/cgi-bin/kf/sync_msg"
#: The position is not known there any more: everything that is kept (three days) is pulled again. What was taken is known.
UNKNOWN_POSITION: Final = frozenset({40058, 40008})
TOKEN_OVER: Final = frozenset({95007})


class Intake:
    """Takes over what the platform keeps."""

    def __init__(self, api: Api, link: Link, receive: Receive, media: Media, ledger: Ledger, clock: Now) -> None:
        self._api = api
        self._link = link
        self._receive = receive
        self._media = media
        self._ledger = ledger
        self._clock = clock
        self._names = Names(api, clock)
        self._fetching = asyncio.Semaphore(FETCHED_AT_ONCE)
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def pull(self, service: str, token: str = "") -> None:
        """Take everything new of a service account.

        Args:
            service: Its `open_kfid`.
            token: From the signal. Without it the platform allows few pulls.

        Raises:
            ApiError, Unanswered: It cannot be asked.
            Exception: What `receive` raises: what was not taken is pulled again.
        """
        async with self._turns[service]:
            position = await self._ledger.position(service)
            while True:
                answer = await self._page(service, position, token)
                await self._take(_items(answer))
                after = answer.get("next_cursor")
                if not isinstance(after, str) or after in ("", position):
                    return
                await self._ledger.reach(service, after)
                position = after
                if not answer.get("has_more"):
                    return

    async def _page(self, service: str, position: str, token: str) -> JSON:
        asked = {"open_kfid": service, "limit": MOST, "voice_format": 0}
        try:
            return await self._api.post(PULL, {**asked, **_given(cursor=position, token=token)})
        except ApiError as error:
            log.warning("pull_refused", extra={"channel": "wecom_service", "error": f"errcode_{error.code}"})
            if error.code in TOKEN_OVER and token:
                return await self._api.post(PULL, {**asked, **_given(cursor=position)})
            if error.code in UNKNOWN_POSITION and position:
                return await self._api.post(PULL, {**asked, **_given(token=token)})
            raise

    async def _take(self, items: Iterable[dict[str, Any]]) -> None:
        """Chats side by side, so that `receive` can commit them together; each chat in order."""
        now = self._clock()
        chats: defaultdict[str, list[Heard]] = defaultdict(list)
        for item in items:
            heard = self._read(item, now)
            if isinstance(heard, Returned):
                await self._ledger.came_back(heard.message, f"the platform could not deliver it ({heard.kind})")
            elif heard is not None:
                chats[heard.inbound.chat].append(heard)
        # Before it is received: the answer may follow at once.
        everything = [heard for chat in chats.values() for heard in chat]
        await self._ledger.allow(*((one.inbound.chat, one.allowance) for one in everything if one.allowance))
        await self._names.learn([heard.inbound.sender for heard in everything])
        await asyncio.gather(*map(self._take_chat, chats.values()))

    def _read(self, item: dict[str, Any], now: datetime) -> Heard | Returned | None:
        heard = read(item, self._link.account, now)
        if heard is None:
            log.info("message_ignored", extra={"channel": "wecom_service", "account": self._link.account})
        return heard

    async def _take_chat(self, chat: Iterable[Heard]) -> None:
        for heard in chat:
            await self._receive(await self._complete(heard))

    async def _complete(self, heard: Heard) -> Inbound:
        inbound = replace(heard.inbound, sender_name=self._names.of(heard.inbound.sender))
        if heard.picture is None:
            return inbound
        async with self._fetching:
            shown = await fetched(self._api, heard.picture, self._media, "wecom_service")
        return replace(inbound, attachments=(shown,))


def _items(answer: JSON) -> list[dict[str, Any]]:
    found = answer.get("msg_list")
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def _given(**words: str) -> dict[str, str]:
    """What is not empty."""
    return {name: word for name, word in words.items() if word}
