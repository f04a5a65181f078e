"""Rows as the session's own objects, without the session's way of reading them.

A question by key that is asked with every change takes the session longer than the database by far. So the columns are
read as a prepared statement reads them, and the object is put where the session would have put it: what is changed in it
afterwards is written as ever.
"""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Generic, TypeVar, cast

import sqlalchemy as sa
from sqlalchemy.exc import NoResultFound
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import make_transient_to_detached, object_session
from sqlalchemy.orm.util import identity_key

from storage.base import Base, table_of
from storage.prepared import Prepared

Entity = TypeVar("Entity", bound=Base)


def made(kind: type[Entity], values: Mapping[str, Any]) -> Entity:
    """An object with these columns, to be looked at; what is to be changed must be `attached`."""
    found = cast(Entity, _blank(kind)())
    found.__dict__.update(values)
    return found


@cache
def _blank(kind: type[Base]) -> Callable[[], Any]:
    new: Callable[[], Any] = sa.inspect(kind).class_manager.new_instance
    return new


@cache
def _columns(kind: type[Base]) -> tuple[str, ...]:
    return tuple(column.key for column in sa.inspect(kind).column_attrs)


def attached(session: AsyncSession, entity: Entity) -> Entity:
    """The session's own object for that row: the one that is there, or one like `entity`, which stays as it is."""
    if object_session(entity) is session.sync_session:
        return entity
    there = session.sync_session.identity_map.get(identity_key(instance=entity))
    if there is not None:
        return there
    return adopted(session, made(type(entity), {name: entity.__dict__[name] for name in _columns(type(entity))}))


def adopted(session: AsyncSession, entity: Entity) -> Entity:
    """`entity`, a row that the session has not met, as its own from now on."""
    make_transient_to_detached(entity)
    session.add(entity)
    return entity


class ById(Generic[Entity]):
    """The rows of a table by their `id`."""

    def __init__(self, kind: type[Entity]) -> None:
        self._kind = kind
        columns = table_of(kind).c
        self._row = Prepared(sa.select(*columns).where(columns.id == sa.bindparam("id")))

    async def get(self, session: AsyncSession, number: int) -> Entity:
        """The row with that id.

        Raises:
            NoResultFound: There is none.
        """
        there = session.sync_session.identity_map.get(identity_key(self._kind, number))
        if there is not None:
            return await session.get_one(self._kind, number) if sa.inspect(there).expired else there
        found = await self._row.all(session, {"id": number})
        if not found:
            raise NoResultFound(f"no {self._kind.__tablename__} has that id")
        return adopted(session, made(self._kind, dict(zip(_columns(self._kind), found[0], strict=True))))
