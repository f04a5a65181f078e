"""What the web chat needs to know about people and groups. The application answers it from the database."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from handlers.messages import Words

ALONE: Final = "person:"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who may chat: `id` is the sender id on this channel, `role` the Chinese name of the highest role."""

    id: str
    name: str
    role: str = "居民"


@dataclass(frozen=True, slots=True)
class Tab:
    """A group that a person is in."""

    address: str
    title: str


@dataclass(frozen=True, slots=True)
class Said:
    """Something that the bot said before the last start; `id` is what `Webchat.send` returned for it."""

    id: str
    at: datetime
    words: Words


class Door(Protocol):
    """Who may come in, and what he sees there. Every answer is as of now; nothing is cached across calls."""

    async def people(self) -> Sequence[Person]:
        """Everybody whom a visitor of the demo may choose to be, in the order to be shown."""

    async def enter(self, token: str) -> Person | None:
        """Use up the one-time link `token`; None if it is unknown, used or expired."""

    async def person(self, id: str) -> Person | None:
        """The member with that id, unless he has left."""

    async def chats(self, person_id: str) -> Sequence[Tab]:
        """The groups he is in. The chat with the bot alone is not among them: it is always there."""

    async def chat(self, address: str) -> Tab | None:
        """The group at that address, if there is one."""

    async def members(self, address: str) -> Sequence[Person]:
        """Who is in that group."""

    async def remember(self, session_digest: str, person_id: str, until: datetime) -> None:
        """Keep a session. Only its SHA-256 is given, so that a stolen database opens no door."""

    async def recognise(self, session_digest: str) -> Person | None:
        """Whose session it is; None if unknown, over, or its person has left."""

    async def forget(self, session_digest: str) -> None:
        """Drop a session; unknown ones are fine."""

    async def said(self, address: str) -> Sequence[Said]:
        """What the bot lately said there, oldest first; asked once a chat after each start. May be empty."""


def alone_with(person_id: str) -> str:
    """The address of the chat that a person has with the bot."""
    return ALONE + person_id


def person_alone(address: str) -> str | None:
    """Whose chat with the bot that address is; None for a group."""
    return address.removeprefix(ALONE) if address.startswith(ALONE) else None
