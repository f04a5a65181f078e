"""Who people are: a member, the identities by which channels know him, and the roles granted to him for places."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, NamedTuple

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from storage import identities, places
from storage.base import Base, table_of
from storage.entities import ById, attached, made
from storage.identities import Identity, Who
from storage.places import Place
from storage.prepared import Prepared
from storage.types import MemberId, PlaceId, Role


class Member(Base, kw_only=True):
    """A person, on however many channels. After `删除我的数据` only the row remains, called 已注销."""

    __tablename__ = "member"

    id: Mapped[MemberId] = mapped_column(primary_key=True, init=False, autoincrement=True)
    name: Mapped[str] = mapped_column(sa.String(60))
    created_at: Mapped[datetime]
    home_id: Mapped[PlaceId | None] = mapped_column(sa.ForeignKey("place.id"), default=None)
    room: Mapped[str | None] = mapped_column(sa.String(12), default=None)
    phone: Mapped[str | None] = mapped_column(sa.String(20), default=None)
    gone_at: Mapped[datetime | None] = mapped_column(default=None)


class RoleGrant(Base, kw_only=True):
    """A role of a member for a place and everything below it."""

    __tablename__ = "role_grant"

    member_id: Mapped[MemberId] = mapped_column(sa.ForeignKey("member.id"), primary_key=True)
    place_id: Mapped[PlaceId] = mapped_column(sa.ForeignKey("place.id"), primary_key=True, index=True)
    role: Mapped[Role] = mapped_column(primary_key=True)


@dataclass(frozen=True, slots=True)
class Grant:
    """A role and the path of the place for which it was given."""

    role: Role
    path: str


class Person(NamedTuple):
    """Somebody who answers for a place."""

    id: MemberId
    name: str


@dataclass(frozen=True, slots=True)
class Known:
    """A member as a channel's message finds him."""

    member: Member
    identity: Identity
    grants: tuple[Grant, ...] = ()
    home: Place | None = None


_HEARD: Final = Prepared(
    sa.select(*table_of(Identity).c, *table_of(Member).c)
    .join(Member, Member.id == Identity.member_id)
    .where(*identities.AMONG)
)
_GRANTS: Final = Prepared(
    sa.select(RoleGrant.member_id, RoleGrant.role, Place.path)
    .join(Place, sa.or_(Place.id == RoleGrant.place_id, Place.grid_id == RoleGrant.place_id))
    .where(RoleGrant.member_id.in_(sa.bindparam("members", expanding=True)))
    .order_by(Place.grid_id.is_not(None), Place.path)
)
_IDENTITY: Final = tuple(column.key for column in sa.inspect(Identity).column_attrs)
_NEW_MEMBER: Final = Prepared(
    sa.insert(table_of(Member)).returning(table_of(Member).c.id),
    ("name", "created_at", "home_id", "room", "phone", "gone_at"),
)
_NEW_IDENTITY: Final = Prepared(sa.insert(table_of(Identity)).returning(table_of(Identity).c.member_id), _IDENTITY)
_MEMBERS: Final = ById(Member)
_HOLDERS: Final = Prepared(
    sa.select(RoleGrant.place_id, RoleGrant.role, Member.id, Member.name)
    .join(Member, Member.id == RoleGrant.member_id)
    .where(RoleGrant.place_id.in_(sa.bindparam("places", expanding=True)), Member.gone_at.is_(None))
    .order_by(Member.id)
)


async def known(session: AsyncSession, people: Collection[Who]) -> dict[Who, Known]:
    """Those of `people` who are members, with what they may do."""
    await session.flush()
    return {who: acting(session, found) for who, found in (await heard(session, people)).items()}


async def heard(session: AsyncSession, people: Collection[Who]) -> dict[Who, Known]:
    """The same to be looked at, as long as the directory's version holds; `acting` makes it the session's own."""
    asked = identities.among(people)
    rows = [row._asdict() for given in asked for row in await _HEARD.all(session, given)]
    grants = await grants_of(session, {row["member_id"] for row in rows})
    homes = await places.by_ids(session, [row["home_id"] for row in rows if row["home_id"] is not None])
    found = {}
    for row in rows:
        identity = made(Identity, {name: row.pop(name) for name in _IDENTITY})
        home = homes.get(row["home_id"])
        known = Known(made(Member, row), identity, grants.get(identity.member_id, ()), home)
        found[identity.channel, identity.account, identity.sender] = known
    return found


