"""Two tickets become one: whoever had a hand in the one that is closed has it in the other, and all hear what holds now."""

from collections.abc import Collection

from handlers.context import Context
from handlers.corrections.correcting import tell_each
from handlers.dispatch.handing import withdraw
from handlers.phrases import regrouping as phrases
from handlers.tickets.together import having_a_hand
from storage import crews, handoffs, moving, parties
from storage.crews import HelperStatus
from storage.tickets import Ticket
from storage.types import MemberId


async def carry(ctx: Context, source: Ticket, target: Ticket, *, told: Collection[MemberId]) -> list[MemberId]:
    """Let parties and helpers of `source` be those of `target`, and tell them, and those who are at work on `target`.

    Args:
        told: They have heard of it.

    Returns:
        Who was told here.
    """
    asked = await handoffs.of_ticket(ctx.session, source.id)
    if asked is not None:
        await withdraw(ctx, asked, source)
    known = [*told, *([asked.taker_id] if asked is not None else [])]
    with_source = [party.member_id for party, _ in await parties.of_ticket(ctx.session, source.id)]
    helping = [person.id for _, person in await crews.coming(ctx.session, source.id)]
    with_source, before = [*with_source, *helping], await having_a_hand(ctx, target)
    await ctx.session.flush()
    if not await moving.hands(ctx.session, source.id, target.id):
        for member in helping:  # behind those who come already
            if not await crews.includes(ctx.session, target.id, member):
                await crews.answer(ctx.session, target.id, member, HelperStatus.COMING, ctx.now)
    theirs = [member for member in with_source if member not in (*known, *before)]
    await tell_each(ctx, source, phrases.your_part_is_in(source, target), theirs)
    own = [member for member in before if member not in known]
    await tell_each(ctx, target, phrases.holds_more(source, target), own)
    return [*theirs, *own]
