"""请假 销假: who is away for some days, which turns that leaves empty, and who stands in."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final

from handlers.community.gazetteer import title
from handlers.context import Context
from handlers.dispatch.levels import ladder
from handlers.duty.entries import person, split_names
from handlers.duty.rota import timeline
from handlers.duty.whose import Placed, one_turn_each, said_turn, turns_of
from handlers.messages import Refusal, Reply, Words
from handlers.moment import Moment
from handlers.phrases import duty as duty_phrases
from handlers.phrases import leave as phrases
from handlers.reading.periods import Period, period_at
from handlers.reading.times import Backwards, Past
from handlers.reading.values import Unclear, words
from handlers.router import Router
from handlers.rules.duty import DAY
from handlers.rules.roles import may
from handlers.tickets.telling import answering_for
from storage import duty, members, overrides, places, tickets
from storage.members import Member
from storage.turns import TurnSource
from storage.types import MessageKind, PlaceId, Role

router: Final = Router()

EXAMPLE: Final = "请假 5月1日到3日"
LONGEST: Final = 80
_SAID: Final = re.compile(
    r"(?:我|本人)?(?:想|要|得)?(?:(?P<before>.{2,30}?)(?:我|想|要|得)*请个?假了?|请个?假(?P<behind>.{2,30}?))"
    r"(?:[,，。！!].{0,40})?"
)
SHOWN: Final = 6  #: of the turns that are left
NEXT_WITHIN: Final = 30 * DAY  #: how far ahead the next turn of who is back is looked for


@dataclass(frozen=True, slots=True)
class Gap:
    """A turn that its owner does not serve: who else is on duty there the whole time, or who answers instead."""

    turn: Placed
    others: Sequence[str]
    above: str | None


@router.command("请假", example=EXAMPLE, does="这几天不值班、不派单", allow=Role.STEWARD, everyday=True)
async def take(ctx: Context, rest: str) -> Reply:
    """Be away for some days; an admin may enter it for somebody: 请假 王芳 5月1日到3日."""
    member, period = await _who_and_when(ctx, words(rest, LONGEST))
    begins, ends = await _bounds(ctx, member, period)
    starts, cause = max(begins, ctx.now), f"leave:{member.id}:{sha256(ctx.cause.encode()).hexdigest()}"
    known = await overrides.leave_of(ctx.session, [member.id], starts)
    if any(leave.starts <= starts and ends <= leave.ends for leave in known):  # who came back early is not away
        raise Refusal(phrases.entered_before(_said(ctx, starts, ends)), alone=True)
    lost = one_turn_each([p for p in await turns_of(ctx, member.id, starts, ends) if p.ends > starts])
    await overrides.enter(ctx.session, cause, TurnSource.LEAVE, None, starts, ends, goes=member.id)
    gaps = [await _gap(ctx, _within(one, starts, ends)) for one in lost]
    numbers = [ticket.number for ticket in await tickets.assigned_to(ctx.session, member.id)]
    await _tell(ctx, member, phrases.is_away(member.name, _said(ctx, starts, ends), await _lines(ctx, gaps), numbers))
    ctx.note("请假", f"member:{member.id}", (await ctx.member()).id)
    own = ctx.known is not None and member.id == ctx.known.member.id
    name = None if own else member.name
    return Reply(phrases.entered(name, _said(ctx, starts, ends), await _lines(ctx, gaps), numbers), alone=True)


async def _who_and_when(ctx: Context, text: str) -> tuple[Member, Period]:
    try:
        period, _ = period_at(text, ctx.now, ctx.house.zone)  # why he is away is nobody's business
        return await ctx.member(), period
    except Past:
        raise Refusal(duty_phrases.gone_by(), alone=True) from None
    except Backwards:
        raise Refusal(duty_phrases.backwards(), alone=True) from None
    except Unclear:
        if not may(ctx.roles, Role.ADMIN):
            raise
    name, rest = split_names(text)
    period, _ = period_at(rest, ctx.now, ctx.house.zone)
    return await _own_member(ctx, await person(ctx, name)), period


@router.listen()
async def overhear(ctx: Context) -> Reply | None:
    """The same in other words, said to the bot: 我想请假三天, 明天请个假."""
    found = (
        _SAID.fullmatch(words(ctx.inbound.text, LONGEST)) if ctx.inbound.to_bot and "假" in ctx.inbound.text else None
    )
    if found is None or not may(ctx.roles, Role.STEWARD):
        return None
    try:
        return await take(ctx, found["before"] or found["behind"])
    except Unclear:
        return None


@router.command("销假", example="销假", does="提前回来，或者不请假了", allow=Role.STEWARD, everyday=True)
async def back(ctx: Context, rest: str) -> Reply:
    """End the leave that runs, or else take back what is to come; an admin may do it for somebody: 销假 王芳."""
    name = words(rest, LONGEST) if may(ctx.roles, Role.ADMIN) and not _is_period(ctx, rest) else ""
    member = await _own_member(ctx, await person(ctx, name)) if name else await ctx.member()
    found = await overrides.leave_of(ctx.session, [member.id], ctx.now)
    ended = [leave for leave in found if leave.starts <= ctx.now] or found
    own = ctx.known is not None and member.id == ctx.known.member.id
    if not ended:
        raise Refusal(phrases.was_not_away(None if own else member.name), alone=True)
    for leave in ended:
        await overrides.end_leave(ctx.session, member.id, leave.starts, ctx.now)
    said = "；".join(_said(ctx, leave.starts, leave.ends) for leave in ended)
    await _tell(ctx, member, phrases.is_back(member.name, said))
    ctx.note("销假", f"member:{member.id}", (await ctx.member()).id)
    coming = one_turn_each(await turns_of(ctx, member.id, ctx.now, ctx.now + NEXT_WITHIN))
    turns = [await said_turn(ctx, one.place, one.starts, one.ends) for one in coming[:1]]
    return Reply(phrases.back(None if own else member.name, said, turns), alone=True)


def _is_period(ctx: Context, text: str) -> bool:
    try:
        period_at(text, ctx.now, ctx.house.zone)
    except (Past, Backwards):
        return True
    except Unclear:
        return False
    return True


def _said(ctx: Context, starts: datetime, ends: datetime) -> str:
    """“5月1日 周五 到 5月3日 周日”, with the hours where it does not go by days."""
    zone = ctx.house.zone
    today = ctx.now.astimezone(zone).date()
    return phrases.period(starts.astimezone(zone), ends.astimezone(zone), today)


async def _own_member(ctx: Context, member: Member) -> Member:
    """Somebody for whose places the speaker is an admin."""
    grants = (await members.grants_of(ctx.session, [member.id])).get(member.id, ())
    mine = [grant.path for grant in ctx.grants if grant.role is Role.ADMIN]
    if member.id != (await ctx.member()).id and not any(g.path.startswith(path) for g in grants for path in mine):
        raise Refusal(phrases.not_yours(member.name), alone=True)
    return member


async def _bounds(ctx: Context, member: Member, period: Period) -> tuple[datetime, datetime]:
    """From when to when he is away. Where whole days were said, a night belongs to the day on which it begins."""
    starts, ends = period.moments(ctx.house.zone)
    if period.whole:
        around = await turns_of(ctx, member.id, starts - DAY, ends)
        starts = max([starts, *(p.ends for p in around if p.starts < starts < p.ends < starts + DAY)])
        ends = max([ends, *(p.ends for p in around if p.starts < ends < p.ends < ends + DAY)])
    return starts, ends


def _within(one: Placed, starts: datetime, ends: datetime) -> Placed:
    turn = one.turn
    kept = type(turn)(turn.member, max(turn.starts, starts), min(turn.ends, ends), turn.source, name=turn.name)
    return Placed(one.place, kept)


async def _gap(ctx: Context, one: Placed) -> Gap:
    """Who is left there for that time; the first of whom else is asked where nobody is."""
    rest = await timeline(ctx, one.place, one.starts, one.ends)
    whole = [turn for turn in rest if turn.starts <= one.starts and one.ends <= turn.ends]
    if whole:
        return Gap(one, list(dict.fromkeys(turn.name for turn in whole)), None)
    then = Moment(session=ctx.session, now=one.starts, house=ctx.house, reach=ctx.reach)
    rungs = [r for r in await ladder(then, await places.by_id(ctx.session, one.place)) if r.place.id != one.place]
    if not rungs:
        return Gap(one, (), None)
    names = "、".join(member.name for member in rungs[0].people)
    return Gap(one, (), f"{await title(ctx.session, rungs[0].place.id)} {names}")


async def _lines(ctx: Context, gaps: Sequence[Gap]) -> list[str]:
    shown = [
        phrases.gap(await said_turn(ctx, gap.turn.place, gap.turn.starts, gap.turn.ends), gap.others, gap.above)
        for gap in gaps[:SHOWN]
    ]
    return shown + ([phrases.more_gaps(len(gaps) - SHOWN)] if len(gaps) > SHOWN else [])


async def _tell(ctx: Context, member: Member, text: str) -> None:
    """Tell the admins of the places where he serves; each once."""
    served = {line.place_id for line in await duty.of_member(ctx.session, member.id)}
    for grant in (await members.grants_of(ctx.session, [member.id])).get(member.id, ()):
        served.add(PlaceId(int(grant.path.strip("/").split("/")[-1])))
    found = [m for place in sorted(served) for m in await answering_for(ctx, place)]
    me = (await ctx.member()).id
    for admin in dict.fromkeys(found):
        if admin not in (me, member.id):
            await ctx.tell(admin, Words(text), MessageKind.PERSONAL, key=f"leave:{ctx.inbound.message_id}")
    if member.id != me:
        said = Words(phrases.entered_for_you(text))
        await ctx.tell(member.id, said, MessageKind.PERSONAL, key=f"leave:{ctx.inbound.message_id}")
