"""A turn of duty changes hands: who may take it, asking the other one, and entering what both agreed to."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from handlers.community.gazetteer import title
from handlers.context import Context
from handlers.duty.rota import Turn, timeline
from handlers.duty.whose import Placed, said_turn, turns_of
from handlers.messages import Button, Refusal, Words
from handlers.moment import Moment
from handlers.phrases import swaps as phrases
from handlers.rules.quiet import quiet_until
from handlers.rules.roles import may
from handlers.tickets.telling import answering_for
from storage import members, overrides, places, swaps
from storage.members import Member
from storage.swaps import DutySwap
from storage.turns import SwapStatus, TurnSource
from storage.types import MemberId, MessageKind, PlaceId, Role

ANSWER_BEFORE: Final = timedelta(hours=12)  #: how long before a turn who asked hears that nobody has answered,
LEFT_ALONE: Final = timedelta(hours=1)  #: … and how long the other one is left alone with the question


@dataclass(frozen=True, slots=True)
class Exchange:
    """`giver` gives a turn to `taker`, and perhaps gets one of his back."""

    giver: Member
    taker: Member
    turn: Placed
    back: Placed | None = None


async def check_taker(ctx: Context, taker: Member, turn: Placed, *, own: bool) -> None:
    """Refuse who has no office there, is on leave, or is on duty there at that time himself."""
    place = await places.by_id(ctx.session, turn.place)
    grants = (await members.grants_of(ctx.session, [taker.id])).get(taker.id, ())
    if not may((g.role for g in grants if place.path.startswith(g.path)), Role.STEWARD):
        raise Refusal(phrases.cannot_take(taker.name, await title(ctx.session, turn.place)), alone=True)
    starts = max(turn.starts, ctx.now)
    for one in await timeline(ctx, turn.place, starts, turn.ends):
        if one.member == taker.id:
            said = await said_turn(ctx, turn.place, one.starts, one.ends)
            raise Refusal(phrases.is_on_already(None if own else taker.name, said), alone=True)
    for leave in await overrides.leave_of(ctx.session, [taker.id], starts):
        if leave.starts < turn.ends and not own:
            raise Refusal(phrases.is_on_leave(taker.name), alone=True)


async def ask(ctx: Context, exchange: Exchange, asked: Member) -> str:
    """Ask the other one alone, with a button; what is said to who asks."""
    turn, back = await _said(ctx, exchange)
    if await ctx.way_to(asked.id) is None:
        raise Refusal(phrases.cannot_ask(asked.name), alone=True)
    row, news = await swaps.ask(ctx.session, _row(exchange, asked, ctx.now))
    if not news:
        return phrases.asked_before(asked.name, turn)
    await ctx.session.flush()
    asker = exchange.taker if asked is exchange.giver else exchange.giver
    gives = asked is exchange.giver
    text = phrases.asks_to_give(asker.name, turn) if gives else phrases.asks_to_take(asker.name, turn, back)
    buttons = (Button("同意", f"同意换班 {row.id}"), Button("不方便", f"不换班 {row.id}"))
    await ctx.tell(asked.id, Words(text, buttons), MessageKind.PERSONAL, key=f"swap:{row.id}:{ctx.cause}")
    return phrases.asked(asked.name, turn, back)


def _row(exchange: Exchange, asked: Member, now: datetime) -> DutySwap:
    turn, back = exchange.turn, exchange.back
    return DutySwap(
        giver_id=exchange.giver.id,
        taker_id=exchange.taker.id,
        asked_id=asked.id,
        place_id=turn.place,
        starts=turn.starts,
        ends=turn.ends,
        asked_at=now,
        back_place_id=back.place if back else None,
        back_starts=back.starts if back else None,
        back_ends=back.ends if back else None,
    )


async def agree(ctx: Context, row: DutySwap) -> Exchange:
    """Enter what was asked.

    Raises:
        Refusal: It is over, or the turns are not any more what they were.
    """
    giver, taker = [await members.by_id(ctx.session, member) for member in (row.giver_id, row.taker_id)]
    turn = await _still(ctx, giver.id, row.place_id, row.starts, row.ends)
    await check_taker(ctx, taker, turn, own=False)
    back = None
    if row.back_place_id is not None and row.back_starts is not None and row.back_ends is not None:
        back = await _still(ctx, taker.id, row.back_place_id, row.back_starts, row.back_ends)
        await check_taker(ctx, giver, back, own=False)
    cause = swaps.cause_of(row)
    source = TurnSource.COVER if row.asked_id == row.giver_id else TurnSource.SWAP
    await replace(ctx, cause, source, turn, comes=taker.id, goes=giver.id)
    if back is not None:
        await replace(ctx, f"{cause}:back", source, back, comes=giver.id, goes=taker.id)
    row.status = SwapStatus.AGREED
    return Exchange(giver, taker, turn, back)


async def _still(ctx: Context, member: MemberId, place: PlaceId, starts: datetime, ends: datetime) -> Placed:
    """The turn as it was asked for, which is still that member's."""
    if ends <= ctx.now:
        raise Refusal(phrases.turn_is_over(), alone=True)
    for one in await turns_of(ctx, member, starts, ends):
        if one.place == place and one.starts <= max(starts, ctx.now) and ends <= one.ends:
            return Placed(place, Turn(member, starts, ends, one.turn.source, name=one.turn.name))
    raise Refusal(phrases.has_changed(), alone=True)


