"""Customer groups as a channel: it says nothing by itself, it puts tasks before those who may."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from bot.channels.base import Can, Link, SendError, Sent
from bot.channels.confirmed import Done, Progress, Task
from bot.channels.wecom.api import Api, Unanswered
from bot.channels.wecom_groups.asking import refusals
from bot.channels.wecom_groups.errands import run
from bot.channels.wecom_groups.roster import Roster
from bot.channels.wecom_groups.tasks import Tasks
from handlers.messages import Words
from handlers.rules.confirming import UNFIT
from storage.errands import ErrandKind


class WecomGroups:
    """The customer groups of a company; see `Confirmed`.

    Args:
        api: The client.
        tasks: What is made with it.
        roster: Which groups there are.
        link: Whether it is connected.
        can: What it is able to do.
        a_day: How many messages a group may get in a day.
    """

    name = "wecom_groups"

    def __init__(self, api: Api, tasks: Tasks, roster: Roster, link: Link, can: Can, a_day: int) -> None:
        self.roster = roster
        self.account = link.account
        self.link = link
        self.can = can
        self.a_day = a_day
        self._api = api
        self._tasks = tasks

    async def send(self, chat: str, words: Words) -> Sent:  # noqa: ARG002 -- as every channel's
        """See `Channel.send`. Whoever comes here did not ask what the channel can do: nothing is said."""
        raise SendError(UNFIT, permanent=True)

    async def ask(self, member: str, chats: Sequence[str], words: Words) -> Task:
        """See `Confirmed.ask`."""
        with self._asking():
            return await self._tasks.make(member, chats, words)

    async def asked_before(self, member: str, words: Words, since: datetime, but: Collection[str]) -> str | None:
        """See `Confirmed.asked_before`."""
        with self._asking():
            return await self._tasks.find(member, words, since, but)

    async def progress(self, task: str, member: str) -> Progress:
        """See `Confirmed.progress`."""
        with self._asking():
            return await self._tasks.progress(task, member)

    async def remind(self, task: str) -> None:
        """See `Confirmed.remind`."""
        with self._asking():
            await self._tasks.remind(task)

    async def cancel(self, task: str) -> None:
        """See `Confirmed.cancel`."""
        with self._asking():
            await self._tasks.cancel(task)

    async def run(self, kind: ErrandKind, body: Mapping[str, Any], made: str | None) -> Done:
        """See `Confirmed.run`."""
        with self._asking():
            return await run(self._api, kind, body, made)

    @contextmanager
    def _asking(self) -> Iterator[None]:
        """Let refusals be `SendError`, and silence be a reason to ask nothing more until somebody answers again."""
        try:
            with refusals():
                yield
        except SendError as error:
            if isinstance(error.__cause__, Unanswered):
                self.roster.doubt(str(error).replace(" ", "_"))
            raise
