"""A notice let go: put off to the morning, scheduled, or started."""

from handlers.moment import Moment
from handlers.notices.audience import Audience
from handlers.notices.dates import next_round
from handlers.notices.expanding import audience_for, expand
from handlers.notices.noticing import awake_at
from handlers.notices.remarks import end_of_day
from handlers.rules.broadcasts import BroadcastAction, next_status
from storage import noticing
from storage.broadcasts import Broadcast


def advance(broadcast: Broadcast, action: BroadcastAction) -> None:
    """Do `action` to the notice.

    Raises:
        ValueError: The rules do not allow it where the notice is.
    """
    after = next_status(broadcast.status, action)
    if after is None:
        raise ValueError(f"{action} does not follow {broadcast.status}")
    broadcast.status = after


async def awake(moment: Moment, broadcast: Broadcast) -> bool:
    """Put the notice off to the morning if it is quiet everywhere when it is due; whether it was not."""
    if broadcast.warning:
        return True
    ruled = await noticing.every(moment.session)
    spots = (await audience_for(moment, broadcast)).spots if ruled else ()
    due_at = await awake_at(moment, spots, broadcast.due_at)
    fits, broadcast.due_at = due_at == broadcast.due_at, due_at
    return fits


async def start(moment: Moment, broadcast: Broadcast) -> Audience:
    """Put one message a group and a person into the outbox."""
    advance(broadcast, BroadcastAction.START)
    broadcast.rounds += 1
    broadcast.reminded_at = None
    if broadcast.same_day:
        broadcast.expires_at = end_of_day(broadcast.due_at, moment.house.zone)
    audience = await audience_for(moment, broadcast)
    await expand(moment, broadcast, audience)
    return audience


async def release(moment: Moment, broadcast: Broadcast, action: BroadcastAction) -> Audience | None:
    """Schedule a notice that was confirmed or approved, or start it if its time has come; who then gets it."""
    advance(broadcast, action)
    if not broadcast.at_once and broadcast.due_at < moment.now:
        broadcast.due_at = await next_round(moment, broadcast) or moment.now
    broadcast.due_at = max(broadcast.due_at, moment.now)
    await awake(moment, broadcast)
    if broadcast.due_at <= moment.now:
        return await start(moment, broadcast)
    broadcast.at_once = False
    return None


def is_expired(moment: Moment, broadcast: Broadcast) -> bool:
    """Whether it is of no use any more; one that comes again has another day."""
    if broadcast.same_day and moment.now >= end_of_day(broadcast.due_at, moment.house.zone):
        return True
    return not broadcast.same_day and broadcast.expires_at is not None and broadcast.expires_at <= moment.now


async def far_too_late(moment: Moment, broadcast: Broadcast) -> bool:
    """Whether its author has to be asked again before it goes; what comes again just waits for its next time."""
    if broadcast.at_once or moment.now - broadcast.due_at <= moment.house.notices.grace:
        return False
    return await next_round(moment, broadcast) is None
