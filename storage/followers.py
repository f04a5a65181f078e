"""Who has the problem: those who reported a ticket or said 'me too'."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, aliased, mapped_column

from storage.base import Base, insert_once
from storage.prepared import Prepared
from storage.tickets import Ticket
from storage.types import MemberId, TicketId, TicketStatus


class Follower(Base, kw_only=True):
    """Somebody who reported a ticket or said 'me too': told at accept and done, and may rate it once."""

    __tablename__ = "follower"

    ticket_id: Mapped[TicketId] = mapped_column(sa.ForeignKey("ticket.id"), primary_key=True)
    member_id: Mapped[MemberId] = mapped_column(sa.ForeignKey("member.id"), primary_key=True, index=True)
    since: Mapped[datetime]
    in_group: Mapped[bool]  #: he said it in a group, so what is said there reaches him
    rating: Mapped[int | None] = mapped_column(default=None)


_FOLLOWERS: Final = Prepared(
    sa.select(Follower.member_id, Follower.in_group)
    .where(Follower.ticket_id == sa.bindparam("ticket"))
    .order_by(Follower.since, Follower.member_id)
)


async def of_ticket(session: AsyncSession, ticket: TicketId) -> Sequence[Any]:
    """Who reported or joined it, in order: `member_id`, and `in_group` where he said it in a group."""
    return await _FOLLOWERS.all(session, {"ticket": ticket})


async def follow(session: AsyncSession, ticket: TicketId, member: MemberId, since: datetime, *, in_group: bool) -> bool:
    """Count `member` among those who have the problem; whether he is new."""
    row = dict(ticket_id=ticket, member_id=member, since=since, in_group=in_group, rating=None)
    return bool(await insert_once(session, Follower, [row], key=("member_id",)))


async def unite(session: AsyncSession, gone: MemberId, into: MemberId) -> None:
    """Where both have a ticket, `into` has it since the first of them, and with the rating that either has given."""
    mine, theirs = aliased(Follower), aliased(Follower)
    both = sa.select(mine, theirs).join(theirs, theirs.ticket_id == mine.ticket_id)
    for one, other in await session.execute(both.where(mine.member_id == into, theirs.member_id == gone)):
        one.since, one.in_group = min(one.since, other.since), one.in_group or other.in_group
        one.rating = other.rating if one.rating is None else one.rating
    await session.flush()


async def unfollow(session: AsyncSession, ticket: TicketId, member: MemberId) -> None:
    """`member` no longer has the problem."""
    await session.execute(sa.delete(Follower).where(Follower.ticket_id == ticket, Follower.member_id == member))


async def includes(session: AsyncSession, ticket: TicketId, member: MemberId) -> bool:
    """Whether `member` reported it or joined it."""
    return await session.get(Follower, (ticket, member)) is not None


async def tickets_of(session: AsyncSession, member: MemberId, limit: int = 20) -> Sequence[Ticket]:
    """Tickets that `member` reported or joined, newest first."""
    query = sa.select(Ticket).join(Follower, Follower.ticket_id == Ticket.id).where(Follower.member_id == member)
    return (await session.scalars(query.order_by(Ticket.opened_at.desc()).limit(limit))).all()


async def rate(session: AsyncSession, ticket: TicketId, member: MemberId, stars: int) -> int:
    """Enter a follower's rating and return the ticket's: the mean of all, rounded half up."""
    (await session.get_one(Follower, (ticket, member))).rating = stars
    await session.flush()
    rated = Follower.ticket_id == ticket, Follower.rating.is_not(None)
    found = (await session.scalars(sa.select(Follower.rating).where(*rated))).all()
    given = [stars for stars in found if stars is not None]
    return (2 * sum(given) + len(given)) // (2 * len(given))


async def unrated_by(session: AsyncSession, member: MemberId) -> Sequence[Ticket]:
    """Done tickets that `member` reported or joined and has not rated, newest first."""
    query = sa.select(Ticket).join(Follower, Follower.ticket_id == Ticket.id)
    mine = Follower.member_id == member, Follower.rating.is_(None), Ticket.assignee_id.is_distinct_from(member)
    done = Ticket.status.in_((TicketStatus.DONE, TicketStatus.RATED))
    return (await session.scalars(query.where(*mine, done).order_by(Ticket.closed_at.desc()))).all()
