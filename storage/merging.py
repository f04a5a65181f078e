"""Two members who turn out to be one person become one row; whatever pointed to the second points to the first."""

from collections.abc import Iterator

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from storage import followers, identities
from storage.base import Base
from storage.members import Member
from storage.types import MemberId


async def merge(session: AsyncSession, gone: Member, into: Member) -> None:
    """Give everything of `gone` to `into`, and drop the row of `gone`.

    Histories are rewritten in this one place: who did it is still the same person, under the number that remains.
    Somebody else who writes a row for `gone` meanwhile fails on its key and is run again, and finds `into`.
    """
    for identity in await identities.of_members(session, [gone.id]):
        identity.member_id = into.id
    _complete(into, gone)
    await session.flush()
    await followers.unite(session, gone.id, into.id)
    for column in _pointers():
        for key in _keys(column):
            await session.execute(_doubled(column, key, gone.id, into.id))
        await session.execute(sa.update(column.table).where(column == gone.id).values({column: into.id}))
    session.expunge(gone)
    await session.execute(sa.delete(Member).where(Member.id == gone.id))


def _complete(into: Member, gone: Member) -> None:
    """Fill in what only the other row knows."""
    into.name = into.name or gone.name
    into.phone = into.phone or gone.phone
    into.created_at = min(into.created_at, gone.created_at)
    if into.home_id is None:
        into.home_id, into.room = gone.home_id, gone.room


def _pointers() -> Iterator[sa.Column[MemberId]]:
    """Every column that names a member, of tables to come as well."""
    member = Member.__table__.c.id
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if any(key.column is member for key in column.foreign_keys):
                yield column


def _keys(column: sa.Column[MemberId]) -> Iterator[list[sa.Column[object]]]:
    """The other columns of each key that `column` is a part of."""
    for constraint in column.table.constraints:
        if isinstance(constraint, sa.PrimaryKeyConstraint | sa.UniqueConstraint) and column.name in constraint.columns:
            yield [other for other in constraint.columns if other.name != column.name]


def _doubled(column: sa.Column[MemberId], key: list[sa.Column[object]], gone: MemberId, into: MemberId) -> sa.Delete:
    """Those rows of `gone` that `into` has, too."""
    other = column.table.alias()
    same = [other.c[part.name] == part for part in key]
    return sa.delete(column.table).where(column == gone, sa.exists().where(other.c[column.name] == into, *same))
