"""待核验 核验 核验不通过 · (ticks) what nobody checks: 验单, the last step in the life of a ticket."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from handlers.context import Context
from handlers.messages import Button, Refusal, Reply, Words
from handlers.moment import Moment
from handlers.phrases import refusals
from handlers.phrases import verifying as phrases
from handlers.reading.values import Unclear
from handlers.router import Router
from handlers.rules.quiet import quiet_until
from handlers.rules.roles import VERIFIERS, may, may_verify
from handlers.rules.tickets import OPEN
from handlers.rules.verifying import BAD, Verdict, awaits, must_be_verified, verdict
from handlers.tickets.lifecycle import advance
from handlers.tickets.opening import keep_words
from handlers.tickets.picking import pick
from handlers.tickets.verifiers import did_it, send_back, verifiers
from storage import members, places, tickets, verifying
from storage.tickets import Ticket
from storage.types import Act, MemberId, MessageKind, Role, TicketAction

router: Final = Router()

LISTED: Final = 8
PRESSED: Final = 3  #: of those listed have a button
BATCH: Final = 100  #: tickets in one transaction
NO: Final = ("不通过", "没通过", "不合格", "没好", "没办好", "未通过")
FROM, TO = 9, 20  #: hours between which somebody is asked to verify


@router.command("待核验", example="待核验", does="看哪些办完的事等着核验", allow=Role.GRID_WORKER, also=("验单清单",))
async def waiting(ctx: Context, rest: str) -> Reply:
    """What waits to be verified at the speaker's places, what must be first."""
    if rest.strip():
        raise Unclear(rest)
    found = await to_verify(ctx)
    if not found:
        return Reply(phrases.nothing(), alone=True)
    lines = [await _line(ctx, ticket) for ticket in found[:LISTED]]
    buttons = tuple(Button(f"核验 {one.number}", f"核验 {one.number}") for one in found[:PRESSED])
    days = ctx.house.verifying.within.days
    return Reply(phrases.listed(lines, len(found) - LISTED, days), buttons, alone=True)


@router.command(
    "核验",
    example="核验 12",
    does="看过了，确实办好了",
    allow=Role.GRID_WORKER,
    also=("验单", "核验通过"),
    everyday=True,
)
async def verify(ctx: Context, rest: str) -> Reply:
    """The community has looked: it is done; or it is not, which may be said behind the number as well."""
    ticket, words = await pick(ctx, rest, "核验", lambda: to_verify(ctx))
    no = next((word for word in NO if words.startswith(word)), None)
    if no is not None:
        return await _send_back(ctx, ticket, words.removeprefix(no).lstrip(" ，,：:。"))
    member = await _must_verify(ctx, ticket)
    if words:
        await keep_words(ctx, ticket, Act.DETAIL, words, await ctx.member())
    advance(ctx, ticket, TicketAction.VERIFY, member)
    ctx.note("核验", f"ticket:{ticket.number}", member)
    return Reply(phrases.verified(ticket))


@router.command(
    "核验不通过",
    example="核验不通过 12 灯还是不亮",
    does="看过了，还没办好，退回去接着办",
    allow=Role.GRID_WORKER,
    also=("验单不通过", "核验没通过"),
    everyday=True,
)
async def reject(ctx: Context, rest: str) -> Reply:
    """It is not done: it goes back to who did it."""
    ticket, reason = await pick(ctx, rest, "核验不通过", lambda: to_verify(ctx))
    return await _send_back(ctx, ticket, reason)


async def _send_back(ctx: Context, ticket: Ticket, reason: str) -> Reply:
    member = await _must_verify(ctx, ticket)
    if reason:
        await keep_words(ctx, ticket, Act.DETAIL, reason, await ctx.member())
    ctx.note("核验不通过", f"ticket:{ticket.number}", member)
    holder = await send_back(ctx, ticket, member, reason)
    if holder is None:
        return Reply(phrases.called_again(ticket))
    return Reply(phrases.back_with(ticket, (await members.by_id(ctx.session, holder)).name))


