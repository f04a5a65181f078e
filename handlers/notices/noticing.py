"""The rules for notices as they hold at a place: the nearest that says something, else the configuration."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from handlers.moment import Moment
from handlers.rules.quiet import QuietHours, quiet_until
from storage import noticing, places
from storage.places import Place
from storage.types import PlaceId


@dataclass(frozen=True, slots=True)
class Manners:
    """How notices are dealt with at a place. `most_a_day`: in one group; 0 is as many as there are."""

    quiet: QuietHours
    approval: bool
    most_a_day: int


async def manners_at(moment: Moment, at: Collection[PlaceId]) -> Mapping[PlaceId, Manners]:
    """What holds at each of these places; two statements however many they are."""
    rows = {row.place_id: row for row in await noticing.every(moment.session)}
    if not rows:
        return dict.fromkeys(at, _usual(moment))
    known = await places.by_ids(moment.session, at)
    return {place: _manners(moment, known[place], rows) for place in at}


def _usual(moment: Moment) -> Manners:
    usual = moment.house.notices
    return Manners(moment.house.escalation.quiet, usual.approval, usual.most_a_day)


def _manners(moment: Moment, place: Place, rows: Mapping[PlaceId, noticing.NoticeRule]) -> Manners:
    grid = [place.grid_id] if place.grid_id is not None else []
    line = [rows[i] for i in (*place.above_ids[:2], *grid, *place.above_ids[2:]) if i in rows]
    house = moment.house
    quiet = next(
        (QuietHours(r.quiet_start, r.quiet_end) for r in line if r.quiet_start is not None and r.quiet_end is not None),
        house.escalation.quiet,
    )
    approval = next((r.approval for r in line if r.approval is not None), house.notices.approval)
    most = next((r.most_a_day for r in line if r.most_a_day is not None), house.notices.most_a_day)
    return Manners(quiet, approval, most)


async def awake_at(moment: Moment, at: Collection[PlaceId], due_at: datetime) -> datetime:
    """When somebody at one of these places may first hear something that is due then."""
    found = {manners.quiet for manners in (await manners_at(moment, at)).values()} or {moment.house.escalation.quiet}
    return min(quiet_until(due_at, quiet, moment.house.zone) for quiet in found)
