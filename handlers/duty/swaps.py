"""换班 同意换班 不换班 我的值班: turns change hands by agreement of both."""

import re
from collections.abc import Sequence
from typing import Final

from handlers.context import Context
from handlers.duty.entries import person
from handlers.duty.exchange import Exchange, agree, ask, check_taker, said_exchange, tell_heads
from handlers.duty.rota import LONG
from handlers.duty.whose import AHEAD, When, first_when, one_turn_each, said_turn, turn_meant, turns_of, when_at
from handlers.messages import Refusal, Reply, Words
from handlers.phrases import swaps as phrases
from handlers.reading.values import Unclear, clean, folded, leading_number, words
from handlers.router import Router
from storage import members, swaps
from storage.members import Member
from storage.swaps import DutySwap
from storage.turns import SwapStatus
from storage.types import MessageKind, Role

router: Final = Router()

EXAMPLE: Final = "换班 周五 赵强"
LONGEST: Final = 80
MOST_SHOWN: Final = 8
_MINE: Final = re.compile(r"\s*(?:用|把|拿|想)?\s*我?(?:的)?\s*")
_AND: Final = re.compile(r"\s*(?:的)?(?:值?班)?\s*(?:[,，]|换成?|和|跟|与|给|找|请|让|同)*\s*")
_TAIL: Final = re.compile(
    r"\s*(?:的)?(?:值?班)?\s*(?:来?顶(?:一下)?|来?替(?:一下)?|来?值|换(?:一下)?)?\s*(?:[吧吗。！!]*)\s*"
)


@router.command("换班", example=EXAMPLE, does="请别人顶自己的班，或者两个人对换", allow=Role.STEWARD, everyday=True)
async def swap(ctx: Context, rest: str) -> Reply:
    """Ask somebody to take a turn of one's own, or to exchange it for one of his: 换班 周五 赵强 周六."""
    mine, name, his = _read(ctx, words(rest, LONGEST))
    giver, taker = await ctx.member(), await person(ctx, name)
    if giver.id == taker.id:
        raise Refusal(phrases.not_with_yourself(), alone=True)
    turn = await turn_meant(ctx, giver, mine, own=True)
    await check_taker(ctx, taker, turn, own=False)
    back = None
    if his is not None:
        back = await turn_meant(ctx, taker, his, own=False)
        await check_taker(ctx, giver, back, own=True)
    ctx.note("换班", f"member:{taker.id} place:{turn.place}", giver.id)
    return Reply(await ask(ctx, Exchange(giver, taker, turn, back), taker), alone=True)


def _read(ctx: Context, text: str) -> tuple[When, str, When | None]:
    """My day, his name, and perhaps his day; the day may stand behind the name."""
    today = ctx.now.astimezone(ctx.house.zone).date()
    start = _end(_MINE, text, 0)
    own = when_at(folded(text), start, today)
    if own is None:
        found = first_when(text, today)
        if found is None or _end(_TAIL, text, found[2]) < len(text):
            raise Unclear("no day")
        return found[1], _name(found[0][start:]), None
    left = text[_end(_AND, text, own[1]) :]
    found = first_when(left, today)
    if found is None:
        return own[0], _name(left), None
    if _end(_TAIL, left, found[2]) < len(left):
        raise Unclear("more than two turns")
    return own[0], _name(found[0]), found[1]


def _name(text: str) -> str:
    """The name in front of what is asked of him."""
    name = re.sub(r"(?:的|来?顶|来?替|来?值班?|换)?(?:一下)?[\s,，。！!]*$", "", text.strip()).strip()
    if not name or len(name) > 30:
        raise Unclear("no name")
    return name


def _end(pattern: re.Pattern[str], text: str, start: int) -> int:
    found = pattern.match(text, start)
    return found.end() if found else start


