"""招募 报名 不去 排队: tasks that several people do together, and who is in, waits, or leaves."""

import re
from collections.abc import Sequence
from typing import Final

from handlers.community.codes import can_be_alone
from handlers.context import Context
from handlers.crews.crewing import clashing, invite, known_by_now, line_of, settle, sign_off, time_of
from handlers.crews.wanted import count_in, start_in
from handlers.dispatch.handing import keep_reason, tell_reporters
from handlers.messages import Button, Refusal, Reply, Words
from handlers.phrases import crews as phrases
from handlers.phrases import refusals
from handlers.reading.times import Past
from handlers.reading.values import NUMERAL, leading_number, numeral, words
from handlers.router import Router
from handlers.rules.crews import MOST
from handlers.rules.tickets import OPEN, WAITING
from handlers.tickets.hands import in_my_hands, must_be_staff, must_hold
from handlers.tickets.lifecycle import advance
from handlers.tickets.picking import pick
from handlers.tickets.together import details
from storage import crews
from storage.crews import Crew, HelperStatus
from storage.members import Member
from storage.tickets import Ticket
from storage.types import MessageKind, Role, TicketAction

router: Final = Router()

_ASKS: Final = re.compile(
    rf"(?:(?P<number>{NUMERAL})号?[,，\s]*)?"
    r"(?:我的?(?:前|后)面?(?:还)?(?:有|是)?(?:谁|哪些人|几个人?|多少人?)|谁在我(?:前|后)面?|我排(?:在)?第?几(?:个|位)?)"
    r"(?:了|呢|啊|呀)?[?？!！。~]*"
)


@router.command("招募", example="招募 12 4人 周六上午9点", does="一件事要几个人一起办，招人来", allow=Role.STEWARD)
async def recruit(ctx: Context, rest: str) -> Reply:
    """Say how many people a ticket needs, or change it; whoever recruits has the ticket from then on."""
    ticket, text = await _meant(ctx, rest)
    await must_be_staff(ctx, ticket)
    member = await ctx.member()
    count = _count(ticket, text)
    await must_hold(ctx, ticket, member, or_waiting=True)
    if ticket.status in WAITING:
        advance(ctx, ticket, TicketAction.ACCEPT, member.id)
    crew = await _entered(ctx, ticket, count, text)
    advance(ctx, ticket, TicketAction.RECRUIT, member.id, value=count)
    ctx.note("招募", f"ticket:{ticket.number}", member.id)
    here = ctx.is_group and not ticket.private
    noted, asked = await invite(ctx, ticket, crew, member, in_group=not here)
    await settle(ctx, ticket, crew)
    time = time_of(ctx, crew)
    if here:
        return Reply(phrases.wanted_in_group(ticket, count, time), (Button("报名", f"报名 {ticket.number}"),))
    text = phrases.help_is_sought(ticket, count, time)
    await tell_reporters(ctx, ticket, text, key=f"sought:{ctx.cause}", but=[member.id])
    return Reply(phrases.recruiting(ticket, count, time, in_group=noted, asked=asked))


async def _meant(ctx: Context, rest: str) -> tuple[Ticket, str]:
    """The ticket, and what follows; 4人 is no ticket's number."""
    number, text = leading_number(rest)
    ticket, _ = await pick(ctx, str(number) if number is not None else "", "招募", lambda: in_my_hands(ctx))
    if ticket.status not in OPEN:
        raise Refusal(refusals.too_late(ticket))
    return ticket, text


def _count(ticket: Ticket, text: str) -> int:
    count = count_in(text, outright=True)
    if count is None or not 1 <= count <= MOST:
        raise Refusal(phrases.how_many(ticket, MOST))
    return count


async def _entered(ctx: Context, ticket: Ticket, count: int, text: str) -> Crew:
    """The task as it is from now on. Those who come are told of a change; who said no is asked anew if its time changed."""
    try:
        starts_at = start_in(text, ctx.now, ctx.house.zone)
    except Past:
        raise Refusal(phrases.gone_by()) from None
    before = await crews.of_ticket(ctx.session, ticket.id, alone=True)
    crew = before or await crews.enter(ctx.session, ticket.id, count, starts_at)
    moved = starts_at is not None and starts_at != crew.starts_at
    crew.wanted, crew.starts_at = count, starts_at or crew.starts_at
    if before is None or moved:
        crew.reminded = known_by_now(ctx, crew)
    if starts_at is not None:
        ticket.runs_since = starts_at  # it cannot be done before it begins
    if moved:
        await crews.ask_again(ctx.session, ticket.id)
    if before is not None:
        changed = Words(phrases.changed(ticket, count, time_of(ctx, crew)))
        for helper, person in await crews.coming(ctx.session, ticket.id):
            if helper.told:
                key = f"changed:{ctx.cause}:{ticket.id}"
                await ctx.tell(person.id, changed, MessageKind.PERSONAL, key=key, ticket=ticket.id)
    return crew


