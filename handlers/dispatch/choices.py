"""为什么派给他 谁被叫了: whom a ticket was given to and why, to those who answer for it and to himself."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from handlers.clocks.winding import plan_of
from handlers.community.gazetteer import title
from handlers.context import Context
from handlers.corrections.correcting import at_my_places
from handlers.dispatch import habits
from handlers.dispatch.choosing import of_round
from handlers.messages import Refusal, Reply
from handlers.phrases import dispatch as phrases
from handlers.phrases import refusals
from handlers.phrases.tickets import moment
from handlers.reading.values import Unclear, leading_number
from handlers.router import Router
from handlers.rules.dispatch import By, Skip
from handlers.tickets.picking import community, is_staff_for, pick
from storage import choices, members, skills, tickets
from storage.choices import Choice
from storage.steps import Mode
from storage.tickets import Ticket
from storage.types import MemberId, Urgency

router = Router()

TELLING: Final = 3  #: calls, from which on it is told how somebody answers


@router.command(
    "为什么派给他",
    example="为什么派给他 12",
    does="看一张单为什么叫了这个人",
    also=("为什么派给我", "为什么叫他", "为什么叫我", "怎么派给我", "怎么派给他"),
    everyday=True,
)
async def why(ctx: Context, rest: str) -> Reply:
    """Why these were asked and not the others: to staff of the place; to the one who was, why he."""
    ticket = await _meant(ctx, rest, "为什么派给他")
    made = await _which_counts(ctx, ticket)
    if not made:
        pooled = plan_of(ctx, ticket).modes[ticket.urgency] is Mode.POOL
        return Reply(phrases.in_pool(ticket) if pooled else phrases.not_called(ticket), alone=True)
    me = (await ctx.member()).id
    if "我" in ctx.inbound.text or not await is_staff_for(ctx, ticket):
        return Reply(await _why_me(ctx, ticket, made, me), alone=True)
    return Reply(phrases.why(ticket, await _told(ctx, ticket, made[-1], made[:-1])), alone=True)


@router.command(
    "谁被叫了", example="谁被叫了 12", does="看一张单叫过哪些人", also=("叫了谁", "派给谁了"), everyday=True
)
async def who(ctx: Context, rest: str) -> Reply:
    """Who was called so far, and when."""
    ticket = await _meant(ctx, rest, "谁被叫了")
    if not await is_staff_for(ctx, ticket):
        raise Refusal(refusals.not_your_place(ticket), alone=True)
    steps = [
        (moment(made.at, ctx.house.zone), await _place(ctx, made), await _names(ctx, made.codes["called"]))
        for made in await choices.of_ticket(ctx.session, ticket.id)
        if made.codes["called"]
    ]
    return Reply(phrases.called_so_far(ticket, steps) if steps else phrases.not_called(ticket), alone=True)


async def _meant(ctx: Context, rest: str, word: str) -> Ticket:
    """The ticket, where it is the speaker's business whom it was given to.

    Raises:
        Refusal: It is not, or it is about his own home.
    """
    number, text = leading_number(rest)
    if text.strip(" ?？吗呢的"):
        raise Unclear(text)
    if number is None:
        ticket, _ = await pick(ctx, "", word, lambda: at_my_places(ctx))
    else:
        found = await tickets.by_number(ctx.session, (await community(ctx)).id, number)
        if found is None:
            raise Refusal(refusals.no_such_ticket(number))
        ticket = found
    made = await choices.of_ticket(ctx.session, ticket.id)
    me = (await ctx.member()).id
    accused = any(_skip_of(choice, me) is Skip.COMPLAINED_OF for choice in made)
    if accused or not (any(me in choice.codes["called"] for choice in made) or await is_staff_for(ctx, ticket)):
        raise Refusal(refusals.no_such_ticket(ticket.number), alone=True)
    return ticket


async def _which_counts(ctx: Context, ticket: Ticket) -> Sequence[Choice]:
    """The choices of this round; of the one before where the ticket came back to whoever had it, without a call."""
    every = await choices.of_ticket(ctx.session, ticket.id)
    held = ticket.assignee_id is not None and bool(every)
    return of_round(ticket, every) or [one for one in every if held and one.round == every[-1].round]


async def _why_me(ctx: Context, ticket: Ticket, made: Sequence[Choice], me: MemberId) -> str:
    mine = next((choice for choice in reversed(made) if me in choice.codes["called"]), None)
    if mine is None:
        return phrases.why_not_you(ticket, _skip_of(made[-1], me))
    own = (await skills.of_members(ctx.session, [me])).get(me, frozenset())
    own_name = await _names(ctx, [me])
    told = await _told(ctx, ticket, mine, ())
    told = replace(told, far=own_name if me in mine.codes["far"] else ())
    return phrases.why_you(ticket, told, [skill for skill in mine.codes["needed"] if skill in own])


async def _told(ctx: Context, ticket: Ticket, made: Choice, earlier: Iterable[Choice]) -> phrases.Told:
    codes = made.codes
    passed = [(member, Skip(why)) for member, why in codes["passed"]][: phrases.SHOWN]
    before = [member for choice in earlier if choice.level < made.level for member in choice.codes["called"]]
    return phrases.Told(
        place=await _place(ctx, made),
        called=await _names(ctx, codes["called"]),
        passed=list(zip(await _names(ctx, [member for member, _ in passed]), [why for _, why in passed], strict=True)),
        before=await _names(ctx, dict.fromkeys(before)),
        needed=codes["needed"],
        able=codes["able"],
        by=By(codes["by"]) if codes["at_once"] == 1 else None,
        few=codes["at_once"] not in (None, 1),
        far=await _names(ctx, [member for member in codes["called"] if member in codes["far"]]),
        answers=await _answers(ctx, codes["called"]),
        emergency=ticket.urgency is Urgency.EMERGENCY,
        at_most=codes["at_most"],
        company=codes["company"],
        instead=codes["instead"],
    )


async def _answers(ctx: Context, people: Sequence[MemberId]) -> list[phrases.Answers]:
    """How those answer at this time of day who were called often enough to tell."""
    known = await habits.known(ctx, people)
    names = dict(zip(people, await _names(ctx, people), strict=False))
    told = [(names[member], known[member].habit, known[member].expected) for member in names if member in known]
    return [(name, round(h.asked), round(h.answered), round(now)) for name, h, now in told if round(h.asked) >= TELLING]


async def _place(ctx: Context, made: Choice) -> str:
    return await title(ctx.session, made.place_id) if made.place_id is not None else ctx.house.operator


async def _names(ctx: Context, people: Iterable[MemberId]) -> list[str]:
    return [(await members.by_id(ctx.session, member)).name for member in list(people)[: phrases.SHOWN]]


def _skip_of(made: Choice, member: MemberId) -> Skip | None:
    return next((Skip(why) for passed, why in made.codes["passed"] if passed == member), None)
