"""Doing for somebody what he would have done himself: a message is taken up later, by whoever says that it counts."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from handlers.context import Context
from handlers.messages import Attachment
from handlers.tickets.board import Outlook, load
from handlers.tickets.opening import announce, open_ticket
from handlers.understanding.types import Item, Memory, Scene, Spot
from storage import chats, members, places
from storage.chats import Address
from storage.members import Member
from storage.tickets import Ticket
from storage.types import PlaceKind, Role

#: The strongest first: what somebody is to those who read him.
STANDING: Final = (
    Role.ADMIN,
    Role.PROPERTY,
    Role.GRID_WORKER,
    Role.BUILDING_HEAD,
    Role.STEWARD,
    Role.COMMITTEE,
    Role.SUPERVISOR,
)


async def as_author(
    ctx: Context, sender: str, name: str, message: str, text: str, *, pictures: Sequence[tuple[str, int]] = ()
) -> Context:
    """The context in which that message of the same chat would be handled now, had it just been said.

    Args:
        pictures: Digests and sizes of what came with it.
    """
    who = (ctx.inbound.channel, ctx.inbound.account, sender)
    inbound = replace(
        ctx.inbound,
        message_id=message,
        sender=sender,
        sender_name=name,
        text=text,
        to_bot=False,
        reply_to=None,
        quoted=None,
        mentions=(),
        attachments=tuple(Attachment("image", digest, size) for digest, size in pictures),
        one_to_one=None,
    )
    known = (await members.known(ctx.session, [who])).get(who)
    return replace(ctx, inbound=inbound, known=known, memory=Memory(), foreseen=None, why=None)


async def where_it_was_said(ctx: Context, ticket: Ticket) -> Context:
    """The context moved to the chat in which the ticket was reported, and to that one's place."""
    address: Address = (ticket.channel, ticket.account, ticket.chat)
    bound = (await chats.bound(ctx.session, [address])).get(address) if ticket.in_group else None
    group, place = bound or (None, await places.by_id(ctx.session, ticket.scope_id))
    inbound = replace(
        ctx.inbound, channel=ticket.channel, account=ticket.account, chat=ticket.chat, is_group=ticket.in_group
    )
    return replace(ctx, inbound=inbound, place=place, group=group)


async def open_for(ctx: Context, item: Item, why: Mapping[str, Any], reporter: Member | None = None) -> Ticket:
    """Open a ticket of the message that `ctx` is about, and say so where it was said."""
    ctx.why = why
    opened = await open_ticket(ctx, item, ctx.inbound.text, reporter or await ctx.member())
    await announce(ctx, opened)
    return opened.ticket


async def scene_of(ctx: Context) -> Scene:
    """What understanding has to know of the place of `ctx`."""
    if ctx.place is None:
        return Outlook().scene
    known = ctx.board.get(ctx.place.id)
    if known is None:
        known = (await load(ctx.session, [ctx.place], ctx.now, ctx.house))[ctx.place.id]
    return known.scene


def role_of(ctx: Context) -> Role:
    """What the speaker is to those who read him, the strongest first."""
    roles = ctx.roles_at(ctx.place)
    return next((role for role in STANDING if role in roles), Role.RESIDENT)


def home_of(ctx: Context) -> Spot:
    """Where "my flat" is, from the member's record; empty where only the nickname may tell."""
    if ctx.known is None or ctx.known.member.room is None:
        return Spot()
    home = ctx.known.home
    unit = home.name if home is not None and home.kind is PlaceKind.UNIT else None
    return Spot(unit=unit, room=ctx.known.member.room)
