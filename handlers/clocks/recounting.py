"""(tick) After working time or the time zone has changed: every running deadline is counted anew, a batch at a time."""

from dataclasses import replace
from typing import Final

from handlers.clocks.openings import hours_of
from handlers.clocks.winding import plan_of, wind
from handlers.community.gazetteer import title
from handlers.messages import Words
from handlers.moment import Moment
from handlers.phrases import worktime as phrases
from handlers.rules.quiet import quiet_until
from handlers.tickets.together import holding
from storage import calendars, clocks, places
from storage.calendars import Recount
from storage.places import Place
from storage.tickets import Ticket
from storage.types import MessageKind, Role

BATCH: Final = 100  #: tickets in one transaction


async def recount(moment: Moment) -> bool:
    """Go on with the place whose time changed longest ago; whether there may be more."""
    await _notice_zone(moment)
    found = await calendars.to_recount(moment.session)
    if found is None:
        return False
    place = await places.by_id(moment.session, found.place_id)
    batch = await clocks.open_below(moment.session, place, found.last_id, BATCH)
    for ticket in batch:
        found.moved += await _wound(moment, ticket)
        found.last_id = ticket.id
    if len(batch) < BATCH:
        await _tell(moment, place, found)
        await moment.session.delete(found)
    return True


async def _notice_zone(moment: Moment) -> None:
    """The file says another zone or other quiet hours than those by which the clocks were wound."""
    policy = moment.house.escalation
    by = f"{policy.zone.key} {policy.quiet.start:%H:%M}-{policy.quiet.end:%H:%M}"
    for place in await calendars.reckoned_otherwise(moment.session, by):
        await calendars.recount(moment.session, place, moment.now)


async def _wound(moment: Moment, ticket: Ticket) -> bool:
    """Count one ticket anew; whether it is due at another time now."""
    before, plan = (ticket.done_by, ticket.next_at), plan_of(moment, ticket)
    if plan.hours:
        near = await places.above(moment.session, await places.by_id(moment.session, ticket.place_id))
        hours = await hours_of(moment, [above.id for above in near])
        ticket.plan = replace(plan, hours=hours.kept()).kept()
    wind(moment, ticket)
    return (ticket.done_by, ticket.next_at) != before


async def _tell(moment: Moment, place: Place, found: Recount) -> None:
    """One line to the community, in the morning if it is night; nothing where nothing has moved."""
    if not found.moved:
        return
    words = Words(phrases.recounted(await title(moment.session, place.id), found.moved))
    due_at = quiet_until(moment.now, moment.house.escalation.quiet, moment.house.zone)
    key = f"recounted:{place.id}:{found.at.timestamp():.6f}"
    for admin in await holding(moment, place.id, Role.ADMIN):
        await moment.tell_once(admin, words, MessageKind.PERSONAL, key=key, due_at=due_at)
