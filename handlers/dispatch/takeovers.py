"""接手 不接 交接: whoever is asked to take a ticket over agrees or does not, and nobody holds it against him."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from handlers.context import Context
from handlers.dispatch.handing import (
    Question,
    ask_to_take,
    ask_to_take_all,
    keep_reason,
    name_and_reason,
    say_no,
    take_over,
)
from handlers.messages import Button, Refusal, Reply
from handlers.phrases import handoffs as phrases
from handlers.phrases import refusals
from handlers.reading.values import Unclear, clean, leading_number
from handlers.router import Router
from handlers.tickets.hands import in_my_hands, name_of
from handlers.tickets.picking import may_take, numbered
from handlers.tickets.together import details
from storage import handoffs, members
from storage.members import Member
from storage.tickets import Ticket
from storage.types import Role

router: Final = Router()

ALL: Final = "全部"
SOON: Final = timedelta(minutes=30)  #: after a question in which plain words answer it
LONGEST: Final = 20  #: characters of a plain answer
YES: Final = frozenset({"好", "好的", "行", "可以", "没问题", "接", "我接", "能接", "可以接", "我来", "交给我"})
NO: Final = ("不行", "不接", "不去", "不方便", "没空", "没时间", "接不了", "我接不了", "我不去", "我没空", "忙不过来")
ENDS: Final = " \n,，.。!！~～吧啊呀哦嘛了👌👍"


@router.command("接手", example="接手 12", does="答应接过别人转来的单", allow=Role.STEWARD)
async def agree(ctx: Context, rest: str) -> Reply:
    """Who was asked takes the ticket, or everything that he was asked to take."""
    found, _ = await _asked_of_me(ctx, rest, "接手")
    return await _agreed(ctx, found)


async def _agreed(ctx: Context, found: Sequence[Question]) -> Reply:
    await take_over(ctx, found)
    if len(found) > 1:
        return Reply(phrases.all_yours_now([ticket for _, ticket in found]), alone=True)
    ((handoff, ticket),) = found
    giver = await name_of(ctx, handoff.giver_id)
    next_steps = (Button("办结", f"办结 {ticket.number}"), Button("转单", f"转单 {ticket.number}"))
    return Reply(phrases.yours_now(ticket, giver, await details(ctx, ticket)), next_steps, alone=True)


@router.command("不接", example="不接 12 今天出差", does="不方便接别人转来的单，不要紧", allow=Role.STEWARD)
async def refuse(ctx: Context, rest: str) -> Reply:
    """Who was asked says no: everything stays where it is."""
    found, reason = await _asked_of_me(ctx, rest, "不接")
    return await say_no(ctx, found, reason)


@router.listen()
async def answer_plainly(ctx: Context) -> Reply | None:
    """好的 or 没空, said alone soon after somebody asked one thing."""
    word = clean(ctx.inbound.text).strip(ENDS)
    if ctx.is_group or ctx.known is None or len(word) > LONGEST or not (word in YES or word.startswith(NO)):
        return None
    stands = await handoffs.put_to(ctx.session, ctx.known.member.id)
    if len({handoff.asked_at for handoff, _ in stands}) != 1 or ctx.now - stands[0][0].asked_at > SOON:
        return None
    return await _agreed(ctx, stands) if word in YES else await say_no(ctx, stands, word)


async def _asked_of_me(ctx: Context, rest: str, word: str) -> tuple[list[Question], str]:
    """What the speaker was asked to take and means, and what else he says.

    Raises:
        Refusal: He was asked nothing, or several and does not say which.
    """
    stands = list(await handoffs.put_to(ctx.session, (await ctx.member()).id))
    number, text = leading_number(rest)
    if number is not None:
        ticket = await numbered(ctx, number)
        meant = [pair for pair in stands if pair[1].id == ticket.id]
        if not meant:
            raise Refusal(phrases.not_asked(ticket))
        return meant, text
    if not stands:
        raise Refusal(phrases.nothing_to_take())
    if text.startswith(ALL):
        return stands, text.removeprefix(ALL).strip(" ，,")
    if len(stands) > 1:
        raise Refusal(phrases.which_to_take([ticket for _, ticket in stands], word), alone=True)
    return stands, text


@router.command("交接", example="交接 李强", does="把手上没办完的单都交给别人", allow=Role.STEWARD, everyday=True)
async def hand_over(ctx: Context, rest: str) -> Reply:
    """Ask somebody to take everything that the speaker has in his hands."""
    name, reason = name_and_reason(rest)
    if not name:
        raise Unclear("nobody named")
    mine = list(await in_my_hands(ctx))
    if not mine:
        raise Refusal(phrases.nothing_in_hand())
    to, his = await _who_may_take(ctx, mine, name)
    if not his:
        raise Refusal(phrases.none_for_him(to.name))
    member = await ctx.member()
    for ticket in his:
        await keep_reason(ctx, ticket, reason, member)
    ctx.note("交接", f"member:{to.id}", member.id)
    rest_of_mine = [f"{ticket.number} 号" for ticket in mine if ticket not in his]
    await (ask_to_take_all(ctx, his, to, reason) if len(his) > 1 else ask_to_take(ctx, his[0], to, reason))
    return Reply(phrases.asked_all(len(his), to.name, rest_of_mine), alone=True)


async def _who_may_take(ctx: Context, mine: Sequence[Ticket], name: str) -> tuple[Member, list[Ticket]]:
    """The one of that name who may take most of them, and those that he may take."""
    people = [m for m in await members.called(ctx.session, name.strip("@＠")) if m.id != (await ctx.member()).id]
    grants = await members.grants_of(ctx.session, [m.id for m in people])
    fitting = [(m, [t for t in mine if await may_take(ctx, t, grants.get(m.id, ()))]) for m in people]
    workers = [(m, his) for m, his in fitting if his] or fitting[:1]
    if not workers:
        raise Refusal(refusals.nobody_to_hand_over())
    if len(workers) > 1:
        raise Refusal(refusals.several_called())
    return workers[0]
