"""海报: a notice for the wall of a stairwell; and what who has scanned it, or was reminded, reads on a page."""

from dataclasses import dataclass
from typing import Final

from handlers.community import codes
from handlers.community.gazetteer import known_places, title
from handlers.context import Context
from handlers.messages import Refusal, Reply
from handlers.moment import Moment
from handlers.notices.expanding import texts_at
from handlers.notices.which import mine_or_ours, numbered_first
from handlers.phrases import papers as phrases
from handlers.phrases import posters as said
from handlers.reading.values import Unclear, clean
from handlers.router import Router
from handlers.rules.roles import may
from handlers.rules.templates import place_variables
from storage import audiences, broadcasts, members, places, readbacks
from storage.broadcasts import Broadcast
from storage.codes import Purpose
from storage.readbacks import OpenRound, ReadWay
from storage.types import BroadcastId, BroadcastStatus, MemberId, PlaceId, Role

router: Final = Router()

_UNSETTLED: Final = (BroadcastStatus.DRAFT, BroadcastStatus.APPROVING, BroadcastStatus.CANCELLED)


@dataclass(frozen=True, slots=True)
class Poster:
    """A notice as it is read at a place."""

    number: BroadcastId
    place: PlaceId
    where: str
    text: str
    warning: bool
    asks_back: bool
    day: str  #: on which it went out or will, that 明天 can be understood on a wall; empty where it comes again


@router.command("海报", example="海报 5 3栋", does="把通知印成一张 A4，贴在楼道里", allow=Role.ADMIN)
async def give(ctx: Context, rest: str) -> Reply:
    """A link to the page to be printed, to the speaker alone."""
    found, after = await numbered_first(ctx, rest)
    await mine_or_ours(ctx, found)
    if found.status in _UNSETTLED:
        raise Refusal(said.unsettled(found), alone=True)
    place = await _place(ctx, found, after)
    differs = bool(place_variables(found.text)) and not clean(after) and len(found.audience) != 1
    if differs or place_variables(await _text(ctx, found, place)):
        raise Refusal(said.which_place(found), alone=True)
    if ctx.house.pages is None:
        raise Refusal(phrases.no_pages(), alone=True)
    if not codes.can_be_alone(ctx):
        raise Refusal(phrases.only_alone(f"海报 {found.id}"))
    member = await ctx.member()
    token = await codes.issue(ctx, Purpose.PAPER, codes.LINK, member=member.id)
    ctx.note("海报", f"broadcast:{found.id}", member.id)
    link = f"{ctx.house.pages}/papers/poster/{found.id}-{place}/{token}"
    return Reply(said.link(found, link, codes.good_hours(ctx)), alone=True)


async def _place(ctx: Context, found: Broadcast, after: str) -> PlaceId:
    """Where it is to hang: as is said, else the place for which the notice is, or the community."""
    if not clean(after):
        return found.audience[0] if len(found.audience) == 1 else found.community_id
    said_places, rest = (await known_places(ctx)).all_at(clean(after))
    if len(said_places) != 1 or rest.strip():
        raise Unclear("not one place")
    return said_places[0].id


async def _text(moment: Moment, found: Broadcast, place: PlaceId) -> str:
    return (await texts_at(moment, found, [place]))[place]


async def poster_of(moment: Moment, number: BroadcastId, place: PlaceId, member: MemberId) -> Poster | None:
    """The poster, where `member` may have it printed now."""
    found = await broadcasts.by_id(moment.session, number)
    if found is None:
        return None
    community = await places.by_id(moment.session, found.community_id)
    grants = (await members.grants_of(moment.session, [member])).get(member, ())
    here = [grant.role for grant in grants if community.path.startswith(grant.path)]
    return await page_of(moment, number, place) if found.author_id == member or may(here, Role.ADMIN) else None


async def page_of(moment: Moment, number: BroadcastId, place: PlaceId) -> Poster | None:
    """What is read at a place; None where there is no such notice, or it does not hold."""
    found = await broadcasts.by_id(moment.session, number)
    there = (await places.by_ids(moment.session, [place])).get(place)
    if found is None or there is None or found.status in _UNSETTLED:
        return None
    where, text = await title(moment.session, place), await _text(moment, found, place)
    day = said.day(found.due_at.astimezone(moment.house.zone)) if found.repeat is None else ""
    return Poster(found.id, place, where, text, found.warning, found.asks_back, day)


async def answer_by_link(moment: Moment, number: BroadcastId, member: MemberId) -> bool:
    """Count who has pressed the button on his own page; whether the notice still waits for answers."""
    found = await broadcasts.by_id(moment.session, number)
    since = moment.now - moment.house.notices.answers_for
    if found is None:
        return False
    asked = OpenRound(found.id, found.rounds)
    if asked not in await readbacks.open_rounds(moment.session, moment.now, since):
        return False
    doors = dict(await audiences.people_at(moment.session, found.audience, found.exclusions)) if found.audience else {}
    place, room = doors.get(member, (found.community_id, None))
    row = dict(
        broadcast_id=asked.broadcast,
        round=asked.round,
        household=f"{place}:{room}" if room else f"member:{member}",
        place_id=place,
        room=room,
        member_id=member,
        at=moment.now,
        way=ReadWay.LINK,
    )
    await readbacks.enter(moment.session, row)
    return True
