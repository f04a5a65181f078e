"""What the tests of read-back share: a notice that asks, and who lives where."""

import sqlalchemy as sa

from storage import places
from storage.identities import Identity
from storage.members import Member
from storage.readbacks import ReadBack
from storage.types import PlaceKind
from tests.noticing import asks, ring, writes
from tests.world import ACCOUNT, CHANNEL, World

TEXT = "通知 3栋、4栋：明天停水，请提前接水\n要回执"


async def goes_out(world: World, text: str = TEXT) -> None:
    """A notice that asks for answers is in the groups, and everything said so far is heard."""
    await writes(world, text)
    await asks(world, "陈书记", "确认")
    await ring(world)
    world.forget()


async def answers(world: World) -> list[ReadBack]:
    async with world.sessions() as session:
        return list(await session.scalars(sa.select(ReadBack).order_by(ReadBack.at, ReadBack.household)))


async def doors(world: World) -> list[str | None]:
    return [row.room for row in await answers(world)]


async def moves_in(world: World, *homes: str, **reachable: str) -> None:
    """Somebody lives at each of these homes of building 3, such as 2-1203; who is named can be written to alone."""
    async with world.sessions.begin() as session:
        (building,) = [b for b in await places.all_of(session, PlaceKind.BUILDING) if b.name == "3"]
        units = {unit.name: unit.id for unit in await places.below(session, building, PlaceKind.UNIT)}
        for name, home in [*((home, home) for home in homes), *reachable.items()]:
            unit, room = home.split("-")
            member = Member(name=name, created_at=world.now, home_id=units[unit], room=room)
            session.add(member)
            await session.flush()
            if name in reachable:
                way = f"alone:{name}"
                identity = Identity(
                    channel=CHANNEL,
                    account=ACCOUNT,
                    sender=name,
                    member_id=member.id,
                    one_to_one=way,
                    seen_at=world.now,
                )
                session.add(identity)