def acting(session: AsyncSession, known: Known) -> Known:
    """The same with the session's own member: what is changed in him is written."""
    member = attached(session, known.member)
    return known if member is known.member else replace(known, member=member)


async def grants_of(session: AsyncSession, members: Collection[MemberId]) -> dict[MemberId, tuple[Grant, ...]]:
    """The roles of `members` with the paths they hold for; what holds for a grid holds for each of its buildings."""
    if not members:
        return {}
    found: dict[MemberId, tuple[Grant, ...]] = {}
    for member, role, path in await _GRANTS.all(session, {"members": list(members)}):
        found[member] = (*found.get(member, ()), Grant(role, path))
    return found


async def enrol(session: AsyncSession, who: Who, name: str, now: datetime, one_to_one: str | None = None) -> Known:
    """The member behind an identity that nobody knew before.

    Two at once: the identity's key makes the second one fail, and its transaction is run again.
    """
    row = dict(name=name[:60], created_at=now, home_id=None, room=None, phone=None, gone_at=None)
    ((number,),) = await _NEW_MEMBER.each(session, [row])
    channel, account, sender = who
    way = dict(channel=channel, account=account, sender=sender, member_id=number, one_to_one=one_to_one, seen_at=now)
    await _NEW_IDENTITY.each(session, [way])
    return acting(session, Known(made(Member, dict(row, id=number)), made(Identity, way)))


async def by_id(session: AsyncSession, member: MemberId) -> Member:
    """The member with that id, who exists."""
    return await _MEMBERS.get(session, member)


async def called(session: AsyncSession, name: str) -> Sequence[Member]:
    """The members of exactly that name who are still here."""
    return (await session.scalars(sa.select(Member).where(Member.name == name, Member.gone_at.is_(None)))).all()


async def called_like(session: AsyncSession, name: str, limit: int = 200) -> Sequence[Member]:
    """The members still here whose name has `name` in it."""
    query = sa.select(Member).where(Member.name.contains(name, autoescape=True), Member.gone_at.is_(None))
    return (await session.scalars(query.order_by(Member.id).limit(limit))).all()


async def grant(session: AsyncSession, member: MemberId, place: PlaceId, role: Role) -> None:
    """Give `member` a role; giving it twice changes nothing."""
    if await session.get(RoleGrant, (member, place, role)) is None:
        session.add(RoleGrant(member_id=member, place_id=place, role=role))
        await session.flush()


async def revoke(session: AsyncSession, member: MemberId, place: PlaceId, role: Role) -> bool:
    """Take a role back; whether it was there."""
    found = await session.get(RoleGrant, (member, place, role))
    if found is not None:
        await session.delete(found)
        await session.flush()
    return found is not None


async def with_role(session: AsyncSession, role: Role, places: Collection[PlaceId]) -> Sequence[Person]:
    """Members who hold `role` for one of `places` itself (not for one below)."""
    found = await holders(session, places)
    return list({m.id: m for (_, held), holding in found.items() if held is role for m in holding}.values())


async def any_admin(session: AsyncSession, but: MemberId | None = None) -> bool:
    """Whether somebody is an admin anywhere, other than `but`."""
    others = sa.select(RoleGrant.member_id).where(RoleGrant.member_id.is_distinct_from(but))
    return await session.scalar(others.where(RoleGrant.role == Role.ADMIN).limit(1)) is not None


async def holders(session: AsyncSession, places: Collection[PlaceId]) -> dict[tuple[PlaceId, Role], tuple[Person, ...]]:
    """Who holds which role for `places` themselves, in order of entry."""
    if not places:
        return {}
    found: dict[tuple[PlaceId, Role], tuple[Person, ...]] = {}
    for place, role, *member in await _HOLDERS.all(session, {"places": list(places)}):
        found[place, role] = (*found.get((place, role), ()), Person(*member))
    return found
