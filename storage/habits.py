"""Who answers when he is called, and after how long: a few sums for each person and part of the day, never what was said."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from storage.bands import Band
from storage.base import Base, table_of
from storage.prepared import Prepared
from storage.types import MemberId

KEY: Final = ("member_id", "band")
SUMS: Final = ("asked", "answered", "minutes", "silent", "at")


class AnswerHabit(Base, kw_only=True):
    """Sums that fade with time, as `handlers/rules/habits.py` makes them, and how often he was called on one day."""

    __tablename__ = "answer_habit"

    member_id: Mapped[MemberId] = mapped_column(sa.ForeignKey("member.id"), primary_key=True)
    band: Mapped[Band] = mapped_column(primary_key=True)
    asked: Mapped[float] = mapped_column(default=0.0)
    answered: Mapped[float] = mapped_column(default=0.0)
    minutes: Mapped[float] = mapped_column(default=0.0)  #: for which he was waited for, over all calls
    silent: Mapped[int] = mapped_column(default=0)  #: calls in a row without a word
    at: Mapped[datetime | None] = mapped_column(default=None)  #: until when the sums have faded
    day: Mapped[date | None] = mapped_column(default=None)
    calls: Mapped[int] = mapped_column(default=0)  #: on that day


_COLUMNS: Final = table_of(AnswerHabit).c
_OF: Final = Prepared(sa.select(*_COLUMNS).where(_COLUMNS.member_id.in_(sa.bindparam("members", expanding=True))))


async def of_members(session: AsyncSession, members: Collection[MemberId]) -> Sequence[Any]:
    """The rows of `members`, to be looked at."""
    return await _OF.all(session, {"members": list(members)}) if members else ()


async def called(session: AsyncSession, members: Collection[MemberId], band: Band, day: date) -> None:
    """Each of `members` was called once more on that day."""
    rows = [dict(member_id=member, band=band, day=day, calls=1) for member in sorted(set(members))]
    if rows:
        await _called(session.get_bind().dialect.name).each(session, [{**_NOTHING, **row} for row in rows])


async def write(session: AsyncSession, rows: Sequence[Mapping[str, Any]]) -> None:
    """Put the sums of `rows` in place of what there is: member_id, band, asked, answered, minutes, silent, at."""
    if rows:
        ordered = sorted(rows, key=lambda row: (row["member_id"], row["band"]))
        await _written(session.get_bind().dialect.name).each(session, [{**_NOTHING, **row} for row in ordered])


async def count_of(session: AsyncSession, member: MemberId) -> int:
    """How many calls to `member` are remembered."""
    asked = sa.select(sa.func.sum(AnswerHabit.asked)).where(AnswerHabit.member_id == member)
    return round(await session.scalar(asked) or 0)


_NOTHING: Final[Mapping[str, Any]] = dict(asked=0.0, answered=0.0, minutes=0.0, silent=0, at=None, day=None, calls=0)


@cache
def _called(dialect: str) -> Prepared:
    statement, one = _insert(dialect), sa.literal_column("1", sa.Integer)
    same = _COLUMNS.day == statement.excluded.day
    return _or_change(
        statement, dict(day=statement.excluded.day, calls=sa.case((same, _COLUMNS.calls + one), else_=one))
    )


@cache
def _written(dialect: str) -> Prepared:
    statement = _insert(dialect)
    return _or_change(statement, {name: statement.excluded[name] for name in SUMS})


def _insert(dialect: str) -> Any:
    insert: Any = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return insert(table_of(AnswerHabit))


def _or_change(insert: Any, changes: Mapping[str, Any]) -> Prepared:
    doing = insert.on_conflict_do_update(index_elements=KEY, set_=changes)
    return Prepared(doing.returning(_COLUMNS.member_id), [*KEY, *_NOTHING])
