"""Who comes to a task: the first so many do it, the others wait, and each is told alone when that changes."""

from collections.abc import Sequence

from handlers.dispatch.handing import tell_reporters
from handlers.duty.rota import away
from handlers.messages import Button, Words
from handlers.moment import Moment
from handlers.phrases import crews as phrases
from handlers.rules.crews import AHEAD, Reminder, clash, in_time, reminder
from handlers.rules.quiet import quiet_until
from handlers.tickets.lifecycle import advance
from handlers.tickets.telling import note
from handlers.tickets.together import community_of, details
from storage import crews, members, places
from storage.crews import Crew, Helper, HelperStatus
from storage.members import Member, Person
from storage.tickets import Ticket
from storage.types import MemberId, MessageKind, Role, TicketAction


def time_of(moment: Moment, crew: Crew) -> str:
    """When it begins, in words."""
    return phrases.when(crew.starts_at, moment.now, moment.house.zone)


async def settle(moment: Moment, ticket: Ticket, crew: Crew, *, just_told: MemberId | None = None) -> Sequence[str]:
    """Tell whoever has come in or dropped out by now, and everybody when there are enough; once each.

    Returns:
        Who they are, if there are enough since just now.
    """
    line = await crews.coming(moment.session, ticket.id)
    chosen, waiting = line[: crew.wanted], line[crew.wanted :]
    for helper, person in chosen:
        if not helper.told and person.id != just_told:
            known = await details(moment, ticket)
            text = phrases.your_turn(ticket, crew.wanted, time_of(moment, crew), known)
            await _tell(moment, ticket, person.id, text, key=f"in:{helper.id}:{moment.cause}")
        helper.told = True
    for place, (helper, person) in enumerate(waiting, 1):
        if helper.told:
            await _tell(moment, ticket, person.id, phrases.you_wait_again(ticket, place), key=f"out:{moment.cause}")
        helper.told = False
    return await _count(moment, ticket, crew, [person for _, person in chosen], just_told)


async def _tell(moment: Moment, ticket: Ticket, member: MemberId, text: str, *, key: str) -> bool:
    key = f"crew:{key}:{ticket.id}"
    return await moment.tell(member, Words(text), MessageKind.PERSONAL, key=key, ticket=ticket.id)


async def _count(
    moment: Moment, ticket: Ticket, crew: Crew, chosen: Sequence[Person], just_told: MemberId | None
) -> Sequence[str]:
    """Tell everybody concerned when there are enough, and who has the ticket when there are not any more."""
    enough = len(chosen) >= crew.wanted
    if enough is crew.full:
        return ()
    crew.full = enough
    led = [ticket.assignee_id] if ticket.assignee_id is not None else await community_of(moment, ticket)
    if not enough:
        text = phrases.short_again(ticket, crew.wanted - len(chosen))
        for member in led:
            await _tell(moment, ticket, member, text, key=f"short:{moment.cause}")
        return ()
    time, names = time_of(moment, crew), [person.name for person in chosen]
    text = phrases.enough(ticket, crew.wanted, time, names, led=ticket.assignee_id is not None)
    told = list(dict.fromkeys([*(person.id for person in chosen), *led]))
    for member in told:
        if member != just_told:
            await _tell(moment, ticket, member, text, key=f"full:{moment.cause}")
    text = phrases.enough_for_reporter(ticket, crew.wanted, time)
    await tell_reporters(moment, ticket, text, key=f"crew:full:{moment.cause}:{ticket.id}", but=told)
    return names


async def invite(moment: Moment, ticket: Ticket, crew: Crew, by: Member, *, in_group: bool) -> tuple[bool, int]:
    """Ask in the group, where it may hear of it, and the place's volunteers alone; whether, and how many.

    Args:
        in_group: Whether the group has not just read it.
    """
    time, notes = time_of(moment, crew), ticket.group_notes
    if in_group:
        text = phrases.wanted_in_group(ticket, crew.wanted, time)
        await note(moment, ticket, text, key=f"crew:{moment.cause}")
    buttons = (Button("报名", f"报名 {ticket.number}"), Button("这次不去", f"不去 {ticket.number}"))
    known = "" if ticket.private else await details(moment, ticket)
    text = phrases.please_help(ticket, by.name, crew.wanted, time, known)
    due_at = quiet_until(moment.now, moment.house.escalation.quiet, moment.house.zone)
    asked = 0
    for member in await _volunteers(moment, ticket, by.id):
        key = f"invited:{moment.cause}:{ticket.id}"
        asked += await moment.tell(
            member, Words(text, buttons), MessageKind.PERSONAL, key=key, ticket=ticket.id, due_at=due_at
        )
    return ticket.group_notes > notes, asked


