"""通知规矩: what a place has otherwise for notices; every admin sets it for his own places."""

import re
from datetime import time
from typing import Final

from handlers.community.gazetteer import known_places, title
from handlers.context import Context
from handlers.messages import Refusal, Reply
from handlers.notices.drafts import community_of
from handlers.notices.noticing import Manners, manners_at
from handlers.phrases import ruling as phrases
from handlers.reading.times import hours_at
from handlers.reading.values import Unclear, folded, numeral
from handlers.router import Router
from handlers.rules.roles import may
from storage import noticing
from storage.places import Place
from storage.types import Role

router: Final = Router()

_QUIET: Final = re.compile(r"(?:夜里|晚上|夜间|安静|免打扰|不打扰)\s*(?P<hours>.+)")
_NO_QUIET: Final = re.compile(r"(?:不设|没有|不要|取消)(?:夜里|夜间|安静|免打扰)\S*")
_APPROVAL: Final = re.compile(r"(?:要)?(?:两人|二人|两个人|第二个人|双人)(?:审核?|看过?)|要审核?")
_NO_APPROVAL: Final = re.compile(r"(?:不用|不要|取消|免)(?:两人|二人|第二个人)?审核?")
_MOST: Final = re.compile(r"(?:每群)?(?:每天|一天)(?:最多|至多)?\s*(?P<most>[0-9]{1,2}|[一二两三四五六七八九十]+)\s*条")
_NO_LIMIT: Final = re.compile(r"(?:每天)?(?:不限|不限制)(?:条数|几条)?")
_AS_ABOVE: Final = re.compile(r"照旧|默认|跟上面一样")


@router.command(
    "通知规矩",
    example="通知规矩 锦绣小区 夜里 22:00-7:00",
    does="各处发通知的规矩：夜里几点不发、要不要两人审、一天最多几条",
    allow=Role.ADMIN,
)
async def rule(ctx: Context, rest: str) -> Reply:
    """Show what holds at a place, or set it."""
    place, said = await _place(ctx, rest)
    if said:
        if not may(ctx.roles_at(place), Role.ADMIN):
            raise Refusal(phrases.not_your_place(await title(ctx.session, place.id)), alone=True)
        await _set(ctx, place, said)
        ctx.note("通知规矩", f"place:{place.id}", (await ctx.member()).id)
    manners = (await manners_at(ctx, [place.id]))[place.id]
    return Reply(_shown(await title(ctx.session, place.id), manners, was_set=bool(said)), alone=True)


async def _place(ctx: Context, rest: str) -> tuple[Place, str]:
    """The place that is named, or the community, and what follows."""
    if not rest.strip():
        return await community_of(ctx), ""
    try:
        found, said = (await known_places(ctx)).all_at(rest)
    except Unclear:
        return await community_of(ctx), rest.strip()
    if len(found) != 1:
        raise Refusal(phrases.one_place(), alone=True)
    return found[0], said.strip(" ,，:：")


async def _set(ctx: Context, place: Place, said: str) -> None:
    row = await noticing.row_for(ctx.session, place.id)
    if quiet := _QUIET.fullmatch(said):
        row.quiet_start, row.quiet_end = _hours(quiet["hours"])
    elif _NO_QUIET.fullmatch(said):
        row.quiet_start = row.quiet_end = time()
    elif _NO_APPROVAL.fullmatch(said):
        row.approval = False
    elif _APPROVAL.fullmatch(said):
        row.approval = True
    elif most := _MOST.fullmatch(said):
        row.most_a_day = numeral(most["most"])
    elif _NO_LIMIT.fullmatch(said):
        row.most_a_day = 0
    elif _AS_ABOVE.fullmatch(said):
        row.quiet_start = row.quiet_end = row.approval = row.most_a_day = None
    else:
        raise Refusal(phrases.unclear_rule(), alone=True)


def _hours(said: str) -> tuple[time, time]:
    try:
        found = hours_at(folded(said.strip()), 0)
    except Unclear:
        found = None
    if found is None or found[2] != len(said.strip()):
        raise Refusal(phrases.unclear_rule(), alone=True)
    return found[0], found[1]


def _shown(place: str, manners: Manners, *, was_set: bool) -> str:
    return phrases.manners(place, manners.quiet, approval=manners.approval, most=manners.most_a_day, was_set=was_set)
