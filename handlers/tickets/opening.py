"""Opening a ticket: from free text, from a command, for somebody else."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from typing import Any

from handlers.context import Context
from handlers.dispatch.calling import Called, waits_until
from handlers.dispatch.levels import call_out, mentioned
from handlers.messages import Words
from handlers.moment import Moment
from handlers.phrases import calls
from handlers.phrases import tickets as phrases
from handlers.phrases.pool import pooled_in_group
from handlers.rules.roles import may
from handlers.tickets.telling import note
from handlers.understanding.types import Item, Spot
from storage import followers, numbers, places, reasons, tickets, words
from storage.members import Member
from storage.places import Place
from storage.tickets import Ticket
from storage.types import Act, MessageKind, PlaceKind, Role, TicketAction, TicketStatus, Urgency


@dataclass(frozen=True, slots=True)
class Opened:
    """A new ticket, and who was called about it."""

    ticket: Ticket
    called: Called
    morning: time | None = None  #: when they hear of it, where that waits for the end of the night

    @property
    def names(self) -> list[str]:
        """Those who were called, as they are named to residents."""
        return [member.name for member in (*self.called.told, *self.called.in_front)]


async def open_ticket(ctx: Context, item: Item, text: str, reporter: Member) -> Opened:
    """Make a ticket of `item`, keep the words that opened it, and call who is on duty."""
    ticket = await tickets.enter(ctx.session, await _new_ticket(ctx, item, reporter))
    tickets.happened(ctx.session, ticket, ctx.now, TicketAction.REPORT, TicketStatus.REPORTED, reporter.id)
    await keep_words(ctx, ticket, Act.OPEN, text, reporter)
    await followers.follow(ctx.session, ticket.id, reporter.id, ctx.now, in_group=ctx.is_group)
    # Whoever reports it knows of it; if he is on duty himself, he accepts in his own time or it climbs.
    called, waits = await call_out(ctx, ticket), waits_until(ctx, ticket)
    return Opened(ticket, called, waits.astimezone(ctx.house.zone).time() if waits else None)


async def _new_ticket(ctx: Context, item: Item, reporter: Member) -> Ticket:
    scope = await scope_of(ctx, item.spot)
    community = await places.community_of(ctx.session, scope)
    channel, account, chat = ctx.inbound.address
    ticket = Ticket(
        community_id=community.id,
        number=await numbers.next_one(ctx.session, community.id),
        scope_id=scope.id,
        place_id=(await place_of(ctx, scope, item.spot)).id,
        category=item.category,
        urgency=item.urgency,
        opened_at=ctx.said_at,
        waiting_since=ctx.now,
        last_at=ctx.now,
        channel=channel,
        account=account,
        chat=chat,
        in_group=ctx.is_group,
        private=not ctx.is_group or item.category in ctx.house.never_in_group,
        reporter_id=reporter.id,
    )
    locate(ticket, item.spot)
    return ticket


async def scope_of(ctx: Context, spot: Spot) -> Place:
    """The place whose group the ticket belongs to: the group's own; said alone, the building named, or the home."""
    if ctx.is_group and ctx.place is not None:
        return ctx.place
    community = await ctx.community()
    if spot.building is not None:
        for building in await places.below(ctx.session, community, PlaceKind.BUILDING):
            if building.name == spot.building:
                return building
    return await _building_of(ctx, ctx.place) if ctx.place is not None else community


async def _building_of(ctx: Context, place: Place) -> Place:
    line = await places.above(ctx.session, place)
    return next((p for p in line if p.kind is PlaceKind.BUILDING), place)


async def place_of(ctx: Context, scope: Place, spot: Spot) -> Place:
    """The place of `spot` as exactly as the tree knows it: its unit, its building, or the scope itself."""
    place = scope
    if scope.kind is not PlaceKind.BUILDING and spot.building is not None:
        named = await places.below(ctx.session, scope, PlaceKind.BUILDING)
        place = next((p for p in named if p.name == spot.building), scope)
    if place.kind is PlaceKind.BUILDING and spot.unit is not None:
        return await places.inside(ctx.session, place, PlaceKind.UNIT, spot.unit) or place
    return place


