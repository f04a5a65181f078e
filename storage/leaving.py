"""What is in the hands of people who are on leave."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from storage.handoffs import Handoff
from storage.overrides import DutyOverride
from storage.seldom import Seldom
from storage.tickets import Ticket
from storage.turns import TurnSource

_ON_LEAVE: Final = sa.exists().where(
    DutyOverride.source == TurnSource.LEAVE,
    DutyOverride.goes_id == Ticket.assignee_id,
    DutyOverride.starts <= sa.bindparam("began"),
    DutyOverride.ends > sa.bindparam("now"),
    DutyOverride.starts > Ticket.accepted_at,
)
_ASKED: Final = sa.exists().where(Handoff.ticket_id == Ticket.id)
_HELD: Final = Seldom(
    sa.select(Ticket)
    .where(Ticket.closed_at.is_(None), Ticket.outside_since.is_(None), _ON_LEAVE, ~_ASKED)
    .order_by(Ticket.id)
    .limit(200),
    lock=Ticket,
)


async def held_by_absent(session: AsyncSession, began: datetime, now: datetime) -> Sequence[Ticket]:
    """Open tickets of people on leave who accepted them before it began; two clocks at once take different ones.

    What a department has is left out, and what somebody else is being asked to take.

    Args:
        began: Only of who was on leave by then already.
    """
    return await _HELD.all(session, {"began": began, "now": now})
