"""走访单 宣传统计: what is known of who has read a notice, as files; a link gives each once, to whom it belongs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from handlers.community import codes
from handlers.community.gazetteer import title
from handlers.context import Context
from handlers.messages import Button, Refusal, Reply
from handlers.moment import Moment
from handlers.notices.drafts import community_of
from handlers.notices.figures import figures_of, month_in
from handlers.phrases import papers as phrases
from handlers.phrases import readbacks as said
from handlers.phrases.places import short_name
from handlers.readbacks.reminding import people_at, ways_unasked
from handlers.readbacks.tallies import tally_of
from handlers.readbacks.unanswered import asking
from handlers.reading.values import words
from handlers.router import Router
from handlers.rules.roles import may
from handlers.rules.wall import wall_of
from storage import broadcasts, members, places
from storage.broadcasts import Broadcast
from storage.codes import Purpose
from storage.readbacks import Door
from storage.types import BroadcastId, MemberId, PlaceId, PlaceKind, Role

router: Final = Router()

#: What a cell can hold.
Cell = str | int


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page of a workbook."""

    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[Cell]]


@router.command(
    "走访单", example="走访单 5", does="没回 5 号通知、又没法单独提醒的户，导成上门的表格", allow=Role.GRID_WORKER
)
async def visits(ctx: Context, rest: str) -> Reply:
    """A link to the list of the speaker's own doors, to him alone."""
    found = await asking(ctx, rest)
    _must_be_alone(ctx, "走访单")
    member = await ctx.member()
    sheets = await visits_of(ctx, found.id, member.id)
    if sheets is None:
        raise Refusal(said.not_your_buildings(found), alone=True)
    if not sheets[0].rows:
        raise Refusal(phrases.nobody_to_visit(found), alone=True)
    link = await _link(ctx, f"visits/{found.id}")
    return Reply(phrases.visits(found, len(sheets[0].rows), link, codes.good_hours(ctx)), alone=True)


@router.command(
    "宣传统计", example="宣传统计 11月", does="看一个月的通知发到多少群、多少户回了、几点看的", allow=Role.ADMIN
)
async def month(ctx: Context, rest: str) -> Reply:
    """The figures of a month; with 表格 behind it, a link to them as a file."""
    community = await community_of(ctx)
    asked = words(rest, 40)
    as_file = asked.endswith("表格")
    wanted = month_in(asked.removesuffix("表格"), wall_of(ctx.now, ctx.house.zone).date())
    if as_file:
        _must_be_alone(ctx, "宣传统计")
        link = await _link(ctx, f"reach/{community.id}-{wanted:%Y%m}")
        return Reply(phrases.month_file(wanted, link, codes.good_hours(ctx)), alone=True)
    buttons = (Button("导成表格", f"宣传统计 {wanted:%Y-%m} 表格"),) if ctx.house.pages else ()
    return Reply(phrases.month(await figures_of(ctx, community.id, wanted)), buttons, alone=True)


def _must_be_alone(ctx: Context, command: str) -> None:
    if ctx.house.pages is None:
        raise Refusal(phrases.no_pages(), alone=True)
    if not codes.can_be_alone(ctx):
        raise Refusal(phrases.only_alone(command))


async def _link(ctx: Context, what: str) -> str:
    member = await ctx.member()
    token = await codes.issue(ctx, Purpose.PAPER, codes.LINK, member=member.id)
    ctx.note("导出", what, member.id)
    return f"{ctx.house.pages}/papers/{what}/{token}"


async def visits_of(moment: Moment, number: BroadcastId, member: MemberId) -> Sequence[Sheet] | None:
    """The doors to knock at, in the buildings of which `member` is the grid worker now; None where he is of none."""
    found = await broadcasts.by_id(moment.session, number)
    if found is None or not found.asks_back:
        return None
    grants = (await members.grants_of(moment.session, [member])).get(member, ())
    paths = tuple(grant.path for grant in grants if grant.role is Role.GRID_WORKER)
    own = [one for one in (await tally_of(moment, found)).buildings if paths and one.place.path.startswith(paths)]
    if not own:
        return None
    told = await _can_be_told(moment, found)
    rows = []
    for one in own:
        where = await title(moment.session, one.place.id)
        rows += [(where, *door, "", "", "") for door in await _ordered(moment, one.missing - told)]
    return [Sheet(f"{number} 号通知走访", phrases.VISIT_COLUMNS, rows)]


async def _can_be_told(moment: Moment, found: Broadcast) -> set[Door]:
    """The doors behind which somebody can be written to alone."""
    people = dict(await people_at(moment, found))
    return {people[member] for member in await ways_unasked(moment, people.keys())}


async def _ordered(moment: Moment, doors: set[Door]) -> Sequence[tuple[str, str]]:
    known = await places.by_ids(moment.session, [place for place, _ in doors])
    ordered = sorted(doors, key=lambda door: (known[door[0]].path, len(door[1]), door[1]))
    units = {place: short_name(known[place]) for place, _ in doors if known[place].kind is PlaceKind.UNIT}
    return [(units.get(place, ""), room) for place, room in ordered]


async def reach_of(moment: Moment, community: PlaceId, month: date, member: MemberId) -> Sequence[Sheet] | None:
    """The figures of a month, where `member` is an admin of the community now."""
    place = (await places.by_ids(moment.session, [community])).get(community)
    grants = (await members.grants_of(moment.session, [member])).get(member, ())
    if place is None or not may([grant.role for grant in grants if place.path.startswith(grant.path)], Role.ADMIN):
        return None
    found = await figures_of(moment, community, month)
    zone = moment.house.zone
    return [
        Sheet("通知", phrases.NOTICE_COLUMNS, [phrases.notice_row(one, zone) for one in found.notices]),
        Sheet("各楼", phrases.PLACE_COLUMNS, [(one.where, one.asked, one.answered) for one in found.places]),
        Sheet("几点看的", phrases.HOUR_COLUMNS, [(f"{hour}:00", found.hours.get(hour, 0)) for hour in range(24)]),
    ]
