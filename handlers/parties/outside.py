"""移交 回复: what is handed to a department outside stays open, is followed, and is told to who reported it."""

from datetime import timedelta
from typing import Final

from handlers.clocks.winding import forget, plan_of, take, wind
from handlers.context import Context
from handlers.dispatch.handing import keep_reason, tell_reporters
from handlers.messages import Refusal, Reply, Words
from handlers.parties.chasing import tell_contact
from handlers.phrases import outside as phrases
from handlers.reading.values import Unclear, clean, leading_number, words
from handlers.router import Router
from handlers.rules.roles import may
from handlers.tickets.concerned import tell_concerned
from handlers.tickets.dangers import sounds_of_danger
from handlers.tickets.hands import in_my_hands, is_community, must_be_staff, must_hold
from handlers.tickets.lifecycle import advance
from handlers.tickets.opening import keep_words
from handlers.tickets.picking import community, pick, quoted
from handlers.tickets.telling import tell_called
from handlers.tickets.together import community_of, details
from storage import departments, handoffs, handouts
from storage.departments import Department
from storage.members import Member
from storage.steps import StepKind
from storage.tickets import Ticket
from storage.types import Act, MemberId, MessageKind, Role, TicketAction

router: Final = Router()


@router.command("移交", example="移交 12 供电局", does="转给外面的部门，单子接着盯", allow=Role.STEWARD)
async def hand_out(ctx: Context, rest: str) -> Reply:
    """Hand a ticket to a department; whoever does so follows it, and is reminded to ask there."""
    ticket, text = await pick(ctx, rest, "移交", lambda: in_my_hands(ctx))
    await must_be_staff(ctx, ticket)
    member = await ctx.member()
    await must_hold(ctx, ticket, member, or_waiting=True)
    to, reason = await _department(ctx, text)
    before = await handouts.of_ticket(ctx.session, ticket.id)
    if ticket.outside_since is not None and before is not None and before.department_id == to.id:
        raise Refusal(phrases.there_already(ticket, to.name))
    holder = ticket.assignee_id
    await keep_reason(ctx, ticket, reason, member)
    await handoffs.drop(ctx.session, ticket.id)
    every = _set_out(ctx, ticket, to)
    await handouts.enter(ctx.session, ticket.id, to.id, ctx.now)
    advance(ctx, ticket, TicketAction.HAND_OUT, member.id)
    ctx.note("移交", f"ticket:{ticket.number} department:{to.id}", member.id)
    await _tell_all(ctx, ticket, to, holder)
    known = "" if ticket.private else await details(ctx, ticket)
    await tell_contact(ctx, ticket, phrases.to_contact(ticket, to.name, ctx.house.operator, known), key="out")
    return Reply(phrases.handed_out(ticket, to, every))


def _set_out(ctx: Context, ticket: Ticket, to: Department) -> timedelta:
    """Let the clocks know; how often the community is reminded from now on."""
    plan = plan_of(ctx, ticket)
    every = timedelta(days=to.every_days) if to.every_days else ctx.house.escalation.chase_every
    ticket.plan = plan.chased(every).kept()
    ticket.outside_since = ctx.now
    forget(ticket, StepKind.CHASE)
    return every


async def _department(ctx: Context, text: str) -> tuple[Department, str]:
    """The department that the text begins with, and why it is handed there.

    Raises:
        Unclear: None is named.
        Refusal: It is not on the list, or several are called so.
    """
    plain = words(text).removeprefix("给")
    if not plain:
        raise Unclear("no department")
    known = await departments.of_community(ctx.session, (await community(ctx)).id)
    exact = max((one for one in known if plain.startswith(one.name)), key=lambda one: len(one.name), default=None)
    if exact is not None:
        return exact, plain.removeprefix(exact.name).strip(" ，,")
    name, _, reason = plain.replace("，", " ").partition(" ")
    like = [one for one in known if name in one.name]
    if len(like) != 1:
        names = [one.name for one in like or known]
        raise Refusal(phrases.which(names) if like else phrases.no_such(name, names))
    return like[0], reason