async def _volunteers(moment: Moment, ticket: Ticket, by: MemberId) -> list[MemberId]:
    """The stewards of the place who are here, have not signed up and have not said no."""
    line = await places.above(moment.session, await places.by_id(moment.session, ticket.place_id))
    found = await members.with_role(moment.session, Role.STEWARD, [place.id for place in line])
    known = {by, *await crews.declined(moment.session, ticket.id)}
    known |= {person.id for _, person in await crews.coming(moment.session, ticket.id)}
    others = [person.id for person in found if person.id not in known]
    gone = await away(moment, others) if others else {}
    return [member for member in others if member not in gone]


async def clashing(moment: Moment, crew: Crew, member: MemberId) -> list[tuple[Ticket, str]]:
    """The other tasks that he has agreed to and that fall into this one, with their times."""
    mine = await crews.open_with(moment.session, member)
    length = moment.house.task_for
    return [
        (ticket, time_of(moment, other))
        for other, ticket in mine
        if other.ticket_id != crew.ticket_id and clash(crew.starts_at, other.starts_at, length)
    ]


async def sign_off(moment: Moment, ticket: Ticket, crew: Crew, member: MemberId) -> str:
    """He does not come: what he is told. In time it costs nothing; later it is noted in the ticket's history."""
    was_in = await crews.includes(moment.session, ticket.id, member)
    status = HelperStatus.LEFT if was_in else HelperStatus.DECLINED
    await crews.answer(moment.session, ticket.id, member, status, moment.now)
    if not was_in:
        return phrases.not_coming(ticket, was_in=False)
    late = not in_time(moment.now, crew.starts_at, moment.house.sign_off_until)
    advance(moment, ticket, TicketAction.SIGN_OFF, member, value=int(late))
    await settle(moment, ticket, crew)
    if late:
        return phrases.not_coming_late(ticket, moment.house.sign_off_until)
    return phrases.not_coming(ticket, was_in=True)


async def settle_unsettled(moment: Moment) -> None:
    """Somebody went without a word, with his data: whoever waits is in, and is told so."""
    for ticket in await crews.unsettled(moment.session):
        crew = await crews.of_ticket(moment.session, ticket.id, alone=True)
        if crew is not None:
            await settle(moment, ticket, crew)


async def remind(moment: Moment) -> None:
    """Remind those who come the evening before and two hours before; what was missed meanwhile is not made up for."""
    for crew, ticket in await crews.starting(moment.session, moment.now, moment.now + AHEAD):
        quiet, zone = moment.house.escalation.quiet, moment.house.zone
        due = Reminder.NONE
        if crew.starts_at is not None:
            due = reminder(crew.starts_at, moment.now, quiet, zone)
        if due <= crew.reminded:
            continue
        crew.reminded = due
        await _remind_each(moment, ticket, crew)


async def _remind_each(moment: Moment, ticket: Ticket, crew: Crew) -> None:
    known = await details(moment, ticket)
    text = phrases.remind(ticket, time_of(moment, crew), known)
    for _, person in (await crews.coming(moment.session, ticket.id))[: crew.wanted]:
        await _tell(moment, ticket, person.id, text, key=f"remind:{crew.reminded}:{moment.cause}")


def known_by_now(moment: Moment, crew: Crew) -> int:
    """The reminders that need not come any more: whoever signs up after them reads the time at once."""
    quiet, zone = moment.house.escalation.quiet, moment.house.zone
    return reminder(crew.starts_at, moment.now, quiet, zone) if crew.starts_at is not None else Reminder.NONE


def line_of(line: Sequence[tuple[Helper, Person]], member: MemberId) -> int | None:
    """Where `member` stands in the line, from 0."""
    return next((at for at, (_, person) in enumerate(line) if person.id == member), None)
