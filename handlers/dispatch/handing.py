"""Asking somebody to take a ticket over: it stays where it is until he agrees, and returns there if he does not."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime

from handlers.context import Context
from handlers.dispatch.calling import may_disturb
from handlers.duty.rota import away
from handlers.messages import Button, Refusal, Reply, Words
from handlers.moment import Moment
from handlers.phrases import handoffs as phrases
from handlers.phrases import refusals
from handlers.phrases import tickets as ticket_phrases
from handlers.phrases.times import moment_name
from handlers.reading.values import words
from handlers.rules.quiet import awake_after, quiet_until
from handlers.tickets.lifecycle import advance
from handlers.tickets.opening import keep_words
from handlers.tickets.together import details
from storage import followers, handoffs, members
from storage.handoffs import Handoff
from storage.members import Member
from storage.tickets import Ticket
from storage.types import Act, MemberId, MessageKind, TicketAction, Urgency

Question = tuple[Handoff, Ticket]


def name_and_reason(text: str) -> tuple[str, str]:
    """“李强” and “要电工证” of “给李强，要电工证”."""
    name, _, reason = words(text.removeprefix("给")).lstrip("@ ").replace("，", " ").replace(",", " ").partition(" ")
    return name, reason.strip()


async def keep_reason(ctx: Context, ticket: Ticket, reason: str, member: Member) -> None:
    """Keep why with the ticket, as words that go when their author has them removed."""
    if reason:
        await keep_words(ctx, ticket, Act.DETAIL, reason, member)


def answer_by(moment: Moment, ticket: Ticket) -> datetime:
    """When no answer is a no: what cannot wait is answered at once, and nobody has to answer at night."""
    house, policy = moment.house, moment.house.escalation
    limit = min(house.handoff_within, policy.accept_within[ticket.urgency])
    if may_disturb(ticket):
        return moment.now + limit
    return awake_after(moment.now, limit, policy.quiet, house.zone)


async def put_question(ctx: Context, ticket: Ticket, taker: Member) -> None:
    """Enter the question whether `taker` takes the ticket; who was asked before need not answer any more.

    Raises:
        Refusal: He has it, or was asked already.
    """
    giver, asker = ticket.assignee_id, (await ctx.member()).id
    if giver is None or giver == taker.id:
        raise Refusal(phrases.to_himself(ticket))
    before = await handoffs.of_ticket(ctx.session, ticket.id)
    if before is not None and before.taker_id == taker.id and before.giver_id == giver:
        raise Refusal(phrases.asked_already(ticket, taker.name))
    if before is not None:
        await withdraw(ctx, before, ticket)
    until = answer_by(ctx, ticket)
    people = dict(giver_id=giver, taker_id=taker.id, asker_id=asker)
    if not await handoffs.ask(ctx.session, dict(people, ticket_id=ticket.id, asked_at=ctx.now, until_at=until)):
        raise Refusal(phrases.asked_already(ticket, "别人"))
    advance(ctx, ticket, TicketAction.OFFER, asker)


async def close(moment: Moment, handoff: Handoff, ticket: Ticket) -> None:
    """The question no longer stands.

    Raises:
        Refusal: It was answered or withdrawn at the same moment.
    """
    moment.session.expunge(handoff)
    if not await handoffs.drop(moment.session, ticket.id):
        raise Refusal(phrases.not_asked(ticket))


async def withdraw(moment: Moment, handoff: Handoff, ticket: Ticket) -> None:
    """Who was asked need not answer any more.

    Raises:
        Refusal: He has just answered.
    """
    await close(moment, handoff, ticket)
    key = f"never_mind:{moment.cause}:{ticket.id}"
    await moment.tell(
        handoff.taker_id, Words(phrases.never_mind(ticket)), MessageKind.PERSONAL, key=key, ticket=ticket.id
    )


async def ask_to_take(ctx: Context, ticket: Ticket, taker: Member, reason: str) -> None:
    """Ask one to take one ticket. What is private he reads when he has agreed.

    Raises:
        Refusal: He cannot be asked.
    """
    await put_question(ctx, ticket, taker)
    known = "" if ticket.private else await details(ctx, ticket)
    giver = (await members.by_id(ctx.session, ticket.assignee_id or taker.id)).name
    within = phrases.answer_by(ticket_phrases.moment(answer_by(ctx, ticket), ctx.house.zone))
    said = "" if ticket.private else reason
    buttons = (Button("接手", f"接手 {ticket.number}"), Button("不接", f"不接 {ticket.number}"))
    text = phrases.please_take(ticket, giver, said, known, within)
    await _ask(ctx, taker, Words(text, buttons), [ticket])


async def ask_to_take_all(ctx: Context, tickets: Sequence[Ticket], taker: Member, reason: str) -> None:
    """Ask one to take several tickets of the speaker's, in one message that names none of the rooms.

    Raises:
        Refusal: He cannot be asked.
    """
    for ticket in tickets:
        await put_question(ctx, ticket, taker)
    until = min(answer_by(ctx, ticket) for ticket in tickets)
    within = phrases.answer_by(ticket_phrases.moment(until, ctx.house.zone))
    buttons = (Button("都接手", "接手 全部"), Button("不接", "不接 全部"))
    text = phrases.please_take_all(tickets, (await ctx.member()).name, reason, within)
    await _ask(ctx, taker, Words(text, buttons), tickets)


async def _ask(ctx: Context, taker: Member, asking: Words, tickets: Sequence[Ticket]) -> None:
    gone = (await away(ctx, [taker.id])).get(taker.id)
    if gone is not None and gone.on_leave:
        back = moment_name(gone.until, ctx.now, ctx.house.zone) if gone.until is not None else ""
        raise Refusal(phrases.is_on_leave(taker.name, back))
    emergency = any(ticket.urgency is Urgency.EMERGENCY for ticket in tickets)
    quiet = quiet_until(ctx.now, ctx.house.escalation.quiet, ctx.house.zone)
    told = await ctx.tell(
        taker.id,
        asking,
        MessageKind.EMERGENCY if emergency else MessageKind.CALL,
        key=f"take:{ctx.cause}",
        ticket=tickets[0].id if len(tickets) == 1 else None,
        due_at=None if any(map(may_disturb, tickets)) else quiet,
    )
    if not told:
        raise Refusal(refusals.cannot_be_called(taker.name))


async def say_no(ctx: Context, found: Sequence[Question], reason: str) -> Reply:
    """The speaker does not agree: everything stays where it is, and those who asked are told."""
    member = await ctx.member()
    by_asker = defaultdict[tuple[MemberId, MemberId], list[Ticket]](list)
    for handoff, ticket in found:
        await close(ctx, handoff, ticket)
        await keep_reason(ctx, ticket, reason, member)
        advance(ctx, ticket, TicketAction.DECLINE, member.id)
        by_asker[handoff.asker_id, handoff.giver_id].append(ticket)
    for (asker, giver), his in by_asker.items():
        holder = "" if asker == giver else (await members.by_id(ctx.session, giver)).name
        told = Words(phrases.he_declined(his, member.name, reason, holder))
        await ctx.tell(asker, told, MessageKind.PERSONAL, key=f"declined:{ctx.cause}:{giver}", ticket=his[0].id)
    return Reply(phrases.declined([ticket for _, ticket in found]), alone=True)


async def tell_reporters(moment: Moment, ticket: Ticket, text: str, *, key: str, but: Collection[MemberId]) -> None:
    """Tell each who reported or joined it, alone; the group's three messages are for more."""
    for follower in await followers.of_ticket(moment.session, ticket.id):
        if follower.member_id not in but:
            await moment.tell(follower.member_id, Words(text), MessageKind.PERSONAL, key=key, ticket=ticket.id)


async def take_over(ctx: Context, found: Sequence[Question]) -> None:
    """The speaker agrees: the tickets are his, and those who asked and those who reported them are told.

    Raises:
        Refusal: One of them is past the point where it can go to anybody.
    """
    member = await ctx.member()
    for handoff, ticket in found:
        await close(ctx, handoff, ticket)
        advance(ctx, ticket, TicketAction.TAKE_OVER, member.id)
        ctx.note("接手", f"ticket:{ticket.number}", member.id)
        text = phrases.another_has_it(ticket, member.name)
        mine = (member.id, handoff.giver_id, handoff.asker_id)
        await tell_reporters(ctx, ticket, text, key=f"over:{ctx.cause}:{ticket.id}", but=mine)
    for asker in dict.fromkeys(m for handoff, _ in found for m in (handoff.giver_id, handoff.asker_id)):
        his = [ticket for handoff, ticket in found if asker in (handoff.giver_id, handoff.asker_id)]
        took = Words(phrases.he_took(his, member.name))
        await ctx.tell(asker, took, MessageKind.PERSONAL, key=f"took:{ctx.cause}", ticket=his[0].id)
