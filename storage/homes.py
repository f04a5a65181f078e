"""Who lives where."""

from collections.abc import Collection
from typing import Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from storage.members import Member
from storage.places import Place
from storage.prepared import Prepared
from storage.types import MemberId

_BEHIND: Final = Prepared(
    sa.select(Member.id, Place.path)
    .join(Place, Place.id == Member.home_id)
    .where(Member.id.in_(sa.bindparam("members", expanding=True)), Member.room == sa.bindparam("number"))
)


async def behind_door(
    session: AsyncSession, building: Place, room: str, members: Collection[MemberId]
) -> set[MemberId]:
    """Those of `members` who live in that room of a building, or of one of its units."""
    if not members:
        return set()
    rows = await _BEHIND.all(session, {"members": list(members), "number": room})
    return {member for member, home in rows if home.startswith(building.path) or building.path.startswith(home)}
