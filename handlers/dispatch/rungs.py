"""往上叫: which steps a ticket goes up where nobody accepts it, by place."""

import re
from itertools import pairwise
from typing import Final

from handlers.community.gazetteer import known_places, title
from handlers.context import Context
from handlers.dispatch.levels import kinds_at, ladder
from handlers.dispatch.ruled import places_ruled
from handlers.messages import Refusal, Reply
from handlers.phrases import modes as mode_phrases
from handlers.phrases import rungs as phrases
from handlers.reading.values import SEPARATORS, words
from handlers.router import Router
from handlers.rules.roles import may
from storage import places, policies
from storage.places import Place
from storage.types import PlaceKind, Role

router: Final = Router()

LONGEST: Final = 100
#: Also the order from near to far.
STEPS: Final = {
    "楼栋": PlaceKind.BUILDING,
    "楼": PlaceKind.BUILDING,
    "小区": PlaceKind.COMPOUND,
    "网格": PlaceKind.GRID,
    "社区": PlaceKind.COMMUNITY,
    "街道": PlaceKind.STREET,
    "镇": PlaceKind.STREET,
}
_ORDER: Final = list(phrases.STEP_NAMES)
_BETWEEN: Final = re.compile(r"[、,，\s]+|→|->|到|再")
_AS_EVER: Final = frozenset({"照旧", "默认", "取消", "恢复默认"})


@router.command(
    "往上叫",
    example=phrases.EXAMPLE,
    does="没人接的单一级一级叫到哪里；不带内容就看现在的",
    allow=Role.ADMIN,
    also=("四级联动",),
    everyday=True,
)
async def settle(ctx: Context, rest: str) -> Reply:
    """Show the steps of a place, or change them for what comes from now on."""
    where, left = await places_ruled(ctx, await known_places(ctx), words(rest, LONGEST))
    left = left.strip(SEPARATORS)
    if not left:
        return Reply(await _shown(ctx, where[0]), alone=True)
    kinds = None if left in _AS_EVER else kinds_of(left)
    for place in where:
        if not may(ctx.roles_at(place), Role.ADMIN):
            raise Refusal(mode_phrases.not_yours(await title(ctx.session, place.id)))
        await policies.climb(ctx.session, place.id, kinds)
        ctx.note("往上叫", f"place:{place.id}", (await ctx.member()).id)
    if kinds is None:
        return Reply(await _shown(ctx, where[0]), alone=True)
    titles = [await title(ctx.session, place.id) for place in where]
    empty = [named for named, place in zip(titles, where, strict=True) if not await ladder(ctx, place)]
    return Reply(phrases.settled(titles, kinds, empty))


def kinds_of(text: str) -> tuple[PlaceKind, ...]:
    """The steps that are named, from near to far.

    Raises:
        Refusal: There is none, or they go round, or down.
    """
    said = [part for part in _BETWEEN.split(text.strip(SEPARATORS)) if part]
    kinds = []
    for part in said:
        if part not in STEPS:
            raise Refusal(phrases.unknown(part))
        if STEPS[part] in kinds:
            raise Refusal(phrases.round_and_round(STEPS[part]))
        kinds.append(STEPS[part])
    if not kinds:
        raise Refusal(phrases.empty())
    for before, kind in pairwise(kinds):
        if _ORDER.index(kind) < _ORDER.index(before):
            raise Refusal(phrases.downwards(kind, before))
    return tuple(kinds)


async def _shown(ctx: Context, place: Place) -> str:
    line = [place.id for place in await places.above(ctx.session, place)]
    at = policies.nearest_ladder(await policies.at(ctx.session, line), line)
    said_at = await title(ctx.session, at.place_id) if at is not None else ""
    return phrases.shown(await title(ctx.session, place.id), await kinds_at(ctx, line), said_at)
