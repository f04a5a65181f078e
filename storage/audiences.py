"""Whom a notice reaches: the groups at places, and the people who hold a role for them."""

from collections.abc import Collection, Sequence
from typing import Final, NamedTuple

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from storage import places
from storage.base import table_of
from storage.chats import GroupChat
from storage.entities import made
from storage.members import Member, RoleGrant
from storage.places import Place
from storage.types import MemberId, PlaceId, PlaceKind, Role

_GROUP: Final = table_of(GroupChat).c


class Holder(NamedTuple):
    """Somebody who holds a role for a place."""

    id: MemberId
    name: str
    place_id: PlaceId


async def groups_of(
    session: AsyncSession, audience: Collection[PlaceId], but: Collection[PlaceId] = (), *, lost: bool = False
) -> Sequence[GroupChat]:
    """The groups at these places or below them in which the bot still is, each once, to be looked at only.

    Args:
        but: No group at one of these places or below one.
        lost: Those instead in which the bot no longer is.
    """
    gone = GroupChat.lost_at.is_not(None) if lost else GroupChat.lost_at.is_(None)
    query = sa.select(*_GROUP).join(Place, Place.id == _GROUP.place_id).where(gone)
    query = query.where(await _reached(session, audience, but)).order_by(_GROUP.id)
    # Bare columns: ten thousand of the session's own objects would take longer than everything else.
    return [made(GroupChat, dict(zip(_GROUP.keys(), row, strict=True))) for row in await session.execute(query)]


async def holders_of(
    session: AsyncSession, role: Role, place: PlaceId, but: Collection[PlaceId] = (), *, above_only: bool = False
) -> Sequence[Holder]:
    """Who holds `role` at `place` or for something above it, and unless `above_only` below it, each once."""
    top = await places.by_id(session, place)
    wide = [above.id for above in await places.above(session, top)]
    below = sa.false() if above_only else await _reached(session, [place], but)
    there = sa.or_(below, RoleGrant.place_id.in_(wide))
    query = sa.select(Member.id, Member.name, RoleGrant.place_id).join(RoleGrant, RoleGrant.member_id == Member.id)
    query = query.join(Place, Place.id == RoleGrant.place_id).where(RoleGrant.role == role, there)
    rows = await session.execute(query.where(Member.gone_at.is_(None)).order_by(Member.id, Place.path))
    return list({member: Holder(member, name, at) for member, name, at in rows}.values())


async def households_at(session: AsyncSession, audience: Collection[PlaceId], but: Collection[PlaceId] = ()) -> int:
    """How many households are known at these places: those entered, else those of which somebody has said his room."""
    here = await _reached(session, audience, but)
    entered = sa.select(sa.func.count()).select_from(Place).where(here, Place.kind == PlaceKind.HOUSEHOLD)
    doors = sa.select(Member.home_id, Member.room).join(Place, Place.id == Member.home_id).distinct()
    doors = doors.where(here, Member.room.is_not(None), Member.gone_at.is_(None))
    said = sa.select(sa.func.count()).select_from(doors.subquery())
    return max(await session.scalar(entered) or 0, await session.scalar(said) or 0)


async def doors_at(
    session: AsyncSession, audience: Collection[PlaceId], but: Collection[PlaceId] = ()
) -> set[tuple[PlaceId, str]]:
    """The doors known at these places, (unit or building, room): those entered, and those that people have said."""
    here = await _reached(session, audience, but)
    entered = sa.select(Place.parent_id, Place.name).where(here, Place.kind == PlaceKind.HOUSEHOLD)
    said = sa.select(Member.home_id, Member.room).join(Place, Place.id == Member.home_id)
    said = said.where(here, Place.kind != PlaceKind.HOUSEHOLD, Member.room.is_not(None), Member.gone_at.is_(None))
    rows = [*await session.execute(entered), *await session.execute(said)]
    return {(place, room) for place, room in rows if place is not None and room is not None}


async def people_at(
    session: AsyncSession, audience: Collection[PlaceId], but: Collection[PlaceId] = ()
) -> Sequence[tuple[MemberId, tuple[PlaceId, str]]]:
    """Who lives behind which of the doors known at these places, in order of entry."""
    here = await _reached(session, audience, but)
    query = sa.select(Member.id, Member.home_id, Member.room, Place.kind, Place.parent_id, Place.name)
    query = query.join(Place, Place.id == Member.home_id).where(here, Member.gone_at.is_(None)).order_by(Member.id)
    found: list[tuple[MemberId, tuple[PlaceId, str]]] = []
    for member, home, room, kind, parent, name in await session.execute(query):
        if kind is PlaceKind.HOUSEHOLD and parent is not None:
            found.append((member, (parent, name)))
        elif room is not None and home is not None:
            found.append((member, (home, room)))
    return found


async def among(
    session: AsyncSession, at: Collection[PlaceId], audience: Collection[PlaceId], but: Collection[PlaceId] = ()
) -> set[PlaceId]:
    """Those of the places `at` that are at or below one of `audience`, and neither at nor below one of `but`."""
    if not at or not audience:
        return set()
    query = sa.select(Place.id).where(Place.id.in_(at), await _reached(session, audience, but))
    return set(await session.scalars(query))


async def phones_of(session: AsyncSession, people: Collection[MemberId]) -> dict[MemberId, str]:
    """The telephone numbers of `people`, as far as they are known."""
    query = sa.select(Member.id, Member.phone).where(Member.id.in_(people), Member.phone.is_not(None))
    return {member: phone for member, phone in await session.execute(query) if phone is not None}


async def _reached(
    session: AsyncSession, audience: Collection[PlaceId], but: Collection[PlaceId]
) -> sa.ColumnElement[bool]:
    """What is true of a place at or below one of `audience`, and neither at nor below one of `but`."""
    tops = (await session.scalars(sa.select(Place).where(Place.id.in_({*audience, *but})))).all()
    inside = await places.within(session, [top for top in tops if top.id in set(audience)])
    if not but:
        return inside
    return sa.and_(inside, sa.not_(await places.within(session, [top for top in tops if top.id in set(but)])))
