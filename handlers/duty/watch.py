"""Who is on duty: the question as people put it, and its answer."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Final

from handlers.community import gazetteer
from handlers.community.gazetteer import known_places
from handlers.context import Context
from handlers.dispatch.levels import Rung, ladder
from handlers.duty.rota import LONG, Rota, rotas, until
from handlers.messages import Refusal, Reply
from handlers.moment import Moment
from handlers.phrases import duty as phrases
from handlers.reading.days import day_at
from handlers.reading.values import Unclear, folded, words
from handlers.rules.duty import DAY
from handlers.rules.rota import Stretch
from storage import members
from storage.members import Grant, Person
from storage.places import Place
from storage.types import Role

LONGEST: Final = 40
_ASKED: Final = re.compile(
    r"(?:请问|问一下|想问下?|麻烦问下?|[,，])*(?P<which>.{0,20}?)(?:的|是|都|有)*(?:谁|哪个|哪位|哪些人)(?:在|来|是)?"
    r"(?:值班|当班|值守|轮值)(?:的|了|呢|啊|呀|吗|嘛|哦|哈)*[\s?？!！。~]*"
)
_NOW: Final = re.compile(r"\s*(?:现在|这会儿|此刻|目前|今天|今日|今儿)\s*")
_NIGHT: Final = re.compile(r"\s*(?P<day>今|明|后)(?:天|日)?(?:晚上|夜里|晚|夜)\s*")
_DAY: Final = re.compile(r"\s*(?:明天|明日|后天|(?:下?(?:周|星期)[一二三四五六日天]))\s*")
_MORNING: Final = time(9)  #: … or for a day
_EVENING: Final = time(21)  #: when somebody asks for tonight


@dataclass(frozen=True, slots=True)
class Question:
    """A place, or None for where it is asked, and a moment."""

    place: Place | None
    at: datetime


def asked(text: str) -> str | None:
    """The place and time of the question in `text`, as said; None where it does not ask who is on duty."""
    if "值" not in text and "当班" not in text:
        return None
    found = _ASKED.fullmatch(words(text, LONGEST + 1))
    return found["which"] if found else None


async def question(ctx: Context, which: str) -> Question:
    """What is asked for.

    Raises:
        Unclear: There is more in it than a place and a time.
    """
    plain = words(which, LONGEST)
    first, rest = _time_at(ctx, plain)
    place: Place | None = None
    if rest:
        (place, *more), rest = (await known_places(ctx)).all_at(rest)
        if more:
            raise Unclear("more than one place")
    second, rest = (first, rest) if first else _time_at(ctx, rest.lstrip("的 "))
    if rest.strip("的 "):
        raise Unclear("more than a place and a time")
    return Question(place, second or ctx.now)


def _time_at(ctx: Context, text: str) -> tuple[datetime | None, str]:
    """The moment in front of the text, and what follows it."""
    here = ctx.now.astimezone(ctx.house.zone)
    if found := _NIGHT.match(text):
        day = here.date() + "今明后".index(found["day"]) * DAY
        evening = datetime.combine(day, _EVENING, tzinfo=here.tzinfo)
        return max(evening.astimezone(ctx.now.tzinfo), ctx.now), text[found.end() :]
    if found := _NOW.match(text):
        return ctx.now, text[found.end() :]
    if found := _DAY.match(text):
        named = day_at(folded(found[0].strip()), 0, here.date())
        morning = datetime.combine(named[0] if named else here.date(), _MORNING, tzinfo=here.tzinfo)
        return max(morning.astimezone(ctx.now.tzinfo), ctx.now), text[found.end() :]
    return None, text


async def answer(ctx: Context, asked_for: Question) -> Reply:
    """Who answers for the place at the moment asked for, nearest first."""
    place = asked_for.place or ctx.place
    if place is None:
        raise Refusal(phrases.on_duty_where())
    then = Moment(session=ctx.session, now=asked_for.at, house=ctx.house, reach=ctx.reach)
    rungs = await ladder(then, place)
    title = await gazetteer.title(ctx.session, place.id)
    if not rungs:
        return Reply(phrases.nobody_on_duty(title, ctx.house.operator))
    posts = await _posts(then, rungs)
    return Reply(phrases.who_is_on_duty(title, posts, asked_for.at, ctx.now, ctx.house.zone))


async def _posts(then: Moment, rungs: Collection[Rung]) -> list[phrases.Post]:
    ends = then.now + LONG + DAY
    found = await rotas(then, [rung.place.id for rung in rungs], then.now - DAY, ends)
    grants = await members.grants_of(then.session, {m.id for rung in rungs for m in rung.people})
    posts = []
    for rung in rungs:
        rota = found.get(rung.place.id, Rota())
        turns = rota.between(then.now, ends, then.house.zone)
        people = [_watch(then, m, rota, turns, office(grants.get(m.id, ()), rung.place)) for m in rung.people]
        rostered = any(turn.covers(then.now) for turn in turns)
        posts.append(phrases.Post(await gazetteer.title(then.session, rung.place.id), people, rostered))
    return posts


def _watch(then: Moment, person: Person, rota: Rota, turns: Sequence[Stretch], role: Role | None) -> phrases.Watch:
    end = until(turns, person.id, then.now)
    now = (turn.instead_of for turn in turns if turn.member == person.id and turn.covers(then.now))
    instead = next((rota.names[member] for member in now if member is not None), None)
    return phrases.Watch(person.name, role, end.astimezone(then.house.zone) if end else None, instead)


def office(grants: Collection[Grant], place: Place) -> Role | None:
    """What somebody is at `place`, or anywhere else; None for a resident who lends a hand."""
    staff = [grant for grant in grants if grant.role is not Role.RESIDENT]
    nearest = sorted(staff, key=lambda grant: (not place.path.startswith(grant.path), -len(grant.path)))
    return nearest[0].role if nearest else None
