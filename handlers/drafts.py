"""A notice before it is confirmed: kept, and shown back to its author as the groups will read it."""

from handlers import phrases as general
from handlers.audience import audience_of, remarks, too_long
from handlers.context import Context
from handlers.gazetteer import known_places, title
from handlers.messages import Refusal, Reply
from handlers.notices import MOST_TEXT, Notice, notice, pictures
from handlers.phrases import broadcasts as phrases
from handlers.phrases import confirming
from handlers.rounds import awake, buttons, text_of
from handlers.rules.roles import may
from storage import broadcasts
from storage.broadcasts import Broadcast
from storage.places import Place
from storage.types import Role


async def draft(ctx: Context, rest: str, *, warning: bool) -> Reply:
    """Keep what was written as a draft and show it back.

    Raises:
        Unclear: It cannot be read.
        Refusal: It cannot go where or when it says, or is too long.
    """
    community = await community_of(ctx)
    read = notice(ctx, await known_places(ctx), community, rest)
    if (length := len(ctx.inbound.text)) > MOST_TEXT:
        raise Refusal(phrases.too_long(length, MOST_TEXT), alone=True)
    titles = [await title(ctx.session, place.id) for place in read.places]
    if not all(may(ctx.roles_at(place), Role.ADMIN) for place in read.places):
        raise Refusal(phrases.not_your_place(titles), alone=True)
    audience = await audience_of(ctx, [place.id for place in read.places], warning=warning)
    if not audience.groups:
        none = confirming.no_warning_there(titles) if audience.left_out else phrases.no_groups(titles)
        raise Refusal(none, alone=True)
    kept = await _keep(ctx, community, read, warning=warning)
    if most := too_long(ctx, audience, await text_of(ctx, kept)):
        raise Refusal(confirming.too_long(most), alone=True)
    return await _shown(ctx, kept, phrases.where(titles, len(audience.groups), await remarks(ctx, audience)))


async def community_of(ctx: Context) -> Place:
    """The community whose notices are meant.

    Raises:
        Refusal: Nothing is set up yet.
    """
    try:
        return await ctx.community()
    except LookupError:
        raise Refusal(general.no_community()) from None


async def others(ctx: Context, this: Broadcast) -> list[str]:
    """A line about the author's other drafts, if there are any."""
    numbers = [one.id for one in await broadcasts.drafts_of(ctx.session, this.author_id) if one.id != this.id]
    return [phrases.other_drafts(numbers)] if numbers else []


async def _keep(ctx: Context, community: Place, read: Notice, *, warning: bool) -> Broadcast:
    due_at = read.repeat.next_time(ctx.now, ctx.house.zone) if read.repeat else read.at or ctx.now
    kept = Broadcast(
        community_id=community.id,
        audience=[place.id for place in read.places],
        author_id=(await ctx.member()).id,
        text=read.text,
        pictures=pictures(ctx),
        created_at=ctx.now,
        shown_at=ctx.now,
        due_at=due_at,
        channel=ctx.inbound.channel,
        account=ctx.inbound.account,
        chat=ctx.inbound.chat,
        in_group=ctx.is_group,
        at_once=due_at <= ctx.now,
        warning=warning,
        repeat=read.repeat.kept() if read.repeat else None,
    )
    ctx.session.add(kept)
    await ctx.session.flush()
    return kept


async def _shown(ctx: Context, kept: Broadcast, to: str) -> Reply:
    postponed = not awake(ctx, kept)
    at = phrases.when(kept, ctx.now, ctx.house.zone, postponed=postponed)
    text = phrases.shown_back(kept, to, at, await text_of(ctx, kept))
    refused = [part.refused for part in ctx.inbound.attachments if part.refused]
    more = [phrases.picture_missing(refused)] if refused else []
    return Reply("\n".join([text, *more, *await others(ctx, kept)]), buttons(kept), tuple(kept.pictures), alone=True)
