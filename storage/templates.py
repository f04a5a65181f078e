"""Templates of notices that a community made or changed; those that come with the program are in `handlers/rules`."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base
from storage.types import PlaceId


class Template(Base, kw_only=True):
    """A text with variables such as {时间}. One of the name of a shipped one stands in its place."""

    __tablename__ = "template"

    community_id: Mapped[PlaceId] = mapped_column(sa.ForeignKey("place.id"), primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(20), primary_key=True)
    text: Mapped[str] = mapped_column(sa.Text)
    warning: Mapped[bool] = mapped_column(default=False)
    asks_back: Mapped[bool] = mapped_column(default=False)


async def of_community(session: AsyncSession, community: PlaceId) -> Sequence[Template]:
    """The templates of a community's own, by name."""
    query = sa.select(Template).where(Template.community_id == community)
    return (await session.scalars(query.order_by(Template.name))).all()


async def called(session: AsyncSession, community: PlaceId, name: str) -> Template | None:
    """The community's own template of that name."""
    return await session.get(Template, (community, name))
