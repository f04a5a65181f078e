"""Choosing whom to ask at one step of the ladder, and keeping why, so that it can be told."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from handlers.dispatch.candidates import candidates
from handlers.moment import Moment
from handlers.rules.dispatch import Order, Skip, only_reporters, order
from storage import choices
from storage.choices import Choice
from storage.members import Person
from storage.tickets import Ticket
from storage.types import MemberId, PlaceId, Urgency


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the ladder for a ticket: the place that answers, and everybody who answers for it."""

    level: int
    place: PlaceId | None
    people: tuple[Person, ...]
    at_once: int | None = None  #: so many are asked, then as many more; None: all
    far: frozenset[MemberId] = frozenset()  #: those of them who are of other buildings
    company: bool = False  #: they are the property company
    instead: bool = False  #: … which should be called here, and there is none


@dataclass(frozen=True, slots=True)
class Chosen:
    """Whom to ask at a step, the first one first."""

    people: tuple[Person, ...]
    order: Order
    at_most: bool = True  #: whether having enough in hand counted

    @property
    def knows(self) -> bool:
        """Whether nobody is asked because those who answer there reported it themselves."""
        return only_reporters(self.order, [*self.order.passed])

    @property
    def too_busy(self) -> bool:
        """Whether somebody was passed over for having enough in hand, or for having been called often enough."""
        return not {Skip.FULL, Skip.CALLED_ENOUGH}.isdisjoint(self.order.passed.values())


async def choose(moment: Moment, ticket: Ticket, step: Step, *, at_most: bool = True, anew: bool = False) -> Chosen:
    """Whom to ask about the ticket at that step.

    Args:
        at_most: Whether those are passed over who have enough in hand.
        anew: Whether those are asked, too, who have let their time pass.
    """
    emergency = ticket.urgency is Urgency.EMERGENCY
    found = order(
        await candidates(moment, ticket, step.people, step.far, anew=anew),
        ticket.id,
        moment.house.needed.get(ticket.category, ()),
        moment.house.limits if at_most else None,
        emergency=emergency,
        fill=step.at_once not in (None, 1),
        weights=moment.house.weights,
    )
    by_id = {person.id: person for person in step.people}
    return Chosen(tuple(by_id[member] for member in found.asked), found, at_most)


def keep(moment: Moment, ticket: Ticket, step: Step, chosen: Chosen, called: Sequence[Person]) -> None:
    """Write down who was called at a step, and why he."""
    codes = codes_of(moment, ticket, step, chosen, called)
    choices.enter(moment.session, ticket, moment.now, step.level, step.place, codes)


def codes_of(moment: Moment, ticket: Ticket, step: Step, chosen: Chosen, called: Sequence[Person]) -> dict[str, Any]:
    """Who was called at a step about a matter of that kind, and why he; codes and ids only."""
    return dict(
        called=[person.id for person in called],
        passed=[[member, why.value] for member, why in chosen.order.passed.items()],
        needed=list(moment.house.needed.get(ticket.category, ())),
        able=chosen.order.able,
        by=chosen.order.by.value,
        at_most=chosen.at_most,
        at_once=step.at_once,
        far=sorted(step.far.intersection(chosen.order.asked)),
        company=step.company,
        instead=step.instead,
    )


def of_round(ticket: Ticket, made: Sequence[Choice]) -> Sequence[Choice]:
    """The choices since the ticket was last handed back or opened again; of several attempts the last that found somebody."""
    now = [choice for choice in made if choice.round == ticket.round]
    last = max((at for at, choice in enumerate(now) if choice.codes["called"]), default=len(now) - 1)
    return now[: last + 1]


async def still_asked(moment: Moment, ticket: Ticket) -> list[MemberId]:
    """Who was called last and has not said no."""
    made = of_round(ticket, await choices.of_ticket(moment.session, ticket.id))
    said_no = await choices.declined(moment.session, ticket)
    return [MemberId(member) for member in (made[-1].codes["called"] if made else ()) if member not in said_no]
