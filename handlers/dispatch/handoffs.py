"""转单 去不了 退单 收回 · (tick) questions that nobody answered: how a ticket goes from one to another."""

from collections.abc import Sequence
from typing import Final

from handlers.clocks.winding import wind
from handlers.context import Context
from handlers.crews.crewing import sign_off
from handlers.dispatch.calling import call, call_words
from handlers.dispatch.handing import ask_to_take, keep_reason, name_and_reason, say_no, withdraw
from handlers.dispatch.refusing import refuse
from handlers.messages import Refusal, Reply, Words
from handlers.moment import Moment
from handlers.parties.chasing import tell_contact
from handlers.phrases import handoffs as phrases
from handlers.phrases import outside as outside_phrases
from handlers.phrases import refusals
from handlers.router import Router
from handlers.rules.tickets import WAITING, WORKING
from handlers.tickets.hands import asked_of_me, at_my_places, in_my_hands, is_community, must_hold, name_of
from handlers.tickets.lifecycle import advance, possible
from handlers.tickets.picking import pick, worker_named
from handlers.tickets.telling import call_others
from storage import crews, handoffs, members, tickets
from storage.members import Member
from storage.tickets import Ticket
from storage.types import MessageKind, Role, TicketAction

router: Final = Router()


@router.command("转单", example="转单 12 李强", does="自己去不了，转给别人", allow=Role.STEWARD, also=("转派",))
async def transfer(ctx: Context, rest: str) -> Reply:
    """Ask somebody in particular to take a ticket, or call the next who answers for the place."""
    ticket, text = await pick(ctx, rest, "转单", lambda: in_my_hands(ctx))
    member = await ctx.member()
    name, reason = name_and_reason(text)
    if ticket.status in WAITING and not name:
        return await refuse(ctx, ticket)
    await must_hold(ctx, ticket, member, or_waiting=True)
    if not name:
        return await _to_the_next(ctx, ticket, member, TicketAction.TRANSFER, "转单")
    to = await worker_named(ctx, ticket, name)
    await keep_reason(ctx, ticket, reason, member)
    ctx.note("转单", f"ticket:{ticket.number}", member.id)
    if ticket.status in WORKING:
        await ask_to_take(ctx, ticket, to, reason)
        holder = "" if ticket.assignee_id == member.id else await name_of(ctx, ticket.assignee_id)
        return Reply(phrases.asked(ticket, to.name, holder))
    advance(ctx, ticket, TicketAction.TRANSFER, member.id)
    if not await call(ctx, ticket, to.id, await call_words(ctx, ticket)):
        raise Refusal(refusals.cannot_be_called(to.name))
    ticket.called_at = ctx.now
    wind(ctx, ticket)
    return Reply(phrases.handed_to(ticket, to.name))


async def _to_the_next(ctx: Context, ticket: Ticket, member: Member, how: TicketAction, word: str) -> Reply:
    advance(ctx, ticket, how, member.id)
    ctx.note(word, f"ticket:{ticket.number}", member.id)
    called = await call_others(ctx, ticket, 0, member.id)
    return Reply(phrases.handed_on(ticket) if called else refusals.nobody_else(ticket))


@router.command(
    "去不了",
    example="去不了 12",
    does="叫到您但去不了，马上改叫别人",
    also=("我去不了", "来不了", "我来不了"),
    everyday=True,
)
async def cannot_go(ctx: Context, rest: str) -> Reply:
    """Who was called says that he cannot go; the next one is asked at once."""
    member = await ctx.member()
    asked = await handoffs.put_to(ctx.session, member.id)
    if not rest.strip() and len(asked) == 1 and not ctx.is_group:
        return await say_no(ctx, asked, "")
    ticket, _ = await pick(ctx, rest, "去不了", lambda: _to_stay_away(ctx))
    crew = await crews.of_ticket(ctx.session, ticket.id, alone=True)
    if crew is not None and await crews.includes(ctx.session, ticket.id, member.id):
        return Reply(await sign_off(ctx, ticket, crew, member.id), alone=True)
    return await refuse(ctx, ticket)


