"""What an outage left of the ladder: thousands of steps, taken together in few statements, and said once to each person.

Only what nobody has accepted and anybody may hear of goes this way: emergencies come first and one by one, and what is
private or about a certain flat is looked at singly, for not everybody who answers for the place may know of it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from handlers.clocks.winding import by_now, plan_of, take, wind
from handlers.dispatch.crowds import Crowds
from handlers.messages import Button, Words
from handlers.moment import Moment
from handlers.phrases import chains as phrases
from handlers.rules.plans import Plan
from handlers.rules.quiet import quiet_until
from storage import clocks, many, members, places
from storage.members import Person
from storage.steps import StepKind
from storage.tickets import Ticket
from storage.types import MemberId, MessageKind, PlaceId, Role, TicketAction, TicketId

LEAST: Final = 100  #: fewer are taken singly, with everything that belongs to a call
BATCH: Final = 10_000  #: tickets in one transaction
STALE: Final = timedelta(minutes=30)  #: how late a step is that was missed in an outage
UP: Final = frozenset(clocks.LADDER)
MOST_STEPS: Final = 6  #: of one ticket; more than that are never due at once
TOLD: Final = frozenset({StepKind.LATE, StepKind.COORDINATOR, StepKind.REMIND})


@dataclass(slots=True)
class Backlog:
    """What there is to say to whom; who answers for a place is looked up once."""

    moment: Moment
    crowds: Crowds
    news: dict[MemberId, dict[Ticket, StepKind]] = field(default_factory=dict)
    plans: dict[int, Plan] = field(default_factory=dict)
    silent: dict[MemberId, list[TicketId]] = field(default_factory=dict)
    climbed: dict[int, list[TicketId]] = field(default_factory=dict)
    offices: dict[tuple[PlaceId, Role], Sequence[Person]] = field(default_factory=dict)

    async def catch_up(self, ticket: Ticket) -> None:
        """Take every step of the ticket that is due by now."""
        plan = self._plan(ticket)
        for _ in range(MOST_STEPS):
            step, due_at = ticket.next_step, ticket.next_at
            if step is None or due_at is None or due_at > self.moment.now:
                return
            if step in UP:
                await self._climb(ticket, plan, step)
            else:
                take(ticket, step, self.moment.now)
            if step in TOLD:
                self._tell(await self._holding(ticket, Role.ADMIN), ticket, step)
            wind(self.moment, ticket, plan)

    def _plan(self, ticket: Ticket) -> Plan:
        """Thousands of tickets share the same few plans, as `left_behind` read them."""
        key = id(ticket.plan)
        if key not in self.plans:
            self.plans[key] = plan_of(self.moment, ticket)
        return self.plans[key]

    async def _climb(self, ticket: Ticket, plan: Plan, step: StepKind) -> None:
        now, before, least = self.moment.now, ticket.level, int(step in (StepKind.CLIMB, StepKind.SUPERVISOR))
        ticket.level = by_now(self.moment, ticket, plan, least=least)
        anew = ticket.level == before and step is StepKind.REPEAT  # all who are there are called once more
        for member in () if anew else self.crowds.silent(ticket):
            self.silent.setdefault(member, []).append(ticket.id)
        ticket.asked, ticket.asking_id, ticket.called_at, ticket.last_at = 0, None, now, now
        take(ticket, StepKind.ASK_NEXT, now)  # all of them are called at once
        if ticket.level > before:
            self.climbed.setdefault(ticket.level, []).append(ticket.id)
        self._tell(await self.crowds.call(ticket, plan.ladder, anew=anew), ticket, step)
        if ticket.level == plan.top > before:
            self._tell(await self._holding(ticket, Role.SUPERVISOR), ticket, step)

    async def write(self) -> None:
        """Write down who let his time pass, what went up and whom it came to."""
        session, now = self.moment.session, self.moment.now
        for member, found in self.silent.items():
            await many.happened(session, found, now, TicketAction.NO_ANSWER, member)
        for level, found in self.climbed.items():
            await many.happened(session, found, now, TicketAction.ESCALATE, value=level)
        await self.crowds.write()

    def _tell(self, people: Iterable[Person], ticket: Ticket, step: StepKind) -> None:
        for person in people:
            if person.id != ticket.reporter_id:
                self.news.setdefault(person.id, {})[ticket] = step

    async def _holding(self, ticket: Ticket, role: Role) -> Sequence[Person]:
        key = (ticket.place_id, role)
        if key not in self.offices:
            session = self.moment.session
            line = await places.above(session, await places.by_id(session, ticket.place_id))
            self.offices[key] = await members.with_role(session, role, [place.id for place in line])
        return self.offices[key]

    async def say(self) -> None:
        """One message to each, in the morning if it is night; who cannot be written to alone finds it in the list."""
        moment, night = self.moment, self.moment.house.escalation.quiet
        due_at = quiet_until(moment.now, night, moment.house.zone)
        for member, found in self.news.items():
            words = Words(phrases.summed_up(found), (Button("待办", "待办"),))
            key = f"summed:{moment.now:%Y%m%d%H}"
            await moment.tell_once(member, words, MessageKind.CALL, key=key, due_at=due_at)


async def catch_up(moment: Moment) -> bool:
    """Take what an outage left, if it is much; whether it was."""
    found = await clocks.left_behind(moment.session, moment.now - STALE, least=LEAST, most=BATCH)
    if not found:
        return False
    backlog = Backlog(moment, await Crowds.about(moment, found))
    for ticket in found:
        await backlog.catch_up(ticket)
    await clocks.write(moment.session, found)
    await backlog.write()
    await backlog.say()
    return True
