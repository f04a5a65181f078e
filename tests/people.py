"""Who is who in the database, for the tests that ask."""

import sqlalchemy as sa

from storage import members, places
from storage.followers import Follower
from storage.identities import Identity
from storage.members import Member, RoleGrant
from storage.places import Place
from storage.tickets import Ticket
from storage.types import PlaceKind, Role
from tests.world import ACCOUNT, CHANNEL, World


async def person(world: World, sender: str) -> Member | None:
    """The member whom the channel knows as `sender`."""
    async with world.sessions() as session:
        found = await members.known(session, [(CHANNEL, ACCOUNT, sender)])
        return next((known.member for known in found.values()), None)


async def home(world: World, sender: str) -> str:
    """Where he lives, as the tree has it: “3/2/1203”."""
    member = await person(world, sender)
    if member is None or member.home_id is None:
        return ""
    async with world.sessions() as session:
        place = await places.by_id(session, member.home_id)
        line = [p.name for p in await places.above(session, place) if p.kind in (PlaceKind.UNIT, PlaceKind.BUILDING)]
    return "/".join([*reversed(line), member.room or "-"])


async def roles(world: World, sender: str) -> set[tuple[str, Role]]:
    """What he is, where."""
    async with world.sessions() as session:
        query = (
            sa.select(Place.name, RoleGrant.role)
            .join(Place, Place.id == RoleGrant.place_id)
            .join(Identity, Identity.member_id == RoleGrant.member_id)
        )
        return {(name, role) for name, role in await session.execute(query.where(Identity.sender == sender))}


async def count(world: World, table: type[Member | Identity | Follower | Ticket]) -> int:
    """How many rows there are."""
    async with world.sessions() as session:
        return await session.scalar(sa.select(sa.func.count()).select_from(table)) or 0