async def _tell_all(ctx: Context, ticket: Ticket, to: Department, holder: MemberId | None) -> None:
    """Those who reported it once, alone or else in the group; those who had it; and the community."""
    member = await ctx.member()
    key, text = f"handed_out:{ctx.cause}", phrases.told_reporter(ticket, to.name)
    here = ctx.inbound.address if ctx.is_group else None
    alone = await tell_concerned(ctx, ticket, text, key=key, but=[member.id], here=here)
    if holder is None:
        await tell_called(ctx, ticket, phrases.not_needed(ticket, to.name), but=member.id)
    told = {m: phrases.by_a_worker(ticket, member.name, to.name) for m in await community_of(ctx, ticket)}
    if await is_community(ctx, ticket):
        told = {}
    if holder is not None:
        told[holder] = phrases.not_needed(ticket, to.name)
    for one, said in told.items():
        if one != member.id and one not in alone:
            await ctx.tell(one, Words(said), MessageKind.PERSONAL, key=f"{key}:{ticket.id}", ticket=ticket.id)


@router.listen()
async def hear(ctx: Context) -> Reply | None:
    """What the one who answers for a department says alone goes to who follows the ticket, who passes it on."""
    if ctx.is_group or ctx.known is None or not ctx.inbound.text.strip():
        return None
    member = ctx.known.member
    out = await handouts.out_with(ctx.session, member.id)
    if not out or may(ctx.roles, Role.STEWARD) or await sounds_of_danger(ctx, ctx.inbound.text):
        return None  # who works here himself has words of his own for it
    meant, (number, text) = await quoted(ctx), leading_number(ctx.inbound.text)
    wanted = meant.number if meant is not None else number
    found = [ticket for ticket in out if wanted is None or ticket.number == wanted]
    if len(found) != 1:
        return Reply(phrases.which_of_yours(out))
    (ticket,), said = found, clean(text if number is not None else ctx.inbound.text)
    await _pass_on(ctx, ticket, member, said)
    return Reply(phrases.passed_on(ticket))


async def _pass_on(ctx: Context, ticket: Ticket, contact: Member, said: str) -> None:
    to, out = await handouts.department_of(ctx.session, ticket.id), await handouts.of_ticket(ctx.session, ticket.id)
    advance(ctx, ticket, TicketAction.DETAIL, contact.id)
    take(ticket, StepKind.CHASE, ctx.now)
    wind(ctx, ticket)
    await keep_words(ctx, ticket, Act.DETAIL, said, contact)
    if out is not None:
        out.answered_at = ctx.now
    words = Words(phrases.from_contact(ticket, to.name if to is not None else "", contact.name, said))
    whom = [ticket.assignee_id] if ticket.assignee_id is not None else await community_of(ctx, ticket)
    for one in whom:
        key = f"heard:{ctx.inbound.message_id}:{ticket.id}"
        await ctx.tell(one, words, MessageKind.PERSONAL, key=key, ticket=ticket.id)


@router.command(
    "回复", example="回复 12 明天来换表", does="部门回了什么话，转告报的人", allow=Role.STEWARD, everyday=True
)
async def answer(ctx: Context, rest: str) -> Reply:
    """What the department said goes to those who reported it, and the next reminder waits its full time."""
    ticket, text = await pick(ctx, rest, "回复", lambda: in_my_hands(ctx))
    member = await ctx.member()
    await must_hold(ctx, ticket, member)
    to, out = await handouts.department_of(ctx.session, ticket.id), await handouts.of_ticket(ctx.session, ticket.id)
    if ticket.outside_since is None or to is None or out is None:
        raise Refusal(phrases.not_out(ticket))
    if not text.strip():
        raise Unclear("no words")
    advance(ctx, ticket, TicketAction.PROGRESS, member.id)
    take(ticket, StepKind.CHASE, ctx.now)
    out.answered_at = ctx.now
    wind(ctx, ticket)
    await keep_reason(ctx, ticket, text, member)
    said = phrases.answered(ticket, to.name, text)
    await tell_reporters(ctx, ticket, said, key=f"answered:{ctx.inbound.message_id}", but=[member.id])
    return Reply(phrases.answer_noted(ticket))