async def _to_stay_away(ctx: Context) -> Sequence[Ticket]:
    """What nobody has accepted yet, and the tasks that the speaker wanted to come to."""
    mine = [ticket for _, ticket in await crews.open_with(ctx.session, (await ctx.member()).id)]
    return mine or await asked_of_me(ctx)


@router.command("退单", example="退单 12 要找电梯公司", does="接了办不了，退回去另派", allow=Role.STEWARD)
async def give_back(ctx: Context, rest: str) -> Reply:
    """Give a ticket back; it is called out again, to the others."""
    ticket, reason = await pick(ctx, rest, "退单", lambda: in_my_hands(ctx))
    member = await ctx.member()
    await must_hold(ctx, ticket, member)
    await keep_reason(ctx, ticket, reason, member)
    return await _to_the_next(ctx, ticket, member, TicketAction.RETURN, "退单")


@router.command(
    "收回", example="收回 12", does="不转了，或者从别人、从部门那里收回来", allow=Role.STEWARD, everyday=True
)
async def take_back(ctx: Context, rest: str) -> Reply:
    """Take a question back; or take a ticket from a department, or, as the community, from who has it."""
    ticket, reason = await pick(ctx, rest, "收回", lambda: at_my_places(ctx, waiting=False))
    member = await ctx.member()
    asked = await handoffs.of_ticket(ctx.session, ticket.id)
    if asked is not None and member.id in (asked.giver_id, asked.asker_id):
        await withdraw(ctx, asked, ticket)
        return Reply(phrases.offer_withdrawn(ticket))
    if ticket.outside_since is None and ticket.assignee_id == member.id:
        raise Refusal(phrases.yours_anyway(ticket))
    if not await is_community(ctx, ticket) and ticket.assignee_id != member.id:
        raise Refusal(phrases.only_community())
    if not possible(ticket, TicketAction.TAKE_BACK):
        raise Refusal(refusals.not_accepted_yet(ticket) if ticket.status in WAITING else refusals.too_late(ticket))
    return await _taken(ctx, ticket, member, reason)


async def _taken(ctx: Context, ticket: Ticket, member: Member, reason: str) -> Reply:
    holder, outside = ticket.assignee_id, ticket.outside_since is not None
    await keep_reason(ctx, ticket, reason, member)
    await handoffs.drop(ctx.session, ticket.id)
    advance(ctx, ticket, TicketAction.TAKE_BACK, member.id)
    ctx.note("收回", f"ticket:{ticket.number}", member.id)
    if holder is not None and holder != member.id:
        words, key = Words(phrases.taken_from_you(ticket)), f"taken:{ctx.cause}"
        await ctx.tell(holder, words, MessageKind.PERSONAL, key=key, ticket=ticket.id)
    if outside:
        await tell_contact(ctx, ticket, outside_phrases.contact_not_needed(ticket), key="back")
        return Reply(phrases.back_from_outside(ticket))
    return Reply(phrases.taken_back(ticket, await name_of(ctx, holder)))


async def give_up_waiting(moment: Moment) -> None:
    """Nobody answered in time: the ticket stays where it is, and everybody concerned is told once."""
    for handoff in await handoffs.overdue(moment.session, moment.now):
        ticket = await tickets.by_id(moment.session, handoff.ticket_id)
        await moment.session.delete(handoff)
        if ticket.assignee_id != handoff.giver_id or not possible(ticket, TicketAction.DECLINE):
            continue  # it went elsewhere meanwhile
        advance(moment, ticket, TicketAction.DECLINE)
        taker = (await members.by_id(moment.session, handoff.taker_id)).name
        holder = (await members.by_id(moment.session, handoff.giver_id)).name
        key = f"unanswered:{handoff.asked_at.timestamp():.6f}:{ticket.id}"
        texts = {
            handoff.taker_id: phrases.too_long(ticket),
            handoff.asker_id: phrases.no_answer(ticket, taker, holder),
            handoff.giver_id: phrases.no_answer(ticket, taker, ""),
        }
        for member, text in texts.items():
            await moment.tell(member, Words(text), MessageKind.PERSONAL, key=key, ticket=ticket.id)
