"""Who is who is remembered between messages, and read anew as soon as anybody has changed it, in whatever process."""

import sqlalchemy as sa

from storage import directory, members, places
from storage.base import Base
from storage.chats import GroupChat
from storage.directory import WATCHED
from storage.identities import Identity
from storage.members import Member
from storage.places import Place
from storage.types import PlaceKind, Role
from tests.world import ACCOUNT, CHANNEL, World

REPORT = "报修 2单元电梯坏了，停在5楼不动"


async def version(world: World) -> int:
    async with world.sessions() as session:
        return await directory.version(session)


def test_what_is_watched_is_there() -> None:
    assert Base.metadata.tables.keys() >= WATCHED


async def test_nothing_is_read_twice_while_nobody_changes_it(world: World) -> None:
    await world.says("王芳", "早")
    known, before = world.receiver.acquainted.people[CHANNEL, ACCOUNT, "王芳"], await version(world)
    await world.says("李姐", REPORT)
    await world.says("王芳", "接单")
    await world.says("新来的", REPORT)  # he becomes a member, and nobody is changed by that
    assert world.receiver.acquainted.people[CHANNEL, ACCOUNT, "王芳"] is known
    assert await version(world) == before


async def test_a_role_that_was_taken_elsewhere_is_taken_here(world: World) -> None:
    await world.says("李姐", REPORT)
    await world.says("赵强", "早")
    building = await here(world)
    async with world.sessions.begin() as session:
        member = await session.scalar(sa.select(Member).where(Member.name == "赵强"))
        assert member is not None
        await members.revoke(session, member.id, building.id, Role.STEWARD)
    world.forget()
    await world.says("赵强", "接单 1")
    world.hears("3栋群", "要红管家才能用")


async def test_a_statement_that_passes_by_the_session_is_noticed(world: World) -> None:
    await world.says("王芳", "早")
    async with world.sessions.begin() as session:
        await session.execute(sa.update(Identity).where(Identity.sender == "王芳").values(one_to_one=None))
    await world.says("王芳", "早")
    assert world.receiver.acquainted.people[CHANNEL, ACCOUNT, "王芳"].identity.one_to_one is None


async def test_a_place_that_is_built_elsewhere_is_known_here(world: World) -> None:
    await world.says("李姐", "早")
    building = await here(world)
    assert world.receiver.acquainted.scenes[building.id].units == ("1", "2", "3")
    async with world.sessions.begin() as session:
        await places.add(session, PlaceKind.UNIT, "4", await session.get(Place, building.id))
    await world.says("李姐", "早")
    assert world.receiver.acquainted.scenes[building.id].units == ("1", "2", "3", "4")


async def test_what_is_undone_raises_nothing(world: World) -> None:
    before = await version(world)
    async with world.sessions() as session:
        member = await session.scalar(sa.select(Member).where(Member.name == "赵强"))
        assert member is not None
        member.name = "赵小强"
        await session.flush()
        await session.rollback()
    assert await version(world) == before


async def here(world: World) -> Place:
    """Building 3."""
    async with world.sessions() as session:
        found = await session.scalar(sa.select(Place).join(GroupChat).where(GroupChat.chat == "3栋群"))
    assert found is not None
    return found
