"""What is known about messages before anybody handles them: the group, the place, the speaker, what may be meant."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.offering import chosen
from handlers.board import Board, Kept, recall
from handlers.context import Context
from handlers.messages import Inbound
from handlers.moment import Moment
from handlers.understanding.decide import Reader
from handlers.understanding.types import Memory
from storage import chats, members
from storage.chats import Address


async def introduced(
    ground: Moment, batch: Sequence[Inbound], reader: Reader, memories: Mapping[Address, Memory], kept: Kept
) -> list[Context]:
    """The messages of `batch`, each with what is known about it, in a few statements however many they are.

    Args:
        kept: What was known of the places before; see `recall` in `handlers/board.py`.
    """
    groups = await chats.heard_in(ground.session, {i.address for i in batch if i.is_group})
    people = await members.heard(ground.session, {i.who for i in batch})
    batch = await chosen(ground, batch, people)
    board: Board = {}
    found = []
    for inbound in batch:
        group, place = groups.get(inbound.address, (None, None))
        known = people.get(inbound.who)
        if place is None and known is not None and not inbound.is_group:
            place = known.home
        found.append(
            Context(
                session=ground.session,
                now=ground.now,
                house=ground.house,
                reach=ground.reach,
                inbound=inbound,
                reader=reader,
                group=group,
                place=place,
                known=known,
                memory=memories.get(inbound.address, Memory()),
                board=board,
            )
        )
    scopes = {ctx.place.id: ctx.place for ctx in found if ctx.place is not None}
    board.update(await recall(ground.session, list(scopes.values()), ground.now, ground.house, kept))
    return found


async def note_way(ctx: Context) -> None:
    """Learn where the speaker can be written to alone."""
    way = ctx.inbound.one_to_one
    if ctx.known is not None and way and ctx.known.identity.one_to_one != way:
        ctx.known = members.acting(ctx.session, ctx.known)
        ctx.known.identity.one_to_one = way
        await ctx.session.flush()  # he may be told something at once


def each_once(batch: Sequence[Inbound]) -> list[Inbound]:
    """What was delivered several times at once, once, in the place of the first."""
    return list({inbound.key: inbound for inbound in reversed(batch)}.values())[::-1]


def ids(inbound: Inbound) -> dict[str, Any]:
    """What a log may say of a message."""
    return {"channel": inbound.channel, "message_id": inbound.message_id}
