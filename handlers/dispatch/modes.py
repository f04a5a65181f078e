"""派单规则: how somebody is found for a ticket, by place and category."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from handlers.clocks.winding import ordered
from handlers.community.gazetteer import known_places, title
from handlers.context import Context
from handlers.dispatch.levels import property_of
from handlers.dispatch.ruled import places_ruled
from handlers.messages import Refusal, Reply
from handlers.phrases import URGENCY_NAMES
from handlers.phrases import modes as phrases
from handlers.reading.values import SEPARATORS, words
from handlers.router import Router
from handlers.rules.roles import may
from handlers.tickets.categories import category_named
from handlers.tickets.picking import community
from storage import places, policies
from storage.places import Place
from storage.policies import Policy
from storage.steps import Mode
from storage.types import Category, PlaceId, Role, Urgency

router: Final = Router()

LONGEST: Final = 100
LISTED: Final = 30
MODES: Final[Mapping[str, Mode | None]] = {
    **dict.fromkeys(("轮流", "轮流叫", "挨个", "挨个叫", "挨个问", "依次", "逐个"), Mode.IN_TURN),
    **dict.fromkeys(("分批", "分批叫", "几个几个叫"), Mode.WAVES),
    **dict.fromkeys(("一起叫", "都叫", "全叫", "一起", "抢单"), Mode.ALL),
    **dict.fromkeys(("需求清单", "放清单", "清单", "认领"), Mode.POOL),
    **dict.fromkeys(("物业", "给物业", "派物业", "找物业"), Mode.PROPERTY),
    **dict.fromkeys(("会办", "三方会办", "三方", "三方联办"), Mode.PARTIES),
    **dict.fromkeys(("移交", "移交部门", "外面部门", "部门"), Mode.OUTSIDE),
    **dict.fromkeys(("照旧", "默认", "不另定", "取消"), None),
}
URGENCIES: Final = {name: urgency for urgency, name in URGENCY_NAMES.items()}
_LONGEST_FIRST: Final = sorted(MODES, key=len, reverse=True)
_BETWEEN: Final = re.compile(r"[、,，\s的]+")
_EVERYTHING: Final = frozenset({"", "所有", "全部", "所有事", "都"})


@dataclass(frozen=True, slots=True)
class _Rule:
    places: Sequence[Place]
    category: Category | None
    urgency: Urgency | None
    mode: Mode | None


@router.command(
    "派单规则", example="派单规则 3栋 水管 轮流", does="定哪里的哪类事怎么派；不带内容就看现在的", allow=Role.ADMIN
)
async def settle(ctx: Context, rest: str) -> Reply:
    """How somebody is found for what comes from now on; alone, what holds."""
    text = words(rest, LONGEST)
    where, left = await places_ruled(ctx, await known_places(ctx), text)
    if not left:
        return Reply(await (_of_place(ctx, where[0]) if text else _listed(ctx)), alone=True)
    rule = _rule(where, left)
    for place in rule.places:
        await _must_be_own(ctx, place)
        row = await policies.row_for(ctx.session, place.id, rule.category, rule.urgency)
        row.mode = rule.mode
        ctx.note("派单规则", f"place:{place.id}", (await ctx.member()).id)
    names = [await title(ctx.session, place.id) for place in rule.places]
    without = [n for n, p in zip(names, rule.places, strict=True) if await _has_no_company(ctx, rule, p)]
    return Reply(phrases.settled(names, rule.category, rule.urgency, rule.mode, without))


def _rule(where: Sequence[Place], text: str) -> _Rule:
    """What is said behind the places.

    Raises:
        Refusal: Some of it has no name here.
    """
    said = text.rstrip(SEPARATORS)
    how = next((word for word in _LONGEST_FIRST if said.endswith(word)), None)
    if how is None:
        raise Refusal(phrases.which_mode(said))
    category: Category | None = None
    urgency: Urgency | None = None
    for part in _BETWEEN.split(said.removesuffix(how)):
        if part in _EVERYTHING:
            continue
        if part in URGENCIES and urgency is None:
            urgency = URGENCIES[part]
        elif category is None and (named := category_named(part)) is not None:
            category = named
        else:
            raise Refusal(phrases.unknown(part))
    if urgency is Urgency.EMERGENCY:
        raise Refusal(phrases.not_in_emergencies())
    return _Rule(where, category, urgency, MODES[how])


async def _must_be_own(ctx: Context, place: Place) -> None:
    if not may(ctx.roles_at(place), Role.ADMIN):
        raise Refusal(phrases.not_yours(await title(ctx.session, place.id)))


async def _has_no_company(ctx: Context, rule: _Rule, place: Place) -> bool:
    return rule.mode is Mode.PROPERTY and await property_of(ctx, place) is None


async def _listed(ctx: Context) -> str:
    """Every rule of the community."""
    top = await community(ctx)
    rows = await policies.that_say_how(ctx.session)
    found = await places.by_ids(ctx.session, [row.place_id for row in rows])
    here = [row for row in rows if found[row.place_id].path.startswith(top.path)]
    here.sort(key=lambda row: (found[row.place_id].path, row.category or "", row.urgency or ""))
    return phrases.listed([await _line(ctx, row) for row in here[:LISTED]], len(here) - LISTED)


async def _of_place(ctx: Context, place: Place) -> str:
    """What holds for a place, the most particular first, and where that was said."""
    near = [above.id for above in await places.above(ctx.session, place)]
    rows = [row for row in await policies.at(ctx.session, near) if row.mode is not None]
    by_category = {category for row in rows if (category := row.category) is not None}
    lines = [await _line(ctx, row) for category in sorted(by_category) for row in _holding(rows, near, category)]
    lines += [await _line(ctx, row) for row in _holding([r for r in rows if r.category is None], near, None)]
    return phrases.of_place(await title(ctx.session, place.id), lines)


def _holding(rows: Sequence[Policy], near: Sequence[PlaceId], category: Category | None) -> list[Policy]:
    """The rows for that category that no other one overrules."""
    of_it = [row for row in rows if row.category is category]
    held: dict[Urgency | None, Policy] = {}
    for row in ordered(of_it, near, category or Category.OTHER):
        held = {urgency: old for urgency, old in held.items() if row.urgency is not None and urgency is not row.urgency}
        held[row.urgency] = row
    return list(reversed(held.values()))


async def _line(ctx: Context, row: Policy) -> str:
    return phrases.line(await title(ctx.session, row.place_id), row.category, row.urgency, row.mode)
