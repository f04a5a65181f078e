"""What is in the hands of people who are on leave."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from storage.handoffs import Handoff
from storage.overrides import DutyOverride
from storage.tickets import Ticket
from storage.turns import TurnSource


async def held_by_absent(session: AsyncSession, began: datetime, now: datetime, limit: int = 200) -> Sequence[Ticket]:
    """Open tickets of people on leave who accepted them before it began; two clocks at once take different ones.

    What a department has is left out, and what somebody else is being asked to take.

    Args:
        began: Only of who was on leave by then already.
    """
    leave = sa.exists().where(
        DutyOverride.source == TurnSource.LEAVE,
        DutyOverride.goes_id == Ticket.assignee_id,
        DutyOverride.starts <= began,
        DutyOverride.ends > now,
        DutyOverride.starts > Ticket.accepted_at,
    )
    asked = sa.exists().where(Handoff.ticket_id == Ticket.id)
    query = sa.select(Ticket).where(Ticket.closed_at.is_(None), Ticket.outside_since.is_(None), leave, ~asked)
    return (await session.scalars(query.order_by(Ticket.id).limit(limit).with_for_update(skip_locked=True))).all()
