"""今天谁值班 排班 撤班 排班表: who is on duty, and who is to be."""

import re
from datetime import date, datetime, time
from typing import Final

from handlers.community.gazetteer import known_places, title
from handlers.context import Context
from handlers.duty.cautions import warnings
from handlers.duty.entries import EXAMPLE, MOST_TEXT, Entry, entry, own_title, people, places_in
from handlers.duty.lines import line_of
from handlers.duty.rota import timeline
from handlers.duty.seats import leave_seats
from handlers.duty.takings import enter_taking, taking
from handlers.duty.voiding import call_off
from handlers.duty.watch import answer, asked, question
from handlers.messages import Refusal, Reply
from handlers.phrases import duty as phrases
from handlers.reading.values import Unclear
from handlers.router import Router
from handlers.rules.duty import DAY
from handlers.rules.wall import moment_of
from storage import duty
from storage.types import PlaceId, Role

router: Final = Router()

DAYS_SHOWN: Final = 7
ALL: Final = frozenset({"全部", "所有人", "全体", "全撤"})
_IN_TURNS: Final = re.compile(r"(?:来|按顺序)?(?:轮流|轮班|轮值|轮换|轮着)(?:值班|来)?")


@router.command("今天谁值班", example="今天谁值班", does="看现在谁值班", everyday=True, also=("谁值班", "值班"))
async def who(ctx: Context, rest: str) -> Reply:
    """Who answers now for the place where it is asked, and for those above it."""
    return await answer(ctx, await question(ctx, rest))


@router.listen()
async def overhear(ctx: Context) -> Reply | None:
    """The same question in any other words: 3栋今晚是哪个值班？"""
    which = asked(ctx.inbound.text)
    if which is None:
        return None
    try:
        return await answer(ctx, await question(ctx, which))
    except Unclear:
        return None


@router.command("排班", example=EXAMPLE, does="排谁什么时候值班", allow=Role.ADMIN)
async def enter(ctx: Context, rest: str) -> Reply:
    """Enter one line of the roster, or several pasted together: all of them or none."""
    if len(ctx.inbound.text) > MOST_TEXT:
        raise Refusal(phrases.too_much_at_once(MOST_TEXT))
    known = await known_places(ctx)
    lines = [line for line in rest.splitlines() if line.strip()]
    if not lines:
        raise Unclear("no line")
    in_turns = [await taking(ctx, known, _IN_TURNS.sub(" ", line)) for line in lines if _IN_TURNS.search(line)]
    entries = [await entry(ctx, known, line) for line in lines if not _IN_TURNS.search(line)]
    told = [await _enter(ctx, one) for one in entries]
    warned = [await warnings(ctx, one.people, one.places, one.span) for one in entries]
    told += dict.fromkeys(line for said in warned for line in said)
    return Reply("\n".join([*told, *[line for one in in_turns for line in await enter_taking(ctx, one)]]))


async def _enter(ctx: Context, one: Entry) -> str:
    titles = [await own_title(ctx, place) for place in one.places]
    news = False
    for place in one.places:
        for member in one.people:
            news |= await duty.enter(ctx.session, line_of(place.id, member.id, one.span))
        ctx.note("排班", f"place:{place.id}", (await ctx.member()).id)
    today = ctx.now.astimezone(ctx.house.zone).date()
    return phrases.entered(titles, [m.name for m in one.people], one.span, today, news=news)


@router.command("撤班", example="撤班 3栋 王芳", does="把人从班表里撤下来", allow=Role.ADMIN)
async def take_off(ctx: Context, rest: str) -> Reply:
    """Take all lines of somebody at a place off the roster."""
    found, names = places_in(ctx, await known_places(ctx), rest)
    if len(found) != 1:
        raise Unclear("not one place")
    (place,) = found
    where = await own_title(ctx, place)
    there = {member.id: member for _, member in await duty.shifts_at(ctx.session, [place.id])}
    said, on_it = list(there.values()) if names.strip() in ALL else await people(ctx, names), set(there)
    for member in said:
        await leave_seats(ctx, member.id, place.id)
    gone = [member.name for member in said if member.id in on_it]
    for member in said:
        await duty.clear(ctx.session, place.id, member.id)
    if await call_off(ctx, place.id, [member.id for member in said]) and not gone:
        gone = [member.name for member in said]  # they only stood in
    if not gone:
        raise Refusal(phrases.was_not_on(where, "、".join(member.name for member in said)))
    ctx.note("撤班", f"place:{place.id}", (await ctx.member()).id)
    empty = on_it <= {member.id for member in said}
    return Reply(phrases.taken_off(where, "、".join(gone), empty=empty))


@router.command("排班表", example="排班表 3栋", does="看今后七天的班", allow=Role.STEWARD, also=("值班表",))
async def show(ctx: Context, rest: str) -> Reply:
    """The coming week of a place."""
    place = ctx.place
    if rest:
        found, left = (await known_places(ctx)).all_at(rest)
        if len(found) != 1 or left.strip():
            raise Unclear("not one place")
        place = found[0]
    if place is None:
        raise Unclear("no place")
    where = await title(ctx.session, place.id)
    today = ctx.now.astimezone(ctx.house.zone).date()
    week = await _week(ctx, place.id, today)
    if not any(turns for _, turns in week) and not await duty.shifts_at(ctx.session, [place.id]):
        raise Refusal(phrases.no_roster(where))
    return Reply(phrases.roster(where, week, today))


async def _week(ctx: Context, place: PlaceId, today: date) -> list[tuple[date, list[str]]]:
    """The turns that begin on each of the coming days, each once, in order of their beginning."""
    zone = ctx.house.zone
    first = moment_of(datetime.combine(today, time()), zone)
    week: dict[date, list[str]] = {today + ahead * DAY: [] for ahead in range(DAYS_SHOWN)}
    for turn in await timeline(ctx, place, first, first + DAYS_SHOWN * DAY):
        starts, ends = turn.starts.astimezone(zone), turn.ends.astimezone(zone)
        if starts.date() in week:
            week[starts.date()].append(phrases.turn(turn.name, turn.replaced, starts, ends, today))
    return list(week.items())
