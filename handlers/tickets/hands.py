"""In whose hands a ticket is: who may go on with it, and what somebody has in his own."""

from collections.abc import Sequence

from handlers.clocks.winding import plan_of
from handlers.context import Context
from handlers.messages import Refusal
from handlers.phrases import refusals
from handlers.rules.roles import may
from handlers.rules.tickets import WAITING, WORKING
from handlers.tickets.picking import is_staff_for, was_called
from storage import called as calls
from storage import members, places, tickets
from storage.members import Member
from storage.tickets import Ticket
from storage.types import MemberId, Role


async def at_my_places(ctx: Context, *, waiting: bool) -> Sequence[Ticket]:
    """In a group, its own tickets; alone, those below every place where the speaker works."""
    paths = [ctx.place.path] if ctx.is_group and ctx.place else [grant.path for grant in ctx.grants]
    return await tickets.open_under(ctx.session, paths, WAITING if waiting else WORKING)


async def asked_of_me(ctx: Context) -> Sequence[Ticket]:
    """What nobody has accepted yet: what he alone is asked just now, or was called about, or else all at his places."""
    waiting, me = await at_my_places(ctx, waiting=True), (await ctx.member()).id
    called = await calls.waiting_for(ctx.session, me)
    if ctx.is_group:
        called = [ticket for ticket in called if ticket in waiting]
    return [t for t in called if t.asking_id == me and plan_of(ctx, t).at_once(t.urgency) == 1] or called or waiting


async def in_my_hands(ctx: Context) -> Sequence[Ticket]:
    """What the speaker has accepted and not finished."""
    return await tickets.assigned_to(ctx.session, (await ctx.member()).id)


async def must_be_staff(ctx: Context, ticket: Ticket) -> None:
    """Only who works at its place or above it takes it.

    Raises:
        Refusal: The speaker does not.
    """
    if not await is_staff_for(ctx, ticket):
        raise Refusal(refusals.not_your_place(ticket))


async def must_be_asked(ctx: Context, ticket: Ticket) -> None:
    """Who works there or above it takes it, and who was called to help out from next door.

    Raises:
        Refusal: The speaker is neither.
    """
    if not await was_called(ctx, ticket):
        await must_be_staff(ctx, ticket)


async def must_hold(ctx: Context, ticket: Ticket, member: Member, *, or_waiting: bool = False) -> None:
    """Only who accepted it, or the community, may go on with it.

    Raises:
        Refusal: The speaker may not, or nobody can any more.
    """
    if ticket.assignee_id == member.id or (or_waiting and ticket.status in WAITING):
        return
    if ticket.status in WAITING:
        raise Refusal(refusals.not_accepted_yet(ticket))
    if ticket.status not in WORKING:
        raise Refusal(refusals.too_late(ticket))
    if not await is_community(ctx, ticket):
        raise Refusal(refusals.not_yours(ticket, await name_of(ctx, ticket.assignee_id)))


async def is_community(ctx: Context, ticket: Ticket) -> bool:
    """Whether the speaker answers for the place as the community."""
    return may(ctx.roles_at(await places.by_id(ctx.session, ticket.place_id)), Role.ADMIN)


async def name_of(ctx: Context, member: MemberId | None) -> str:
    """How who has it is called."""
    return (await members.by_id(ctx.session, member)).name if member is not None else "别人"
