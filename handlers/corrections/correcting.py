"""What all corrections share: whose business they are, which ticket is meant, and who hears of them."""

from collections.abc import Collection, Sequence

from handlers.context import Context
from handlers.messages import Refusal, Words
from handlers.phrases import refusals
from handlers.reading.values import leading_number
from handlers.rules.tickets import OPEN
from handlers.tickets.board import outdate
from handlers.tickets.picking import is_staff_for, numbered, pick
from handlers.tickets.telling import may_note, note
from storage import followers, outbox, places, tickets
from storage.tickets import Ticket
from storage.types import MemberId, MessageKind


async def meant(ctx: Context, rest: str, word: str) -> tuple[Ticket, str]:
    """The ticket that a member of staff wants to set right, which is still open, and the words that follow its number."""
    number, text = leading_number(rest)
    if number is not None:
        ticket = await numbered(ctx, number)
    else:
        ticket, _ = await pick(ctx, "", word, lambda: at_my_places(ctx))
    await must_be_staff(ctx, ticket)
    if ticket.status not in OPEN:
        raise Refusal(refusals.too_late(ticket))
    return ticket, text


async def at_my_places(ctx: Context) -> Sequence[Ticket]:
    """In a group, its own open tickets; alone, those below every place where the speaker works."""
    paths = [ctx.place.path] if ctx.is_group and ctx.place else [grant.path for grant in ctx.grants]
    return await tickets.open_under(ctx.session, paths)


async def must_be_staff(ctx: Context, ticket: Ticket) -> None:
    """Only who works at its place may know of it what is asked, and set it right.

    Raises:
        Refusal: The speaker does not.
    """
    if not await is_staff_for(ctx, ticket):
        raise Refusal(refusals.not_your_place(ticket))


async def forget_outlook(ctx: Context, ticket: Ticket) -> None:
    """The messages that follow in the same batch see the ticket's place as it is now."""
    outdate(ctx.board, await places.by_id(ctx.session, ticket.scope_id))


def key_of(ctx: Context, ticket: Ticket) -> str:
    """What names a message about this correction."""
    return f"set_right:{ctx.inbound.message_id}:{ticket.id}"


async def tell_those_concerned(ctx: Context, ticket: Ticket, text: str, but: Collection[MemberId]) -> None:
    """Tell everybody who has the ticket: in its groups while they may hear of it, else each alone.

    What is answered in one of its groups has been read there; `but` know of it already.
    """
    groups = await ctx.groups_at(ticket.scope_id)
    others = [f for f in await followers.of_ticket(ctx.session, ticket.id) if f.member_id not in but]
    read_here = ctx.is_group and ctx.inbound.address in groups and not ticket.private
    in_group = [f for f in others if f.in_group]
    noted = not read_here and bool(in_group and groups) and may_note(ctx, ticket)
    if noted:
        await note(ctx, ticket, text, key=key_of(ctx, ticket))
    rest = [f.member_id for f in others if not (f.in_group and (read_here or noted))]
    await tell_each(ctx, ticket, text, rest)


async def tell_each(ctx: Context, ticket: Ticket, text: str, whom: Collection[MemberId]) -> None:
    """Tell each of `whom` alone, once."""
    for member in dict.fromkeys(whom):
        await ctx.tell(member, Words(text), MessageKind.PERSONAL, key=key_of(ctx, ticket), ticket=ticket.id)


async def at_work_on(ctx: Context, ticket: Ticket) -> list[MemberId]:
    """Who has the ticket; where nobody has accepted it, everybody who was called about it."""
    if ticket.assignee_id is not None:
        return [ticket.assignee_id]
    return list(await outbox.called_about(ctx.session, ticket.id))


async def everybody_called(ctx: Context, ticket: Ticket, but: MemberId) -> list[MemberId]:
    """Who was called about the ticket or has it, except `but`."""
    called = [*await outbox.called_about(ctx.session, ticket.id), ticket.assignee_id]
    return [member for member in dict.fromkeys(called) if member is not None and member != but]
