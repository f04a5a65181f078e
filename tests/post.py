"""A post office without a bot: an outbox, a channel that does as it is told, and a clock that jumps."""

import asyncio
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa

from bot.channels.base import Can, Link, SendError, Sent
from bot.sender import Sender
from bot.turns import Pace
from handlers.messages import Words
from storage.database import Sessions
from storage.outbox import OutboxMessage
from storage.types import MessageKind, OutboxStatus
from tests.world import ACCOUNT, CHANNEL, MONDAY_9

PATIENT: Final = 5  #: seconds after which a test gives up


@dataclass
class Mouth:
    """A channel that fails, or takes its time, as told chat by chat."""

    name: str = CHANNEL
    account: str = ACCOUNT
    can: Can = Can(one_to_one=True)
    said: list[tuple[str, str]] = field(default_factory=list)
    at: list[float] = field(default_factory=list)  #: when, by the loop's clock
    answers: defaultdict[str, deque[SendError | asyncio.Event]] = field(default_factory=lambda: defaultdict(deque))
    speaking: asyncio.Event = field(default_factory=asyncio.Event)
    heard_by: Callable[[], None] = lambda: None
    link: Link = field(default_factory=lambda: Link(CHANNEL, ACCOUNT, lambda: MONDAY_9))

    async def send(self, chat: str, words: Words) -> Sent:
        """See `Channel.send`."""
        self.speaking.set()
        answer = self.answers[chat].popleft() if self.answers[chat] else None
        if isinstance(answer, SendError):
            raise answer
        if answer is not None:
            await answer.wait()
        self.said.append((chat, words.text))
        self.at.append(asyncio.get_running_loop().time())
        self.heard_by()
        return Sent(f"{chat}-{len(self.said)}")

    @property
    def texts(self) -> list[str]:
        return [text for _, text in self.said]


@dataclass
class Post:
    """Puts messages into the outbox and sends them."""

    sessions: Sessions
    mouth: Mouth = field(default_factory=Mouth)
    now: datetime = MONDAY_9
    pace: Pace = field(default_factory=Pace)
    count: int = 0

    def __post_init__(self) -> None:
        self.sender = self.another()

    def another(self, **more: Any) -> Sender:
        """One more sender on the same outbox."""
        known: dict[str, Any] = {
            "sessions": self.sessions,
            "channels": {(CHANNEL, ACCOUNT): self.mouth},
            "clock": lambda: self.now,
            "pace": self.pace,
            "jitter": lambda: 0.0,
        }
        return Sender(**(known | more))

    async def put(self, chat: str, text: str, kind: MessageKind = MessageKind.ANSWER, **more: Any) -> None:
        """A message waits; `群` at the end of a chat's address makes it a group."""
        async with self.sessions.begin() as session:
            self.count += 1
            row: dict[str, Any] = {"created_at": self.now, "due_at": self.now, "key": f"k{self.count}"} | more
            body = Words(text).to_body()
            is_group = chat.endswith("群")
            session.add(
                OutboxMessage(
                    chat=chat,
                    is_group=is_group,
                    kind=kind,
                    body=body,
                    **({"channel": CHANNEL, "account": ACCOUNT} | row),
                )
            )

    async def send_all(self) -> None:
        """Send what is due, as the running service does."""
        await self.sender.recover()
        while await self.sender.round():
            pass

    async def wait(self, time: timedelta) -> None:
        """Let time pass at once, then send what is due."""
        self.now += time
        await self.send_all()

    async def rows(self) -> list[OutboxMessage]:
        async with self.sessions() as session:
            return list((await session.scalars(sa.select(OutboxMessage).order_by(OutboxMessage.id))).all())

    async def states(self) -> list[str]:
        return [row.status.value for row in await self.rows()]

    async def until(self, state: OutboxStatus) -> None:
        """Wait until every message is in that state."""
        async with asyncio.timeout(PATIENT):
            while any(row.status is not state for row in await self.rows()):
                await asyncio.sleep(0.005)
