"""Everybody who has a hand in a ticket beside who has it: the parties that settle it, and those who come to help."""

from collections.abc import Collection

from handlers.messages import Words
from handlers.moment import Moment
from storage import crews, handoffs, parties
from storage.tickets import Ticket
from storage.types import MemberId, MessageKind


async def having_a_hand(moment: Moment, ticket: Ticket) -> list[MemberId]:
    """The parties, whoever comes to help or waits for a place, and who was asked to take it over."""
    found = [party.member_id for party, _ in await parties.of_ticket(moment.session, ticket.id)]
    found += [helper.member_id for helper, _ in await crews.coming(moment.session, ticket.id)]
    asked = await handoffs.of_ticket(moment.session, ticket.id)
    return list(dict.fromkeys([*found, asked.taker_id] if asked else found))


async def tell_together(moment: Moment, ticket: Ticket, text: str, *, key: str, but: Collection[MemberId]) -> None:
    """Tell each of them alone, once for one `key`."""
    for member in await having_a_hand(moment, ticket):
        if member not in but:
            await moment.tell(member, Words(text), MessageKind.PERSONAL, key=f"{key}:{ticket.id}", ticket=ticket.id)
