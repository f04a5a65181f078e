"""Who reads along in which group: whoever lives at or below its place, and whoever has an office there or above it."""

from collections.abc import Collection, Sequence

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from storage import members, places
from storage.chats import GroupChat
from storage.identities import Identity
from storage.members import Known, Member, RoleGrant
from storage.places import Place
from storage.types import PlaceId, PlaceKind

#: channel, account
Line = tuple[str, str]


async def everybody(session: AsyncSession, line: Line) -> list[Known]:
    """All who are known on that channel and still here, in order of entry."""
    return await _known(session, line, sa.true())


async def somebody(session: AsyncSession, line: Line, sender: str) -> Known | None:
    """The member whom that channel knows as `sender`, unless he has left."""
    found = (await members.known(session, [(*line, sender)])).get((*line, sender))
    return found if found is not None and found.member.gone_at is None else None


async def groups_on(session: AsyncSession, line: Line) -> list[tuple[GroupChat, Place]]:
    """The groups of that channel in which the bot is, in order of binding."""
    return await _groups(session, line, sa.true())


async def groups_of(session: AsyncSession, line: Line, who: Known) -> list[tuple[GroupChat, Place]]:
    """The groups of that channel in which `who` is: those above his home, and those at or below his offices."""
    home = await places.above(session, who.home) if who.home is not None else ()
    offices = [grant.path for grant in who.grants]
    own = GroupChat.place_id.in_([place.id for place in home])
    return await _groups(session, line, sa.or_(own, await _below(session, offices)))


async def without_group(session: AsyncSession, line: Line, kinds: Collection[PlaceKind]) -> Sequence[Place]:
    """The places of these kinds that have never had a group on that channel, in order of the tree."""
    channel, account = line
    bound = sa.select(GroupChat.place_id).where(GroupChat.channel == channel, GroupChat.account == account)
    query = sa.select(Place).where(Place.kind.in_(kinds), Place.id.not_in(bound))
    return (await session.scalars(query.order_by(Place.path))).all()


async def people_of(session: AsyncSession, line: Line, place: Place) -> list[Known]:
    """Who is in that channel's group of `place`, in order of entry."""
    above = [p.id for p in await places.above(session, place)]
    office = Member.id.in_(sa.select(RoleGrant.member_id).where(RoleGrant.place_id.in_(above)))
    return await _known(session, line, sa.or_(office, await _below(session, [place.path])))


async def _groups(session: AsyncSession, line: Line, wanted: sa.ColumnElement[bool]) -> list[tuple[GroupChat, Place]]:
    channel, account = line
    query = (
        sa.select(GroupChat, Place)
        .join(Place, Place.id == GroupChat.place_id)
        .where(GroupChat.channel == channel, GroupChat.account == account, GroupChat.lost_at.is_(None), wanted)
        .order_by(GroupChat.id)
    )
    return [(group, place) for group, place in await session.execute(query)]


async def _known(session: AsyncSession, line: Line, wanted: sa.ColumnElement[bool]) -> list[Known]:
    channel, account = line
    query = (
        sa.select(Identity.sender)
        .join(Member, Member.id == Identity.member_id)
        .outerjoin(Place, Place.id == Member.home_id)
        .where(Identity.channel == channel, Identity.account == account, Member.gone_at.is_(None), wanted)
        .order_by(Member.id)
    )
    senders = [(channel, account, sender) for sender in await session.scalars(query)]
    found = await members.known(session, senders)
    return [found[who] for who in senders]


async def _below(session: AsyncSession, paths: Collection[str]) -> sa.ColumnElement[bool]:
    """Whether a place is at or below one of `paths`; a grid's buildings are below the grid."""
    ids = [PlaceId(int(path.strip("/").split("/")[-1])) for path in paths]
    in_grids: Sequence[str] = (await session.scalars(sa.select(Place.path).where(Place.grid_id.in_(ids)))).all()
    wide = (Place.path.startswith(path, autoescape=True) for path in (*paths, *in_grids))
    return sa.or_(sa.false(), *wide)
