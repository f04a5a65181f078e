"""Building 3 with nights that 王芳 and 赵强 take in turns, 王芳 tonight: what swaps and leave are tried on."""

import sqlalchemy as sa

from storage.duty import DutyShift
from tests.world import World


async def nights(world: World) -> None:
    """Nobody else is on duty there."""
    async with world.sessions.begin() as session:
        await session.execute(sa.delete(DutyShift))
    await world.says("陈书记", "轮班 3栋 每天 20:00-8:00 王芳、赵强", alone=True)
    world.forget()


async def shown(world: World, building: str = "3栋") -> list[str]:
    """The lines of the week's table, without its head."""
    world.forget()
    await world.says("陈书记", f"排班表 {building}", alone=True)
    return world.hears("陈书记", "排班：").splitlines()[1:]
