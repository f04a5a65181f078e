"""What the kit asks of a channel's test side."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from bot.channels.base import Channel, Receive
from bot.media import MediaStore
from storage.database import Sessions


@dataclass(frozen=True, slots=True)
class Ground:
    """What the platform gets from the service. `clock` is the stage's: the server dates messages by it, too."""

    receive: Receive
    media: MediaStore
    clock: Callable[[], datetime]
    sessions: Sessions


@dataclass(frozen=True, slots=True)
class Said:
    """One message of the bot's, as somebody in the chat sees it. `buttons` are their labels."""

    id: str
    text: str
    buttons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Saying:
    """Something that a person writes. `group`: a group of `tests/world.py`, or None for the chat with the bot alone.

    `calls_bot`: he mentions the bot as people do it there. `quote`: the id of the message that he answers.
    """

    person: str
    text: str
    group: str | None = None
    quote: str | None = None
    calls_bot: bool = False


class Platform(Protocol):
    """One channel with its server. Persons and groups are given by their names in `tests/world.py`.

    Ids are those that the bot knows: what `says` returns is `Inbound.message_id`, `chat` and `alone` are addresses.
    """

    kind: str  #: the channel's word in addresses
    account: str
    #: Scenario → why nobody can play it there, where `Can` does not tell already.
    lacks: Mapping[str, str]

    def connected(self, ground: Ground) -> AbstractAsyncContextManager[Channel]:
        """The server runs and the adapter is connected for as long as the block lasts; pauses and retries are short."""

    def sender(self, person: str) -> str:
        """The person's id there."""

    def alone(self, person: str) -> str | None:
        """The chat in which the bot can write to the person alone; he has let it. None where there is no such chat."""

    def chat(self, group: str) -> str:
        """The group's address. Never asked where `Can.groups` is NEVER."""

    async def says(self, saying: Saying) -> str:
        """Somebody writes. It need not have arrived when this returns: `settle` waits for that."""

    async def says_twice(self, saying: Saying) -> None:
        """Somebody writes once, and the platform delivers it twice."""

    async def says_jumbled(self, sayings: Sequence[Saying]) -> None:
        """People write one after the other, and the platform delivers the last first. Only in groups, or all alone."""

    async def presses(self, person: str, under: Said, label: str, *, group: str | None = None) -> None:
        """Somebody presses a button. Never asked where the channel has none."""

    async def heard(self, where: str) -> Sequence[Said]:
        """Everything that the bot has said in a group, or to a person alone, oldest first."""

    async def settle(self) -> None:
        """Wait until everything that happened has been taken by the bot. Nothing arrives while the line is cut."""

    async def removes_bot(self, group: str) -> None:
        """Somebody removes the bot from the group, or the group forbids it to write there."""

    async def slows_down(self, wait: timedelta) -> None:
        """The next message of the bot's is refused: it is to wait so long (`wait` is at most a minute)."""

    async def disconnects(self) -> None:
        """The line is cut, and stays cut until `reconnects`: the bot knows it when this returns."""

    async def reconnects(self) -> None:
        """The line is there again, and the bot has noticed when this returns."""
