"""(tick) Whether the clocks of all open tickets go: those that stopped, by a bug or a long outage, are wound and reported."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from handlers.clocks.escalations import set_back
from handlers.clocks.winding import wind
from handlers.messages import Words
from handlers.moment import Moment
from handlers.phrases import chains as phrases
from handlers.rules.quiet import quiet_until
from handlers.tickets.together import holding
from storage import clocks
from storage.tickets import Ticket
from storage.types import MessageKind, PlaceId, Role

EVERY: Final = 5  #: minutes
OVERDUE: Final = timedelta(minutes=10)  #: nothing that works is ever so late
MOST: Final = 500  #: tickets at a time


async def wind_stopped(moment: Moment) -> None:
    """Wind what has no next step or is long overdue; the community reads one line, the log the numbers."""
    if moment.now.minute % EVERY:
        return
    found = await clocks.stopped(moment.session, moment.now - OVERDUE, moment.now, MOST)
    communities: dict[PlaceId, list[Ticket]] = {}
    for ticket in found:
        set_back(moment, ticket)
        wind(moment, ticket)
        moment.remarks.append(("clock_wound", ticket.id))
        communities.setdefault(ticket.community_id, []).append(ticket)
    for community, tickets in communities.items():
        await _report(moment, community, tickets)


async def _report(moment: Moment, community: PlaceId, tickets: Sequence[Ticket]) -> None:
    words = Words(phrases.wound([ticket.number for ticket in tickets]))
    due_at = quiet_until(moment.now, moment.house.escalation.quiet, moment.house.zone)
    for admin in await holding(moment, community, Role.ADMIN):
        key = f"wound:{moment.now:%Y%m%d%H}"
        await moment.tell_once(admin, words, MessageKind.PERSONAL, key=key, due_at=due_at)
