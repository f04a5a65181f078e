"""What was changed in the rosters: swaps, stand-ins, leave, and temporary rosters with their turns."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, aliased, mapped_column

from storage.base import Base, insert_once
from storage.members import Member
from storage.prepared import Prepared
from storage.turns import TurnSource
from storage.types import MemberId, PlaceId


class DutyOverride(Base, kw_only=True):
    """`comes` is on duty, `goes` is not, or one is instead of the other; the later row wins.

    A temporary roster is a row without people, to which its turns point: in its time they hold and no line does.
    """

    __tablename__ = "duty_override"

    id: Mapped[int] = mapped_column(primary_key=True, init=False, autoincrement=True)
    cause: Mapped[str] = mapped_column(sa.String(100), unique=True)  #: what made it; made twice, it is entered once
    source: Mapped[TurnSource]
    place_id: Mapped[PlaceId | None] = mapped_column(sa.ForeignKey("place.id"), index=True)  #: None: everywhere
    comes_id: Mapped[MemberId | None] = mapped_column(sa.ForeignKey("member.id"), index=True)
    goes_id: Mapped[MemberId | None] = mapped_column(sa.ForeignKey("member.id"), index=True)
    starts: Mapped[datetime]
    ends: Mapped[datetime] = mapped_column(index=True)
    block_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("duty_override.id", ondelete="CASCADE"), default=None, index=True
    )


_COLUMNS: Final = ("cause", "source", "place_id", "comes_id", "goes_id", "starts", "ends", "block_id")
_GOES: Final = aliased(Member)
_CHANGES: Final = (
    sa.select(
        DutyOverride.id,
        *(getattr(DutyOverride, name) for name in _COLUMNS),
        Member.name.label("comes_name"),
        _GOES.name.label("goes_name"),
    )
    .outerjoin(Member, Member.id == DutyOverride.comes_id)
    .outerjoin(_GOES, _GOES.id == DutyOverride.goes_id)
    .where(DutyOverride.ends > sa.bindparam("since", type_=DutyOverride.ends.type))
    .where(DutyOverride.starts < sa.bindparam("until", type_=DutyOverride.starts.type))
    .order_by(DutyOverride.id)
)
_IN_FORCE: Final = Prepared(_CHANGES)
_IN_FORCE_AT: Final = Prepared(
    _CHANGES.where(
        sa.or_(DutyOverride.place_id.is_(None), DutyOverride.place_id.in_(sa.bindparam("places", expanding=True)))
    )
)


async def in_force(
    session: AsyncSession, since: datetime, until: datetime, places: Collection[PlaceId] | None = None
) -> Sequence[Any]:
    """What holds at some moment from `since` to `until` (exclusive), in order of entry, with the names of its people."""
    given: dict[str, Any] = {"since": since, "until": until}
    if places is None:
        return await _IN_FORCE.all(session, given)
    return await _IN_FORCE_AT.all(session, {**given, "places": list(places)})


async def enter(
    session: AsyncSession,
    cause: str,
    source: TurnSource,
    place: PlaceId | None,
    starts: datetime,
    ends: datetime,
    *,
    comes: MemberId | None = None,
    goes: MemberId | None = None,
    block: int | None = None,
) -> int | None:
    """Enter a change; its number, or None where `cause` made it before."""
    row = dict(cause=cause, source=source, place_id=place, comes_id=comes, goes_id=goes, block_id=block)
    entered = await insert_once(session, DutyOverride, [dict(row, starts=starts, ends=ends)], key=("id",))
    return entered[0][0] if entered else None


async def places_of(session: AsyncSession, member: MemberId, since: datetime) -> set[PlaceId]:
    """Where something was changed for `member` that is not over at `since`."""
    his = sa.or_(DutyOverride.comes_id == member, DutyOverride.goes_id == member)
    query = sa.select(DutyOverride.place_id).where(his, DutyOverride.place_id.is_not(None), DutyOverride.ends > since)
    return {place for place in await session.scalars(query) if place is not None}


async def taken_by(session: AsyncSession, member: MemberId, since: datetime) -> Sequence[DutyOverride]:
    """The turns of others that `member` took and that are not over at `since`, in order of entry."""
    his = (DutyOverride.comes_id == member, DutyOverride.goes_id.is_not(None), DutyOverride.ends > since)
    return (await session.scalars(sa.select(DutyOverride).where(*his).order_by(DutyOverride.id))).all()


_LEAVE: Final = Prepared(
    sa.select(DutyOverride.goes_id, DutyOverride.starts, DutyOverride.ends)
    .where(
        DutyOverride.source == sa.literal(TurnSource.LEAVE, DutyOverride.source.type),
        DutyOverride.ends > sa.bindparam("since", type_=DutyOverride.ends.type),
        DutyOverride.goes_id.in_(sa.bindparam("members", expanding=True)),
    )
    .order_by(DutyOverride.starts)
)


async def leave_of(session: AsyncSession, members: Collection[MemberId], since: datetime) -> Sequence[Any]:
    """The leave of `members` that is not over at `since`, soonest first."""
    return await _LEAVE.all(session, {"members": list(members), "since": since})


async def end_leave(session: AsyncSession, member: MemberId, starts: datetime, now: datetime) -> bool:
    """End the leave of `member` that began or begins at `starts`; whether there was one."""
    mine = (DutyOverride.source == TurnSource.LEAVE, DutyOverride.goes_id == member, DutyOverride.starts == starts)
    if starts >= now:
        gone = await session.execute(sa.delete(DutyOverride).where(*mine).returning(DutyOverride.id))
        return bool(gone.all())
    cut = sa.update(DutyOverride).where(*mine, DutyOverride.ends > now).values(ends=now)
    return bool((await session.execute(cut.returning(DutyOverride.id))).all())


async def blocks_at(session: AsyncSession, place: PlaceId, since: datetime) -> Sequence[DutyOverride]:
    """The temporary rosters of `place` that are not over at `since`, in order of entry."""
    query = sa.select(DutyOverride).where(
        DutyOverride.place_id == place,
        DutyOverride.source == TurnSource.TEMPORARY,
        DutyOverride.block_id.is_(None),
        DutyOverride.ends > since,
    )
    return (await session.scalars(query.order_by(DutyOverride.id))).all()


async def drop(session: AsyncSession, block: int) -> None:
    """Take a temporary roster back."""
    for mine in (DutyOverride.block_id == block, DutyOverride.id == block):
        await session.execute(sa.delete(DutyOverride).where(mine))


async def stood_in(
    session: AsyncSession, place: PlaceId, members: Collection[MemberId], since: datetime
) -> Sequence[DutyOverride]:
    """Where one of `members` stands in at `place`, or is stood in for, and that is not over at `since`; in order."""
    theirs = sa.or_(DutyOverride.comes_id.in_(members), DutyOverride.goes_id.in_(members))
    kinds = DutyOverride.source.in_((TurnSource.SWAP, TurnSource.COVER, TurnSource.ADDED))
    query = sa.select(DutyOverride).where(DutyOverride.place_id == place, theirs, kinds, DutyOverride.ends > since)
    return (await session.scalars(query.order_by(DutyOverride.id))).all()


async def undo(session: AsyncSession, cause: str) -> None:
    """Take back what `cause` made: the change of that name, and what came of it the other way round."""
    await session.execute(sa.delete(DutyOverride).where(DutyOverride.cause.in_((cause, f"{cause}:back"))))
