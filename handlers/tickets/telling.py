"""Who hears of a ticket, and where: a group at most three times, and never of what is private.

Everybody who reported a ticket or joined it is told when it is accepted and when it is done. Those who said it in a group
are told there, all at once; those who said it alone are told alone. What was itself said in a group is not said there again.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from handlers.dispatch.calling import Called
from handlers.dispatch.levels import call_out, mentioned
from handlers.messages import Button, Words
from handlers.moment import Moment
from handlers.phrases import calls
from handlers.phrases import tickets as phrases
from handlers.phrases.parties import done_together
from handlers.phrases.ratings import please_rate
from handlers.rules.quiet import quiet_until
from handlers.tickets.together import tell_together
from storage import choices, followers, members, outbox, places
from storage.chats import Address
from storage.members import Member, Person
from storage.tickets import Ticket
from storage.types import MemberId, MessageKind, PlaceId, Role, TicketAction, Urgency


def may_note(moment: Moment, ticket: Ticket) -> bool:
    """Whether the group may still hear of the ticket unasked."""
    return not ticket.private and ticket.group_notes < moment.house.group_notes


async def note(
    moment: Moment,
    ticket: Ticket,
    text: str,
    *,
    key: str,
    but: Address | None = None,
    calling: Sequence[Person] = (),
    kind: MessageKind = MessageKind.TICKET_NOTE,
    answers: str | None = None,
) -> None:
    """Say something about the ticket in its groups except `but`, if it may still be spoken of there.

    Args:
        answers: The message that it answers, in whichever of the groups that was said.
    """
    counted = kind is MessageKind.TICKET_NOTE
    if ticket.private or (counted and not may_note(moment, ticket)):
        return
    groups = [group for group in await moment.groups_at(ticket.scope_id) if group != but]
    for group in groups:
        called = await mentioned(moment, group, calling) if calling else ()
        words = Words(text, mentions=called, answers=answers)
        moment.say(group, words, kind, key=f"{key}:{ticket.id}", is_group=True, ticket=ticket.id)
    if groups and counted:
        ticket.group_notes += 1


async def call_everybody(
    moment: Moment, ticket: Ticket, level: int = 0, *, again: bool = False, but: Collection[MemberId] = ()
) -> Called:
    """Call whoever has to answer for the ticket at `level`: alone, or else in its group if it may be spoken of there."""
    called = await call_out(moment, ticket, level, again=again, but=but)
    await call_in_front(moment, ticket, called)
    return called


async def call_in_front(moment: Moment, ticket: Ticket, called: Called) -> None:
    """Call those in the ticket's group who cannot be called alone."""
    names = [member.name for member in called.in_front]
    if names:
        emergency = ticket.urgency is Urgency.EMERGENCY
        text = calls.call_again_in_group(ticket, names) if emergency else calls.climbed_in_group(ticket, names)
        kind = MessageKind.EMERGENCY if emergency else MessageKind.TICKET_NOTE
        await note(moment, ticket, text, key=f"called:{moment.cause}", calling=called.in_front, kind=kind)


async def call_others(moment: Moment, ticket: Ticket, level: int, but: MemberId) -> bool:
    """Call somebody other than `but` at the first step from `level` up, or put it back into the pool; whether one could."""
    called = await call_everybody(moment, ticket, level, but=[but])
    return called.anybody or called.pooled


async def tell_followers(
    moment: Moment,
    ticket: Ticket,
    text: str,
    *,
    key: str,
    by: MemberId | None,
    heard_in: Address | None = None,
) -> None:
    """Tell everybody who reported or joined the ticket but `by`, who did it.

    Args:
        heard_in: The group in which it was just said in so many words; nothing is repeated there.
    """
    others = [f for f in await followers.of_ticket(moment.session, ticket.id) if f.member_id != by]
    if any(f.in_group for f in others):
        await note(moment, ticket, text, key=key, but=heard_in)
    for follower in others:
        if ticket.private or not follower.in_group:
            await moment.tell(
                follower.member_id, Words(text), MessageKind.PERSONAL, key=f"{key}:{ticket.id}", ticket=ticket.id
            )


