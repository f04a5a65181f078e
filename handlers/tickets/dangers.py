"""Whether what somebody answers sounds of danger: then it is a matter of its own, whatever he was asked."""

from handlers.context import Context
from handlers.tickets.authors import home_of, role_of, scene_of
from handlers.understanding.types import Heard
from storage.types import Urgency


async def sounds_of_danger(ctx: Context, text: str) -> bool:
    """Whether `text`, as a report of the speaker's, would be an emergency."""
    inbound = ctx.inbound
    heard = Heard(
        inbound.message_id, ctx.now, inbound.sender, inbound.sender_name, role_of(ctx), text, home=home_of(ctx)
    )
    return ctx.reader.report(heard, await scene_of(ctx)).urgency is Urgency.EMERGENCY
