"""What is known about messages before anybody handles them: the group, the place, the speaker, what may be meant."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from bot.lateness import Lateness
from bot.offering import chosen
from handlers.context import Context
from handlers.messages import Inbound
from handlers.moment import Moment
from handlers.tickets.board import Board, Kept, Scenes, recall
from handlers.understanding.decide import Reader
from handlers.understanding.types import Memory
from storage import chats, directory, members, places
from storage.chats import Address, GroupChat
from storage.entities import attached
from storage.identities import Who
from storage.members import Known
from storage.places import Place
from storage.types import PlaceId, PlaceKind

MOST_KEPT: Final = 20_000  #: people; beyond that they are read anew
SEEN_AGAIN: Final = timedelta(hours=1)  #: more exactly nobody needs to know when somebody was there


@dataclass(slots=True)
class Acquainted:
    """What was read for earlier messages, as far as it was committed and still holds."""

    version: int = -1
    groups: dict[Address, tuple[GroupChat, Place]] = field(default_factory=dict)
    people: dict[Who, Known] = field(default_factory=dict)
    buildings: dict[PlaceId, Place] = field(default_factory=dict)  #: of units in which somebody lives
    scenes: Scenes = field(default_factory=dict)
    boards: Kept = field(default_factory=Kept)
    lateness: Lateness = field(default_factory=Lateness)

    async def learn(self, session: AsyncSession, batch: Sequence[Inbound]) -> None:
        """Know the groups and the people of `batch`; only in a transaction that has changed nothing yet."""
        version = await directory.version(session)
        if version != self.version or len(self.people) > MOST_KEPT:
            self.version = version
            for kept in (self.groups, self.people, self.buildings, self.scenes):
                kept.clear()
        groups = {inbound.address for inbound in batch if inbound.is_group} - self.groups.keys()
        self.groups |= await chats.heard_in(session, groups)
        met = await members.heard(session, {inbound.who for inbound in batch} - self.people.keys())
        self.people |= met
        self.buildings |= await _buildings(session, [known.home for known in met.values() if known.home is not None])

    def lives_at(self, known: Known) -> Place | None:
        """Where somebody speaks from who is alone with the bot: his building, in which tickets are spoken of."""
        return known.home and self.buildings.get(known.home.id, known.home)


async def introduced(
    ground: Moment, batch: Sequence[Inbound], reader: Reader, memories: Mapping[Address, Memory], kept: Acquainted
) -> list[Context]:
    """The messages of `batch`, each with what is known about it, in a few statements however many they are."""
    await kept.learn(ground.session, batch)
    batch = await chosen(ground, batch, kept.people)
    board: Board = {}
    found = []
    for inbound in batch:
        group, place = kept.groups.get(inbound.address, (None, None)) if inbound.is_group else (None, None)
        known = kept.people.get(inbound.who)
        if place is None and known is not None and not inbound.is_group:
            place = kept.lives_at(known)
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
                is_late=kept.lateness.of(inbound, ground.now),
            )
        )
    scopes = {ctx.place.id: ctx.place for ctx in found if ctx.place is not None}
    board.update(
        await recall(ground.session, list(scopes.values()), ground.now, ground.house, kept.boards, kept.scenes)
    )
    return found


async def _buildings(session: AsyncSession, homes: Sequence[Place]) -> dict[PlaceId, Place]:
    """The buildings of those homes that are smaller, by home."""
    units = [home for home in homes if home.kind in (PlaceKind.UNIT, PlaceKind.HOUSEHOLD)]
    if not units:
        return {}
    found = await places.by_ids(session, [above for unit in units for above in unit.above_ids])
    lines = ((unit.id, (found[above] for above in unit.above_ids if above in found)) for unit in units)
    pairs = ((unit, next((p for p in line if p.kind is PlaceKind.BUILDING), None)) for unit, line in lines)
    return {unit: building for unit, building in pairs if building is not None}


async def note_way(ctx: Context) -> None:
    """Learn where the speaker can be written to alone, and on which of his channels he was there last."""
    way, known = ctx.inbound.one_to_one, ctx.known
    if known is None or not way:
        return
    seen = known.identity.seen_at
    lately = ctx.is_group or (seen is not None and ctx.now - seen < SEEN_AGAIN)
    if known.identity.one_to_one != way or not lately:
        identity = attached(ctx.session, known.identity)
        identity.one_to_one, identity.seen_at = way, ctx.now
        ctx.known = replace(known, identity=identity)
        await ctx.session.flush()  # he may be told something at once


def each_once(batch: Sequence[Inbound]) -> list[Inbound]:
    """What was delivered several times at once, once, in the place of the first."""
    return list({inbound.key: inbound for inbound in reversed(batch)}.values())[::-1]


def ids(inbound: Inbound) -> dict[str, Any]:
    """What a log may say of a message."""
    return {"channel": inbound.channel, "message_id": inbound.message_id}
