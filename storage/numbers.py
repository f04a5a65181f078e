"""Ticket numbers: short ones that people can say, counted in each community."""

from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base
from storage.prepared import Prepared
from storage.types import PlaceId


class TicketCounter(Base, kw_only=True):
    """The last ticket number given in a community: "highest plus one" would be a race."""

    __tablename__ = "ticket_counter"

    community_id: Mapped[PlaceId] = mapped_column(sa.ForeignKey("place.id"), primary_key=True)
    last: Mapped[int]


async def next_one(session: AsyncSession, community: PlaceId) -> int:
    """A ticket number that nobody else gets."""
    count = _count_up(session.get_bind().dialect.name)
    ((last,),) = await count.each(session, [{"community_id": community, "last": 1}])
    return int(last)


@cache
def _count_up(dialect: str) -> Prepared:
    insert: Any = postgresql.insert if dialect == "postgresql" else sqlite.insert
    first = insert(TicketCounter).on_conflict_do_update(
        index_elements=[TicketCounter.community_id], set_={"last": TicketCounter.last + 1}
    )
    return Prepared(first.returning(TicketCounter.last), ("community_id", "last"))
