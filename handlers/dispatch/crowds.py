"""Whom steps of the ladder ask about many tickets at once: what is known of people is looked up once a place."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from handlers.dispatch.candidates import SAID_NO, absent
from handlers.dispatch.choosing import Chosen, Step, codes_of
from handlers.dispatch.levels import Rung, ladder
from handlers.moment import Moment
from handlers.rules.dispatch import Candidate, Order, Skip, order
from storage import choices, places, skills
from storage.choices import SaidNo
from storage.members import Person
from storage.tickets import Ticket
from storage.types import Category, MemberId, PlaceId, PlaceKind, TicketAction, TicketId

Known = tuple[PlaceId, Category, frozenset[tuple[MemberId, Skip]]]


@dataclass(slots=True)
class Crowds:
    """The ladders of many places. Nobody is passed over for having enough in hand: everybody hears of all in one message."""

    moment: Moment
    said_no: dict[TicketId, SaidNo]  #: by ticket
    called: dict[TicketId, list[MemberId]]  #: … and who was called last, as long as it is not said that he was silent
    ladders: dict[tuple[PlaceId, Sequence[PlaceKind]], Sequence[Rung]] = field(default_factory=dict)
    rungs: dict[PlaceId, Rung] = field(default_factory=dict)
    people: dict[PlaceId, Sequence[Candidate]] = field(default_factory=dict)
    orders: dict[Known, Order] = field(default_factory=dict)
    made: dict[tuple[int, Known], list[Ticket]] = field(default_factory=dict)  #: by step, what was chosen alike

    @classmethod
    async def about(cls, moment: Moment, found: Sequence[Ticket]) -> "Crowds":
        """What was said of these tickets so far, read at once."""
        said_no = await choices.declined_each(moment.session, [ticket.id for ticket in found])
        return cls(moment, said_no, await choices.called_last(moment.session, {t.id: t.round for t in found}))

    def silent(self, ticket: Ticket) -> list[MemberId]:
        """Who was called about it last and has not said a word; from now on it is known of them."""
        asked = [ticket.asking_id] if ticket.asking_id is not None else []
        said_no = self.said_no.setdefault(ticket.id, {})
        silent = [one for one in self.called.pop(ticket.id, []) or asked if one not in said_no]
        said_no.update(dict.fromkeys(silent, TicketAction.NO_ANSWER))
        return silent

    async def call(self, ticket: Ticket, steps: Sequence[PlaceKind], *, anew: bool) -> Sequence[Person]:
        """Everybody who can be asked at the first step from the ticket's up at which anybody can; why is written down.

        Args:
            steps: The kinds of places that its plan has.
            anew: Those as well who have let their time pass.
        """
        out = {member: SAID_NO[how] for member, how in self.said_no.get(ticket.id, {}).items()}
        if anew:
            out = {member: why for member, why in out.items() if why is not Skip.SILENT}
        if ticket.reporter_id is not None:
            out[ticket.reporter_id] = Skip.REPORTER
        rungs = await self._ladder(ticket.place_id, steps)
        for at in range(max(min(ticket.level, len(rungs) - 1), 0), len(rungs)):
            known = await self._weighed(ticket, rungs[at], out)
            self.made.setdefault((at, known), []).append(ticket)
            if self.orders[known].asked:
                return self._people(rungs[at], self.orders[known])
        return ()

    async def write(self) -> None:
        """Write down what was chosen, and why: once for all that are alike."""
        for (at, known), found in self.made.items():
            rung, chosen = self.rungs[known[0]], self.orders[known]
            people = self._people(rung, chosen)
            step = Step(at, rung.place.id, rung.people)
            codes = codes_of(self.moment, found[0], step, Chosen(tuple(people), chosen, at_most=False), people)
            about = [ticket.id for ticket in found]
            await choices.enter_each(self.moment.session, about, self.moment.now, at, rung.place.id, codes)

    async def _weighed(self, ticket: Ticket, rung: Rung, out: Mapping[MemberId, Skip]) -> Known:
        """Under what the order of those who answer there is known."""
        there = await self._candidates(rung)
        mine = frozenset((one.member, out[one.member]) for one in there if one.member in out)
        known = (rung.place.id, ticket.category, mine)
        if known not in self.orders:
            weighed = [replace(one, out=out.get(one.member, one.out)) for one in there]
            self.orders[known] = order(weighed, ticket.id, self.moment.house.needed.get(ticket.category, ()))
        return known

    def _people(self, rung: Rung, found: Order) -> Sequence[Person]:
        by_id = {person.id: person for person in rung.people}
        return [by_id[member] for member in found.asked]

    async def _candidates(self, rung: Rung) -> Sequence[Candidate]:
        if rung.place.id not in self.people:
            ids = [person.id for person in rung.people]
            away, can = await absent(self.moment, ids), await skills.of_members(self.moment.session, ids)
            self.people[rung.place.id] = [Candidate(m, can.get(m, frozenset()), out=away.get(m)) for m in ids]
        return self.people[rung.place.id]

    async def _ladder(self, place: PlaceId, steps: Sequence[PlaceKind]) -> Sequence[Rung]:
        if (place, steps) not in self.ladders:
            found = await ladder(self.moment, await places.by_id(self.moment.session, place), steps)
            self.ladders[place, steps] = found
            self.rungs.update((rung.place.id, rung) for rung in found)
        return self.ladders[place, steps]
