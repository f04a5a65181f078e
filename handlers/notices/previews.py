"""A notice shown to its author, or to whoever has to approve it, as the groups will read it."""

from collections.abc import Sequence

from handlers.community.gazetteer import title
from handlers.context import Context
from handlers.messages import Reply
from handlers.moment import Moment
from handlers.notices.audience import Audience, Whom, who
from handlers.notices.expanding import audience_for, full_groups, text_of, texts_at, unknown_at
from handlers.notices.reading import not_taken
from handlers.notices.releasing import awake
from handlers.notices.rounds import buttons
from handlers.notices.timing import asked_back, time_shown
from handlers.phrases import previews as shown_as
from handlers.rules.broadcasts import next_digest
from storage import broadcasts
from storage.broadcasts import Broadcast


async def shown(ctx: Context, kept: Broadcast) -> Reply:
    """The draft, for its author to look at and confirm, or the question what its time means."""
    if kept.doubt is not None:
        return asked_back(ctx, kept)
    postponed = not await awake(ctx, kept)
    text = shown_as.shown_back(kept, await preview(ctx, kept, postponed=postponed))
    refused = not_taken(ctx)
    more = [shown_as.picture_missing(refused)] if refused else []
    return Reply("\n".join([text, *more, *await others(ctx, kept)]), buttons(kept), tuple(kept.pictures), alone=True)


async def preview(moment: Moment, kept: Broadcast, *, postponed: bool = False) -> str:
    """To whom it goes and when, what there is to know before, and the words as they are read."""
    audience = await audience_for(moment, kept)
    at = await time_shown(moment, kept, postponed=postponed)
    to = await who(moment, Whom.of(kept), audience)
    lines = [*shown_as.beside(kept, moment.now, moment.house.zone), *await _remarks(moment, kept, audience)]
    texts = await texts_at(moment, kept, audience.spots[:1])
    text = next(iter(texts.values()), None) or await text_of(moment, kept)
    return shown_as.preview(to, at, lines, text)


async def _remarks(moment: Moment, kept: Broadcast, audience: Audience) -> Sequence[str]:
    lines = []
    for name, spots in (await unknown_at(moment, kept, audience.spots)).items():
        lines.append(shown_as.unknown_value(name, [await title(moment.session, place) for place in spots]))
    late = await full_groups(moment, kept, audience) if kept.due_at <= moment.now else ()
    if late:
        at = next_digest(moment.now, moment.house.notices.digest_at, moment.house.escalation.quiet, moment.house.zone)
        titles = [await title(moment.session, group.place_id) for group in audience.groups if group.address in late]
        lines.append(shown_as.gathered(titles, at, moment.now, moment.house.zone))
    return lines


async def others(ctx: Context, this: Broadcast) -> list[str]:
    """A line about the author's other drafts, if there are any."""
    numbers = [one.id for one in await broadcasts.drafts_of(ctx.session, this.author_id) if one.id != this.id]
    return [shown_as.other_drafts(numbers)] if numbers else []
