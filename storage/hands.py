"""Who has a hand in a ticket beside who has accepted it, asked with everything that is told of it."""

from collections.abc import Sequence
from typing import Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from storage.crews import Helper, HelperStatus
from storage.handoffs import Handoff
from storage.members import Member
from storage.parties import Party
from storage.prepared import Prepared
from storage.types import MemberId, TicketId

_TICKET: Final = sa.bindparam("ticket", type_=sa.Integer())
_COMING: Final = Helper.status == sa.literal(HelperStatus.COMING, Helper.status.type)
_PEOPLE: Final = sa.union_all(
    sa.select(Party.member_id.label("member"), sa.literal_column("0").label("kind"), Party.since.label("at"))
    .join(Member, Member.id == Party.member_id)
    .where(Party.ticket_id == _TICKET, Member.gone_at.is_(None)),
    sa.select(Helper.member_id, sa.literal_column("1"), Helper.since)
    .join(Member, Member.id == Helper.member_id)
    .where(Helper.ticket_id == _TICKET, _COMING, Member.gone_at.is_(None)),
    sa.select(Handoff.taker_id, sa.literal_column("2"), Handoff.asked_at).where(Handoff.ticket_id == _TICKET),
).subquery()
_HANDS: Final = Prepared(sa.select(_PEOPLE.c.member).order_by(_PEOPLE.c.kind, _PEOPLE.c.at, _PEOPLE.c.member))


async def of_ticket(session: AsyncSession, ticket: TicketId) -> Sequence[MemberId]:
    """The parties, whoever comes to help or waits for a place, and who was asked to take it over; each once."""
    await session.flush()
    return list(dict.fromkeys(member for (member,) in await _HANDS.all(session, {"ticket": ticket})))
