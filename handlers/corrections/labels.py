"""不是工单 改类别 改紧急: a member of staff sets right in one message what was made of a ticket."""

from collections.abc import Mapping
from typing import Final

from handlers.clocks.winding import replan
from handlers.context import Context
from handlers.corrections import examples
from handlers.corrections.correcting import (
    at_work_on,
    everybody_called,
    forget_outlook,
    meant,
    tell_each,
    tell_those_concerned,
)
from handlers.corrections.examples import Gold
from handlers.messages import Refusal, Reply
from handlers.phrases import URGENCY_NAMES
from handlers.phrases import corrections as phrases
from handlers.reading.values import words
from handlers.router import Router
from handlers.rules.tickets import WAITING
from handlers.tickets.alarming import alarm
from handlers.tickets.authors import as_author, where_it_was_said
from handlers.tickets.categories import category_named
from handlers.tickets.lifecycle import advance
from handlers.understanding.sound import understood
from handlers.understanding.types import Judgement
from handlers.understanding.why import likeliest_silence
from storage import followers, moving
from storage.tickets import Ticket
from storage.types import Act, Category, Intent, Role, TicketAction, Urgency

router: Final = Router()

#: What a message is instead, where the staff say so.
INSTEAD: Final[Mapping[str, Intent]] = {
    **dict.fromkeys(("闲聊", "聊天", "玩笑", "广告", "团购"), Intent.CHATTER),
    **dict.fromkeys(("通知", "公告"), Intent.NOTICE),
    **dict.fromkeys(("提问", "问路", "问题"), Intent.QUESTION),
}
URGENCY_WORDS: Final[Mapping[str, Urgency]] = {
    **{name: urgency for urgency, name in URGENCY_NAMES.items()},
    **{urgency.value: urgency for urgency in Urgency},
    **dict.fromkeys(("特急", "十万火急", "马上"), Urgency.EMERGENCY),
    **dict.fromkeys(("急", "着急", "尽快"), Urgency.URGENT),
    **dict.fromkeys(("普通", "正常", "不紧急"), Urgency.NORMAL),
    **dict.fromkeys(("不着急", "慢慢来"), Urgency.LOW),
}


@router.command(
    "不是工单", example="不是工单 12", does="登记错了，撤下；也可以引用那句话", allow=Role.STEWARD, also=("不算工单",)
)
async def withdraw(ctx: Context, rest: str) -> Reply:
    """What was taken for a report is none: its words go, and the first ones stay as an example."""
    ticket, text = await meant(ctx, rest, "不是工单")
    member = await ctx.member()
    said = await examples.opening_of(ctx, ticket)
    if said is not None:
        intent = INSTEAD.get(words(text)) or likeliest_silence(ctx.reader.words, understood(said.text), Role.RESIDENT)
        await _learn(ctx, ticket, examples.request(Act.OPEN, ticket), examples.silence(str(intent)))
        ctx.memory = ctx.memory.corrected(said.message, Judgement(Intent(intent)))
    advance(ctx, ticket, TicketAction.CANCEL, member.id)
    await forget_outlook(ctx, ticket)
    ctx.note("不是工单", f"ticket:{ticket.number}", member.id)
    called = await everybody_called(ctx, ticket, but=member.id)
    await tell_each(ctx, ticket, phrases.off(ticket), called)
    await tell_those_concerned(ctx, ticket, phrases.no_ticket_after_all(ticket), but=[*called, member.id])
    await moving.forget_words(ctx.session, ticket.id)
    return Reply(phrases.no_ticket(ticket))


@router.command("改类别", example="改类别 12 电梯", does="类别认错了，改过来", allow=Role.STEWARD)
async def recategorise(ctx: Context, rest: str) -> Reply:
    """Another category; where it is one of those never spoken of in a group, the group hears no more of it."""
    ticket, text = await meant(ctx, rest, "改类别")
    category, member = _category(words(text, 40)), await ctx.member()
    if category is ticket.category:
        raise Refusal(phrases.same_already(ticket))
    predicted, was_private = examples.request(Act.OPEN, ticket), ticket.private
    ticket.category = category
    ticket.private = not ticket.in_group or category in ctx.house.never_in_group
    await replan(ctx, ticket)
    await _set_right(ctx, ticket, predicted, "改类别")
    at_work = [one for one in await at_work_on(ctx, ticket) if one != member.id]
    await tell_each(ctx, ticket, phrases.is_called_now(ticket), at_work)
    if ticket.private and not was_private:
        having = [f.member_id for f in await followers.of_ticket(ctx.session, ticket.id)]
        rest_of_them = [one for one in having if one != member.id and one not in at_work]
        await tell_each(ctx, ticket, phrases.private_from_now(ticket), rest_of_them)
    return Reply(phrases.recategorised(ticket, rooms=not ctx.is_group), alone=ticket.private)


def _category(said: str) -> Category:
    found = category_named(said)
    if found is None:
        raise Refusal(phrases.which_category())
    return found


@router.command("改紧急", example="改紧急 12 加急", does="急不急认错了，改过来", allow=Role.STEWARD)
async def hurry(ctx: Context, rest: str) -> Reply:
    """Another urgency; what becomes an emergency is called out at once."""
    ticket, text = await meant(ctx, rest, "改紧急")
    urgency, member = URGENCY_WORDS.get(words(text, 20).lower()), await ctx.member()
    if urgency is None:
        raise Refusal(phrases.which_urgency())
    if urgency is ticket.urgency:
        raise Refusal(phrases.same_already(ticket))
    predicted = examples.request(Act.OPEN, ticket)
    ticket.urgency = urgency
    await _set_right(ctx, ticket, predicted, "改紧急")
    if urgency is Urgency.EMERGENCY and ticket.status in WAITING:
        await alarm(ctx, ticket)
    else:
        at_work = [one for one in await at_work_on(ctx, ticket) if one != member.id]
        await tell_each(ctx, ticket, phrases.is_as_urgent_now(ticket), at_work)
    return Reply(phrases.as_urgent(ticket, rooms=not ctx.is_group))


async def _set_right(ctx: Context, ticket: Ticket, predicted: Gold, word: str) -> None:
    """Enter the correction into history, audit and examples."""
    member = await ctx.member()
    advance(ctx, ticket, TicketAction.CORRECT, member.id)
    await forget_outlook(ctx, ticket)
    ctx.note(word, f"ticket:{ticket.number}", member.id)
    await _learn(ctx, ticket, predicted, examples.request(Act.OPEN, ticket))


async def _learn(ctx: Context, ticket: Ticket, predicted: Gold, right: Gold) -> None:
    """Keep the message that opened the ticket as an example, as long as its words are there."""
    said = await examples.opening_of(ctx, ticket)
    if said is not None:
        there = await where_it_was_said(ctx, ticket)
        author = await as_author(there, said.sender, "", said.message, said.text)
        await examples.keep(ctx, author, said, predicted, right)
