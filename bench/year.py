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

from bench.answering import TOGETHER, Answering
from bench.parish import RESIDENT, Parish, Person, group_of
from bench.rivals import Outcome
from bench.script import Script
from bench.season import ZONE, Report
from bench.town import ACCOUNT, CHANNEL
from bot.clock import Clock
from bot.receive import Receiver
from handlers.clocks.escalations import escalate_waiting
from handlers.house import HouseRules
from handlers.messages import Inbound
from handlers.moment import Reach
from handlers.rules.escalations import PROGRESS_WITHIN, Policy
from handlers.understanding.decide import Reader
from storage.database import Sessions
from storage.tickets import TicketEvent
from storage.types import MessageKind, TicketAction

CALLS: Final = (MessageKind.CALL, MessageKind.EMERGENCY)
WORKS_FOR: Final = 3.0  #: hours, the median
#: … and says so by then; what he says nothing of is taken from him.
TELLS_AFTER: Final = {urgency: min(timedelta(hours=2), within / 2) for urgency, within in PROGRESS_WITHIN.items()}
PATIENCE: Final = timedelta(days=14)  #: after the last report; what nobody has taken by then never was


Action = Callable[[], Awaitable[None]]
Glance = Callable[..., list[Any]]  #: what a statement finds, on a connection of its own: looking on costs nothing


def _moment(stored: str | None) -> datetime | None:
    return None if stored is None else datetime.fromisoformat(stored).replace(tzinfo=UTC)


@dataclass(slots=True)
class Year:
    """One year in one database."""

    sessions: Sessions
    glance: Glance
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
    called: dict[int, list[datetime]] = field(default_factory=dict)  #: ticket → when somebody was called about it
    people: dict[int, Person] = field(init=False)
    changed: bool = True  #: whether anything happened since it was last looked what comes next
    step: datetime | None = None  #: when the clock has something to do
    numbers: Any = field(default_factory=count)
    receiver: Receiver = field(init=False)
    clock: Clock = field(init=False)

    def __post_init__(self) -> None:
        self.people = {person.id: person for person in self.parish.people}
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
        while (moment := self._next()) is not None and moment <= end:
            self.now = max(self.now.replace(tzinfo=UTC), moment)
            if self.ahead and self.ahead[0][0] <= self.now:
                await heappop(self.ahead)[2]()
            else:
                await self.clock.ring()
                self.changed = True
            if self.changed:
                self._look()
        await self._count()
        return self.outcome

    def _plan(self, at: datetime, action: Action) -> None:
        heappush(self.ahead, (at, next(self.numbers), action))

    def _next(self) -> datetime | None:
        """When something happens next. Nobody but the bot changes its tickets, so that is asked only when it has acted."""
        if self.changed:
            ((step,),) = self.glance("SELECT min(next_at) FROM ticket WHERE closed_at IS NULL")
            self.step, self.changed = _moment(step), False
        moments = [moment for moment in (self.step, self.ahead[0][0] if self.ahead else None) if moment is not None]
        return min(moments, default=None)

    async def _report(self, report: Report) -> None:
        """Somebody of the building says it in its group."""
        before = self._last_ticket()
        words = f"报修 {report.category.value} {report.urgency.value}"
        await self._say(f"{RESIDENT}{report.building + 1}", words, group_of(report.building))
        after = self._last_ticket()
        if after == before:
            raise RuntimeError("a report opened no ticket")
        self.known[after[0][0]] = (after[0][1], report)

    def _last_ticket(self) -> list[Any]:
        return self.glance("SELECT id, number FROM ticket ORDER BY id DESC LIMIT 1")

    async def _say(self, sender: str, words: str, group: str | None = None) -> None:
        number = next(self.numbers)
        inbound = Inbound(
            channel=CHANNEL,
            account=ACCOUNT,
            chat=group or f"alone:{sender}",
            message_id=str(number),
            sender=sender,
            sender_name=sender,
            text=words,
            at=self.now,
            is_group=group is not None,
            to_bot=True,
            one_to_one=f"alone:{sender}",
        )
        await self.receiver.receive(inbound)
        self.changed = True

    def _look(self) -> None:
        """Who was called since: each makes up his mind."""
        since = "SELECT id, kind, ticket_id, member_id, due_at FROM outbox WHERE id > ? ORDER BY id"
        rows = self.glance(since, self.seen)
        self.seen = rows[-1][0] if rows else self.seen
        together: dict[int, list[tuple[int, datetime | None]]] = {}
        for _, kind, ticket, member, due_at in rows:
            if kind in CALLS and ticket is not None and member is not None:
                together.setdefault(ticket, []).append((member, _moment(due_at)))
        for ticket, called in together.items():
            for member, due_at in called:
                self._ask(ticket, member, max(due_at or self.now, self.now), len(called))

    def _ask(self, ticket: int, member: int, at: datetime, together: int) -> None:
        number, report = self.known[ticket]
        before = self.called.setdefault(ticket, [])
        asked = together + sum(at - TOGETHER <= when < at for when in before)
        before.append(at)
        person = self.people[member]
        again = self.asked.get((ticket, member), 0)
        self.asked[ticket, member] = again + 1
        self.outcome.messages += 1
        says, delay = self.model.answer(self.seed, report, person.number, at, asked, again)
        if says is not None:
            self._plan(at + delay, lambda: self._answer(ticket, number, person.number, accepts=says))

    async def _answer(self, ticket: int, number: int, person: int, *, accepts: bool) -> None:
        """He looks at it at last: if somebody has it by now, he leaves it."""
        if ticket in self.outcome.taken:
            return
        await self._say(str(person), f"接单 {number}" if accepts else f"去不了 {number}")
        if accepts:
            self.outcome.taken[ticket] = (self.now, person)
            rng = Random(f"{self.seed}:{ticket}:work")
            done = self.now + timedelta(hours=WORKS_FOR * rng.lognormvariate(0, 0.8))
            tells_after = TELLS_AFTER[self.known[ticket][1].urgency]
            if done - self.now > tells_after:
                self._plan(self.now + tells_after, lambda: self._say(str(person), f"进展 {number} 在弄"))
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
