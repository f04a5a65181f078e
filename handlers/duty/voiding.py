"""Somebody is taken off a roster: what was agreed or asked about his turns there is off, and both hear of it."""

from collections.abc import Collection

from handlers.context import Context
from handlers.duty.whose import said_turn
from handlers.messages import Words
from handlers.phrases import swaps as phrases
from storage import overrides, swaps
from storage.turns import SwapStatus
from storage.types import MemberId, MessageKind, PlaceId


async def call_off(ctx: Context, place: PlaceId, gone: Collection[MemberId]) -> int:
    """Void the swaps and stand-ins of these people at the place that are not over; how many there were."""
    told: list[tuple[MemberId, MemberId, str]] = []
    for row in await swaps.standing(ctx.session, place, gone, ctx.now):
        if row.status is SwapStatus.AGREED:
            await overrides.undo(ctx.session, swaps.cause_of(row))
        row.status = SwapStatus.WITHDRAWN
        told.append((row.giver_id, row.taker_id, await said_turn(ctx, row.place_id, row.starts, row.ends)))
    for stood in await overrides.stood_in(ctx.session, place, gone, ctx.now):
        if stood.comes_id is not None and stood.goes_id is not None:
            told.append((stood.goes_id, stood.comes_id, await said_turn(ctx, place, stood.starts, stood.ends)))
        await overrides.undo(ctx.session, stood.cause)
    for giver, taker, said in told:
        words = Words(phrases.called_off(said))
        for member in (giver, taker):
            await ctx.tell(member, words, MessageKind.PERSONAL, key=f"off_roster:{place}:{said}:{ctx.cause}")
    return len(told)