async def replace(
    moment: Moment, cause: str, source: TurnSource, turn: Placed, *, comes: MemberId, goes: MemberId | None
) -> None:
    """Let `comes` have what is left of the turn instead of `goes`."""
    starts = max(turn.starts, moment.now)
    await overrides.enter(moment.session, cause, source, turn.place, starts, turn.ends, comes=comes, goes=goes)


async def give_back(ctx: Context, member: MemberId) -> None:
    """Tell those whose turns `member` took that they are theirs again, because he goes."""
    for row in await overrides.taken_by(ctx.session, member, ctx.now):
        if row.place_id is not None and row.goes_id is not None:
            said = await said_turn(ctx, row.place_id, row.starts, row.ends)
            words = Words(phrases.yours_again(said))
            await ctx.tell(row.goes_id, words, MessageKind.PERSONAL, key=f"again:{row.id}")


async def tell_heads(moment: Moment, where: Iterable[PlaceId], text: str, key: str, but: Collection[MemberId]) -> None:
    """Tell who looks after these places: their building heads, or the community's people where there are none."""
    told: dict[MemberId, None] = {}
    for place in where:
        line = await places.above(moment.session, await places.by_id(moment.session, place))
        heads = await members.with_role(moment.session, Role.BUILDING_HEAD, [one.id for one in line])
        told.update(dict.fromkeys([head.id for head in heads] or await answering_for(moment, place)))
    for member in told:
        if member not in but:
            await moment.tell(member, Words(text), MessageKind.PERSONAL, key=key)


async def _said(ctx: Context, exchange: Exchange) -> tuple[str, str | None]:
    turn, back = exchange.turn, exchange.back
    said = await said_turn(ctx, turn.place, turn.starts, turn.ends)
    return said, await said_turn(ctx, back.place, back.starts, back.ends) if back else None


async def said_exchange(ctx: Context, exchange: Exchange) -> str:
    """What was agreed, in words."""
    turn, back = await _said(ctx, exchange)
    return phrases.agreed(turn, back, exchange.giver.name, exchange.taker.name)


async def warn_unanswered(moment: Moment) -> None:
    """Tell who asked that nobody has answered, while there is still time to find somebody else."""
    quiet, zone = moment.house.escalation.quiet, moment.house.zone
    soon, read_by = moment.now + ANSWER_BEFORE, moment.now - LEFT_ALONE
    for row in await swaps.unanswered(moment.session, moment.now, soon, read_by):
        asker = row.giver_id if row.asked_id == row.taker_id else row.taker_id
        other = await members.by_id(moment.session, row.asked_id)
        said = await said_turn(moment, row.place_id, row.starts, row.ends)
        words = Words(phrases.nobody_answered(other.name, said, own=asker == row.giver_id))
        key, due_at = f"swap-late:{row.id}:{row.asked_at.timestamp():.6f}", quiet_until(moment.now, quiet, zone)
        await moment.tell(asker, words, MessageKind.PERSONAL, key=key, due_at=due_at)
