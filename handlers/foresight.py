"""What came together is weighed together, before any of it has changed anything."""

from collections.abc import Sequence

from handlers.context import Context, Foreseen
from handlers.messages import Happening
from handlers.reading.values import clean
from handlers.router import Routes
from handlers.tickets.reports import outlook_here, question


async def foresee(batch: Sequence[Context], routes: Routes) -> None:
    """Weigh what will most likely be judged; whatever is no longer so by then is weighed again by itself."""
    firsts = {ctx.inbound.address: ctx for ctx in reversed(batch)}
    likely = [ctx for ctx in firsts.values() if _is_talk(ctx, routes)]
    if not likely:
        return
    questions = [await question(ctx, clean(ctx.inbound.text)) for ctx in likely]
    found = likely[0].reader.weigh(questions)
    for ctx, asked, weighed in zip(likely, questions, found, strict=True):
        ctx.foreseen = Foreseen(asked, weighed, await outlook_here(ctx))


def _is_talk(ctx: Context, routes: Routes) -> bool:
    inbound = ctx.inbound
    said = inbound.happening is Happening.SAID and not inbound.from_bot and ctx.place is not None
    return said and routes.asked(ctx) is None
