"""What every chat platform looks like to the bot: a channel says and hears, and states what it can do."""

from collections.abc import AsyncIterable, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Protocol, Self, runtime_checkable

from aiohttp import web

from bot.channels.can import About, Can, Groups, Length, Limit, Window
from bot.channels.link import Link, Now
from handlers.messages import Inbound, Words

__all__ = [
    "About",
    "Can",
    "Channel",
    "Connector",
    "Groups",
    "Kept",
    "Length",
    "Limit",
    "Link",
    "Media",
    "Now",
    "Recaller",
    "Receive",
    "SendError",
    "Sent",
    "Window",
]

#: Hands one heard thing over. Returns when it is on disk, and only then may a channel acknowledge it.
Receive = Callable[[Inbound], Awaitable[None]]


class SendError(Exception):
    """A message did not go out.

    Args:
        reason: For the log and the admin: no names, no text.
        permanent: It never will (removed, forbidden, malformed): the message is dead.
        gone: Nothing can be said in that chat any more: removed from it, blocked, or no such chat. A message that is
            merely malformed says nothing about its chat.
        unsure: It may have been said: the request had left when the answer failed to come.
        retry_after: The platform's own wish.
        moved_to: The chat has a new address; say it there.
        waits: The person has to write first; until then nothing may be said to him.
        untried: It has not even left, because nobody was there to carry it: that is no attempt, and wears nothing out.
        parts: The platform's ids of those parts of it that are out, where it went out in several.
    """

    def __init__(
        self,
        reason: str,
        *,
        permanent: bool = False,
        gone: bool = False,
        unsure: bool = False,
        retry_after: timedelta | None = None,
        moved_to: str | None = None,
        waits: bool = False,
        untried: bool = False,
        parts: Sequence[str] = (),
    ) -> None:
        super().__init__(reason)
        self.permanent = permanent
        self.gone = gone
        self.unsure = unsure
        self.retry_after = retry_after
        self.moved_to = moved_to
        self.waits = waits
        self.untried = untried
        self.parts = tuple(parts)


@dataclass(frozen=True, slots=True)
class Sent:
    """A message that is out.

    Args:
        id: The platform's id of it, by which it is quoted and pressed.
        parts: The platform's ids of all that it went out in, as they are taken back; `id` alone where it is empty.
        unshown: A picture or a file of it was refused or could not be read; its words are out without.
    """

    id: str
    parts: tuple[str, ...] = ()
    unshown: bool = False

    @classmethod
    def of(cls, id: str, parts: Sequence[str], *, unshown: bool = False) -> Self:
        """One that went out in these `parts`; those that say no more than `id` are left out."""
        return cls(id, () if list(parts) == [id] else tuple(parts), unshown)


class Channel(Protocol):
    """A connected platform account."""

    @property
    def name(self) -> str:
        """The channel's word in addresses, for example `telegram`."""

    @property
    def account(self) -> str:
        """Which of the bot's accounts this is."""

    @property
    def can(self) -> Can:
        """What it is able to do."""

    @property
    def link(self) -> Link:
        """Whether it is connected."""

    async def send(self, chat: str, words: Words) -> Sent:
        """Say `words` in `chat`.

        Raises:
            SendError: It did not go out, or perhaps did not.
        """


@runtime_checkable
class Recaller(Protocol):
    """A channel that can take back what it said."""

    async def take_back(self, chat: str, message: str) -> None:
        """Let the message of that id be gone from `chat`; one that is gone already is fine.

        Raises:
            SendError: It stays, or nobody knows.
        """


class Media(Protocol):
    """Where pictures and files are kept, by content."""

    async def keep(self, chunks: AsyncIterable[bytes], kind: str, name: str = "") -> "Kept":
        """Store what arrives, checking size and type; see `bot/media.py`. `name`: what a file is called."""

    def path(self, digest: str) -> Path | None:
        """The file of that digest, if it is there."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of a file: stored under `digest`, or refused with a sentence that a resident may read.

    `name`: what it is called, where it is not a picture.
    """

    digest: str | None
    size: int
    refused: str | None = None
    name: str = ""


class Connector(Protocol):
    """The configuration of one channel, which knows how to connect it."""

    def open(
        self, app: web.Application, receive: Receive, media: Media, clock: Now
    ) -> AbstractAsyncContextManager[Channel]:
        """Be connected for as long as the block lasts: add routes to `app`, or start a task, or both."""