async def tell_done(
    moment: Moment,
    ticket: Ticket,
    *,
    by: Member | None,
    heard_in: Address | None = None,
    but: Collection[MemberId] = (),
) -> None:
    """Tell everybody that it is done, and ask for a rating: one to one where there is a way, else in the group.

    Args:
        but: Of those who had a hand in it, who has been told already.
    """
    others = [f for f in await followers.of_ticket(moment.session, ticket.id) if by is None or f.member_id != by.id]
    key = f"done:{ticket.round}"
    reached = [f.member_id for f in others if await moment.way_to(f.member_id) is not None]
    in_group, name = [f for f in others if f.in_group], await shown(moment, by)
    if in_group:
        rate_here = any(f.member_id not in reached for f in in_group)
        text = phrases.done(ticket, name, rate_here=rate_here)
        await note(moment, ticket, text, key=key, but=None if rate_here else heard_in)
    await ask_to_rate(moment, ticket, reached, key)
    told = [*reached, *but, *([by.id] if by else [])]
    await tell_together(moment, ticket, done_together(ticket, name), key=f"together:{key}", but=told)


async def ask_to_rate(moment: Moment, ticket: Ticket, whom: Collection[MemberId], key: str) -> None:
    """Ask each of `whom` alone, in the morning if it is night."""
    buttons = (
        Button("满意", f"评价 {ticket.number} 满意"),
        Button("一般", f"评价 {ticket.number} 一般"),
        Button("不满意", f"评价 {ticket.number} 不满意"),
        Button("没好", f"重办 {ticket.number}"),
    )
    due_at = quiet_until(moment.now, moment.house.escalation.quiet, moment.house.zone)
    for member in whom:
        words = Words(please_rate(ticket), buttons)
        await moment.tell(
            member,
            words,
            MessageKind.PERSONAL,
            key=f"rate:{key}:{ticket.id}",
            ticket=ticket.id,
            due_at=due_at,
        )


async def shown(moment: Moment, member: Member | None) -> str | None:
    """A worker as he is named in a group; a resident is not named there."""
    if member is None:
        return None
    grants = (await members.grants_of(moment.session, [member.id])).get(member.id, ())
    return member.name if grants else None


async def tell_called(moment: Moment, ticket: Ticket, text: str, *, but: MemberId | None = None) -> None:
    """Tell everybody who was called about the ticket and has not said no, except `but`, once each."""
    key = f"off:{ticket.status}:{ticket.round}:{ticket.id}"
    said_no = await choices.declined(moment.session, ticket)
    for member in await outbox.called_about(moment.session, ticket.id):
        if member != but and said_no.get(member) is not TicketAction.REFUSE:
            await moment.tell(member, Words(text), MessageKind.PERSONAL, key=key, ticket=ticket.id)


async def answering_for(moment: Moment, place: PlaceId) -> list[MemberId]:
    """Who looks after a place itself: the community's people and the building head."""
    line = await places.above(moment.session, await places.by_id(moment.session, place))
    found = await members.holders(moment.session, [above.id for above in line])
    wanted = (Role.ADMIN, Role.BUILDING_HEAD)
    people = [member.id for (_, role), holders in found.items() if role in wanted for member in holders]
    return list(dict.fromkeys(people))


async def say_above(moment: Moment, place: PlaceId, text: str, *, key: str, due_at: datetime) -> None:
    """One short line in the nearest group of a place above, where those who look after `place` cannot be told alone."""
    line = await places.above(moment.session, await places.by_id(moment.session, place))
    for above in line:
        groups = await moment.groups_at(above.id)
        for group in groups:
            moment.say(group, Words(text), MessageKind.TICKET_NOTE, key=key, is_group=True, due_at=due_at)
        if groups:
            return
