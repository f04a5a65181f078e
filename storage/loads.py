"""How much each member has in hand, and when he last had his turn."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from storage.prepared import Prepared
from storage.tickets import Ticket, TicketEvent
from storage.types import MemberId, TicketAction

HOUR: Final = timedelta(hours=1)
SILENT_FOR: Final = timedelta(days=90)  #: for so long it counts as a turn that somebody let one pass


@dataclass(frozen=True, slots=True)
class Load:
    """What somebody has done lately, and has to do: `open` counts what he is just being asked about, too."""

    open: int = 0
    lately: int = 0  #: accepted within the last hour
    taken: int = 0  #: accepted within the time that is remembered
    last: datetime | None = None  #: when he last accepted one, or let one pass without a word


_IDLE: Final = Load()

_MINE: Final[sa.BindParameter[Any]] = sa.bindparam("members", expanding=True)
_NOTHING: Final[sa.ColumnClause[int]] = sa.literal_column("0")
_IN_HAND: Final = (
    sa.select(
        Ticket.assignee_id.label("member"),
        sa.func.sum(sa.case((Ticket.closed_at.is_(None), 1), else_=0)).label("open"),
        sa.func.sum(sa.case((Ticket.accepted_at > sa.bindparam("hour_ago"), 1), else_=0)).label("lately"),
        sa.func.count().label("taken"),
        sa.func.max(Ticket.accepted_at).label("last"),
    )
    .where(Ticket.assignee_id.in_(_MINE), Ticket.accepted_at > sa.bindparam("since"))
    .group_by(Ticket.assignee_id)
)
_ASKED: Final = (
    sa.select(Ticket.asking_id, sa.func.count(), _NOTHING, _NOTHING, sa.cast(sa.null(), Ticket.accepted_at.type))
    .where(Ticket.asking_id.in_(_MINE))
    .group_by(Ticket.asking_id)
)
_SILENT: Final = (
    sa.select(TicketEvent.member_id, _NOTHING, _NOTHING, _NOTHING, sa.func.max(TicketEvent.at))
    .where(TicketEvent.action == sa.literal_column(f"'{TicketAction.NO_ANSWER.value}'"))
    .where(TicketEvent.member_id.in_(_MINE), TicketEvent.at > sa.bindparam("silent_since"))
    .group_by(TicketEvent.member_id)
)
_LOADS: Final = Prepared(sa.union_all(_IN_HAND, _ASKED, _SILENT))


async def of_members(
    session: AsyncSession, members: Collection[MemberId], now: datetime, within: timedelta
) -> dict[MemberId, Load]:
    """The load of each of `members`; who has none and had none `within` that time is missing. One statement."""
    if not members:
        return {}
    since = {"since": now - within, "silent_since": now - SILENT_FOR, "hour_ago": now - HOUR}
    given = {"members": list(members), **since}
    found: dict[MemberId, Load] = {}
    for member, in_hand, lately, taken, last in await _LOADS.all(session, given):
        known = found.get(member, _IDLE)
        last_turn = max((turn for turn in (last, known.last) if turn is not None), default=None)
        sums = (known.open + int(in_hand), known.lately + int(lately), known.taken + int(taken))
        found[member] = Load(*sums, last_turn)
    return found
