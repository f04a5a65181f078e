"""导出班表: the rota of the coming weeks as a file; and what stands in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final

from handlers.community import codes
from handlers.community.gazetteer import title
from handlers.context import Context
from handlers.duty.ahead import turns_between
from handlers.duty.rota import Turn, named, rotas
from handlers.messages import Refusal, Reply
from handlers.moment import Moment
from handlers.phrases import exports as phrases
from handlers.reading.values import Unclear
from handlers.router import Router
from handlers.rules.duty import DAY
from handlers.rules.wall import moment_of, wall_of
from storage import members, places
from storage.codes import Purpose
from storage.types import MemberId, Role

router: Final = Router()

EVERYWHERE: Final = ("/",)


@dataclass(frozen=True, slots=True)
class PlaceRota:
    """The turns of a place, by their beginning."""

    where: str
    turns: Sequence[Turn]


@router.command("导出班表", example="导出班表", does="把今后几周的班表导成表格", allow=Role.ADMIN)
async def give(ctx: Context, rest: str) -> Reply:
    """A link that gives the file once, to the speaker alone."""
    if rest.strip():
        raise Unclear("nothing follows")
    if ctx.house.pages is None:
        raise Refusal(phrases.no_pages(), alone=True)
    if not codes.can_be_alone(ctx):
        raise Refusal(phrases.only_alone())
    member = await ctx.member()
    if not await rota_ahead(ctx, ctx.house.roster.calendar, await administered(ctx, member.id)):
        raise Refusal(phrases.nothing(), alone=True)
    token = await codes.issue(ctx, Purpose.EXPORT, codes.LINK, member=member.id)
    ctx.note("导出班表", f"member:{member.id}", member.id)
    link = f"{ctx.house.pages}/roster/{token}"
    return Reply(phrases.link(link, ctx.house.roster.calendar // (7 * DAY), codes.good_hours(ctx)), alone=True)


async def administered(moment: Moment, member: MemberId) -> tuple[str, ...]:
    """The paths of the places of which `member` is an admin now."""
    grants = (await members.grants_of(moment.session, [member])).get(member, ())
    return tuple(grant.path for grant in grants if grant.role is Role.ADMIN)


async def rota_ahead(moment: Moment, ahead: timedelta, below: tuple[str, ...] = EVERYWHERE) -> list[PlaceRota]:
    """The rota as it will be, of every place below these that has any, from today on."""
    zone = moment.house.zone
    starts = moment_of(datetime.combine(wall_of(moment.now, zone).date(), time()), zone)
    found = await rotas(moment, None, starts - DAY, starts + ahead + DAY)
    known = await places.by_ids(moment.session, list(found))
    own = sorted((known[place].path, place) for place in found if known[place].path.startswith(below))
    sheets = []
    for _, place in own:
        rota = found[place]
        turns = named(rota, turns_between(rota, starts, starts + ahead, zone))
        if turns:
            sheets.append(PlaceRota(await title(moment.session, place), turns))
    return sheets
