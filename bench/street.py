"""The groups of a bench, talking to one receiver; and a stand-in for the parser."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from time import perf_counter
from typing import Any, Final
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from bench.talk import Group
from bot.receive import Receiver
from handlers.house import HouseRules
from handlers.moment import Reach
from handlers.rules.escalations import Policy
from handlers.understanding.decide import Reader
from handlers.understanding.types import SILENCE, Heard, Item, Judgement, Question, Scene, Spot
from storage.database import Sessions
from storage.tickets import Ticket, TicketEvent
from storage.types import Act, Category, Urgency

BETWEEN: Final = timedelta(minutes=9)  #: two messages of a group, on the bench's clock: a hundred on a waking day
LEFT: Final = timedelta(days=1)  #: what nobody has ended by then is taken off the board between two slices


class Deaf:
    """Stands in for the parser: everything is small talk, and what is reported by a command is of no special kind."""

    def weigh(self, questions: Sequence[Question]) -> list[None]:
        return [None for _ in questions]

    def decide(self, _weighed: None, _question: Question) -> Judgement:
        return SILENCE

    def report(self, _heard: Heard, _scene: Scene) -> Item:
        return Item(Act.OPEN, None, Category.FACILITY, Urgency.NORMAL, Spot())


@dataclass(slots=True)
class Street:
    """All groups, talking to one receiver, with the clock of their talk."""

    sessions: Sessions
    groups: list[Group]
    reader: Reader
    now: datetime = datetime(2026, 5, 11, 1, 0, tzinfo=UTC)
    heard: int = 0
    changes: int = 0
    waits: list[float] = field(default_factory=list)
    receiver: Receiver = field(init=False)

    def __post_init__(self) -> None:
        self.receiver = Receiver(
            sessions=self.sessions,
            clock=lambda: self.now,
            house=HouseRules(Policy(ZoneInfo("Asia/Shanghai"))),
            reach={"bench": Reach(mentions=True, one_to_one=True)},
            reader=self.reader,
        )

    async def rate(self, seconds: float) -> float:
        """Messages a second, for about so long."""
        began, before = perf_counter(), self.heard
        async with asyncio.TaskGroup() as people:
            for group in self.groups:
                people.create_task(self._talk(group, began + seconds))
        return (self.heard - before) / (perf_counter() - began)

    async def _talk(self, group: Group, until: float) -> None:
        while (began := perf_counter()) < until:
            inbound, changes = group.next(self.now)
            await self.receiver.receive(inbound)
            self.waits.append(perf_counter() - began)
            self.heard += 1
            self.changes += changes
            self.now += BETWEEN / len(self.groups)

    async def tidy(self) -> None:
        """Cancel what has been open for long: tickets that the talk does not know of."""
        by_chat = {group.chat: group for group in self.groups}
        left = sa.select(Ticket.chat, Ticket.number).where(
            Ticket.closed_at.is_(None), Ticket.opened_at < self.now - LEFT
        )
        async with self.sessions() as session:
            found = (await session.execute(left)).all()
        for chat, number in found:
            await self.receiver.receive(by_chat[chat].cancel(number, self.now))

    async def counts(self) -> dict[str, Any]:
        """What there is in the database now."""
        async with self.sessions() as session:
            tickets = await session.scalar(sa.select(sa.func.count()).select_from(Ticket)) or 0
            still = await session.scalar(sa.select(sa.func.count()).where(Ticket.closed_at.is_(None))) or 0
            events = await session.scalar(sa.select(sa.func.count()).select_from(TicketEvent)) or 0
        return {
            "messages": self.heard,
            "changing": round(self.changes / max(self.heard, 1), 3),
            "tickets": tickets,
            "ticket_events": events,
            "open_per_chat": round(still / len(self.groups), 1),
        }
