"""拆开 我家的不一样: what was counted to a ticket is a matter of its own."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from handlers.context import Context
from handlers.corrections import examples
from handlers.corrections.correcting import at_my_places, forget_outlook, must_be_staff, tell_each
from handlers.corrections.examples import Said
from handlers.messages import Refusal, Reply
from handlers.phrases import refusals
from handlers.phrases import regrouping as phrases
from handlers.reading.values import clean, leading_number
from handlers.router import Router
from handlers.tickets.authors import as_author, home_of, open_for, role_of, scene_of, where_it_was_said
from handlers.tickets.lifecycle import advance, possible
from handlers.tickets.picking import pick, quoted, spoken_of_here
from handlers.understanding.sound import understood
from handlers.understanding.types import Heard, Item
from handlers.understanding.why import Way, told_outright
from storage import followers, members, moving, words
from storage.tickets import Ticket
from storage.types import Act, Role, TicketAction
from storage.words import TicketMessage

router: Final = Router()

SURE: Final = 0.5  #: share of a category from which on the words themselves say what it is about


@router.command(
    "拆开",
    example="拆开 12",
    does="引用后来补充的那句，让它单独成一张",
    allow=Role.STEWARD,
    everyday=True,
    also=("拆单",),
)
async def split(ctx: Context, rest: str) -> Reply:
    """A message that was counted to a ticket becomes a ticket of its own, for its author."""
    try:
        ticket, said = await _joined(ctx, rest)
    except Refusal as refusal:
        if ctx.inbound.reply_to is None:
            raise
        return refusal.reply  # who quotes a message means it, everyday as the word may be
    member = await ctx.member()
    predicted = examples.request(said.act, ticket)
    was = Said(said.message_id, said.sender, said.text, said.member_id)
    there = await where_it_was_said(ctx, ticket)
    author = await as_author(there, said.sender, "", said.message_id, said.text)
    new = await _part(author, ticket, said, await _item(author, ticket, said.text))
    await examples.keep(ctx, author, was, predicted, examples.request(Act.OPEN, new))
    ctx.note("拆开", f"ticket:{ticket.number}>{new.number}", member.id)
    if was.member is not None and was.member != member.id and not new.private:
        await tell_each(ctx, new, phrases.yours_is_own(ticket, new), [was.member])
    return Reply(phrases.split(ticket, new), alone=new.private)


async def _joined(ctx: Context, rest: str) -> tuple[Ticket, TicketMessage]:
    """The quoted message and its ticket; without a quote, the only one that was added to the ticket.

    Raises:
        Refusal: There is none, or several, or it opened or closed the ticket.
    """
    number, _ = leading_number(rest)
    if number is None and ctx.inbound.reply_to is not None:
        meant = await quoted(ctx)
        if meant is None:
            raise Refusal(phrases.not_in_any())
        ticket = await spoken_of_here(ctx, meant)
    else:
        ticket, _ = await pick(ctx, rest, "拆开", lambda: at_my_places(ctx))
    await must_be_staff(ctx, ticket)
    rows = await words.said_about(ctx.session, [ticket.id])
    message = ctx.inbound.reply_to
    if any(row.message_id == message for row in rows):
        return ticket, await _splittable(ctx, ticket, message or "")
    added = [row.message_id for row in rows if row.act in (Act.DETAIL, Act.ME_TOO)]
    if len(added) != 1:
        raise Refusal(phrases.quote_which(ticket) if added else phrases.nothing_joined(ticket))
    return ticket, await _splittable(ctx, ticket, added[0])


async def _splittable(ctx: Context, ticket: Ticket, message: str) -> TicketMessage:
    key = (ticket.channel, ticket.account, message)
    said = await moving.message_of(ctx.session, ticket.id, key)
    if said is None:
        raise Refusal(phrases.not_in_any(ticket.number))
    if said.act is Act.OPEN:
        raise Refusal(phrases.opens_it(ticket))
    if said.act is Act.RESOLVED:
        raise Refusal(phrases.said_it_is_done(ticket))
    return said


async def _item(author: Context, ticket: Ticket, text: str) -> Item:
    """What the message opens by itself; words that say nothing, such as “我家也是”, are about the same thing elsewhere."""
    heard = Heard(
        author.inbound.message_id,
        author.now,
        author.inbound.sender,
        author.inbound.sender_name,
        role_of(author),
        text,
        home=home_of(author),
    )
    item = author.reader.report(heard, await scene_of(author))
    _, topics, _ = author.reader.words.shares([(understood(text), heard.role, ())])
    if float(topics.max()) < SURE:
        return replace(item, category=ticket.category, urgency=ticket.urgency)
    return item


async def _part(author: Context, ticket: Ticket, said: TicketMessage, item: Item) -> Ticket:
    """Open a ticket of the message, and let it no longer belong to the other one."""
    reporter = await members.by_id(author.session, said.member_id) if said.member_id is not None else None
    new = await open_for(author, item, told_outright(Way.SPLIT, role_of(author)), reporter)
    await moving.one_message(author.session, said, new.id)
    stays = reporter is None or reporter.id == ticket.reporter_id
    if reporter is not None and not stays and not await moving.says_more(author.session, ticket.id, reporter.id):
        await followers.unfollow(author.session, ticket.id, reporter.id)
    if possible(ticket, TicketAction.CORRECT):
        advance(author, ticket, TicketAction.CORRECT, value=new.number)
    await forget_outlook(author, ticket)
    return new


@router.command(
    "我家的不一样",
    example="我家的不一样",
    does="您家的是另一件事，从邻居那张里分出来",
    everyday=True,
    also=("我家不一样", "我家情况不一样", "我的不一样"),
)
async def part(ctx: Context, rest: str) -> Reply:
    """Whoever said “me too” says that his is another matter; what he adds says which."""
    number, text = leading_number(clean(rest))
    ticket, _ = await pick(ctx, str(number) if number else "", "我家的不一样", lambda: _joined_by(ctx))
    member = await ctx.member()
    if ticket.reporter_id == member.id:
        raise Refusal(phrases.reported_by_you(ticket))
    rows = [row for row in await words.said_about(ctx.session, [ticket.id]) if row.member_id == member.id]
    mine = next((row for row in reversed(rows) if row.act in (Act.ME_TOO, Act.DETAIL)), None)
    if mine is None:
        raise Refusal(refusals.not_reported_by_you(ticket))
    said = await _splittable(ctx, ticket, mine.message_id)
    there = await where_it_was_said(ctx, ticket)
    full = "，".join(part for part in (said.text, text) if part)
    author = await as_author(there, said.sender, ctx.inbound.sender_name, said.message_id, full)
    new = await _part(author, ticket, said, await _item(author, ticket, text or said.text))
    ctx.note("我家的不一样", f"ticket:{ticket.number}>{new.number}", member.id)
    return Reply(phrases.own_ticket(ticket, new))


async def _joined_by(ctx: Context) -> Sequence[Ticket]:
    """The open tickets that the speaker joined and did not report."""
    mine = await followers.tickets_of(ctx.session, ctx.known.member.id) if ctx.known else ()
    return [t for t in mine if t.closed_at is None and ctx.known and t.reporter_id != ctx.known.member.id]
