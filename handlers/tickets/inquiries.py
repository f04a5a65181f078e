"""我的工单 工单 待办 报修 代报: to ask for tickets, and to report by a word."""

from dataclasses import replace
from typing import Final

from handlers.context import Context
from handlers.messages import Refusal, Reply
from handlers.phrases import inquiries as phrases
from handlers.phrases import refusals
from handlers.phrases.verifying import also
from handlers.phrases.verifying import by as checked_by
from handlers.reading.values import Unclear, clean, leading_number, number
from handlers.router import Router
from handlers.rules.roles import VERIFIERS, may
from handlers.tickets.effects import open_new
from handlers.tickets.picking import community, is_staff_for, numbered, quoted, spoken_of_here
from handlers.tickets.reports import as_report
from handlers.tickets.together import beside, details, reads_all
from handlers.tickets.verifying import to_verify
from storage import followers, members, tickets, verifying, words
from storage.tickets import Ticket
from storage.types import Role, TicketAction, TicketStatus

router: Final = Router()

LISTED: Final = 8


@router.command("我的工单", example="我的工单", does="看自己报过的事", also=("查进度", "我报的事"))
async def mine(ctx: Context, rest: str) -> Reply:
    """What the speaker reported or joined, newest first; alone, because others need not know."""
    if rest:
        raise Unclear(rest)
    return await _own(ctx)


async def _own(ctx: Context) -> Reply:
    found = await followers.tickets_of(ctx.session, ctx.known.member.id) if ctx.known else ()
    if not found:
        return Reply(phrases.nothing_of_yours(), alone=True)
    return _list(ctx, list(found))


@router.command("待办", example="待办", does="看没办完的工单", everyday=True)
async def waiting(ctx: Context, rest: str) -> Reply:
    """A worker's open tickets: in his hands, and below his places; a resident's own."""
    if rest:
        raise Unclear(rest)
    if not may(ctx.roles, Role.STEWARD):
        return await _own(ctx)
    paths = [ctx.place.path] if ctx.is_group and ctx.place else [grant.path for grant in ctx.grants]
    found = {t.id: t for t in await tickets.assigned_to(ctx.session, (await ctx.member()).id)}
    found |= {t.id: t for t in await tickets.open_under(ctx.session, paths)}
    shown = [t for t in found.values() if not (ctx.is_group and t.private)]
    reply = _list(ctx, shown) if shown else Reply(phrases.nothing_waiting())
    return reply if ctx.is_group else replace(reply, text=reply.text + await _to_verify(ctx))


async def _to_verify(ctx: Context) -> str:
    count = len(await to_verify(ctx)) if may(ctx.roles, *VERIFIERS) else 0
    return also(count) if count else ""


def _list(ctx: Context, found: list[Ticket]) -> Reply:
    rooms = not ctx.is_group
    shown = [t for t in found if not (ctx.is_group and t.private)]
    lines = [phrases.line(ticket, ctx.house.zone, rooms=rooms) for ticket in shown[:LISTED]]
    return Reply(phrases.listed(lines, len(shown) - LISTED) if lines else phrases.nothing_waiting())


@router.command("工单", example="工单 12", does="看一张工单办到哪了", everyday=True, also=("查工单", "进度"))
async def show(ctx: Context, rest: str) -> Reply:
    """One ticket; without a number the quoted one, else the list of one's own."""
    meant = await quoted(ctx) if not rest else None
    if meant is not None:
        return await _told(ctx, await spoken_of_here(ctx, meant))
    return await _told(ctx, await numbered(ctx, number(rest))) if rest else await _own(ctx)


async def _told(ctx: Context, ticket: Ticket) -> Reply:
    who = (await members.by_id(ctx.session, ticket.assignee_id)).name if ticket.assignee_id else None
    households = len(await followers.of_ticket(ctx.session, ticket.id))
    pictures = await words.pictures_of(ctx.session, ticket.id)
    rooms = not ctx.is_group
    checked = await _checked(ctx, ticket)
    text = phrases.told(
        ticket,
        ctx.house.zone,
        who=who,
        followers=households,
        rooms=rooms,
        pictures=len(pictures),
        checked=checked,
    )
    text += await beside(ctx, ticket)
    if rooms and ctx.known is not None and await reads_all(ctx, ticket, ctx.known.member.id):
        text += f"\n{await details(ctx, ticket)}"
    show_pictures = rooms and (await is_staff_for(ctx, ticket))
    return Reply(text, pictures=tuple(p.digest for p in pictures) if show_pictures else ())


async def _checked(ctx: Context, ticket: Ticket) -> str:
    if ticket.status is not TicketStatus.VERIFIED:
        return ""
    by = await verifying.by_whom(ctx.session, ticket.id, TicketAction.VERIFY)
    return checked_by((await members.by_id(ctx.session, by)).name if by is not None else None)


@router.command("报修", example="报修 2单元电梯停在5楼不动", does="报一件事（直接说也行）", also=("报事", "我要报修"))
async def report(ctx: Context, rest: str) -> Reply | None:
    """Open a ticket of what follows, whatever understanding would think of it."""
    text = clean(rest)
    if not text and not ctx.inbound.attachments:
        raise Refusal(refusals.say_what())
    if ctx.is_group and ctx.place is None:
        return None
    await community(ctx)
    return await open_new(ctx, await as_report(ctx, text), text) or None


@router.command("代报", example="代报 2单元301 王奶奶家灯不亮", does="替没手机的邻居报一件事", allow=Role.STEWARD)
async def report_for(ctx: Context, rest: str) -> Reply | None:
    """A worker reports for somebody who has no phone."""
    if not leading_number(rest)[1].strip() and not ctx.inbound.attachments:
        raise Refusal(refusals.say_what())
    return await report(ctx, rest)
