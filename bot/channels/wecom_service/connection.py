"""Staying connected: signals make it pull, and what no signal told is pulled at the start and after an interruption."""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from typing import Final
from xml.etree.ElementTree import Element

from bot.channels.base import Link
from bot.channels.wecom.api import Api, ApiError, Unanswered
from bot.channels.wecom_service.intake import Intake

log = logging.getLogger(__name__)

SIGNAL: Final = "kf_msg_or_event"
IN_TIME: Final = 3.0  #: seconds that a signal waits for its pull; the platform waits for five, and then signals again


async def services(api: Api) -> Sequence[tuple[str, str]]:
    """The service accounts that the bot may speak for: id and name.

    Raises:
        ApiError, Unanswered: They cannot be asked for.
    """
    found = (await api.post("/cgi-bin/kf/account/list", {"offset": 0, "limit": 100})).get("account_list")
    accounts = [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
    return [
        (str(one.get("open_kfid", "")), str(one.get("name", "")))
        for one in accounts
        if one.get("manage_privilege", True)
    ]


class Connection:
    """Keeps one app's service accounts pulled."""

    def __init__(self, api: Api, intake: Intake, link: Link) -> None:
        self._api = api
        self._intake = intake
        self._link = link
        self._pulling: set[asyncio.Task[None]] = set()
        self._behind = True  #: something may wait there of which no signal will tell

    async def take(self, message: Element) -> None:
        """A signal: return when what it told of is on disk. What goes wrong is passed on: it is then to come again.

        A pull that takes long goes on; should it fail, or the process end, the next one begins where it began.
        """
        if message.findtext("Event", "") != SIGNAL:
            log.info("message_ignored", extra={"channel": "wecom_service", "account": self._link.account})
            return
        service, token = message.findtext("OpenKfId", ""), message.findtext("Token", "")
        task = self._start(service, token)
        done, _ = await asyncio.wait({task}, timeout=IN_TIME)
        for one in done:
            one.result()

    async def probe(self) -> None:
        """Ask whether the platform can be reached.

        Raises:
            ApiError, Unanswered: It cannot, or it objects.
        """
        try:
            found = await services(self._api)
        except Unanswered:
            self._behind = True
            raise
        if self._behind:
            self._behind = False
            await asyncio.gather(*(self._start(service, "") for service, _ in found), return_exceptions=True)

    async def catch_up(self) -> None:
        """Pull what came while nobody listened, if the platform can be reached; else that is done when it can be."""
        with suppress(ApiError, Unanswered):
            await self.probe()

    async def finish(self) -> None:
        """Wait for what is being taken."""
        await asyncio.gather(*self._pulling, return_exceptions=True)

    def _start(self, service: str, token: str) -> asyncio.Task[None]:
        task = asyncio.create_task(self._pull(service, token))
        self._pulling.add(task)
        task.add_done_callback(self._ended)
        return task

    async def _pull(self, service: str, token: str) -> None:
        try:
            await self._intake.pull(service, token)
        except Exception as error:
            code = f"errcode_{error.code}" if isinstance(error, ApiError) else type(error).__name__
            log.warning("pull_failed", extra={"channel": "wecom_service", "error": code})
            self._behind = True
            raise

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._pulling.discard(task)
        if not task.cancelled():
            task.exception()  # whoever waits for it is told; else it is only logged