def locate(ticket: Ticket, spot: Spot) -> None:
    """Enter what has been said of the place so far."""
    ticket.building, ticket.unit, ticket.floor, ticket.room = spot.building, spot.unit, spot.floor, spot.room


async def keep_words(ctx: Context, ticket: Ticket, act: Act, text: str, member: Member) -> None:
    """Keep what was said and shown about the ticket: words because they belong to it, and only then."""
    inbound = ctx.inbound
    whose = dict(ticket_id=ticket.id, at=ctx.now, member_id=member.id)
    said = dict(channel=inbound.channel, account=inbound.account, message_id=inbound.message_id, sender=inbound.sender)
    await words.keep(ctx.session, dict(whose, **said, act=act, text=text))
    if ctx.why is not None:
        note_reason(ctx, ticket, act, ctx.why)
    for seen in inbound.attachments:
        if seen.digest and seen.kind == "image":
            await words.keep_picture(ctx.session, dict(whose, digest=seen.digest, size=seen.size))
    ticket.last_at = ctx.now


def note_reason(ctx: Context, ticket: Ticket, act: Act, codes: Mapping[str, Any]) -> None:
    """Keep with the ticket what decided that the message concerns it."""
    inbound = ctx.inbound
    message = dict(channel=inbound.channel, account=inbound.account, message_id=inbound.message_id)
    reasons.enter(ctx.session, dict(message, ticket_id=ticket.id, at=ctx.now, act=act, codes=codes))


async def announce(ctx: Context, opened: Opened) -> None:
    """Say in the group what was made of the message, or to its sender alone where the group must not hear of it."""
    ticket = opened.ticket
    if ticket.urgency is Urgency.EMERGENCY:
        await advise(ctx, ticket, opened.called)
    elif not ticket.private:
        told, in_front = opened.called.told, opened.called.in_front
        is_worker = may(ctx.roles_at(ctx.place), Role.STEWARD)
        names, to_call = [m.name for m in told], [m.name for m in in_front]
        text = phrases.opened_in_group(ticket, names, to_call, opened.morning, by_worker=is_worker)
        text = pooled_in_group(ticket) if opened.called.pooled else text
        await note(ctx, ticket, text, key="opened", calling=in_front, answers=ctx.inbound.message_id)
    if ticket.private and ticket.reporter_id is not None:
        words = Words(phrases.kept_private(ticket, opened.names, opened.morning, pooled=opened.called.pooled))
        await ctx.tell(ticket.reporter_id, words, MessageKind.PERSONAL, key=f"opened:{ticket.id}", ticket=ticket.id)


def what_to_do(moment: Moment, ticket: Ticket, called: Called) -> str:
    """What a group reads in an emergency: the advice, and, where it may know of the ticket, who is called and who has to go."""
    advice = moment.house.advice.get(ticket.category, moment.house.advice_else)
    if ticket.private:
        return advice
    names = [member.name for member in (*called.told, *called.in_front)]
    go = calls.go_at_once(ticket, [member.name for member in called.in_front])
    return phrases.emergency_in_group(ticket, advice, names) + go


async def advise(ctx: Context, ticket: Ticket, called: Called) -> None:
    """Advice for life and limb goes to the group at once; of what is private it says nothing else."""
    if ctx.group is None:
        return
    text = what_to_do(ctx, ticket, called)
    mentions = () if ticket.private else await mentioned(ctx, ctx.group.address, called.in_front)
    ctx.say(
        ctx.group.address,
        Words(text, mentions=mentions, answers=ctx.inbound.message_id),
        MessageKind.EMERGENCY,
        key=f"emergency:{ticket.id}",
        is_group=True,
        ticket=None if ticket.private else ticket.id,
    )
