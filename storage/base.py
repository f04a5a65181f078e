"""What every table shares: the declarative base, moments in UTC, and inserting what may already be there."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from enum import Enum
from functools import cache
from types import MappingProxyType
from typing import Any, ClassVar, Final, cast

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, MappedAsDataclass
from typing_extensions import override

from storage.prepared import Prepared
from storage.types import BroadcastId, MemberId, PlaceId, TicketId


class UtcDateTime(sa.TypeDecorator[datetime]):
    """An aware moment; SQLite forgets the zone, so it is put back on the way out."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    @override
    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a zone")
        return value.astimezone(UTC)

    @override
    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None or value.tzinfo is not None:
            return value
        return value.replace(tzinfo=UTC)


def by_value(kind: type[Enum]) -> list[str]:
    """The stored words of an enumeration: its values, not its Python names."""
    return [str(member.value) for member in kind]


class Base(MappedAsDataclass, DeclarativeBase, eq=False, repr=False):
    """Every table: a checked dataclass; relationships are off, so nothing loads by surprise.

    A row is itself and no other, and shows nothing of what it holds where it is printed by mistake.
    """

    metadata = sa.MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: UtcDateTime(),
        Enum: sa.Enum(Enum, native_enum=False, values_callable=by_value, length=24, create_constraint=False),
        PlaceId: sa.Integer(),
        MemberId: sa.Integer(),
        TicketId: sa.Integer(),
        BroadcastId: sa.Integer(),
        dict[str, Any]: sa.JSON(),
    }


def table_of(kind: type[Base]) -> sa.Table:
    """The bare table, for statements that need nothing of the session's ways."""
    return cast(sa.Table, kind.__table__)


def only(rows: str) -> dict[str, Any]:
    """Of an index: for these rows alone."""
    return {"sqlite_where": sa.text(rows), "postgresql_where": sa.text(rows)}


#: For questions whose answer no change still waiting in the session can alter: it need not be written down first.
UNFLUSHED: Final = MappingProxyType({"autoflush": False})


async def insert_once(
    session: AsyncSession, table: type[Base], rows: Sequence[Mapping[str, Any]], *, key: Sequence[str]
) -> list[tuple[Any, ...]]:
    """Insert `rows` and return the keys of those that were not there before, in no order.

    What is there already is left as it is: repeating an insert changes nothing. It is done at once: what the rows point
    to must have been flushed. All of them give the same columns.
    """
    if not rows:
        return []
    statement = _insert_once(table, tuple(key), tuple(rows[0]), session.get_bind().dialect.name)
    return [tuple(row) for row in await statement.each(session, rows)]


@cache
def _insert_once(table: type[Base], key: tuple[str, ...], columns: tuple[str, ...], dialect: str) -> Prepared:
    insert: Any = postgresql.insert if dialect == "postgresql" else sqlite.insert
    bare = table_of(table)
    return Prepared(insert(bare).on_conflict_do_nothing().returning(*(bare.c[column] for column in key)), columns)
