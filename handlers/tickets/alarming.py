"""Calling an emergency out that was not taken for one when it was opened."""

from handlers.context import Context
from handlers.dispatch.levels import call_out, mentioned
from handlers.messages import Words
from handlers.tickets.opening import what_to_do
from storage.tickets import Ticket
from storage.types import MessageKind


async def alarm(ctx: Context, ticket: Ticket) -> None:
    """Call everybody on the way up, and give the ticket's groups the advice for life and limb."""
    called = await call_out(ctx, ticket)
    text = what_to_do(ctx, ticket, called)
    for group in await ctx.groups_at(ticket.scope_id) if ticket.in_group else ():
        mentions = () if ticket.private else await mentioned(ctx, group, called.in_front)
        about = None if ticket.private else ticket.id
        key = f"alarm:{ctx.cause}:{ticket.id}"
        ctx.say(group, Words(text, mentions=mentions), MessageKind.EMERGENCY, key=key, is_group=True, ticket=about)
