"""Who has the key to what: 配电房, 天台, 水泵房."""

from collections.abc import Collection, Sequence
from typing import Final, NamedTuple

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base, insert_once
from storage.members import Member, Person
from storage.prepared import Prepared
from storage.types import MemberId, PlaceId

LONGEST: Final = 20  #: characters of what the key opens


class DoorKey(Base, kw_only=True):
    """A member has a key to something at a place: a room's name, never an address of somebody's home."""

    __tablename__ = "door_key"

    place_id: Mapped[PlaceId] = mapped_column(sa.ForeignKey("place.id"), primary_key=True)
    opens: Mapped[str] = mapped_column(sa.String(LONGEST), primary_key=True)
    member_id: Mapped[MemberId] = mapped_column(sa.ForeignKey("member.id"), primary_key=True, index=True)


class Key(NamedTuple):
    """A key, and who has it."""

    place: PlaceId
    opens: str
    holder: Person


_AT: Final = Prepared(
    sa.select(DoorKey.place_id, DoorKey.opens, Member.id, Member.name)
    .join(Member, Member.id == DoorKey.member_id)
    .where(DoorKey.place_id.in_(sa.bindparam("places", expanding=True)), Member.gone_at.is_(None))
    .order_by(DoorKey.place_id, DoorKey.opens, Member.id)
)


async def at(session: AsyncSession, places: Collection[PlaceId]) -> Sequence[Key]:
    """The keys of `places` themselves."""
    rows = await _AT.all(session, {"places": list(places)}) if places else ()
    return [Key(place, opens, Person(member, name)) for place, opens, member, name in rows]


async def give(session: AsyncSession, place: PlaceId, opens: str, members: Collection[MemberId]) -> None:
    """They have that key; said twice, it changes nothing."""
    rows = [dict(place_id=place, opens=opens, member_id=member) for member in members]
    await insert_once(session, DoorKey, rows, key=("place_id", "opens", "member_id"))


async def take_back(
    session: AsyncSession, place: PlaceId, opens: str, members: Collection[MemberId]
) -> Sequence[MemberId]:
    """They have it no longer, nobody has it where none is named; who had it."""
    gone = sa.delete(DoorKey).where(DoorKey.place_id == place, DoorKey.opens == opens)
    if members:
        gone = gone.where(DoorKey.member_id.in_(list(members)))
    return (await session.scalars(gone.returning(DoorKey.member_id))).all()


async def held_by(session: AsyncSession, member: MemberId) -> Sequence[tuple[PlaceId, str]]:
    """The keys of `member`."""
    query = sa.select(DoorKey.place_id, DoorKey.opens).where(DoorKey.member_id == member)
    return [(place, opens) for place, opens in await session.execute(query.order_by(DoorKey.place_id, DoorKey.opens))]
