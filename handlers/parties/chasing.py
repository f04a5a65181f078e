"""A department outside has the ticket: whoever coordinates is reminded to ask there, for as long as it is open."""

from handlers.clocks.winding import take
from handlers.messages import Button, Words
from handlers.moment import Moment
from handlers.phrases import outside as phrases
from handlers.rules.quiet import quiet_until
from handlers.tickets.telling import say_above
from handlers.tickets.together import community_of
from storage import handouts
from storage.steps import StepKind
from storage.tickets import Ticket
from storage.types import MessageKind


async def tell_contact(moment: Moment, ticket: Ticket, text: str, *, key: str) -> bool:
    """Tell who answers for the department that has or had the ticket, by day; whether there is somebody, and a way."""
    to = await handouts.department_of(moment.session, ticket.id)
    if to is None or to.contact_id is None:
        return False
    due_at = quiet_until(moment.now, moment.house.escalation.quiet, moment.house.zone)
    name = f"contact:{key}:{moment.cause}:{ticket.id}"
    return await moment.tell(
        to.contact_id, Words(text), MessageKind.PERSONAL, key=name, ticket=ticket.id, due_at=due_at
    )


async def chase(moment: Moment, ticket: Ticket) -> None:
    """Remind who follows the ticket, and the community where that is somebody else."""
    to, out = (
        await handouts.department_of(moment.session, ticket.id),
        await handouts.of_ticket(moment.session, ticket.id),
    )
    take(ticket, StepKind.CHASE, moment.now)
    if to is None or out is None or ticket.outside_since is None:
        return
    last = moment.now - out.answered_at if out.answered_at is not None else None
    await tell_contact(moment, ticket, phrases.chase_contact(ticket, moment.now - ticket.outside_since), key="chase")
    text = phrases.chase(ticket, to, moment.now - ticket.outside_since, last)
    buttons = (Button("办好了", f"办结 {ticket.number}"), Button("收回", f"收回 {ticket.number}"))
    key = f"chase:{ticket.id}:{moment.cause}"
    whom = dict.fromkeys([*([ticket.assignee_id] if ticket.assignee_id else []), *await community_of(moment, ticket)])
    told = [
        await moment.tell(member, Words(text, buttons), MessageKind.PERSONAL, key=key, ticket=ticket.id)
        for member in whom
    ]
    if not any(told):
        await say_above(moment, ticket.place_id, phrases.chase_in_group(), key=key, due_at=moment.now)
