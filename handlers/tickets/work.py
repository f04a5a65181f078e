"""接单 进展 办结: what workers do to a ticket by its number, a quote, a button, or plainly."""

from collections.abc import Sequence
from typing import Final

from handlers.context import Context
from handlers.dispatch.answered import note_taken
from handlers.dispatch.calling import reporter_name
from handlers.dispatch.handing import take_over, tell_reporters
from handlers.messages import Button, Refusal, Reply, Words
from handlers.parties.chasing import tell_contact
from handlers.phrases import refusals
from handlers.phrases import tickets as phrases
from handlers.phrases.outside import contact_done
from handlers.phrases.parties import another_leads, party_progress
from handlers.router import Router
from handlers.rules.tickets import WAITING, WORKING
from handlers.tickets.hands import asked_of_me, in_my_hands, is_community, must_be_asked, must_hold, name_of
from handlers.tickets.lifecycle import advance
from handlers.tickets.opening import keep_words
from handlers.tickets.picking import pick
from handlers.tickets.telling import tell_called, tell_done, tell_followers
from storage import handoffs, parties
from storage.members import Member
from storage.tickets import Ticket
from storage.types import Act, MessageKind, Role, TicketAction

router: Final = Router()


@router.command(
    "接单", example="接单 12", does="接下一张工单", allow=Role.STEWARD, also=("我接单", "我接", "认领", "接了", "抢单")
)
async def accept(ctx: Context, rest: str) -> Reply:
    """A worker takes a ticket on; of two at once one wins, and the other is told who has it."""
    ticket, _ = await pick(ctx, rest, "接单", lambda: _to_accept(ctx))
    member = await ctx.member()
    if ticket.status in WORKING:
        return await _agreed(ctx, ticket, member)
    await must_be_asked(ctx, ticket)
    await _must_not_follow(ctx, ticket, member)
    await note_taken(ctx, ticket, member.id)
    advance(ctx, ticket, TicketAction.ACCEPT, member.id)
    ctx.note("接单", f"ticket:{ticket.number}", member.id)
    text = phrases.accepted(ticket, member.name)
    await tell_followers(ctx, ticket, text, key=f"accepted:{ticket.round}", by=member.id, heard_in=_here(ctx))
    await tell_called(ctx, ticket, phrases.somebody_has_it(ticket, member.name), but=member.id)
    if ctx.is_group:
        return Reply(text)
    next_steps = (Button("办结", f"办结 {ticket.number}"), Button("转单", f"转单 {ticket.number}"))
    return Reply(phrases.you_accepted(ticket, await reporter_name(ctx, ticket)), next_steps)


@router.command("进展", example="进展 12 配件明天到", does="告诉住户办到哪一步", allow=Role.STEWARD, everyday=True)
async def progress(ctx: Context, rest: str) -> Reply:
    """Say how far it is. Those who reported it are told alone: the group's three messages are for more."""
    ticket, text = await pick(ctx, rest, "进展", lambda: _going_on(ctx))
    member = await ctx.member()
    if not await parties.includes(ctx.session, ticket.id, member.id) or ticket.status not in WORKING:
        await must_hold(ctx, ticket, member)
    advance(ctx, ticket, TicketAction.PROGRESS, member.id)
    await keep_words(ctx, ticket, Act.DETAIL, text, member)
    key = f"progress:{ctx.inbound.message_id}"
    lead = [ticket.assignee_id] if ticket.assignee_id else []
    await tell_reporters(ctx, ticket, phrases.progress(ticket, text), key=key, but=[member.id, *lead])
    if ticket.assignee_id is not None and ticket.assignee_id != member.id:
        words = Words(party_progress(ticket, member.name, text))
        await ctx.tell(ticket.assignee_id, words, MessageKind.PERSONAL, key=key, ticket=ticket.id)
    return Reply(phrases.progress_noted(ticket))


@router.command(
    "办结", example="办结 12 换了灯管", does="办好了，可以附照片", allow=Role.STEWARD, also=("完成", "办好了")
)
async def finish(ctx: Context, rest: str) -> Reply:
    """It is done; everybody who reported it is told and asked to rate."""
    ticket, text = await pick(ctx, rest, "办结", lambda: in_my_hands(ctx))
    member = await ctx.member()
    if ticket.status in WAITING:
        await must_be_asked(ctx, ticket)
        await _must_not_follow(ctx, ticket, member)
        advance(ctx, ticket, TicketAction.ACCEPT, member.id)
    await must_hold(ctx, ticket, member)
    outside = ticket.outside_since is not None
    advance(ctx, ticket, TicketAction.FINISH, member.id)
    if outside:
        await tell_contact(ctx, ticket, contact_done(ticket), key="done")
    ctx.note("办结", f"ticket:{ticket.number}", member.id)
    await keep_words(ctx, ticket, Act.RESOLVED, text, member)
    await tell_done(ctx, ticket, by=member, heard_in=_here(ctx))
    if ctx.is_group:
        return Reply(phrases.done(ticket, member.name, rate_here=False))
    return Reply(phrases.done_noted(ticket))


async def _to_accept(ctx: Context) -> Sequence[Ticket]:
    """What nobody has accepted yet, and what the speaker was asked to take over."""
    asked = await handoffs.put_to(ctx.session, (await ctx.member()).id)
    return [*(ticket for _, ticket in asked), *await asked_of_me(ctx)]


async def _going_on(ctx: Context) -> Sequence[Ticket]:
    """What the speaker has in his hands, and what he settles together with others."""
    mine = [*await in_my_hands(ctx), *await parties.open_with(ctx.session, (await ctx.member()).id)]
    return list({ticket.id: ticket for ticket in mine}.values())


async def _agreed(ctx: Context, ticket: Ticket, member: Member) -> Reply:
    """Who was asked to take it over from somebody says so in this way, too.

    Raises:
        Refusal: He was not.
    """
    asked = [pair for pair in await handoffs.put_to(ctx.session, member.id) if pair[1].id == ticket.id]
    if not asked:
        raise Refusal(await _taken(ctx, ticket, member))
    await take_over(ctx, asked)
    return Reply(phrases.you_accepted(ticket, await reporter_name(ctx, ticket)), alone=True)


async def _must_not_follow(ctx: Context, ticket: Ticket, member: Member) -> None:
    """Where several settle it together, whoever leads takes it."""
    leading = await parties.leading(ctx.session, ticket.id)
    if not leading or member.id in leading or await is_community(ctx, ticket):
        return
    if await parties.includes(ctx.session, ticket.id, member.id):
        raise Refusal(another_leads(ticket, "、".join(leading.values())))


async def _taken(ctx: Context, ticket: Ticket, member: Member) -> str:
    if ticket.assignee_id == member.id:
        return refusals.yours_already(ticket)
    return phrases.somebody_has_it(ticket, await name_of(ctx, ticket.assignee_id))


def _here(ctx: Context) -> tuple[str, str, str] | None:
    return ctx.inbound.address if ctx.is_group else None
