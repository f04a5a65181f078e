"""How much each member has in hand and has had lately, and when he last had his turn.

Who let one pass without a word is no concern of this: his habits tell it, and put him behind.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from storage.prepared import Prepared
from storage.tickets import Ticket
from storage.types import MemberId

HOUR: Final = timedelta(hours=1)


#: A moment as the database hands it over: it compares with others of them, and is turned into nothing else.
Written = datetime | str


class Load(NamedTuple):
    """What somebody has done lately, and has to do: `open` counts what he is just being asked about, too."""

    open: int = 0
    lately: int = 0  #: accepted within the last hour
    taken: int = 0  #: accepted within the time that is remembered
    last: Written | None = None  #: when he last accepted one


_MINE: Final[sa.BindParameter[Any]] = sa.bindparam("members", expanding=True)
_NOTHING: Final[sa.ColumnClause[int]] = sa.literal_column("0")


def _as_written(moment: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    return sa.type_coerce(moment, sa.String())


_OTHER: Final = aliased(Ticket)
_HIS: Final = _OTHER.assignee_id == Ticket.assignee_id
_HOUR_AGO: Final = sa.bindparam("hour_ago", type_=Ticket.accepted_at.type)


def _in_hand(lately: sa.ColumnElement[int], last: sa.ColumnElement[Any]) -> sa.Select[Any]:
    """What each has in hand and has had, with these for what is lately and last."""
    is_open = sa.func.count() - sa.func.count(Ticket.closed_at)
    counted = (is_open.label("open"), lately.label("lately"), sa.func.count().label("taken"))
    return (
        sa.select(Ticket.assignee_id.label("member"), *counted, _as_written(last).label("last"))
        .where(Ticket.assignee_id.in_(_MINE), Ticket.accepted_at > sa.bindparam("since"))
        .group_by(Ticket.assignee_id)
    )


#: SQLite walks along an index to count; the last and those of the last hour are at its end, and are looked up there.
_LOOKED_UP: Final = _in_hand(
    sa.select(sa.func.count()).where(_HIS, _OTHER.accepted_at > _HOUR_AGO).scalar_subquery(),
    sa.select(sa.func.max(_OTHER.accepted_at)).where(_HIS).scalar_subquery(),
)
#: PostgreSQL reads each row once, and to look up something for each of the people takes it as long again.
_READ_ONCE: Final = _in_hand(sa.func.count().filter(Ticket.accepted_at > _HOUR_AGO), sa.func.max(Ticket.accepted_at))
_ASKED: Final = (
    sa.select(
        Ticket.asking_id, sa.func.count(), _NOTHING, _NOTHING, _as_written(sa.cast(sa.null(), Ticket.accepted_at.type))
    )
    .where(Ticket.asking_id.in_(_MINE))
    .group_by(Ticket.asking_id)
)
_LOADS: Final = {
    "sqlite": Prepared(sa.union_all(_LOOKED_UP, _ASKED)),
    "postgresql": Prepared(sa.union_all(_READ_ONCE, _ASKED)),
}


async def of_members(
    session: AsyncSession, members: Collection[MemberId], now: datetime, within: timedelta
) -> dict[MemberId, Load]:
    """The load of each of `members`; who has none and had none `within` that time is missing. One statement."""
    if not members:
        return {}
    given = {"members": list(members), "since": now - within, "hour_ago": now - HOUR}
    found: dict[MemberId, Load] = {}
    for row in await _LOADS[session.get_bind().dialect.name].all(session, given):
        member, load = row[0], Load(*row[1:])
        found[member] = _together(found[member], load) if member in found else load
    return found


def _together(one: Load, other: Load) -> Load:
    turns: list[Any] = [turn for turn in (one.last, other.last) if turn is not None]
    return Load(one.open + other.open, one.lately + other.lately, one.taken + other.taken, max(turns, default=None))