@router.command(
    "报名", example="报名 12", does="报名一起办一件事", everyday=True, also=("我来", "我报名", "算我一个", "加我一个")
)
async def sign_up(ctx: Context, rest: str) -> Reply:
    """Come along; beyond the number wanted one waits in order."""
    ticket, _ = await pick(ctx, rest, "报名", lambda: _to_join(ctx))
    crew = await _task(ctx, ticket)
    member = await ctx.member()
    if await crews.includes(ctx.session, ticket.id, member.id):
        raise Refusal(phrases.signed_up_already(ticket), alone=True)
    await crews.answer(ctx.session, ticket.id, member.id, HelperStatus.COMING, ctx.now)
    line = await crews.coming(ctx.session, ticket.id)
    place = line_of(line, member.id) or 0
    advance(ctx, ticket, TicketAction.SIGN_UP, member.id, value=place + 1)
    text = await _welcome(ctx, ticket, crew, place)
    text += await _warning(ctx, crew, member)
    names = await settle(ctx, ticket, crew, just_told=member.id)
    text += phrases.and_enough(names if can_be_alone(ctx) else ()) if names else ""
    return Reply(text, (Button("来不了", f"不去 {ticket.number}"),), alone=True)


async def _task(ctx: Context, ticket: Ticket) -> Crew:
    """The task, which nobody else changes until this is done.

    Raises:
        Refusal: The ticket is none, or is over.
    """
    if ticket.status not in OPEN:
        raise Refusal(refusals.too_late(ticket))
    crew = await crews.of_ticket(ctx.session, ticket.id, alone=True)
    if crew is None:
        raise Refusal(phrases.no_task(ticket))
    return crew


async def _welcome(ctx: Context, ticket: Ticket, crew: Crew, place: int) -> str:
    """What he has to know: where and what only if he is in, and only to himself."""
    if place >= crew.wanted:
        return phrases.you_wait(ticket, place - crew.wanted + 1, crew.wanted)
    known = await details(ctx, ticket) if can_be_alone(ctx) else ""
    return phrases.you_come(ticket, place + 1, crew.wanted, time_of(ctx, crew), known)


async def _warning(ctx: Context, crew: Crew, member: Member) -> str:
    found = await clashing(ctx, crew, member.id)
    return phrases.clashes(found) if found and can_be_alone(ctx) else ""


async def _to_join(ctx: Context) -> Sequence[Ticket]:
    """The tasks of this group; alone, those of the speaker's home."""
    scopes = [ctx.place.id] if ctx.is_group and ctx.place else list(ctx.place.above_ids) if ctx.place else []
    return await crews.open_at(ctx.session, scopes)


@router.command(
    "不去", example="不去 12 出差了", does="报了名来不了，或者这次不参加", everyday=True, also=("退出", "取消报名")
)
async def decline(ctx: Context, rest: str) -> Reply:
    """Say no, or leave; the next one is in and is told."""
    ticket, reason = await pick(ctx, rest, "不去", lambda: _mine(ctx))
    crew = await _task(ctx, ticket)
    member = await ctx.member()
    text = await sign_off(ctx, ticket, crew, member.id)
    await keep_reason(ctx, ticket, reason, member)
    return Reply(text, alone=True)


async def _mine(ctx: Context) -> Sequence[Ticket]:
    return [ticket for _, ticket in await crews.open_with(ctx.session, (await ctx.member()).id)]


@router.command("排队", example="排队 12", does="看报名排到第几，前后是谁", everyday=True)
async def queue(ctx: Context, rest: str) -> Reply:
    """Who is before and after him; names only to those who are in it, and only alone."""
    ticket, _ = await pick(ctx, rest, "排队", lambda: _mine(ctx))
    return await _queue(ctx, ticket)


@router.listen()
async def who_is_before_me(ctx: Context) -> Reply | None:
    """The same as one asks it, 我前面还有谁, from somebody who comes to one task; others mean another line."""
    found = _ASKS.fullmatch(words(ctx.inbound.text, 40)) if ctx.known is not None else None
    if found is None:
        return None
    number = numeral(found["number"]) if found["number"] else None
    mine = [ticket for ticket in await _mine(ctx) if number in (None, ticket.number)]
    return await _queue(ctx, mine[0]) if len(mine) == 1 else None


async def _queue(ctx: Context, ticket: Ticket) -> Reply:
    crew = await _task(ctx, ticket)
    line = await crews.coming(ctx.session, ticket.id)
    if not can_be_alone(ctx):
        return Reply(phrases.queue_in_group(ticket, crew.wanted, len(line)))
    place = line_of(line, (await ctx.member()).id)
    names = [person.name for _, person in line]
    return Reply(phrases.queue(ticket, crew.wanted, names, place), alone=True)
