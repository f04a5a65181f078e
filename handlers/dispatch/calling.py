"""Calling one step of the ladder: everybody at once or the first who is to be asked, and writing down who and why."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from handlers.dispatch.choosing import Step, choose, keep, still_asked
from handlers.dispatch.doors import who_has_keys
from handlers.dispatch.habits import note_called
from handlers.messages import Button, Words
from handlers.moment import Moment
from handlers.phrases import calls
from handlers.rules.quiet import quiet_until
from storage import members, words
from storage.members import Person
from storage.tickets import Ticket
from storage.types import Act, MemberId, MessageKind, Role, Urgency


@dataclass(frozen=True, slots=True)
class Called:
    """Who was told alone, and who can only be called in front of the others."""

    told: tuple[Person, ...] = ()
    in_front: tuple[Person, ...] = ()
    level: int = 0  #: the step of the ladder at which they stand
    asked: Person | None = None  #: who is asked before others are, the first one where they are a few
    pooled: bool = False  #: nobody is called: it waits for whoever claims it

    @property
    def anybody(self) -> bool:
        """Whether there was somebody to call."""
        return bool(self.told or self.in_front)


async def call_up(
    moment: Moment,
    ticket: Ticket,
    steps: Sequence[Step],
    words: str,
    *,
    but: Collection[MemberId] = (),
    anew: bool = False,
) -> Called:
    """Call the first step at which somebody can be asked; where all have enough in hand, whoever answers first.

    Args:
        but: They know of it already.
        anew: Whoever was asked and has not answered is called like anybody.
    """
    for at_most in (True, False):
        too_busy = False
        for step in steps:
            chosen = await choose(moment, ticket, step, at_most=at_most, anew=anew)
            people = [person for person in chosen.people if person.id not in but]
            called = await _call_step(moment, ticket, step, people, words)
            await note_called(moment, ticket, [person.id for person in (*called.told, *called.in_front)])
            keep(moment, ticket, step, chosen, [*called.told, *called.in_front])
            too_busy |= chosen.too_busy
            if called.anybody or (chosen.knows and not too_busy) or len(people) < len(chosen.people):
                return called
        if not too_busy:
            break
    return Called()


async def _call_step(moment: Moment, ticket: Ticket, step: Step, people: Sequence[Person], words: str) -> Called:
    """Call everybody, or the first few who can be reached."""
    if step.at_once is None:
        return await _call_each(moment, ticket, people, words, step.level)
    told: list[Person] = []
    in_front: list[Person] = []
    for person in people:
        if len(told) + len(in_front) == step.at_once:
            break
        called = await _call_each(moment, ticket, [person], words, step.level)
        told += called.told
        in_front += called.in_front
    reached = [person for person in people if person in told or person in in_front]
    return Called(tuple(told), tuple(in_front), step.level, reached[0] if reached else None)


async def _call_each(moment: Moment, ticket: Ticket, people: Sequence[Person], words: str, level: int) -> Called:
    told: list[Person] = []
    in_front: list[Person] = []
    for member in people:
        (told if await call(moment, ticket, member.id, words) else in_front).append(member)
    return Called(tuple(told), () if ticket.private else tuple(in_front), level)


async def remind(moment: Moment, ticket: Ticket, words: str) -> Called:
    """Call those who are being asked once more, and nobody else."""
    asked = await still_asked(moment, ticket)
    people = [Person(one.id, one.name) for one in [await members.by_id(moment.session, member) for member in asked]]
    return replace(await _call_each(moment, ticket, people, words, ticket.level), asked=people[0] if people else None)


async def call(moment: Moment, ticket: Ticket, member: MemberId, words: str) -> bool:
    """Call one person about the ticket, alone; whether there is a way to."""
    return await moment.tell(
        member,
        Words(words, (Button("接单", f"接单 {ticket.number}"), Button("去不了", f"去不了 {ticket.number}"))),
        MessageKind.EMERGENCY if ticket.urgency is Urgency.EMERGENCY else MessageKind.CALL,
        key=f"call:{ticket.id}:{moment.cause}",
        ticket=ticket.id,
        due_at=waits_until(moment, ticket),
    )


def waits_until(moment: Moment, ticket: Ticket) -> datetime | None:
    """The end of the night for which a call about it waits; None where it is made at once."""
    if may_disturb(ticket):
        return None
    morning = quiet_until(moment.now, moment.house.escalation.quiet, moment.house.zone)
    return morning if morning > moment.now else None


def may_disturb(ticket: Ticket) -> bool:
    """Whether somebody is called about it in quiet hours."""
    return ticket.urgency in (Urgency.EMERGENCY, Urgency.URGENT)


async def call_words(moment: Moment, ticket: Ticket, level: int = 0, *, again: bool = False) -> str:
    """What somebody who is called reads."""
    if again:
        return calls.call_again(ticket)
    said = await words.said_about(moment.session, [ticket.id])
    opening = next((w.text for w in said if w.act is Act.OPEN), "")
    more = "；".join([await _as_whose(moment, ticket, w) for w in said if w.act is Act.DETAIL and w.text])
    text = calls.call(
        ticket, f"{opening}；{more}" if more else opening, await reporter_name(moment, ticket), moment.house.zone
    )
    if ticket.urgency is Urgency.EMERGENCY:
        advice = moment.house.advice.get(ticket.category, moment.house.advice_else)
        return f"{advice}\n{text}{await who_has_keys(moment, ticket)}"  # the number to ring comes before everything
    return f"{calls.climbed(ticket)}\n{text}" if level else text


async def _as_whose(moment: Moment, ticket: Ticket, said: Any) -> str:
    """Words about the ticket, with whose they are unless they are the reporter's."""
    if said.member_id == ticket.reporter_id:
        return str(said.text)
    return calls.by_worker(said.text) if await by_staff(moment, said) else calls.by_another(said.text)


async def by_staff(moment: Moment, said: Any) -> bool:
    """Whether somebody with an office said it."""
    grants = await members.grants_of(moment.session, [said.member_id] if said.member_id is not None else [])
    return any(grant.role is not Role.RESIDENT for held in grants.values() for grant in held)


async def reporter_name(moment: Moment, ticket: Ticket) -> str:
    """How the one who reported it is called, for those on duty only."""
    if ticket.reporter_id is None:
        return "住户"
    reporter = await members.by_id(moment.session, ticket.reporter_id)
    return reporter.name or "已注销的住户"