async def _must_verify(ctx: Context, ticket: Ticket) -> MemberId:
    """The speaker, if he may verify it and it is done.

    Raises:
        Refusal: He may not, it is his own work, or it is open or verified already.
    """
    member, roles = (await ctx.member()).id, ctx.roles_at(await places.by_id(ctx.session, ticket.place_id))
    own = await did_it(ctx, ticket, member)
    if not may_verify(roles, did_it=own):
        mine = own and may(roles, *VERIFIERS)
        raise Refusal(phrases.your_own(ticket) if mine else phrases.not_yours_to_verify(ticket), alone=True)
    if ticket.status in OPEN:
        raise Refusal(phrases.not_done(ticket))
    if ticket.status not in verifying.UNVERIFIED:
        raise Refusal(refusals.too_late(ticket))
    return member


async def to_verify(ctx: Context) -> list[Ticket]:
    """What waits to be verified at the speaker's places, and is not his own work; what has to be looked at first."""
    paths = [grant.path for grant in ctx.grants if may([grant.role], *VERIFIERS)]
    found = await tickets.open_under(ctx.session, paths, verifying.UNVERIFIED)
    me, rules = (await ctx.member()).id, ctx.house.verifying
    ready = [t for t in found if awaits(t.status, t.done_at, rules, ctx.now) and t.assignee_id != me]
    unhappy = await verifying.unhappy(ctx.session, [ticket.id for ticket in ready], BAD)
    return sorted(ready, key=lambda t: not must_be_verified(t.category, rules, unhappy=t.id in unhappy))


async def _line(moment: Moment, ticket: Ticket) -> str:
    unhappy = bool(await verifying.unhappy(moment.session, [ticket.id], BAD))
    must = must_be_verified(ticket.category, moment.house.verifying, unhappy=unhappy)
    who = (await members.by_id(moment.session, ticket.assignee_id)).name if ticket.assignee_id else None
    return phrases.line(ticket, who, moment.house.zone, unhappy=unhappy, must=must)


async def settle(moment: Moment) -> bool:
    """What nobody has said anything against counts as verified; what somebody is not content with goes back. By day."""
    rules, quiet = moment.house.verifying, moment.house.escalation.quiet
    if quiet_until(moment.now, quiet, moment.house.zone) > moment.now:
        return False
    found = await verifying.quiet_since(moment.session, moment.now - rules.within, rules.always, BAD, BATCH)
    unhappy = await verifying.unhappy(moment.session, [ticket.id for ticket in found], BAD)
    for ticket in found:
        last, is_bad = ticket.last_at or ticket.opened_at, ticket.id in unhappy
        match verdict(ticket.category, last, rules, moment.now, unhappy=is_bad):
            case Verdict.VERIFY:
                advance(moment, ticket, TicketAction.VERIFY)
            case Verdict.REOPEN:
                await send_back(moment, ticket, None, "")
    return len(found) == BATCH


async def ask(moment: Moment) -> None:
    """At the full hour by day: what does not count as verified by itself, when something new waits, and once a week."""
    rules, here = moment.house.verifying, moment.now.astimezone(moment.house.zone)
    if here.minute or not FROM <= here.hour < TO or not rules.always:
        return
    by_person: dict[MemberId, list[Ticket]] = {}
    for ticket in await verifying.of_kinds(moment.session, rules.always):
        if awaits(ticket.status, ticket.done_at, rules, moment.now):
            for person in await verifiers(moment, ticket):
                by_person.setdefault(person, []).append(ticket)
    for person, found in by_person.items():
        newest = max(_ready_at(moment, ticket) for ticket in found)
        key = f"verify:{here:%G%V}:{newest.timestamp():.0f}"
        await moment.tell_once(person, await _asking(moment, found), MessageKind.PERSONAL, key=key)


async def _asking(moment: Moment, found: Sequence[Ticket]) -> Words:
    lines = [await _line(moment, ticket) for ticket in found[:LISTED]]
    buttons = tuple(Button(f"核验 {one.number}", f"核验 {one.number}") for one in found[:PRESSED])
    return Words(phrases.to_verify(lines), buttons)


def _ready_at(moment: Moment, ticket: Ticket) -> datetime:
    """When it began to wait to be verified."""
    return min(ticket.last_at or moment.now, (ticket.done_at or moment.now) + moment.house.verifying.rated_within)
