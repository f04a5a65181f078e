"""How much each member has in hand, and when he last had his turn."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from storage.prepared import Prepared
from storage.tickets import Ticket, TicketEvent
from storage.types import MemberId, TicketAction

HOUR: Final = timedelta(hours=1)
REMEMBERED: Final = timedelta(days=90)  #: what lies further back counts neither for nor against anybody


@dataclass(frozen=True, slots=True)
class Load:
    """What somebody has done lately, and has to do: `open` counts what he is just being asked about, too."""

    open: int = 0
    lately: int = 0  #: accepted within the last hour
    last: datetime | None = None  #: when he last accepted one, or let one pass without a word


_IN_HAND: Final = Prepared(
    sa.select(
        Ticket.assignee_id,
        sa.func.sum(sa.case((Ticket.closed_at.is_(None), 1), else_=0)).label("open"),
        sa.func.sum(sa.case((Ticket.accepted_at > sa.bindparam("hour_ago"), 1), else_=0)).label("lately"),
        sa.func.max(Ticket.accepted_at).label("last"),
    )
    .where(Ticket.assignee_id.in_(sa.bindparam("members", expanding=True)), Ticket.accepted_at > sa.bindparam("since"))
    .group_by(Ticket.assignee_id)
)
_ASKED: Final = Prepared(
    sa.select(Ticket.asking_id, sa.func.count().label("tickets"))
    .where(Ticket.asking_id.in_(sa.bindparam("members", expanding=True)))
    .group_by(Ticket.asking_id)
)
_SILENT: Final = Prepared(
    sa.select(TicketEvent.member_id, sa.func.max(TicketEvent.at).label("last"))
    .where(TicketEvent.action == sa.literal_column(f"'{TicketAction.NO_ANSWER.value}'"))
    .where(TicketEvent.member_id.in_(sa.bindparam("members", expanding=True)), TicketEvent.at > sa.bindparam("since"))
    .group_by(TicketEvent.member_id)
)


async def of_members(session: AsyncSession, members: Collection[MemberId], now: datetime) -> dict[MemberId, Load]:
    """The load of each of `members`; who has none and had none lately is missing."""
    if not members:
        return {}
    given = {"members": list(members), "since": now - REMEMBERED}
    asked = {row.asking_id: int(row.tickets) for row in await _ASKED.all(session, {"members": list(members)})}
    silent = {row.member_id: row.last for row in await _SILENT.all(session, given)}
    held = {row.assignee_id: row for row in await _IN_HAND.all(session, {**given, "hour_ago": now - HOUR})}
    found = {}
    for member in {*asked, *silent, *held}:
        row = held.get(member)
        open_now, lately = (int(row.open), int(row.lately)) if row else (0, 0)
        turns = [turn for turn in (row.last if row else None, silent.get(member)) if turn is not None]
        found[member] = Load(open_now + asked.get(member, 0), lately, max(turns, default=None))
    return found
