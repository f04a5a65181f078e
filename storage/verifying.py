"""What is done and not verified yet, and whether somebody who reported it is not content."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from storage.seldom import Seldom
from storage.tickets import Ticket, TicketEvent
from storage.types import Category, MemberId, TicketAction, TicketId, TicketStatus

UNVERIFIED: Final = (TicketStatus.DONE, TicketStatus.RATED)
_ENDING: Final = (TicketAction.FINISH, TicketAction.RESOLVE)
_LATER: Final = aliased(TicketEvent)


def _unhappy(bad: Any) -> Any:
    """Whether somebody's last rating since it was done last is bad."""
    again = sa.and_(_LATER.member_id == TicketEvent.member_id, _LATER.action == TicketAction.RATE)
    since = sa.exists().where(
        _LATER.ticket_id == TicketEvent.ticket_id,
        _LATER.id > TicketEvent.id,
        sa.or_(again, _LATER.action.in_(_ENDING)),
    )
    return sa.exists().where(
        TicketEvent.ticket_id == Ticket.id,
        TicketEvent.action == TicketAction.RATE,
        TicketEvent.value <= bad,
        ~since,
    )


async def unhappy(session: AsyncSession, tickets: Collection[TicketId], bad: int) -> set[TicketId]:
    """Those of `tickets` that somebody has rated with at most `bad` stars since they were done last."""
    if not tickets:
        return set()
    query = sa.select(Ticket.id).where(Ticket.id.in_(tickets), _unhappy(bad))
    return set(await session.scalars(query))


_NEVER: Final = Ticket.category.in_(sa.bindparam("never", expanding=True))
_QUIET: Final = Seldom(
    sa.select(Ticket)
    .where(Ticket.status.in_(UNVERIFIED), Ticket.last_at <= sa.bindparam("moment"))
    .where(sa.or_(~_NEVER, _unhappy(sa.bindparam("bad"))))
    .order_by(Ticket.last_at, Ticket.id)
    .limit(sa.bindparam("most")),
    lock=Ticket,
)


async def quiet_since(
    session: AsyncSession, moment: datetime, never: Collection[Category], bad: int, most: int
) -> Sequence[Ticket]:
    """What is done and about which nothing was said since `moment`; of the kinds `never` only what is rated badly.

    Two clocks at once take different ones.
    """
    return await _QUIET.all(session, {"moment": moment, "never": list(never), "bad": bad, "most": most})


async def of_kinds(session: AsyncSession, kinds: Collection[Category]) -> Sequence[Ticket]:
    """What of these kinds is done and not verified, oldest first."""
    query = sa.select(Ticket).where(Ticket.status.in_(UNVERIFIED), Ticket.category.in_(kinds))
    return (await session.scalars(query.order_by(Ticket.done_at, Ticket.id))).all()


async def by_whom(session: AsyncSession, ticket: TicketId, *actions: TicketAction) -> MemberId | None:
    """Who did one of `actions` to it last; None: nobody, or the bot itself."""
    done = TicketEvent.ticket_id == ticket, TicketEvent.action.in_(actions)
    query = sa.select(TicketEvent.member_id).where(*done).order_by(TicketEvent.id.desc()).limit(1)
    found: MemberId | None = await session.scalar(query)
    return found


async def ended_by(session: AsyncSession, ticket: TicketId) -> MemberId | None:
    """Who said last that it is done."""
    return await by_whom(session, ticket, *_ENDING)
