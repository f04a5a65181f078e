"""What is said about a ticket is settled by prepared statements alone: the session's own take many times as long."""

from typing import Any

import sqlalchemy as sa

from storage.database import Sessions
from tests.world import World


async def test_a_ticket_goes_through_without_a_detour(world: World, community: Sessions) -> None:
    asked: list[str] = []
    engine = community.kw["bind"].sync_engine

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        asked.append(statement)

    async def says(person: str, text: str, *fragments: str) -> None:
        sa.event.listen(engine, "before_cursor_execute", note)
        await world.receive(world.message(person, text))
        sa.event.remove(engine, "before_cursor_execute", note)
        await world.send_all()
        world.hears("3栋群", *fragments)

    await says("李姐", "报修 2单元3楼的灯坏了", "1 号")
    await says("王芳", "接单 1", "王芳接单了")
    await says("王芳", "办结 1 换了灯管", "1 号", "办好了")
    assert asked == []
