"""What the admin should know of a roster that was imported although nothing in it is wrong."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import combinations
from typing import Final

from bot.workbook.roster import Calendar, Turns
from bot.workbook.rotations import Order
from bot.workbook.town import Town
from handlers.phrases.places import names, short_name
from handlers.rules.duty import DAY, Span
from handlers.rules.roles import may
from storage import members
from storage.members import Member
from storage.places import Place
from storage.types import Role

LOOKED_AT: Final = 21 * DAY
SHOWN: Final = 10
MOST_LINES: Final = 60  #: of one person; more than that are not compared with one another


async def cautions(town: Town, found: Sequence[Turns], taken: Sequence[Order], calendar: Calendar) -> list[str]:
    """A line for each kind of trouble."""
    posts = [(place, m) for one in found if one.span for place in one.places for m in one.members]
    posts += [(place, m) for one in taken for place in one.places for m in one.members]
    on_call = {member.id: member.name for _, member in posts}
    deaf = [name for member, name in on_call.items() if member not in town.reached]
    idle = await _idle(town, posts)
    said = []
    if deaf:
        said.append(
            f"注意：{_people(deaf)}排了班，但机器人还没法单独给他们发消息。"
            "请他们先单独给机器人发句话，或者用“邀请 姓名”发个码。"
        )
    if idle:
        said.append(f"注意：{_people(idle)}排了班，但在值班的地方没有角色，接不了单。请在“角色”表里补上，再导入一遍。")
    return [*said, *_twice(found, calendar), *_nobody(found, taken)]


async def _idle(town: Town, posts: Iterable[tuple[Place, Member]]) -> list[str]:
    """Who is on duty where he has no office."""
    each = {(place.path, member.id): member.name for place, member in posts}
    grants = await members.grants_of(town.session, list({member for _, member in each}))
    without = (
        name
        for (path, member), name in each.items()
        if not may((g.role for g in grants.get(member, ()) if path.startswith(g.path)), Role.STEWARD)
    )
    return list(dict.fromkeys(without))


def _twice(found: Sequence[Turns], calendar: Calendar) -> list[str]:
    """Rows by which one person is on duty twice at once."""
    rows: dict[str, tuple[int, int]] = {}
    own: dict[tuple[int, str], list[tuple[int, Span]]] = {}
    for one in found:
        if one.span is None:
            continue
        for member in one.members:
            own.setdefault((member.id, member.name), []).append((one.row.number, one.span))
    for (_, name), lines in own.items():
        for (row, span), (other, second) in combinations(lines[:MOST_LINES], 2):
            if name not in rows and _overlap(span, second, calendar):
                rows[name] = (row, other)
    said = [f"{name}（值班!第 {row} 行和第 {other} 行）" for name, (row, other) in list(rows.items())[:SHOWN]]
    more = f"等 {len(rows)} 人" if len(rows) > SHOWN else ""
    return (
        [f"注意：{'、'.join(said)}{more}同一时间排了两处或两遍。忙得过来就不用管，写错了请改好再导入。"] if said else []
    )


def _overlap(one: Span, other: Span, calendar: Calendar) -> bool:
    begins = max(calendar.now, *(calendar.moment(span.first_day) - DAY for span in (one, other)))
    asked = (begins, begins + LOOKED_AT, calendar.zone)
    others = list(replace(other, member=one.member).turns(*asked))
    return any(starts < over and begun < ends for begun, over in one.turns(*asked) for starts, ends in others)


def _nobody(found: Sequence[Turns], taken: Sequence[Order]) -> list[str]:
    """Places that are in the sheet, and for which nobody is left."""
    written = {place.id: place for one in found for place in one.places}
    held = {place.id for one in found if one.span is not None for place in one.places}
    held |= {place.id for one in taken for place in one.places}
    empty = [short_name(place) for number, place in written.items() if number not in held]
    return [f"注意：{names(empty)}写的班都过期了，现在没人值班。请写上新的日期再导入。"] if empty else []


def _people(found: Sequence[str]) -> str:
    return "、".join(found[:20]) + (f"等 {len(found)} 人" if len(found) > 20 else "")
