"""A channel whose groups hear only what a member has confirmed with his own hand: what it can do beside `Channel`.

A *task* is one text for some of the groups that one member owns. The platform shows it to him, and it goes out when he
confirms it, or never.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

from bot.channels.base import Channel
from handlers.messages import Words
from storage.errands import ErrandKind


@dataclass(frozen=True, slots=True)
class Task:
    """A task that was made.

    `refused` are the groups that the platform does not know, or that are not the member's. `unshown`: it is without a
    picture or a file, which the platform does not take.
    """

    id: str
    refused: tuple[str, ...] = ()
    unshown: bool = False


@dataclass(frozen=True, slots=True)
class Progress:
    """How a task is: whether it was confirmed, which groups got it when, and which can get nothing more today."""

    confirmed: bool = False
    got: Mapping[str, datetime | None] = field(default_factory=dict)
    over_quota: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Done:
    """An errand that was run: the platform's id of what was made, and what there is to be told of it."""

    reference: str
    result: str = ""


@runtime_checkable
class Confirmed(Channel, Protocol):
    """See above. Everything raises `SendError`, as `Channel.send` does."""

    @property
    def a_day(self) -> int:
        """How many messages the platform lets a group get in a day."""

    async def ask(self, member: str, chats: Sequence[str], words: Words) -> Task:
        """Put a task before `member`, who owns `chats`."""

    async def asked_before(self, member: str, words: Words, since: datetime, but: Collection[str]) -> str | None:
        """The task with these words that was put before `member` after `since`, if there is one and it is not in `but`."""

    async def progress(self, task: str, member: str) -> Progress:
        """How the task is."""

    async def remind(self, task: str) -> None:
        """Remind the member."""

    async def cancel(self, task: str) -> None:
        """Take the task away from the member; one that he has confirmed stays as it is."""

    async def run(self, kind: ErrandKind, body: Mapping[str, Any], made: str | None) -> Done:
        """Do something beside speaking; `made` is the id of what was made before for the same, to be changed."""
