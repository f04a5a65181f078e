"""我的日历 停用日历: one's own turns of duty for the calendar of one's telephone; and what such a calendar holds.

The secret comes from `secrets`, inside a handler, although handlers are run again after a conflict: what was undone was
never said, so that only the secret of the last run exists for anybody.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, time
from typing import Final

from handlers.community.codes import can_be_alone
from handlers.community.gazetteer import title
from handlers.context import Context
from handlers.duty.ahead import turns_between
from handlers.duty.rota import rotas
from handlers.messages import Refusal, Reply, Words
from handlers.moment import Moment, key_at
from handlers.phrases import feeds as phrases
from handlers.reading.values import Unclear
from handlers.router import Router
from handlers.rules.duty import DAY
from handlers.rules.wall import moment_of, wall_of
from storage import feeds
from storage.types import MemberId, MessageKind, PlaceId

router: Final = Router()

SECRET_BYTES: Final = 32
SHOWN_BACK: Final = 28 * DAY  #: for how long turns that are over stay in the calendar


@dataclass(frozen=True, slots=True)
class Own:
    """A turn of somebody's own, with the place in full; of others it holds nothing."""

    place: PlaceId
    where: str
    starts: datetime
    ends: datetime


@router.command("我的日历", example="我的日历", does="要一个日历地址，自己的班进手机日历")
async def give(ctx: Context, rest: str) -> Reply | None:
    """A new secret address, told to its owner alone; the one before leads nowhere any more."""
    if rest.strip():
        raise Unclear("nothing follows")
    if ctx.house.pages is None:
        raise Refusal(phrases.no_pages(), alone=True)
    if not can_be_alone(ctx):
        raise Refusal(phrases.only_alone())
    member = await ctx.member()
    way = await ctx.way_to(member.id) if ctx.is_group else ctx.inbound.address
    if way is None:
        raise Refusal(phrases.only_alone())
    secret, key = secrets.token_urlsafe(SECRET_BYTES), f"feed:{ctx.inbound.message_id}"
    had_one = await feeds.renew(ctx.session, member.id, secret, ctx.now, key_at(key, way))
    ctx.note("我的日历", f"member:{member.id}", member.id)
    words = Words(phrases.address(f"{ctx.house.pages}/calendar/{secret}.ics", had_one=had_one))
    ctx.say(way, words, MessageKind.ANSWER, key=key, is_group=False, member=member.id)
    return None


@router.command("停用日历", example="停用日历", does="让日历地址作废")
async def take_back(ctx: Context, rest: str) -> Reply:
    """Let the address lead nowhere."""
    if rest.strip():
        raise Unclear("nothing follows")
    if ctx.known is None or not await feeds.stop(ctx.session, ctx.known.member.id):
        raise Refusal(phrases.had_none(), alone=True)
    ctx.note("停用日历", f"member:{ctx.known.member.id}", ctx.known.member.id)
    return Reply(phrases.stopped(), alone=True)


async def forget_told(moment: Moment) -> None:
    """The addresses that were told are kept in no message."""
    await feeds.forget_said(moment.session)


async def own_turns(moment: Moment, member: MemberId) -> list[Own]:
    """The turns of `member` as they will be, and those of the last weeks, soonest first."""
    zone = moment.house.zone
    midnight = moment_of(datetime.combine(wall_of(moment.now, zone).date(), time()), zone)
    starts, ends = midnight - SHOWN_BACK, midnight + moment.house.roster.calendar
    there = await feeds.places_of(moment.session, member, starts)
    found = await rotas(moment, there, starts - DAY, ends + DAY) if there else {}
    own = {
        Own(place, await title(moment.session, place), turn.starts, turn.ends)
        for place, rota in found.items()
        for turn in turns_between(rota, starts, ends, zone)
        if turn.member == member
    }
    return sorted(own, key=lambda turn: (turn.starts, turn.place))
