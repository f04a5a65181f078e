"""In an emergency: who has the keys of the building, so that those who come need not wait before a locked door."""

from collections.abc import Collection, Sequence

from handlers.messages import Words
from handlers.moment import Moment
from handlers.phrases import calls
from handlers.phrases.keys import named
from storage import choices, keys, places
from storage.keys import Key
from storage.places import NARROW
from storage.tickets import Ticket
from storage.types import Category, MemberId, MessageKind, Urgency

#: What goes on behind somebody's door is no business of who has the key to the switch room.
BETWEEN_PEOPLE = frozenset({Category.DISPUTE, Category.SECURITY})


async def keys_near(moment: Moment, ticket: Ticket) -> Sequence[Key]:
    """The keys of the ticket's building and compound, in an emergency where a key may be wanted."""
    if ticket.urgency is not Urgency.EMERGENCY or ticket.category in BETWEEN_PEOPLE:
        return ()
    line = await places.above(moment.session, await places.by_id(moment.session, ticket.place_id))
    return await keys.at(moment.session, [place.id for place in line if place.kind in NARROW])


async def who_has_keys(moment: Moment, ticket: Ticket) -> str:
    """A line for those who are called; nothing where no key is known."""
    found = await keys_near(moment, ticket)
    return calls.keys(named([(key.opens, key.holder.name) for key in found])) if found else ""


async def call_holders(moment: Moment, ticket: Ticket, called: Collection[MemberId]) -> None:
    """Call those who have a key and are not called anyway, except who reported it and who cannot come."""
    found = await keys_near(moment, ticket)
    if not found:
        return
    said_no = await choices.declined(moment.session, ticket)
    for holder in sorted({key.holder.id for key in found} - {*called, *said_no, ticket.reporter_id}):
        opens = [key.opens for key in found if key.holder.id == holder]
        words = Words(calls.bring_the_key(ticket, list(dict.fromkeys(opens))))
        # Without the ticket's id: that somebody accepts it does not mean that no key is wanted any more.
        await moment.tell(holder, words, MessageKind.EMERGENCY, key=f"key:{ticket.id}:{moment.cause}")
