"""工作时间 放假 补班 取消放假: when a place works; what is running is counted anew when that changes."""

from collections.abc import Iterable, Sequence
from datetime import date, time
from typing import Final

from handlers.clocks.limits import place_in
from handlers.clocks.openings import hours_of, week_of
from handlers.clocks.years import unknown_years
from handlers.community.gazetteer import title
from handlers.context import Context
from handlers.messages import Refusal, Reply
from handlers.phrases import limits as limit_phrases
from handlers.phrases import worktime as phrases
from handlers.reading.days import DAY, day_at, weekdays_at
from handlers.reading.times import hours_at
from handlers.reading.values import SEPARATORS, Unclear, folded, words
from handlers.router import Router
from handlers.rules.intervals import Interval, interval, merged
from handlers.rules.roles import may
from storage import calendars, places
from storage.places import Place
from storage.types import Role

router: Final = Router()

MOST_DAYS: Final = 62  #: in one message
SHOWN_DAYS: Final = 12
LONGEST: Final = 300  #: characters
WEEKDAYS: Final = frozenset(range(1, 6))
_TO: Final = ("到", "至", "-", "~", "–", "—")
_RESET: Final = ("恢复默认", "默认")


@router.command(
    "工作时间",
    example="工作时间 周一到周五 9:00-12:00 14:00-18:00",
    does="看、改按工作时间算的时限是哪些钟点",
    allow=Role.ADMIN,
    everyday=True,
)
async def worktime(ctx: Context, rest: str) -> Reply:
    """Show the hours of a place, or change them."""
    place, text = await place_in(ctx, folded(words(rest, LONGEST)))
    if not text.strip(SEPARATORS):
        return Reply(await _shown(ctx, place) + phrases.how_to())
    week = None if text.strip(SEPARATORS) in _RESET else _week(text)
    await _may_set(ctx, place)
    kept = None if week is None else {str(day): _kept(found) for day, found in week.items()}
    await calendars.set_week(ctx.session, place.id, kept)
    await _changed(ctx, place, "工作时间")
    return Reply(phrases.changed(await _shown(ctx, place)))


@router.command("放假", example="放假 10月8日", does="登记社区自己放假的日子", allow=Role.ADMIN, everyday=True)
async def off(ctx: Context, rest: str) -> Reply:
    """Some days are off."""
    place, days, said = await _days(ctx, rest)
    if said:
        raise Unclear("a day off has no hours")
    return await _enter(ctx, place, days, None, worked=False)


@router.command(
    "补班", example="补班 10月10日", does="登记社区自己要上班的休息日，可以带钟点", allow=Role.ADMIN, everyday=True
)
async def made_up(ctx: Context, rest: str) -> Reply:
    """Some days are worked, in the usual hours or in those that are said."""
    place, days, said = await _days(ctx, rest)
    return await _enter(ctx, place, days, said or None, worked=True)


@router.command(
    "取消放假", example="取消放假 10月8日", does="把登记错的放假、补班撤掉", allow=Role.ADMIN, also=("取消补班",)
)
async def take_back(ctx: Context, rest: str) -> Reply:
    """Some days are what they are by themselves."""
    place, days, said = await _days(ctx, rest)
    if said:
        raise Unclear("only days")
    for day in days:
        if not await calendars.forget_day(ctx.session, place.id, day):
            raise Refusal(phrases.nothing_said(day, _today(ctx)))
    await _changed(ctx, place, "取消放假")
    return Reply(phrases.changed(await _shown(ctx, place)))


async def _enter(
    ctx: Context, place: Place, days: Sequence[date], said: tuple[Interval, ...] | None, *, worked: bool
) -> Reply:
    today = _today(ctx)
    for day in days:
        if day < today:
            raise Refusal(phrases.gone_by(day, today))
        there = await calendars.own_day(ctx.session, place.id, day)
        if there is not None and there.worked is not worked:
            raise Refusal(phrases.both_ways(day, today, worked=there.worked))
        await calendars.set_day(ctx.session, place.id, day, worked=worked, spans=_kept(said) if said else None)
    await _changed(ctx, place, "补班" if worked else "放假")
    return Reply(phrases.changed(await _shown(ctx, place)))


