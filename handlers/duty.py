"""今天谁值班 排班 撤班 排班表 · (tick) tell whose turn begins."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Final

from handlers.context import Context
from handlers.entries import EXAMPLE, Entry, entry, people, places_in
from handlers.gazetteer import known_places, title
from handlers.messages import Refusal, Reply, Words
from handlers.moment import Moment
from handlers.phrases import duty as phrases
from handlers.reading import Unclear
from handlers.rota import since, span_of, spans_in_force, until
from handlers.router import Router
from handlers.rules.duty import DAY, Span
from handlers.rules.quiet import quiet_until
from handlers.rules.roles import may
from handlers.telling import say_above
from handlers.watch import answer, asked, question
from storage import duty, members, places
from storage.duty import DutyShift
from storage.members import Member
from storage.places import Place
from storage.types import MemberId, MessageKind, PlaceId, Role

router: Final = Router()

DAYS_SHOWN: Final = 7
MOST_TEXT: Final = 2000  #: characters of a message that are read
TELL_WITHIN: Final = timedelta(hours=2)  #: how late somebody is still told that his turn has begun


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
    entries = [await entry(ctx, known, line) for line in rest.splitlines() if line.strip()]
    if not entries:
        raise Unclear("no line")
    told = [await _enter(ctx, one) for one in entries]
    return Reply("\n".join([*told, *await _warnings(ctx, entries)]))


async def _enter(ctx: Context, one: Entry) -> str:
    titles = [await _title_of_own(ctx, place) for place in one.places]
    news = False
    for place in one.places:
        for member in one.people:
            news |= await duty.enter(ctx.session, _line(place, member, one.span))
        ctx.note("排班", f"place:{place.id}", (await ctx.member()).id)
    today = ctx.now.astimezone(ctx.house.zone).date()
    return phrases.entered(titles, [m.name for m in one.people], one.span, today, news=news)


def _line(place: Place, member: Member, span: Span) -> DutyShift:
    return DutyShift(
        place_id=place.id,
        member_id=member.id,
        first_day=span.first_day,
        last_day=span.last_day,
        weekdays="".join(map(str, sorted(span.weekdays))),
        starts=span.starts,
        ends=span.ends,
    )


async def _warnings(ctx: Context, entries: Sequence[Entry]) -> list[str]:
    """Who of those entered will not hear a call, and who cannot accept one."""
    found = {member.id: member for one in entries for member in one.people}
    deaf = [m.name for m in found.values() if await ctx.way_to(m.id) is None]
    grants = await members.grants_of(ctx.session, list(found))
    idle = [m.name for m in found.values() if not may((g.role for g in grants.get(m.id, ())), Role.STEWARD)]
    said = [phrases.cannot_be_reached(deaf)] if deaf else []
    where = await title(ctx.session, entries[0].places[0].id)
    return said + ([phrases.cannot_accept(idle, where)] if idle else [])


@router.command("撤班", example="撤班 3栋 王芳", does="把人从班表里撤下来", allow=Role.ADMIN)
async def take_off(ctx: Context, rest: str) -> Reply:
    """Take all lines of somebody at a place off the roster."""
    found, names = places_in(ctx, await known_places(ctx), rest)
    if len(found) != 1:
        raise Unclear("not one place")
    (place,), said = found, await people(ctx, names)
    where = await _title_of_own(ctx, place)
    gone = [member.name for member in said if await duty.clear(ctx.session, place.id, member.id)]
    if not gone:
        raise Refusal(phrases.was_not_on(where, "、".join(member.name for member in said)))
    ctx.note("撤班", f"place:{place.id}", (await ctx.member()).id)
    return Reply(phrases.taken_off(where, "、".join(gone)))


async def _title_of_own(ctx: Context, place: Place) -> str:
    """The place in full, if the speaker may roster for it."""
    where = await title(ctx.session, place.id)
    if not may(ctx.roles_at(place), Role.ADMIN):
        raise Refusal(phrases.not_yours_to_roster(where))
    return where


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
    lines = [(span_of(shift), member.name) for shift, member in await duty.shifts_at(ctx.session, [place.id])]
    today = ctx.now.astimezone(ctx.house.zone).date()
    week = [(day, _turns(lines, day)) for day in (today + ahead * DAY for ahead in range(DAYS_SHOWN))]
    if not any(turns for _, turns in week):
        raise Refusal(phrases.no_roster(where))
    return Reply(phrases.roster(where, week, today))


def _turns(lines: Sequence[tuple[Span, str]], day: date) -> list[tuple[str, time, time]]:
    """The turns that begin on `day`, each once, in order of their beginning."""
    turns = {(span.starts, span.ends, name) for span, name in lines if span.begins_on(day)}
    return [(name, starts, ends) for starts, ends, name in sorted(turns)]


async def tell_whose_turn(moment: Moment) -> None:
    """Tell those whose turn has just begun, once a turn; after the quiet hours where it began in them."""
    here = moment.now.astimezone(moment.house.zone)
    begun: dict[tuple[MemberId, datetime], list[tuple[PlaceId, datetime | None]]] = {}
    for (place, member), spans in (await spans_in_force(moment)).items():
        begins = since(spans, here)
        if begins is None or not _is_time_to_tell(moment, begins):
            continue
        if await duty.tell_once(moment.session, place, member, begins):
            begun.setdefault((member, begins), []).append((place, until(spans, here)))
    for (member, begins), turns in begun.items():
        await _tell(moment, member, begins, turns)


def _is_time_to_tell(moment: Moment, begins: datetime) -> bool:
    ready = quiet_until(begins, moment.house.escalation.quiet, moment.house.zone)
    return ready <= moment.now < ready + TELL_WITHIN


async def _tell(
    moment: Moment, member: MemberId, begins: datetime, turns: Sequence[tuple[PlaceId, datetime | None]]
) -> None:
    where = [await places.by_id(moment.session, place) for place, _ in turns]
    waiting = sum([await duty.waiting_at(moment.session, place) for place in where])
    ends = [end for _, end in turns if end is not None]
    text = phrases.your_turn_begins(
        [await title(moment.session, place.id) for place in where],
        min(ends) if ends else None,
        moment.now.astimezone(moment.house.zone).date(),
        waiting,
    )
    key = f"duty:{where[0].id}:{begins.timestamp():.0f}"
    if not await moment.tell(member, Words(text), MessageKind.PERSONAL, key=key):
        name = (await members.by_id(moment.session, member)).name
        line = phrases.turn_begins_in_group(name, await title(moment.session, where[0].id))
        await say_above(moment, where[0].id, line, key=f"{key}:{member}", due_at=moment.now)
