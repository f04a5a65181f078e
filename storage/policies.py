"""What a place has otherwise: how somebody is found for a ticket there, and how long each step may take."""

from collections.abc import Collection, Sequence
from typing import Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base, table_of
from storage.entities import made
from storage.prepared import Prepared
from storage.steps import Mode
from storage.types import Category, PlaceId, PlaceKind, Urgency

EVERY: Final = "*"  #: in a key: of every category, of every urgency


class Policy(Base, kw_only=True):
    """A row for a place and everything below it, of one category and urgency or of all; None: not said here."""

    __tablename__ = "policy"

    key: Mapped[str] = mapped_column(sa.String(80), primary_key=True)  #: `key_of` the three below
    place_id: Mapped[PlaceId] = mapped_column(sa.ForeignKey("place.id"), index=True)
    category: Mapped[Category | None] = mapped_column(default=None)
    urgency: Mapped[Urgency | None] = mapped_column(default=None)
    mode: Mapped[Mode | None] = mapped_column(default=None)
    ask_minutes: Mapped[int | None] = mapped_column(default=None)
    accept_minutes: Mapped[int | None] = mapped_column(default=None)
    progress_minutes: Mapped[int | None] = mapped_column(default=None)
    done_minutes: Mapped[int | None] = mapped_column(default=None)
    hours: Mapped[str | None] = mapped_column(sa.String(12), default=None)  #: "always" or "working"
    #: the kinds of places that a matter goes up, from near to far, between commas; of all categories and urgencies
    ladder: Mapped[str | None] = mapped_column(sa.String(60), default=None)

    @property
    def kinds(self) -> tuple[PlaceKind, ...]:
        """The steps that it names; none where it says nothing of them."""
        return tuple(map(PlaceKind, self.ladder.split(","))) if self.ladder else ()


_COLUMNS: Final = table_of(Policy).c
_AT: Final = Prepared(sa.select(*_COLUMNS).where(_COLUMNS.place_id.in_(sa.bindparam("places", expanding=True))))


def key_of(place: PlaceId, category: Category | None, urgency: Urgency | None) -> str:
    """What a row is found by."""
    return f"{place}:{category.value if category else EVERY}:{urgency.value if urgency else EVERY}"


async def at(session: AsyncSession, places: Collection[PlaceId]) -> Sequence[Policy]:
    """The rows of `places` themselves, to be looked at."""
    return [made(Policy, row._asdict()) for row in await _AT.all(session, {"places": list(places)})]


async def row_for(
    session: AsyncSession, place: PlaceId, category: Category | None = None, urgency: Urgency | None = None
) -> Policy:
    """The row of exactly that place, category and urgency, to be changed: the one that is there, or a new one."""
    key = key_of(place, category, urgency)
    found = await session.get(Policy, key)
    if found is None:
        found = Policy(key=key, place_id=place, category=category, urgency=urgency)
        session.add(found)
        await session.flush()
    return found


async def that_say_how(session: AsyncSession) -> Sequence[Policy]:
    """Every row that says how somebody is found."""
    return (await session.scalars(sa.select(Policy).where(Policy.mode.is_not(None)).order_by(Policy.key))).all()


async def take_back(
    session: AsyncSession, place: PlaceId, category: Category | None = None, urgency: Urgency | None = None
) -> bool:
    """Let the limits of exactly that place, category and urgency be what is said further up; whether there were any."""
    row = await session.get(Policy, key_of(place, category, urgency))
    limits = ("ask_minutes", "accept_minutes", "progress_minutes", "done_minutes", "hours")
    if row is None or all(getattr(row, column) is None for column in limits):
        return False
    for column in limits:
        setattr(row, column, None)
    await session.flush()
    return True


async def climb(session: AsyncSession, place: PlaceId, kinds: Sequence[PlaceKind] | None) -> bool:
    """Let matters of the place go up these steps, or (None) those that are said further up; whether that is new."""
    row = await row_for(session, place)
    before, row.ladder = row.ladder, ",".join(kinds) if kinds else None
    await session.flush()
    return row.ladder != before


def nearest_ladder(rows: Collection[Policy], near: Sequence[PlaceId]) -> Policy | None:
    """Of the rows of a line upwards the nearest that names the steps."""
    said = {row.place_id: row for row in rows if row.ladder}
    return next((said[place] for place in near if place in said), None)
