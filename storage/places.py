"""Where things are: one tree by address, with grids as a second parent of buildings."""

from collections.abc import Collection, Mapping, Sequence
from typing import Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, aliased, mapped_column

from storage.base import Base, table_of
from storage.entities import made
from storage.prepared import Prepared
from storage.types import PlaceId, PlaceKind

ROOT: Final = "/"


class Place(Base, kw_only=True):
    """A node of the tree. `path` is `/1/4/9/`, the ids from the top down to this place itself."""

    __tablename__ = "place"
    __table_args__ = (sa.UniqueConstraint("parent_id", "kind", "name"),)

    id: Mapped[PlaceId] = mapped_column(primary_key=True, init=False, autoincrement=True)
    kind: Mapped[PlaceKind]
    name: Mapped[str] = mapped_column(sa.String(60))  #: a building's is its number or letter alone: "3", "A"
    parent_id: Mapped[PlaceId | None] = mapped_column(sa.ForeignKey("place.id"), default=None)
    path: Mapped[str] = mapped_column(sa.String(200), default="", index=True)
    #: a building's grid
    grid_id: Mapped[PlaceId | None] = mapped_column(sa.ForeignKey("place.id"), default=None, index=True)
    floors: Mapped[int | None] = mapped_column(default=None)  #: a building's highest floor, where known

    @property
    def above_ids(self) -> tuple[PlaceId, ...]:
        """The ids of the places above, nearest first, this one included."""
        return tuple(PlaceId(int(part)) for part in reversed(self.path.strip("/").split("/")))

    def covers(self, path: str) -> bool:
        """Whether the place at `path` is this one or below it."""
        return path.startswith(self.path)


async def add(
    session: AsyncSession,
    kind: PlaceKind,
    name: str,
    parent: Place | None = None,
    *,
    grid: Place | None = None,
    floors: int | None = None,
) -> Place:
    """The place of that name below `parent`: the one that is there, or a new one."""
    session.info.pop(_READ, None)
    found = await named(session, kind, name, parent)
    if found is None:
        found = Place(kind=kind, name=name, parent_id=parent.id if parent else None)
        session.add(found)
        await session.flush()
        found.path = f"{parent.path if parent else ROOT}{found.id}/"
    found.grid_id = grid.id if grid else found.grid_id
    found.floors = floors or found.floors
    await session.flush()
    return found


async def named(session: AsyncSession, kind: PlaceKind, name: str, parent: Place | None) -> Place | None:
    """The place of that kind and name directly below `parent`."""
    above = Place.parent_id.is_(None) if parent is None else Place.parent_id == parent.id
    found: Place | None = await session.scalar(sa.select(Place).where(Place.kind == kind, Place.name == name, above))
    return found


_COLUMNS: Final = table_of(Place).c
_BY_ID: Final = Prepared(sa.select(*_COLUMNS).where(_COLUMNS.id.in_(sa.bindparam("ids", expanding=True))))
_INSIDE: Final = Prepared(
    sa.select(*_COLUMNS).where(
        _COLUMNS.parent_id == sa.bindparam("parent"),
        _COLUMNS.kind == sa.bindparam("of_kind"),
        _COLUMNS.name == sa.bindparam("called"),
    )
)
_OF_GRID: Final = Prepared(sa.select(_COLUMNS.id).where(_COLUMNS.grid_id == sa.bindparam("grid")))
_READ: Final = "places"  #: in the session's info: what it has read


async def by_id(session: AsyncSession, place: PlaceId) -> Place:
    """The place with that id, which exists."""
    return (await by_ids(session, [place]))[place]


async def inside(session: AsyncSession, parent: Place, kind: PlaceKind, name: str) -> Place | None:
    """The place of that kind and name directly below `parent`, to be looked at only."""
    rows = await _INSIDE.all(session, {"parent": parent.id, "of_kind": kind, "called": name})
    return made(Place, rows[0]._asdict()) if rows else None


async def by_ids(session: AsyncSession, ids: Collection[PlaceId]) -> Mapping[PlaceId, Place]:
    """The places with these ids, and perhaps more, to be looked at only. One transaction reads each of them once."""
    read: dict[PlaceId, Place] = session.info.setdefault(_READ, {})
    if missing := [i for i in dict.fromkeys(ids) if i not in read]:
        rows = await _BY_ID.all(session, {"ids": missing})
        read.update({row.id: made(Place, row._asdict()) for row in rows})
    return read


async def below(session: AsyncSession, place: Place, kind: PlaceKind | None = None) -> Sequence[Place]:
    """`place` and everything below it; a grid's buildings and what is in them are below the grid."""
    query = sa.select(Place).where(await within(session, [place])).order_by(Place.path)
    return (await session.scalars(query if kind is None else query.where(Place.kind == kind))).all()


async def within(session: AsyncSession, tops: Collection[Place]) -> sa.ColumnElement[bool]:
    """What is true of a place that is one of `tops` or below one of them; a grid's buildings are below the grid."""
    heads = sa.select(Place.path).where(Place.grid_id.in_([top.id for top in tops]))
    paths = [*(top.path for top in tops), *(await session.scalars(heads))]
    return sa.or_(sa.false(), *(Place.path.startswith(path, autoescape=True) for path in paths))


async def above(session: AsyncSession, place: Place) -> Sequence[Place]:
    """`place`, what is above it, nearest first, and its building's grid right after the compound."""
    found = await by_ids(session, place.above_ids)
    line = [found[i] for i in place.above_ids if i in found]
    grids = [p.grid_id for p in line if p.grid_id is not None]
    if not grids:
        return line
    grid = await by_id(session, grids[0])
    at = next((i for i, p in enumerate(line) if p.kind not in NARROW), len(line))
    return [*line[:at], grid, *line[at:]]


NARROW: Final = frozenset({PlaceKind.HOUSEHOLD, PlaceKind.UNIT, PlaceKind.BUILDING, PlaceKind.COMPOUND})


async def of_grid(session: AsyncSession, grid: PlaceId) -> Sequence[PlaceId]:
    """The buildings of a grid."""
    return [row.id for row in await _OF_GRID.all(session, {"grid": grid})]


async def community_of(session: AsyncSession, place: Place) -> Place:
    """The community that `place` belongs to, or the top of its tree where there is none."""
    line = await above(session, place)
    return next((p for p in line if p.kind == PlaceKind.COMMUNITY), line[-1])


async def all_of(session: AsyncSession, kind: PlaceKind) -> Sequence[Place]:
    """Every place of that kind, in order of the tree."""
    return (await session.scalars(sa.select(Place).where(Place.kind == kind).order_by(Place.path))).all()


async def only_community(session: AsyncSession) -> Place:
    """The community, where there is just one; else the first one set up.

    Raises:
        LookupError: No place exists yet.
    """
    query = sa.select(Place).order_by(Place.kind != PlaceKind.COMMUNITY, Place.id).limit(1)
    found: Place | None = await session.scalar(query)
    if found is None:
        raise LookupError("no place exists yet")
    return found


async def buildings_called(session: AsyncSession, top: Place, name: str) -> list[tuple[Place, Place]]:
    """The buildings of that name below `top`, each with the place right above it."""
    parent = aliased(Place)
    query = sa.select(Place, parent).join(parent, parent.id == Place.parent_id).order_by(Place.path)
    here = Place.path.startswith(top.path, autoescape=True)
    found = await session.execute(query.where(Place.kind == PlaceKind.BUILDING, Place.name == name, here))
    return [(building, above) for building, above in found]