async def _days(ctx: Context, rest: str) -> tuple[Place, list[date], tuple[Interval, ...]]:
    """The place, the days that are named (10月1日到3日、10月8日), and the hours behind them."""
    place, text = await place_in(ctx, folded(words(rest, LONGEST)))
    await _may_set(ctx, place)
    days: list[date] = []
    at = _blanks(text, 0)
    while found := day_at(text, at, _today(ctx)):
        first, at = found
        last = first
        if text[at : at + 1] in _TO and (until := day_at(text, at + 1, first)):
            last, at = until
        if not 0 <= (last - first).days < MOST_DAYS or len(days) > MOST_DAYS:
            raise Refusal(phrases.too_many_days(MOST_DAYS))
        days += [first + ahead * DAY for ahead in range((last - first).days + 1)]
        at = _blanks(text, at)
    said, at = _hours(text, at)
    if not days or text[at:].strip(SEPARATORS):
        raise Unclear("not days")
    return place, days, said


def _week(text: str) -> dict[int, tuple[Interval, ...]]:
    """The hours of a week: 周一到周五 9:00-12:00 14:00-18:00；周六 9:00-12:00."""
    week: dict[int, tuple[Interval, ...]] = {}
    at = _blanks(text, 0)
    while at < len(text):
        days, at = weekdays_at(text, at) or (WEEKDAYS, at)
        found, at = _hours(text, _blanks(text, at))
        if not found:
            raise Unclear("no hours")
        week |= dict.fromkeys(sorted(days), found)
        at = _blanks(text, at)
    return week


def _hours(text: str, at: int) -> tuple[tuple[Interval, ...], int]:
    """The intervals that stand there one after the other, and where they end."""
    found: list[Interval] = []
    while said := hours_at(text, _blanks(text, at)):
        starts, ends, at = said
        found.append(_interval(starts, ends))
    if len(merged(found)) < len(found) and sum(b - a for a, b in merged(found)) < sum(b - a for a, b in found):
        raise Refusal(phrases.overlapping())
    return tuple(sorted(found)), at


def _interval(starts: time, ends: time) -> Interval:
    try:
        return interval(starts.hour * 60 + starts.minute, ends.hour * 60 + ends.minute)
    except ValueError:
        raise Refusal(phrases.overlapping()) from None


def _blanks(text: str, at: int) -> int:
    """Where what separates words ends."""
    return len(text) - len(text[at:].lstrip(SEPARATORS + "；和及与"))


def _kept(found: Iterable[Interval]) -> list[list[int]]:
    return [list(one) for one in found]


def _today(ctx: Context) -> date:
    return ctx.now.astimezone(ctx.house.zone).date()


async def _may_set(ctx: Context, place: Place) -> None:
    if not may(ctx.roles_at(place), Role.ADMIN):
        raise Refusal(limit_phrases.not_yours(await title(ctx.session, place.id)))


async def _changed(ctx: Context, place: Place, word: str) -> None:
    """What is running below the place is counted anew, a batch at a time (see `recounting`)."""
    ctx.note(word, f"place:{place.id}", (await ctx.member()).id)
    await calendars.recount(ctx.session, place.id, ctx.now)


async def _shown(ctx: Context, place: Place) -> str:
    near = [above.id for above in await places.above(ctx.session, place)]
    hours, today = await hours_of(ctx, near), _today(ctx)
    rows = {row.day: row for row in await calendars.days(ctx.session, near, today)}
    days = [phrases.own_day(day, today, hours.on(day), worked=rows[day].worked) for day in sorted(rows)]
    where, week = await title(ctx.session, place.id), await week_of(ctx, near)
    return phrases.shown(where, week, days[:SHOWN_DAYS], await unknown_years(ctx, place, today))