@router.command("同意换班", example="同意换班 7", does="答应别人来换班、顶班", also=("同意顶班",))
async def accept(ctx: Context, rest: str) -> Reply:
    """Agree to what somebody asked; everybody concerned is told."""
    row = await _asked_of_me(ctx, rest, "同意换班")
    exchange = await agree(ctx, row)
    text = await said_exchange(ctx, exchange)
    me = row.asked_id
    other = row.giver_id if me == row.taker_id else row.taker_id
    key = f"swapped:{row.id}:{row.asked_at.timestamp():.6f}"
    await ctx.tell(other, Words(text), MessageKind.PERSONAL, key=key)
    where = [placed.place for placed in (exchange.turn, exchange.back) if placed is not None]
    await tell_heads(ctx, where, text, key, (me, other))
    ctx.note("同意换班", f"swap:{row.id}", me)
    return Reply(text, alone=True)


@router.command("不换班", example="不换班 7", does="不答应换班，或者收回自己问的", also=("不顶班",))
async def decline(ctx: Context, rest: str) -> Reply:
    """Say no to what somebody asked, or take back what one asked oneself."""
    member = await ctx.member()
    number, _ = leading_number(rest)
    mine = await swaps.asked_by(ctx.session, member.id, ctx.now)
    own = [row for row in mine if number in (None, row.id)]
    if own and (number or not await swaps.waiting_for(ctx.session, member.id, ctx.now)):
        return await _withdraw(ctx, member, own)
    row = await _asked_of_me(ctx, rest, "不换班")
    row.status = SwapStatus.DECLINED
    asker = await members.by_id(ctx.session, row.giver_id if row.asked_id == row.taker_id else row.taker_id)
    said = await _said(ctx, row)
    key = f"swap-no:{row.id}:{row.asked_at.timestamp():.6f}"
    await ctx.tell(asker.id, Words(phrases.declined(member.name, said)), MessageKind.PERSONAL, key=key)
    return Reply(phrases.you_declined(asker.name, said), alone=True)


async def _withdraw(ctx: Context, member: Member, rows: Sequence[DutySwap]) -> Reply:
    said = []
    for row in rows:
        row.status = SwapStatus.WITHDRAWN
        said.append(await _said(ctx, row))
        words = Words(phrases.withdrawn(member.name, said[-1]))
        key = f"swap-off:{row.id}:{row.asked_at.timestamp():.6f}"
        await ctx.tell(row.asked_id, words, MessageKind.PERSONAL, key=key)
    return Reply(phrases.you_withdrew("；".join(said)), alone=True)


async def _asked_of_me(ctx: Context, rest: str, word: str) -> DutySwap:
    """What the speaker has to answer, locked: by its number, or the only one."""
    member = await ctx.member()
    number, left = leading_number(clean(rest))
    if left:
        raise Unclear("more than a number")
    if number is None:
        found = await swaps.waiting_for(ctx.session, member.id, ctx.now)
        if len(found) > 1:
            said = [(row.id, await _said(ctx, row)) for row in found]
            raise Refusal(phrases.which_to_answer(said, word), alone=True)
        number = found[0].id if found else 0
    row = await swaps.locked(ctx.session, number)
    if row is None or row.asked_id != member.id:
        raise Refusal(phrases.nothing_to_answer(), alone=True)
    if row.status is not SwapStatus.ASKED:
        raise Refusal(phrases.settled_already(), alone=True)
    return row


async def _said(ctx: Context, row: DutySwap) -> str:
    return await said_turn(ctx, row.place_id, row.starts, row.ends)


@router.command("我的值班", example="我的值班", does="看自己接下来的班", allow=Role.STEWARD, also=("我的班",))
async def mine(ctx: Context, rest: str) -> Reply:
    """The speaker's coming turns over all places, alone."""
    if rest.strip():
        raise Unclear("nothing follows")
    member = await ctx.member()
    placed = one_turn_each(await turns_of(ctx, member.id, ctx.now, ctx.now + AHEAD))
    if not placed:
        return Reply(phrases.none_of_yours(), alone=True)
    lines = []
    for one in placed[:MOST_SHOWN]:
        said = await said_turn(ctx, one.place, one.starts, one.ends)
        instead = f"（替{one.turn.replaced}）" if one.turn.replaced else ""
        lines.append(phrases.always_on(said.split(" ")[0]) if one.ends - one.starts > AHEAD - LONG else said + instead)
    return Reply(phrases.mine(lines, len(placed) - MOST_SHOWN), alone=True)
