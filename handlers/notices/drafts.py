"""A notice before it is confirmed: kept, and shown back to its author as the groups will read it."""

from dataclasses import dataclass
from typing import Final

from handlers import phrases as general
from handlers.community.gazetteer import known_places, title
from handlers.context import Context
from handlers.messages import Refusal, Reply
from handlers.moment import Moment
from handlers.notices.audience import Audience, audience_of, too_long
from handlers.notices.dates import own_days
from handlers.notices.expanding import texts_at
from handlers.notices.previews import shown
from handlers.notices.reading import MOST_TEXT, Notice, notice
from handlers.notices.timing import set_time
from handlers.phrases import composing, confirming
from handlers.phrases import previews as shown_as
from handlers.rules.roles import may
from storage import places
from storage.broadcasts import Broadcast
from storage.places import Place
from storage.types import MemberId, PlaceId, Role


@dataclass(frozen=True, slots=True)
class Desk:
    """Where a notice was written, and its author hears what became of it if he cannot be told alone."""

    channel: str = ""
    account: str = ""
    chat: str = ""
    in_group: bool = False


NO_DESK: Final = Desk()  #: it was written in no chat


async def compose(moment: Moment, new: Notice, community: PlaceId, author: MemberId, desk: Desk = NO_DESK) -> Broadcast:
    """Keep a notice as a draft of `author`, due when it says and never in the night; the one way to make one.

    Raises:
        Refusal: Nobody would get it, or it is too long for somebody.
    """
    audience = await audience_of(moment, new.whom, warning=new.warning)
    if audience.is_empty:
        raise Refusal(await _nobody(moment, new, audience), alone=True)
    kept = _row(moment, new, community, author, desk)
    set_time(moment, kept, new.when, await own_days(moment, community))
    if kept.expires_at is not None and kept.expires_at <= kept.due_at:
        raise Refusal(composing.expires_before(), alone=True)
    moment.session.add(kept)
    await moment.session.flush()
    longest = max((await texts_at(moment, kept, audience.spots)).values(), key=len)
    if most := too_long(moment, audience, longest):
        raise Refusal(confirming.too_long(most), alone=True)
    return kept


async def _nobody(moment: Moment, new: Notice, audience: Audience) -> str:
    titles = [await title(moment.session, place) for place in new.whom.places]
    if audience.left_out:
        return confirming.no_warning_there(titles)
    if new.whom.places:
        return composing.no_groups(titles, left_out=bool(new.whom.but))
    return composing.no_people(shown_as.whom([], [], [(r, await title(moment.session, p)) for r, p in new.whom.roles]))


def _row(moment: Moment, new: Notice, community: PlaceId, author: MemberId, desk: Desk) -> Broadcast:
    said = new.remarks
    return Broadcast(
        community_id=community,
        audience=list(new.whom.places),
        exclusions=list(new.whom.but),
        roles=[[role.value, place] for role, place in new.whom.roles],
        author_id=author,
        text=new.text,
        pictures=list(new.pictures),
        files=[file.stored for file in new.files],
        issuer=said.issuer,
        source=said.source,
        link=said.link,
        asks_back=said.asks_back,
        same_day=said.same_day,
        expires_at=said.expires_at,
        template=new.template,
        corrects_id=new.corrects,
        created_at=moment.now,
        shown_at=moment.now,
        due_at=moment.now,
        channel=desk.channel,
        account=desk.account,
        chat=desk.chat,
        in_group=desk.in_group,
        warning=new.warning,
    )


async def draft(ctx: Context, rest: str, *, warning: bool) -> Reply:
    """Keep what was written as a draft and show it back.

    Raises:
        Unclear: It cannot be read.
        Refusal: It cannot go where or when it says, or is too long.
    """
    community = await community_of(ctx)
    own = await own_days(ctx, community.id)
    read = notice(ctx, await known_places(ctx), community, rest, own, warning=warning)
    return await drafted(ctx, community, read)


async def drafted(ctx: Context, community: Place, new: Notice) -> Reply:
    """Keep a notice that was read and show it back.

    Raises:
        Refusal: It cannot go where or when it says, or is too long.
    """
    if (length := max(len(ctx.inbound.text), len(new.text))) > MOST_TEXT:
        raise Refusal(composing.too_long(length, MOST_TEXT), alone=True)
    await may_write_to(ctx, new)
    kept = await compose(ctx, new, community.id, (await ctx.member()).id, desk_of(ctx))
    return await shown(ctx, kept)


def desk_of(ctx: Context) -> Desk:
    """The chat in which a message was written."""
    return Desk(ctx.inbound.channel, ctx.inbound.account, ctx.inbound.chat, ctx.is_group)


async def may_write_to(ctx: Context, new: Notice) -> None:
    """Refuse who is no admin of a place that the notice is for."""
    wanted = [*new.whom.places, *(place for _, place in new.whom.roles)]
    found = [await places.by_id(ctx.session, place) for place in wanted]
    if not all(may(ctx.roles_at(place), Role.ADMIN) for place in found):
        raise Refusal(composing.not_your_place([await title(ctx.session, place) for place in wanted]), alone=True)


async def community_of(ctx: Context) -> Place:
    """The community whose notices are meant.

    Raises:
        Refusal: Nothing is set up yet.
    """
    try:
        return await ctx.community()
    except LookupError:
        raise Refusal(general.no_community()) from None
