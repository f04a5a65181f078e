"""Whom a ticket is called out to: those on duty for the nearest place above it, and further up from there."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from handlers.choosing import Step, choose, keep
from handlers.clocks import plan_for, wind
from handlers.lifecycle import advance, possible
from handlers.messages import Button, Mention, Words
from handlers.moment import Moment
from handlers.phrases import calls
from handlers.rota import on_duty_at
from handlers.rules.quiet import quiet_until
from storage import identities, members, places, words
from storage.chats import Address
from storage.members import Person
from storage.places import Place
from storage.tickets import Ticket
from storage.types import Act, MemberId, MessageKind, PlaceKind, Role, TicketAction, Urgency

#: Who is asked at a kind of place that has no roster at all.
OFFICE: Final = {
    PlaceKind.BUILDING: (Role.STEWARD, Role.BUILDING_HEAD),
    PlaceKind.GRID: (Role.GRID_WORKER,),
    PlaceKind.COMMUNITY: (Role.ADMIN,),
    PlaceKind.STREET: (Role.SUPERVISOR,),
}


@dataclass(frozen=True, slots=True)
class Rung:
    """A step of the ladder: a place and who answers for it now."""

    place: Place
    people: tuple[Person, ...]


@dataclass(frozen=True, slots=True)
class Called:
    """Who was told alone, and who can only be called in front of the others."""

    told: tuple[Person, ...] = ()
    in_front: tuple[Person, ...] = ()
    level: int = 0  #: the step of the ladder at which they stand

    @property
    def anybody(self) -> bool:
        """Whether there was somebody to call."""
        return bool(self.told or self.in_front)


async def ladder(moment: Moment, place: Place) -> list[Rung]:
    """Who answers for `place` now, nearest first; places for which nobody does are left out.

    A place without any roster is answered for by those who hold its office; one with a roster only by the roster.
    """
    line = await places.above(moment.session, place)
    rota = await on_duty_at(moment, [p.id for p in line])
    holders = await members.holders(moment.session, [p.id for p in line if p.id not in rota])
    kinds = {*moment.house.escalation.ladder, PlaceKind.UNIT, PlaceKind.COMPOUND}
    rungs = []
    for step in (p for p in line if p.kind in kinds):
        office = (holders.get((step.id, role), ()) for role in OFFICE.get(step.kind, ()))
        people = rota[step.id] if step.id in rota else tuple(dict.fromkeys(m for group in office for m in group))
        if people:
            rungs.append(Rung(step, people))
    return rungs


def at_level(rungs: Sequence[Rung], level: int, *, everybody: bool) -> tuple[Person, ...]:
    """Whom step `level` calls; an emergency calls everybody on the way up at once."""
    if not rungs:
        return ()
    chosen = rungs if everybody else rungs[min(level, len(rungs) - 1) :][:1]
    found = {member.id: member for rung in chosen for member in rung.people}
    return tuple(found.values())


async def call_out(
    moment: Moment, ticket: Ticket, level: int = 0, *, again: bool = False, but: Collection[MemberId] = ()
) -> Called:
    """Call whoever has to answer for the ticket at `level`, or, where nobody there can be asked, further up.

    Those who can be written to alone are told at once (or in the morning, where the matter can wait); the others are
    returned, to be called in the group; where the matter may not be spoken of there, nobody is.

    Args:
        but: They know of it already.
    """
    rungs = await ladder(moment, await places.by_id(moment.session, ticket.place_id))
    words = await call_words(moment, ticket, level, again=again)
    called = await _call_up(moment, ticket, _steps(ticket, rungs, level), words, but)
    if possible(ticket, TicketAction.DISPATCH):
        ticket.plan = (await plan_for(moment, ticket)).kept()
        advance(moment, ticket, TicketAction.DISPATCH)
    ticket.called_at = moment.now
    wind(moment, ticket)
    return called


def _steps(ticket: Ticket, rungs: Sequence[Rung], level: int) -> list[Step]:
    """The steps from `level` up; in an emergency they are one, for everybody is called at once."""
    if ticket.urgency is Urgency.EMERGENCY:
        return [Step(level, rungs[0].place.id if rungs else None, at_level(rungs, level, everybody=True))]
    first = min(level, len(rungs) - 1)
    return [Step(at, rung.place.id, rung.people) for at, rung in enumerate(rungs) if at >= first]


async def _call_up(
    moment: Moment, ticket: Ticket, steps: Sequence[Step], words: str, but: Collection[MemberId]
) -> Called:
    """Call the first step at which somebody can be asked; where all have enough in hand, whoever answers first."""
    for at_most in (True, False):
        too_busy = False
        for step in steps:
            chosen = await choose(moment, ticket, step, at_most=at_most)
            people = [person for person in chosen.people if person.id not in but]
            called = await _call_each(moment, ticket, people, words, step.level)
            keep(moment, ticket, step, chosen, [*called.told, *called.in_front])
            too_busy |= chosen.too_busy
            if called.anybody or (chosen.knows and not too_busy) or len(people) < len(chosen.people):
                return called
        if not too_busy:
            break
    return Called()


async def _call_each(moment: Moment, ticket: Ticket, people: Sequence[Person], words: str, level: int) -> Called:
    told: list[Person] = []
    in_front: list[Person] = []
    for member in people:
        (told if await call(moment, ticket, member.id, words) else in_front).append(member)
    return Called(tuple(told), () if ticket.private else tuple(in_front), level)


async def call(moment: Moment, ticket: Ticket, member: MemberId, words: str) -> bool:
    """Call one person about the ticket, alone; whether there is a way to."""
    quiet, zone = moment.house.escalation.quiet, moment.house.zone
    return await moment.tell(
        member,
        Words(words, (Button("接单", f"接单 {ticket.number}"), Button("去不了", f"去不了 {ticket.number}"))),
        MessageKind.EMERGENCY if ticket.urgency is Urgency.EMERGENCY else MessageKind.CALL,
        key=f"call:{ticket.id}:{moment.cause}",
        ticket=ticket.id,
        due_at=None if may_disturb(ticket) else quiet_until(moment.now, quiet, zone),
    )


def may_disturb(ticket: Ticket) -> bool:
    """Whether somebody is called about it in quiet hours."""
    return ticket.urgency in (Urgency.EMERGENCY, Urgency.URGENT)


async def call_words(moment: Moment, ticket: Ticket, level: int = 0, *, again: bool = False) -> str:
    """What somebody who is called reads."""
    if again:
        return calls.call_again(ticket)
    said = await words.said_about(moment.session, [ticket.id])
    opening = next((w.text for w in said if w.act is Act.OPEN), "")
    added = (w for w in said if w.act is Act.DETAIL and w.text)
    more = "；".join(w.text if w.member_id == ticket.reporter_id else calls.by_another(w.text) for w in added)
    text = calls.call(
        ticket, f"{opening}；{more}" if more else opening, await reporter_name(moment, ticket), moment.house.zone
    )
    return f"{calls.climbed(ticket)}\n{text}" if level else text


async def reporter_name(moment: Moment, ticket: Ticket) -> str:
    """How the one who reported it is called, for those on duty only."""
    if ticket.reporter_id is None:
        return "住户"
    reporter = await members.by_id(moment.session, ticket.reporter_id)
    return reporter.name or "已注销的住户"


async def mentioned(moment: Moment, group: Address, people: Sequence[Person]) -> tuple[Mention, ...]:
    """`people` as they are called in that group, where the channel knows them."""
    reach = moment.reach.get(group[0])
    also = reach.people_of if reach else ()
    found: dict[MemberId, Mention] = {}
    for identity in await identities.of_members(moment.session, [m.id for m in people]):
        if (identity.channel, identity.account) == group[:2] or identity.channel in also:
            name = next(m.name for m in people if m.id == identity.member_id)
            found.setdefault(identity.member_id, Mention(identity.sender, name))
    return tuple(found.values())
