"""The year of `bench/dispatch.py` on the real thing: receiver, rules, ticks and a database, with the clock of the year.

Nothing waits: the clock jumps to whatever comes first, a report, an answer or the next step of a ticket. People are
asked by what is put into the outbox for them, and answer by the words that a volunteer writes.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush
from itertools import count
from random import Random
from typing import Any, Final, cast

import sqlalchemy as sa

from bench.parish import RESIDENT, Parish
from bench.rivals import Outcome
from bench.season import ZONE, Answering, Report
from bench.town import ACCOUNT, CHANNEL
from bot.clock import Clock
from bot.receive import Receiver
from handlers.escalations import escalate_waiting
from handlers.house import HouseRules
from handlers.messages import Inbound
from handlers.moment import Reach
from handlers.rules.escalations import Policy
from handlers.understanding.decide import Reader
from handlers.understanding.types import SILENCE, Heard, Item, Judgement, Question, Scene, Spot
from storage.database import Sessions
from storage.outbox import OutboxMessage
from storage.tickets import Ticket, TicketEvent
from storage.types import Act, Category, MessageKind, TicketAction, Urgency

CALLS: Final = (MessageKind.CALL, MessageKind.EMERGENCY)
WORKS_FOR: Final = 3.0  #: hours, the median
TELLS_AFTER: Final = timedelta(hours=2)  #: … and says so by then
PATIENCE: Final = timedelta(days=14)  #: after the last report; what nobody has taken by then never was


class Script:
    """Stands in for understanding: 报修 followed by the category and the urgency."""

    def weigh(self, questions: Sequence[Question]) -> list[None]:
        return [None for _ in questions]

    def decide(self, _weighed: None, _question: Question) -> Judgement:
        return SILENCE

    def report(self, heard: Heard, scene: Scene) -> Item:
        category, urgency = heard.text.split()[-2:]
        return Item(Act.OPEN, None, Category(category), Urgency(urgency), Spot(building=scene.building))


Action = Callable[[], Awaitable[None]]


@dataclass(slots=True)
class Year:
    """One year in one database."""

    sessions: Sessions
    parish: Parish
    reports: Sequence[Report]
    model: Answering
    seed: int
    now: datetime = datetime.min
    ahead: list[tuple[datetime, int, Action]] = field(default_factory=list)
    outcome: Outcome = field(default_factory=Outcome)
    seen: int = 0  #: the last message in the outbox
    known: dict[int, tuple[int, Report]] = field(default_factory=dict)  #: ticket → its number, what it is about
    asked: dict[tuple[int, int], int] = field(default_factory=dict)
    numbers: Any = field(default_factory=count)
    receiver: Receiver = field(init=False)
    clock: Clock = field(init=False)

    def __post_init__(self) -> None:
        common: dict[str, Any] = {
            "sessions": self.sessions,
            "clock": lambda: self.now,
            "house": HouseRules(Policy(ZONE)),
            "reach": {CHANNEL: Reach(mentions=True, one_to_one=True)},
        }
        self.receiver = Receiver(reader=cast(Reader, Script()), **common)
        self.clock = Clock(ticks=(escalate_waiting,), **common)

    async def play(self) -> Outcome:
        """The whole year, and as long after it as something is still open."""
        for report in self.reports:
            self._plan(report.at, lambda report=report: self._report(report))  # type: ignore[misc]
        end = self.reports[-1].at + PATIENCE
        while (moment := await self._next()) is not None and moment <= end:
            self.now = max(self.now.replace(tzinfo=UTC), moment)
            if self.ahead and self.ahead[0][0] <= self.now:
                await heappop(self.ahead)[2]()
            else:
                await self.clock.ring()
            await self._look()
        await self._count()
        return self.outcome

    def _plan(self, at: datetime, action: Action) -> None:
        heappush(self.ahead, (at, next(self.numbers), action))

    async def _next(self) -> datetime | None:
        """When something happens next."""
        async with self.sessions() as session:
            step = await session.scalar(sa.select(sa.func.min(Ticket.next_at)).where(Ticket.closed_at.is_(None)))
        moments = [moment for moment in (step, self.ahead[0][0] if self.ahead else None) if moment is not None]
        return min(moments, default=None)

    async def _report(self, report: Report) -> None:
        """Somebody of the building says it."""
        before = await self._last_ticket()
        words = f"报修 {report.category.value} {report.urgency.value}"
        await self._say(f"{RESIDENT}{report.building + 1}", words)
        ticket = await self._last_ticket()
        if ticket is None or ticket == before:
            raise RuntimeError("a report opened no ticket")
        self.known[ticket.id] = (ticket.number, report)

    async def _last_ticket(self) -> Any:
        async with self.sessions() as session:
            query = sa.select(Ticket.id, Ticket.number).order_by(Ticket.id.desc()).limit(1)
            return (await session.execute(query)).one_or_none()

    async def _say(self, sender: str, words: str) -> None:
        number = next(self.numbers)
        inbound = Inbound(
            channel=CHANNEL,
            account=ACCOUNT,
            chat=f"alone:{sender}",
            message_id=str(number),
            sender=sender,
            sender_name=sender,
            text=words,
            at=self.now,
            is_group=False,
            to_bot=True,
            one_to_one=f"alone:{sender}",
        )
        await self.receiver.receive(inbound)

    async def _look(self) -> None:
        """Who was called since: each makes up his mind."""
        query = sa.select(OutboxMessage.id, OutboxMessage.ticket_id, OutboxMessage.member_id, OutboxMessage.due_at)
        new = query.where(OutboxMessage.id > self.seen).order_by(OutboxMessage.id)
        async with self.sessions() as session:
            top = await session.scalar(sa.select(sa.func.max(OutboxMessage.id)))
            calls = (await session.execute(new.where(OutboxMessage.kind.in_(CALLS)))).all()
        self.seen = top or self.seen
        together: dict[int, list[Any]] = {}
        for call in calls:
            if call.ticket_id is not None and call.member_id is not None:
                together.setdefault(call.ticket_id, []).append(call)
        for ticket, called in together.items():
            for call in called:
                self._ask(ticket, call.member_id, call.due_at, len(called))

    def _ask(self, ticket: int, member: int, at: datetime, asked: int) -> None:
        number, report = self.known[ticket]
        person = next(p for p in self.parish.people if p.id == member)
        again = self.asked.get((ticket, member), 0)
        self.asked[ticket, member] = again + 1
        self.outcome.messages += 1
        says, delay = self.model.answer(self.seed, report, person.number, asked, again)
        if says is not None:
            at = max(at, self.now) + delay
            self._plan(at, lambda: self._answer(ticket, number, person.number, accepts=says))

    async def _answer(self, ticket: int, number: int, person: int, *, accepts: bool) -> None:
        """He looks at it at last: if somebody has it by now, he leaves it."""
        if ticket in self.outcome.taken:
            return
        await self._say(str(person), f"接单 {number}" if accepts else f"去不了 {number}")
        if accepts:
            self.outcome.taken[ticket] = (self.now, person)
            rng = Random(f"{self.seed}:{ticket}:work")
            done = self.now + timedelta(hours=WORKS_FOR * rng.lognormvariate(0, 0.8))
            if done - self.now > TELLS_AFTER:
                self._plan(self.now + TELLS_AFTER, lambda: self._say(str(person), f"进展 {number} 在弄"))
            self._plan(done, lambda: self._say(str(person), f"办结 {number} 好了"))

    async def _count(self) -> None:
        """What the database says: when each was first accepted, and by whom."""
        by_id = {person.id: person.number for person in self.parish.people}
        query = sa.select(TicketEvent.ticket_id, TicketEvent.at, TicketEvent.member_id)
        accepted = query.where(TicketEvent.action == TicketAction.ACCEPT).order_by(TicketEvent.id.desc())
        async with self.sessions() as session:
            rows = (await session.execute(accepted)).all()
        firsts = (
            (self.known[ticket][1].number, at, by_id[member]) for ticket, at, member in rows if member is not None
        )
        self.outcome.taken = {number: (at, person) for number, at, person in firsts}
