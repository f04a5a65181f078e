"""(tick) After working time has changed: every running deadline that counts in it is counted anew, a batch at a time."""

from dataclasses import replace
from typing import Final

from handlers.clocks import plan_of, wind
from handlers.moment import Moment
from handlers.openings import hours_of
from storage import calendars, clocks, places

BATCH: Final = 100  #: tickets in one transaction


async def recount(moment: Moment) -> bool:
    """Go on with the place whose working time changed longest ago; whether there may be more."""
    found = await calendars.to_recount(moment.session)
    if found is None:
        return False
    place = await places.by_id(moment.session, found.place_id)
    batch = await clocks.open_below(moment.session, place, found.last_id, BATCH)
    for ticket in batch:
        plan = plan_of(moment, ticket)
        if plan.hours:
            near = await places.above(moment.session, await places.by_id(moment.session, ticket.place_id))
            hours = await hours_of(moment, [above.id for above in near])
            ticket.plan = replace(plan, hours=hours.kept()).kept()
            wind(moment, ticket)
        found.last_id = ticket.id
    if len(batch) < BATCH:
        await moment.session.delete(found)
    return True
