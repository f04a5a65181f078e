"""Telling those who reported a ticket something once: alone where there is a way, else in its group as far as it may be."""

from collections.abc import Collection

from handlers.dispatch.handing import tell_reporters
from handlers.moment import Moment
from handlers.tickets.telling import note
from storage import followers
from storage.chats import Address
from storage.tickets import Ticket
from storage.types import MemberId


async def tell_concerned(
    moment: Moment, ticket: Ticket, text: str, *, key: str, but: Collection[MemberId], here: Address | None = None
) -> list[MemberId]:
    """Tell everybody who reported or joined it except `but`; those who were told alone.

    Args:
        here: The group in which it was just said; nothing is repeated there.
    """
    others = [f for f in await followers.of_ticket(moment.session, ticket.id) if f.member_id not in but]
    alone = [f.member_id for f in others if await moment.way_to(f.member_id) is not None]
    await tell_reporters(moment, ticket, text, key=f"{key}:{ticket.id}", but=but)
    if any(f.in_group and f.member_id not in alone for f in others):
        await note(moment, ticket, text, key=key, but=here)
    return alone
